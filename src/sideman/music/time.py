"""Steps, ticks, beats, bars and seconds. Knows no notes.

A *step* is the grid on which notes stand, a *tick* the finer unit of chord durations and of LPD's piano-rolls. A *beat*
is what one taps a foot to: 12 steps, in whatever metre.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from sideman.errors import OptionError

STEPS_PER_BEAT = 12  # divides into 16ths (3) and triplets (4)
BEATS_PER_BAR = 4  # 4/4
STEPS_PER_BAR = STEPS_PER_BEAT * BEATS_PER_BAR  # 48
TICKS_PER_BEAT = 24  # the chord language's `t`, and LPD's beat_resolution
TICKS_PER_STEP = TICKS_PER_BEAT // STEPS_PER_BEAT  # 2
SECONDS_PER_MINUTE = 60.0

EIGHTH = 8
UNITS = (2, 4, EIGHTH)  # a half, a quarter, an eighth
MAX_UNITS = 32  # in a bar
EIGHTHS_OF_DOTTED_BEAT = 3
LARGEST_GROUP = {2: 2, 4: 4, EIGHTH: 4}  # units that are heard as one group, in simple metres
BEATS_OF_LARGEST_GROUP = 4  # in compound ones
LARGEST_PART = BEATS_OF_LARGEST_GROUP * STEPS_PER_BEAT

STRAIGHT, HARDEST_SWING = 0.5, 0.75
OFF_BEAT = STEPS_PER_BEAT // 2  # where the second eighth stands

Integers = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Meter:
    """A time signature: a bar has ``beats`` notes of 1/``unit``, as it is written.

    In a simple metre a quarter has 12 steps, and is the beat. In a compound one (6/8, 9/8, 12/8) the dotted quarter is
    the beat and has them, an eighth 4: it is a third of a beat. ``groups`` tells how long bars add up, 5/4 as 3 + 2,
    in written notes; without it the usual way is taken. Raises :class:`OptionError` for a metre that is not known.
    """

    beats: int = 4
    unit: int = 4
    groups: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.unit not in UNITS or not 1 <= self.beats <= MAX_UNITS:
            raise OptionError(
                f"unknown metre {str(self)[:12]}: write 1 to {MAX_UNITS} over 2, 4 or 8, as in 3/4, 4/4, 6/8"
            )
        if not self.groups:
            object.__setattr__(self, "groups", self._usual_groups())
        elif sum(self.groups) != self.beats or min(self.groups) < 1:
            raise OptionError(f"groups {self.groups} don't add up to the {self.beats} of {self}")
        elif any(group * self.steps_per_unit > LARGEST_PART or not self._is_even(group) for group in self.groups):
            raise OptionError(
                f"groups {self.groups} of {self}: each has at most 4 beats, whole ones where beats are dotted"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """The metre of ``3/4`` and the like. Raises :class:`OptionError` for everything else."""
        match = re.fullmatch(r"\s*([0-9]{1,2})\s*/\s*([0-9])\s*", text)
        if match is None:
            raise OptionError(f"unknown metre {text[:12]!r}: write it as 3/4, 4/4 or 6/8")
        return cls(int(match[1]), int(match[2]))

    @property
    def is_compound(self) -> bool:
        """Whether a beat has three eighths."""
        return self.unit == EIGHTH and self.beats > EIGHTHS_OF_DOTTED_BEAT and self.beats % EIGHTHS_OF_DOTTED_BEAT == 0

    @property
    def swings(self) -> bool:
        """Whether its beats have two halves that may swing: not where eighths are counted, as in 6/8 and 7/8."""
        return self.unit != EIGHTH

    @property
    def quarters_per_beat(self) -> Fraction:
        """Written quarters of a beat: 1, or 3/2 where it is dotted."""
        return Fraction(3, 2) if self.is_compound else Fraction(1)

    @property
    def steps_per_unit(self) -> int:
        """Steps of the note that the metre counts."""
        return STEPS_PER_BEAT // EIGHTHS_OF_DOTTED_BEAT if self.is_compound else STEPS_PER_BEAT * 4 // self.unit

    @cached_property
    def steps(self) -> int:
        """Steps of a bar."""
        return self.beats * self.steps_per_unit

    @cached_property
    def ticks(self) -> int:
        """Ticks of a bar."""
        return self.steps * TICKS_PER_STEP

    @property
    def felt_beats(self) -> Fraction:
        """Beats of a bar as they are felt: 2 in 6/8, 7/2 in 7/8."""
        return Fraction(self.steps, STEPS_PER_BEAT)

    @property
    def parts(self) -> tuple[Meter, ...]:
        """The short bars that this one adds up to: 5/4 is 3/4 and 2/4. A short one is its own only part."""
        return (self,) if len(self.groups) == 1 else tuple(Meter(group, self.unit, (group,)) for group in self.groups)

    def _is_even(self, group: int) -> bool:
        """Whether so many written notes are several whole beats, where beats are dotted."""
        return not self.is_compound or (group > EIGHTHS_OF_DOTTED_BEAT and group % EIGHTHS_OF_DOTTED_BEAT == 0)

    def _usual_groups(self) -> tuple[int, ...]:
        """As few groups as can be, as even as can be, the longer ones first."""
        size = EIGHTHS_OF_DOTTED_BEAT if self.is_compound else 1
        count = self.beats // size
        groups = -(-count // (BEATS_OF_LARGEST_GROUP if self.is_compound else LARGEST_GROUP[self.unit]))
        return tuple(size * (count // groups + (group < count % groups)) for group in range(groups))

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"


COMMON_TIME = Meter(4, 4)


@dataclass(frozen=True, slots=True)
class BarLines:
    """Where the bars of a piece begin: the ``meters`` of its first bars, of which the last holds from there on.

    Bars count from 0, and go on for ever: how long a piece is, it knows itself.
    """

    meters: tuple[Meter, ...] = (COMMON_TIME,)

    def __post_init__(self) -> None:
        if not self.meters:
            raise OptionError("bars have a metre: give at least one")
        last, end = self.meters[-1:], len(self.meters)
        while end > 1 and self.meters[end - 2] in last:  # the same object is found at once
            end -= 1
        object.__setattr__(self, "meters", self.meters[:end])

    def meter(self, bar: int) -> Meter:
        """The metre of a bar."""
        return self.meters[min(bar, len(self.meters) - 1)]

    def onset(self, bar: int) -> int:
        """The step at which a bar begins."""
        last = len(self.meters) - 1
        return sum(meter.steps for meter in self.meters[: min(bar, last)]) + max(bar - last, 0) * self.meters[-1].steps

    def bar_at(self, step: int) -> int:
        """The bar to which a step belongs."""
        return int(self.bars_at(np.array([step]))[0])

    def bars_at(self, steps: Integers) -> Integers:
        """The bars to which steps belong, all at once."""
        onsets = self._first_onsets()
        bars: Integers = np.searchsorted(onsets, steps, "right") - 1
        return np.where(steps < onsets[-1], bars, len(onsets) - 1 + (steps - onsets[-1]) // self.meters[-1].steps)

    def count(self, steps: int) -> int:
        """Number of bars that the first ``steps`` steps touch; a bar begun counts whole."""
        return self.bar_at(steps - 1) + 1 if steps else 0

    def onsets(self, bars: int) -> list[int]:
        """The steps at which the first ``bars`` bars begin, and that at which the last of them ends."""
        return [0, *accumulate(self.meter(bar).steps for bar in range(bars))]

    def changes(self, steps: float = math.inf) -> list[tuple[int, Meter]]:
        """Every metre within the first ``steps`` steps, and the step from which on it holds."""
        found: list[tuple[int, Meter]] = []
        for onset, meter in zip(self._first_onsets().tolist(), self.meters, strict=True):
            if onset < steps and (not found or found[-1][1] != meter):
                found.append((onset, meter))
        return found

    def _first_onsets(self) -> Integers:
        return np.array([0, *accumulate(meter.steps for meter in self.meters[:-1])])


COMMON_BARS = BarLines()  # of 4/4


class TempoChange(NamedTuple):
    """From ``step`` on the music goes at ``tempo`` beats a minute."""

    step: int
    tempo: float


@dataclass(frozen=True, slots=True)
class TimeMap:
    """When a step is heard, in seconds from the start of the piece, and back.

    ``tempo`` in beats a minute holds until the first of the ``changes``; a ritardando is many of them. ``swing`` is the
    share of a beat that its first half takes, from 1/2 (straight) over 2/3 (triplets) to 3/4: within a beat it
    stretches the first half and presses the second, so what stands on the beat stays there. Beats count from the bar
    lines of ``lines``; bars whose metre counts eighths stay straight.
    Raises :class:`OptionError` where a tempo is not positive, the swing is out of range or changes are not in order.
    """

    tempo: float
    swing: float = STRAIGHT
    changes: tuple[TempoChange, ...] = ()
    lines: BarLines = COMMON_BARS

    def __post_init__(self) -> None:
        if not STRAIGHT <= self.swing <= HARDEST_SWING:
            raise OptionError(f"swing {str(self.swing)[:12]} is outside {STRAIGHT:g} (straight) to {HARDEST_SWING:g}")
        steps = [0, *(change.step for change in self.changes)]
        if any(later <= earlier for earlier, later in pairwise(steps)):
            raise OptionError(
                f"tempo changes at steps {steps[1:]} don't follow one another: sort them, the first above 0"
            )
        if not all(0 < tempo < float("inf") for tempo in self._tempos()):
            raise OptionError("a tempo is not above 0 beats a minute")

    def seconds(self, step: float) -> float:
        """The second at which ``step`` is heard; it may lie between two steps."""
        swung = self._swung(step)
        starts = self._starts()
        index = bisect_right([start for start, _ in starts], swung, lo=1) - 1
        start, second = starts[index]
        return second + _length(swung - start, self._tempos()[index])

    def step(self, second: float) -> float:
        """The step that is heard at ``second``: what :meth:`seconds` gives, back."""
        starts = self._starts()
        index = bisect_right([begin for _, begin in starts], second, lo=1) - 1
        start, begin = starts[index]
        return self._unswung(start + (second - begin) * self._tempos()[index] / SECONDS_PER_MINUTE * STEPS_PER_BEAT)

    def _tempos(self) -> list[float]:
        return [self.tempo, *(change.tempo for change in self.changes)]

    def _starts(self) -> list[tuple[float, float]]:
        """From which (swung) step and second on each tempo holds."""
        starts = [(0.0, 0.0)]
        for change, tempo in zip(self.changes, self._tempos(), strict=False):
            start, second = starts[-1]
            swung = self._swung(change.step)
            starts.append((swung, second + _length(swung - start, tempo)))
        return starts

    def _swung(self, step: float) -> float:
        return self._bent(step, OFF_BEAT, self.swing * STEPS_PER_BEAT)

    def _unswung(self, step: float) -> float:
        return self._bent(step, self.swing * STEPS_PER_BEAT, OFF_BEAT)

    def _bent(self, step: float, off_beat: float, to: float) -> float:
        """Where a place within its beat goes; bar lines stay where they are."""
        if self.swing == STRAIGHT:
            return step
        bar = self.lines.bar_at(math.floor(step))
        if not self.lines.meter(bar).swings:
            return step
        within = (step - self.lines.onset(bar)) % STEPS_PER_BEAT
        return step - within + _bend(within, off_beat, to)


def _length(steps: float, tempo: float) -> float:
    return steps / STEPS_PER_BEAT * SECONDS_PER_MINUTE / tempo


def _bend(within: float, off_beat: float, to: float) -> float:
    """A place in a beat after what stood at ``off_beat`` went to ``to``; the beat's own ends stay."""
    if within <= off_beat:
        return within * to / off_beat
    return to + (within - off_beat) * (STEPS_PER_BEAT - to) / (STEPS_PER_BEAT - off_beat)


def seconds(steps: float, tempo: float) -> float:
    """Length of ``steps`` at ``tempo`` beats a minute, in seconds."""
    return TimeMap(tempo).seconds(steps)


def bars(steps: int) -> int:
    """Number of bars of 4/4 that ``steps`` touch; a bar begun counts whole."""
    return -(-steps // STEPS_PER_BAR)
