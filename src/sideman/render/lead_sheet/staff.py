"""The staff: lines, clef, key and time signature, where notes stand on it, and which signs they need.

Lengths are in points, ``space`` is how far apart two lines are; the upper line is at 0. Knows no rhythm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sideman.charts.paper.glyphs import UNITS, outlines
from sideman.charts.paper.marks import Glyph, Mark, Stroke
from sideman.music.notes import LINE_OF_FIFTHS
from sideman.music.time import Meter
from sideman.render.score.spelling import LETTERS, Spelled

LINES = 5
MIDDLE = 2.0  # spaces from the upper line
LINE, LEDGER = 0.11, 0.16  # how thick lines are, in spaces
LEDGER_OUT = 0.4  # how far they stand out of a head on either side
SIGNS = {-1: "accidentalFlat", 0: "accidentalNatural", 1: "accidentalSharp"}
SIGN_APART = {-1: 0.88, 0: 0.8, 1: 1.0}  # from one sign of a key to the next
BEFORE, CLEF_WIDTH, KEY_AFTER, METER_WIDTH, AFTER = 0.5, 3.2, 0.7, 2.3, 0.5
_PLACES = {1: (4, 1, 5, 2, -1, 3, 0), -1: (0, 3, -1, 2, -2, 1, -3)}  # of signs, in steps above the treble's middle line


class Clef(NamedTuple):
    """A clef: its glyph, how far below the upper line it stands, its middle line, and how much lower keys' signs do."""

    glyph: str
    down: float  # spaces
    middle: int  # a place: of C0 0, D0 1
    lower: int


TREBLE = Clef("gClef", 3, 4 * len(LETTERS) + LETTERS.index("B"), 0)
BASS = Clef("fClef", 1, 3 * len(LETTERS) + LETTERS.index("D"), 2)


def place_of(note: Spelled) -> int:
    """Where a note stands, counted in steps of the staff from the lowest C."""
    return note.octave * len(LETTERS) + LETTERS.index(note.letter)


def height_of(note: Spelled, clef: Clef, space: float) -> float:
    """How far below the upper line a note stands."""
    return (MIDDLE - (place_of(note) - clef.middle) / 2) * space


def glyph_width(name: str, space: float) -> float:
    """How far a glyph reaches to the right of where it begins."""
    return outlines()[name].right * space / UNITS


def altered(fifths: int) -> dict[str, int]:
    """The letters that a key signature alters, and how."""
    letters = LINE_OF_FIFTHS[:fifths] if fifths > 0 else LINE_OF_FIFTHS[len(LINE_OF_FIFTHS) + fifths :]
    return dict.fromkeys(letters, 1 if fifths > 0 else -1) if fifths else {}


class Accidentals:
    """Which notes of a bar need a sign: those that stand otherwise than the key, or than before in the bar."""

    def __init__(self, fifths: int) -> None:
        self._key = altered(fifths)
        self._bar: dict[tuple[str, int], int] = {}

    def sign(self, note: Spelled, *, is_tied_back: bool) -> str | None:
        """The glyph that a note needs; one that is tied keeps the sign that it has."""
        place = note.letter, note.octave
        holds = self._bar.get(place, self._key.get(note.letter, 0))
        if is_tied_back or holds == note.alter:
            return None
        self._bar[place] = note.alter
        return SIGNS[note.alter]


def lines(left: float, right: float, space: float) -> Iterator[Mark]:
    """The five lines."""
    for line in range(LINES):
        yield Stroke(left, line * space, right, line * space, LINE * space)


def ledger_lines(place: int, clef: Clef, left: float, right: float, space: float) -> Iterator[Mark]:
    """The lines through and below a note above the staff, or through and above one below it."""
    up = place - clef.middle
    sign = 1 if up > 0 else -1
    for line in range(LINES + 1, abs(up) + 1, 2):
        y = (MIDDLE - sign * line / 2) * space
        yield Stroke(left - LEDGER_OUT * space, y, right + LEDGER_OUT * space, y, LEDGER * space)


def head_width(fifths: int, space: float, *, has_meter: bool) -> float:
    """How wide is what stands at the beginning of a row."""
    signs = abs(fifths) * SIGN_APART[1 if fifths > 0 else -1] + KEY_AFTER * bool(fifths)
    return (BEFORE + CLEF_WIDTH + signs + METER_WIDTH * has_meter) * space


def head_marks(clef: Clef, fifths: int, meter: Meter | None, x: float, space: float) -> Iterator[Mark]:
    """Clef and key, and the time where there is one."""
    yield Glyph(x + BEFORE * space, clef.down * space, clef.glyph, space)
    x += (BEFORE + CLEF_WIDTH) * space
    kind = 1 if fifths > 0 else -1
    for up in _PLACES[kind][: abs(fifths)]:
        yield Glyph(x, (MIDDLE - (up - clef.lower) / 2) * space, SIGNS[kind], space)
        x += SIGN_APART[kind] * space
    if meter is not None:
        yield from meter_marks(meter, x + KEY_AFTER * bool(fifths) * space, space)


def meter_marks(meter: Meter, x: float, space: float) -> Iterator[Mark]:
    """A time signature that begins at ``x``."""
    for number, down in ((meter.beats, 1), (meter.unit, 3)):
        names = [f"timeSig{digit}" for digit in str(number)]
        wide = sum(glyph_width(name, space) for name in names)
        at = x + ((METER_WIDTH - AFTER) * space - wide) / 2
        for name in names:
            yield Glyph(at, down * space, name, space)
            at += glyph_width(name, space)
