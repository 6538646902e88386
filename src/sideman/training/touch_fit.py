"""Fits a touch: what all players do with a note, how players differ, and what is left. Knows no files.

A note's deviation from its bar's mean is ``x w0 + sum z_k x w_k + e``: x says the classes that the note is in, w0
holds for everybody, and the ``z`` of a track, its player's traits, are drawn from a normal distribution. That is a
mixed model whose random slopes have a covariance of low rank; w0 is a ridge regression, the w_k are found by
expectation maximisation (Dempster, Laird and Rubin, 1977; for factors as in Rubin and Thayer, 1982). All columns are
centred within their bar, as what is heard is. Only each track's sums of squares and products are needed for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.music.band import ONSET, PITCH, Role
from sideman.music.strokes import sizes
from sideman.music.touch import SCALE, Learnt
from sideman.training.touch_songs import PlayedBar

TRAITS = 8
_ROUNDS = 15  # of expectation and maximisation
_RIDGE = 30.0  # notes
_HEARD = 300  # notes of a track that count in full: its bars repeat one another
_SHORTEST = 3  # onsets of a bar whose spread is measured
_LARGEST = np.iinfo(np.int16).max

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sums:
    """One track's sums over its notes, each weighted: of products of columns, of columns with y, of y squared."""

    columns: npt.NDArray[np.float32]  # (classes, classes)
    products: Floats  # (classes,)
    squares: float
    notes: float


@dataclass(frozen=True, eq=False)
class Fit:
    """``weights`` (classes, 1 + traits) in velocities, and the ``variance`` that they leave."""

    weights: Floats
    variance: float

    def traits(self, sums: Sums) -> Floats:
        """(traits,) what a track's player most likely is."""
        own = self.weights[:, 1:]
        precision = np.eye(own.shape[1]) + own.T @ sums.columns @ own / self.variance
        wanted = own.T @ (sums.products - sums.columns @ self.weights[:, 0]) / self.variance
        return np.asarray(np.linalg.solve(precision, wanted), np.float64)


def learn(role: Role, tracks: Sequence[Sequence[PlayedBar]], traits: int = TRAITS) -> Learnt:
    """What the tracks of a role teach, one a song. Raises :class:`DataError` where there are none."""
    if not tracks:
        raise DataError(f"{role}: no track that somebody played; give more songs")
    sums = [sums_of(role, bars) for bars in tracks]
    fit = fit_sums(sums, traits)
    residue = _residue(role, fit, tracks, sums)
    whole = [np.clip(np.rint(SCALE * part), -_LARGEST, _LARGEST).astype(np.int64) for part in (fit.weights, residue)]
    return Learnt(*whole)


def columns_of(role: Role, bars: Sequence[PlayedBar]) -> tuple[Floats, Floats]:
    """(notes, classes) 1 for each class of a note, less its bar's mean; and (notes,) its deviation."""
    counts = list(sizes(role).values())
    offsets = np.cumsum([0, *counts[:-1]])
    classes = np.concatenate([bar.told.classes for bar in bars]) + offsets
    table = np.zeros((len(classes), sum(counts)))
    table[np.arange(len(classes))[:, None], classes] = 1
    length = np.array([len(bar.velocity) for bar in bars])
    first = np.cumsum(length) - length
    table -= np.repeat(np.add.reduceat(table, first) / length[:, None], length, axis=0)
    return table, np.concatenate([bar.velocity - bar.velocity.mean() for bar in bars])


def sums_of(role: Role, bars: Sequence[PlayedBar]) -> Sums:
    """The sums of one track."""
    table, deviation = columns_of(role, bars)
    weight = min(1.0, _HEARD / len(deviation))
    small = table.astype(np.float32)
    return Sums(
        weight * (small.T @ small),
        weight * (deviation @ table),
        weight * float(deviation @ deviation),
        weight * len(deviation),
    )


def fit_sums(sums: Sequence[Sums], traits: int) -> Fit:
    """The fit to these tracks with so many traits."""
    columns = np.stack([each.columns for each in sums])  # (tracks, classes, classes)
    classes = columns.shape[-1]
    ridge = _RIDGE * np.eye(classes)
    common = np.linalg.solve(columns.sum(0) + ridge, sum(each.products for each in sums))
    rest = np.stack([each.products - each.columns @ common for each in sums])  # (tracks, classes)
    squares = np.array([each.squares - (each.products + own) @ common for each, own in zip(sums, rest, strict=True)])
    notes = sum(each.notes for each in sums)
    variance = max(squares.sum() / notes, 1 / SCALE)
    own = np.random.default_rng(0).normal(0, variance**0.5 / 4, (classes, traits))
    for _ in range(_ROUNDS if traits else 0):
        with_columns = np.matmul(columns, own.astype(np.float32))  # (tracks, classes, traits)
        inner = np.einsum("dj,sdk->sjk", own, with_columns)
        wanted = rest @ own
        spread = np.linalg.inv(np.eye(traits) + inner / variance)
        mean = np.einsum("sjk,sk->sj", spread, wanted) / variance
        second = np.einsum("sj,sk->sjk", mean, mean) + spread
        left = squares - 2 * (mean * wanted).sum(1) + (second * inner).sum((1, 2))
        variance = max(left.sum() / notes, 1 / SCALE)
        pairs = np.tensordot(second.reshape(len(sums), -1).T.astype(np.float32), columns, 1)
        blocks = pairs.reshape(traits, traits, classes, classes).transpose(0, 2, 1, 3).reshape(traits * classes, -1)
        solved = np.linalg.solve(blocks + np.kron(np.eye(traits), ridge), (mean.T @ rest).ravel())
        own = solved.reshape(traits, classes).T
    return Fit(np.column_stack([common, own]), float(variance))


def _residue(role: Role, fit: Fit, tracks: Sequence[Sequence[PlayedBar]], sums: Sequence[Sums]) -> Floats:
    """(2, 3) standard deviations of what is left, as :class:`~sideman.music.touch.Learnt` has them."""
    spreads: list[float] = []
    squares = np.zeros(2)  # of onsets, of notes in them
    several = notes = 0
    alike = np.zeros((2, 2, 3))  # (rhythm or figure, onset or voice): products, squares of both
    for bars, own in zip(tracks, sums, strict=True):
        table, deviation = columns_of(role, bars)
        left = deviation - table @ (fit.weights @ np.concatenate([[1.0], fit.traits(own)]))
        last: dict[tuple[int, bytes], Floats] = {}
        start = 0
        for bar in bars:
            rest = left[start : start + len(bar.velocity)]
            start += len(rest)
            if bar.onsets < _SHORTEST:
                continue
            count = bar.told.count
            by_onset = (np.bincount(bar.told.onset, rest) / count)[bar.told.onset]
            parts = np.stack([by_onset, rest - by_onset])
            spreads.append(float(rest.std()))
            squares += (parts**2).sum(1)
            notes += len(rest)
            several += int((count[bar.told.onset] > 1).sum())
            place = bar.notes[:, ONSET] - bar.setting.start
            figure = np.stack([place, bar.notes[:, PITCH]])
            keys = ((0, place.tobytes()), (1, figure.tobytes()))
            known = [key in last for key in keys]
            if any(known):
                kind = 1 if known[1] else 0
                before = last[keys[kind]]
                alike[kind] += np.stack([(before * parts).sum(1), (before**2).sum(1), (parts**2).sum(1)], 1)
            last |= dict.fromkeys(keys, parts)
    if not notes:
        return np.zeros((2, 3))
    share = squares / max(float(squares.sum()), 1 / SCALE)
    variance = np.median(spreads) ** 2 * share * np.array([1.0, notes / max(several, 1)])  # (2,)
    with np.errstate(invalid="ignore"):
        likeness = np.nan_to_num(alike[..., 0] / np.sqrt(alike[..., 1] * alike[..., 2]))
    rhythm = np.clip(likeness[0], 0, 1)
    figure_too = np.clip(likeness[1], rhythm, 1)
    parts_of = np.stack([rhythm, figure_too - rhythm, 1 - figure_too], 1)
    residue: Floats = np.sqrt(variance[:, None] * parts_of)
    return residue
