"""What was read from a chart, and what was assumed on the way. Knows no format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType

from sideman.charts.form import missing
from sideman.charts.sheet import MAX_TEMPO, MIN_TEMPO, Sheet
from sideman.music.song import Place, Song

MAX_FORM = 200  # characters that tell the order of sections
NO_CHOICES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that was not certain: how it was read, and how else it could be.

    ``code`` names the question and ``read`` the answer taken, both short names of :data:`QUESTIONS`; ``others`` are
    answers that :func:`sideman.charts.read` takes in its ``choices``, as ``{code: answer}``. ``places`` are where in
    the text it comes up, ``text`` what stands at the first of them.
    """

    code: str
    read: str
    others: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A chart that was read: the ``song`` that is played, the ``sheet`` as written, and what was assumed."""

    song: Song
    sheet: Sheet
    format: str  # its name for people: "text", "iReal Pro", "MusicXML"
    assumptions: tuple[Assumption, ...] = ()
    text: str = ""  # what places count in
    is_by_hand: bool = True  # whether people write its format by hand: the text is theirs to go on with


@dataclass(slots=True)
class Notes:
    """Collects assumptions while a chart is read: one for each question and answer, with all its places."""

    choices: Mapping[str, str] = field(default_factory=dict)
    _found: dict[tuple[str, str], tuple[tuple[str, ...], dict[Place, None], str]] = field(default_factory=dict)

    def ask(self, code: str, answers: Sequence[str], place: Place | None = None, text: str = "") -> str:
        """The answer to a question: the one that was chosen, else the first; it is noted either way."""
        chosen = self.choices.get(code, answers[0])
        read = chosen if chosen in answers else answers[0]
        self.note(code, read, tuple(answer for answer in answers if answer != read), place, text)
        return read

    def note(
        self, code: str, read: str, others: tuple[str, ...] = (), place: Place | None = None, text: str = ""
    ) -> None:
        """Note an answer; a place that is read twice is noted once."""
        _, places, _ = self._found.setdefault((code, read), (others, {}, text))
        if place is not None:
            places[place] = None

    def tempo(self, tempo: float, place: Place | None = None, text: str = "") -> float | None:
        """A tempo in beats a minute; None where no chart means it, which is noted."""
        if MIN_TEMPO <= tempo <= MAX_TEMPO:
            return tempo
        self.note("value", "tempo", (), place, text or f"{tempo:g}")
        return None

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """All of them, in the order in which they first came up."""
        return tuple(
            Assumption(code, read, others, tuple(places), text)
            for (code, read), (others, places, text) in self._found.items()
        )


def form_of(song: Song) -> str:
    """The sections in the order in which they are played, such as ``Verse Chorus ×2``; empty where none has a name.

    What is repeated within a section is told once, with it.
    """
    played: list[int] = []
    is_whole = False
    for number, bars in song.order:
        if not played or number != played[-1] or (is_whole and bars[0] == 0):
            played.append(number)
        is_whole = len(song.sections[number].bars) - 1 in bars
    names = [song.sections[number].name for number in played]
    if not any(names):
        return ""
    rows = [(name or "(unnamed)", len([*row])) for name, row in groupby(names)]
    return " ".join(name if count == 1 else f"{name} ×{count}" for name, count in rows)


def play(sheet: Sheet, notes: Notes) -> Song:
    """The song of a sheet; the order of playing is noted where it is another than on paper.

    The signs are taken away where that is wished. Signs that a jump leads to and that stand nowhere are noted, too.
    Raises :class:`OptionError` where there is nothing to play, or too much.
    """
    song = sheet.song()
    if song.is_as_written:
        return song
    if notes.ask("form", ("played", "written"), text=form_of(song)[:MAX_FORM]) == "written":
        for measure in sheet.measures:
            measure.repeat, measure.times, measure.endings, measure.jump = False, 0, (), None
            measure.to_coda = measure.fine = False
        return sheet.song()
    for number, sign in missing(sheet.measures):
        measure = sheet.measures[number]
        notes.note("sign", f"no {sign}", (), measure.place, str(measure.jump))
    return song
