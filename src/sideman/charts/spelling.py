"""How one chart spells its chords: symbols in its dialect, or numbers in its key. Notes what is not certain."""

from __future__ import annotations

from sideman.charts.reading import Notes
from sideman.charts.symbols import ENGLISH, Dialect, Symbol, read_symbol
from sideman.errors import ChordSyntaxError
from sideman.music.progression import Chord
from sideman.music.song import Place


class Spelling:
    """Reads the words of a chart as chords. A word is looked at once."""

    def __init__(self, notes: Notes, dialect: Dialect = ENGLISH) -> None:
        self._notes = notes
        self._dialect = dialect
        self._known: dict[str, Symbol | ChordSyntaxError] = {}

    def reads(self, text: str) -> bool:
        """Whether a word is a chord."""
        return isinstance(self._read(text), Symbol)

    def chord(self, text: str, place: Place) -> Chord:
        """The chord of a word that stands at ``place``. Raises :class:`ChordSyntaxError` with its position."""
        symbol = self._read(text)
        if isinstance(symbol, ChordSyntaxError):
            position = place.start + symbol.position
            problem = symbol.finding.partition(f" {symbol.value!r}")[0]
            raise ChordSyntaxError(problem, symbol.value, position, symbol.remedy, symbol.suggestions)
        for code, answer, others in symbol.answers:
            self._notes.note(code, answer, others, place, text)
        return symbol.chord

    def _read(self, text: str) -> Symbol | ChordSyntaxError:
        if text not in self._known:
            try:
                self._known[text] = read_symbol(text, self._dialect)
            except ChordSyntaxError as error:
                self._known[text] = error
        return self._known[text]
