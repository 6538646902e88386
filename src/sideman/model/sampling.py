"""From logits to ids: temperature, top-p, a mask and a seed. Knows no music and no network.

A draw is a race: every id that may come gets a random time from its take's own generator, and the one that is first
for its probability wins. So a take's ids depend on its logits alone, whatever else is in the batch, and the ids are as
stable as random ids can be: logits that differ by noise of size e, as between two BLAS libraries (some
1e-6), change a draw with a chance of about e. Along the cumulative probability, with one random number a draw, it is
ten times that; rounding the logits lowers neither, it makes most differences vanish and the others larger.
"""

from __future__ import annotations

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
    """Draws the ids of one take, one after the other."""

    def __init__(self, options: SamplingOptions, take: int = 0) -> None:
        self.options = options
        self._random = options.generator(take)

    def draw(self, logits: npt.NDArray[np.floating], choices: npt.NDArray[np.intp]) -> int:
        """One of ``choices``, ids in rising order, by logits (vocab,).

        Takes one random number a choice, at temperature 0 none. Raises :class:`TokenError` where there is no choice or
        the logits of the choices are not finite.
        """
        if not len(choices):
            raise TokenError("no id is allowed next: the prefix or its chart is no valid one")
        scores = logits[choices].astype(np.float64)
        if not np.isfinite(scores).all():
            raise TokenError("the network's logits are not finite: its weights are damaged, use others")
        best = scores.argmax()
        if self.options.temperature == 0:
            return int(choices[best])
        scores -= scores[best]
        scores /= self.options.temperature
        weights = np.exp(scores)  # the likeliest has 1
        if self.options.top_p < 1:
            _cut(weights, self.options.top_p)
        # Exponential times, never 0; of these, time / weight is least for an id with the probability of its weight.
        times = np.finfo(np.float64).tiny - np.log1p(-self._random.random(len(choices)))
        weights /= times
        return int(choices[weights.argmax()])


def _cut(weights: npt.NDArray[np.float64], top_p: float) -> None:
    """Set all weights, unnormalised, to zero but the likeliest that reach ``top_p``; ties stay in.

    Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020.
    """
    falling = np.sort(weights)[::-1]
    cumulative = falling.cumsum()
    last = cumulative.searchsorted(top_p * cumulative[-1])
    weights[weights < falling[last]] = 0
