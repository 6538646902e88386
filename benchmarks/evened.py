"""Whether players rest, and fill bars and onsets, as people do: ``python -m benchmarks.evened DATASET``.

Composes for windows of the train fold and prints, for each player, the share of bars in which it rests, that of each
level of density among the others, and how many notes an onset has; people's, then ours.

With ``--rounds 6 -o WEIGHTS`` it changes ``resting``, ``fullness`` and ``thickness`` of the weights' sampling by what
differs and composes again, for other windows each round, and writes a copy of the weights with the mean of what the
second half of the rounds came to (docs/adr/0037-evened-out.md). A round of 300 windows takes about a minute.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.arranging import DEFAULT_WEIGHTS, ArrangeOptions, Model
from sideman.judging.composing import composes_with
from sideman.judging.fair import fair
from sideman.judging.windows import Window, choose_windows
from sideman.model.checkpoint import change_meta
from sideman.model.sampling import SamplingDefaults
from sideman.music.band import ONSET, ROLES, Band
from sideman.music.time import COMMON_TIME
from sideman.tokens.encode import density_level
from sideman.tokens.vocabulary import DENSITIES, VOCABULARY
from sideman.training.shards import Dataset

Floats = npt.NDArray[np.float64]
EVENED = ("resting", "thickness", "fullness")
STEP = 0.7  # of the difference that a round takes away, at the most...
MOST = 0.7  # ...this much, of a logit
BARS = 2.0  # added to every count of bars, so that none is zero


class Habit(NamedTuple):
    """What players do, by role: bars in which they rest, bars of each level (roles, levels), notes and onsets."""

    rests: Floats
    levels: Floats
    notes: Floats
    onsets: Floats

    @property
    def resting(self) -> Floats:
        """Share of the bars."""
        shares: Floats = self.rests / (self.rests + self.levels.sum(1))
        return shares

    @property
    def fullness(self) -> Floats:
        """Share of each level among the bars that are played."""
        shares: Floats = self.levels / self.levels.sum(1, keepdims=True)
        return shares

    @property
    def thickness(self) -> Floats:
        """Notes an onset."""
        return self.notes / self.onsets


def habit_of(bands: Iterable[Band]) -> Habit:
    """What these bands do; they are in 4/4."""
    rests, levels = np.full(len(ROLES), BARS), np.full((len(ROLES), DENSITIES), BARS)
    notes, onsets = np.ones((2, len(ROLES)))
    for band in bands:
        bars = band.steps // COMMON_TIME.steps
        for track in band.tracks:
            role = track.role.number
            begun = np.unique(track.notes[:, ONSET])
            counts = np.bincount(begun // COMMON_TIME.steps, minlength=bars)[:bars]
            rests[role] += (counts == 0).sum()
            levels[role] += np.bincount(density_level(track.role, counts[counts > 0]), minlength=DENSITIES)
            notes[role] += len(track.notes)
            onsets[role] += len(begun)
    return Habit(rests, levels, notes, onsets)


def show(name: str, habit: Habit) -> None:
    """A line for each player."""
    for role in ROLES:
        levels = " ".join(f"{share:.3f}" for share in habit.fullness[role.number])
        rests, thickness = habit.resting[role.number], habit.thickness[role.number]
        print(f"{name:<8}{role.value:<9}rests {rests:.3f}  levels {levels}  notes an onset {thickness:.2f}", flush=True)


def odds(shares: Floats) -> Floats:
    """Logarithms of the odds."""
    return np.log(shares / (1 - shares))


def closer(sampling: SamplingDefaults, people: Habit, ours: Habit) -> SamplingDefaults:
    """A sampling under which we do more what people do."""

    def step(wanted: Floats, had: Floats) -> Floats:
        return np.clip(STEP * (wanted - had), -MOST, MOST)

    more: dict[str, Floats] = {
        "resting": step(odds(people.resting), odds(ours.resting)),
        "thickness": step(np.log(people.thickness - 1), np.log(ours.thickness - 1)),
        "fullness": step(np.log(people.fullness), np.log(ours.fullness)),
    }
    return even(sampling, {what: of(sampling, what) + added for what, added in more.items()})


def of(sampling: SamplingDefaults, what: str) -> Floats:
    """What a sampling says of every role: (roles,), or of its levels (roles, levels)."""
    nothing = (0.0,) * DENSITIES if what == "fullness" else 0.0
    return np.array([getattr(sampling, what).get(role, nothing) for role in ROLES], np.float64)


def told(added: Floats) -> dict[str, Any]:
    """The same as a sampling says it, by role."""
    rounded = np.round(added, 3).tolist()
    return {role.value: tuple(each) if added.ndim > 1 else each for role, each in zip(ROLES, rounded, strict=True)}


def even(sampling: SamplingDefaults, added: Mapping[str, Floats]) -> SamplingDefaults:
    """The sampling with what is :data:`EVENED` by these."""
    new: dict[str, Any] = {what: told(added[what]) for what in EVENED}
    return replace(sampling, **new)


def compose(model: Model, windows: Sequence[Window]) -> Habit:
    """What we do where people did something."""
    bands = composes_with(model, ArrangeOptions())(windows, 0)
    return habit_of(fair(band, window) for band, window in zip(bands, windows, strict=True))


def main() -> None:
    """Measure, print, and fit where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path, help="made by sideman encode")
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--fold", default="train")
    parser.add_argument("--windows", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1001)
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path, help="weights to write")
    options = parser.parse_args()
    dataset, model = Dataset(options.dataset, options.fold), Model.load(options.weights)
    reached = []
    for number in range(max(options.rounds, 1)):
        windows = choose_windows(dataset, options.windows, options.seed + number)
        people, ours = habit_of(fair(window.band, window) for window in windows), compose(model, windows)
        show("people", people)
        show(f"ours {number}", ours)
        model.sampling = closer(model.sampling, people, ours)
        reached.append(model.sampling)
    last = reached[options.rounds // 2 :]
    sampling = even(model.sampling, {what: np.mean([of(each, what) for each in last], 0) for what in EVENED})
    for what in EVENED:
        print(f"{what} = {getattr(sampling, what)}")
    if options.output is not None:
        change_meta(options.weights, options.output, {"sampling": sampling.to_dict()}, VOCABULARY.sizes)


if __name__ == "__main__":
    main()
