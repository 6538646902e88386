"""Pieces that workers elsewhere compose, as a process without one sees them. Knows jobs and who asks; no music.

A piece is accepted when its row says what it is composed of: from then on it is composed, whatever ends.
"""

from __future__ import annotations

import logging
import secrets
import time
from http import HTTPStatus
from typing import Generic, TypeVar

from redis.exceptions import RedisError

from sideman.arranging import Model
from sideman.web.catalogue import Catalogue
from sideman.web.composing import RETRY_SECONDS
from sideman.web.descriptions import read_description
from sideman.web.desk import Desk, Lookup, Order
from sideman.web.events import EventLog
from sideman.web.jobs import Redo, ending
from sideman.web.metrics import Metrics
from sideman.web.problems import Problem
from sideman.web.revision_schemas import Redoing
from sideman.web.scale.mirrors import Mirrors
from sideman.web.scale.postgres import PostgresStore
from sideman.web.scale.queue import Busy, Limits, RedisQueue
from sideman.web.scale.work import REDO, digest, fields_of, fit_of, redoing_of, request_of
from sideman.web.schemas import BarsDone
from sideman.web.settings import Settings
from sideman.web.store import STOPPING, UNFINISHED, Piece, State

NOBODY = "no worker composes at the moment: come again later, or tell who runs this server"
OTHERS = "no worker plays with the model {fit} at the moment: the server is being updated, come again in a minute"
LOOK_SECONDS = 1.0  # how often it is looked who works

log = logging.getLogger(__name__)
T = TypeVar("T", "RemoteJob", "RemoteRedo")


class RemoteJob:
    """A piece that a worker composes, or will."""

    def __init__(self, studio: RemoteStudio, identity: str, fields: dict[str, str]) -> None:
        self._studio = studio
        self._id = identity
        self._fields = fields

    @property
    def log(self) -> EventLog:
        """See :class:`~sideman.web.desk.UnderWay`."""
        return self._studio.mirrors.log(self._id)

    @property
    def state(self) -> State:
        """See :class:`~sideman.web.desk.UnderWay`."""
        return State.COMPOSING if self._fields["state"] == State.COMPOSING else State.WAITING

    @property
    def bars(self) -> int:
        """See :class:`~sideman.web.desk.UnderWay`."""
        return int(self._fields["bars"])

    @property
    def heard(self) -> float:
        """See :class:`~sideman.web.desk.UnderWay`."""
        return time.monotonic()

    @heard.setter
    def heard(self, _: float) -> None:
        self._studio.queue.heard([self._id])


class RemoteRedo(RemoteJob):
    """A part of a piece that a worker composes anew, or will."""

    @property
    def done(self) -> BarsDone:
        """See :class:`~sideman.web.desk.RedoUnderWay`."""
        return BarsDone(bars=int(self._fields.get("done", 0)), of=int(self._fields["of_bars"]))


class _Jobs(Generic[T]):
    """A :class:`~sideman.web.desk.Lookup` of jobs."""

    def __init__(self, studio: RemoteStudio, kind: type[T]) -> None:
        self._studio = studio
        self._kind: type[T] = kind

    def get(self, key: str, /) -> T | None:
        """See :class:`~sideman.web.desk.Lookup`."""
        queue = self._studio.queue
        identity = queue.redo(key) if self._kind is RemoteRedo else key
        fields = queue.job(identity) if identity else {}
        return self._kind(self._studio, identity or "", fields) if fields else None

    def __contains__(self, key: object, /) -> bool:
        return isinstance(key, str) and self.get(key) is not None


class _Waiting:
    """How many takes wait, as far as it can be known."""

    def __init__(self, queue: RedisQueue, fit: str) -> None:
        self._queue, self._fit = queue, fit

    def __len__(self) -> int:
        try:
            return self._queue.waiting(self._fit)
        except RedisError:
            return 0


class RemoteStudio(Desk):
    """The :class:`~sideman.web.desk.Desk` of a process that composes nothing itself."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        store: PostgresStore,
        queue: RedisQueue,
        model: Model,
        metrics: Metrics,
    ) -> None:
        super().__init__(settings, model)
        self.queue = queue
        self.mirrors = Mirrors(queue)
        self._catalogue = catalogue
        self._store = store
        self._fit = fit_of(self.fingerprint)
        self._waiting = _Waiting(queue, self._fit)
        self._live = _Jobs(self, RemoteJob)
        self._redoing = _Jobs(self, RemoteRedo)
        self._draining = False
        self._looked, self._nobody = -LOOK_SECONDS, ""
        metrics.waiting.set_function(lambda: len(self._waiting))
        metrics.ready.set_function(lambda: not self._who())

    @property
    def live(self) -> Lookup[RemoteJob]:
        """See :class:`Desk`."""
        return self._live

    @property
    def redoing(self) -> Lookup[RemoteRedo]:
        """See :class:`Desk`."""
        return self._redoing

    @property
    def waiting(self) -> _Waiting:
        """See :class:`Desk`."""
        return self._waiting

    def open(self) -> None:
        """See :class:`Desk`."""
        self.mirrors.start()

    def close(self) -> None:
        """See :class:`Desk`."""
        self.mirrors.stop()

    def drain(self) -> None:
        """See :class:`Desk`."""
        self._draining = True
        self.mirrors.cut()

    def check(self) -> None:
        """See :class:`Desk`."""
        if self._draining:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "stopping", "the server is stopping", RETRY_SECONDS)
        if nobody := self._who():
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "composing", nobody, RETRY_SECONDS)

    def _who(self) -> str:
        """Why nobody can compose; empty where somebody can."""
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._looked = time.monotonic()
            try:
                fits = [about["fits"].split() for about in self.queue.workers().values()]
            except RedisError:
                fits = []
            known = any(self._fit in each for each in fits)
            self._nobody = "" if known else OTHERS.format(fit=self._fit) if fits else NOBODY
        return self._nobody

    def begin(self, session: str, order: Order, address: str) -> Piece:  # noqa: ARG002 - a session's takes are counted
        """See :class:`Desk`."""
        piece, commission = self.piece_of(session, order), order.commission
        work = request_of(order.request, commission)
        fields = fields_of(piece, work, sum(commission.bars))
        try:
            self._catalogue.add(piece)
            self._store.keep_work(piece.id, work)
            self._put(piece.id, session, len(commission.performance.takes), **fields)
        except BaseException:
            self._catalogue.forget(piece)
            raise
        log.info("piece accepted", extra={"piece": piece.id[:8]})
        self._catalogue.make_room(session)
        return piece

    def begin_redo(self, redo: Redo, request: Redoing, address: str) -> None:  # noqa: ARG002 - as above
        """See :class:`Desk`."""
        piece = redo.piece
        self._put(
            f"{piece.id}.{secrets.token_hex(4)}",
            piece.session,
            redo.size,
            piece.id,
            kind=REDO,
            piece=piece.id,
            of=piece.session,
            request=redoing_of(request, redo),
            before=digest(redo.document),
            bars=str(redo.bars),
            of_bars=str(redo.done.of),
        )

    def _put(self, identity: str, session: str, size: int, redo: str = "", **fields: str) -> None:
        """Raises :class:`Problem` where too much is under way, or nobody can be told of it."""
        settings = self._settings
        limits = Limits(settings.max_waiting, settings.max_unfinished)
        try:
            if not self.queue.put(identity, self._fit, session, size, limits, redo, **fields):
                raise Problem(HTTPStatus.CONFLICT, "redoing", "a part of it is being composed anew: wait for that", 1)
        except Busy as busy:
            detail = "too many people are composing: try again in a moment"
            if busy.mine is not None:
                most = settings.max_unfinished
                detail = f"{busy.mine} of your takes are on their way, at most {most} can be: wait, or delete one"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "busy", detail, RETRY_SECONDS) from busy
        except RedisError as error:
            log.warning("no work can be given: %s", error)
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "composing", NOBODY, RETRY_SECONDS) from error

    def drop(self, identity: str) -> None:
        """See :class:`Desk`."""
        try:
            for each in (identity, self.queue.redo(identity)):
                if each is not None:
                    self.queue.drop(each, ending(State.STOPPED, "deleted"))
        except RedisError as error:  # it is composed for nobody, and kept nowhere: its row is gone
            log.warning("no worker can be told of a deletion: %s", error, extra={"piece": identity[:8]})

    def redone(self, identity: str) -> EventLog | None:
        """See :class:`Desk`."""
        job = self.queue.redo(identity)
        return None if job is None else self.mirrors.log(job)

    def forget_redone(self, identity: str) -> None:
        """See :class:`Desk`."""
        self.queue.forget_redo(identity)


def put_again(store: PostgresStore, queue: RedisQueue, before: float) -> int:
    """Have pieces composed whose jobs were lost: rows from before a time say what is unfinished. How many there were.

    Of a piece of which nothing says what it is composed of, the row says that it was stopped.
    """
    count = 0
    for piece, work in store.unfinished(before):
        if queue.job(piece.id):
            continue
        now = store.find(piece.id)
        if now is None or now.state not in UNFINISHED:  # it ended in between
            continue
        count += 1
        if work is None:
            store.finish(piece.id, State.STOPPED, STOPPING)
            continue
        asked = read_description(piece.description)
        fields = fields_of(piece, work, asked.bars * asked.takes)
        queue.put(piece.id, fit_of(asked.model), piece.session, asked.takes, Limits(), **fields)
    return count
