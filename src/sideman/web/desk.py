"""The port at which pieces are ordered, and asked after while they are under way. Knows requests; no threads, no files.

Who composes stands behind it: this process (:class:`~sideman.web.studio.Studio`), or workers elsewhere.
"""

from __future__ import annotations

import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Sized
from http import HTTPStatus
from itertools import groupby
from typing import Any, NamedTuple, Protocol, TypeVar

from sideman.arranging import Model, Plan
from sideman.music.progression import Progression
from sideman.music.time import seconds
from sideman.pieces.commission import Commission
from sideman.pieces.composition import Composition
from sideman.web.events import EventLog
from sideman.web.given_schemas import GivenView, with_given
from sideman.web.jobs import Redo
from sideman.web.limits import check_limit, check_minutes
from sideman.web.problems import Problem
from sideman.web.revised_schemas import RevisionView
from sideman.web.revision_schemas import Redoing
from sideman.web.schemas import ArrangementRequest, BarsDone, Description
from sideman.web.settings import Settings
from sideman.web.store import Piece, State

ID_BYTES = 16
NAME_LENGTH = 80  # of a name made from the chords

T_co = TypeVar("T_co", covariant=True)


class UnderWay(Protocol):
    """A piece that is composed now."""

    heard: float  # when somebody last asked for it, on the monotonic clock

    @property
    def log(self) -> EventLog:
        """What is told of it."""

    @property
    def state(self) -> State:
        """How far it has come."""

    @property
    def bars(self) -> int:
        """Bars that are to be told."""


class RedoUnderWay(UnderWay, Protocol):
    """A change to a piece that is done, composed now."""

    @property
    def done(self) -> BarsDone:
        """How far it is."""


class Lookup(Protocol[T_co]):
    """What is found by the id of a piece."""

    def get(self, key: str, /) -> T_co | None:
        """What is under way of this piece, if anything is."""

    def __contains__(self, key: object, /) -> bool: ...


class Order(NamedTuple):
    """A request that was read: what is to be composed, and what became of somebody's own parts."""

    request: ArrangementRequest
    commission: Commission
    given: list[GivenView]


class Ordering:
    """Reads what is asked for. ``fingerprint`` names the model that plays it."""

    def __init__(self, settings: Settings, model: Model) -> None:
        self._settings = settings
        self._sampling = model.sampling
        self.fingerprint = model.fingerprint

    def read(self, request: ArrangementRequest) -> Order:
        """What a request asks for, before anything of it is kept.

        Raises :class:`ChordSyntaxError`, :class:`OptionError`, or :class:`Problem` where this server won't.
        """
        progression, options = request.read(), request.arrange_options()
        tempos = options.tempo, options.play_tempo or options.tempo
        self._check_length(progression, *tempos)
        check_limit(options.takes, self._settings.max_takes, "takes")
        if request.model not in (None, self.fingerprint):
            detail = f"this server plays with the model {self.fingerprint}, not with the one asked for"
            raise Problem(HTTPStatus.CONFLICT, "model", detail)
        sections, signature = request.played_sections(), request.signature()
        plan = Plan(progression, options, sections=sections, signature=signature)
        plan, given = with_given(plan, request.given)
        changes = request.changes()
        for change in changes:
            if change.progression is not None:
                self._check_length(change.progression, *tempos)
        commission = Commission(plan, changes, self.fingerprint, self._sampling)
        return Order(request, commission, given)

    def _check_length(self, progression: Progression, *tempos: float) -> None:
        """Raises :class:`Problem` where it is too long for this server, in one of the tempos."""
        check_limit(progression.bars, self._settings.max_bars, "bars")
        for tempo in tempos:
            check_minutes(seconds(progression.steps, tempo), self._settings)

    def piece_of(self, session: str, order: Order) -> Piece:
        """A new piece of a session, with all that is kept of its request."""
        request, commission, given = order
        plan, progression = commission.plan, commission.plan.progression
        left_out = {"progression", "meters", "name", "key", "model", "revisions", "given"}
        asked: dict[str, Any] = request.model_dump(exclude=left_out) | {"seed": plan.options.seed}
        description = Description(
            **asked,
            progression=progression.written,
            meters=[str(meter) for meter in progression.lines.meters],
            key=plan.told_key.name,
            bars=plan.bars,
            beats=float(progression.beats),
            seconds=plan.seconds,
            model=self.fingerprint,
            given=given,
            revisions=[RevisionView.of(change) for change in commission.changes],
        )
        name = request.name or request.title.strip()
        identity, text = secrets.token_hex(ID_BYTES), description.model_dump_json()
        called = name or default_name(progression)
        return Piece(identity, session, called, text, State.WAITING, None, time.time(), bool(name))

    def read_redo(self, piece: Piece, document: bytes, composition: Composition, request: Redoing) -> Redo:
        """What is asked to be played anew in a piece, of which this is the document. Raises as :meth:`read`."""
        change = request.change(composition)
        if change.progression is not None:
            self._check_length(change.progression, composition.plan.options.tempo)
        drafts = composition.drafts(change, request.drafts, request.takes, self._sampling)
        return Redo(piece, document, composition, change, drafts)


class Desk(Ordering, ABC):
    """The pieces that are composed now: ``live`` has them, ``redoing`` changes to pieces that are done."""

    @property
    @abstractmethod
    def live(self) -> Lookup[UnderWay]:
        """The pieces that are composed now."""

    @property
    @abstractmethod
    def redoing(self) -> Lookup[RedoUnderWay]:
        """Changes to pieces that are done."""

    @property
    @abstractmethod
    def waiting(self) -> Sized:
        """The takes that wait for their turn."""

    @abstractmethod
    def open(self) -> None:
        """Begin."""

    @abstractmethod
    def close(self) -> None:
        """Give pieces under way their grace, and end."""

    @abstractmethod
    def drain(self) -> None:
        """Take nothing new. For signal handlers too: takes no lock."""

    @abstractmethod
    def check(self) -> None:
        """Raises :class:`Problem` where nobody can compose."""

    @abstractmethod
    def begin(self, session: str, order: Order, address: str) -> Piece:
        """Have a piece composed. Raises :class:`Problem` where it, or what is under way, is too much.

        Where a session is full, its oldest piece that has ended and was given no name makes room.
        """

    @abstractmethod
    def begin_redo(self, redo: Redo, request: Redoing, address: str) -> None:
        """Have a part of a piece composed anew. Raises :class:`Problem` where what is under way is too much."""

    @abstractmethod
    def drop(self, identity: str) -> None:
        """Stop a piece that was deleted, where it is under way."""

    @abstractmethod
    def redone(self, identity: str) -> EventLog | None:
        """What was told of the last change to a piece, for who asks late."""

    @abstractmethod
    def forget_redone(self, identity: str) -> None:
        """Tell nobody of it any more: the piece was changed since."""

    def prepare(self, request: ArrangementRequest) -> Order:
        """The same as :meth:`read`. Raises :class:`Problem` where nobody can compose, too."""
        order = self.read(request)
        self.check()
        return order

    def prepare_redo(self, piece: Piece, document: bytes, composition: Composition, request: Redoing) -> Redo:
        """The same as :meth:`read_redo`. Raises :class:`Problem` where nobody can compose, too."""
        redo = self.read_redo(piece, document, composition, request)
        self.check()
        return redo


def default_name(progression: Progression) -> str:
    """The chords alone, one that is repeated told once, as many as fit."""
    name = " ".join(chord for chord, _ in groupby(span.chord.written for span in progression))
    return name if len(name) <= NAME_LENGTH else f"{name[:NAME_LENGTH].rpartition(' ')[0]}…"
