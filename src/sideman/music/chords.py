"""The chord language: text to Progression and back. The door to all chord nouns; knows no bands, ids or files.

    progression  cells between ``|`` or line ends:   C:4|Am:4    C Am | F G7 | % | N.C.
    cell         chords between spaces, or ``%`` for the last cell again
    chord        ROOT QUALITY [/BASS] [:DURATION]:   Bb   F#m7b5   C6/9/E:3/2   Dm7:96t
    duration     beats (4, 1.5, 3/2) or ticks (96t); chords without one share evenly what is left of a bar

A chord is read by :mod:`sideman.music.symbol`; ``docs/chords.md`` tells it all to people. Reading takes time
linear in the text. Whatever has two meanings is an error, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from sideman.music.notes import NOTE_NAMES
from sideman.music.progression import MAX_BEATS, MAX_CHORDS, SILENT, Chord, ChordSpan, Progression
from sideman.music.qualities import MODEL_QUALITIES, QUALITIES, SPELLINGS, Quality
from sideman.music.song import Place, Song
from sideman.music.symbol import REPEAT, read_chord, short, syntax_error
from sideman.music.time import COMMON_TIME, TICKS_PER_BEAT, BarLines, Meter

__all__ = [
    "MAX_BEATS",
    "MAX_CHORDS",
    "MAX_TEXT",
    "MODEL_QUALITIES",
    "NOTE_NAMES",
    "QUALITIES",
    "SILENT",
    "SPELLINGS",
    "Chord",
    "ChordSpan",
    "Progression",
    "Quality",
    "format_progression",
    "parse",
    "parse_song",
    "read_chord",
]

MAX_TEXT = 150_000  # characters: room for MAX_CHORDS of the longest chords
MAX_TICKS = MAX_BEATS * TICKS_PER_BEAT

EXAMPLE = "C:4|Am:4|F:4|G7:4"
LONGEST_DURATION = 64  # characters

_LINE = r"\r\n\v\f\x85\u2028\u2029"
_SPACE = rf"[^\S{_LINE}]"
# Possessive (``++``): no text makes the reader go back over it, so its time is linear.
_TOKEN = re.compile(
    rf"""
    (?P<line>[{_LINE}]++)
  | (?P<space>{_SPACE}++)
  | (?P<bar>\|++)
  | (?P<chord>(?:[^\s:|()]|\([^():|{_LINE}]*+\)|[()])++)
    (?:{_SPACE}*+:{_SPACE}*+(?P<duration>[^\s|]*+))?
  | (?P<colon>:)
    """,
    re.VERBOSE,
)
_TICKS = re.compile(r"([0-9]+)t")
_BEATS = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+|[0-9]+/0*[1-9][0-9]*")


class _Word(NamedTuple):
    """A chord or repeat sign as written: positions count from 1."""

    text: str
    position: int
    duration: str | None
    duration_position: int

    @property
    def place(self) -> Place:
        """Where it stands, with its duration."""
        start = self.position - 1
        end = start + len(self.text) if self.duration is None else self.duration_position - 1 + len(self.duration)
        return Place(start, end)


def parse(text: str, meter: Meter = COMMON_TIME) -> Progression:
    """Read a progression such as ``C:4|Am:4`` or ``C Am | F G7 | %``; a cell without durations fills a bar.

    Raises :class:`ChordSyntaxError` for everything else, and for more than :data:`MAX_TEXT` characters,
    :data:`MAX_CHORDS` or :data:`MAX_BEATS`.
    """
    return _read(text, meter)[0]


def parse_song(text: str, meter: Meter = COMMON_TIME) -> Song:
    """What :func:`parse` reads, as a song of one section whose bars know their places in the text."""
    return Song.of(*_read(text, meter))


def _read(text: str, meter: Meter) -> tuple[Progression, list[Place]]:
    """The progression of a text, and the places of its chords."""
    if len(text) > MAX_TEXT:
        raise syntax_error("too long a text", text, MAX_TEXT + 1, f"at most {MAX_TEXT:,} characters are read")
    chords: list[tuple[Chord, int]] = []
    places: list[Place] = []
    cell: list[tuple[Chord, int]] = []
    ticks = 0
    for words in _cells(text):
        first = words[0]
        if first.text != REPEAT or len(words) > 1 or first.duration is not None:
            cell = _time(words, meter)
            places += [word.place for word in words]
        elif not cell:
            raise syntax_error("nothing to repeat", REPEAT, first.position, f"{REPEAT} repeats the cell before it")
        else:
            places += [first.place] * len(cell)
        ticks += sum(duration for _, duration in cell)
        if ticks > MAX_TICKS or len(chords) + len(cell) > MAX_CHORDS:
            remedy = f"a progression has at most {MAX_BEATS:,} beats and {MAX_CHORDS:,} chords"
            raise syntax_error("too long a progression from", first.text, first.position, remedy)
        chords += cell
    if not chords:
        raise syntax_error("no chords in", text, 1, f"write a progression such as {EXAMPLE}")
    return Progression.of(chords, BarLines((meter,))), places


def format_progression(progression: Progression) -> str:
    """The canonical text, ``C:4|Am:4``, such that ``parse(format_progression(p)) == p``."""
    return str(progression)


def _cells(text: str) -> Iterator[list[_Word]]:
    """The words of each cell. Cells end at bar lines and line ends; ``||`` is one bar line, ``| |`` an error."""
    words: list[_Word] = []
    bar: int | None = None  # where the last bar line stands, while nothing but space followed it
    for match in _TOKEN.finditer(text):
        position = match.start() + 1
        if match["chord"] is not None:
            bar = None
            words.append(_Word(match["chord"], position, match["duration"], match.start("duration") + 1))
        elif match["bar"] is not None:
            if bar is not None or match["bar"] not in ("|", "||"):
                value = text[(bar or position) - 1 : match.end()]
                remedy = f"write {REPEAT} to repeat a bar, N.C. for no chord"
                repeats = text[: (bar or position) - 1].replace("|", "").strip() != ""  # there is something to repeat
                suggestions = ("| % |", "| N.C. |") if repeats else ("| N.C. |",)
                raise syntax_error("empty cell", value, bar or position, remedy, *suggestions)
            bar = position
        elif match["line"] is not None:
            bar = None
        elif match["colon"] is not None:
            raise syntax_error(
                "stray", ":", position, "a duration follows its chord, C:4; repeated bars are written out"
            )
        if words and match["chord"] is None and match["space"] is None:
            yield words
            words = []
    if words:
        yield words


def _time(words: list[_Word], meter: Meter) -> list[tuple[Chord, int]]:
    """The chords of a cell and their durations in ticks."""
    chords = [read_chord(word.text, word.position) for word in words]
    durations = [None if word.duration is None else _ticks(word) for word in words]
    untimed = [word for word in words if word.duration is None]
    share = _share(untimed, meter.ticks - sum(filter(None, durations))) if untimed else 0
    return [(chord, ticks or share) for chord, ticks in zip(chords, durations, strict=True)]


def _share(untimed: list[_Word], left: int) -> int:
    """Ticks for each chord without a duration, where ``left`` ticks of the bar are left to them."""
    first = untimed[0]
    if left <= 0:
        remedy = f"the other chords of the cell fill the bar; give it a duration, {short(first.text)}:2"
        raise syntax_error("no time left for", first.text, first.position, remedy, f"{first.text}:2")
    share, remainder = divmod(left, len(untimed))
    if remainder:
        beats = Fraction(left, TICKS_PER_BEAT)
        remedy = f"{len(untimed)} chords cannot share {beats} beats evenly; give durations, {short(first.text)}:1"
        others, rest = len(untimed) - 1, left - TICKS_PER_BEAT
        suggestions = [f"{first.text}:1"] if rest > 0 and rest % others == 0 else []
        raise syntax_error("no even share for", first.text, first.position, remedy, *suggestions)
    return share


def _ticks(word: _Word) -> int:
    """Ticks of a written duration."""
    text, position = word.duration or "", word.duration_position
    if not text:
        remedy = f"write {short(word.text)}:4, or no ':' for a share of the bar; repeated bars are written out"
        raise syntax_error("no duration after", f"{word.text}:", position, remedy, f"{word.text}:4", word.text)
    in_ticks = _TICKS.fullmatch(text)
    if len(text) > LONGEST_DURATION or not (in_ticks or _BEATS.fullmatch(text)):
        raise syntax_error("unknown duration", text, position, "write beats (4, 1.5, 3/2) or ticks (96t)")
    ticks = Fraction(in_ticks[1]) if in_ticks else Fraction(text) * TICKS_PER_BEAT
    if not 0 < ticks <= MAX_TICKS:
        raise syntax_error("duration out of range", text, position, f"a chord lasts from 1t to {MAX_BEATS} beats")
    if ticks.denominator > 1:
        nearest = max(round(ticks), 1)
        remedy = f"durations are whole ticks of 1/{TICKS_PER_BEAT} beat; the nearest is {nearest}t"
        raise syntax_error("duration off the grid", text, position, remedy, f"{nearest}t")
    return int(ticks)
