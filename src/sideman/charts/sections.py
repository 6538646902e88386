"""The sections of a text while its measures are written: the open one, those that were, what is wanted of each.

Knows no lines: where a section begins and ends it is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sideman.charts.bars import Bars
from sideman.charts.labels import Label, base
from sideman.charts.reading import Notes
from sideman.charts.sheet import Measure
from sideman.charts.wished import Wish, wishes_of
from sideman.music.song import Place
from sideman.music.wishes import NO_WISHES, Wishes


class Sections:
    """The sections of the measures that ``bars`` writes."""

    def __init__(self, bars: Bars, notes: Notes) -> None:
        self._bars = bars
        self._notes = notes
        self._open: tuple[Label, int, Place] | None = None  # its label, the measures before it, where it is named
        self._known: dict[str, tuple[int, list[Measure]]] = {}  # by name and its base: first measure, what was written
        self._wishes: dict[str, Wishes] = {}  # by name

    def begin(self, label: Label, place: Place, written: Sequence[Wish] = ()) -> None:
        """A section begins that is named at ``place``, with what is wanted of it; the one before is over."""
        self.end()
        self._name(label.name, written)
        self._open = (label, len(self._bars.measures), place)

    def play_chorus(self, name: str, place: Place, written: Sequence[Wish]) -> None:
        """The last chorus once more, under a name."""
        self.end()
        self._name(name, written)
        self._open = (Label("Chorus", 1, 0, True), len(self._bars.measures), place)
        self.end()

    def end(self) -> None:
        """The open section is over: one without bars of its own plays those of the last one of its name."""
        if self._open is None:
            return
        (label, first, place), self._open = self._open, None
        names = (label.name.lower(), base(label.name))
        if len(self._bars.measures) == first:
            known = self._known.get(names[0]) or self._known.get(names[1])
            if known is None:
                return
            if self._notes.ask("again", ("played", "passed over"), place, label.name) == "passed over":
                return
            self._bars.write_again(*known, place)
        written = [replace(measure) for measure in self._bars.measures[first:]]
        if label.times > 1:
            self._bars.play(label.times, first)
        for name in names:
            self._known[name] = (first, written)

    def _name(self, name: str, written: Sequence[Wish]) -> None:
        """The next measure begins a section; without wishes of its own it has those of the last one of its name."""
        wishes = self._wishes.get(name.lower(), NO_WISHES)
        if written:
            wishes, faults = wishes_of(written)
            self._bars.faults += faults
        self._wishes[name.lower()] = wishes
        self._bars.begin_section(name, wishes)
