"""How one chart spells its chords: symbols in its dialect, or numbers in its key. Notes what is not certain."""

from __future__ import annotations

import re
from typing import NamedTuple

from sideman.charts.faults import moved
from sideman.charts.numbers import is_number, read_number, split_numbers
from sideman.charts.reading import Notes
from sideman.charts.symbols import ENGLISH, Dialect, Symbol, is_no_chord, is_symbol, read_symbol
from sideman.errors import ChordSyntaxError
from sideman.music.key import Key
from sideman.music.progression import Chord
from sideman.music.song import Place

_COLON = re.compile(r"([A-G][#b]?):(?=[a-zA-Z])")  # E:m, as LilyPond has it
_POSITION = re.compile(r"\((?:[IVX]{1,4})\)$")  # D(II): where it is played on a guitar
_CAPITAL_FLAT = re.compile(r"(?<=[0-9])B(?=[0-9])")  # E7B13
_CAPITALS = re.compile(r"[A-G]B(?![a-z]{2})")
_BASS = re.compile(r"\(([A-G][#b]?) bass\)$")


def _plain(text: str) -> str:
    """A symbol without what is not a part of it."""
    text = _CAPITAL_FLAT.sub("b", text)
    return _BASS.sub(r"/\1", _POSITION.sub("", _COLON.sub(r"\1", text)))


class Degrees(NamedTuple):
    """That chords are written as degrees of a key; ``diatonic`` where 2, 3 and 6 are minor without a sign."""

    key: Key
    diatonic: bool = False


class Spelling:
    """Reads the words of a chart as chords. A word is looked at once."""

    def __init__(self, notes: Notes, dialect: Dialect = ENGLISH, degrees: Degrees | None = None) -> None:
        self._notes = notes
        self._dialect = dialect
        self._degrees = degrees
        self._known: dict[str, Symbol | ChordSyntaxError] = {}
        self._before: Chord | None = None

    def reads(self, text: str) -> bool:
        """Whether a word is a chord."""
        if text.startswith(("/", "W")) and self._degrees is None:
            return is_symbol(text, self._dialect)
        return isinstance(self._read(text), Symbol)

    def chord(self, text: str, start: int, end: int) -> Chord:
        """The chord of a word from ``start`` to before ``end``. Raises :class:`ChordSyntaxError` with its position."""
        symbol = self._over_last(text) or self._read(text)
        if isinstance(symbol, ChordSyntaxError):
            raise moved(symbol, start)
        for code, answer, others in symbol.answers:
            self._notes.note(code, answer, others, Place(start, end), text)
        self._before = symbol.chord
        return symbol.chord

    def _over_last(self, text: str) -> Symbol | None:
        """A change of the bass alone."""
        if text[0] not in "/W" or self._before is None:
            return None
        try:
            return read_symbol(text, self._dialect, self._before)
        except ChordSyntaxError:
            return None

    def _read(self, text: str) -> Symbol | ChordSyntaxError:
        known = self._known.get(text)
        if known is None:
            try:
                known = self._symbol(text)
            except ChordSyntaxError as error:
                known = error
            self._known[text] = known
        return known

    def _symbol(self, text: str) -> Symbol:
        if self._degrees is None or is_no_chord(text):
            return self._named(_plain(text))
        if len(split_numbers(text)) > 1 and is_number(text):  # several: each is read on its own
            text = split_numbers(text)[0]
        return read_number(text, self._degrees.key, self._dialect, diatonic=self._degrees.diatonic)

    def _named(self, text: str) -> Symbol:
        """A symbol, also where all its letters are capitals: ``EBM7``."""
        try:
            return read_symbol(text, self._dialect)
        except ChordSyntaxError:
            if not _CAPITALS.match(text):
                raise
            symbol = read_symbol(f"{text[0]}b{text[2:]}", self._dialect)
            return Symbol(symbol.chord, (*symbol.answers, ("capitals", "flat", ())))
