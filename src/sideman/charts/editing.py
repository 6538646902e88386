"""Other chords in the text of a chart: what is wished is proposed, read again, and taken where it is right.

Nothing but the text of the bars that change is written anew (``rewriting``). What is written once and played twice is
changed where it is written. Knows bars and their places; no notation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property

from sideman.charts.places import Bar, Unit
from sideman.charts.reading import NO_CHOICES, Notes, Reading, play
from sideman.charts.rewriting import STYLES, rewrite
from sideman.charts.sheet import Sheet
from sideman.charts.source import Source
from sideman.charts.text import NAME, read
from sideman.errors import SidemanError
from sideman.music.progression import Chord
from sideman.music.symbol import read_chord
from sideman.music.time import Meter

ROUNDS = 3  # of writing out bars that only said that another one comes again
MOST_COMPARED = 256  # bars between the first and the last that change
Wished = Sequence[tuple[str, int]]


def edited(reading: Reading, chords: Wished, choices: Mapping[str, str] = NO_CHOICES) -> Reading | None:
    """A chart with other chords in its text: the reading of the new text; None where there is no such text.

    ``chords`` are all that shall be played, named as :attr:`Chord.written` tells, with their ticks; ``choices`` those
    that the chart was read with. Bars that are played more than once change in each of their passes, so what is
    read may have more changes than were wished. Raises :class:`ChordSyntaxError` for names that are no chords.
    """
    if reading.format != NAME or not reading.text:
        return None
    chart = _Chart(reading, choices)
    wish = _wish(reading, chords)
    changes = None if wish is None else chart.changes(wish)
    if not changes:
        return reading if changes == {} else None
    near = None
    for style in STYLES:
        found, is_exact = chart.candidate(changes, style)
        if found is not None and is_exact:
            return found
        near = near or found
    return near


def _wish(reading: Reading, chords: Wished) -> list[Bar] | None:
    """The bars that shall be played; None where the last one would not be whole."""
    song = reading.song
    known = {span.chord.written: span.chord for span in song.progression}
    before = [(span.chord.written, span.duration) for span in song.progression]
    same = next((at for at, (one, other) in enumerate(zip(before, chords, strict=False)) if one != other), None)
    same = min(len(before), len(chords)) if same is None else same
    point = sum(ticks for _, ticks in before[:same])
    meters = _meters([bar.meter for bar in song.played], point, sum(ticks for _, ticks in chords))
    if meters is None:
        return None
    ends, onset = [], 0
    for meter in meters:
        onset += meter.ticks
        ends.append(onset)
    found: list[list[tuple[int, Chord]]] = [[] for _ in meters]
    onset, bar = 0, 0
    for name, ticks in chords:
        while onset >= ends[bar]:
            bar += 1
        found[bar].append((onset - (ends[bar] - meters[bar].ticks), known.get(name) or read_chord(name)))
        onset += ticks
    return [Bar(tuple(row), meter) for row, meter in zip(found, meters, strict=True)]


def _meters(meters: list[Meter], point: int, total: int) -> list[Meter] | None:
    """The metres of bars that last so many ticks in all, where bars come or go at a ``point`` in ticks."""
    bar, onset = 0, 0
    while bar < len(meters) - 1 and onset + meters[bar].ticks <= point:
        onset += meters[bar].ticks
        bar += 1
    more = total - sum(meter.ticks for meter in meters)
    if more % meters[bar].ticks or total <= 0:
        return None
    count = more // meters[bar].ticks
    if count >= 0:
        return [*meters[:bar], *[meters[bar]] * count, *meters[bar:]]
    bar = min(bar, len(meters) + count)
    if any(meter != meters[bar] for meter in meters[bar : bar - count]):
        return None
    return meters[:bar] + meters[bar - count :]


@dataclass
class _Chart:
    """A chart, and what can be written in place of its bars."""

    reading: Reading
    choices: Mapping[str, str]
    _tried: dict[str, Reading | None] = field(default_factory=dict)

    @cached_property
    def written(self) -> list[Bar]:
        """The measures, with the chord before where playing may come from elsewhere."""
        return _bars(self.reading.sheet)

    @cached_property
    def origins(self) -> list[int]:
        """For each measure, the one in whose text it stands: another one where it is only named, or counted."""
        origins: list[int] = []
        for number, measure in enumerate(self.reading.sheet.measures):
            origins.append(number if measure.again is None else origins[measure.again])
        return origins

    def changes(self, wish: list[Bar]) -> dict[int, list[Bar]] | None:
        """What shall stand in place of measures, by their numbers; None where one would have to be two things."""
        order = [self.origins[number] for number in self.reading.sheet.order]
        played = [self.written[number] for number in self.reading.sheet.order]
        found: dict[int, list[Bar]] = {}
        for first, last, new in _differences(played, wish):
            touched = order[first:last]
            parts: list[list[Bar]] = [[bar] for bar in new[: len(touched)]]
            parts += [[] for _ in touched[len(parts) :]]
            more = new[len(touched) :]
            if more and touched:
                parts[-1] = [*parts[-1], *more]
            elif more:
                touched = [order[max(first - 1, 0)]]
                here = found.get(touched[0], [self.written[touched[0]]])
                parts = [[*here, *more] if first else [*more, *here]]
                found.pop(touched[0], None)
            for number, part in zip(touched, parts, strict=True):
                if found.setdefault(number, part) != part:
                    return None
        return found

    def candidate(self, changes: Mapping[int, list[Bar]], style: str) -> tuple[Reading | None, bool]:
        """The chart with changes written in a style, and whether all is as wished, not only what sounds when."""
        wanted = self._measures(changes)
        told = dict(changes)
        for _ in range(ROUNDS):
            text = rewrite(self.reading.text, self._units(told), style)
            reading = None if text is None else self._read(text)
            if reading is None or not self._is_same_head(reading.sheet):
                return None, False
            found = _bars(reading.sheet)
            if self._is_wished(reading, changes, exactly=False):
                return reading, self._is_wished(reading, changes, exactly=True)
            if len(found) != len(wanted):
                return None, False
            marks = {
                number: [self.written[number]]
                for number, bar in zip(wanted, found, strict=True)
                if number is not None and number not in told and bar != self.written[number]
            }
            if not marks:
                return None, False
            told |= marks  # they only said that the bar before comes again
        return None, False

    def _measures(self, changes: Mapping[int, list[Bar]]) -> list[int | None]:
        """The measures that shall be written, by their numbers now; None for one that changes."""
        row: list[int | None] = []
        for number, origin in enumerate(self.origins):
            row += [None] * len(changes[origin]) if origin in changes else [number]
        return row

    def _is_wished(self, reading: Reading, changes: Mapping[int, list[Bar]], *, exactly: bool) -> bool:
        """Whether the bars that are played are those of before with the changes, in the same sections."""
        names = _sections(self.reading.sheet)
        wanted = []
        for number in self.reading.sheet.order:
            origin = self.origins[number]
            wanted += [(names[number], bar) for bar in changes.get(origin, [self.written[number]])]
        names = _sections(reading.sheet)
        bars = _bars(reading.sheet)
        found = [(names[number], bars[number]) for number in reading.sheet.order]
        if exactly:
            return found == wanted
        return len(found) == len(wanted) and _sounding(found) == _sounding(wanted)

    def _is_same_head(self, sheet: Sheet) -> bool:
        mine = self.reading.sheet
        return (sheet.title, sheet.composer, sheet.style, sheet.key, sheet.tempo, sheet.meter) == (
            mine.title, mine.composer, mine.style, mine.key, mine.tempo, mine.meter,
        )  # fmt: skip

    def _units(self, told: Mapping[int, list[Bar]]) -> list[Unit]:
        """What stands at each place of the text, in their order: its bars as they are, and as they shall be."""
        units: list[Unit] = []
        for number, measure in enumerate(self.reading.sheet.measures):
            if measure.place is None or self.origins[number] != number:
                continue
            before, after = [self.written[number]], told.get(number, [self.written[number]])
            last = units[-1] if units else None
            if last is not None and last.place == measure.place:
                units[-1] = Unit(
                    last.place, [*last.before, *before], [*last.after, *after], last.is_told or number in told
                )
            else:
                units.append(Unit(measure.place, before, [*after], number in told))
        return sorted(units, key=lambda unit: unit.place)

    def _read(self, text: str) -> Reading | None:
        if text not in self._tried:
            notes = Notes(self.choices)
            try:
                sheet = read(Source.of(text), notes)
                song = play(sheet, notes)
                _ = song.progression  # as long as is played: each pass of a repeat may have grown
                self._tried[text] = Reading(song, sheet, NAME, notes.assumptions, text)
            except SidemanError:
                self._tried[text] = None
        return self._tried[text]


def _bars(sheet: Sheet) -> list[Bar]:
    """The measures of a sheet, as its song has them."""
    song = sheet.song()
    return [Bar(bar.chords, bar.meter or song.meter) for section in song.sections for bar in section.bars]


def _sections(sheet: Sheet) -> list[str]:
    """The name of each measure's section."""
    return [section.name for section in sheet.song().sections for _ in section.bars]


def _sounding(row: Sequence[tuple[str, Bar]]) -> list[object]:
    """Each bar with what sounds at its beginning, and where another chord begins."""
    found: list[object] = []
    last: Chord | None = None
    for name, bar in row:
        chords = []
        for tick, chord in bar.chords:
            if chord != last:
                chords.append((tick, chord))
            last = chord
        found.append((name, bar.meter, tuple(chords)))
    return found


def _differences(before: Sequence[Bar], after: Sequence[Bar]) -> Iterator[tuple[int, int, Sequence[Bar]]]:
    """Rows of bars that change: the first, the end, and what stands in their place."""
    first = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), None)
    first = min(len(before), len(after)) if first is None else first
    tail = 0
    while tail < min(len(before), len(after)) - first and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    middle, other = before[first : len(before) - tail], after[first : len(after) - tail]
    if min(len(middle), len(other)) > MOST_COMPARED:
        yield first, first + len(middle), other
        return
    for tag, start, end, new, until in SequenceMatcher(None, middle, other, autojunk=False).get_opcodes():
        if tag != "equal":
            yield first + start, first + end, other[new:until]
