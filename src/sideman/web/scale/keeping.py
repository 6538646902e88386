"""What becomes of a job that a worker has composed: it is kept, and then told. Knows nothing of claiming."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from sideman.errors import SidemanError
from sideman.pieces.document import to_document
from sideman.web.catalogue import Catalogue
from sideman.web.filing import Filing
from sideman.web.jobs import Job, Redo, Work, ending, told
from sideman.web.problems import Problem
from sideman.web.scale.publishing import PublishedLog, Publisher
from sideman.web.scale.queue import Claim, RedisQueue
from sideman.web.store import State
from sideman.web.studio import keep

RETRY_SECONDS = 0.5
DIFFERS = "it was begun by a worker that plays otherwise than this one: ask for it again"

log = logging.getLogger(__name__)
T = TypeVar("T")


class LostError(Exception):
    """A job is another worker's, or this one is ending."""


@dataclass(eq=False)
class Doing:
    """A job that is this worker's."""

    work: Work
    claim: Claim
    log: PublishedLog
    fields: Mapping[str, str]
    begun: float = field(default_factory=time.monotonic)


class Keeping:
    """Keeps what a worker composed with the model of this ``fingerprint``, until it is ``stopping``."""

    def __init__(
        self,
        catalogue: Catalogue,
        files: Filing,
        queue: RedisQueue,
        publisher: Publisher,
        fingerprint: str,
        stopping: threading.Event,
    ) -> None:
        self._catalogue = catalogue
        self._files = files
        self._queue = queue
        self._publisher = publisher
        self._fingerprint = fingerprint
        self._stopping = stopping

    def write(self, doing: Doing, state: State, detail: str | None) -> None:
        """Keep what was composed, then tell of it. What is away is waited for, as long as the job is this worker's."""
        work, published = doing.work, doing.log
        if doing.log.is_lost or not self._publisher.flush(published):
            raise LostError
        # Done is done, whoever says so; but a worker that was late must not end early what another one composes.
        if state is not State.DONE and not self.until(lambda: self._queue.append(doing.claim, 1, ()), doing):
            doing.log.is_lost = True
            raise LostError
        if isinstance(work, Redo):
            state, detail = self._write_redo(doing, work, state, detail)
        elif isinstance(work, Job):
            if state is State.FAILED:  # who listened hears of it behind the bars that were told
                self.until(lambda: self._files.keep(work.piece, [event.data for event in published.events]), doing)
            elif not work.unwanted:
                self.until(lambda: keep(self._files, work, state, self._fingerprint), doing)
            if not self.until(lambda: self._catalogue.finish(work.piece, state, detail), doing):
                self.until(lambda: self._catalogue.forget(work.piece), doing)
        last = ending(state, detail)
        self.until(lambda: self._queue.finish(doing.claim, len(published.events) + 1, last), doing)
        seconds = round((time.monotonic() - doing.begun) * 1000)
        extra = {"piece": work.piece.id[:8], "state": state.value, "bars": len(published.events)}
        log.info("piece ended", extra={**extra, "milliseconds": seconds})

    def _write_redo(self, doing: Doing, redo: Redo, state: State, detail: str | None) -> tuple[State, str | None]:
        if state is not State.DONE:
            return state, detail
        made = redo.made()
        document = to_document(made)
        try:
            self.until(lambda: self._files.revise(redo.piece, document, redo.document), doing)
        except (SidemanError, Problem) as error:
            log.warning("a revision could not be kept: %s", error, extra={"piece": redo.piece.id[:8]})
            return State.FAILED, "it could not be kept: the piece is as before, ask for it again"
        for event in told(made):
            doing.log.append(event)
        if not self._publisher.flush(doing.log):
            raise LostError
        return state, detail

    def until(self, act: Callable[[], T], doing: Doing) -> T:
        """Do something as soon as what it needs is there again. Raises :class:`LostError`."""
        while True:
            if doing.log.is_lost:
                raise LostError
            try:
                return act()
            except (RedisError, SQLAlchemyError, OSError) as error:
                log.warning("a job can't be ended yet: %s", error, extra={"piece": doing.work.piece.id[:8]})
                if self._stopping.wait(RETRY_SECONDS):
                    raise LostError from error
