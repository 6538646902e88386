"""Whether a style can be heard: ``python -m benchmarks.styles measure DATASET [--seeds 6] [--songs 400]``.

A classifier learns styles from windows of the train fold's songs (``judging/styles.py``) and names those of songs that
it did not hear, and of pieces that are composed in each style on everyday chords, at several tempos. Prints for each
style how many it recognises, people | ours; chance is 1 of 14. ``--strengths 0 1 1.5`` composes with other strengths
than the weights'. Classifier and table are learnt from the same songs unless ``--half`` keeps them apart: the table
then is learnt from every other song, the classifier from the rest.

``python -m benchmarks.styles fit DATASET`` makes ``src/sideman/tokens/styling.npz`` anew, from the train fold.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from benchmarks.kits import CHARTS
from benchmarks.tables import keep
from sideman.arranging import DEFAULT_WEIGHTS, ArrangeOptions, Model, Plan
from sideman.judging.composing import perform_all
from sideman.judging.styles import StyleEar, balanced, held_out, recognised, style_features
from sideman.judging.windows import MIN_ROLES, choose_windows
from sideman.music.chords import parse
from sideman.tokens import styling
from sideman.tokens.vocabulary import STYLES
from sideman.training.shards import Dataset
from sideman.training.style_fit import count, learn

TEMPOS = (120, 100, 140, 90, 120, 110)
Rows = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


def of_people(dataset: Dataset, songs: int) -> tuple[Rows, Numbers]:
    """A window each of so many songs of a style, at most; three players or more."""
    rows, numbers = [], []
    for number, style in enumerate(STYLES):
        dataset_of_style = Dataset(dataset.folder, "train")
        dataset_of_style.rows = [row for row in dataset.rows if row.style == style][:songs]
        if dataset_of_style.rows:
            for window in choose_windows(dataset_of_style, len(dataset_of_style.rows)):
                if len(window.roles) > MIN_ROLES:
                    rows.append(style_features(window.band))
                    numbers.append(number)
    return np.array(rows), np.array(numbers)


def of_ours(model: Model, seeds: int) -> tuple[Rows, Numbers]:
    """Pieces of 16 bars in every style."""
    plans = [
        Plan(
            parse("|".join([CHARTS[seed % len(CHARTS)]] * 2)),
            ArrangeOptions(style=style, seed=1000 * number + seed, tempo=TEMPOS[seed % len(TEMPOS)]),
        )
        for number, style in enumerate(STYLES)
        for seed in range(seeds)
    ]
    rows = [style_features(performance.bands[0]) for performance in perform_all(plans, model)]
    return np.array(rows), np.repeat(np.arange(len(STYLES)), seeds)


def measure(dataset: Dataset, weights: Path, seeds: int, songs: int, strengths: Sequence[float]) -> None:
    """Print the table."""
    rows, numbers = of_people(dataset, songs)
    ear, people = StyleEar(rows, numbers), held_out(rows, numbers)
    print(f"people: {balanced(people, numbers):.3f} of {len(rows)} songs")
    model = Model.load(weights)
    own = model.sampling.styling
    for strength in strengths or (None,):
        asked = own if strength is None else dict.fromkeys(styling.SHAPES, strength)
        model.sampling = replace(model.sampling, styling=asked)
        ours, styles = of_ours(model, seeds)
        scores = ear.scores(ours)
        told = recognised(scores, ear, styles)
        three = recognised(scores, ear, styles, among=3).mean()
        print(f"ours, strength {asked}: {told.mean():.3f} of {len(told)}, among the likeliest three {three:.3f}")
        for number, style in enumerate(STYLES):
            heard = people[numbers == number]
            shown = f"{heard.mean():.2f}" if len(heard) else "–"
            print(f"  {style:<12}{shown} | {told[styles == number].mean():.2f}")


def fit(dataset: Dataset) -> None:
    """Learn the table and keep it."""
    keep(styling.LEARNT, learn(count(dataset)))


def main() -> None:
    """Measure, or fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("measure", "fit"))
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--seeds", type=int, default=6, help="pieces of each style")
    parser.add_argument("--songs", type=int, default=400, help="songs of each style, at most")
    parser.add_argument("--strengths", type=float, nargs="*", default=())
    parser.add_argument("--half", action="store_true", help="learn the table from every other song, and keep it not")
    options = parser.parse_args()
    dataset = Dataset(options.dataset, "train")
    if options.what == "fit":
        fit(dataset)
        return
    with TemporaryDirectory() as folder:
        if options.half:
            styling.LEARNT = Path(folder) / "styling.npz"
            rows = dataset.rows
            dataset.rows = rows[::2]
            fit(dataset)
            dataset.rows = rows[1::2]
        measure(dataset, options.weights, options.seeds, options.songs, options.strengths)


if __name__ == "__main__":
    main()
