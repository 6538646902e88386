"""Can a classifier tell two samples apart, and by what? Knows rows of numbers; no music.

The classifier two-sample test of Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", ICLR 2017: the area
under the curve is .5 where nothing is to be told and 1 where every pair is. The classifier is a logistic regression
with a ridge, on standardised features and how far they are from the middle; docs/evaluation.md compares others.
"""

from __future__ import annotations

import numpy as np

from sideman.judging.statistics import RESAMPLES, Bools, Floats, Integers, moments
from sideman.model.threads import one_blas_thread

FOLDS = 5
ROUNDS = 3  # of folds; the scores of a row are averaged
_RIDGE = 30.0
_OUTERMOST = 4.0  # standard deviations
_STEPS = 30  # of Newton's method
_ENOUGH = 1e-6
_TINY = 1e-9


def auc(scores: Floats, labels: Bools) -> float:
    """Chance that one of ``labels`` scores above one of the others; ties count half (Mann and Whitney)."""
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    ours = int(labels.sum())
    others = len(labels) - ours
    if not ours or not others:
        return float("nan")
    return float((rank[place][labels].sum() - ours * (ours + 1) / 2) / (ours * others))


def resampled_auc(scores: Floats, labels: Bools, songs: Integers, random: np.random.Generator) -> Floats:
    """The same of songs that are drawn again, with all their rows: (RESAMPLES,)."""
    _, song = np.unique(songs, return_inverse=True)
    count = int(song.max()) + 1
    drawn = random.multinomial(count, np.full(count, 1 / count), RESAMPLES)
    order = np.argsort(scores, kind="stable")
    values, place = np.unique(scores[order], return_inverse=True)
    first = np.searchsorted(place, np.arange(len(values)))
    weight = drawn[:, song[order]].astype(np.float64)
    ours, others = (np.add.reduceat(weight * side, first, axis=1) for side in (labels[order], ~labels[order]))
    below = np.cumsum(others, 1) - others / 2
    with np.errstate(invalid="ignore"):  # where none of one side is drawn
        areas: Floats = (ours * below).sum(1) / (ours.sum(1) * others.sum(1))
    return areas


@one_blas_thread()  # more would wait for one another over these small systems
def held_out_scores(rows: Floats, labels: Bools, songs: Integers, random: np.random.Generator) -> Floats:
    """How much each row (n, features) looks like those of ``labels`` to a classifier that saw no row of its song.

    Unknown values are nan and count as the mean.
    """
    filled = np.where(np.isfinite(rows), rows, moments(rows)[0])
    names, song = np.unique(songs, return_inverse=True)
    scores = np.zeros(len(rows))
    for _ in range(ROUNDS):
        fold = random.permutation(len(names)) % FOLDS
        for number in range(FOLDS):
            held = fold[song] == number
            if not held.any():
                continue
            train, test = _standardised(filled[~held], filled[held])
            scores[held] += test @ _fit(train, labels[~held])
    return scores / ROUNDS


def single_aucs(rows: Floats, labels: Bools) -> Floats:
    """What each feature (features,) tells alone; nan where it is not known on both sides."""
    known = np.isfinite(rows)
    return np.array([auc(row[there], labels[there]) for row, there in zip(rows.T, known.T, strict=True)])


def _standardised(train: Floats, test: Floats) -> tuple[Floats, Floats]:
    """Both in standard deviations of ``train``, with how far they are from its mean, and a column of ones."""
    middle, spread = moments(train)
    near, far = (np.clip((part - middle) / spread, -_OUTERMOST, _OUTERMOST) for part in (train, test))
    distance = np.abs(near).mean(0)
    first, second = (
        np.concatenate([part, np.abs(part) - distance, np.ones((len(part), 1))], axis=1) for part in (near, far)
    )
    return first, second


def _fit(rows: Floats, labels: Bools) -> Floats:
    """Weights of a logistic regression, by Newton's method; the last column has no ridge."""
    ridge = np.full(rows.shape[1], _RIDGE)
    ridge[-1] = _TINY
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -_STEPS, _STEPS)))
        slope = rows.T @ (labels - chance) - ridge * weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < _ENOUGH:
            break
    return weights
