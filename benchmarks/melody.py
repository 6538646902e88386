"""How often a band rubs against a given melody, by how strongly it avoids that, beside the people who played with it.

    python -m benchmarks.melody DATASET --songs 24 --strengths 0 3 6 9

The melody is the top line of guitar, piano or strings in some bars of a song of the train fold; the others of the band
are composed for the same chords. A note rubs while the melody sounds a semitone away, in whatever octave.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.arranging import ArrangeOptions, Performance, Plan, default_model
from sideman.composer import Composer
from sideman.judging.keeping import keeping
from sideman.judging.windows import Window, choose_windows
from sideman.music.band import DURATION, ONSET, PITCH, Band, NoteArray, Role, Track
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import STEPS_PER_BEAT
from sideman.pieces.drafts import compose
from sideman.tokens import clashes
from sideman.training.shards import Dataset

LINES = (Role.GUITAR, Role.PIANO, Role.STRINGS)
LOWEST = 60  # mean pitch of what may be a melody
LEAST_A_BAR = 2  # notes
OTHERS = 2  # pitched players besides
STRONG = 2 * STEPS_PER_BEAT  # the first and the third beat of 4/4
TOGETHER = 16
COLUMNS = ("all", "strong", *LINES, Role.BASS, "majmin", "tones")


def top_line(notes: NoteArray) -> NoteArray:
    """The highest note of each onset, until the next one."""
    tops = [notes[notes[:, ONSET] == onset][-1] for onset in np.unique(notes[:, ONSET])]
    line = np.array(tops, np.int32).reshape(-1, 4)
    line[:-1, DURATION] = np.minimum(line[:-1, DURATION], np.diff(line[:, ONSET]))
    return line


def melody_of(window: Window) -> Track | None:
    """The top line of the first player that has one, where enough others play."""
    pitched = [track.role for track in window.band.tracks if not track.is_drum]
    for role in LINES:
        if role not in pitched or len(pitched) <= OTHERS:
            continue
        line = top_line(window.band[role].notes)
        if len(line) >= LEAST_A_BAR * window.bars and line[:, PITCH].mean() >= LOWEST:
            return Track(role, line)
    return None


def rubs(tracks: Iterable[Track], melody: Track, steps: int) -> npt.NDArray[np.int64]:
    """Steps in which notes rub, and in which they sound beside the melody; the same where strong beats begin."""
    rubbing = clashes.rubbing(melody.notes, steps)
    sounds = np.zeros(steps, np.bool_)
    for onset, duration in melody.notes[:, [ONSET, DURATION]].tolist():
        sounds[onset : onset + duration] = True
    counts = np.zeros(4, np.int64)
    for track in tracks:
        for onset, duration, pitch in track.notes[:, [ONSET, DURATION, PITCH]].tolist():
            beside = np.arange(onset, min(onset + duration, steps))
            beside = beside[sounds[beside]]
            hit, strong = rubbing[beside, pitch % PITCH_CLASSES], beside % STRONG == 0
            counts += hit.sum(), len(beside), hit[strong].sum(), strong.sum()
    return counts


def figures(bands: Iterable[Band], melodies: Iterable[Track], windows: Iterable[Window]) -> list[float]:
    """The columns, over all bands."""
    whole = {role: np.zeros(4, np.int64) for role in (*LINES, Role.BASS)}
    kept = []
    for band, melody, window in zip(bands, melodies, windows, strict=True):
        for role in whole:
            if role in band.roles:
                whole[role] += rubs([band[role]], melody, window.band.steps)
        kept.append(keeping(band, window.progression))
    sums = np.sum([*whole.values()], 0)
    roles = [whole[role][0] / max(whole[role][1], 1) for role in whole]
    held = [float(np.nanmean([getattr(each, name) for each in kept])) for name in ("majmin", "tones")]
    return [sums[0] / sums[1], sums[2] / sums[3], *roles, *held]


def main() -> None:
    """Print a line for people and one for each strength."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--songs", type=int, default=24)
    parser.add_argument("--strengths", type=float, nargs="+", default=[0, 3, 6, 9])
    arguments = parser.parse_args()
    found = ((window, melody_of(window)) for window in choose_windows(Dataset(arguments.dataset, "train"), 400))
    chosen = [(window, melody) for window, melody in found if melody is not None][: arguments.songs]
    windows, melodies = [window for window, _ in chosen], [melody for _, melody in chosen]
    rest = [
        replace(window.band, tracks=tuple(track for track in window.band.tracks if track.role is not melody.role))
        for window, melody in chosen
    ]
    print(f"{len(windows)} windows, {sum(len(each) for each in melodies)} notes of melody")
    print(f"{'':10}", *(f"{name:>8}" for name in COLUMNS))
    print(f"{'people':10}", *(f"{value:8.3f}" for value in figures(rest, melodies, windows)))
    model = default_model()
    for strength in arguments.strengths:
        clashes.AVOIDING = strength
        plans = [
            Plan(
                window.progression,
                ArrangeOptions(tempo=window.band.tempo, style=window.style, roles=band.roles, seed=window.seed),
            ).with_melody(melody)[0]
            for (window, melody), band in zip(chosen, rest, strict=True)
        ]
        performances = [Performance(plan, model.sampling) for plan in plans]
        takes = [performance.takes[0] for performance in performances]
        for begin, end in pairwise([*range(0, len(takes), TOGETHER), len(takes)]):
            compose(takes[begin:end], Composer(model.engine, model.columns, TOGETHER))
        bands = [performance.bands[0] for performance in performances]
        alone = [
            replace(band, tracks=tuple(each for each in band.tracks if each.role in plan.options.roles))
            for band, plan in zip(bands, plans, strict=True)
        ]
        print(f"{strength:<10g}", *(f"{value:8.3f}" for value in figures(alone, melodies, windows)))


if __name__ == "__main__":
    main()
