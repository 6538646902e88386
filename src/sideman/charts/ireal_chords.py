"""The chord string of iReal Pro: cells, bar lines and marks, as bars. Knows no links, and follows no signs.

A row of the app has sixteen cells. A chord, a sign such as ``x`` and a space each fill one; bar lines and marks stand
between cells and fill none, a comma only parts two chords. A bar has mostly four cells, whatever its metre.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sideman.charts.reading import Notes
from sideman.errors import OptionError, UnreadableError
from sideman.music.progression import MAX_BEATS
from sideman.music.song import Place
from sideman.music.time import Meter

SECTIONS = {"i": "Intro", "v": "Verse", "V": "Verse"}  # other marks are letters: A, B …
TWELVE_EIGHT = "12"  # the metre whose beats take both digits
MAX_CELLS = 256  # of a bar: a page has 192
MAX_MUSIC = 200_000  # characters of a chord string
LOOKED_AT = 4096  # characters that tell what a text is
MAX_UNKNOWN = 64  # characters of a chord string that mean nothing, before it is taken to be damaged
DOUBLE = "[]{}Z"  # all bar lines but the single one
HOLD, BAR_AGAIN, TWO_BARS_AGAIN, SILENCE, BLANK = "p", "x", "r", "n", " "

CHORD = (
    r"(?:[A-G][b#]?|W)"
    r"(?:sus|alt|add|maj|min|dim|aug|6/9|[-+^0-9hob#ømM]|\*[^][*|{}<>Z ,]{1,16}\*)*+"
    r"(?:/[A-G][b#]?)?"
)
_TOKEN = re.compile(
    rf"""
    <(?P<text>[^>]*+)(?:>|\Z)
  | (?P<line>[]|[{{}}Z])
  | T(?P<time>[0-9]{{2}})
  | N(?P<ending>[0-9])
  | \*(?P<section>[A-Za-z])
  | \((?P<alternative>\s*+{CHORD})[^()|]*+\)
  | (?P<chord>{CHORD})
  | (?P<cell>[pxrn ])
  | (?P<sign>[SQUf])
  | [slY,*\r\n\t]
    """,
    re.VERBOSE,
)
_BARE = re.compile(r"[],|[{}SQYsl\s]*+(?:\*[A-Za-z](?=\S)|T[0-9]{2})")
_LEVEL = re.compile(r"\*[0-9]{2}")


class Cell(NamedTuple):
    """A cell: a chord's symbol or a sign, and the chord in parentheses above it, where there is one."""

    content: str
    alternative: str = ""
    place: Place | None = None


class Remark(NamedTuple):
    """Words at a bar: whether they stand before all of its cells, and above the staff."""

    words: str
    leads: bool
    above: bool


@dataclass(slots=True)
class Bar:
    """A bar as it is written: cells, the lines at its ends, and the marks at it."""

    cells: list[Cell] = field(default_factory=list)
    is_blank: bool = True  # nothing stands in its cells
    opening: str = ""  # of "[{"
    closing: str = ""  # of "|[]{}Z"
    meter: Meter | None = None  # where it changes
    section: str | None = None
    ending: int | None = None
    segno: bool = False
    codas: list[bool] = field(default_factory=list)  # a Q each: whether it stands before all cells
    end: bool = False
    remarks: list[Remark] = field(default_factory=list)

    def add(self, cell: Cell) -> None:
        """Add a cell. Raises :class:`UnreadableError` for more than are in a bar."""
        if len(self.cells) == MAX_CELLS:
            raise UnreadableError(f"an iReal Pro bar has more than {MAX_CELLS} cells: bar lines are missing")
        self.cells.append(cell)
        self.is_blank &= cell.content == BLANK and not cell.alternative


def looks_bare(text: str) -> bool:
    """Whether a text is a chord string: it begins as one, has bar lines, and little in it means nothing there."""
    if len(text) > MAX_MUSIC or not _BARE.match(text) or not any(line in text for line in "|[]{}"):
        return False
    begin = text[:LOOKED_AT]
    return sum(len(value) for kind, value, _ in _tokens(begin) if kind == "unknown") * 50 <= len(begin)


def bars_of(music: str, notes: Notes, *, with_places: bool = False) -> list[Bar]:
    """The bars of a chord string. Raises :class:`UnreadableError` where it is damaged, has too many or none."""
    if len(music) > MAX_MUSIC:
        raise UnreadableError(f"this iReal Pro chart is too long: at most {MAX_MUSIC:,} characters are read")
    bars: list[Bar] = []
    bar = Bar()
    unknown = 0
    for kind, value, place in _tokens(music):
        if kind == "line":
            bar = _line(bars, bar, value)
            if len(bars) > MAX_BEATS:
                raise UnreadableError(f"this iReal Pro chart has more than {MAX_BEATS:,} bars")
        elif kind in ("chord", "cell"):
            bar.add(Cell(value, "", place if with_places else None))
        elif kind == "alternative":
            last = bar.cells.pop() if bar.cells else Cell(BLANK, "", place if with_places else None)
            bar.add(last._replace(alternative=value.strip()))
        elif kind == "unknown":
            unknown += len(value)
            if unknown > MAX_UNKNOWN:
                raise UnreadableError("the chords of this iReal Pro chart are damaged: copy it again")
            notes.note("ignored", value, place=place if with_places else None, text=value)
        else:
            bar = _mark(bars, bar, kind, value, notes)
    bar = _line(bars, bar, "|")
    if not bars:
        raise UnreadableError("this iReal Pro chart has no bars: are its chords missing?")
    bars[-1].codas += bar.codas
    bars[-1].remarks += bar.remarks
    return bars


def _tokens(music: str) -> Iterator[tuple[str, str, Place]]:
    end = 0
    for token in _TOKEN.finditer(music):
        if token.start() > end:
            yield "unknown", music[end : token.start()], Place(end, token.start())
        end = token.end()
        if token.lastgroup:
            yield token.lastgroup, token[token.lastgroup], Place(token.start(), end)
    if end < len(music):
        yield "unknown", music[end:], Place(end, len(music))


def _line(bars: list[Bar], bar: Bar, line: str) -> Bar:
    """The bar after a bar line. Blank cells behind the end of a part only fill the row; other blank bars are bars."""
    if bar.is_blank and (not bar.cells or not bars or bars[-1].closing in DOUBLE):
        bar.cells.clear()
        if line == "{" or (line == "[" and not bar.opening):
            bar.opening = line
        if bars and bars[-1].closing == "|":
            bars[-1].closing = line
        return bar
    bar.closing = line
    bars.append(bar)
    return Bar(opening=line if line in "[{" else "")


def _mark(bars: list[Bar], bar: Bar, kind: str, value: str, notes: Notes) -> Bar:
    """Put a mark at its bar. What can only begin a bar begins one, should a bar line be missing."""
    is_first = not bar.cells or bar.is_blank
    if kind in ("time", "ending", "section"):
        if not is_first:
            bar = _line(bars, bar, "|")
        if kind == "time":
            bar.meter = _meter(value, notes) or bar.meter
        elif kind == "ending":
            bar.ending = int(value)
        else:
            bar.section = SECTIONS.get(value, value.upper())
    elif kind == "text":
        level = _LEVEL.match(value)
        words = value[level.end() :] if level else value
        bar.remarks.append(Remark(" ".join(words.split()), is_first, level is not None))
    elif value == "S":
        bar.segno = True
    elif value == "Q":
        bar.codas = [*bar.codas[:1], is_first]
    elif value == "U":
        bar.end = True
    else:
        notes.note("ignored", "fermata", text="f")
    return bar


def _meter(digits: str, notes: Notes) -> Meter | None:
    beats, unit = (12, 8) if digits == TWELVE_EIGHT else map(int, digits)
    try:
        return Meter(beats, unit)
    except OptionError:
        notes.note("ignored", f"T{digits}", text=f"T{digits}")
        return None
