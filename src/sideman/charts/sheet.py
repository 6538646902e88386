"""A chart as it stands on paper, with its signs: what every format is read into and written from.

A :class:`Sheet` is a row of measures. Repeats, endings and jumps are signs at a measure; :meth:`Sheet.song` follows
them. Knows no text and no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from sideman.charts.form import unfold
from sideman.errors import OptionError
from sideman.music.key import Key
from sideman.music.progression import Chord
from sideman.music.song import Passage, Place, Section, Song, WrittenBar
from sideman.music.styles import named_style
from sideman.music.time import COMMON_TIME, BarLines, Meter
from sideman.music.wishes import NO_WISHES, Wishes

MIN_TEMPO, MAX_TEMPO = 10.0, 1_000.0  # beats a minute that are meant
MAX_TIMES = 99  # that a count says


class Jump(NamedTuple):
    """D.C. or D.S.: where playing goes on after a measure, and where it then ends or leaves for the coda."""

    to: Literal["beginning", "segno"] = "beginning"
    until: Literal["end", "fine", "coda"] = "end"

    def __str__(self) -> str:
        """As it is written: ``D.S. al Coda``."""
        return _JUMPS[self.to] + _UNTIL[self.until]


_JUMPS = {"beginning": "D.C.", "segno": "D.S."}
_UNTIL = {"end": "", "fine": " al Fine", "coda": " al Coda"}


@dataclass(slots=True)
class Measure:
    """A written bar and the signs at it.

    ``chords`` are those that begin in it, each at a tick of the bar; without any, the chord before goes on. ``meter``
    is that of this bar where it is not the sheet's. ``section`` names the section that begins here, ``wishes`` is what
    the leader wants of it. ``times`` is how
    often the passage that ends here is played in all; ``endings`` the times through for which a bracket begins here.
    """

    chords: tuple[tuple[int, Chord], ...] = ()
    meter: Meter | None = None
    place: Place | None = None
    section: str | None = None
    wishes: Wishes = NO_WISHES  # of that section
    repeat: bool = False  # a repeated passage begins here
    times: int = 0
    endings: tuple[int, ...] = ()
    ending_stops: bool = False  # the bracket ends after it, where no other sign says so
    segno: bool = False
    coda: bool = False  # the coda begins here
    to_coda: bool = False  # after it, the last time, playing goes on at the coda
    fine: bool = False
    jump: Jump | None = None
    again: int | None = None  # the measure that it is once more, by its number, where only a name or a count says so


def sounding_after(measures: Sequence[Measure]) -> Chord:
    """The chord that stands last in some measures; N.C. where none does."""
    return next((measure.chords[-1][1] for measure in reversed(measures) if measure.chords), Chord.no_chord())


@dataclass(slots=True)
class Sheet:
    """A written chart: its measures and what its head says. ``style`` is as it is written there, such as Bossa Nova."""

    measures: list[Measure] = field(default_factory=list)
    title: str = ""
    composer: str = ""
    style: str = ""
    key: Key | None = None
    tempo: float | None = None  # beats a minute
    meter: Meter = COMMON_TIME
    cut: int | None = None  # ticks of the last bar, where it is not whole

    @property
    def order(self) -> tuple[int, ...]:
        """The numbers of the measures in the order in which they are played."""
        return unfold(self.measures)

    @property
    def played_lines(self) -> BarLines:
        """Where bars begin as they are played. Raises :class:`OptionError` for a sheet without bars."""
        return BarLines(tuple(self.measures[number].meter or self.meter for number in self.order))

    def song(self) -> Song:
        """The song that is played. Raises :class:`OptionError` where there is nothing to play, or too much."""
        if not self.measures:
            raise OptionError("a chart has at least one bar")
        order = self.order
        starts = [number for number, measure in enumerate(self.measures) if measure.section is not None]
        starts = starts if starts and starts[0] == 0 else [0, *starts]
        sections = tuple(
            Section(
                self.measures[start].section or "",
                tuple(self._bar(number) for number in range(start, end)),
                self.measures[start].wishes,
            )
            for start, end in zip(starts, [*starts[1:], len(self.measures)], strict=True)
        )
        return Song(
            sections,
            tuple(_passages(order, starts)),
            title=self.title,
            key=self.key,
            tempo=self.tempo,
            meter=self.meter,
            cut=self.cut,
            style=named_style(self.style),
        )

    def _bar(self, number: int) -> WrittenBar:
        """A measure as a bar of the song. Where playing may come from elsewhere, it begins with its own chord."""
        measure = self.measures[number]
        chords = measure.chords
        if self._is_entered(number) and not (chords and chords[0][0] == 0):
            chords = ((0, sounding_after(self.measures[:number])), *chords)
        return WrittenBar(chords, measure.meter, measure.place)

    def _is_entered(self, number: int) -> bool:
        measure, before = self.measures[number], self.measures[number - 1] if number else Measure(times=2)
        signs = measure.repeat or measure.endings or measure.segno or measure.coda or measure.section is not None
        return bool(signs or before.times or before.jump or before.to_coda)


def sheet_of(song: Song) -> Sheet:
    """A song as a sheet that needs no signs: every passage is written out."""
    sheet = Sheet(
        title=song.title, style=song.style or "", key=song.key, tempo=song.tempo, meter=song.meter, cut=song.cut
    )
    for number, bars in song.order:
        section = song.sections[number]
        for place, bar in enumerate(bars):
            written = section.bars[bar]
            name = section.name if place == 0 and (section.name or sheet.measures) else None
            wishes = section.wishes if place == 0 else NO_WISHES
            sheet.measures.append(Measure(written.chords, written.meter, written.place, name, wishes))
    return sheet


def _passages(order: Sequence[int], starts: Sequence[int]) -> list[Passage]:
    """The rows of measures played, cut wherever a section begins or playing goes back."""
    begins = {start: section for section, start in enumerate(starts)}
    passages: list[tuple[int, list[int]]] = []
    section, last = 0, -1
    section_of = {}
    for number in range(max(order) + 1):
        section = begins.get(number, section)
        section_of[number] = section
    for number in order:
        section = section_of[number]
        if not passages or number <= last or section != passages[-1][0]:
            passages.append((section, []))
        passages[-1][1].append(number - starts[section])
        last = number
    return [Passage(section, tuple(bars)) for section, bars in passages]
