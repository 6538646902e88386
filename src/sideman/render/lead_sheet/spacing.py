"""How far apart the notes and chords of a bar stand, and how wide bars are. Lengths are in points. Knows no pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sideman.charts.paper.readers import ShownChord
from sideman.charts.paper.setting import width_of
from sideman.music.time import TICKS_PER_STEP
from sideman.render.lead_sheet.beaming import FLAGS, beam_groups
from sideman.render.lead_sheet.form import Lead
from sideman.render.lead_sheet.melody import Piece
from sideman.render.lead_sheet.staff import Accidentals, glyph_width

CHORD, CHORD_GAP = 14.0, 4.0  # points of a root; between chords, at the least
GAP = 0.5  # spaces between notes, at the least
SIGN_GAP, DOT_GAP, DOT, FLAG = 0.2, 0.35, 0.4, 0.8
GROWTH = 0.55  # a note twice as long stands 2 ** 0.55 times as far from the next
ROUNDS = 24  # of halving, until a width fits
LARGEST_STRETCH = 100.0
HEADS = {"breve": "noteheadDoubleWhole", "whole": "noteheadWhole", "half": "noteheadHalf"}
RESTS = {
    "breve": "restDoubleWhole", "whole": "restWhole", "half": "restHalf", "quarter": "restQuarter",
    "eighth": "rest8th", "16th": "rest16th", "32nd": "rest32nd",
}  # fmt: skip


def glyph_of(piece: Piece) -> str:
    """The head of a note, or the sign of a rest."""
    return RESTS[piece.value.name] if piece.note is None else HEADS.get(piece.value.name, "noteheadBlack")


@dataclass(frozen=True)
class Column:
    """What begins at a tick of the bar: how much room it takes to the left and the right, and how long it lasts."""

    tick: int
    left: float
    right: float
    ticks: int
    chord: float | None  # how wide the chord is that stands there


@dataclass(frozen=True)
class Measured:
    """A bar with its columns; ``before`` and ``after`` are kept free at its edges."""

    columns: tuple[Column, ...]
    before: float
    after: float

    @property
    def least(self) -> float:
        """How wide it is at the least."""
        return self._placed(0)[1]

    def places(self, wide: float) -> dict[int, float]:
        """How far from the left edge each tick's column stands, in a bar that is so wide."""
        low, high = 0.0, LARGEST_STRETCH
        for _ in range(ROUNDS):
            middle = (low + high) / 2
            if self._placed(middle)[1] <= wide:
                low = middle
            else:
                high = middle
        places, needed = self._placed(low)
        shrink = min(1.0, wide / needed)  # of a bar that is wider than the paper
        return {column.tick: place * shrink for column, place in zip(self.columns, places, strict=True)}

    def _placed(self, stretch: float) -> tuple[list[float], float]:
        """Where columns stand, and how wide the bar is then."""
        places: list[float] = []
        free = chord_free = self.before
        natural = 0.0
        for column in self.columns:
            place = max(free + column.left, natural)
            if column.chord is not None:
                place = max(place, chord_free)
                chord_free = place + column.chord + CHORD_GAP
            places.append(place)
            free = place + column.right
            natural = place + stretch * column.ticks**GROWTH
        return places, max(free, natural, chord_free) + self.after


def measured(
    lead: Lead, number: int, chords: Sequence[tuple[int, float]], fifths: int, space: float, edges: tuple[float, float]
) -> Measured:
    """A bar of a lead sheet; ``chords`` are how wide each is, at its tick, ``edges`` what is kept free, in spaces."""
    accidentals, found = Accidentals(fifths), {}
    pieces = shown_pieces(lead, number)
    beamed = {each for group in beam_groups(pieces, lead.meter(number)) for each in group}
    for place, piece in enumerate(pieces):
        has_flag = piece.note is not None and piece.value.name in FLAGS and place not in beamed
        left = 0.0
        if piece.note is not None:
            sign = accidentals.sign(piece.note, is_tied_back=piece.is_tied_back)
            left = 0.0 if sign is None else glyph_width(sign, space) + SIGN_GAP * space
        found[piece.value.start * TICKS_PER_STEP] = left, _right(piece, space, has_flag=has_flag)
    wide = dict(chords)
    ticks = sorted(found.keys() | wide.keys())
    ends = [*ticks[1:], lead.meter(number).ticks]
    columns = tuple(
        Column(tick, *found.get(tick, (0.0, 0.0)), max(end - tick, 1), wide.get(tick))
        for tick, end in zip(ticks, ends, strict=True)
    )
    return Measured(columns, *(edge * space for edge in edges))


def shown_pieces(lead: Lead, number: int) -> Sequence[Piece]:
    """What is written in a bar; of a pick-up without the rests before it."""
    pieces = lead.bars[number]
    if number == 0 and lead.is_picked_up:
        first = next(place for place, piece in enumerate(pieces) if piece.note is not None)
        return pieces[first:]
    return pieces


def _right(piece: Piece, space: float, *, has_flag: bool) -> float:
    """The room of a note to the right of where it begins."""
    dots = (DOT_GAP + DOT) * piece.value.dots
    return glyph_width(glyph_of(piece), space) + (max(dots, FLAG * has_flag) + GAP) * space


def chord_widths(chords: Sequence[tuple[int, ShownChord]]) -> list[tuple[int, float]]:
    """How wide chords are, each at its tick."""
    return [(tick, width_of(chord, CHORD)) for tick, chord in chords]
