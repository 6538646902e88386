"""Which drums are played, by people and by us: ``python -m benchmarks.kits DATASET [--fold train] [--seeds 6]``.

People: the songs of a fold, each cut into windows of 16 bars in whose first bar the drums play; a song counts once,
with the mean of its windows. Ours: for each style, and without one, 16 bars of everyday chords for each seed; once with
drums that play as they like and once as they are composed, with a kit. Prints for each style, people | free | ours: the
share of windows with a bass drum, with a backbeat (a snare or its substitute in that style), with a hi-hat or ride,
with maracas; the share of first bars with bass drum and backbeat; and how many kinds of drums there are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.arranging import DEFAULT_WEIGHTS, ArrangeOptions, Model, Plan
from sideman.composer import Composer, Take
from sideman.model.sampling import SamplingOptions
from sideman.music.chords import parse
from sideman.music.kit import BASS_DRUMS, backbeat
from sideman.tokens.drum_hits import HIT_MASKS, LOWEST_DRUM
from sideman.tokens.encode import Ids
from sideman.tokens.slices import bars
from sideman.tokens.vocabulary import STYLES, VOCABULARY
from sideman.training.shards import Dataset

BARS, BATCH = 16, 28
CHARTS = (
    "C|Am|F|G7|C|Am|Dm7|G7",
    "Am|F|C|G|Am|F|C|G",
    "Dm7 G7|CM7 A7|Dm7 G7|CM7|Gm7 C7|FM7|Fm Bb7|CM7 G7",
    "G|G|C|G|Em|C|D7|D7",
    "Em|D|C|B7|Em|D|C B7|Em",
    "F|Bb|F|C7|F|Bb|C7|F",
)
TIMEKEEPERS, MARACAS = (42, 44, 46, 51, 53, 59), (70,)
HITS = VOCABULARY.range("hit")
MASKS = np.array(HIT_MASKS, np.uint64)
FIGURES = ("bass drum", "backbeat", "hat or ride", "maracas", "in the first bar", "kinds")

Window = npt.NDArray[np.uint64]  # (bars,) the drums of each, a bit mask


def windows(ids: Ids) -> list[Window]:
    """The whole windows of a song in whose first bar drums play."""
    drums = []
    for bar in bars(ids):
        hits = bar[(bar >= HITS.start) & (bar < HITS.stop)].astype(np.int64) - HITS.start
        drums.append(np.bitwise_or.reduce(MASKS[hits], initial=0))
    found = [np.array(drums[first : first + BARS], np.uint64) for first in range(0, len(drums) - BARS + 1, BARS)]
    return [window for window in found if window[0]]


def figures(window: Window, style: str | None) -> list[float]:
    """Of one window."""

    def has(drums: Iterable[int], played: int) -> bool:
        return any(played >> drum - LOWEST_DRUM & 1 for drum in drums)

    all_of_it, first = int(np.bitwise_or.reduce(window)), int(window[0])
    return [
        has(BASS_DRUMS, all_of_it),
        has(backbeat(style), all_of_it),
        has(TIMEKEEPERS, all_of_it),
        has(MARACAS, all_of_it),
        has(BASS_DRUMS, first) and has(backbeat(style), first),
        all_of_it.bit_count(),
    ]


class Song(NamedTuple):
    """Its style, or None, and its figures."""

    style: str | None
    figures: npt.NDArray[np.float64]


def of_people(dataset: Dataset) -> list[Song]:
    """All songs that have windows."""
    songs = []
    for row, ids in dataset:
        style = row.style or None
        found = [figures(window, style) for window in windows(ids)] if "drums" in row.roles.split("|") else []
        if found:
            songs.append(Song(style, np.mean(found, axis=0)))
    return songs


def of_ours(model: Model, seeds: int, *, kit: bool) -> list[Song]:
    """Pieces of every style and of none."""
    takes: list[tuple[str | None, Take]] = []
    for number, style in enumerate((*STYLES, None)):
        for each in range(seeds):
            seed = 1000 * number + each
            plan = Plan(parse("|".join([CHARTS[each % len(CHARTS)]] * 2)), ArrangeOptions(style=style, seed=seed))
            free = Take(0, plan.chart, plan.leader(), SamplingOptions(seed=seed), model.sampling)
            takes.append((style, plan.take(0, model.sampling) if kit else free))
    composer, waiting = Composer(model.engine, model.columns, BATCH), [take for _, take in takes]
    while waiting or composer:
        while waiting and composer.room:
            composer.join(waiting.pop())
        composer.step()
    return [Song(style, np.array(figures(windows(np.array(take.ids, np.uint16))[0], style))) for style, take in takes]


def row(name: str, columns: Sequence[Sequence[Song]]) -> str:
    """A line of the table: people | free | ours of each figure."""
    means = [
        np.mean([song.figures for song in songs], axis=0) if songs else np.full(len(FIGURES), np.nan)
        for songs in columns
    ]
    cells = (" | ".join(f"{mean[number]:.2f}" for mean in means) for number in range(len(FIGURES)))
    return f"{name:<12}{len(columns[0]):>6}  " + "  ".join(f"{cell:<20}" for cell in cells)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--fold", default="train", choices=("train", "valid"))
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--seeds", type=int, default=6, help="pieces of each style")
    options = parser.parse_args()
    model = Model.load(options.weights)
    columns = [
        of_people(Dataset(options.dataset, options.fold)),
        *(of_ours(model, options.seeds, kit=kit) for kit in (False, True)),
    ]
    print(f"{'':<12}{'songs':>6}  " + "  ".join(f"{figure:<20}" for figure in FIGURES))
    for style in (*STYLES, None):
        print(row(style or "none told", [[song for song in songs if song.style == style] for songs in columns]))
    print(row("all styles", [[song for song in songs if song.style] for songs in columns]))


if __name__ == "__main__":
    main()
