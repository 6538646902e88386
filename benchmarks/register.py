"""Whether players play as high as people do: ``python -m benchmarks.register measure DATASET [--windows 400]``.

Composes for windows of the train fold and prints, for each player with pitches, how many of a thousand notes lie below
and above where one, and ten, of a thousand of people's do. ``--strengths 0 0.5 1`` composes with other strengths than
the weights'.

``python -m benchmarks.register fit DATASET`` makes ``src/sideman/tokens/register.npz`` anew, from the train fold.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.tables import keep
from sideman.arranging import DEFAULT_WEIGHTS, ArrangeOptions, Model, Plan
from sideman.judging.composing import perform_all
from sideman.judging.windows import Window, choose_windows
from sideman.music.band import INSTRUMENTS, PITCH, ROLES, Band, Role
from sideman.tokens import register
from sideman.training.register_fit import learn
from sideman.training.shards import Dataset

PITCHED = tuple(role for role in ROLES if not INSTRUMENTS[role].is_drum)
SHARES = (0.001, 0.01)  # of people's notes beyond which is counted


def pitches(bands: Iterable[Band]) -> dict[Role, npt.NDArray[np.int32]]:
    """All notes of each player."""
    heard: dict[Role, list[npt.NDArray[np.int32]]] = {role: [np.zeros(0, np.int32)] for role in PITCHED}
    for band in bands:
        for track in band.tracks:
            if track.role in heard:
                heard[track.role].append(track.notes[:, PITCH])
    return {role: np.concatenate(notes) for role, notes in heard.items()}


def show(name: str, windows: list[Window], bands: Iterable[Band]) -> None:
    """A line for each player: below and above people's limits, in thousandths."""
    people = pitches(window.band for window in windows)
    for role, notes in pitches(bands).items():
        told = []
        for share in SHARES:
            low, high = np.quantile(people[role], share), np.quantile(people[role], 1 - share)
            told.append(f"below {low:3.0f} {1000 * (notes < low).mean():5.1f}")
            told.append(f"above {high:3.0f} {1000 * (notes > high).mean():5.1f}")
        print(f"{name:<12}{role:<9}{', '.join(told)}")


def measure(dataset: Dataset, model: Model, count: int, seed: int, strengths: Iterable[float | None]) -> None:
    """Print the tables."""
    windows = choose_windows(dataset, count, seed)
    show("people", windows, [window.band for window in windows])
    plans = [
        Plan(window.progression, ArrangeOptions(roles=window.roles, tempo=window.band.tempo, seed=window.seed))
        for window in windows
    ]
    own = model.sampling
    for strength in strengths:
        if strength is not None:
            model.sampling = replace(own, register=dict.fromkeys(PITCHED, strength))
        show(f"ours {'' if strength is None else strength}", windows, [p.bands[0] for p in perform_all(plans, model)])


def fit(dataset: Dataset) -> None:
    """Learn the table and keep it."""
    keep(register.LEARNT, learn(dataset))


def main() -> None:
    """Measure, or fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("measure", "fit"))
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--windows", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--strengths", type=float, nargs="*")
    options = parser.parse_args()
    dataset = Dataset(options.dataset, "train")
    if options.what == "fit":
        fit(dataset)
    else:
        measure(dataset, Model.load(options.weights), options.windows, options.seed, options.strengths or [None])


if __name__ == "__main__":
    main()
