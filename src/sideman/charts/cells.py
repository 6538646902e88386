"""A measure's chords as a cell between bar lines: what writers of grids have in common.

Chords that share the bar evenly stand one after the other; else the bar is cut into as few even parts as it takes, a
mark in those in which a chord goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from sideman.charts.sheet import Measure
from sideman.charts.symbols import read_symbol
from sideman.errors import ChordSyntaxError
from sideman.music.progression import Chord
from sideman.music.time import Meter


def spelled(chord: Chord) -> str:
    """The chord as its writer spelled it, where that is read as the same chord everywhere; else as we spell it."""
    written = chord.written
    try:
        symbol = read_symbol(written)
    except ChordSyntaxError:
        return str(chord)
    return written if str(symbol.chord) == str(chord) and not symbol.answers else str(chord)


def parts(measure: Measure, meter: Meter, hold: str, least: int = 1) -> list[str]:
    """The even parts of a bar, as many times ``least`` as it takes: chords, and ``hold`` where one goes on."""
    part = gcd(meter.ticks // least, *(tick for tick, _ in measure.chords))
    names = {tick: spelled(chord) for tick, chord in measure.chords}
    return [names.get(tick, hold) for tick in range(0, meter.ticks, part)]


def is_again(measures: Sequence[Measure], number: int) -> bool:
    """Whether a measure has the chords of the one before it, in the same metre."""
    measure, before = measures[number], measures[number - 1] if number else None
    return bool(before and measure.chords and measure.chords == before.chords and measure.meter == before.meter)
