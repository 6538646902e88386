"""Statistics of the judge: intervals, overlap of distributions, Fréchet distance. Knows no music."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
LEVEL = 0.95  # of the intervals
RESAMPLES = 1000
_GRID = 128  # points at which a density is known
_MARGIN = 3.0  # bandwidths beyond the outermost values
_SCOTT = -0.2  # exponent of n in the bandwidth (Scott, "Multivariate density estimation", 1992)


class Estimate(NamedTuple):
    """A value and the interval around it; all nan where there is nothing to measure."""

    value: float
    low: float
    high: float


NOTHING = Estimate(float("nan"), float("nan"), float("nan"))


def interval(value: float, samples: Floats) -> Estimate:
    """A value with the middle :data:`LEVEL` of its resampled values."""
    known = samples[np.isfinite(samples)]
    if not np.isfinite(value) or not len(known):
        return NOTHING
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(value), float(low), float(high))


def mean(values: Floats, songs: Integers, random: np.random.Generator) -> Estimate:
    """Mean of the values that are known, one a window, with a bootstrap over the songs (window,) they are from.

    Efron and Tibshirani, "An introduction to the bootstrap", 1993: whole songs are drawn again, with their windows.
    """
    known = np.isfinite(values)
    count = int(songs.max()) + 1
    totals = np.bincount(songs, np.where(known, values, 0), count)
    numbers = np.bincount(songs, known, count)
    drawn = random.integers(count, size=(RESAMPLES, count))
    with np.errstate(invalid="ignore"):
        resampled = totals[drawn].sum(1) / numbers[drawn].sum(1)
        return interval(float(totals.sum() / numbers.sum()), resampled)


def moments(rows: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the known values of each feature of (n, features); 0 and 1 where they say none."""
    known = np.isfinite(rows)
    count = np.maximum(known.sum(0), 1)
    middle = np.where(known, rows, 0).sum(0) / count
    spread = np.sqrt(np.where(known, (rows - middle) ** 2, 0).sum(0) / count)
    return middle, np.where(spread > 0, spread, 1.0)


class Densities:
    """Kernel densities of each feature, (n, features) in, smoothed alike for whatever is compared.

    ``values`` set the grid, those of ``people`` the bandwidth: Gaussian, by Scott's rule for ``size`` values. Unknown
    values are nan, and take their share of the mass with them.
    """

    def __init__(self, values: Floats, people: Floats, size: int) -> None:
        middle, spread = moments(people)
        width = spread * size**_SCOTT
        filled = np.where(np.isfinite(values), values, middle)
        low, high = filled.min(0) - _MARGIN * width, filled.max(0) + _MARGIN * width
        self._low, self._step = low, (high - low) / (_GRID - 1)
        apart = np.subtract.outer(np.arange(_GRID), np.arange(_GRID))
        kernels = np.exp(-0.5 * (apart * (self._step / width)[:, None, None]) ** 2)  # (feature, grid, cell)
        kernels /= kernels.sum(1, keepdims=True)
        self._kernels = kernels.swapaxes(1, 2).copy()  # (feature, cell, grid)

    def of(self, values: Floats, applies: Bools, samples: Bools) -> Floats:
        """The densities (samples, features, grid) of values (n, features), of the rows that are in each sample (·, n).

        They sum to the share that is known of those that apply, (n, features).
        """
        known = np.isfinite(values) & applies
        cell = np.rint(np.where(known, values - self._low, 0) / self._step).astype(np.int64)
        features = np.arange(values.shape[1])
        bells = self._kernels[features, cell] * known[:, :, None]  # (n, feature, grid)
        sums = samples.astype(np.float64) @ bells.reshape(len(values), -1)
        due = samples.astype(np.float64) @ applies
        densities: Floats = sums.reshape(len(samples), len(features), _GRID) / np.maximum(due, 1)[:, :, None]
        return densities


def overlap(mine: Floats, other: Floats) -> Floats:
    """Overlapping area of densities (samples, features, grid): (samples,), the mean of the features of ``other``."""
    there = other.sum(2) > 0
    areas: Floats = (np.minimum(mine, other).sum(2) * there).sum(1) / there.sum(1)
    return areas


def frechet(mine: Floats, other: Floats) -> float:
    """Squared Fréchet distance of the Gaussians that fit two samples (n, features).

    Heusel et al., "GANs trained by a two time-scale update rule", 2017.
    """
    root = _root(np.cov(mine, rowvar=False))
    covariance = np.cov(other, rowvar=False)
    product = np.linalg.eigvalsh(root @ covariance @ root)
    shift = mine.mean(0) - other.mean(0)
    trace = float((root * root).sum() + np.trace(covariance))
    return float(shift @ shift + trace - 2 * np.sqrt(np.maximum(product, 0)).sum())


def _root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    root: Floats = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root
