"""A piece on its way: what is to be composed, what was told of it, and how far it is. Knows no threads and no turns."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import NamedTuple

from sideman.arranging import Bar
from sideman.composer import Take
from sideman.pieces.commission import Commission
from sideman.tokens.decode import BarNotes
from sideman.web.events import Event, Listened
from sideman.web.store import Piece, State


@dataclass(eq=False)
class Job:
    """A piece that is composed: its takes side by side, then its changes one by one.

    Bars are told as they are composed, unless a change comes that names them or one before them: these are told at the
    end, as they are then.
    """

    piece: Piece
    commission: Commission
    log: Listened = field(default_factory=Listened)
    state: State = State.WAITING
    unwanted: bool = False  # deleted
    heard: float = field(default_factory=time.monotonic)  # when somebody last asked for it

    def __post_init__(self) -> None:
        self.left = len(self.takes)  # takes that are waiting or composed; of changes one at a time
        self._final = [self.commission.unchanged(take.number) for take in self.takes]

    @property
    def takes(self) -> tuple[Take, ...]:
        """As they are first composed, without any change."""
        return self.commission.performance.takes

    @property
    def bars(self) -> int:
        """Bars of all takes together."""
        return sum(self.commission.bars)

    def announce(self, take: Take, bar: BarNotes) -> Event | None:
        """What there is to tell of a bar that was just composed."""
        is_told = take in self.takes and bar.number < self._final[take.number]
        return _bar_event(self.commission.performance.bar(take, bar)) if is_told else None

    def go_on(self) -> tuple[Take | None, list[Event]]:
        """What is to be composed after the takes; after the last change the bars that were not told yet."""
        take = self.commission.next()
        piece = self.commission.composition
        if take is not None or piece is None:
            return take, []
        left = [
            (number, final)
            for number, (final, bars) in enumerate(zip(self._final, self.commission.bars, strict=True))
            if final < bars
        ]
        return None, [_bar_event(bar) for number, final in left for bar in piece.bars(number)[final:]]


class Turn(NamedTuple):
    """A take and the piece that it is of."""

    job: Job
    take: Take


def _bar_event(bar: Bar) -> Event:
    """A bar for the page: notes as [onset, duration, pitch, velocity] in steps."""
    notes = {role.value: rows.tolist() for role, rows in bar.notes.items()}
    return Event.of("bar", {"take": bar.take, "bar": bar.number, "notes": notes})


def ending(state: State, detail: str | None) -> Event:
    """The last event of a piece: ``done``, ``stopped`` or ``error``."""
    kind = "error" if state is State.FAILED else state.value
    return Event(kind, json.dumps({} if detail is None else {"detail": detail}))
