"""A song as it stands on paper, and as it is played. Knows chords and bars; no notes, ids or files.

A :class:`Section` has written bars; a :class:`Passage` plays some of them, one time through. What is repeated, and
what has one ending the first time and another the second, is then a row of passages. The model hears
:attr:`Song.progression`, one chord after the other; :attr:`Song.played` tells where each of its bars came from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

from sideman.errors import OptionError
from sideman.music.key import Key
from sideman.music.progression import Chord, Progression
from sideman.music.time import COMMON_TIME, TICKS_PER_STEP, BarLines, Meter
from sideman.music.wishes import NO_WISHES, PlayedSection, Wishes


class Place(NamedTuple):
    """Characters of a text, counted from 0: from ``start`` to before ``end``."""

    start: int
    end: int


class WrittenBar(NamedTuple):
    """A bar as it is written: the chords that begin in it, each at a tick of the bar; one goes on to the next.

    ``meter`` where it is not the song's, ``place`` where the bar stands in the text that it was read from.
    """

    chords: tuple[tuple[int, Chord], ...]
    meter: Meter | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Section:
    """Bars with a name, and what the leader wants in them."""

    name: str
    bars: tuple[WrittenBar, ...]
    wishes: Wishes = NO_WISHES


class Passage(NamedTuple):
    """One time through a section: which of its bars are played, by their numbers from 0."""

    section: int
    bars: tuple[int, ...]


class PlayedBar(NamedTuple):
    """A bar in the order of playing: what is written, the step where it begins, and where in the song it stands."""

    written: WrittenBar
    onset: int
    meter: Meter
    section: Section
    passing: int  # how often the section was played before
    section_number: int  # in the song, from 0
    bar: int  # the written one of the section, from 0


@dataclass(frozen=True)
class Song:
    """Sections, and the ``order`` in which they are played; without one each is played once, from first to last.

    ``cut`` is how many ticks of the last played bar there are, where it is not whole. ``key``, ``tempo`` (beats a
    minute) and ``style`` (one of ours) are what the chart says, None where it says nothing. Raises
    :class:`OptionError` where nothing is played, no chord begins the song, the order names what is not there, or a
    chord stands outside its bar.
    """

    sections: tuple[Section, ...]
    order: tuple[Passage, ...] = ()
    title: str = ""
    key: Key | None = None
    tempo: float | None = None
    meter: Meter = COMMON_TIME
    cut: int | None = None
    style: str | None = None

    def __post_init__(self) -> None:
        if not self.order:
            object.__setattr__(self, "order", self._written_order)
        for number, bars in self.order:
            count = len(self.sections[number].bars) if 0 <= number < len(self.sections) else -1
            if count < 0 or (bars and not 0 <= min(bars) <= max(bars) < count):
                raise OptionError(f"the song has no bars {bars} of section {number}: see its order")
        played = self.played
        if not played or not played[0].written.chords or played[0].written.chords[0][0] != 0:
            raise OptionError("a song begins with a chord: N.C. where none sounds")
        for bar in played:
            _check(bar.written, bar.meter.ticks)
        if self.cut is not None:
            _check(played[-1].written, min(self.cut, played[-1].meter.ticks))

    @classmethod
    def of(cls, progression: Progression, places: Sequence[Place] | None = None) -> Self:
        """The song of one section, played once, that is this progression; ``places`` are those of its chords."""
        onsets = progression.lines.onsets(progression.bars)
        chords: list[list[tuple[int, Chord]]] = [[] for _ in onsets[1:]]
        spots: list[list[Place]] = [[] for _ in onsets[1:]]
        bar = 0
        for number, span in enumerate(progression):
            bar = bisect_right(onsets, span.onset // TICKS_PER_STEP, lo=bar) - 1
            chords[bar].append((span.onset - onsets[bar] * TICKS_PER_STEP, span.chord))
            if places is not None:
                spots[bar].append(places[number])
        meter, bars = progression.lines.meter(0), []
        held: Place | None = None
        for number, spot in enumerate(spots):
            place = Place(spot[0].start, spot[-1].end) if spot else held
            held = spot[-1] if spot else held
            own = progression.lines.meter(number)
            bars.append(WrittenBar(tuple(chords[number]), None if own == meter else own, place))
        cut = progression.ticks - onsets[-2] * TICKS_PER_STEP
        return cls((Section("", tuple(bars)),), meter=meter, cut=cut)

    @property
    def is_as_written(self) -> bool:
        """Whether each section is played once, from first to last."""
        return self.order == self._written_order

    @property
    def _written_order(self) -> tuple[Passage, ...]:
        return tuple(Passage(number, tuple(range(len(section.bars)))) for number, section in enumerate(self.sections))

    @cached_property
    def played(self) -> tuple[PlayedBar, ...]:
        """All bars in the order in which they are played."""
        before: Counter[int] = Counter()
        played, onset = [], 0
        for number, bars in self.order:
            section, passing = self.sections[number], before[number]
            for bar in bars:
                written = section.bars[bar]
                meter = written.meter or self.meter
                played.append(PlayedBar(written, onset, meter, section, passing, number, bar))
                onset += meter.steps
            before[number] += 1
        return tuple(played)

    @property
    def passages(self) -> tuple[PlayedSection, ...]:
        """The sections in the order in which they are played; none where it is one, with nothing to say of it.

        One without a name has its number.
        """
        if len(self.order) == 1 and self.sections[self.order[0].section].wishes == NO_WISHES:
            return ()
        named = [(section.name or str(number + 1), section.wishes) for number, section in enumerate(self.sections)]
        return tuple(PlayedSection(named[number][0], bars, named[number][1]) for number, bars in self.order)

    @property
    def progression(self) -> Progression:
        """The chords in the order in which they are played: what the model hears."""
        played = self.played
        begun = [(bar.onset * TICKS_PER_STEP + tick, chord) for bar in played for tick, chord in bar.written.chords]
        last = played[-1]
        end = last.onset * TICKS_PER_STEP + (last.meter.ticks if self.cut is None else self.cut)
        onsets = [*(onset for onset, _ in begun), end]
        chords = ((chord, later - onset) for (onset, chord), later in zip(begun, onsets[1:], strict=True))
        return Progression.of(chords, BarLines(tuple(bar.meter for bar in played)))


def _check(bar: WrittenBar, end: int) -> None:
    """Raise :class:`OptionError` where its chords don't follow one another within so many ticks."""
    before = -1
    for tick, _ in bar.chords:
        if tick <= before:
            break
        before = tick
    else:
        if before < end:
            return
    ticks = [tick for tick, _ in bar.chords]
    raise OptionError(f"chords at ticks {ticks} don't fit one after the other into {end} ticks of a bar")
