"""What one of all processes does for all: old pieces go, lost jobs come back, pieces that nobody can compose end."""

from __future__ import annotations

import logging
import secrets
import time

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from sideman.web.arrangements import Arrangements
from sideman.web.jobs import ending
from sideman.web.piece_files import Key
from sideman.web.scale.objects import ObjectFiles
from sideman.web.scale.postgres import PostgresStore
from sideman.web.scale.queue import RedisQueue, Repeating
from sideman.web.scale.studio import put_again
from sideman.web.scale.work import SOUND
from sideman.web.settings import Settings
from sideman.web.store import State

LOOK_SECONDS = 2.0
TERM_SECONDS = 10.0  # for which a leader that says nothing is one
LOST_SECONDS = 5.0  # old, before a piece without a job has lost it
SWEEP_SECONDS = 600.0
UNFIT = "no worker that plays with the model and version it was asked for is left: ask for it again"

log = logging.getLogger(__name__)


class Leader:
    """One of those that could lead; the one that does is the first that says so, for as long as it does."""

    def __init__(
        self,
        settings: Settings,
        store: PostgresStore,
        files: ObjectFiles,
        queue: RedisQueue,
        arrangements: Arrangements,
    ) -> None:
        self._settings = settings
        self._store = store
        self._files = files
        self._queue = queue
        self._arrangements = arrangements
        self._name = secrets.token_hex(8)
        self._swept = time.monotonic()
        self._unfit: dict[str, float] = {}  # kinds of work for which nobody is there: since when
        self._looking = Repeating("leading", self._look, LOOK_SECONDS)
        self.leads = False

    def start(self) -> None:
        """Begin."""
        self._looking.start()

    def stop(self) -> None:
        """Let another one lead, when this one's term is over."""
        self._looking.stop()

    def _look(self) -> None:
        try:
            self.leads = self._queue.lead("sweeping", self._name, TERM_SECONDS)
            if not self.leads:
                return
            back = put_again(self._store, self._queue, time.time() - LOST_SECONDS)
            if back:
                log.warning("pieces whose jobs were lost are composed again", extra={"count": back})
            self._end_unfit()
            if time.monotonic() > self._swept + SWEEP_SECONDS:
                self._swept = time.monotonic()
                self.sweep()
        except (RedisError, SQLAlchemyError, OSError) as error:
            log.warning("nothing can be swept: %s", error)
        except Exception:
            log.exception("sweeping failed")

    def sweep(self) -> None:
        """Delete what is too old, and go on with deletions."""
        self._arrangements.sweep()
        for session, piece in self._store.deletions():
            self._files.remove(Key(session, piece))

    def _end_unfit(self) -> None:
        """Tell whoever waits for a worker that does not come any more."""
        there = {fit for about in self._queue.workers().values() for fit in about["fits"].split()}
        now = time.monotonic()
        absent = {fit for fit in self._queue.fits() - there if not fit.startswith(SOUND) and self._queue.waiting(fit)}
        self._unfit = {fit: self._unfit.get(fit, now) for fit in absent}
        for fit, since in self._unfit.items():
            if now - since > self._settings.patience:
                self._end(fit)

    def _end(self, fit: str) -> None:
        while (claim := self._queue.claim(fit, self._name, self._settings.lease)) is not None:
            job = self._queue.job(claim.id)
            log.warning("nobody is left to compose a piece", extra={"piece": claim.id[:8]})
            if job.get("kind") == "piece":
                self._store.finish(claim.id, State.FAILED, UNFIT)
            self._queue.finish(claim, len(self._queue.told(claim.id)) + 1, ending(State.FAILED, UNFIT))
