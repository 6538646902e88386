"""How chords share time: even shares, beats that dots count, written durations. Knows no measures and no signs.

Chords in brackets share what one chord has: a beat in a line with dots, else a share of the bar, or a bar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from sideman.charts.faults import moved
from sideman.charts.lexing import Piece
from sideman.errors import ChordSyntaxError
from sideman.music.chords import parse
from sideman.music.time import COMMON_TIME, TICKS_PER_BEAT, TICKS_PER_STEP, Meter

_PART = re.compile(r"([A-G].{0,12}?)([1-9]\d?)/(1|2|4|8|16)")
_SOME_CHORD = "C:"


def share(items: Sequence[Piece], meter: Meter) -> tuple[list[int], str]:
    """The onsets in ticks of the chords and marks that share a bar, and what was assumed, nothing where it is plain.

    Each has an even share, or as many beats as it has dots.
    """
    ticks, count = meter.ticks, len(items)
    if any(piece.beats for piece in items):
        weights = [Fraction(piece.beats or 1, piece.of) for piece in items]
        are_counted = has_dots(items)
        unit = Fraction(ticks) / (max(sum(weights), meter.felt_beats) if are_counted else sum(weights))
        onsets = [int(sum(weights[:number], Fraction()) * unit) for number in range(count)]
        return onsets, "" if are_counted or _are_beats(unit) else "even"
    if ticks % count:
        return uneven(ticks, count), "first longer"
    each = ticks // count
    return [each * number for number in range(count)], "" if _are_beats(each) else "even"


def _are_beats(ticks: Fraction | int) -> bool:
    """Whether so many ticks are beats, or an even part of one."""
    return ticks % TICKS_PER_BEAT == 0 or TICKS_PER_BEAT % ticks == 0


def has_dots(items: Sequence[Piece]) -> bool:
    """Whether dots behind chords count their beats."""
    return any(piece.beats and piece.of == 1 for piece in items)


def bars_of(items: Sequence[Piece]) -> list[list[Piece]]:
    """The chords and marks of a line by the bar: those in brackets share one, unless brackets hold all of the line."""
    if all(piece.of > 1 for piece in items):
        return [[piece._replace(beats=0, of=1)] for piece in items]
    bars: list[list[Piece]] = []
    for piece in items:
        if piece.of > 1 and bars and bars[-1][0].of == piece.of > len(bars[-1]):
            bars[-1].append(piece)
        else:
            bars.append([piece])
    return bars


def row_of(run: Sequence[Piece]) -> int:
    """How many pieces at the end of a run are a row of chords in brackets or parentheses, 0 where there is none."""
    last = run[-1] if run else None
    if last is None or last.of > 1:
        return last.of if last else 0
    return int(last.kind == "optional" and " " in last.text)


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
    dashes = [len(gap) == 1 and gap[0].kind == "hold" and gap[0].text in "-–—/~" for gap in gaps]
    mixed = any(dashes) and all(not gap or gap[0].text in "-–—~" for gap in gaps)  # C - G → Am: none counts beats
    alone = dashes and (all(dashes) or (mixed and all(len(gap) < 2 for gap in gaps)))  # noqa: PLR2004 - one, or another
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
    """The ticks of a written duration, 0 where there is none or it can't be read."""
    found = _ticks(piece.duration) if piece.duration else 0
    return found if isinstance(found, int) else 0


def duration_fault(piece: Piece) -> ChordSyntaxError | None:
    """What is wrong with a written duration, None where nothing is."""
    found = _ticks(piece.duration) if piece.duration else 0
    if isinstance(found, int) or piece.duration is None:
        return None
    return moved(found, piece.end - len(piece.duration) - len(_SOME_CHORD))


@lru_cache(maxsize=1024)
def _ticks(duration: str) -> int | ChordSyntaxError:
    """The ticks of a duration, as the chord language reads it; its fault where it doesn't."""
    try:
        return parse(_SOME_CHORD + duration).ticks
    except ChordSyntaxError as error:
        return error
