"""What is known of a song's bars besides their ids: metres, which earlier bar each resembles, where sections begin.

The leader decides it, training finds it in the music. It reaches the network as context features.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.errors import TokenError
from sideman.music.time import STEPS_PER_BEAT, Meter
from sideman.tokens.vocabulary import MAX_BEATS, POSITIONS


class Measure(NamedTuple):
    """The length of a bar in steps, and whether its beats are divided in three (6/8, 9/8, 12/8)."""

    steps: int = POSITIONS
    compound: bool = False

    @property
    def metre(self) -> int:
        """The context feature: 1 to 4 beats, and in compound metres 5 to 8. A beat that is cut short counts."""
        return -(-self.steps // STEPS_PER_BEAT) + (MAX_BEATS if self.compound else 0)

    @property
    def grid(self) -> int:
        """Steps between a leader's onsets; in compound metres halves of the eighths, of which a beat has three."""
        return 2 if self.compound else 1


COMMON = Measure()  # 4/4


def measures_of(meter: Meter) -> tuple[Measure, ...]:
    """A bar of a metre in the bars of the language: one, or several where it is longer than these, 5/4 as 3 + 2."""
    return tuple(Measure(part.steps, part.is_compound) for part in meter.parts)


METRES = 2 * MAX_BEATS + 1  # values of the feature; 0 is none

# How much a bar is like the earlier one that it points to, by what they share: values of the feature.
NOT_TOLD, NEW, DISTANT, LIKE, SAME = range(5)
LIKENESSES = 5
# Shared notes, as a part of all, from which on a bar is DISTANT, LIKE, SAME.
LIKENESS_LIMITS = (0.15, 0.45, 0.8)
NEAREST = 4  # bars back: a bar resembles one of another phrase, not its neighbour
_PHRASES = (4, 8)  # bars
SECTION_BARS = 16  # counted from a section's start, 1 for its first bar; 0: not told
SECTION_LEFT = 8  # bars left in a section, counted up to this many

# Where a first bar is from: values of the feature ``origin``, 0 for not told. Songs begin with a player or two.
OPENING, MIDDLE = 1, 2
ORIGINS = 3


class Echo(NamedTuple):
    """An earlier ``bar`` (-1: none) and how much this one is like it."""

    bar: int = -1
    likeness: int = NOT_TOLD


class Section(NamedTuple):
    """Where a bar stands in its section: its number from 1, and 1 more than the bars left, both up to a limit."""

    bar: int = 0
    left: int = 0


@dataclass(frozen=True)
class Form:
    """The bars of a song. An empty ``echoes`` or ``sections`` isn't told.

    ``more`` bars follow an excerpt of it; ``origin`` tells whether its first bar is the song's or out of its middle.

    Raises :class:`TokenError` where these are not one a bar, or an echo points ahead.
    """

    measures: tuple[Measure, ...]
    echoes: tuple[Echo, ...] = ()
    sections: tuple[Section, ...] = ()
    more: int = 0
    origin: int = NOT_TOLD

    def __post_init__(self) -> None:
        for told in (self.echoes, self.sections):
            if len(told) not in (0, len(self.measures)):
                raise TokenError(f"{len(told)} of {len(self.measures)} bars are told: tell all of them or none")
        for bar, echo in enumerate(self.echoes):
            if echo.bar >= bar:
                raise TokenError(f"bar {bar} resembles bar {echo.bar}: point to an earlier one")

    @classmethod
    def plain(cls, bars: int, more: int = 0) -> Form:
        """So many bars of 4/4 of which nothing else is known."""
        return cls((COMMON,) * bars, more=more)

    @property
    def bars(self) -> int:
        """How many bars."""
        return len(self.measures)


def echoes_of_chords(heads: Sequence[Hashable]) -> tuple[Echo, ...]:
    """What each bar is to be like, by its chords: an earlier bar that has the same, or nothing.

    ``heads`` are the chords of each bar with the one that follows. Of several bars it is the one after what the bar
    before points to, else one a phrase or two back, else the last.
    """
    told: list[Echo] = []
    last: dict[Hashable, int] = {}  # where chords stood last, far enough back
    for bar, head in enumerate(heads):
        if bar >= NEAREST:
            last[heads[bar - NEAREST]] = bar - NEAREST
        wanted = [told[-1].bar + 1] if told and told[-1].bar >= 0 else []
        wanted += [bar - phrase for phrase in _PHRASES if phrase <= bar]
        found = next((earlier for earlier in wanted if heads[earlier] == head), last.get(head))
        told.append(Echo() if found is None else Echo(found, LIKE))
    return tuple(told)


def bar_lines(measures: Sequence[Measure]) -> npt.NDArray[np.int64]:
    """The onset of each bar in steps and the end of the last, (bars + 1,)."""
    return np.array([*accumulate((measure.steps for measure in measures), initial=0)])


def common_time(steps: int) -> tuple[Measure, ...]:
    """The bars of 4/4 that ``steps`` touch."""
    return (COMMON,) * -(-steps // COMMON.steps)


def bars_of(onsets: npt.NDArray[np.integer], lines: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The bar in which each onset lies, by bar lines."""
    return np.searchsorted(lines, onsets, side="right") - 1


def sections_from(starts: Sequence[int], bars: int) -> tuple[Section, ...]:
    """Where each bar stands, if sections begin at these bars, the first of which is 0."""
    ends = [*starts[1:], bars]
    return tuple(
        Section(min(bar - start + 1, SECTION_BARS), min(end - bar - 1, SECTION_LEFT) + 1)
        for start, end in zip(starts, ends, strict=True)
        for bar in range(start, end)
    )
