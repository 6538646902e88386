"""The notes of a bar as marks: heads, signs, dots, rests, stems, flags, beams and tuplets. Knows no pages.

Lengths are in points, ``space`` is how far apart two lines of the staff are; the upper line is at 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from sideman.charts.paper.marks import Glyph, Mark, Shape, Stroke
from sideman.music.time import TICKS_PER_STEP, Meter
from sideman.render.lead_sheet.beaming import FLAGS, beam_groups, tuplets
from sideman.render.lead_sheet.melody import Piece
from sideman.render.lead_sheet.spacing import DOT, DOT_GAP, SIGN_GAP, glyph_of
from sideman.render.lead_sheet.staff import (
    MIDDLE,
    Accidentals,
    Clef,
    glyph_width,
    height_of,
    ledger_lines,
    place_of,
)

STEM, STEM_WIDTH, STEM_IN = 3.5, 0.12, 0.17  # how long, how thick, and how far from the head's middle it begins
SHORTEST, PER_BEAM = 3.0, 0.75  # of stems under a beam; how far beams are apart
BEAM, STUB, STEEPEST = 0.5, 1.1, 1.0  # how thick; how long one is that leads nowhere; how far beams rise or fall
STEMLESS = ("whole", "breve")
FLAG_NAMES = {"eighth": "8th", "16th": "16th", "32nd": "32nd"}
TUPLET_APART, TUPLET_HOOK, TUPLET_LINE = 0.7, 0.7, 0.12
TUPLET_HEIGHT, TUPLET_ROOM = 1.5, 0.5  # of the number, and around it


@dataclass
class Head:
    """A note as it stands: where its head begins, its height, and its stem."""

    piece: Piece
    x: float
    y: float
    wide: float
    is_up: bool
    tip: float = 0.0  # the height at which its stem ends

    def stem_x(self, space: float) -> float:
        """The middle of its stem."""
        half = STEM_WIDTH * space / 2
        return self.x + self.wide - half if self.is_up else self.x + half


class Drawn(NamedTuple):
    """A bar: its marks, and its notes, None for rests."""

    marks: list[Mark]
    heads: list[Head | None]


@dataclass(frozen=True)
class Notation:
    """What holds for the notes of a row."""

    clef: Clef
    fifths: int
    space: float

    def bar(self, pieces: Sequence[Piece], places: Mapping[int, float], meter: Meter) -> Drawn:
        """A bar whose columns stand at these places, by their ticks."""
        marks: list[Mark] = []
        heads: list[Head | None] = []
        accidentals = Accidentals(self.fifths)
        for piece in pieces:
            x = places[piece.value.start * TICKS_PER_STEP]
            if piece.note is None:
                heads.append(None)
                marks += self._rest(piece, x)
                continue
            heads.append(self._head(piece, x))
            marks += self._head_marks(piece, x, accidentals)
        groups = beam_groups(pieces, meter)
        beamed = {number for group in groups for number in group}
        for number, head in enumerate(heads):
            if head is not None and number not in beamed and head.piece.value.name not in STEMLESS:
                marks += self._single(head)
        for group in groups:
            marks += self._beamed([head for head in heads[group.start : group.stop] if head is not None])
        for numbers, count in tuplets(pieces, meter):
            marks += self._tuplet(numbers, count, pieces, heads, places, is_beamed=numbers in groups)
        return Drawn(marks, heads)

    def whole_rest(self, middle: float) -> Iterator[Mark]:
        """The rest of a whole bar."""
        yield Glyph(middle - glyph_width("restWhole", self.space) / 2, self.space, "restWhole", self.space)

    def _rest(self, piece: Piece, x: float) -> Iterator[Mark]:
        glyph, space = glyph_of(piece), self.space
        y = (1 if piece.value.name == "whole" else MIDDLE) * space
        yield Glyph(x, y, glyph, space)
        yield from self._dots(piece, x + glyph_width(glyph, space), (MIDDLE - 0.5) * space)

    def _head(self, piece: Piece, x: float) -> Head:
        assert piece.note is not None
        is_up = place_of(piece.note) < self.clef.middle
        return Head(
            piece, x, height_of(piece.note, self.clef, self.space), glyph_width(glyph_of(piece), self.space), is_up
        )

    def _head_marks(self, piece: Piece, x: float, accidentals: Accidentals) -> Iterator[Mark]:
        assert piece.note is not None
        space, place = self.space, place_of(piece.note)
        y, glyph = height_of(piece.note, self.clef, space), glyph_of(piece)
        right = x + glyph_width(glyph, space)
        yield from ledger_lines(place, self.clef, x, right, space)
        sign = accidentals.sign(piece.note, is_tied_back=piece.is_tied_back)
        if sign is not None:
            yield Glyph(x - glyph_width(sign, space) - SIGN_GAP * space, y, sign, space)
        yield Glyph(x, y, glyph, space)
        is_on_line = (place - self.clef.middle) % 2 == 0
        yield from self._dots(piece, right, y - is_on_line * space / 2)

    def _dots(self, piece: Piece, x: float, y: float) -> Iterator[Mark]:
        for number in range(piece.value.dots):
            yield Glyph(x + (DOT_GAP + number * (DOT_GAP + DOT)) * self.space, y, "augmentationDot", self.space)

    def _stem(self, head: Head) -> Mark:
        x, begin = head.stem_x(self.space), head.y + (-STEM_IN if head.is_up else STEM_IN) * self.space
        return Stroke(x, begin, x, head.tip, STEM_WIDTH * self.space)

    def _single(self, head: Head) -> Iterator[Mark]:
        """The stem of a note without a beam, and its flags."""
        space, name = self.space, head.piece.value.name
        long = (STEM + PER_BEAM * max(FLAGS.get(name, 0) - 2, 0)) * space
        middle = MIDDLE * space
        head.tip = min(head.y - long, middle) if head.is_up else max(head.y + long, middle)
        yield self._stem(head)
        if name in FLAGS:
            left = head.stem_x(space) - STEM_WIDTH * space / 2
            yield Glyph(left, head.tip, f"flag{FLAG_NAMES[name]}{'Up' if head.is_up else 'Down'}", space)

    def _beamed(self, heads: list[Head]) -> Iterator[Mark]:
        """Stems and beams of notes that have them in common."""
        space, middle = self.space, MIDDLE * self.space
        farthest = max(heads, key=lambda head: abs(head.y - middle))
        is_up = farthest.y > middle
        for head in heads:
            head.is_up = is_up
        down = 1 if is_up else -1  # from the beam to the heads
        first, last = heads[0], heads[-1]
        rise = max(min((last.y - first.y) / 2, STEEPEST * space), -STEEPEST * space)
        nearest = min(head.y * down for head in heads[1:-1]) if heads[1:-1] else None
        if nearest is not None and nearest <= min(first.y * down, last.y * down):
            rise = 0.0
        x = first.stem_x(space)
        slope = rise / (last.stem_x(space) - x)
        most = max(FLAGS[head.piece.value.name] for head in heads)
        least = (SHORTEST + PER_BEAM * max(most - 2, 0)) * space
        begin = min((head.y * down - least) - slope * (head.stem_x(space) - x) * down for head in heads) * down
        # no beam lies on the far side of the middle line
        ends = [begin, begin + rise]
        off = max(end * down for end in ends) - middle * down
        begin -= max(off, 0.0) * down
        for head in heads:
            head.tip = begin + slope * (head.stem_x(space) - x)
            yield self._stem(head)
        for level in range(1, most + 1):
            yield from self._beams(heads, level, slope, down)

    def _beams(self, heads: Sequence[Head], level: int, slope: float, down: int) -> Iterator[Mark]:
        """The beams of a level: 1 is that of eighths."""
        space, half = self.space, STEM_WIDTH * self.space / 2
        inwards = (level - 1) * PER_BEAM * space * down
        for has, numbers in groupby(range(len(heads)), lambda number: FLAGS[heads[number].piece.value.name] >= level):
            row = [*numbers]
            if not has:
                continue
            left, right = heads[row[0]].stem_x(space) - half, heads[row[-1]].stem_x(space) + half
            if len(row) == 1:
                is_last = row[0] == len(heads) - 1
                left, right = (right - STUB * space, right) if is_last else (left, left + STUB * space)
            x, tip = heads[row[0]].stem_x(space), heads[row[0]].tip
            y1, y2 = (tip + inwards + slope * (edge - x) for edge in (left, right))
            thick = BEAM * space * down
            yield Shape(left, y1, ((right, y2), (right, y2 + thick), (left, y1 + thick)))

    def _tuplet(
        self,
        numbers: range,
        count: int,
        pieces: Sequence[Piece],
        heads: Sequence[Head | None],
        places: Mapping[int, float],
        *,
        is_beamed: bool,
    ) -> Iterator[Mark]:
        """The number of a tuplet, in a bracket where no beam holds it together."""
        space, glyph = self.space, f"tuplet{count}"
        within = [head for head in heads[numbers.start : numbers.stop] if head is not None]
        wide = glyph_width(glyph, space)
        if is_beamed:
            first, last = within[0], within[-1]
            middle = (first.stem_x(space) + last.stem_x(space)) / 2
            tip = (first.tip + last.tip) / 2
            y = tip - 0.45 * space if first.is_up else tip + (TUPLET_HEIGHT + 0.45) * space
            yield Glyph(middle - wide / 2, y, glyph, space)
            return
        last_piece = pieces[numbers[-1]]
        left = places[pieces[numbers[0]].value.start * TICKS_PER_STEP]
        right = places[last_piece.value.start * TICKS_PER_STEP] + glyph_width(glyph_of(last_piece), space)
        y = min([0.0, *(min(head.y, head.tip) for head in within)]) - TUPLET_APART * space
        line, hook = TUPLET_LINE * space, TUPLET_HOOK * space
        middle, room = (left + right) / 2, wide / 2 + TUPLET_ROOM * space
        y -= hook
        yield Stroke(left, y + hook, left, y, line)
        yield Stroke(left, y, middle - room, y, line)
        yield Stroke(middle + room, y, right, y, line)
        yield Stroke(right, y, right, y + hook, line)
        yield Glyph(middle - wide / 2, y + TUPLET_HEIGHT / 2 * space, glyph, space)
