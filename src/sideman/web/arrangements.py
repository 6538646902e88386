"""Pieces as their owners see them: listed, looked at, renamed, deleted, heard. Knows no HTTP but its words for no.

What is kept is the affair of :class:`Catalogue` and :class:`PieceFiles`, what is under way that of :class:`Studio`;
here they become one answer.
"""

from __future__ import annotations

import contextlib
import logging
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Self

from sideman.arranging import Model
from sideman.errors import SidemanError
from sideman.pieces.composition import Composition
from sideman.pieces.document import from_document
from sideman.render.naming import file_stem
from sideman.web.catalogue import Catalogue
from sideman.web.descriptions import read_description
from sideman.web.desk import Desk, Order
from sideman.web.events import Event, EventLog
from sideman.web.filing import Filing
from sideman.web.jobs import Turn, bar_event, ending
from sideman.web.limits import check_minutes
from sideman.web.metrics import Metrics
from sideman.web.piece_files import PieceFiles, lost
from sideman.web.problems import Problem
from sideman.web.revised_schemas import RevisionView
from sideman.web.schemas import ArrangementView, BarsDone, Changing, Description
from sideman.web.sessions import Session
from sideman.web.settings import Settings
from sideman.web.store import UNFINISHED, Piece, State, Store
from sideman.web.studio import Studio
from sideman.web.turns import Queue

ELSEWHERE_RETRY_SECONDS = 2.0

log = logging.getLogger(__name__)


class Arrangements:
    """All pieces of all sessions."""

    def __init__(self, settings: Settings, files: Filing, catalogue: Catalogue, studio: Desk) -> None:
        self.settings = settings
        self.files = files
        self.catalogue = catalogue
        self.studio = studio
        self._unreadable: set[str] = set()  # pieces that were told of

    @classmethod
    def here(
        cls, settings: Settings, store: Store, model: Model, metrics: Metrics, queue: Queue[Turn] | None = None
    ) -> Self:
        """Those that this process composes, in the settings' folder."""
        files = PieceFiles(settings.data)
        catalogue = Catalogue(settings, store, files)
        return cls(settings, files, catalogue, Studio(settings, catalogue, files, model, metrics, queue))

    def open(self) -> None:
        """Mend what earlier servers left, and begin to compose."""
        self.catalogue.open()
        self.sweep()
        self.studio.open()

    def close(self) -> None:
        """Give pieces under way their grace, then write down what became of them."""
        self.studio.close()

    def create(self, session: Session, order: Order, address: str) -> ArrangementView:
        """Have a piece composed. Raises :class:`Problem` where too much is kept or under way."""
        return self._view(self.studio.begin(session.id, order, address))

    def find(self, session: Session | None, identity: str) -> Piece:
        """A piece of this session. Raises :class:`Problem` for any other: whether it exists is nobody's business."""
        piece = self.catalogue.get(session.id, identity) if session is not None else None
        job = self.studio.live.get(identity)
        if piece is not None and piece.state in UNFINISHED and job is None:  # it ended now, or with its server
            self.catalogue.stop_orphans()
            piece = self.catalogue.get(piece.session, identity)
        if piece is None:
            raise Problem(HTTPStatus.NOT_FOUND, "unknown", "no such arrangement in this session")
        for work in (job, self.studio.redoing.get(identity)):
            if work is not None:
                work.heard = time.monotonic()
        return piece

    def view(self, session: Session | None, identity: str) -> ArrangementView:
        """A piece for its owner."""
        return self._view(self.find(session, identity))

    def all(self, session: Session | None) -> list[ArrangementView]:
        """All pieces of a session that can be read, the latest first."""
        if session is None:
            return []
        pieces = self.catalogue.pieces(session.id)
        if any(piece.state in UNFINISHED and piece.id not in self.studio.live for piece in pieces):
            self.catalogue.stop_orphans()
            pieces = self.catalogue.pieces(session.id)
        views = []
        for piece in pieces:
            with contextlib.suppress(Problem):
                views.append(self._view(piece))
        return views

    def change(self, session: Session | None, identity: str, change: Changing) -> ArrangementView:
        """Give a piece another name, keep another text of its chart, or have it played in another way.

        Raises :class:`OptionError` and `Problem`.
        """
        piece, told = self.find(session, identity), change.told
        if told:
            asked, now = (
                description.model_copy(update=told) for description in (self._asked(piece), self._description(piece))
            )
            for take in range(now.takes):
                check_minutes(now.seconds_at(now.playing, now.chords_of(take)), self.settings)
            length = asked.seconds_at(asked.playing)
            self.catalogue.describe(piece, asked.model_copy(update={"seconds": length}).model_dump_json())
        if change.name is not None:
            self.catalogue.rename(piece, change.name)
        return self.view(session, identity)

    def delete(self, session: Session | None, identity: str) -> None:
        """Stop a piece where it is under way, and forget it."""
        self._forget(self.find(session, identity))

    def _forget(self, piece: Piece) -> None:
        self.catalogue.forget(piece)
        self.studio.drop(piece.id)

    def finished(self, session: Session | None, identity: str, take: int = 0) -> tuple[Piece, Description]:
        """A piece that is done and has this take. Raises :class:`Problem` for any other."""
        piece = self.find(session, identity)
        description = self._description(piece)
        if take >= description.takes:
            detail = f"no take {take}: they are counted from 0 to {description.takes - 1}"
            raise Problem(HTTPStatus.NOT_FOUND, "take", detail)
        if piece.state in UNFINISHED:
            raise Problem(HTTPStatus.CONFLICT, "unfinished", "it is still being composed: wait for the last bar", 1)
        if piece.state is not State.DONE:
            raise Problem(HTTPStatus.CONFLICT, piece.state, f"it was not finished: {piece.detail}")
        return piece, description

    def composition(self, piece: Piece, candidate: int | None = None) -> Composition | None:
        """A piece that is done, from its document, or as it would be with a candidate; None where it has no document.

        Raises :class:`Problem` where it is damaged, or there is no such candidate.
        """
        try:
            document = self.files.composition(piece)
            composition = None if document is None else from_document(document)
        except SidemanError as error:
            raise lost(piece, error) from error
        if candidate is None:
            return composition
        if composition is None or not candidate < len(composition.candidates):
            raise Problem(HTTPStatus.NOT_FOUND, "candidate", "no such candidate: it was chosen, or deleted")
        return composition.choosing(candidate)

    def events(self, session: Session | None, identity: str, candidate: int | None = None) -> tuple[EventLog, int]:
        """What happened to a piece so far, and how many bars it has; goes on growing while it is composed.

        Of one that is done and was changed since, or with a candidate, its bars as they are then.
        """
        if candidate is not None:
            return self._told(self.finished(session, identity)[0], candidate)
        piece = self.find(session, identity)
        job = self.studio.live.get(identity)
        if job is not None:
            return job.log, job.bars
        piece = self.find(session, identity)  # it may have ended in between
        if piece.state in UNFINISHED:
            detail = "another server composes it: ask that one, or come again when it is done"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "elsewhere", detail, ELSEWHERE_RETRY_SECONDS)
        if piece.state is State.DONE and self.files.is_revised(piece):
            return self._told(piece)
        description = self._description(piece)
        try:
            bars = [Event("bar", line) for line in self.files.bars(piece)]
        except Problem:
            if piece.state is not State.FAILED:
                raise
            bars = []  # of what failed nothing may be left; why it did is told all the same
        return EventLog([*bars, ending(piece.state, piece.detail)], closed=True), description.bars * description.takes

    def _told(self, piece: Piece, candidate: int | None = None) -> tuple[EventLog, int]:
        """All bars, made of the document."""
        composition = self.composition(piece, candidate)
        if composition is None:
            raise lost(piece, "its document is not there")
        try:
            bars = [bar_event(bar) for take in range(len(composition.takes)) for bar in composition.bars(take)]
        except SidemanError as error:
            raise lost(piece, error) from error
        return EventLog([*bars, ending(piece.state, piece.detail)], closed=True), len(bars)

    def sweep(self) -> None:
        """Delete what is older than the retention time, and go on with deletions; stop what has no server."""
        self.catalogue.stop_orphans()
        for piece in self.catalogue.expired():
            try:
                self._forget(piece)
            except OSError as error:  # others can be; the next sweep tries again
                log.warning("a piece can't be deleted: %s", error, extra={"piece": piece.id[:8]})
        self.catalogue.sweep()

    def _asked(self, piece: Piece) -> Description:
        """What was asked for. Raises :class:`Problem` where it can't be read."""
        try:
            return read_description(piece.description)
        except ValueError as error:
            if piece.id not in self._unreadable:
                self._unreadable.add(piece.id)
                log.warning("a piece can't be read and is passed over: %s", error, extra={"piece": piece.id[:8]})
            detail = "this version of the server can't read this piece: delete it, or tell who runs the server"
            raise Problem(HTTPStatus.GONE, "unreadable", detail) from error

    def _description(self, piece: Piece) -> Description:
        """The same with the revisions that stand now, and the key. Raises :class:`Problem` where it can't be read."""
        description = self._asked(piece)
        if piece.state is not State.DONE or not self.files.is_revised(piece):
            return description
        composition = self.composition(piece)
        if composition is None:
            return description
        told = zip(composition.revisions, composition.given, strict=True)
        revisions = [RevisionView.of(revision, notes) for revision, notes in told]
        return description.model_copy(update={"revisions": revisions, "key": composition.plan.told_key.name})

    def _view(self, piece: Piece) -> ArrangementView:
        job = self.studio.live.get(piece.id)
        description = self._description(piece)
        of = description.bars * description.takes
        state, bars = piece.state, 0
        if state is State.DONE:
            bars = of
        elif state is State.STOPPED:
            with contextlib.suppress(Problem):
                bars = len(self.files.bars(piece))
        elif job is not None:
            state, bars = job.state, min(of, len(job.log.events))
        return ArrangementView.model_construct(
            **dict(description),
            id=piece.id,
            name=piece.name,
            file_name=file_stem(piece.name),
            state=state,
            detail=piece.detail,
            created=datetime.fromtimestamp(piece.created, UTC),
            progress=BarsDone(bars=bars, of=of),
        )
