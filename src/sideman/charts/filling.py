"""Measures filled by chords with lengths, one after the other: for formats that count time and not bars.

Lengths are exact parts of a whole note. Knows no text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from sideman.charts.form import MAX_PLAYED
from sideman.charts.sheet import Measure
from sideman.errors import OptionError
from sideman.music.progression import Chord
from sideman.music.song import Place
from sideman.music.time import COMMON_TIME, Meter


def length_of(meter: Meter) -> Fraction:
    """A bar in whole notes: 3/4."""
    return Fraction(meter.beats, meter.unit)


def meter_of_length(length: Fraction) -> Meter | None:
    """The metre of a bar that is so many whole notes long, None where there is none."""
    for unit in (4, 8):
        try:
            if (length * unit).denominator == 1:
                return Meter(int(length * unit), unit)
        except OptionError:
            return None
    return None


def tick_of(at: Fraction, meter: Meter) -> int:
    """The nearest tick of a bar to a time in it, in whole notes."""
    return round(at / length_of(meter) * meter.ticks)


def beats_a_minute(notes: float, note: Fraction, meter: Meter) -> float:
    """The tempo, in beats of a metre, at which a ``note`` (in whole notes) comes ``notes`` times a minute."""
    return round(float(notes * note / (meter.quarters_per_beat / 4)), 3)


@dataclass(slots=True)
class Filling:
    """Measures under way. ``sheet_meter`` is that of the sheet, ``meter`` that of the bars to come."""

    sheet_meter: Meter = COMMON_TIME
    measures: list[Measure] = field(default_factory=list)
    at: Fraction = Fraction(0)  # in the bar, in whole notes
    _meter: Meter | None = None
    _bar: Fraction = Fraction(0)  # how long the bar under way is, 0 between two bars
    _pickup: Fraction | None = None

    @property
    def meter(self) -> Meter:
        """The metre of the bars to come."""
        return self._meter or self.sheet_meter

    def change_meter(self, meter: Meter) -> None:
        """From the next bar on; from this one, where nothing is in it yet."""
        if not self.measures:
            self.sheet_meter = meter
        self._meter = meter

    def pickup(self, length: Fraction) -> None:
        """The next bar is only so long."""
        self._pickup = length

    def add(self, chord: Chord | None, length: Fraction, place: Place | None = None) -> None:
        """A chord that lasts so long, or silence from the page: None, and the chord before goes on.

        Raises :class:`OptionError` for more bars than are played.
        """
        begun = chord is None
        while length > 0:
            measure = self._open()
            if not begun and chord is not None:
                tick = tick_of(self.at, measure.meter or self.sheet_meter)
                if not measure.chords or measure.chords[-1][0] < tick:
                    measure.chords = (*measure.chords, (tick, chord))
                begun = True
            if place is not None:
                start = measure.place.start if measure.place else place.start
                measure.place = Place(
                    min(start, place.start), max(place.end, measure.place.end if measure.place else 0)
                )
            part = min(length, self._bar - self.at)
            length -= part
            self.at += part
            if self.at >= self._bar:
                self._bar = self.at = Fraction(0)

    def close(self) -> None:
        """End the bar under way here: it keeps only what is in it, where that is a metre."""
        if self._bar and self.at:
            meter = meter_of_length(self.at)
            measure = self.measures[-1]
            if meter is not None and all(tick < meter.ticks for tick, _ in measure.chords):
                measure.meter = None if meter == self.sheet_meter else meter
        self._bar = self.at = Fraction(0)

    def _open(self) -> Measure:
        """The measure under way, a new one where there is none."""
        if not self._bar:
            if len(self.measures) >= MAX_PLAYED:
                raise OptionError(f"the chart has more than {MAX_PLAYED:,} bars")
            meter = (self._pickup and meter_of_length(self._pickup)) or self.meter
            self._pickup = None
            self._bar = length_of(meter)
            self.measures.append(Measure(meter=None if meter == self.sheet_meter else meter))
        return self.measures[-1]
