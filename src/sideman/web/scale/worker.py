"""A process that composes for others: it claims jobs, tells their bars, keeps what came of them. Knows no requests.

Whatever ends it, its jobs are claimed by another worker when their lease is over, and composed again from the request:
to the same music, of which nothing is told twice. A job that ends its worker again and again, without a bar more, fails
after some tries; in the last one it is composed alone, so that those beside it are not blamed.
"""

from __future__ import annotations

import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from prometheus_client import Counter
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from sideman.arranging import Model
from sideman.errors import DataError, SidemanError
from sideman.pieces.document import from_document
from sideman.web.catalogue import Catalogue
from sideman.web.composing import FAULT, UNABLE, Composing
from sideman.web.desk import Ordering
from sideman.web.filing import Filing
from sideman.web.jobs import Job, Redo, Turn, Work, ending, told
from sideman.web.metrics import Metrics
from sideman.web.problems import Problem
from sideman.web.revision_schemas import Redoing
from sideman.web.scale.keeping import DIFFERS, RETRY_SECONDS, Doing, Keeping, LostError
from sideman.web.scale.postgres import PostgresStore
from sideman.web.scale.publishing import PublishedLog, Publisher
from sideman.web.scale.queue import Claim, RedisQueue, Repeating
from sideman.web.scale.work import REDO, VERSION, digest, fit_of
from sideman.web.schemas import ArrangementRequest
from sideman.web.settings import Settings
from sideman.web.store import STOPPING, UNFINISHED, Piece, State
from sideman.web.turns import FairQueue

BEAT_SECONDS = 2.0
WAIT_SECONDS = 0.5  # for news of work; soon enough for what was missed
FULL_SECONDS = 0.25  # that work waits before a worker without room takes it: one with room takes it sooner
MOST = 3  # times its batch, that a worker takes turns with
LAST_SECONDS = 0.05
UNLIMITED = 1_000_000_000
POISON = "it failed {tries} times, each time with the worker that composed it: tell who runs this server"

log = logging.getLogger(__name__)
T = TypeVar("T")


class Worker:
    """Composes pieces of all sessions in one batch, as long as it lives."""

    def __init__(
        self,
        settings: Settings,
        store: PostgresStore,
        files: Filing,
        queue: RedisQueue,
        model: Model,
        metrics: Metrics,
        fits: Iterable[str] = (),
    ) -> None:
        self.name = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._settings = settings
        self._store = store
        self._files = files
        self._catalogue = Catalogue(settings, store, files)
        self._queue = queue
        self._reading = Ordering(settings, model)
        self._fingerprint = model.fingerprint
        self._fit = fit_of(model.fingerprint)
        self._fits = (self._fit, *fits)  # what else is done in this process
        self._taken_over = Counter(
            "sideman_taken_over", "Jobs that another worker had begun.", registry=metrics.registry
        )
        self._turns: FairQueue[Turn] = FairQueue()
        # What may be under way is decided when a piece is asked for.
        lax = settings.model_copy(update={"max_waiting": UNLIMITED, "max_unfinished": UNLIMITED})
        self._composing = Composing(model, self._turns, lax, self._ended, metrics)
        self._publisher = Publisher(queue)
        self._concluding = ThreadPoolExecutor(2, "concluding")
        self._doing: dict[Work, Doing] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._keeping = Keeping(self._catalogue, files, queue, self._publisher, self._fingerprint, self._stopping)
        self._claiming = Repeating("claiming", self._claim, 0.0)
        self._beating = Repeating("beating", self._beat, min(BEAT_SECONDS, settings.lease / 4))
        self._seen: dict[str, str] = {}
        self._last: Work | None = None  # a job in its last try
        self._last_waits = False

    def start(self) -> None:
        """Begin to claim jobs."""
        self._publisher.start()
        self._composing.start()
        self._beating.start()
        self._claiming.start()

    def stop(self) -> None:
        """Claim nothing more, give jobs their grace, and let others go on with the rest at once."""
        self._stopping.set()
        self._claiming.stop()
        deadline = time.monotonic() + self._settings.grace
        while self._doing and time.monotonic() < deadline:
            time.sleep(0.05)
        self._composing.drain()
        self._beating.stop()
        for doing in self._all():
            self._drop(doing.work)
            self._try(partial(self._queue.release, doing.claim, counts=False))
        self._publisher.stop()
        self._composing.join()
        self._concluding.shutdown()
        self._try(lambda: self._queue.absent(self.name))

    # Claiming

    def _claim(self) -> None:
        """Claim the next job, or wait for one."""
        if self._composes_a_last_one():
            self._stopping.wait(LAST_SECONDS)
            return
        takes = sum(doing.work.left for doing in self._all())
        has_room = takes < self._settings.batch
        claim = None
        try:
            if self._composing.ready and takes < MOST * self._settings.batch:
                least = 0.0 if has_room else FULL_SECONDS
                claim = self._queue.claim(self._fit, self.name, self._settings.lease, least, begins=has_room)
            if claim is None:
                self._queue.wait([self._fit], self._seen, WAIT_SECONDS if has_room else FULL_SECONDS)
                return
        except RedisError as error:
            log.warning("no work can be claimed: %s", error)
            self._stopping.wait(RETRY_SECONDS)
            return
        try:
            self._begin(claim)
        except (RedisError, SQLAlchemyError, OSError) as error:  # something is away: nobody is to blame
            log.warning("a job can't be begun yet: %s", error, extra={"piece": claim.id[:8]})
            self._stopping.wait(RETRY_SECONDS)
            self._try(lambda: self._queue.release(claim, counts=False))
        except Exception:
            log.exception("a job can't be begun", extra={"piece": claim.id[:8]})
            self._try(lambda: self._queue.release(claim, counts=True))

    def _begin(self, claim: Claim) -> None:
        fields = self._queue.job(claim.id)
        if not fields:
            return
        piece = self._store.find(fields["piece"])
        events = self._queue.told(claim.id)
        published = PublishedLog(claim, events, self._publisher)
        if piece is None:
            self._queue.finish(claim, len(events) + 1, ending(State.STOPPED, "deleted"))
            return
        if fields["kind"] != REDO and piece.state not in UNFINISHED:  # its worker ended before it could say so
            self._queue.finish(claim, len(events) + 1, ending(piece.state, piece.detail))
            return
        if claim.attempt > self._settings.tries:
            log.error("a job failed too often", extra={"piece": piece.id[:8]})
            self._fail(claim, fields, piece, published, POISON.format(tries=self._settings.tries))
            return
        try:
            work = self._read(fields, piece, published)
        except (SidemanError, Problem, ValueError) as error:
            log.warning("a job can't be read: %s", error, extra={"piece": piece.id[:8]})
            self._fail(claim, fields, piece, published, f"this worker can't compose it: {error}")
            return
        if work is None:  # it was written already
            self._conclude_written(claim, piece, published)
            return
        work.heard = time.monotonic()
        with self._lock:
            self._doing[work] = Doing(work, claim, published, fields)
        if claim.attempt > 1:
            self._taken_over.inc()
        log.info("job begun", extra={"piece": piece.id[:8], "attempt": claim.attempt, "bars": len(events)})
        if 1 < self._settings.tries == claim.attempt:
            self._try(partial(self._queue.note, claim, begun="0"))  # until it is, nobody's end is its fault
            self._last, self._last_waits = work, True
        else:
            self._composing.submit(work)

    def _composes_a_last_one(self) -> bool:
        """Whether a job in its last try is this worker's: it waits until others are done, then is composed alone."""
        doing = [each.work for each in self._all()]
        if self._last not in doing:
            self._last = None
            return False
        if self._last_waits and len(doing) == 1:
            self._last_waits = False
            self._composing.submit(doing[0])
        return True

    def _read(self, fields: Mapping[str, str], piece: Piece, published: PublishedLog) -> Work | None:
        """What is to be composed; None where that was done and kept before."""
        if fields["kind"] != REDO:
            order = self._reading.read(ArrangementRequest.model_validate_json(fields["request"]))
            return Job(piece, order.commission, log=published)
        document = self._files.composition(piece)
        if document is None:
            raise DataError("its document is not there")
        if digest(document) != fields["before"]:
            return None
        request = Redoing.model_validate_json(fields["request"])
        redo = self._reading.read_redo(piece, document, from_document(document), request)
        redo.log = published
        return redo

    def _fail(
        self, claim: Claim, fields: Mapping[str, str], piece: Piece, published: PublishedLog, detail: str
    ) -> None:
        if fields["kind"] != REDO:
            self._files.keep(piece, [event.data for event in published.events])
            self._store.finish(piece.id, State.FAILED, detail)
        self._queue.finish(claim, len(published.events) + 1, ending(State.FAILED, detail))

    def _conclude_written(self, claim: Claim, piece: Piece, published: PublishedLog) -> None:
        """A worker that ended had written a redo, but not told of it."""
        document = self._files.composition(piece)
        assert document is not None
        for event in told(from_document(document)):
            published.append(event)
        self._publisher.flush(published)
        self._queue.finish(claim, len(published.events) + 1, ending(State.DONE, None))

    # Keeping

    def _beat(self) -> None:
        """Say that this worker lives, and hear what became of its jobs."""
        doing = self._all()
        try:
            if self._composing.ready and not self._stopping.is_set():
                about = {"model": self._fingerprint, "version": VERSION, "doing": str(len(doing))}
                self._queue.present(self.name, self._fits, about)
            held = self._queue.renew([each.claim for each in doing], self._settings.lease) if doing else []
        except RedisError as error:
            log.warning("the worker can't say that it lives: %s", error)
            return
        for each, state in zip(doing, held, strict=True):
            each.work.heard = max(each.work.heard, time.monotonic() - state.unheard)
            if not state.is_held:
                each.log.is_lost = True
            if not (state.is_held and state.is_wanted):
                each.work.unwanted = True
            if isinstance(each.work, Redo):
                self._try(partial(self._queue.note, each.claim, done=str(each.work.done.bars)))

    # Ending

    def _ended(self, work: Work, state: State, detail: str | None) -> None:
        """Called by the composing thread. What this worker's end cuts short has not ended: :meth:`stop` releases it."""
        if detail != STOPPING:
            self._concluding.submit(self._conclude, work, state, detail)

    def _conclude(self, work: Work, state: State, detail: str | None) -> None:
        with self._lock:
            doing = self._doing.get(work)
        if doing is None:
            return
        try:
            if doing.log.differs:
                state, detail = State.FAILED, DIFFERS
            if state is State.FAILED and detail in (FAULT, UNABLE):
                self._keeping.until(lambda: self._queue.release(doing.claim, counts=True), doing)
                return
            self._keeping.write(doing, state, detail)
        except LostError:
            if doing.log.is_lost:
                log.warning("a job is another worker's now", extra={"piece": work.piece.id[:8]})
                self._try(partial(self._queue.pardon, doing.claim))
        except Exception:
            log.exception("a job could not be ended", extra={"piece": work.piece.id[:8]})
            self._try(lambda: self._queue.release(doing.claim, counts=True))
        finally:
            self._drop(work)

    def _all(self) -> list[Doing]:
        with self._lock:
            return [*self._doing.values()]

    def _drop(self, work: Work) -> None:
        with self._lock:
            self._doing.pop(work, None)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except RedisError as error:
            log.warning("Redis can't be told: %s", error)
