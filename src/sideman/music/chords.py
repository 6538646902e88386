"""The chord language: text to Progression and back. The door to all chord nouns; knows no bands, ids or files.

    progression  cells between ``|`` or line ends:   C:4|Am:4    C Am | F G7 | % | N.C.
    cell         chords between spaces, or ``%`` for the last cell again
    chord        ROOT QUALITY [/BASS] [:DURATION]:   Bb   F#m7b5   C6/9/E:3/2   Dm7:96t
    duration     beats (4, 1.5, 3/2) or ticks (96t); chords without one share evenly what is left of a bar

The qualities and their spellings stand in :mod:`sideman.music.qualities`; ``docs/chords.md`` tells it all to people.
Reading takes time linear in the text. Whatever has two meanings is an error, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from fractions import Fraction
from typing import NamedTuple

from sideman.errors import ChordSyntaxError
from sideman.music.progression import (
    MAX_BEATS,
    MAX_CHORDS,
    NOTE_NAMES,
    SILENT,
    Chord,
    ChordSpan,
    Progression,
)
from sideman.music.qualities import AMBIGUOUS, MODEL_QUALITIES, QUALITIES, SPELLINGS, Quality
from sideman.music.song import Place, Song
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
REPEAT = "%"
NO_CHORD_SPELLINGS = frozenset({"N.C.", "N.C", "NC", "N", "n.c."})
LONGEST_VALUE = 32  # characters of the text that an error repeats
LONGEST_DURATION = 64  # characters
LONGEST_GUESS = 12  # characters of a quality for which a likely spelling is looked up

# What people type or paste for the signs of the table.
SIGNS = str.maketrans(
    {
        "\N{MUSIC SHARP SIGN}": "#",
        "\N{MUSIC FLAT SIGN}": "b",
        "\N{MUSICAL SYMBOL DOUBLE SHARP}": "##",
        "\N{MUSICAL SYMBOL DOUBLE FLAT}": "bb",
        "\N{INCREMENT}": "Δ",
        "\N{WHITE UP-POINTING TRIANGLE}": "Δ",
        "\N{LATIN CAPITAL LETTER O WITH STROKE}": "ø",
        "\N{EMPTY SET}": "ø",
        "\N{MASCULINE ORDINAL INDICATOR}": "°",
        "\N{RING ABOVE}": "°",
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
    }
)

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
_ROOT = re.compile(r"[A-G](?:bb?|\#\#?)?")
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
    return parse_song(text, meter).progression


def parse_song(text: str, meter: Meter = COMMON_TIME) -> Song:
    """What :func:`parse` reads, as a song of one section whose bars know their places in the text."""
    if len(text) > MAX_TEXT:
        raise _error("too long a text", text, MAX_TEXT + 1, f"at most {MAX_TEXT:,} characters are read")
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
            raise _error("nothing to repeat", REPEAT, first.position, f"{REPEAT} repeats the cell before it")
        else:
            places += [first.place] * len(cell)
        ticks += sum(duration for _, duration in cell)
        if ticks > MAX_TICKS or len(chords) + len(cell) > MAX_CHORDS:
            remedy = f"a progression has at most {MAX_BEATS:,} beats and {MAX_CHORDS:,} chords"
            raise _error("too long a progression from", first.text, first.position, remedy)
        chords += cell
    if not chords:
        raise _error("no chords in", text, 1, f"write a progression such as {EXAMPLE}")
    return Song.of(Progression.of(chords, BarLines((meter,))), places)


def read_chord(text: str) -> Chord:
    """One chord symbol, such as ``F#m7b5`` or ``C6/9/E``, without a duration. Raises :class:`ChordSyntaxError`."""
    return _chord(_Word(text, 1, None, 0))


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
                raise _error("empty cell", value, bar or position, remedy, *suggestions)
            bar = position
        elif match["line"] is not None:
            bar = None
        elif match["colon"] is not None:
            raise _error("stray", ":", position, "a duration follows its chord, C:4; repeated bars are written out")
        if words and match["chord"] is None and match["space"] is None:
            yield words
            words = []
    if words:
        yield words


def _time(words: list[_Word], meter: Meter) -> list[tuple[Chord, int]]:
    """The chords of a cell and their durations in ticks."""
    chords = [_chord(word) for word in words]
    durations = [None if word.duration is None else _ticks(word) for word in words]
    untimed = [word for word in words if word.duration is None]
    share = _share(untimed, meter.ticks - sum(filter(None, durations))) if untimed else 0
    return [(chord, ticks or share) for chord, ticks in zip(chords, durations, strict=True)]


def _share(untimed: list[_Word], left: int) -> int:
    """Ticks for each chord without a duration, where ``left`` ticks of the bar are left to them."""
    first = untimed[0]
    if left <= 0:
        remedy = f"the other chords of the cell fill the bar; give it a duration, {_short(first.text)}:2"
        raise _error("no time left for", first.text, first.position, remedy, f"{first.text}:2")
    share, remainder = divmod(left, len(untimed))
    if remainder:
        beats = Fraction(left, TICKS_PER_BEAT)
        remedy = f"{len(untimed)} chords cannot share {beats} beats evenly; give durations, {_short(first.text)}:1"
        others, rest = len(untimed) - 1, left - TICKS_PER_BEAT
        suggestions = [f"{first.text}:1"] if rest > 0 and rest % others == 0 else []
        raise _error("no even share for", first.text, first.position, remedy, *suggestions)
    return share


def _ticks(word: _Word) -> int:
    """Ticks of a written duration."""
    text, position = word.duration or "", word.duration_position
    if not text:
        remedy = f"write {_short(word.text)}:4, or no ':' for a share of the bar; repeated bars are written out"
        raise _error("no duration after", f"{word.text}:", position, remedy, f"{word.text}:4", word.text)
    in_ticks = _TICKS.fullmatch(text)
    if len(text) > LONGEST_DURATION or not (in_ticks or _BEATS.fullmatch(text)):
        raise _error("unknown duration", text, position, "write beats (4, 1.5, 3/2) or ticks (96t)")
    ticks = Fraction(in_ticks[1]) if in_ticks else Fraction(text) * TICKS_PER_BEAT
    if not 0 < ticks <= MAX_TICKS:
        raise _error("duration out of range", text, position, f"a chord lasts from 1t to {MAX_BEATS} beats")
    if ticks.denominator > 1:
        nearest = max(round(ticks), 1)
        remedy = f"durations are whole ticks of 1/{TICKS_PER_BEAT} beat; the nearest is {nearest}t"
        raise _error("duration off the grid", text, position, remedy, f"{nearest}t")
    return int(ticks)


def _chord(word: _Word) -> Chord:
    """The chord of a word."""
    text = "".join(word.text.split()).translate(SIGNS)
    if text in NO_CHORD_SPELLINGS:
        return Chord.no_chord()
    match = _ROOT.match(text)
    if not match:
        raise _error("unknown chord", word.text, word.position, _root_remedy(text), *_with_root(text))
    root, suffix, bass = match[0], text[match.end() :], None
    if suffix not in SPELLINGS and "/" in suffix:
        suffix, _, bass = suffix.rpartition("/")
        if bass not in NOTE_NAMES:
            slash = word.text.rindex("/") + 1
            upper = [name for name in (bass[:1].upper() + bass[1:],) if name in NOTE_NAMES]
            remedy = f"bass notes are A to G with up to two '#' or 'b'{', upper case' if upper else ''}"
            raise _error("unknown bass note", word.text[slash:], word.position + slash, remedy, *upper)
    quality = SPELLINGS.get(suffix)
    if quality is None:
        over_bass = "" if bass is None else f"/{bass}"
        if suffix in AMBIGUOUS:
            names = [root + name for name in AMBIGUOUS[suffix]]
            remedy = f"write {' or '.join(names)}"
            raise _error("ambiguous chord", word.text, word.position, remedy, *(name + over_bass for name in names))
        likely = get_close_matches(suffix, SPELLINGS, 1) if len(suffix) <= LONGEST_GUESS else []
        remedy = f"qualities are written as in {root}m7, {root}maj7, {root}sus4, {root}dim7, {root}7b9"
        if likely:
            remedy = f"did you mean {root}{likely[0]}?"
        suggestions = [root + name + over_bass for name in likely]
        raise _error("unknown chord", word.text, word.position, remedy, *suggestions)
    return Chord(root, quality, bass)


def _root_remedy(text: str) -> str:
    """What would be right in place of a chord that begins with no root."""
    if text.startswith(REPEAT):
        return f"{REPEAT} stands alone between bar lines"
    hints = {"h": " (H is B)", "/": ": give durations instead of slashes, C:2"} | dict.fromkeys(
        "abcdefg", ", upper case"
    )
    return f"roots are A to G{hints.get(text[:1].lower() if text[:1] in 'hH' else text[:1], '')}"


def _with_root(text: str) -> tuple[str, ...]:
    """The chord that was meant by one whose root is written small, or as H; and what is meant by what follows it."""
    if text[:1] not in {*"abcdefg", *"hH"}:
        return ()
    meant = ("B" if text[0] in "hH" else text[0].upper()) + text[1:]
    try:
        _chord(_Word(meant, 1, None, 0))
    except ChordSyntaxError as error:
        start = error.position - 1
        before, after = meant[:start], meant[start + len(error.value) :]
        return tuple(before + suggestion + after for suggestion in error.suggestions)
    return (meant,)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _error(problem: str, value: str, position: int, remedy: str, *suggestions: str) -> ChordSyntaxError:
    """The error, with no more of a long value than fits a line; nothing takes the place of a part of a value."""
    short = _short(value)
    return ChordSyntaxError(problem, short, position, remedy, suggestions if short == value else ())
