"""From logits to ids: temperature, top-p, a mask and a seed. Knows no music and no network.

A draw is a race: every id gets a random time from its row's own generator, and the one that is first for its
probability wins. So a row's ids depend on its logits and its generator alone, whatever else is in the batch, and the
ids are as stable as random ids can be: logits that differ by noise of size e, as between two BLAS libraries (some
1e-6), change a draw with a chance of about e. Along the cumulative probability, with one random number a draw, it is
ten times that; rounding the logits lowers neither, it makes most differences vanish and the others larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sideman.errors import OptionError, TokenError

MIN_TEMPERATURE = 0.01  # below, only 0 makes a difference
MAX_TEMPERATURE = 10.0
SEEDS = 2**64


@dataclass(frozen=True)
class SamplingOptions:
    """How ids are drawn.

    ``temperature`` 0 takes the likeliest id, 1 the model's own distribution, more flattens it. ``top_p`` keeps the
    fewest likeliest ids that together reach this probability. ``seed`` makes it repeatable.
    Raises :class:`OptionError` outside the ranges.
    """

    temperature: float = 0.9  # with top_p .95 generated bands keep to their chords as people do (docs/experiments.md)
    top_p: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        # Comparisons are written so that NaN fails them.
        if self.temperature != 0 and not MIN_TEMPERATURE <= self.temperature <= MAX_TEMPERATURE:
            raise OptionError(
                f"temperature {self.temperature} is out of range: give 0 or {MIN_TEMPERATURE} to {MAX_TEMPERATURE:g}"
            )
        if not 0 < self.top_p <= 1:
            raise OptionError(f"top_p {self.top_p} is out of range: give more than 0 and at most 1")
        if not isinstance(self.seed, int) or not 0 <= self.seed < SEEDS:
            raise OptionError(f"seed {self.seed} is out of range: give a whole number from 0 to 2^64 - 1")

    def generator(self, take: int = 0) -> np.random.Generator:
        """The random numbers of one take; another take or seed gets unrelated ones."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence((self.seed, take))))


class Sampler:
    """Draws the next id of several rows at once."""

    def __init__(self, options: SamplingOptions) -> None:
        self.options = options

    def sample(
        self,
        logits: npt.NDArray[np.floating],
        allowed: npt.NDArray[np.bool_],
        generators: Sequence[np.random.Generator],
    ) -> npt.NDArray[np.int64]:
        """Ids (rows,) for logits (rows, vocab), only where ``allowed`` (rows, vocab), one generator a row.

        Each generator gives one number for each id of the vocabulary, at temperature 0 none.
        Raises :class:`TokenError` where a row allows no id, or the logits of those it allows are not finite.
        """
        masked = np.where(allowed, logits, -np.inf).astype(np.float64)
        peak = masked.max(axis=1, keepdims=True)
        if not np.isfinite(peak).all():
            _explain(allowed)
        if self.options.temperature == 0:
            best: npt.NDArray[np.int64] = masked.argmax(axis=1)
            return best
        masked -= peak
        masked /= self.options.temperature
        weights = np.exp(masked)  # the likeliest has 1
        if self.options.top_p < 1:
            weights = _nucleus(weights, self.options.top_p)
        # Exponential times, never 0; of these, time / weight is least for an id with the probability of its weight.
        uniform = np.empty(weights.shape)
        for generator, row in zip(generators, uniform, strict=True):
            generator.random(out=row)
        times = np.finfo(np.float64).tiny - np.log1p(-uniform)
        first: npt.NDArray[np.int64] = (weights / times).argmax(axis=1)
        return first


def _nucleus(weights: npt.NDArray[np.float64], top_p: float) -> npt.NDArray[np.float64]:
    """Weights (rows, vocab), unnormalised, with all but the likeliest that reach ``top_p`` at zero; ties stay in.

    Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020.
    """
    falling = np.sort(weights, axis=1)[:, ::-1]
    cumulative = falling.cumsum(axis=1)
    last = (cumulative < top_p * cumulative[:, -1:]).sum(axis=1, keepdims=True)
    return np.where(weights >= np.take_along_axis(falling, last, axis=1), weights, 0)


def _explain(allowed: npt.NDArray[np.bool_]) -> None:
    empty = np.flatnonzero(~allowed.any(axis=1))
    if len(empty):
        raise TokenError(f"no id is allowed next in row {empty[0]}: its prefix or its chart is no valid one")
    raise TokenError("the network's logits are not finite: its weights are damaged, use others")
