"""Whether what a leader turns is heard: ``python -m benchmarks.controls DATASET [--seeds 2] [--styles jazz pop …]``.

Composes everyday chords in every style at every density, and prints the notes a bar of the band by density, and how
often a level has more than the one below. Then at several tempos, beside people: notes a bar of the songs of the train
fold by their tempo, and how many more there are where the tempo is twice as fast. Loudness needs no look: a section's
dynamic moves every velocity the same way (``music/dynamics.py``), whatever was drawn.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.kits import CHARTS
from sideman.arranging import DEFAULT_WEIGHTS, ArrangeOptions, Model, Plan
from sideman.judging.composing import perform_all
from sideman.music.chords import parse
from sideman.music.styles import DENSITIES, STYLES
from sideman.training.shards import Dataset

TEMPOS = (60, 80, 100, 120, 140, 170, 200)
Values = npt.NDArray[np.float64]


def notes_a_bar(model: Model, wishes: Sequence[ArrangeOptions]) -> Values:
    """Of a piece of eight bars for each of these: (pieces,)."""
    plans = [Plan(parse(CHARTS[(wish.seed or 0) % len(CHARTS)]), wish) for wish in wishes]
    performances = perform_all(plans, model)
    return np.array([each.bands[0].note_count / each.plan.bars for each in performances])


def by_density(model: Model, styles: Sequence[str], seeds: int) -> Values:
    """Notes a bar: (styles, seeds, densities)."""
    wishes = [
        ArrangeOptions(style=style, seed=1000 * number + seed, density=density)
        for number, style in enumerate(styles)
        for seed in range(seeds)
        for density in range(DENSITIES)
    ]
    return notes_a_bar(model, wishes).reshape(len(styles), seeds, DENSITIES)


def by_tempo(model: Model, styles: Sequence[str], seeds: int) -> Values:
    """Notes a bar: (styles, seeds, tempos)."""
    wishes = [
        ArrangeOptions(style=style, seed=1000 * number + seed, tempo=tempo)
        for number, style in enumerate(styles)
        for seed in range(seeds)
        for tempo in TEMPOS
    ]
    return notes_a_bar(model, wishes).reshape(len(styles), seeds, len(TEMPOS))


def slope(tempos: Values, notes: Values) -> float:
    """Notes a bar more where the tempo is twice as fast."""
    return float(np.polyfit(np.log2(tempos), notes, 1)[0])


def main() -> None:
    """Compose and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--seeds", type=int, default=2, help="pieces of each style")
    parser.add_argument("--styles", nargs="+", choices=STYLES, default=STYLES)
    options = parser.parse_args()
    model = Model.load(options.weights)
    dense = by_density(model, options.styles, options.seeds)
    rising = np.diff(dense, axis=2) > 0
    print(f"notes a bar by density, and how many of {rising.shape[2] * options.seeds} steps up are steps up")
    for style, values, steps in zip(options.styles, dense, rising, strict=True):
        print(f"  {style:<12}" + "".join(f"{value:7.1f}" for value in values.mean(0)) + f"{steps.sum():6}")
    print(f"  {'all':<12}" + "".join(f"{value:7.1f}" for value in dense.mean((0, 1))) + f"  {rising.mean():.3f}")

    songs = [row for row in Dataset(options.dataset, "train").rows if row.has_band and row.meter == "4/4"]
    people = np.array([[row.tempo, row.notes / row.bars] for row in songs])
    ours = by_tempo(model, options.styles, options.seeds)
    edges = np.sqrt(np.array(TEMPOS[1:]) * np.array(TEMPOS[:-1]))
    bins = np.searchsorted(edges, people[:, 0])
    print("\nnotes a bar by tempo\n" + f"  {'':<12}" + "".join(f"{tempo:7}" for tempo in TEMPOS) + "  a doubling")
    means = [people[bins == number, 1].mean() for number in range(len(TEMPOS))]
    told = slope(people[:, 0], people[:, 1])
    print(f"  {'people':<12}" + "".join(f"{value:7.1f}" for value in means) + f"{told:+8.1f}")
    told = slope(np.tile(TEMPOS, ours[..., 0].size).astype(np.float64), ours.ravel())
    print(f"  {'ours':<12}" + "".join(f"{value:7.1f}" for value in ours.mean((0, 1))) + f"{told:+8.1f}")


if __name__ == "__main__":
    main()
