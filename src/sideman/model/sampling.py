"""From logits to ids: temperature, top-p, a mask and a seed. Knows no music and no network.

One draw takes exactly one uniform number from its row's own generator, so a row's ids depend on its logits and its
generator alone, whatever else is in the batch. Draws follow the cumulative probability in the order of the ids:
logits that differ by noise of size e, as between two BLAS libraries, change a draw with a chance in the order of e
(some 1e-6). Rounding logits would not lower it: it makes most differences vanish and the others larger.
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

    temperature: float = 1.0
    top_p: float = 0.98
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

        Raises :class:`TokenError` where a row allows no id, or the logits of those it allows are not finite.
        """
        masked = np.where(allowed, logits, -np.inf)
        peak = masked.max(axis=1, keepdims=True)
        if not np.isfinite(peak).all():
            _explain(allowed)
        # Drawn at temperature 0 too: the generators advance alike.
        uniform = np.array([generator.random() for generator in generators])
        if self.options.temperature == 0:
            best: npt.NDArray[np.int64] = masked.argmax(axis=1)
            return best
        masked -= peak
        masked /= self.options.temperature
        probabilities = np.exp(masked, dtype=np.float64)  # the likeliest has 1
        if self.options.top_p < 1:
            probabilities = _nucleus(probabilities, self.options.top_p)
        cumulative = probabilities.cumsum(axis=1)
        # A uniform number is at most 1 - 2**-53, and its product with the total rounds to less than the total:
        # some id's cumulative probability passes it, and the first that does has a probability of its own.
        target = uniform[:, None] * cumulative[:, -1:]
        drawn: npt.NDArray[np.int64] = (cumulative <= target).sum(axis=1)
        return drawn


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
