"""Pieces under way: prepared, begun, composed, kept. Knows jobs and threads; no HTTP but its words for no.

While a piece is composed, its events are in memory. When it is done, they and the takes' MIDI files are written, each
whole or not at all, and only then does the catalogue say so: what it calls done is there.
"""

from __future__ import annotations

import contextlib
import logging
import math
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from itertools import groupby
from typing import NamedTuple

from sideman.arranging import Model, Plan
from sideman.errors import DataError
from sideman.music.progression import Progression
from sideman.music.time import seconds
from sideman.pieces.commission import Commission
from sideman.pieces.composition import Composition
from sideman.pieces.document import to_document
from sideman.web.catalogue import Catalogue
from sideman.web.composing import Composing
from sideman.web.events import EventLog
from sideman.web.given_schemas import GivenView, with_given
from sideman.web.jobs import Job, Redo, Turn, Work, ending, told
from sideman.web.limiter import network
from sideman.web.limits import check_limit, check_minutes
from sideman.web.metrics import Metrics
from sideman.web.mixing import UNCHANGED
from sideman.web.piece_files import PieceFiles
from sideman.web.problems import Problem
from sideman.web.revised_schemas import RevisionView
from sideman.web.revision_schemas import Redoing
from sideman.web.schemas import ArrangementRequest, Description
from sideman.web.settings import Settings
from sideman.web.store import Piece, State
from sideman.web.turns import FairQueue, Queue

ID_BYTES = 16
NAME_LENGTH = 80  # of a name made from the chords
MAX_REDONE = 64
CLOSING_SECONDS = 5.0  # in which pieces that are stopped are written down; the next server does the rest

log = logging.getLogger(__name__)


class Order(NamedTuple):
    """A request that was read: what is to be composed, and what became of somebody's own parts."""

    request: ArrangementRequest
    commission: Commission
    given: list[GivenView]


class Studio:
    """The pieces that are composed now, by the thread that it keeps."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        files: PieceFiles,
        model: Model,
        metrics: Metrics,
        queue: Queue[Turn] | None = None,
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._files = files
        self._sampling = model.sampling
        self.fingerprint = model.fingerprint
        self.waiting: Queue[Turn] = queue or FairQueue[Turn]()
        self.composing = Composing(model, self.waiting, settings, self._ended, metrics)
        self.live: dict[str, Job] = {}
        self.redoing: dict[str, Redo] = {}  # changes to pieces that are done
        self.redone: dict[str, EventLog] = {}  # what was told of the last ones, for who asks late
        self._writing = ThreadPoolExecutor(1, "writing")
        self._until = math.inf  # when there is no time left for that

    def open(self) -> None:
        """Begin to compose."""
        self._writing.submit(lambda: None).result()  # its thread is there from now on, whatever memory is left later
        self.composing.start()

    def close(self) -> None:
        """Give pieces under way their grace, then write down what became of them."""
        self.composing.drain()
        self._until = time.monotonic() + self._settings.grace + CLOSING_SECONDS
        self.composing.join()
        self._writing.shutdown()

    def prepare(self, request: ArrangementRequest) -> Order:
        """What a request asks for, before anything of it is kept.

        Raises :class:`ChordSyntaxError`, :class:`OptionError`, or :class:`Problem` where this server can't or won't.
        """
        progression, options = request.read(), request.arrange_options()
        tempos = options.tempo, options.play_tempo or options.tempo
        self._check_length(progression, *tempos)
        check_limit(options.takes, self._settings.max_takes, "takes")
        if request.model not in (None, self.fingerprint):
            detail = f"this server plays with the model {self.fingerprint}, not with the one asked for"
            raise Problem(HTTPStatus.CONFLICT, "model", detail)
        plan, given = with_given(Plan(progression, options, sections=request.played_sections()), request.given)
        changes = request.changes()
        for change in changes:
            if change.progression is not None:
                self._check_length(change.progression, *tempos)
        commission = Commission(plan, changes, self.fingerprint, self._sampling)
        self.composing.check()
        return Order(request, commission, given)

    def _check_length(self, progression: Progression, *tempos: float) -> None:
        """Raises :class:`Problem` where it is too long for this server, in one of the tempos."""
        check_limit(progression.bars, self._settings.max_bars, "bars")
        for tempo in tempos:
            check_minutes(seconds(progression.steps, tempo), self._settings)

    def begin(self, session: str, order: Order, address: str) -> Piece:
        """Have a piece composed. Raises :class:`Problem` where it, or what is under way, is too much.

        Where a session is full, its oldest piece that has ended and was given no name makes room.
        """
        request, commission, given = order
        plan, progression = commission.plan, commission.plan.progression
        left_out = {"progression", "meters", "name", "model", "revisions", "given"}
        description = Description(
            **request.model_dump(exclude=left_out) | {"seed": plan.options.seed},
            progression=progression.written,
            meters=[str(meter) for meter in progression.lines.meters],
            key=plan.chart.key.name,
            bars=plan.bars,
            beats=float(progression.beats),
            seconds=plan.seconds,
            model=self.fingerprint,
            given=given,
            revisions=[RevisionView.of(change) for change in commission.changes],
        )
        name = request.name or default_name(progression)
        identity, text = secrets.token_hex(ID_BYTES), description.model_dump_json()
        piece = Piece(identity, session, name, text, State.WAITING, None, time.time(), request.name is not None)
        job = self.live[identity] = Job(piece, commission, address=network(address))
        try:
            self._catalogue.add(piece)
            self.composing.submit(job)
        except BaseException:
            del self.live[identity]
            self._catalogue.forget(piece)
            raise
        self._catalogue.make_room(session)
        return piece

    def prepare_redo(self, piece: Piece, document: bytes, composition: Composition, request: Redoing) -> Redo:
        """What is asked to be played anew in a piece, of which this is the document.

        Raises :class:`ChordSyntaxError`, :class:`OptionError`, or :class:`Problem` where this server can't or won't.
        """
        change = request.change(composition)
        if change.progression is not None:
            self._check_length(change.progression, composition.plan.options.tempo)
        drafts = composition.drafts(change, request.drafts, request.takes, self._sampling)
        self.composing.check()
        return Redo(piece, document, composition, change, drafts)

    def begin_redo(self, redo: Redo, address: str) -> None:
        """Have a part of a piece composed anew. Raises :class:`Problem` where what is under way is too much."""
        redo.address = network(address)
        self.redone.pop(redo.piece.id, None)
        self.redoing[redo.piece.id] = redo
        try:
            self.composing.submit(redo)
        except BaseException:
            del self.redoing[redo.piece.id]
            raise

    def drop(self, identity: str) -> None:
        """Stop a piece that was deleted, where it is under way."""
        self.redone.pop(identity, None)
        for job in (self.live.get(identity), self.redoing.get(identity)):
            if job is not None:
                job.unwanted = True

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
                self._files.revise(piece, to_document(made))
        except Exception:  # whatever it is, nobody is left waiting
            state, detail = State.FAILED, "it could not be kept: the piece is as before, ask for it again"
            if not redo.unwanted:
                log.exception("a revision could not be kept", extra={"piece": piece.id[:8]})
        redo.state = state
        for event in events if state is State.DONE else ():
            redo.log.append(event)
        redo.log.append(ending(state, detail), last=True)
        self.redone[piece.id] = redo.log
        while len(self.redone) > MAX_REDONE:
            self.redone.pop(next(iter(self.redone)), None)
        self.redoing.pop(piece.id, None)
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
        self.live.pop(piece.id, None)
        log.info("piece ended", extra={"piece": piece.id[:8], "state": state.value, "bars": len(job.log.events) - 1})

    def _keep(self, job: Job, state: State) -> None:
        """Write what is finished of a piece that somebody may want."""
        if job.unwanted or state not in (State.DONE, State.STOPPED) or not job.log.events:
            return
        bars = [event.data for event in job.log.events]
        if state is State.STOPPED:
            self._files.keep(job.piece, bars)
            return
        changed, performance = job.commission.composition, job.commission.performance
        composition = changed or Composition.played(performance, self.fingerprint)
        bands = [
            changed.rendition(take.number, UNCHANGED) if changed else performance.played(take, UNCHANGED)
            for take in performance.takes
        ]
        songs = [band.midi() for band in bands]
        self._files.keep(job.piece, bars, songs, to_document(composition))


def default_name(progression: Progression) -> str:
    """The chords alone, one that is repeated told once, as many as fit."""
    name = " ".join(chord for chord, _ in groupby(span.chord.written for span in progression))
    return name if len(name) <= NAME_LENGTH else f"{name[:NAME_LENGTH].rpartition(' ')[0]}…"
