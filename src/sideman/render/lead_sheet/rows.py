"""Rows of a lead sheet: which bars stand in one, how wide each is, and all that is drawn in it. Knows no pages.

Lengths are in points; the upper line of a row's staff is at 0, its left end at 0 too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple

from sideman.charts.paper.marks import Mark, Shape, extent
from sideman.charts.paper.readers import Reader, ShownChord, shown
from sideman.charts.paper.setting import BASELINE, SMALL, chord_marks, left_line, right_line
from sideman.charts.paper.signs import brackets, jumps, section_box, section_width, signs
from sideman.music.key import Key
from sideman.render.lead_sheet.form import Lead
from sideman.render.lead_sheet.notes import Head, Notation
from sideman.render.lead_sheet.spacing import CHORD, GAP, Measured, chord_widths, measured, shown_pieces
from sideman.render.lead_sheet.staff import (
    AFTER,
    BASS,
    LINES,
    METER_WIDTH,
    TREBLE,
    head_marks,
    head_width,
    lines,
    meter_marks,
)

BARS_IN_A_ROW = 4
PAD, REPEAT, TIED = 0.9, 2.2, 1.0  # spaces before the first note of a bar; more after a repeat's sign, or for a tie
ABOVE, CHORDS_UP, OVER_CHORDS = 1.6, 5.0, 16.0  # spaces over the staff, points from notes to chords, and over these
PICK_UP = 1.3  # of the least width of such a bar
BRACKET, LABEL_APART, SIGN = 14.0, 4.0, 18.0
TIE_IN, TIE_DOWN, TIE_HIGH, TIE_THICK, TIE_SHORT = 0.15, 0.75, 1.0, 0.22, 2.2  # of ties, in spaces


class Row(NamedTuple):
    """Bars beside each other."""

    bars: range
    edges: tuple[float, ...]  # of the bars, and the right end


class Set(NamedTuple):
    """A row as it is drawn, and how far it reaches above and below the upper line of its staff."""

    marks: list[Mark]
    top: float
    bottom: float


@dataclass(frozen=True)
class Setting:
    """How a lead sheet is set: for whom, how wide, with what staff."""

    lead: Lead
    reader: Reader
    wide: float
    space: float

    @property
    def fifths(self) -> int:
        """The sharps of the key; flats are below 0."""
        return Key.of(self.lead.tonic, self.lead.minor).fifths

    @property
    def notation(self) -> Notation:
        """How notes are written."""
        return Notation(BASS if self.lead.is_low else TREBLE, self.fifths, self.space)

    @property
    def height(self) -> float:
        """From the upper line to the lowest."""
        return (LINES - 1) * self.space

    def chords(self, number: int) -> list[tuple[int, ShownChord]]:
        """The chords of a bar, each at its tick; those of a pick-up, which has none, are left out."""
        lead = self.lead
        if number == 0 and lead.is_picked_up:
            return []
        return [
            (tick, shown(chord, lead.chords_tonic, minor=lead.minor, numbers=self.reader.numbers))
            for tick, chord in lead.sheet.measures[number].chords
        ]

    def head(self, first: int) -> float:
        """How wide is what stands before the notes of a row."""
        return head_width(self.fifths, self.space, has_meter=self.lead.is_new_meter(first))

    def rows(self) -> Iterator[Row]:
        """Rows of four bars; of fewer where a section begins, or notes and chords need more room."""
        measures, start = self.lead.sheet.measures, 0
        while start < len(measures):
            head = self.head(start)
            widths = [self._measured(start, is_first=True).least]
            limit = BARS_IN_A_ROW + (start == 0 and self.lead.is_picked_up)
            while (number := start + len(widths)) < len(measures) and len(widths) < limit:
                least = self._measured(number, is_first=False).least
                if self._begins(number) or head + sum(widths) + least > self.wide:
                    break
                widths.append(least)
            short = min(len(widths) / BARS_IN_A_ROW, 1.0)
            room = max((self.wide - head) * short, min(sum(widths), self.wide - head))
            if number < len(measures) and not self._begins(number):
                room = self.wide - head
            if start == 0 and self.lead.is_picked_up and len(widths) > 1:
                room = max(room, sum(widths))
                own = min(widths[0] * PICK_UP, room - sum(widths[1:]))
                shared = [own, *_shared(widths[1:], room - own)]
            else:
                shared = _shared(widths, room)
            shared[0] += head
            yield Row(range(start, start + len(widths)), tuple(accumulate(shared, initial=0.0)))
            start += len(widths)

    def _begins(self, number: int) -> bool:
        """Whether a section begins with a bar, and a row with it: not where only a pick-up stands before."""
        is_after_pick_up = number == 1 and self.lead.is_picked_up and self.lead.sheet.measures[0].section is None
        return self.lead.sheet.measures[number].section is not None and not is_after_pick_up

    def _measured(self, number: int, *, is_first: bool) -> Measured:
        """A bar, without what stands before the notes of its row."""
        measure = self.lead.sheet.measures[number]
        pieces = self.lead.bars[number]
        before = PAD + REPEAT * measure.repeat + TIED * (is_first and bool(pieces) and pieces[0].is_tied_back)
        if not is_first and self.lead.is_new_meter(number):
            before += METER_WIDTH
        after = GAP + REPEAT * bool(measure.times)
        return measured(self.lead, number, chord_widths(self.chords(number)), self.fifths, self.space, (before, after))

    def set(self, row: Row) -> Set:
        """All that a row has."""
        marks, begins = self._staff(row)
        chord_places: list[tuple[float, ShownChord]] = []
        heads: list[tuple[int, Head]] = []
        for place, number in enumerate(row.bars):
            first = begins[place]
            of_bar = self._measured(number, is_first=place == 0)
            wide = row.edges[place + 1] - first
            places = {tick: first + x for tick, x in of_bar.places(wide).items()}
            chord_places += [(places[tick], chord) for tick, chord in self.chords(number)]
            marks += self._bar(number, places, (first, row.edges[place + 1]), heads)
        marks += self._ties(heads, begins, row)
        top = min(-ABOVE * self.space, *(extent(mark)[1] for mark in marks))
        marks += self._over(row, chord_places, top - CHORDS_UP, begins[0])
        below = max(extent(mark)[3] for mark in marks)
        for place, number in enumerate(row.bars):
            y = max(below, self.height) + SMALL
            marks += jumps(self.lead.sheet.measures[number], row.edges[place + 1], y)
        boxes = [extent(mark) for mark in marks]
        return Set(marks, min(box[1] for box in boxes), max(box[3] for box in boxes))

    def _staff(self, row: Row) -> tuple[list[Mark], list[float]]:
        """Lines, clef, key, times and bar lines; and where each bar begins."""
        lead, space = self.lead, self.space
        clef = self.notation.clef
        first = row.bars[0]
        marks = [*lines(0.0, row.edges[-1], space)]
        meter = lead.meter(first) if lead.is_new_meter(first) else None
        marks += head_marks(clef, self.fifths, meter, 0.0, space)
        begins = [self.head(first), *row.edges[1:-1]]
        measures = lead.sheet.measures
        for place, number in enumerate(row.bars):
            measure = measures[number]
            following = measures[number + 1] if number + 1 < len(measures) else None
            marks += left_line(measure, begins[place], 0.0, is_first=False, height=self.height)
            if following is not None and number + 1 in row.bars:
                if following.repeat and not measure.times:
                    continue  # its sign is the line
                following = replace(following, section=None)
            marks += right_line(measure, following, row.edges[place + 1], 0.0, self.height)
            if place and lead.is_new_meter(number):
                x = begins[place] + (AFTER + REPEAT * measure.repeat) * space
                marks += meter_marks(lead.meter(number), x, space)
        return marks, begins

    def _bar(
        self, number: int, places: Mapping[int, float], ends: tuple[float, float], heads: list[tuple[int, Head]]
    ) -> list[Mark]:
        """The notes of a bar; adds those that have heads."""
        lead = self.lead
        pieces = shown_pieces(lead, number)
        middle = sum(ends) / 2
        if not pieces:
            if lead.is_new_meter(number) and number:
                middle += METER_WIDTH * self.space / 2
            return [*self.notation.whole_rest(middle)]
        drawn = self.notation.bar(pieces, places, lead.meter(number))
        heads += [(number, head) for head in drawn.heads if head is not None]
        return drawn.marks

    def _ties(self, heads: Sequence[tuple[int, Head]], begins: Sequence[float], row: Row) -> Iterator[Mark]:
        """Ties between notes, and from and to those of other rows."""
        space = self.space
        following = [*heads[1:], (row.bars.stop, None)]
        for (bar, one), (next_bar, other) in zip(heads, following, strict=False):
            if one.piece.is_tied_back and (bar, one) == heads[0]:
                yield self._tie(max(begins[0] - 0.2 * space, one.x - TIE_SHORT * space), one.x, one)
            if not one.piece.is_tied_on:
                continue
            right = one.x + one.wide
            joins = other is not None and other.piece.is_tied_back and next_bar - bar <= 1
            end = other.x if other is not None and joins else row.edges[bar - row.bars[0] + 1]
            yield self._tie(right, end, one)

    def _tie(self, left: float, right: float, head: Head) -> Mark:
        """A tie on the side where the stem isn't."""
        space, down = self.space, 1 if head.is_up else -1
        left, right = left + TIE_IN * space, right - TIE_IN * space
        y = head.y + TIE_DOWN * space * down
        third, high = (right - left) / 4, min(TIE_HIGH * space, (right - left) / 3) * down
        thick = TIE_THICK * space * down
        over = (left + third, y + high, right - third, y + high, right, y)
        back = (right - third, y + high - thick, left + third, y + high - thick, left, y)
        return Shape(left, y, (over, back))

    def _over(
        self, row: Row, chords: Sequence[tuple[float, ShownChord]], baseline: float, begin: float
    ) -> Iterator[Mark]:
        """Chords, and what stands at their height or above: sections, signs, and brackets of endings."""
        measures = self.lead.sheet.measures
        for x, chord in chords:
            yield from chord_marks(chord, x, baseline - BASELINE, CHORD)
        over = baseline - OVER_CHORDS
        drawn = [*brackets(measures, row.bars, [begin, *row.edges[1:]], over - 10)]
        yield from drawn
        for x, number in zip(row.edges, row.bars, strict=False):
            measure, room = measures[number], self.wide - x
            wide = section_width(measure.section, room) + LABEL_APART if measure.section else 0.0
            free = min([begin, *(at for at, _ in chords[:1])]) if x == 0 else 0.0
            y = baseline if wide + SIGN * (measure.segno + measure.coda) <= free else over - BRACKET * bool(drawn)
            if measure.section:
                yield from section_box(measure.section, x, y, room)
            yield from signs(measure, x + wide + LABEL_APART * bool(wide), y)


def _shared(least: Sequence[float], room: float) -> list[float]:
    """Widths that fill the room, as even as they may be: none is below its least."""
    widths = [room / len(least)] * len(least)
    if sum(least) >= room:
        return [each * room / sum(least) for each in least]
    fixed: set[int] = set()
    while tight := {place for place, each in enumerate(least) if place not in fixed and widths[place] < each}:
        fixed |= tight
        rest = room - sum(least[place] for place in fixed)
        widths = [each if place in fixed else rest / (len(least) - len(fixed)) for place, each in enumerate(least)]
    return widths
