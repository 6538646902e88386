"""The faults of a chart as they are found, to be told all at once. Knows no format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sideman.charts.reading import Notes
from sideman.charts.symbols import ENGLISH, Dialect, read_symbol
from sideman.errors import ChartError, ChordSyntaxError
from sideman.music.progression import Chord
from sideman.music.song import Place

MAX_FAULTS = 200  # that are told
LONGEST_VALUE = 32  # characters of the text that a fault repeats


@dataclass(slots=True)
class Faults:
    """Collects what cannot be read in ``text``; positions are told from 1, given from 0.

    Chords are read in ``dialect``; the answers on which they rest go to ``notes``.
    """

    text: str
    notes: Notes
    dialect: Dialect = ENGLISH
    found: list[ChordSyntaxError] = field(default_factory=list)

    def chord(self, symbol: str, start: int, written: str = "") -> Chord | None:
        """The chord of a symbol that begins at ``start``; None for a fault, which is noted.

        ``written`` is how it stands in the text, where its format spells chords in a way of its own.
        """
        written = written or symbol
        try:
            found = read_symbol(symbol, self.dialect)
        except ChordSyntaxError as error:
            if written != symbol:
                self.add("unknown chord", written, start, error.remedy)
            elif len(self.found) < MAX_FAULTS:
                self.found.append(moved(error, start))
            return None
        for code, answer, others in found.answers:
            self.notes.note(code, answer, others, Place(start, start + len(written)), written)
        return found.chord

    def add(self, problem: str, value: str, start: int, remedy: str, suggestions: Sequence[str] = ()) -> None:
        """Note a fault, once where its place is read twice."""
        if len(self.found) < MAX_FAULTS and all(fault.position != start + 1 for fault in self.found):
            short = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"
            self.found.append(ChordSyntaxError(problem, short, start + 1, remedy, tuple(suggestions)))

    def check(self) -> None:
        """Raise :class:`ChartError` with all of them, where there are any."""
        if self.found:
            raise ChartError(self.text, sorted(self.found, key=lambda fault: fault.position))


def moved(fault: ChordSyntaxError, offset: int) -> ChordSyntaxError:
    """A fault found in a part of a text, as one of the whole text, in which the part begins at ``offset``."""
    problem = fault.finding.removesuffix(f" {fault.value!r} at character {fault.position}")
    return ChordSyntaxError(problem, fault.value, fault.position + offset, fault.remedy, fault.suggestions)
