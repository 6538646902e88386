"""Chords, signs and bar lines as marks: what stands within a bar and at its edges. Knows no pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sideman.charts.paper.fonts import BOLD, REGULAR, width
from sideman.charts.paper.marks import Dot, Mark, Stroke, Words
from sideman.charts.paper.readers import ShownChord
from sideman.charts.sheet import Measure
from sideman.music.time import Meter

CHORD = 19.0  # points of a root
HEIGHT = 30.0  # of a bar line
BASELINE = 21.0  # of chords, below the top of the bar
THIN, THICK = 0.8, 3.0  # lines
DOTS = 0.375, 0.625  # of a repeat, in the height of a bar line
SMALL = 9.0  # words above a bar
_THIRD, _MORE, _BASS = 0.7, 0.62, 0.72  # of the root's size
_RAISED = 0.36
_APART = 0.04


class Run(NamedTuple):
    """Words of a chord beside each other: how far right of its beginning, and how far above the line."""

    x: float
    up: float
    words: str
    size: float
    font: str


def runs(chord: ShownChord, size: float) -> list[Run]:
    """A chord as it is set, its root that large."""
    pieces = [
        (chord.root, size, 0.0, BOLD),
        (chord.third, size * _THIRD, 0.0, BOLD),
        (chord.more, size * _MORE, size * _RAISED, REGULAR),
        ("" if chord.bass is None else f"/{chord.bass}", size * _BASS, -size * 0.06, BOLD),
    ]
    placed, x = [], 0.0
    for words, points, up, font in pieces:
        if words:
            placed.append(Run(x, up, words, points, font))
            x += width(words, font, points) + size * _APART
    return placed


def width_of(chord: ShownChord, size: float) -> float:
    """How wide a chord is set."""
    last = runs(chord, size)[-1]
    return last.x + width(last.words, last.font, last.size)


def chord_marks(chord: ShownChord, x: float, top: float, size: float) -> Iterator[Mark]:
    """A chord that begins at ``x`` in a bar with that top."""
    for run in runs(chord, size):
        yield Words(x + run.x, top + BASELINE - run.up, run.words, run.size, run.font)


def repeat_sign(x: float, top: float) -> Iterator[Mark]:
    """The sign for a bar like the one before, its middle at ``x``."""
    middle = top + HEIGHT / 2
    yield Stroke(x - 5, middle + 5, x + 5, middle - 5, 2.4)
    yield Dot(x - 5, middle - 3.4, 1.6)
    yield Dot(x + 5, middle + 3.4, 1.6)


def left_line(measure: Measure, x: float, top: float, *, is_first: bool, height: float = HEIGHT) -> Iterator[Mark]:
    """The line before a bar; ``is_first`` of its row."""
    if measure.repeat:
        yield Stroke(x + THICK / 2, top, x + THICK / 2, top + height, THICK)
        yield Stroke(x + 5, top, x + 5, top + height, THIN)
        for share in DOTS:
            yield Dot(x + 9, top + height * share, 1.6)
    elif is_first:
        yield Stroke(x, top, x, top + height, THIN)


def right_line(
    measure: Measure, following: Measure | None, x: float, top: float, height: float = HEIGHT
) -> Iterator[Mark]:
    """The line after a bar: a repeat, a double bar before a new section, the end, or a plain one."""
    if measure.times:
        yield Stroke(x - THICK / 2, top, x - THICK / 2, top + height, THICK)
        yield Stroke(x - 5, top, x - 5, top + height, THIN)
        for share in DOTS:
            yield Dot(x - 9, top + height * share, 1.6)
    elif following is None:
        yield Stroke(x - THICK / 2, top, x - THICK / 2, top + height, THICK)
        yield Stroke(x - 5, top, x - 5, top + height, THIN)
    else:
        yield Stroke(x, top, x, top + height, THIN)
        if following.section is not None or measure.fine or measure.jump is not None:
            yield Stroke(x - 3, top, x - 3, top + height, THIN)


def meter_marks(meter: Meter, x: float, top: float) -> Iterator[Mark]:
    """A time signature, its middle at ``x``."""
    yield Words(x, top + HEIGHT / 2 - 1, str(meter.beats), 15, BOLD, "middle")
    yield Words(x, top + HEIGHT - 1.5, str(meter.unit), 15, BOLD, "middle")


def segno(x: float, y: float) -> Iterator[Mark]:
    """The sign to which D.S. leads back."""
    yield Words(x, y, "S", 14, BOLD)
    yield Stroke(x - 1, y + 1, x + 10.5, y - 11, 1.2)
    yield Dot(x + 0.5, y - 7.5, 1.2)
    yield Dot(x + 9, y - 2.5, 1.2)


def coda(x: float, y: float) -> Iterator[Mark]:
    """The sign of the coda."""
    yield Dot(x + 6, y - 5, 4.4, 1.3)
    yield Stroke(x + 6, y - 12, x + 6, y + 2, 1.2)
    yield Stroke(x - 1, y - 5, x + 13, y - 5, 1.2)
