"""The form of longer pieces: composed for the chords of people's, with and without their sections told, and measured.

Near the inter-phrase latent similarity of Zhao et al., "Structured multi-track accompaniment arrangement via style
prior modelling", NeurIPS 2024, which compares latent codes of phrases; ours counts the notes that they share.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sideman.arranging import ArrangeOptions, Model, Plan
from sideman.judging.composing import Show, asked, perform_all
from sideman.judging.passages import Alike, Stretch, alike, choose_loops, choose_stretches
from sideman.judging.repetition import repetition, repetition_at
from sideman.judging.report import MODEL, PEOPLE, TOLD, Form, Row
from sideman.judging.statistics import NOTHING, RESAMPLES, Estimate, interval, mean
from sideman.music.band import Band
from sideman.music.wishes import PlayedSection
from sideman.training.shards import Dataset

LOOP_DISTANCES = (4, 8, 16)  # bars


def judge_form(
    dataset: Dataset, model: Model, options: ArrangeOptions, songs: int, seed: int, show: Show, done: int = 0
) -> Form:
    """Judge the form of so many songs of a dataset, and of all its loops of four bars.

    ``show`` is told how far it is: ``done`` before, and two for each song. Raises :class:`DataError` where there is no
    song.
    """
    show(done, "choosing songs with sections")
    stretches, loops = choose_stretches(dataset, songs, seed), choose_loops(dataset)
    windows = [stretch.window for stretch in stretches]
    asks: list[tuple[PlayedSection, ...]] = [() for _ in (*windows, *loops)]
    asks += [stretch.played for stretch in stretches]
    plans = [
        Plan(window.progression, asked(options, window, 0), sections=sections)
        for window, sections in zip([*windows, *loops, *windows], asks, strict=True)
    ]
    share = 2 * songs / len(plans)
    performances = perform_all(plans, model, lambda bands, word: show(done + bands * share, word))
    random = np.random.default_rng(seed)
    bands = [performance.bands[0] for performance in performances[len(windows) : len(windows) + len(loops)]]
    ids = [performance.takes[0].ids[:-1] for performance in performances]  # but for what begins the next bar
    people = [alike(stretch.ids, stretch.sections) for stretch in stretches]
    alone, told = (_all_alike(part, stretches) for part in (ids[: len(windows)], ids[-len(windows) :]))
    return Form(
        len(stretches),
        len(loops),
        (
            Row(PEOPLE, {**_ratios(people, random), **_loops([window.band for window in loops], random)}),
            Row(MODEL, {**_ratios(alone, random), **_loops(bands, random)}),
            Row(TOLD, _ratios(told, random)),
        ),
    )


def _all_alike(ids: Sequence[Sequence[int]], stretches: Sequence[Stretch]) -> list[Alike]:
    return [alike(np.array(each), stretch.sections) for each, stretch in zip(ids, stretches, strict=True)]


def _ratios(found: Sequence[Alike], random: np.random.Generator) -> dict[str, Estimate]:
    """Likeness within sections, of all passages, and the ratio of their means, with a bootstrap over songs."""
    rows: npt.NDArray[np.float64] = np.array(found)
    songs = np.arange(len(rows))
    drawn = rows[random.integers(len(rows), size=(RESAMPLES, len(rows)))].mean(1)
    middle = rows.mean(0)
    ratio = interval(float(middle[0] / middle[1]), drawn[:, 0] / drawn[:, 1])
    return {"within": mean(rows[:, 0], songs, random), "all": mean(rows[:, 1], songs, random), "ratio": ratio}


def _loops(bands: Sequence[Band], random: np.random.Generator) -> dict[str, Estimate]:
    """How many bars of loops are as the one so many bars before, and as any before."""
    rows = {f"loop {distance}": [repetition_at(band, distance) for band in bands] for distance in LOOP_DISTANCES}
    rows["loop repeated"] = [repetition(band) for band in bands]
    songs = np.arange(len(bands))
    return {name: mean(np.array(row), songs, random) if bands else NOTHING for name, row in rows.items()}
