"""What everybody is measured by, beside people's windows and the halves of their songs. Knows bands; composes none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from sideman.judging.classifier import auc, held_out_scores, resampled_auc, single_aucs
from sideman.judging.features import FEATURES, apply_to, features
from sideman.judging.keeping import Keeping, keeping
from sideman.judging.memory import Memory, window_ids
from sideman.judging.musegan import MEASURES, musegan
from sideman.judging.repetition import DISTANCES, diversity, empty_bars, repetition, repetition_at
from sideman.judging.report import Feature, Row
from sideman.judging.statistics import (
    NOTHING,
    Densities,
    Estimate,
    Floats,
    Integers,
    frechet,
    interval,
    mean,
    moments,
    overlap,
)
from sideman.judging.windows import Window
from sideman.model.threads import one_blas_thread
from sideman.music.band import Band
from sideman.music.progression import Progression
from sideman.music.time import bars

HALVES = 100  # ways to cut the songs in two
_CLASSIFIED = 10  # of them, to see whether people's halves can be told apart
OUTERMOST = 4.0  # standard deviations that the Fréchet distance sees: one odd piece is not all of it
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Played:
    """What somebody plays for every window, and the chords to which it is held."""

    name: str
    bands: Sequence[Band]
    charts: Sequence[Progression]


class Bench:
    """Measures whoever plays for ``windows``. ``seed`` cuts the songs in two and draws them again."""

    def __init__(self, windows: Sequence[Window], people: Sequence[Band], seed: int) -> None:
        self._windows = windows
        self._seed = seed
        names = list(dict.fromkeys(window.song for window in windows))
        self._songs: Integers = np.array([names.index(window.song) for window in windows])
        self._applies: Bools = np.array([apply_to(window.roles) for window in windows])
        self._people = np.array([features(band) for band in people])
        random = np.random.default_rng(seed)
        half = np.array([random.permutation(len(names)) < len(names) / 2 for _ in range(HALVES)])
        self._halves: Bools = half[:, self._songs]  # (halves, windows)
        self._own_distances = self._distances(self._standard(self._people))

    def row(self, played: Played, second: Sequence[Band], memory: Memory | None) -> Row:
        """Every figure of somebody. ``second`` holds another take for the first windows, or nothing."""
        kept = np.array([keeping(*pair) for pair in zip(played.bands, played.charts, strict=True)])
        known = np.array([musegan(band) for band in played.bands])
        values = {name: self._mean(column) for name, column in zip(Keeping._fields, kept.T, strict=True)}
        values |= self._likeness(np.array([features(band) for band in played.bands]))
        values |= {
            "repeated": self._of(played, repetition),
            **{f"repeated {step}": self._of(played, partial(repetition_at, distance=step)) for step in DISTANCES},
            "empty": self._of(played, empty_bars),
            "notes": self._of(played, lambda band: band.note_count / bars(band.steps)),
            "diversity": self._mean(np.array([diversity(pair) for pair in zip(played.bands, second, strict=False)])),
        }
        if memory is not None:
            ids = [window_ids(band, window) for band, window in zip(played.bands, self._windows, strict=True)]
            for name, several in (("run", False), ("run together", True)):
                runs = np.array([memory.longest_run(each, several=several) for each in ids], np.float64)
                values[name] = self._mean(runs)
                values[f"longest {name}"] = Estimate(float(runs.max()), float(runs.max()), float(runs.max()))
        values |= {name: self._mean(column) for name, column in zip(MEASURES, known.T, strict=True)}
        return Row(played.name, values)

    def telling(self, played: Played) -> tuple[Feature, ...]:
        """The features by how well each alone tells somebody from people, the best first."""
        theirs = np.array([features(band) for band in played.bands])
        alone = single_aucs(np.concatenate([theirs, self._people]), self._labels())
        found = [
            Feature(name, float(value), float(np.nanmean(ours)), float(np.nanmean(people)))
            for name, value, ours, people in zip(FEATURES, alone, theirs.T, self._people.T, strict=True)
            if np.isfinite(value)
        ]
        return tuple(sorted(found, key=lambda feature: -abs(feature.auc - 1 / 2)))

    def _of(self, played: Played, measure: Callable[[Band], float]) -> Estimate:
        """Mean of a figure of every band."""
        return self._mean(np.array([measure(band) for band in played.bands]))

    def _mean(self, values: Floats) -> Estimate:
        """Mean of a figure of each window, or of each of the first."""
        if not len(values):
            return NOTHING
        return mean(values, self._songs[: len(values)], np.random.default_rng(self._seed))

    def _labels(self) -> Bools:
        """Of somebody's rows, then as many of people's."""
        return np.arange(2 * len(self._windows)) < len(self._windows)

    def _likeness(self, theirs: Floats) -> dict[str, Estimate]:
        """Overlap and Fréchet distance against those of people and people, and the classifier's AUC."""
        densities = Densities(np.concatenate([theirs, self._people]), self._people, len(theirs) // 2)
        mine, same, other = (
            densities.of(rows, self._applies, halves)
            for rows, halves in ((theirs, self._halves), (self._people, self._halves), (self._people, ~self._halves))
        )
        areas = overlap(mine, other) / overlap(same, other)
        distances = self._distances(self._standard(theirs)) / self._own_distances
        return {
            "overlap": interval(float(areas.mean()), areas),
            "frechet": interval(float(distances.mean()), distances),
            "auc": self._told_apart(theirs),
        }

    @one_blas_thread()  # more would wait for one another over these small matrices
    def _distances(self, standard: Floats) -> Floats:
        """Fréchet distances of one half of somebody's windows from the other half of people's: (halves,)."""
        people = self._standard(self._people)
        return np.array([frechet(standard[half], people[~half]) for half in self._halves])

    def _standard(self, rows: Floats) -> Floats:
        """In people's standard deviations from their mean; what is not known is at the mean."""
        middle, spread = moments(self._people)
        standard = (rows - middle) / spread
        filled: Floats = np.clip(np.nan_to_num(standard), -OUTERMOST, OUTERMOST)
        return filled

    def _told_apart(self, theirs: Floats) -> Estimate:
        """AUC of the classifier; of people themselves for one half of the songs against the other."""
        random = np.random.default_rng(self._seed)
        if np.array_equal(theirs, self._people, equal_nan=True):
            halves = self._halves[:_CLASSIFIED]
            areas = [auc(held_out_scores(self._people, half, self._songs, random), half) for half in halves]
            return interval(float(np.mean(areas)), np.array(areas))
        labels = self._labels()
        songs = np.concatenate([self._songs, self._songs])
        scores = held_out_scores(np.concatenate([theirs, self._people]), labels, songs, random)
        return interval(auc(scores, labels), resampled_auc(scores, labels, songs, random))
