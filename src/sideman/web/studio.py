"""Pieces that this process composes: begun, composed, kept. Knows jobs and threads; no HTTP but its words for no.

While a piece is composed, its events are in memory. When it is done, they and the takes' MIDI files are written, each
whole or not at all, and only then does the catalogue say so: what it calls done is there.
"""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from sideman.arranging import Model
from sideman.errors import DataError
from sideman.pieces.composition import Composition
from sideman.pieces.document import to_document
from sideman.web.catalogue import Catalogue
from sideman.web.composing import Composing
from sideman.web.desk import Desk, Order
from sideman.web.events import EventLog
from sideman.web.filing import Filing
from sideman.web.jobs import Job, Redo, Turn, Work, ending, told
from sideman.web.limiter import network
from sideman.web.metrics import Metrics
from sideman.web.mixing import UNCHANGED
from sideman.web.revision_schemas import Redoing
from sideman.web.settings import Settings
from sideman.web.store import Piece, State
from sideman.web.turns import FairQueue, Queue

MAX_REDONE = 64
CLOSING_SECONDS = 5.0  # in which pieces that are stopped are written down; the next server does the rest

log = logging.getLogger(__name__)


class Studio(Desk):
    """The pieces that are composed now, by the thread that it keeps."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        files: Filing,
        model: Model,
        metrics: Metrics,
        queue: Queue[Turn] | None = None,
    ) -> None:
        super().__init__(settings, model)
        self._catalogue = catalogue
        self._files = files
        self._queue: Queue[Turn] = queue or FairQueue[Turn]()
        self.composing = Composing(model, self._queue, settings, self._ended, metrics)
        self._live: dict[str, Job] = {}
        self._redoing: dict[str, Redo] = {}
        self._redone: dict[str, EventLog] = {}
        self._writing = ThreadPoolExecutor(1, "writing")
        self._until = math.inf  # when there is no time left for that

    def open(self) -> None:
        """Begin to compose."""
        self._writing.submit(lambda: None).result()  # its thread is there from now on, whatever memory is left later
        self.composing.start()

    def close(self) -> None:
        """Give pieces under way their grace, then write down what became of them."""
        self.drain()
        self.composing.join()
        self._writing.shutdown()

    @property
    def live(self) -> Mapping[str, Job]:
        """See :class:`Desk`."""
        return self._live

    @property
    def redoing(self) -> Mapping[str, Redo]:
        """See :class:`Desk`."""
        return self._redoing

    @property
    def waiting(self) -> Queue[Turn]:
        """See :class:`Desk`."""
        return self._queue

    def drain(self) -> None:
        """See :class:`Desk`."""
        self._until = min(self._until, time.monotonic() + self._settings.grace + CLOSING_SECONDS)
        self.composing.drain()

    def check(self) -> None:
        """See :class:`Desk`."""
        self.composing.check()

    def begin(self, session: str, order: Order, address: str) -> Piece:
        """See :class:`Desk`."""
        piece = self.piece_of(session, order)
        job = self._live[piece.id] = Job(piece, order.commission, address=network(address))
        try:
            self._catalogue.add(piece)
            self.composing.submit(job)
        except BaseException:
            del self._live[piece.id]
            self._catalogue.forget(piece)
            raise
        self._catalogue.make_room(session)
        return piece

    def begin_redo(self, redo: Redo, request: Redoing, address: str) -> None:  # noqa: ARG002 - the redo says all
        """See :class:`Desk`."""
        redo.address = network(address)
        self.forget_redone(redo.piece.id)
        self._redoing[redo.piece.id] = redo
        try:
            self.composing.submit(redo)
        except BaseException:
            del self._redoing[redo.piece.id]
            raise

    def drop(self, identity: str) -> None:
        """See :class:`Desk`."""
        self.forget_redone(identity)
        for job in (self._live.get(identity), self._redoing.get(identity)):
            if job is not None:
                job.unwanted = True

    def redone(self, identity: str) -> EventLog | None:
        """See :class:`Desk`."""
        return self._redone.get(identity)

    def forget_redone(self, identity: str) -> None:
        """See :class:`Desk`."""
        self._redone.pop(identity, None)

    def _ended(self, job: Work, state: State, detail: str | None) -> None:
        """Called by the composing thread, which has better things to do than to write files."""
        if isinstance(job, Redo):
            self._writing.submit(self._conclude_redo, job, state, detail)
        elif isinstance(job, Job):
            self._writing.submit(self._conclude, job, state, detail)

    def _conclude_redo(self, redo: Redo, state: State, detail: str | None) -> None:
        """Write the piece with what was composed; whatever fails, it is as before."""
        piece, events = redo.piece, []
        try:
            if state is State.DONE:
                if self._files.composition(piece) != redo.document:
                    raise DataError("it was changed meanwhile")  # noqa: TRY301 - by another server
                made = redo.made()
                events = told(made)
                self._files.revise(piece, to_document(made), redo.document)
        except Exception:  # whatever it is, nobody is left waiting
            state, detail = State.FAILED, "it could not be kept: the piece is as before, ask for it again"
            if not redo.unwanted:
                log.exception("a revision could not be kept", extra={"piece": piece.id[:8]})
        redo.state = state
        for event in events if state is State.DONE else ():
            redo.log.append(event)
        redo.log.append(ending(state, detail), last=True)
        self._redone[piece.id] = redo.log
        while len(self._redone) > MAX_REDONE:
            self._redone.pop(next(iter(self._redone)), None)
        self._redoing.pop(piece.id, None)
        log.info("revision ended", extra={"piece": piece.id[:8], "state": state.value})

    def _conclude(self, job: Job, state: State, detail: str | None) -> None:
        piece = job.piece
        if state is State.STOPPED and time.monotonic() > self._until:
            job.log.append(ending(state, detail), last=True)
            return
        try:
            self._keep(job, state)
            if not self._catalogue.finish(piece, state, detail):  # deleted meanwhile
                self._catalogue.forget(piece)
        except Exception:  # whatever it is, nobody is left waiting
            state, detail = State.FAILED, "it could not be kept: tell who runs this server"
            is_there = True
            with contextlib.suppress(Exception):  # of the store; a later server marks it as stopped
                is_there = self._catalogue.fail(piece, detail)
            if is_there:  # else it was deleted meanwhile
                log.exception("a piece could not be kept")
        job.state = state
        job.log.append(ending(state, detail), last=True)
        self._live.pop(piece.id, None)
        log.info("piece ended", extra={"piece": piece.id[:8], "state": state.value, "bars": len(job.log.events) - 1})

    def _keep(self, job: Job, state: State) -> None:
        """Write what is finished of a piece that somebody may want."""
        if not job.unwanted:
            keep(self._files, job, state, self.fingerprint)


def keep(files: Filing, job: Job, state: State, fingerprint: str) -> None:
    """Write what is finished of a piece, composed by the model of this fingerprint."""
    if state not in (State.DONE, State.STOPPED) or not job.log.events:
        return
    bars = [event.data for event in job.log.events]
    if state is State.STOPPED:
        files.keep(job.piece, bars)
        return
    changed, performance = job.commission.composition, job.commission.performance
    composition = changed or Composition.played(performance, fingerprint)
    bands = [
        changed.rendition(take.number, UNCHANGED) if changed else performance.played(take, UNCHANGED)
        for take in performance.takes
    ]
    files.keep(job.piece, bars, [band.midi() for band in bands], to_document(composition))
