"""Numbers of a score that count time: durations, time signatures, metronome marks. Knows no notes and no chords."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple
from xml.etree.ElementTree import Element

from sideman.charts.reading import Notes
from sideman.errors import OptionError
from sideman.music.time import COMMON_TIME, UNITS, Meter

Number = int | Fraction

LONGEST = 200  # characters of a text in which a number is looked for
# Quarters of the notes that a metronome mark counts.
NOTE_VALUES: Mapping[str, Number] = MappingProxyType(
    {"whole": 4, "half": 2, "quarter": 1, "eighth": Fraction(1, 2), "16th": Fraction(1, 4)}
)
MAX_DOTS, MAX_PAIRS = 3, 8
TIME_UNITS = frozenset({"1", "2", "4", "8", "16", "32", "64"})


class Time(NamedTuple):
    """A time signature: the metre that it is played as, and the quarters that are written in a bar, None if free."""

    meter: Meter = COMMON_TIME
    quarters: Fraction | None = Fraction(4)


def read_time(element: Element, notes: Notes) -> Time:
    """The metre of a time signature; the nearest of ours is noted."""
    if element.find("senza-misura") is not None:
        return Time(quarters=None)
    pairs = list(islice(_pairs(element), MAX_PAIRS))
    quarters = sum((Fraction(4 * sum(beats), unit) for beats, unit in pairs), Fraction(0))
    written = " + ".join(f"{'+'.join(map(str, beats))}/{unit}" for beats, unit in pairs)
    if not quarters:
        return Time()
    unit = max(unit for _, unit in pairs)
    groups = tuple(group * unit // below for beats, below in pairs for group in beats)
    for meter in _meters(sum(groups), unit, groups if len(groups) > 1 else ()):
        if meter.unit != unit:
            notes.note("meter", str(meter), text=written[:LONGEST])
        return Time(meter, quarters)
    notes.note("meter", str(COMMON_TIME), text=written[:LONGEST])
    return Time(COMMON_TIME, quarters)


def usual_meter(meters: Sequence[Meter]) -> Meter:
    """The metre of a row of bars, at least one: that of the first whole one."""
    return meters[1] if len(meters) > 1 and meters[0].steps < meters[1].steps else meters[0]


def read_metronome(metronome: Element) -> Fraction | None:
    """Quarters a minute of a ``metronome`` mark, the first number of ``ca. 120-126``; None where it tells none."""
    value = NOTE_VALUES.get((metronome.findtext("beat-unit") or "").strip())
    count = re.search(r"[0-9]{1,4}(?:\.[0-9]{1,3})?", (metronome.findtext("per-minute") or "")[:LONGEST])
    if not value or not count:
        return None
    dots = min(len(metronome.findall("beat-unit-dot")), MAX_DOTS)
    return Fraction(count[0]) * value * (2 - Fraction(1, 1 << dots))


def read_number(text: str | None) -> Number | None:
    """A number of few digits; what is none, or too long to be meant, is None."""
    if text is None:
        return None
    match = re.fullmatch(r"\s*([+-]?[0-9]{1,9})(\.[0-9]{0,9})?\s*", text[:LONGEST])
    if match is None:
        return None
    return Fraction(match[1] + match[2]) if (match[2] or ".").strip(".0") else int(match[1])


def read_duration(element: Element) -> Number:
    """The duration of a note, or of what moves the time, in divisions; 0 where it tells none."""
    return max(read_number(element.findtext("duration")) or 0, 0)


def _pairs(time: Element) -> Iterator[tuple[tuple[int, ...], int]]:
    """The beats and units of a time signature, of which there may be several: ``3+2`` over 8."""
    beats: tuple[int, ...] = ()
    for element in time:
        text = (element.text or "").strip()
        if element.tag == "beats":
            beats = tuple(int(beat) for beat in re.findall(r"[0-9]{1,3}", text[:LONGEST]) if int(beat))
        elif element.tag == "beat-type" and text in TIME_UNITS and beats:
            yield beats, int(text)


def _meters(beats: int, unit: int, groups: tuple[int, ...]) -> Iterator[Meter]:
    """Our metres for a time signature, the nearest first: 3/16 is heard as 3/8, 2/1 as 4/2."""
    if unit == 1:
        beats, unit, groups = 2 * beats, 2, tuple(2 * group for group in groups)
    for grouped in (groups, ()):
        try:
            yield Meter(beats, min(unit, UNITS[-1]), grouped)
        except OptionError:
            continue
