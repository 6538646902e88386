"""Pieces from request to file: begun, listed, renamed, deleted, swept. Knows no HTTP but its words for no.

While a piece is composed, its events are in memory. When it is done, they and the takes' MIDI files are written, each
whole or not at all, and only then does the store say so: what it calls done is there.
"""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import groupby
from pathlib import Path

from sideman.arranging import Model, Performance, Plan
from sideman.files import atomic_write
from sideman.model.fingerprint import fingerprint
from sideman.music.chords import Progression, parse
from sideman.music.time import SECONDS_PER_MINUTE, seconds
from sideman.web.events import Event, EventLog
from sideman.web.jobs import STOPPING, Composing, Job, Turn
from sideman.web.metrics import Metrics
from sideman.web.problems import Problem
from sideman.web.schemas import ArrangementRequest, ArrangementView, Description, Progress
from sideman.web.sessions import SECONDS_PER_DAY, Session, piece_folder
from sideman.web.settings import MEGABYTE, Settings
from sideman.web.store import UNFINISHED, Piece, State, Store
from sideman.web.turns import FairQueue, Queue

ID_BYTES = 16
DISK_RETRY_SECONDS = 600.0
ELSEWHERE_RETRY_SECONDS = 2.0
NAME_LENGTH = 80  # of a name made from the chords
EVENTS_FILE = "events.jsonl"

log = logging.getLogger(__name__)


class Arrangements:
    """All pieces of all sessions, and the thread that composes them."""

    def __init__(
        self, settings: Settings, store: Store, model: Model, metrics: Metrics, queue: Queue[Turn] | None = None
    ) -> None:
        self.settings = settings
        self.store = store
        self.model = model
        self.fingerprint = fingerprint(model.checkpoint, model.sampling, model.engine)
        self.waiting: Queue[Turn] = queue or FairQueue[Turn]()
        self.composing = Composing(model, self.waiting, settings, self._ended, metrics)
        self._live: dict[str, Job] = {}
        self._changing = threading.Lock()  # held while the files of a piece appear or vanish
        self._writing = ThreadPoolExecutor(1, "writing")

    def open(self) -> None:
        """Mend what earlier servers left, and begin to compose."""
        self.sweep()
        with self.store.alone() as alone:
            torn = (self.settings.data / "sessions").glob("*/*/.*") if alone else ()  # files that were being written
            for path in torn:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.composing.start()

    def close(self) -> None:
        """Give pieces under way their grace, then write down what became of them."""
        self.composing.drain()
        self.composing.join()
        self._writing.shutdown()

    def create(self, session: Session, request: ArrangementRequest, progression: Progression) -> ArrangementView:
        """Have a piece composed. Raises :class:`Problem` where it, or what is under way, is too much.

        Where a session is full, its oldest piece that has ended and was given no name makes room.
        """
        if request.model not in (None, self.fingerprint):
            detail = f"this server plays with the model {self.fingerprint}, not with the one asked for"
            raise Problem(HTTPStatus.CONFLICT, "model", detail)
        plan = Plan(progression, request.arrange_options())
        options = request.model_dump(exclude={"progression", "name", "model"})
        description = Description(
            **options,
            progression=str(progression),
            key=plan.chart.key.name,
            bars=plan.chart.bars,
            beats=float(progression.beats),
            seconds=seconds(progression.steps, request.tempo),
            model=self.fingerprint,
        )
        name = request.name or default_name(progression)
        identity, text = secrets.token_hex(ID_BYTES), description.model_dump_json()
        piece = Piece(identity, session.id, name, text, State.WAITING, None, time.time(), request.name is not None)
        job = self._live[identity] = Job(piece, Performance(plan, self.model.sampling))
        try:
            self._keep(piece)
            self.composing.submit(job)
        except BaseException:
            del self._live[identity]
            self.store.delete(session.id, identity)
            raise
        for old in self.store.make_room(session.id, self.settings.max_pieces):
            self._remove(old)
        return self._view(piece)

    def _keep(self, piece: Piece) -> None:
        if shutil.disk_usage(self.settings.data).free < self.settings.reserve_megabytes * MEGABYTE:
            detail = "the server's disk is full: come again later"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "disk", detail, DISK_RETRY_SECONDS)
        if not self.store.add(piece, self.settings.max_pieces):
            detail = f"you keep {self.settings.max_pieces} pieces, more is not possible: delete one"
            raise Problem(HTTPStatus.CONFLICT, "quota", detail)

    def check(self, request: ArrangementRequest) -> Progression:
        """The chords of a request. Raises :class:`ChordSyntaxError`, or :class:`Problem` where they are too many."""
        settings = self.settings
        progression = parse(request.progression)
        request.arrange_options()
        minutes = seconds(progression.steps, request.tempo) / SECONDS_PER_MINUTE
        for value, limit, noun in (
            (progression.bars, settings.max_bars, "bars"),
            (minutes, settings.max_minutes, "minutes"),
            (request.takes, settings.max_takes, "takes"),
        ):
            if value > limit:
                detail = f"{value:.4g} {noun} are too many for this server: at most {limit:g}"
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "limit", detail)
        return progression

    def find(self, session: Session | None, identity: str) -> Piece:
        """A piece of this session. Raises :class:`Problem` for any other: whether it exists is nobody's business."""
        piece = self.store.get(session.id, identity) if session is not None else None
        job = self._live.get(identity)
        if piece is not None and piece.state in UNFINISHED and job is None:  # it ended now, or with its server
            self._stop_orphans()
            piece = self.store.get(piece.session, identity)
        if piece is None:
            raise Problem(HTTPStatus.NOT_FOUND, "unknown", "no such arrangement in this session")
        if job is not None:
            job.heard = time.monotonic()
        return piece

    def _stop_orphans(self) -> None:
        stopped = self.store.stop_unfinished(STOPPING)
        if stopped:
            log.warning("pieces were left unfinished and are marked as stopped", extra={"count": stopped})

    def view(self, session: Session | None, identity: str) -> ArrangementView:
        """A piece for its owner."""
        return self._view(self.find(session, identity))

    def all(self, session: Session | None) -> list[ArrangementView]:
        """All pieces of a session, the latest first."""
        if session is None:
            return []
        pieces = self.store.pieces(session.id)
        if any(piece.state in UNFINISHED and piece.id not in self._live for piece in pieces):
            self._stop_orphans()
            pieces = self.store.pieces(session.id)
        return [self._view(piece) for piece in pieces]

    def rename(self, session: Session | None, identity: str, name: str) -> ArrangementView:
        """Give a piece another name."""
        piece = self.find(session, identity)
        self.store.rename(piece.session, piece.id, name)
        return self.view(session, identity)

    def delete(self, session: Session | None, identity: str) -> None:
        """Stop a piece where it is under way, and forget it."""
        piece = self.find(session, identity)
        self.store.delete(piece.session, piece.id)
        job = self._live.get(identity)
        if job is not None:
            job.unwanted = True
        self._remove(piece)

    def finished(self, session: Session | None, identity: str, take: int = 0) -> tuple[Piece, Description]:
        """A piece that is done and has this take. Raises :class:`Problem` for any other."""
        piece = self.find(session, identity)
        description = Description.model_validate_json(piece.description)
        if take >= description.takes:
            detail = f"no take {take}: they are counted from 0 to {description.takes - 1}"
            raise Problem(HTTPStatus.NOT_FOUND, "take", detail)
        if piece.state in UNFINISHED:
            raise Problem(HTTPStatus.CONFLICT, "unfinished", "it is still being composed: wait for the last bar", 1)
        if piece.state is not State.DONE:
            raise Problem(HTTPStatus.CONFLICT, piece.state, f"it was not finished: {piece.detail}")
        return piece, description

    def folder(self, piece: Piece) -> Path:
        """Where the files of a piece lie."""
        return piece_folder(self.settings.data, piece.session, piece.id)

    def events(self, session: Session | None, identity: str) -> tuple[EventLog, int]:
        """What happened to a piece so far, and how many bars it has; goes on growing while it is composed."""
        piece = self.find(session, identity)
        job = self._live.get(identity)
        if job is not None:
            return job.log, job.bars
        piece = self.find(session, identity)  # it may have ended in between
        if piece.state in UNFINISHED:
            detail = "another server composes it: ask that one, or come again when it is done"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "elsewhere", detail, ELSEWHERE_RETRY_SECONDS)
        description = Description.model_validate_json(piece.description)
        bars = [Event("bar", line) for line in self._kept(piece)]
        return EventLog([*bars, _ending(piece.state, piece.detail)], closed=True), description.bars * description.takes

    def _kept(self, piece: Piece) -> list[str]:
        """The bars of a piece that has ended, as JSON; of one that was stopped, those that were finished."""
        path = self.folder(piece) / EVENTS_FILE
        return path.read_text("utf-8").splitlines() if piece.state is State.DONE or path.exists() else []

    def sweep(self) -> None:
        """Delete what is older than the retention time, and files that belong to no piece; stop what has no server."""
        self._stop_orphans()
        before = time.time() - self.settings.retention_days * SECONDS_PER_DAY
        for piece in self.store.sweep(before):
            job = self._live.get(piece.id)
            if job is not None:
                job.unwanted = True
            self._remove(piece)
        with self._changing:
            folders = list((self.settings.data / "sessions").glob("*/*"))
            known = self.store.folders()  # after them: other servers may add pieces, but rows come before folders
            for folder in folders:
                if (folder.parent.name, folder.name) not in known:
                    shutil.rmtree(folder, ignore_errors=True)

    def _remove(self, piece: Piece) -> None:
        with self._changing:
            shutil.rmtree(self.folder(piece), ignore_errors=True)
            with contextlib.suppress(OSError):  # the session has others
                self.folder(piece).parent.rmdir()

    def _view(self, piece: Piece) -> ArrangementView:
        job = self._live.get(piece.id)
        description = Description.model_validate_json(piece.description)
        of = description.bars * description.takes
        state, bars = piece.state, 0
        if state is State.DONE:
            bars = of
        elif state is State.STOPPED:
            bars = len(self._kept(piece))
        elif job is not None:
            state, bars = job.state, min(of, len(job.log.events))
        return ArrangementView(
            **description.model_dump(),
            id=piece.id,
            name=piece.name,
            state=state,
            detail=piece.detail,
            created=datetime.fromtimestamp(piece.created, UTC),
            progress=Progress(bars=bars, of=of),
        )

    def _ended(self, job: Job, state: State, detail: str | None) -> None:
        """Called by the composing thread, which has better things to do than to write files."""
        self._writing.submit(self._conclude, job, state, detail)

    def _conclude(self, job: Job, state: State, detail: str | None) -> None:
        piece = job.piece
        try:
            if state is State.DONE:
                self._write(job)
            elif state is State.STOPPED and job.log.events and not job.unwanted:
                self._write_events(job)
            if not self.store.finish(piece.id, state, detail):  # deleted meanwhile
                self._remove(piece)
        except Exception:  # whatever it is, nobody is left waiting
            log.exception("a piece could not be kept")
            state, detail = State.FAILED, "it could not be kept: tell who runs this server"
            with contextlib.suppress(Exception):  # of the store; a later server marks it as stopped
                self.store.finish(piece.id, state, detail)
        job.state = state
        job.log.append(_ending(state, detail), last=True)
        self._live.pop(piece.id, None)
        log.info("piece ended", extra={"piece": piece.id[:8], "state": state.value, "bars": len(job.log.events) - 1})

    def _write(self, job: Job) -> None:
        folder = self.folder(job.piece)
        with self._changing:
            folder.mkdir(parents=True, exist_ok=True)
            for take, band in enumerate(job.performance.bands):
                band.save(midi_path(folder, take))
        self._write_events(job)

    def _write_events(self, job: Job) -> None:
        folder = self.folder(job.piece)
        with self._changing:
            folder.mkdir(parents=True, exist_ok=True)
            with atomic_write(folder / EVENTS_FILE) as temporary:
                temporary.write_text("".join(f"{event.data}\n" for event in job.log.events), "utf-8")


def midi_path(folder: Path, take: int) -> Path:
    """The MIDI file of a take in its piece's folder."""
    return folder / f"take-{take}.mid"


def _ending(state: State, detail: str | None) -> Event:
    """The last event of a piece: ``done``, ``stopped`` or ``error``."""
    kind = "error" if state is State.FAILED else state.value
    return Event(kind, json.dumps({} if detail is None else {"detail": detail}))


def default_name(progression: Progression) -> str:
    """The chords alone, one that is repeated told once, as many as fit."""
    name = " ".join(chord for chord, _ in groupby(str(span.chord) for span in progression))
    return name if len(name) <= NAME_LENGTH else f"{name[:NAME_LENGTH].rpartition(' ')[0]}…"
