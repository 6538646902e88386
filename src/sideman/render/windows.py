"""Some bars of a MIDI file as a file of their own, which begins with the first of them. Knows pulses and messages.

What holds where the bars begin, such as tempo, metre and chord, is told at the beginning. Notes are those that begin in
the bars, where they are heard: what comes early sounds at once, what rings is cut at the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from sideman.errors import OptionError
from sideman.music.band import ONSET, Band, NoteArray
from sideman.render.pulses import Ints, Pulses

Event = tuple[int, int, bytes]  # pulse, rank among those of one pulse, message
KIND = 2  # bytes of a meta event that tell which one it is


@dataclass(frozen=True)
class Window:
    """The steps from ``first`` to ``last`` of a piece, which are the pulses from ``begin`` to ``end`` of its file."""

    first: int
    last: int
    begin: int
    end: int

    @classmethod
    def of(cls, band: Band, bars: range, pulses: Pulses) -> Window:
        """Some bars of a band, from 0. Raises :class:`OptionError` for bars that there are not."""
        count = band.lines.count(band.steps)
        if not (bars.step == 1 and 0 <= bars.start < bars.stop <= count):
            last = max(bars.stop - 1, bars.start)
            raise OptionError(f"there are no bars {bars.start} to {last}: they are counted from 0 to {count - 1}")
        steps = np.array([band.lines.onset(bars.start), band.lines.onset(bars.stop)])
        return cls(*steps.tolist(), *pulses.of_steps(steps).tolist())

    @property
    def length(self) -> int:
        """Pulses."""
        return self.end - self.begin

    def notes(self, notes: NoteArray) -> NoteArray:
        """Those that begin in it."""
        return notes[(notes[:, ONSET] >= self.first) & (notes[:, ONSET] < self.last)]

    def placed(self, begins: Ints, ends: Ints) -> tuple[Ints, Ints]:
        """Where notes begin and end, in its own pulses; each sounds for one at least."""
        starts = np.clip(begins - self.begin, 0, self.length - 1)
        return starts, np.clip(ends - self.begin, starts + 1, self.length)

    def held(self, events: Collection[Event]) -> list[Event]:
        """What is told once and holds from there on: of each kind the last before it, at its beginning."""
        before = {message[:KIND]: (0, rank, message) for pulse, rank, message in events if pulse <= self.begin}
        return [*before.values(), *self.within(event for event in events if event[0] > self.begin)]

    def within(self, events: Iterable[Event]) -> list[Event]:
        """What is told in it."""
        return [(pulse - self.begin, rank, told) for pulse, rank, told in events if self.begin <= pulse < self.end]
