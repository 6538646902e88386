"""From logits to ids: temperatures by kind, top-p, a mask and a seed. Knows no music and no network.

Ids come in kinds, and a draw is made in two steps: which kind comes next, by the sum of its probabilities, then which
id of that kind. Each step has a temperature; the second is cut by top-p. So what is done to the values of one kind
never changes how often another kind comes, and a kind that comes seldom, such as a rest, still does.

Each step is a race: all that may come get a random time from their take's own generator, and the one that is first
for its probability wins. So a take's ids depend on its logits alone, whatever else is in the batch, and the ids are as
stable as random ids can be: logits that differ by noise of size e, as between two BLAS libraries (some 1e-6), change a
draw with a chance of about e. Along the cumulative probability, with one random number a step, it is ten times that;
rounding the logits lowers neither, it makes most differences vanish and the others larger.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from sideman.errors import CheckpointError, TokenError

MIN_TEMPERATURE = 0.01  # below, only 0 makes a difference
MAX_TEMPERATURE = 10.0
MAX_FITTING = 10.0  # added to logits

Floats = npt.NDArray[np.float64]

_ADDED = ("fitting", "styling", "moving", "steady", "register")  # to logits
_LEANING = ("resting", "thickness")  # likewise, but less can be likelier too
_CHANCES = (2, 4)  # of a repeat
_TINY = np.finfo(np.float64).tiny


class Known(Protocol):
    """Songs that are not to be played again: what a take asks of them, and a name for them."""

    @property
    def digest(self) -> str:
        """Another one where they are others."""

    def ends(self, ids: Sequence[int], role: int) -> bool:
        """Whether the ids of some bars end as one of the songs, in what a role plays."""


@dataclass(frozen=True)
class SamplingDefaults:
    """How the ids of some weights are drawn unless the leader says otherwise: chosen for them, and kept with them.

    ``kind`` is the temperature of the kinds, ``values`` those of the ids within a kind, by the kind's name; ``value``
    holds for the others. ``top_p`` cuts the ids within a kind. ``repeats`` tells how often what is to be like
    something earlier is the same, by names of the caller: the chance after one that was not, and after one that was; if
    there are four, the last two hold for what is to be like it in part.
    ``fitting`` is what is added to the logits of ids that fit where they stand, by such names too, within their kind;
    ``styling`` is how strongly a style is kept to, by the kind of ids; ``moving`` and ``steady`` how strongly lines
    move and bars stay as full as they were, ``register`` how much is told of how high players play, ``fullness`` what
    is added to each level of how full bars are, ``resting`` and ``thickness`` what is added to a rest and to one more
    note of an onset, against what may come in their place, by names of the caller. ``known``, which has a file of its
    own, tells what they learnt from. Raises :class:`CheckpointError` outside the ranges.
    """

    kind: float = 1.0
    value: float = 1.0
    values: Mapping[str, float] = field(default_factory=dict)
    top_p: float = 1.0
    repeats: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    fitting: Mapping[str, float] = field(default_factory=dict)
    styling: Mapping[str, float] = field(default_factory=dict)
    moving: Mapping[str, float] = field(default_factory=dict)
    steady: Mapping[str, float] = field(default_factory=dict)
    register: Mapping[str, float] = field(default_factory=dict)
    fullness: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    resting: Mapping[str, float] = field(default_factory=dict)
    thickness: Mapping[str, float] = field(default_factory=dict)
    known: Known | None = None

    def __post_init__(self) -> None:
        for name, chances in self.repeats.items():
            if len(chances) not in _CHANCES or not all(_is_number(chance) and 0 <= chance <= 1 for chance in chances):
                raise CheckpointError(
                    f"the repeats of {name} are {str(chances)[:40]}: give two or four chances, 0 to 1"
                )
        for what in (*_ADDED, *_LEANING):
            least = 0 if what in _ADDED else -MAX_FITTING
            for name, added in getattr(self, what).items():
                if not _is_number(added) or not least <= added <= MAX_FITTING:
                    raise CheckpointError(
                        f"the {what} of {name} is {str(added)[:12]}: give {least:g} to {MAX_FITTING:g}"
                    )
        for name, levels in self.fullness.items():
            if not all(_is_number(added) and abs(added) <= MAX_FITTING for added in levels):
                raise CheckpointError(
                    f"the fullness of {name} is {str(levels)[:40]}: give each level {-MAX_FITTING:g} to {MAX_FITTING:g}"
                )
        temperatures = {"kind": self.kind, "value": self.value, **self.values}
        for name, temperature in temperatures.items():
            if not _is_number(temperature) or not MIN_TEMPERATURE <= temperature <= MAX_TEMPERATURE:
                raise CheckpointError(
                    f"the sampling temperature of {name} is {str(temperature)[:12]}: "
                    f"give {MIN_TEMPERATURE} to {MAX_TEMPERATURE:g}"
                )
        if not _is_number(self.top_p) or not 0 < self.top_p <= 1:
            raise CheckpointError(f"the sampling top_p is {str(self.top_p)[:12]}: give more than 0 and at most 1")

    def fitted(self, times: float) -> Self:
        """The same, with ids that fit so many times as much likelier."""
        fitting = {name: min(added * times, MAX_FITTING) for name, added in self.fitting.items()}
        return replace(self, fitting=fitting)

    @classmethod
    def of(cls, values: object, kinds: Collection[str]) -> Self:
        """From what :meth:`to_dict` gave; all that it leaves out is 1.

        Raises :class:`CheckpointError` where it is damaged, or names a kind that is not one of ``kinds``.
        """
        nested = ("values", "repeats", "fullness", *_ADDED, *_LEANING)
        if not isinstance(values, Mapping) or not all(isinstance(values.get(name, {}), Mapping) for name in nested):
            raise CheckpointError("the sampling of these weights is damaged: write it again with sideman export")
        unknown = [
            *(values.keys() - {"kind", "value", "top_p", *nested}),
            *(values.get("values", {}).keys() - kinds),
            *(values.get("styling", {}).keys() - kinds),
        ]
        if unknown:
            raise CheckpointError(
                f"unknown sampling of {', '.join(sorted(map(str, unknown)))}: "
                f"give kind, value, top_p, and values of {', '.join(kinds)}"
            )
        several = {}
        for what, wanted in (("repeats", "two or four chances"), ("fullness", "a number for each level")):
            numbers = values.get(what, {})
            if not all(isinstance(each, Sequence) for each in numbers.values()):
                raise CheckpointError(f"the {what} of these weights are damaged: give each {wanted}")
            several[what] = {name: tuple(each) for name, each in numbers.items()}
        return cls(**{**values, **several})

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON. What weights of before don't have is left out: they keep their fingerprint."""
        added = {name: dict(getattr(self, name)) for name in ("repeats", *_ADDED, "fullness", *_LEANING)}
        plain = {"kind": self.kind, "value": self.value, "values": dict(self.values), "top_p": self.top_p, **added}
        return {name: value for name, value in plain.items() if value or name not in added}


@dataclass(frozen=True)
class SamplingOptions:
    """How daring the leader wants it; the ranges are the caller's affair.

    ``temperature`` scales all temperatures of the weights: 1 leaves them, more is more daring, 0 takes the likeliest
    kind and its likeliest id. ``top_p`` keeps of a kind the fewest likeliest ids that together reach this probability;
    None is the weights' own. ``seed`` makes it repeatable.
    """

    temperature: float = 1.0
    top_p: float | None = None
    seed: int = 0

    def generator(self, take: int = 0, purpose: str = "") -> np.random.Generator:
        """The random numbers of one take; another take, seed or purpose than drawing ids gets unrelated ones."""
        entropy = (self.seed, take, *purpose.encode())
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


class Sampler:
    """Draws the ids of one take, one after the other.

    ``kinds`` (vocab,) numbers the kind of each id; ids of one kind stand together. ``names`` holds the kinds' names by
    their numbers, as ``defaults`` speak of them.
    """

    def __init__(
        self,
        options: SamplingOptions,
        defaults: SamplingDefaults,
        kinds: npt.NDArray[np.integer],
        names: Sequence[str],
        take: int = 0,
    ) -> None:
        self._random = options.generator(take)
        self.is_greedy = options.temperature == 0
        self.top_p = defaults.top_p if options.top_p is None else options.top_p
        self._kinds = kinds
        scale = options.temperature or 1.0
        # A temperature is a power of the probabilities.
        self.kind_power = 1 / (scale * defaults.kind)
        self.powers = [1 / (scale * defaults.values.get(name, defaults.value)) for name in names]

    @property
    def generator(self) -> np.random.Generator:
        """The random numbers; who takes some leaves the following ones to this."""
        return self._random

    def draw(
        self,
        logits: npt.NDArray[np.floating],
        choices: npt.NDArray[np.intp],
        fitting: npt.NDArray[np.floating] | None = None,
        factors: Floats | None = None,
    ) -> int:
        """One of ``choices``, ids in rising order, by logits (vocab,).

        ``fitting`` (vocab,) is added within a kind; ``factors`` (kinds,) tell how much likelier each kind is. Takes a
        random number for each kind that may come, where there are several, and one for each id of the kind drawn, where
        there are several; at temperature 0 none. Raises :class:`TokenError` where there is no choice or the logits of
        the choices are not finite.
        """
        if not len(choices):
            raise TokenError("no id is allowed next: the prefix or its chart is not valid")
        scores = logits[choices].astype(np.float64)
        if not np.isfinite(scores).all():
            raise TokenError("the network's logits are not finite: its weights are damaged, use others")
        kinds = self._kinds[choices]
        begin, end = 0, len(choices)
        if kinds[0] != kinds[-1]:
            turns = (kinds[1:] != kinds[:-1]).nonzero()[0] + 1
            bounds = [0, *turns.tolist(), end]
            sums = np.add.reduceat(np.exp(scores - scores.max()), bounds[:-1])
            if factors is not None:
                sums *= factors[kinds[bounds[:-1]]]
            sums /= sums.max()
            kind = self._race(sums**self.kind_power)
            begin, end = bounds[kind], bounds[kind + 1]
            scores = scores[begin:end]
        if fitting is not None:
            scores += fitting[choices[begin:end]]
        scores -= scores.max()
        scores *= self.powers[kinds[begin]]
        weights = np.exp(scores)
        if self.top_p < 1 and end - begin > 1:
            _cut(weights, self.top_p)
        return int(choices[begin + self._race(weights)])

    def _race(self, weights: Floats) -> int:
        """Which is first; ``weights`` are probabilities of which the largest is 1. They are overwritten."""
        if self.is_greedy or len(weights) == 1:
            return int(weights.argmax())
        # Exponential times, never 0; of these, time / weight is least for an id with the probability of its weight.
        weights /= _TINY - np.log1p(-self._random.random(len(weights)))
        return int(weights.argmax())


def _cut(weights: Floats, top_p: float) -> None:
    """Set all weights, unnormalised, to zero but the likeliest that reach ``top_p``; ties stay in.

    Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020.
    """
    falling = np.sort(weights)[::-1]
    cumulative = falling.cumsum()
    last = cumulative.searchsorted(top_p * cumulative[-1])
    weights[weights < falling[last]] = 0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
