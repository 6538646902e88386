"""Bars in a text written anew, in the notation of the line in which they stand. What they mean is for others to read.

Three kinds of lines: with bar lines, with chords in brackets among words, and chords alone. All that isn't one of the
bars that change stays as it is; only blanks behind them give way, so that chords stay above their words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import gcd
from typing import NamedTuple

from sideman.charts.lexing import AGAINS, AGAINS_TWO, BARS, HOLDS
from sideman.music.progression import Chord
from sideman.music.song import Place
from sideman.music.time import TICKS_PER_BEAT, Meter

STYLES = ("parts", "beats", "dots", "slashes", "durations", "lines")
MOST_DOTS = 8  # behind a chord
HELD_BAR = "--"  # in a line without bar lines, where a slash would count beats

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_BAR = re.compile(rf"[{BARS}{{}}]|(?<!\S)l(?!\S)")
_BETWEEN_BARS = re.compile(rf"[^\S\n]*(?:[{BARS}]|l)[^\S\n]*")
_REST = {  # what stands behind a chord's place and counts its time
    "barred": re.compile(r"\.{0,8}"),
    "inline": re.compile(r"\.{0,8}"),
    "plain": re.compile(r"\.{0,8}(?:\s*?(?<![^\s])(?:/|\.|-|–|—|_|--)(?=\s|$))*"),
}


class Bar(NamedTuple):
    """The chords that begin in a bar, each at a tick, and its metre."""

    chords: tuple[tuple[int, Chord], ...]
    meter: Meter


class Unit(NamedTuple):
    """A place of a text: the bars that stand there, and those that shall; ``is_told`` where all have to be written."""

    place: Place
    before: list[Bar]
    after: list[Bar]
    is_told: bool = False


class _Put(NamedTuple):
    start: int
    end: int
    text: str


@dataclass
class _Line:
    """A line of a text with units in it."""

    text: str  # of the whole chart
    start: int
    end: int
    units: list[Unit]
    names: Mapping[Chord, str]

    @property
    def kind(self) -> str:
        """``barred``, ``inline`` or ``plain``."""
        line = self.text[self.start : self.end]
        first = self.units[0].place
        if self.text[first.start - 1 : first.start] == "[" and self.text[first.end : first.end + 1] in ("]", "."):
            return "inline" if not re.search(rf"[{BARS}]", line) else "barred"
        return "barred" if _BAR.search(line) else "plain"

    def name(self, chord: Chord) -> str:
        """A chord as the chart spells it."""
        return self.names.get(chord, chord.written)


def rewrite(text: str, units: Sequence[Unit], style: str) -> str | None:
    """The text with other bars, written in one of :data:`STYLES`; None where that has no way to write them."""
    names = _names(text, units)
    puts: list[_Put] = []
    for line in _lines(text, units, names):
        if all(unit.before == unit.after and not unit.is_told for unit in line.units):
            continue
        found = _barred(line, style) if line.kind == "barred" else _poured(line, style)
        if found is None:
            return None
        puts += found
    for put in sorted(puts, reverse=True):
        text = text[: put.start] + put.text + text[put.end :]
    return text


def _names(text: str, units: Sequence[Unit]) -> dict[Chord, str]:
    """How the chart spells its chords."""
    found: dict[Chord, str] = {}
    marks = HOLDS | AGAINS | AGAINS_TWO
    for place, before, _, _ in units:
        chords = [chord for bar in before for _, chord in bar.chords]
        written = text[place.start : place.end]
        words = [re.sub(r"\.+$|:[0-9./]+t?$", "", word) for word in written.split() if word not in marks]
        if len(words) != len(chords) and len(chords) == 1 and not _BAR.search(written):
            words = [written] if words else []
        if len(words) == len(chords):
            for chord, word in zip(chords, words, strict=True):
                found.setdefault(chord, word)
    return found


def _lines(text: str, units: Sequence[Unit], names: Mapping[Chord, str]) -> list[_Line]:
    """The lines in which units stand."""
    ends = [match.span() for match in _LINE_END.finditer(text)]
    edges = list(zip([0, *(end for _, end in ends)], [*(start for start, _ in ends), len(text)], strict=True))
    lines: list[_Line] = []
    at = 0
    for unit in units:
        while edges[at][1] < unit.place.end and at < len(edges) - 1:
            at += 1
        if not lines or lines[-1].start != edges[at][0]:
            lines.append(_Line(text, *edges[at], [], names))
        lines[-1].units.append(unit)
    return lines


# ---- lines with bar lines ----


def _barred(line: _Line, style: str) -> list[_Put] | None:
    puts: list[_Put] = []
    between = _separator(line) or " | "
    for at, unit in enumerate(line.units):
        if unit.before == unit.after and not unit.is_told:
            continue
        start, end = _range(line, at)
        if not unit.after:
            puts.append(_cut(line, at))
            continue
        old = line.text[start:end]
        cells = []
        for bar in unit.after:
            if (
                [bar] == unit.before
                and old not in cells
                and not unit.is_told
                or ([bar] == unit.before and len(unit.after) > 1)
            ):
                cells.append(old)
                continue
            cell = _cell(line, bar, style)
            if cell is None:
                return None
            cells.append(cell)
        puts.append(_fit(line, start, end, between.join(cells)))
    return puts


def _cell(line: _Line, bar: Bar, style: str) -> str | None:
    """A bar between bar lines."""
    chords = [(tick, line.name(chord)) for tick, chord in bar.chords]
    if not chords:
        return "/"
    if len(chords) == 1 and chords[0][0] == 0 and style != "durations":
        return chords[0][1]
    ends = [*(tick for tick, _ in chords[1:]), bar.meter.ticks]
    if style == "durations":
        if chords[0][0]:
            return None
        return " ".join(f"{name}:{_beats(end - tick)}" for (tick, name), end in zip(chords, ends, strict=True))
    part = gcd(bar.meter.ticks, *(tick for tick, _ in chords))
    if style in ("beats", "slashes"):
        part = gcd(part, TICKS_PER_BEAT)
    by_tick = dict(chords)
    hold = "." if style == "dots" else "/"
    return " ".join(by_tick.get(tick, hold) for tick in range(0, bar.meter.ticks, part))


def _separator(line: _Line) -> str:
    """What stands between two bars of a line with bar lines, nothing where there aren't two."""
    for (_, end), (start, _) in pairwise(unit.place for unit in line.units):
        if _BETWEEN_BARS.fullmatch(line.text, end, start):
            return re.sub(r"\s+", " ", line.text[end:start])
    return ""


# ---- lines without ----


def _poured(line: _Line, style: str) -> list[_Put] | None:
    """Rows of units that change, each as chords with as many beats as they last."""
    if style == "lines":
        return _with_lines(line) if line.kind == "plain" else None
    puts: list[_Put] = []
    at = 0
    while at < len(line.units):
        last = at
        while last < len(line.units) and (
            line.units[last].before != line.units[last].after or line.units[last].is_told
        ):
            last += 1
        if last == at:
            at += 1
            continue
        while at > 0 and _is_held(line.units[at:last]) and not puts:
            at -= 1
        row = line.units[at:last]
        start, end = _range(line, at)[0], _range(line, last - 1)[1]
        bars = [bar for unit in row for bar in unit.after]
        words = _words(line, bars, style)
        if words is None:
            return None
        if not words:
            puts += (
                [_cut(line, number) for number in range(at, last)] if len(line.units) > last - at else [_blank(line)]
            )
        elif line.kind == "inline":
            puts += _brackets(line, row, start, end, words)
        else:
            puts += _spread(line, at, last, words)
        at = last
    return puts


def _is_held(row: Sequence[Unit]) -> bool:
    bars = [bar for unit in row for bar in unit.after]
    return bool(bars) and not (bars[0].chords and bars[0].chords[0][0] == 0)


def _words(line: _Line, bars: Sequence[Bar], style: str) -> list[str] | None:
    """Chords and marks of bars; None where one can't be written."""
    if not bars:
        return []
    total, onsets = 0, []
    starts = set()
    for bar in bars:
        starts.add(total)
        onsets += [(total + tick, chord) for tick, chord in bar.chords]
        total += bar.meter.ticks
    if not onsets:
        return [HELD_BAR] * len(bars)
    ticks = bars[0].meter.ticks
    words: list[str] = []
    if onsets[0][0]:
        if onsets[0][0] % ticks or line.kind == "inline":
            return None
        words = [HELD_BAR] * (onsets[0][0] // ticks)
    if style == "parts" and any(tick not in starts for tick, _ in onsets):
        return [line.name(chord) for _, chord in onsets]  # where chords share bars
    for (onset, chord), end in zip(onsets, [*(onset for onset, _ in onsets[1:]), total], strict=True):
        written = _lasting(line, line.name(chord), end - onset, ticks, onset in starts, style)
        if written is None:
            return None
        words += written
    return words


def _lasting(line: _Line, name: str, duration: int, bar: int, is_first: bool, style: str) -> list[str] | None:
    """A chord with what tells how long it lasts."""
    beats = Fraction(duration, TICKS_PER_BEAT)
    if style == "durations":
        return [f"{name}:{_beats(duration)}"]
    if style == "slashes":
        return [name, *["/"] * (int(beats) - 1)] if beats.denominator == 1 else None
    if duration == bar and style != "dots":
        return [name]
    if is_first and duration % bar == 0 and line.kind == "plain":
        return [name, *[HELD_BAR] * (duration // bar - 1)]
    if beats.denominator != 1:
        return None
    if beats <= MOST_DOTS:
        return [name + "." * int(beats)]
    rest = duration % bar
    if line.kind != "plain" or rest % TICKS_PER_BEAT:
        return None
    return [name + "." * (rest // TICKS_PER_BEAT), *[HELD_BAR] * (duration // bar)] if rest else None


def _spread(line: _Line, at: int, last: int, words: Sequence[str]) -> list[_Put]:
    """Words in place of units: one for one where they are as many, so that each keeps its column."""
    ranges = [_range(line, number) for number in range(at, last)]
    gap = _gap(line)
    if len(words) < len(ranges):
        last_put = _Put(ranges[len(words) - 1][1], ranges[-1][1], "")
        return [_fit(line, *span, word) for span, word in zip(ranges, words[:-1], strict=False)] + [
            _fit(line, ranges[len(words) - 1][0], last_put.end, words[-1])
        ]
    head = [_fit(line, *span, word) for span, word in zip(ranges[:-1], words, strict=False)]
    return [*head, _fit(line, *ranges[-1], gap.join(words[len(ranges) - 1 :]))]


def _brackets(line: _Line, row: Sequence[Unit], start: int, end: int, words: Sequence[str]) -> list[_Put]:
    """Words in place of chords in brackets: one for one, further ones in brackets of their own behind the last."""
    puts = []
    for number, unit in enumerate(row):
        first, until = unit.place.start, _REST["inline"].match(line.text, unit.place.end)
        stop = until.end() if until else unit.place.end
        if number >= len(words):
            puts.append(_Put(first - 1, stop + 1, ""))
        elif number == len(row) - 1:
            puts.append(_Put(first, stop, "][".join(words[number:])))
        else:
            puts.append(_Put(first, stop, words[number]))
    return puts


def _with_lines(line: _Line) -> list[_Put] | None:
    """The line with bar lines: for what can't be told without."""
    puts = []
    for at, unit in enumerate(line.units):
        start, end = _range(line, at)
        cells = [_cell(line, bar, "parts") for bar in unit.after]
        if not all(cells):
            return None
        is_last = at == len(line.units) - 1
        written = line.text[start:end] if unit.before == unit.after else " | ".join(cell or "" for cell in cells)
        puts.append(_fit(line, start, end, f"{'' if at else '| '}{written} |" if cells or is_last else ""))
    return puts


# ---- what they have in common ----


def _range(line: _Line, at: int) -> tuple[int, int]:
    """Where a unit stands, with what counts its time behind it."""
    place = line.units[at].place
    until = line.units[at + 1].place.start if at + 1 < len(line.units) else line.end
    match = _REST[line.kind].match(line.text, place.end, until)
    return place.start, match.end() if match else place.end


def _cut(line: _Line, at: int) -> _Put:
    """A unit taken out, with what parts it from the next one, or else from the one before."""
    start, end = _range(line, at)
    if len(line.units) == 1:
        return _blank(line) if line.kind != "inline" else _Put(start - 1, end + 1, "")
    if line.kind == "inline":
        return _Put(start - 1, end + 1, "")
    if at + 1 < len(line.units):
        until = line.units[at + 1].place.start
        between = line.text[end:until]
        if line.kind == "plain" and re.fullmatch(r"\s{2,}", between):
            return _Put(start, until, " " * (until - start))  # chords stand above their words
        if line.kind == "plain" or _BETWEEN_BARS.fullmatch(between):
            return _Put(start, until, "")
    before = _range(line, at - 1)[1] if at else line.start
    if at and (line.kind == "plain" or _BETWEEN_BARS.fullmatch(line.text, before, start)):
        return _Put(before, end, "")
    behind = re.compile(rf"[^\S\n]*(?:[{BARS}]|l(?!\S))").match(line.text, end)
    return _Put(start, behind.end() if behind else end, "")


def _blank(line: _Line) -> _Put:
    """The line taken out, but for what stands before and behind its chords."""
    start, end = _range(line, 0)[0], _range(line, len(line.units) - 1)[1]
    before, behind = line.text[line.start : start], line.text[end : line.end]
    if not before.strip(f"{BARS} \t") and not behind.strip(f"{BARS} \t"):
        ending = _LINE_END.match(line.text, line.end)
        return _Put(line.start, ending.end() if ending else line.end, "")
    return _Put(start, end, "")


def _fit(line: _Line, start: int, end: int, text: str) -> _Put:
    """A text in place of another; where more than one blank stands behind it, the next chord keeps its column."""
    blanks = re.compile(r"[^\S\n]*").match(line.text, end, line.end)
    stop = blanks.end() if blanks else end
    longer = len(text) - (end - start)
    if stop - end < 2 or stop == line.end or longer == 0:  # noqa: PLR2004 - one blank only parts
        return _Put(start, end, text)
    if longer > 0:
        return _Put(start, end + min(longer, stop - end - 1), text)
    return _Put(start, end, text + " " * -longer)


def _gap(line: _Line) -> str:
    """What parts two chords of a line."""
    for (_, end), (start, _) in pairwise(unit.place for unit in line.units):
        between = line.text[end:start]
        if re.fullmatch(r"\s*(?:[-–—,;/→>]{1,2})\s*", between):
            return between
        if between == " ":
            return " "
    return "  "


def _beats(ticks: int) -> str:
    beats = Fraction(ticks, TICKS_PER_BEAT)
    return str(float(beats)).removesuffix(".0") if beats.denominator in (1, 2, 4, 8) else str(beats)
