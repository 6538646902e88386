"""What is changed in pieces that are there: redone, chosen, undone, named. Knows documents; no HTTP but words for no.

The document is the truth, and the only file that a change writes: whatever kills the server, the piece is as before or
as after.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from sideman.errors import SidemanError
from sideman.music.band import Role
from sideman.music.key import Key
from sideman.pieces.composition import Composition
from sideman.pieces.document import from_document, to_document
from sideman.tokens.grid import GridLoss
from sideman.web.arrangements import Arrangements
from sideman.web.events import EventLog
from sideman.web.given_schemas import GivenView
from sideman.web.jobs import ending, told
from sideman.web.piece_files import lost
from sideman.web.problems import Problem
from sideman.web.revision_schemas import EditedView, Editing, HistoryView, Redoing
from sideman.web.schemas import MAX_HISTORY
from sideman.web.sessions import Session
from sideman.web.store import Piece, State


class Revisions:
    """The histories of all pieces."""

    def __init__(self, arrangements: Arrangements) -> None:
        self._arrangements = arrangements
        self._studio = arrangements.studio
        self._files = arrangements.files
        self._changing = threading.Lock()  # one changes a document at a time

    def history(self, session: Session | None, identity: str) -> HistoryView:
        """What was changed in a piece. Raises :class:`Problem` where it is not done."""
        piece, _, composition = self._read(session, identity)
        return self._view(piece, composition)

    def redo(self, session: Session | None, identity: str, request: Redoing, address: str) -> HistoryView:
        """Have a part of a piece composed anew. Raises :class:`Problem` where it can't be."""
        with self._changing:
            piece, document, composition = self._free(session, identity)
            _check_room(composition)
            redo = self._studio.prepare_redo(piece, document, composition, request)
            self._studio.begin_redo(redo, request, address)
            return self._view(piece, composition)

    def edit(self, session: Session | None, identity: str, request: Editing) -> EditedView:
        """Have notes stand in bars of a piece. Raises :class:`Problem` and :class:`OptionError` where they can't."""
        losses: dict[Role, GridLoss] = {}

        def edited(composition: Composition) -> Composition:
            _check_room(composition)
            changed, lost_on_grid = composition.with_edit(request.edit())
            losses.update(lost_on_grid)
            return changed

        history = self._change(session, identity, edited)
        return EditedView(**dict(history), edited=[GivenView.of(role, loss) for role, loss in losses.items()])

    def move(self, session: Session | None, identity: str, position: int) -> HistoryView:
        """Undo and redo. Raises :class:`OptionError` for a position that there is not."""
        return self._change(session, identity, lambda piece: piece.at(position))

    def choose(self, session: Session | None, identity: str, candidate: int) -> HistoryView:
        """Let one of the candidates stand. Raises :class:`OptionError` for one that there is not."""
        return self._change(session, identity, lambda piece: piece.choosing(candidate), settled=True)

    def drop(self, session: Session | None, identity: str) -> HistoryView:
        """Forget all candidates."""
        return self._change(session, identity, lambda piece: piece.offering(()), settled=True)

    def rename(self, session: Session | None, identity: str, number: int, name: str) -> HistoryView:
        """Give a revision another name. Raises :class:`OptionError` for one that there is not."""
        return self._change(session, identity, lambda piece: piece.renamed(number, name), settled=True)

    def sign(self, session: Session | None, identity: str, key: Key | None) -> None:
        """Give a piece another key signature; None: that of its chords."""
        self._change(
            session,
            identity,
            lambda piece: replace(piece, plan=replace(piece.plan, signature=key)),
            settled=True,
        )

    def events(self, session: Session | None, identity: str) -> tuple[EventLog, int]:
        """What is told of a revision that is composed now, or was the last thing to be; else of the candidates."""
        piece, _, composition = self._read(session, identity)
        redo = self._studio.redoing.get(piece.id)
        log = self._studio.redone(piece.id) if redo is None else redo.log
        if log is not None:
            return log, len(log.events)
        events = told(composition) if composition.candidates else []
        return EventLog([*events, ending(State.DONE, None)], closed=True), len(events)

    def _change(
        self,
        session: Session | None,
        identity: str,
        change: Callable[[Composition], Composition],
        *,
        settled: bool = False,
    ) -> HistoryView:
        """Write a changed piece; unless it is ``settled`` by that, candidates stand in the way."""
        with self._changing:
            piece, document, composition = self._free(session, identity, settled=settled)
            changed = change(composition)
            self._files.revise(piece, to_document(changed), document)
            self._studio.forget_redone(piece.id)
        return self._view(piece, changed)

    def _view(self, piece: Piece, composition: Composition) -> HistoryView:
        redo = self._studio.redoing.get(piece.id)
        return HistoryView.of(composition, None if redo is None else redo.done)

    def _read(self, session: Session | None, identity: str) -> tuple[Piece, bytes, Composition]:
        piece, _ = self._arrangements.finished(session, identity)
        try:
            document = self._files.composition(piece)
            if document is None:
                detail = "an earlier version composed it, and kept no ids: compose it again to change it"
                raise Problem(HTTPStatus.CONFLICT, "unchangeable", detail)
            return piece, document, from_document(document)
        except SidemanError as error:
            raise lost(piece, error) from error

    def _free(
        self, session: Session | None, identity: str, *, settled: bool = False
    ) -> tuple[Piece, bytes, Composition]:
        """A piece of which nothing is composed or waits to be chosen."""
        piece, document, composition = self._read(session, identity)
        if piece.id in self._studio.redoing:
            raise Problem(HTTPStatus.CONFLICT, "redoing", "a part of it is being composed anew: wait for that", 1)
        if composition.candidates and not settled:
            detail = f"{len(composition.candidates)} candidates wait: choose one, or delete them"
            raise Problem(HTTPStatus.CONFLICT, "candidates", detail)
        return piece, document, composition


def _check_room(composition: Composition) -> None:
    """Raises :class:`Problem` where no revision more can stand."""
    if len(composition.revisions) >= MAX_HISTORY:
        raise Problem(HTTPStatus.CONFLICT, "history", f"{MAX_HISTORY} revisions stand: undo some")
