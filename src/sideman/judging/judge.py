"""The whole judgement: windows, those who play for them, and every figure. Knows who is asked, draws nothing.

windows of held-out songs -> bands of people, of the model and of its rivals -> Report
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sideman.arranging import ArrangeOptions, Model, default_model
from sideman.judging.classifier import auc, held_out_scores, single_aucs
from sideman.judging.composing import Compose, Show, composes_with
from sideman.judging.features import FEATURES, apply_to, features
from sideman.judging.keeping import Keeping, keeping
from sideman.judging.repetition import DISTANCES, diversity, empty_bars, repetition, repetition_at
from sideman.judging.report import Feature, Report, Row
from sideman.judging.rivals import at_random, block_chords, other_chords
from sideman.judging.statistics import (
    NOTHING,
    RESAMPLES,
    Densities,
    Estimate,
    Floats,
    Integers,
    frechet,
    interval,
    mean,
    overlap,
)
from sideman.judging.windows import Window, choose_windows
from sideman.music.band import Band
from sideman.music.progression import Progression
from sideman.training.shards import Dataset

HALVES = 100  # ways to cut the songs in two
WINDOWS = 200
OUTERMOST = 4.0  # standard deviations that the Fréchet distance sees: a single odd piece is not all of it
TAKES = 50  # windows for which a second take is composed
PEOPLE, MODEL, OTHER, BLOCKS, RANDOM = "people", "sideman", "people, another song's chords", "block chords", "random"
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Played:
    """What somebody plays for every window, and to which chords it is held."""

    name: str
    bands: Sequence[Band]
    charts: Sequence[Progression]


def judge(  # noqa: PLR0913 - each is a question of its own
    dataset: Dataset,
    model: Model | None = None,
    options: ArrangeOptions | None = None,
    windows: int = WINDOWS,
    seed: int = 0,
    *,
    compose: Compose | None = None,
    rivals: bool = True,
    takes: int = TAKES,
    show: Show | None = None,
) -> Report:
    """Judge a model, or whatever ``compose`` does, by so many windows of the songs of ``dataset``.

    ``options`` are those of :func:`sideman.arrange`; chords, roles, tempo, style and seed are each window's own.
    ``compose`` takes windows and a take's number and gives their bands. Without ``rivals`` people and the model are
    judged alone, without ``takes`` no second take is composed. ``show`` is told how many of the ``windows + takes``
    bands are composed, and what is under way. Raises
    :class:`DataError` where the dataset has no window.
    """
    show = show or _show_nothing
    show(0, "choosing windows")
    chosen = choose_windows(dataset, windows, seed)
    charts = [window.progression for window in chosen]
    compose = compose or composes_with(model or default_model(), options or ArrangeOptions(), show)
    players = [Played(PEOPLE, [window.band for window in chosen], charts)]
    players.append(Played(MODEL, compose(chosen, 0), charts))
    if rivals:
        players += [
            Played(OTHER, players[0].bands, other_chords(chosen)),
            Played(BLOCKS, [block_chords(window) for window in chosen], charts),
            Played(RANDOM, [at_random(window) for window in chosen], charts),
        ]
    again = chosen[:takes]
    second = compose(again, 1) if again else ()
    bench = _Bench(chosen, seed)
    rows = []
    for played in players:
        show(len(chosen) + len(again), f"measuring {played.name}")
        rows.append(bench.row(played))
    pairs = zip(players[1].bands, second, strict=False)
    different = bench.mean(np.array([diversity(pair) for pair in pairs]))
    return Report(
        windows=len(chosen),
        songs=len({window.song for window in chosen}),
        bars=sum(window.bars for window in chosen),
        seed=seed,
        rows=tuple(rows),
        features=bench.telling(players[1]),
        diversity=different,
    )


def _show_nothing(done: float, word: str) -> None:
    """Nobody watches."""


class _Bench:
    """What everybody is measured against: people's windows, and the halves of their songs."""

    def __init__(self, windows: Sequence[Window], seed: int) -> None:
        self._windows = windows
        self._seed = seed
        names = list(dict.fromkeys(window.song for window in windows))
        self._songs: Integers = np.array([names.index(window.song) for window in windows])
        self._applies: Bools = np.array([apply_to(window.roles) for window in windows])
        self._people = np.array([features(window.band) for window in windows])
        random = np.random.default_rng(seed)
        half = np.array([random.permutation(len(names)) < len(names) / 2 for _ in range(HALVES)])
        self._halves: Bools = half[:, self._songs]  # (halves, windows)

    def row(self, played: Played) -> Row:
        """Every figure of somebody."""
        kept = np.array([keeping(band, chart) for band, chart in zip(played.bands, played.charts, strict=True)])
        values = {name: self.mean(column) for name, column in zip(Keeping._fields, kept.T, strict=True)}
        values |= self._likeness(played)
        values["repeated"] = self.mean(np.array([repetition(band) for band in played.bands]))
        for distance in DISTANCES:
            at = np.array([repetition_at(band, distance) for band in played.bands])
            values[f"repeated_{distance}"] = self.mean(at)
        values["empty"] = self.mean(np.array([empty_bars(band) for band in played.bands]))
        values["notes"] = self.mean(np.array([band.note_count / (band.steps / 48) for band in played.bands]))
        return Row(played.name, values)

    def mean(self, values: Floats) -> Estimate:
        """Mean of a figure of each window, or of the first."""
        if not len(values):
            return NOTHING
        return mean(values, self._songs[: len(values)], np.random.default_rng(self._seed))

    def telling(self, played: Played) -> tuple[Feature, ...]:
        """The features by how well each alone tells somebody from people, the best first."""
        theirs = np.array([features(band) for band in played.bands])
        alone = single_aucs(np.concatenate([theirs, self._people]), self._labels(len(theirs)))
        found = [
            Feature(name, float(value), float(np.nanmean(ours)), float(np.nanmean(people)))
            for name, value, ours, people in zip(FEATURES, alone, theirs.T, self._people.T, strict=True)
            if np.isfinite(value)
        ]
        return tuple(sorted(found, key=lambda feature: -abs(feature.auc - 1 / 2)))

    @staticmethod
    def _labels(count: int) -> Bools:
        return np.arange(2 * count) < count

    def _likeness(self, played: Played) -> dict[str, Estimate]:
        """Overlap and Fréchet distance against those of people and people, and the classifier's AUC."""
        theirs = np.array([features(band) for band in played.bands])
        areas, distances = [], []
        densities = Densities(np.concatenate([theirs, self._people]), self._people, len(theirs) // 2)
        filled, people = self._filled(theirs), self._filled(self._people)
        for half in self._halves:
            mine, same, other = (
                densities.of(rows[where], self._applies[where])
                for rows, where in ((theirs, half), (self._people, half), (self._people, ~half))
            )
            areas.append(overlap(mine, other) / overlap(same, other))
            distances.append(frechet(filled[half], people[~half]) / frechet(people[half], people[~half]))
        return {
            "overlap": interval(float(np.mean(areas)), np.array(areas)),
            "frechet": interval(float(np.mean(distances)), np.array(distances)),
            "auc": self._told_apart(theirs),
        }

    def _filled(self, rows: Floats) -> Floats:
        """In people's standard deviations from their mean; what is not known is at the mean."""
        middle, spread = np.nanmean(self._people, axis=0), np.nanstd(self._people, axis=0)
        standard = (rows - middle) / np.where(spread > 0, spread, 1)
        filled: Floats = np.clip(np.nan_to_num(standard), -OUTERMOST, OUTERMOST)
        return filled

    def _told_apart(self, theirs: Floats) -> Estimate:
        """AUC of the classifier; of people themselves for one half of the songs against the other."""
        random = np.random.default_rng(self._seed)
        if np.array_equal(theirs, self._people, equal_nan=True):
            areas = [auc(held_out_scores(self._people, half, self._songs, random), half) for half in self._halves[::10]]
            return interval(float(np.mean(areas)), np.array(areas))
        labels = self._labels(len(theirs))
        songs = np.concatenate([self._songs, self._songs])
        scores = held_out_scores(np.concatenate([theirs, self._people]), labels, songs, random)
        return interval(auc(scores, labels), self._resampled(scores, labels, songs, random))

    def _resampled(self, scores: Floats, labels: Bools, songs: Integers, random: np.random.Generator) -> Floats:
        """The AUC with the songs drawn again, often."""
        rows = [np.flatnonzero(songs == song) for song in range(int(songs.max()) + 1)]
        values = []
        for _ in range(RESAMPLES):
            drawn = np.concatenate([rows[song] for song in random.integers(len(rows), size=len(rows))])
            values.append(auc(scores[drawn], labels[drawn]))
        return np.array(values)
