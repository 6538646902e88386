"""How chords share time: even shares, beats that dots count, written durations. Knows no measures and no signs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

from sideman.charts.lexing import Piece
from sideman.music.progression import MAX_BEATS
from sideman.music.time import COMMON_TIME, TICKS_PER_BEAT, TICKS_PER_STEP, Meter

_PART = re.compile(r"([A-G].{0,12}?)(\d{1,2})/(1|2|4|8|16)")


def share(items: Sequence[Piece], meter: Meter) -> tuple[list[int], str]:
    """The onsets in ticks of the chords and marks that share a bar, and what was assumed, nothing where it is plain.

    Each has an even share, or as many beats as it has dots.
    """
    ticks, count = meter.ticks, len(items)
    if any(piece.beats for piece in items):
        weights = [Fraction(piece.beats or 1, piece.of) for piece in items]
        unit = Fraction(ticks) / max(sum(weights), meter.felt_beats)
        return [int(sum(weights[:number], Fraction()) * unit) for number in range(count)], ""
    if ticks % count:
        return uneven(ticks, count), "first longer"
    each = ticks // count
    plain = each % TICKS_PER_BEAT == 0 or TICKS_PER_BEAT % each == 0
    return [each * number for number in range(count)], "" if plain else "even"


def durations(items: Sequence[Piece], meter: Meter) -> list[tuple[Piece | None, int]]:
    """Chords with their ticks where durations are written; those without one share what is left of a bar."""
    given = [ticks_of(piece) for piece in items]
    left, untimed = meter.ticks - sum(given), given.count(0)
    rest = left // untimed if untimed and left >= untimed else TICKS_PER_BEAT
    return [(chord_of(piece), ticks or rest) for piece, ticks in zip(items, given, strict=True)]


def parts(piece: Piece) -> list[Piece]:
    """The chords of a pair of parentheses, as pieces of their own."""
    return [piece._replace(kind="chord", text=text) for text in piece.text.split()]


def timed_words(cell: list[Piece], reads: Callable[[str], bool]) -> list[Piece]:
    """A cell whose words are all chords with a part of a whole note behind them, ``C1/8 C1/8 D3/4``, timed."""
    matches = [_PART.fullmatch(piece.text) for piece in cell]
    found = []
    for piece, match in zip(cell, matches, strict=True):
        if piece.kind not in ("word", "chord") or match is None or not reads(match[1]):
            return cell
        beats = Fraction(int(match[2]), int(match[3])) * COMMON_TIME.beats
        found.append(piece._replace(kind="chord", text=match[1], duration=str(beats)))
    whole = sum(Fraction(int(match[2]), int(match[3])) for match in matches if match)
    fine = any(match[3] in ("8", "16") for match in matches if match)  # C7/4 alone is a chord
    return found if whole and (whole.denominator == 1 or fine) else cell


def chord_of(piece: Piece) -> Piece | None:
    """The piece where it is a chord."""
    return piece if piece.kind == "chord" else None


def without_separators(items: list[Piece]) -> list[Piece]:
    """A line without the dashes or slashes that stand between its chords, once in every gap and not at its end."""
    chords = [number for number, piece in enumerate(items) if piece.kind == "chord"]
    gaps = [items[left + 1 : right] for left, right in pairwise(chords)]
    alone = gaps and all(len(gap) == 1 and gap[0].kind == "hold" and gap[0].text in "-–—/~" for gap in gaps)
    if alone and chords[0] == 0 and chords[-1] >= len(items) - 2:
        return [piece for piece in items if piece.kind == "chord"]
    return items


def uneven(ticks: int, count: int) -> list[int]:
    """Onsets of so many chords that can't share the bar evenly: on a grid, the first ones longer."""
    unit = TICKS_PER_BEAT
    while ticks // unit < count and unit > TICKS_PER_STEP:
        unit //= 2
    each, longer = divmod(ticks // unit, count)
    onsets, onset = [], 0
    for number in range(count):
        onsets.append(onset)
        onset += max(each + (number < longer), 1) * unit
    return onsets


def ticks_of(piece: Piece) -> int:
    """The ticks of a written duration, 0 where there is none."""
    if not piece.duration:
        return 0
    text = piece.duration
    try:
        ticks = Fraction(text[:-1]) if text.endswith("t") else Fraction(text) * TICKS_PER_BEAT
    except (ValueError, ZeroDivisionError):
        return 0
    return min(int(ticks), MAX_BEATS * TICKS_PER_BEAT)
