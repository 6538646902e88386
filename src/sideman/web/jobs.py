"""A piece on its way: what is to be composed, what was told of it, and how far it is. Knows no threads and no turns."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import NamedTuple

from sideman.arranging import Bar
from sideman.composer import Take
from sideman.pieces.changes import Change
from sideman.pieces.commission import Commission
from sideman.pieces.composition import Composition
from sideman.pieces.drafts import Drafts
from sideman.tokens.decode import BarNotes
from sideman.web.events import Event, Listened
from sideman.web.schemas import BarsDone
from sideman.web.store import Piece, State


@dataclass(eq=False)
class Work(ABC):
    """Takes that are composed for a piece, side by side, and what comes after them."""

    piece: Piece
    log: Listened = field(default_factory=Listened, kw_only=True)
    state: State = field(default=State.WAITING, kw_only=True)
    unwanted: bool = field(default=False, kw_only=True)  # deleted
    heard: float = field(default_factory=time.monotonic, kw_only=True)  # when somebody last asked for it
    address: str | None = field(default=None, kw_only=True)  # which asked for it

    def __post_init__(self) -> None:
        self.left = len(self.takes)  # takes that are waiting or composed; of changes one at a time

    @property
    @abstractmethod
    def takes(self) -> tuple[Take, ...]:
        """What is composed first."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many takes it counts for, of those that a session may have under way."""

    @property
    @abstractmethod
    def bars(self) -> int:
        """Bars that are to be told."""

    @abstractmethod
    def announce(self, take: Take, bar: BarNotes) -> Event | None:
        """What there is to tell of a bar that was just composed."""

    @property
    def goes_on(self) -> bool:
        """Whether something is composed after the takes."""
        return False

    def go_on(self) -> tuple[Take | None, list[Event]]:
        """What is composed next, and else what is told at the end."""
        return None, []


@dataclass(eq=False)
class Job(Work):
    """A piece that is composed: its takes side by side, then its changes one by one.

    Bars are told as they are composed, unless a change comes that names them or one before them: these are told at the
    end, as they are then.
    """

    commission: Commission

    def __post_init__(self) -> None:
        super().__post_init__()
        self._final = [self.commission.unchanged(take.number) for take in self.takes]

    @property
    def size(self) -> int:
        """All that wait or are composed."""
        return self.left

    @property
    def goes_on(self) -> bool:
        """Whether there are changes."""
        return bool(self.commission.changes)

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
        whole = self.commission.performance.bar(take, bar) if take in self.takes else None
        return None if whole is None or whole.number >= self._final[take.number] else bar_event(whole)

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
        return None, [bar_event(bar) for number, final in left for bar in piece.bars(number)[final:]]


@dataclass(eq=False)
class Redo(Work):
    """A change to a piece that is there: drafts of one way to play it or several, told when all are done."""

    document: bytes  # of the piece before
    composition: Composition
    change: Change
    drafts: Drafts

    @property
    def takes(self) -> tuple[Take, ...]:
        """All drafts."""
        return self.drafts.takes

    @property
    def size(self) -> int:
        """One for each way to play it."""
        return len(self.drafts.alternatives)

    @property
    def bars(self) -> int:
        """Those of all drafts, of which the best are told."""
        return len(self.takes)

    @property
    def done(self) -> BarsDone:
        """How far it is."""
        bars = len(self.takes[0].leader.chart.spans)
        return BarsDone(bars=sum(take.whole_bars for take in self.takes), of=bars * len(self.takes))

    def announce(self, take: Take, bar: BarNotes) -> Event | None:
        """Nothing: which draft stands is not known yet."""

    def made(self) -> Composition:
        """The piece with what was composed, which must be done: one way to play it stands, of several one may."""
        pieces = [self.composition.taking(self.change, draft) for draft in self.drafts.best()]
        return pieces[0] if len(pieces) == 1 else self.composition.offering(pieces)


class Turn(NamedTuple):
    """A take and the piece that it is of."""

    job: Work
    take: Take


def bar_event(bar: Bar, candidate: int | None = None) -> Event:
    """A bar for the page: notes as [onset, duration, pitch, velocity] in steps."""
    notes = {role.value: rows.tolist() for role, rows in bar.notes.items()}
    whose = {} if candidate is None else {"candidate": candidate}
    return Event.of("bar", {"take": bar.take, "bar": bar.number, "notes": notes, **whose})


def told(piece: Composition, candidate: int | None = None) -> list[Event]:
    """The bars of a piece, or of its candidates, of each the take that it changes."""
    if piece.candidates and candidate is None:
        return [event for number, _ in enumerate(piece.candidates) for event in told(piece, number)]
    if candidate is None:
        take = piece.revisions[-1].selection.take
        return [bar_event(bar) for bar in piece.bars(take)]
    take = piece.candidates[candidate].selection.take
    return [bar_event(bar, candidate) for bar in piece.choosing(candidate).bars(take)]


def ending(state: State, detail: str | None) -> Event:
    """The last event of a piece: ``done``, ``stopped`` or ``error``."""
    kind = "error" if state is State.FAILED else state.value
    return Event(kind, json.dumps({} if detail is None else {"detail": detail}))
