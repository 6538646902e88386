"""Composing for everybody at once: one thread, one batch, which takes join and leave between steps.

Another thread watches over it: whatever ends it, those in its batch are told, and after a pause it begins again.
Knows turns, deadlines and who still listens; what is composed next a job says, what becomes of a finished
piece is its owner's affair. No requests, no files.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus

from sideman.arranging import Model
from sideman.composer import Composer, Take
from sideman.web.events import Event
from sideman.web.jobs import Turn, Work
from sideman.web.metrics import Metrics
from sideman.web.problems import Problem
from sideman.web.settings import Settings
from sideman.web.store import STOPPING, State
from sideman.web.turns import Queue

POLL_SECONDS = 0.1  # how soon a deletion, a lost listener or the end of the server is noticed
RETRY_SECONDS = 10.0
PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before composing begins again, after faults in a row
UNHEARD = "nobody listened any more: ask for it again"
FAULT = "composing failed: ask for it again, or tell who runs this server"
UNABLE = "the server cannot compose at the moment: come again later, or tell who runs it"

log = logging.getLogger(__name__)


Ended = Callable[[Work, State, "str | None"], None]


class Composing:
    """The threads. ``ended`` is called from them once for every job, also for those that came to nothing."""

    def __init__(
        self, model: Model, queue: Queue[Turn], settings: Settings, ended: Ended, metrics: Metrics | None = None
    ) -> None:
        self._model = model
        self._queue = queue
        self._settings = settings
        self._ended = ended
        self._metrics = metrics or Metrics()
        self._metrics.waiting.set_function(lambda: len(queue))
        self._metrics.running.set_function(lambda: len(self._steps))
        self._metrics.ready.set_function(lambda: self.ready)
        self._jobs: set[Work] = set()
        self._work = threading.Condition()  # guards the queue and the jobs
        self._deadline: float | None = None
        self._steps: dict[Turn, int] = {}  # takes in the batch: steps since they joined; the thread's own
        self._composer: Composer  # from the thread's beginning on
        self._changing: dict[
            Work, Future[tuple[Take | None, list[Event]]]
        ] = {}  # between two changes; the thread's own
        self._changes = ThreadPoolExecutor(1, "changing")  # it takes long pieces a moment, in which others go on
        self._looked = 0.0
        self._faults = 0  # in a row
        self._unable: float | None = None  # since when nobody can compose
        self._resumes = 0.0  # when it is tried again
        self._thread = threading.Thread(target=self._supervise, name="supervising", daemon=True)

    @property
    def ready(self) -> bool:
        """Whether pieces are composed; not in the pauses after faults."""
        begun = self._thread.ident is not None
        return self._unable is None and (self._thread.is_alive() or not begun or self._deadline is not None)

    def check(self) -> None:
        """Raises :class:`Problem` where nobody can compose."""
        if not self.ready:
            wait = max(RETRY_SECONDS, self._resumes - time.monotonic())
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "composing", UNABLE, wait)

    def start(self) -> None:
        """Begin to compose what is submitted."""
        self._thread.start()

    def submit(self, job: Work) -> None:
        """Have a piece composed. Raises :class:`Problem` where too much is under way, or the server is about to end."""
        settings, takes, session = self._settings, job.takes, job.piece.session
        with self._work:
            if self._deadline is not None:
                raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "stopping", "the server is stopping", RETRY_SECONDS)
            self.check()
            if len(self._queue) + len(takes) > settings.max_waiting:
                detail = "too many people are composing: try again in a moment"
                raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "busy", detail, RETRY_SECONDS)
            mine = sum(other.size for other in self._jobs if other.piece.session == session)
            if mine + job.size > settings.max_unfinished:
                limit = settings.max_unfinished
                detail = f"{mine} of your takes are on their way, at most {limit} can be: wait, or delete one"
                raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "busy", detail, RETRY_SECONDS)
            theirs = sum(other.size for other in self._jobs if job.address is not None and other.address == job.address)
            if theirs + job.size > settings.unfinished_per_address:  # who sends no cookie has any number of sessions
                detail = f"{theirs} takes of your address are on their way: wait a little"
                raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "busy", detail, RETRY_SECONDS)
            self._jobs.add(job)
            for take in takes:
                self._queue.put(session, Turn(job, take), first=job.log.catches_up)
            self._work.notify()

    def drain(self) -> None:
        """Take nothing new, and end when all is done or the grace is over. For signal handlers too: takes no lock."""
        if self._deadline is None:
            self._deadline = time.monotonic() + self._settings.grace

    def join(self) -> None:
        """Wait until the threads have ended."""
        if self._thread.is_alive():
            self._thread.join()
        self._changes.shutdown()

    def _supervise(self) -> None:
        """Have a thread compose until all is over, whatever ends it."""
        while not self._is_over():
            try:
                self._run()
                if not self._is_over():
                    self._recover()
                    self._rest()
            except BaseException:  # where memory is short, anything may fail: it is tried again
                with contextlib.suppress(BaseException):
                    log.exception("a fault of composing could not be mended")
                time.sleep(POLL_SECONDS)
        self._steps.clear()
        with self._work:  # whoever submitted before the deadline is in it now
            left = list(self._jobs)
        for job in left:
            self._end(job, State.STOPPED, STOPPING)

    def _run(self) -> None:
        """Compose until all is over, or a fault ends the thread."""
        thread = threading.Thread(target=self._compose, name="composing", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            log.exception("no thread can be started")
        else:
            thread.join()

    def _compose(self) -> None:
        """The thread itself."""
        try:
            self._begin()
            while not self._is_over():
                self._look_around()
                self._collect()
                self._make_room()
                self._admit()
                if self._steps:
                    self._step()
                    self._faults = 0
                else:
                    with self._work:
                        if not len(self._queue):
                            self._work.wait(POLL_SECONDS)
        except BaseException:  # the thread ends with it, and says so
            log.exception("composing failed")
        finally:
            with contextlib.suppress(AttributeError):  # it could not be made
                del self._composer  # there may be no room for another one beside it

    def _begin(self) -> None:
        self._composer = Composer(self._model.engine, self._model.columns, self._settings.batch)
        self._unable = None

    def _recover(self) -> None:
        """Nobody knows which take it was: all in the batch fail, those that wait go on with a new one."""
        self._metrics.faults.inc()
        jobs = {turn.job for turn in self._steps}
        self._steps.clear()
        for job in jobs:
            self._end(job, State.FAILED, FAULT)

    def _rest(self) -> None:
        """Wait, the longer the more faults there were. Nothing new is taken; what waits is given up in time."""
        pause = PAUSES[min(self._faults, len(PAUSES) - 1)]
        self._faults += 1
        self._resumes = time.monotonic() + pause
        if pause and self._unable is None:
            self._unable = time.monotonic()
        while not self._is_over() and time.monotonic() < self._resumes:
            self._look_around()
            if self._unable is not None and time.monotonic() - self._unable > self._settings.patience:
                self._give_up()
            time.sleep(POLL_SECONDS)

    def _give_up(self) -> None:
        """Let nobody wait for ever."""
        with self._work:
            jobs = list(self._jobs)
        for job in jobs:
            self._end(job, State.FAILED, UNABLE)

    def _is_over(self) -> bool:
        deadline = self._deadline
        return deadline is not None and (not self._jobs or time.monotonic() >= deadline)

    def _look_around(self) -> None:
        """Give up what nobody wants."""
        now = time.monotonic()
        if now < self._looked + POLL_SECONDS:
            return
        self._looked = now
        with self._work:
            jobs = list(self._jobs)
        for job in jobs:
            if job.log.listeners:
                job.heard = now
            if job.unwanted:
                self._end(job, State.STOPPED, "deleted")
            elif now - job.heard > self._settings.patience:
                self._end(job, State.STOPPED, UNHEARD)

    def _make_room(self) -> None:
        """Where others wait, the take that has been in the batch longest goes back to the queue after its turn.

        One that was interrupted elsewhere keeps its place until there is something new to tell.
        """
        if self._composer.room:
            return
        turns = [(turn, steps) for turn, steps in self._steps.items() if not turn.job.log.catches_up]
        if not turns:
            return
        with self._work:
            turn, steps = max(turns, key=lambda entry: entry[1])
            if steps >= self._settings.turn_steps and self._queue.others_wait(turn.job.piece.session):
                self._composer.leave(turn.take)
                del self._steps[turn]
                self._queue.put(turn.job.piece.session, turn)

    def _admit(self) -> None:
        while self._composer.room:
            with self._work:
                turn = self._queue.take()
            if turn is None:
                return
            if turn.job.state is State.WAITING:
                turn.job.state = State.COMPOSING
                turn.job.log.begin()
            self._steps[turn] = 0
            self._composer.join(turn.take)

    def _step(self) -> None:
        jobs = {turn.take: turn.job for turn in self._steps}
        for take, bar in self._composer.step():
            job = jobs[take]
            event = job.announce(take, bar)
            if event is not None:
                job.log.append(event)
            self._metrics.bars.inc()
        for turn in list(self._steps):
            self._steps[turn] += 1
            if turn.take.done:
                del self._steps[turn]
                self._finish(turn.job)

    def _finish(self, job: Work) -> None:
        """A take is done; after the last one come the changes, one by one."""
        job.left -= 1
        if job.left:
            return
        if not job.goes_on:
            self._end(job, State.DONE, None)
            return
        job.left = 1
        self._changing[job] = self._changes.submit(job.go_on)

    def _collect(self) -> None:
        """Have the next revision composed that is ready; after the last one tell what is left and end the piece."""
        for job, coming in [*self._changing.items()]:
            if not coming.done():
                continue
            del self._changing[job]
            error = coming.exception()
            if error is not None:  # it costs this piece alone
                log.error("a revision failed", exc_info=error)
                self._end(job, State.FAILED, FAULT)
                continue
            take, bars = coming.result()
            if take is None:
                for bar in bars:
                    job.log.append(bar)
                self._end(job, State.DONE, None)
                continue
            with self._work:
                self._queue.put(job.piece.session, Turn(job, take))

    def _end(self, job: Work, state: State, detail: str | None) -> None:
        self._changing.pop(job, None)
        with self._work:
            self._jobs.discard(job)
            self._queue.remove(lambda turn: turn.job is job)
        for turn in [turn for turn in self._steps if turn.job is job]:
            self._composer.leave(turn.take)
            del self._steps[turn]
        self._metrics.pieces.labels(state).inc()
        self._ended(job, state, detail)
