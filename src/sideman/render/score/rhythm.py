"""Times as note values: the beats of a bar, the grid on which notes of a beat are read, and what is tied.

Everything is in steps of a bar. Knows no pitches and no files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from sideman.music.time import STEPS_PER_BEAT, Meter

EIGHTH, SIXTEENTH = 6, 3  # steps, where a beat is a quarter
THIRD, SIXTH, TWELFTH = 4, 2, 1  # of a beat: triplets of eighths, 16ths and 32nds; in compound metres these themselves
DOTTED = STEPS_PER_BEAT + EIGHTH  # a dotted quarter
HALF_BAR = 2 * STEPS_PER_BEAT
# Notes off their grid by a step cost 1 each; triplets must be worth it.
TRIPLETS_COST, SEXTUPLETS_COST = 0.6, 1.6


class Beat(NamedTuple):
    """A stretch of a bar whose notes are read together: from ``start`` to before ``end``."""

    start: int
    end: int


class Value(NamedTuple):
    """A note, or a rest, as it is written; ``is_tuplet`` where three are played in the time of two."""

    start: int
    steps: int
    name: str  # of MusicXML: ``quarter``
    dots: int = 0
    is_tuplet: bool = False


# Note values by their steps, with their dots.
_SIMPLE = {
    3: ("16th", 0), 6: ("eighth", 0), 9: ("eighth", 1), 12: ("quarter", 0), 18: ("quarter", 1), 24: ("half", 0),
    36: ("half", 1), 48: ("whole", 0), 72: ("whole", 1), 96: ("breve", 0),
}  # fmt: skip
_COMPOUND = {
    1: ("32nd", 0), 2: ("16th", 0), 4: ("eighth", 0), 6: ("eighth", 1), 8: ("quarter", 0), 12: ("quarter", 1),
    24: ("half", 1), 48: ("whole", 1),
}  # fmt: skip
_TRIPLETS = {
    1: ("32nd", 0), 2: ("16th", 0), 3: ("16th", 1), 4: ("eighth", 0), 6: ("eighth", 1), 8: ("quarter", 0),
}  # fmt: skip
_TUPLETS = (THIRD, SIXTH, TWELFTH)


@cache
def beats_of(meter: Meter) -> tuple[Beat, ...]:
    """The beats of a bar; where eighths are counted, pairs of them within its groups, and what is left over."""
    beats, start = [], 0
    for group in meter.groups:
        end = start + group * meter.steps_per_unit
        while start < end:
            beats.append(Beat(start, min(start + STEPS_PER_BEAT, end)))
            start = beats[-1].end
    return tuple(beats)


@dataclass(frozen=True)
class Grid:
    """How the notes of a bar are read: for each of its beats the steps between two places where one may begin."""

    meter: Meter
    places: tuple[int, ...]  # of each beat: 3, 4, 2 or 1

    @classmethod
    def of(cls, meter: Meter, onsets: Sequence[int]) -> Grid:
        """The grid that fits these onsets best: sixteenths unless triplets are meant."""
        beats = beats_of(meter)
        if meter.is_compound:
            return cls(meter, (SIXTH,) * len(beats))
        within = [[onset - beat.start for onset in onsets if beat.start <= onset < beat.end] for beat in beats]
        return cls(meter, tuple(_best(each, beat) for each, beat in zip(within, beats, strict=True)))

    def finest(self, step: int) -> Grid:
        """The same, but every step is a place in the beat of a step of the bar."""
        beats = beats_of(self.meter)
        return Grid(
            self.meter,
            tuple(
                TWELFTH if beat.start <= step < beat.end else place
                for beat, place in zip(beats, self.places, strict=True)
            ),
        )

    def nearest(self, step: int) -> int:
        """The place next to a step of the bar."""
        beat, place = self._at(step)
        return beat.start + int((step - beat.start) / place + 0.5) * place

    @property
    def before_end(self) -> int:
        """The last place of the bar."""
        return self.meter.steps - self.places[-1]

    def after(self, step: int) -> int:
        """The place at a step of the bar, or the first after it."""
        beat, place = self._at(step)
        return beat.start - (beat.start - step) // place * place

    def values(self, start: int, end: int) -> Iterator[Value]:
        """What is written, and tied, from one place to another."""
        while start < end:
            value = self._longest(start, end)
            yield value
            start = value.start + value.steps

    def _longest(self, start: int, end: int) -> Value:
        beat, place = self._at(start)
        if start > beat.start or end < beat.end:  # not the whole beat
            return self._within(beat, place, start, end)
        if self._is_free(beat.end) and DOTTED <= end - start < HALF_BAR:
            return Value(start, DOTTED, *_SIMPLE[DOTTED])
        table = _COMPOUND if self.meter.is_compound else _SIMPLE
        whole = max(each.end for each in beats_of(self.meter) if each.end <= end)
        steps = max(steps for steps in table if start + steps <= whole and _stands_well(start, steps, self.meter))
        return Value(start, steps, *table[steps])

    def _within(self, beat: Beat, place: int, start: int, end: int) -> Value:
        """What begins or ends within a beat."""
        if self.meter.is_compound:
            table, is_tuplet = _COMPOUND, False
        else:
            is_tuplet = place in _TUPLETS
            table = _TRIPLETS if is_tuplet else _SIMPLE
            is_syncope = start - beat.start == EIGHTH and end >= beat.end + EIGHTH and beat.end % HALF_BAR != 0
            if is_syncope and not is_tuplet and self._is_free(beat.end):
                return Value(start, STEPS_PER_BEAT, *_SIMPLE[STEPS_PER_BEAT])
        steps = max(length for length in table if start + length <= min(end, beat.end))
        return Value(start, steps, *table[steps], is_tuplet=is_tuplet)

    def _is_free(self, step: int) -> bool:
        """Whether a note may go on into the beat that begins there: one of quarters, and not of triplets."""
        return not self.meter.is_compound and step < self.meter.steps and self._at(step)[1] == SIXTEENTH

    def _at(self, step: int) -> tuple[Beat, int]:
        for beat, place in zip(beats_of(self.meter), self.places, strict=True):
            if step < beat.end:
                return beat, place
        last = beats_of(self.meter)[-1]
        return Beat(last.end, last.end + STEPS_PER_BEAT), SIXTH if self.meter.is_compound else SIXTEENTH


def _stands_well(start: int, steps: int, meter: Meter) -> bool:
    """Whether a note of whole beats is read easily there: one of half a bar doesn't hide where the bar's middle is."""
    if steps <= STEPS_PER_BEAT or steps == meter.steps:
        return True
    return start % HALF_BAR == 0 or steps <= HALF_BAR


def _best(onsets: Sequence[int], beat: Beat) -> int:
    """The places of a beat that fit notes which begin at these of its steps."""
    if beat.end - beat.start < STEPS_PER_BEAT:
        return SIXTEENTH
    costs = {SIXTEENTH: 0.0, THIRD: TRIPLETS_COST, SIXTH: SEXTUPLETS_COST}
    for place in costs:
        costs[place] += sum(abs(onset - int(onset / place + 0.5) * place) for onset in onsets)
    return min(costs, key=costs.__getitem__)
