"""Lines of a text in which bars stand, and what is put in place of some of them. Knows no notation but bar lines.

What isn't one of the bars that change stays as it is; only blanks behind them give way, so that chords stay above their
words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from sideman.charts.lexing import AGAINS, AGAINS_TWO, BARS, HOLDS
from sideman.music.progression import Chord
from sideman.music.song import Place
from sideman.music.time import TICKS_PER_BEAT, Meter

LINE_END = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_BAR = re.compile(rf"[{BARS}{{}}]|(?<!\S)l(?!\S)")
BETWEEN_BARS = re.compile(rf"[^\S\n]*(?:[{BARS}]|l)[^\S\n]*")
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

    @property
    def is_touched(self) -> bool:
        """Whether its text changes."""
        return self.is_told or self.before != self.after


class Put(NamedTuple):
    """A text in place of some characters."""

    start: int
    end: int
    text: str


@dataclass
class Line:
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


def names_of(text: str, units: Sequence[Unit]) -> dict[Chord, str]:
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


def lines_of(text: str, units: Sequence[Unit], names: Mapping[Chord, str]) -> list[Line]:
    """The lines in which units stand."""
    ends = [match.span() for match in LINE_END.finditer(text)]
    edges = list(zip([0, *(end for _, end in ends)], [*(start for start, _ in ends), len(text)], strict=True))
    lines: list[Line] = []
    at = 0
    for unit in units:
        while edges[at][1] < unit.place.end and at < len(edges) - 1:
            at += 1
        if not lines or lines[-1].start != edges[at][0]:
            lines.append(Line(text, *edges[at], [], names))
        lines[-1].units.append(unit)
    return lines


def span(line: Line, at: int) -> tuple[int, int]:
    """Where a unit stands, with what counts its time behind it."""
    place = line.units[at].place
    until = line.units[at + 1].place.start if at + 1 < len(line.units) else line.end
    match = _REST[line.kind].match(line.text, place.end, until)
    return place.start, match.end() if match else place.end


def cut(line: Line, at: int) -> Put:
    """A unit taken out, with what parts it from the next one, or else from the one before."""
    start, end = span(line, at)
    if len(line.units) == 1:
        return blank(line) if line.kind != "inline" else Put(start - 1, end + 1, "")
    if line.kind == "inline":
        return Put(start - 1, end + 1, "")
    if at + 1 < len(line.units):
        until = line.units[at + 1].place.start
        between = line.text[end:until]
        if line.kind == "plain" and re.fullmatch(r"\s{2,}", between):
            return Put(start, until, " " * (until - start))  # chords stand above their words
        if line.kind == "plain" or BETWEEN_BARS.fullmatch(between):
            return Put(start, until, "")
    before = span(line, at - 1)[1] if at else line.start
    if at and (line.kind == "plain" or BETWEEN_BARS.fullmatch(line.text, before, start)):
        return Put(before, end, "")
    behind = re.compile(rf"[^\S\n]*(?:[{BARS}]|l(?!\S))").match(line.text, end)
    return Put(start, behind.end() if behind else end, "")


def blank(line: Line) -> Put:
    """The line taken out, but for what stands before and behind its chords."""
    start, end = span(line, 0)[0], span(line, len(line.units) - 1)[1]
    before, behind = line.text[line.start : start], line.text[end : line.end]
    if not before.strip(f"{BARS} \t") and not behind.strip(f"{BARS} \t"):
        ending = LINE_END.match(line.text, line.end)
        return Put(line.start, ending.end() if ending else line.end, "")
    return Put(start, end, "")


def fit(line: Line, start: int, end: int, text: str) -> Put:
    """A text in place of another; where more than one blank stands behind it, the next chord keeps its column."""
    blanks = re.compile(r"[^\S\n]*").match(line.text, end, line.end)
    stop = blanks.end() if blanks else end
    longer = len(text) - (end - start)
    if stop - end < 2 or stop == line.end or longer == 0:  # noqa: PLR2004 - one blank only parts
        return Put(start, end, text)
    if longer > 0:
        return Put(start, end + min(longer, stop - end - 1), text)
    return Put(start, end, text + " " * -longer)


def cell(line: Line, bar: Bar, style: str) -> str | None:
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
        return " ".join(f"{name}:{beats_of(end - tick)}" for (tick, name), end in zip(chords, ends, strict=True))
    part = gcd(bar.meter.ticks, *(tick for tick, _ in chords))
    if style in ("beats", "slashes"):
        part = gcd(part, TICKS_PER_BEAT)
    by_tick = dict(chords)
    hold = "." if style == "dots" else "/"
    return " ".join(by_tick.get(tick, hold) for tick in range(0, bar.meter.ticks, part))


def beats_of(ticks: int) -> str:
    """Ticks in beats, as durations are written."""
    beats = Fraction(ticks, TICKS_PER_BEAT)
    return str(float(beats)).removesuffix(".0") if beats.denominator in (1, 2, 4, 8) else str(beats)
