"""A sheet as pages of a chord chart: rows of bars, sections in boxes, repeats and brackets. Knows no files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sideman.charts.paper.heads import FOOT, MARGIN, facts_of, feet, head
from sideman.charts.paper.marks import Mark, Page, Paper
from sideman.charts.paper.readers import CONCERT, Reader, ShownChord, key_of, moved, shown
from sideman.charts.paper.setting import (
    CHORD,
    HEIGHT,
    SMALL,
    chord_marks,
    left_line,
    meter_marks,
    repeat_sign,
    right_line,
    width_of,
)
from sideman.charts.paper.signs import brackets, jumps, section_box, section_width, signs
from sideman.charts.sheet import Measure, Sheet
from sideman.music.time import Meter

BARS_IN_A_ROW = 4
ROW = 58.0  # from the top of a row to that of the next
LABEL = 12.0  # more above a row that begins with a section
BRACKET = 14.0  # and more where a bracket begins there too
METER_WIDTH, LEFT, RIGHT = 20.0, 7.0, 6.0  # room within a bar: a time signature, before the chords, after them
REPEAT_LEFT = 8.0
GAP = 5.0  # between chords, at the least
SMALLEST = 0.6  # of a chord's usual size; what needs less gets rows of fewer bars


class _Row(NamedTuple):
    """Bars beside each other, by their numbers."""

    bars: range
    width: float  # of each


@dataclass(frozen=True)
class _Chart:
    sheet: Sheet
    tonic: str
    minor: bool
    reader: Reader
    paper: Paper

    @property
    def inner(self) -> float:
        """The width between the margins."""
        return self.paper.width - 2 * MARGIN

    def meter(self, number: int) -> Meter:
        return self.sheet.measures[number].meter or self.sheet.meter

    def is_new_meter(self, number: int) -> bool:
        return number == 0 or self.meter(number) != self.meter(number - 1)

    def chords(self, number: int) -> list[tuple[float, ShownChord]]:
        """The chords of a bar, each at its share of it."""
        ticks = self.meter(number).ticks
        return [
            (tick / ticks, shown(chord, self.tonic, minor=self.minor, numbers=self.reader.numbers))
            for tick, chord in self.sheet.measures[number].chords
        ]


def pages_of(sheet: Sheet, paper: Paper, reader: Reader = CONCERT) -> list[Page]:
    """The pages of a chart as somebody reads it. Raises :class:`OptionError` for a sheet without bars."""
    key = key_of(sheet)
    read, tonic = moved(sheet, key, reader.shift)
    chart = _Chart(read, tonic, key.minor, reader, paper)
    pages = [Page()]
    facts = facts_of(sheet, chart.meter(0), tonic, reader, minor=key.minor)
    y = head(pages[0], read, facts, paper) + 28
    for row in _rows(chart):
        first = read.measures[row.bars[0]]
        label = LABEL * (first.section is not None) + BRACKET * (first.section is not None and bool(first.endings))
        if y + label + ROW > paper.height - MARGIN:
            pages.append(Page())
            y = MARGIN + FOOT
        y += label
        pages[-1].extend(_row(chart, row, y))
        y += ROW
    feet(pages, read.title, paper)
    return pages


def _rows(chart: _Chart) -> Iterator[_Row]:
    """Rows of four bars; of fewer where a section begins, or chords need more room."""
    measures, start = chart.sheet.measures, 0
    while start < len(measures):
        end = start + 1
        while end < len(measures) and end - start < BARS_IN_A_ROW and measures[end].section is None:
            end += 1
        count = BARS_IN_A_ROW
        while count > 1 and max(_needed(chart, number) for number in range(start, end)) > chart.inner / count:
            count -= 1
            end = min(end, start + count)
        yield _Row(range(start, end), chart.inner / count)
        start = end


def _needed(chart: _Chart, number: int) -> float:
    """How wide a bar is at the least."""
    chords = sum(width_of(chord, CHORD * SMALLEST) + GAP for _, chord in chart.chords(number))
    return _before(chart, number) + chords + RIGHT


def _before(chart: _Chart, number: int) -> float:
    """Room before the chords of a bar."""
    measure = chart.sheet.measures[number]
    return LEFT + (REPEAT_LEFT if measure.repeat else 0) + (METER_WIDTH if chart.is_new_meter(number) else 0)


def _row(chart: _Chart, row: _Row, top: float) -> Iterator[Mark]:
    measures = chart.sheet.measures
    for place, number in enumerate(row.bars):
        x = MARGIN + place * row.width
        measure = measures[number]
        following = measures[number + 1] if number + 1 < len(measures) else None
        yield from left_line(measure, x, top, is_first=place == 0)
        yield from right_line(measure, following, x + row.width, top)
        if chart.is_new_meter(number):
            yield from meter_marks(chart.meter(number), x + LEFT + (REPEAT_LEFT if measure.repeat else 0) + 5, top)
        yield from _chords(chart, number, x, row.width, top)
        yield from _above(measure, x, top, MARGIN + chart.inner - x)
        yield from jumps(measure, x + row.width, top + HEIGHT + SMALL + 2)
    edges = [MARGIN + place * row.width for place in range(len(row.bars) + 1)]
    yield from brackets(measures, row.bars, edges, top - 12)


def _chords(chart: _Chart, number: int, x: float, wide: float, top: float) -> Iterator[Mark]:
    """The chords of a bar, each where it begins; further right, and smaller, where the one before needs the room."""
    before = _before(chart, number)
    room = wide - before - RIGHT
    chords = chart.chords(number)
    if not chords:
        yield from repeat_sign(x + before + room / 2, top)
        return
    needed = sum(width_of(chord, CHORD) + GAP for _, chord in chords) - GAP
    size = CHORD * min(1.0, max(room / max(needed, 1), SMALLEST / 2))
    wides = [width_of(chord, size) for _, chord in chords]
    places = [share * room for share, _ in chords]
    for each in range(1, len(places)):
        places[each] = max(places[each], places[each - 1] + wides[each - 1] + GAP)
    limit = room
    for each in range(len(places) - 1, -1, -1):
        places[each] = max(min(places[each], limit - wides[each]), 0)
        limit = places[each] - GAP
    for place, (_, chord) in zip(places, chords, strict=True):
        yield from chord_marks(chord, x + before + place, top, size)


def _above(measure: Measure, x: float, top: float, room: float) -> Iterator[Mark]:
    """The section that begins, and signs to which others lead."""
    y = top - 5 - (BRACKET if measure.endings else 0)
    if measure.section:
        yield from section_box(measure.section, x, y, room)
        x += section_width(measure.section, room) + 8
    yield from signs(measure, x, y)
