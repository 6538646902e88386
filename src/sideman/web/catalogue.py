"""Which pieces there are, whose they are, and how many may be: rows and folders, kept in step. Knows no jobs.

A folder's manifest is written before the store's row and outlives it: rows that were lost are made again from folders.
What is deleted says so on the disk before its row goes: nothing deleted comes back, and nothing else is deleted.
"""

from __future__ import annotations

import contextlib
import logging
import time
from dataclasses import replace
from http import HTTPStatus

from sideman.errors import DataError
from sideman.web.disk import full
from sideman.web.filing import Filing
from sideman.web.manifest import request_of
from sideman.web.piece_files import Key
from sideman.web.problems import Problem
from sideman.web.sessions import SECONDS_PER_DAY
from sideman.web.settings import MEGABYTE, Settings
from sideman.web.store import STOPPING, UNFINISHED, Piece, State, Store

log = logging.getLogger(__name__)


class Catalogue:
    """All pieces of all sessions."""

    def __init__(self, settings: Settings, store: Store, files: Filing) -> None:
        self._settings = settings
        self._store = store
        self._files = files

    def open(self) -> None:
        """Mend what earlier servers left: deletions half done, rows that were lost, folders without a manifest."""
        self.stop_orphans()
        self.sweep()
        found = self._files.found()
        known = self._store.folders()  # after the folders: whoever deletes a piece renames its folder first
        if found.others - known:
            count = len(found.others - known)
            log.warning("what this server did not make is left alone in sessions/", extra={"count": count})
        lost = [piece for key in sorted(found.marked - known) if (piece := self._files.read(key)) is not None]
        if lost:
            self._store.restore([_ended(piece) for piece in lost])
            log.warning("pieces that the store had lost are back", extra={"count": len(lost)})
        marked = [self._mark(session, identity) for session, identity in sorted(known - found.marked)]
        if any(marked):
            log.info("pieces of an earlier version have manifests now", extra={"count": sum(marked)})
        with self._store.alone() as alone:
            if alone:
                self._files.remove_unfinished(found.marked)

    def _mark(self, session: str, identity: str) -> bool:
        """Give a piece of an earlier version its manifest; whether that was done."""
        piece = self._store.get(session, identity)
        if piece is None or piece.state in UNFINISHED:  # of these its own server writes one
            return False
        if piece.state is State.DONE and not self._files.is_there(piece):  # its files are lost
            return False
        try:
            self._files.mark(piece)
        except (DataError, OSError, ValueError) as error:
            log.warning("a piece gets no manifest: %s", error, extra={"piece": identity[:8]})
            return False
        return True

    def add(self, piece: Piece) -> None:
        """Keep a new piece. Raises :class:`Problem` where the disk is full, or its session has as many as it may."""
        limit = self._settings.max_pieces
        if not self._files.has_room(self._settings.reserve_megabytes * MEGABYTE):
            raise full()
        self._files.mark(piece)
        if not self._store.add(piece, limit):
            detail = f"you keep {limit} pieces, more is not possible: delete one"
            raise Problem(HTTPStatus.CONFLICT, "quota", detail)

    def make_room(self, session: str) -> None:
        """Delete the oldest pieces that have ended and were given no name, where a session has too many."""
        for piece in self._store.spare(session, self._settings.max_pieces):
            self.forget(piece)

    def get(self, session: str, identity: str) -> Piece | None:
        """A piece of this session."""
        return self._store.get(session, identity)

    def pieces(self, session: str) -> list[Piece]:
        """All of a session, the latest first."""
        return self._store.pieces(session)

    def rename(self, piece: Piece, name: str) -> None:
        """Give a piece another name, which a person chose."""
        self._files.mark(piece, name=name, named=True)
        if not self._store.rename(piece.session, piece.id, name):  # deleted meanwhile
            self.forget(piece)

    def describe(self, piece: Piece, description: str) -> None:
        """Keep other words about a piece: how it is played."""
        self._files.mark(piece, request=request_of(description))
        if not self._store.describe(piece.session, piece.id, description):  # deleted meanwhile
            self.forget(piece)

    def finish(self, piece: Piece, state: State, detail: str | None) -> bool:
        """Write down how a piece ended; False where it was deleted meanwhile."""
        if self._files.is_there(piece):
            self._files.mark(piece, state=state, detail=detail)
        return self._store.finish(piece.id, state, detail)

    def fail(self, piece: Piece, detail: str) -> bool:
        """The same of a piece that could not be kept: the store says so even where the disk takes no manifest."""
        with contextlib.suppress(DataError, OSError):
            return self.finish(piece, State.FAILED, detail)
        return self._store.finish(piece.id, State.FAILED, detail)

    def forget(self, piece: Piece) -> None:
        """Delete a piece, row and files."""
        with self._files.deleting(Key(piece.session, piece.id)):
            self._store.delete(piece.session, piece.id)

    def stop_orphans(self) -> None:
        """Mark as stopped what servers that have ended left unfinished."""
        stopped = self._store.stop_unfinished(STOPPING)
        if stopped:
            log.warning("pieces were left unfinished and are marked as stopped", extra={"count": stopped})

    def expired(self) -> list[Piece]:
        """Pieces that are older than the retention time."""
        return self._store.older(self._oldest)

    def sweep(self) -> None:
        """Go on with deletions that were begun, and forget sessions without pieces that were not used for long."""
        for key in self._files.found().deleted:
            with self._files.deleting(key):
                self._store.delete(*key)
        self._store.sweep_sessions(self._oldest)

    @property
    def _oldest(self) -> float:
        return time.time() - self._settings.retention_days * SECONDS_PER_DAY


def _ended(piece: Piece) -> Piece:
    """A piece whose row was lost: nobody composes it any more."""
    return replace(piece, state=State.STOPPED, detail=STOPPING) if piece.state in UNFINISHED else piece
