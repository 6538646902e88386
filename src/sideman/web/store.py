"""Sessions and pieces that outlive the server, in SQLite. Knows rows and who writes them; no files, no cookies.

:class:`Store` is the port: what several servers share stands behind it.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from sideman.errors import DataError
from sideman.web.database import COLUMNS, DAMAGED, open_database
from sideman.web.owners import Owners

VALUES = "?, ?, ?, ?, ?, ?, ?, ?"
LATEST = 253_402_300_799  # the last second of the year 9999

log = logging.getLogger(__name__)


class State(StrEnum):
    """How far a piece has come."""

    WAITING = "waiting"
    COMPOSING = "composing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


UNFINISHED = (State.WAITING, State.COMPOSING)
STOPPING = "the server was stopped before it was finished: ask for it again"


@dataclass(frozen=True)
class Piece:
    """What is kept of a piece besides its files. ``description`` is JSON, ``created`` seconds since 1970.

    ``named`` says whether a person gave it its name.
    """

    id: str
    session: str
    name: str
    description: str
    state: State
    detail: str | None
    created: float
    named: bool = False


class Store(Protocol):
    """Keeps sessions and pieces. A piece is only ever found together with its session.

    Several servers may share one. A piece belongs to the server that added it until it is finished.
    """

    def use_session(self, session: str, now: float) -> None:
        """Remember a session, new or not, as used at this moment."""

    def has_session(self, session: str) -> bool:
        """Whether it was used and not swept."""

    def add(self, piece: Piece, limit: int) -> bool:
        """Keep a piece, unless its session has ``limit`` already that can't make room: named ones, unfinished ones."""

    def restore(self, pieces: Iterable[Piece]) -> None:
        """Keep pieces that were lost, with their sessions; those that are there stay as they are."""

    def spare(self, session: str, limit: int) -> list[Piece]:
        """The oldest pieces that can make room, as many as a session has more than ``limit``."""

    def get(self, session: str, piece: str) -> Piece | None:
        """A piece of this session."""

    def pieces(self, session: str) -> list[Piece]:
        """All of a session, the latest first."""

    def rename(self, session: str, piece: str, name: str) -> bool:
        """Give a piece another name, which a person chose; False where there is none."""

    def describe(self, session: str, piece: str, description: str) -> bool:
        """Keep other words about a piece; False where there is none."""

    def finish(self, piece: str, state: State, detail: str | None = None) -> bool:
        """Write down how a piece ended; False where it was deleted meanwhile."""

    def delete(self, session: str, piece: str) -> bool:
        """Forget a piece; False where there is none."""

    def stop_unfinished(self, detail: str) -> int:
        """Mark as stopped what servers that have ended left unfinished; how many."""

    def alone(self) -> AbstractContextManager[bool]:
        """Gives whether no other server shares this store, and lets none begin to until the block ends."""

    def older(self, before: float) -> list[Piece]:
        """Pieces from before a time."""

    def sweep_sessions(self, before: float) -> None:
        """Forget sessions that have no pieces and were not used since a time."""

    def folders(self) -> set[tuple[str, str]]:
        """Session and id of every piece."""

    def close(self) -> None:
        """No call comes after this one."""


class SQLiteStore:
    """A :class:`Store` in one file, for the servers of one machine. A file that is damaged is set aside.

    Raises :class:`DataError` where the folder can't be used. May be called by any thread.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._unreadable: set[object] = set()  # rows that were told of
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)  # nobody else on this machine
            with ExitStack() as undoing:
                self._owners = Owners(folder)
                undoing.callback(self._owners.close)
                with self._owners.standstill():  # one after the other makes the tables
                    self._database = self._open_or_set_aside(folder / "sideman.db")
                undoing.pop_all()
        except (OSError, sqlite3.Error) as error:
            raise DataError(f"cannot keep pieces in {folder}: {error}; give another folder with --data") from error

    def _open_or_set_aside(self, path: Path) -> sqlite3.Connection:
        """The database at ``path``. One that is damaged gets another name, and a new one its place."""
        try:
            return open_database(path)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in DAMAGED:
                raise
            if not self._owners.alone():
                raise DataError(
                    f"{path} is damaged ({error}) and another server uses it: stop that one first"
                ) from error
            aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{self._owners.name}")
            for suffix in ("", "-wal", "-shm"):
                if path.with_name(path.name + suffix).exists():
                    path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
            log.warning("%s is damaged (%s) and set aside as %s: a new one takes its place", path, error, aside.name)
            return open_database(path)

    def use_session(self, session: str, now: float) -> None:
        """See :class:`Store`."""
        use = "insert into sessions values (?, ?) on conflict (id) do update set used = excluded.used"
        self._change(use, session, now)

    def has_session(self, session: str) -> bool:
        """See :class:`Store`."""
        return bool(self._rows("select 1 from sessions where id = ?", session))

    def add(self, piece: Piece, limit: int) -> bool:
        """See :class:`Store`."""
        return self._change(
            f"insert into pieces ({COLUMNS}, owner) select {VALUES}, ? "
            "where (select count(*) from pieces where session = ? and (named or state in (?, ?))) < ? "
            # Another server that has just begun may have found its folder and taken it for one of a lost row.
            "on conflict (id) do update set state = excluded.state, detail = excluded.detail, owner = excluded.owner",
            *(*_row(piece), self._owners.name, piece.session, *UNFINISHED, limit),
        )

    def restore(self, pieces: Iterable[Piece]) -> None:
        """See :class:`Store`."""
        pieces = list(pieces)
        use = "insert into sessions values (?, ?) on conflict (id) do update set used = max(used, excluded.used)"
        with self._lock, self._database:
            self._database.execute("begin immediate")
            self._database.executemany(use, [(piece.session, piece.created) for piece in pieces])
            self._database.executemany(
                f"insert or ignore into pieces ({COLUMNS}) values ({VALUES})", [_row(piece) for piece in pieces]
            )

    def spare(self, session: str, limit: int) -> list[Piece]:
        """See :class:`Store`."""
        return self._pieces(
            "where session = ? and not named and state not in (?, ?) order by created, id "
            "limit max(0, (select count(*) from pieces where session = ?) - ?)",
            *(session, *UNFINISHED, session, limit),
        )

    def get(self, session: str, piece: str) -> Piece | None:
        """See :class:`Store`."""
        found = self._pieces("where session = ? and id = ?", session, piece)
        return found[0] if found else None

    def pieces(self, session: str) -> list[Piece]:
        """See :class:`Store`."""
        return self._pieces("where session = ? order by created desc, id", session)

    def rename(self, session: str, piece: str, name: str) -> bool:
        """See :class:`Store`."""
        return self._change("update pieces set name = ?, named = 1 where session = ? and id = ?", name, session, piece)

    def describe(self, session: str, piece: str, description: str) -> bool:
        """See :class:`Store`."""
        return self._change(
            "update pieces set description = ? where session = ? and id = ?", description, session, piece
        )

    def finish(self, piece: str, state: State, detail: str | None = None) -> bool:
        """See :class:`Store`."""
        return self._change("update pieces set state = ?, detail = ? where id = ?", state, detail, piece)

    def delete(self, session: str, piece: str) -> bool:
        """See :class:`Store`."""
        return self._change("delete from pieces where session = ? and id = ?", session, piece)

    def stop_unfinished(self, detail: str) -> int:
        """See :class:`Store`."""
        owners = "select distinct owner from pieces where state in (?, ?) and owner not null"
        found = [owner for (owner,) in self._rows(owners, *UNFINISHED)]
        with self._owners.standstill():
            ended = self._owners.dead(found)
        stop = "update pieces set state = ?, detail = ? where state in (?, ?) and owner is ?"
        stopped = [(State.STOPPED, detail, *UNFINISHED, owner) for owner in (*ended, None)]
        with self._lock:
            return self._database.executemany(stop, stopped).rowcount

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """See :class:`Store`."""
        with self._owners.standstill():
            yield self._owners.alone()

    def older(self, before: float) -> list[Piece]:
        """See :class:`Store`."""
        return self._pieces("where created < ?", before)

    def sweep_sessions(self, before: float) -> None:
        """See :class:`Store`."""
        self._change("delete from sessions where used < ? and id not in (select session from pieces)", before)

    def folders(self) -> set[tuple[str, str]]:
        """See :class:`Store`."""
        return {(str(session), str(piece)) for session, piece in self._rows("select session, id from pieces")}

    def close(self) -> None:
        """See :class:`Store`."""
        with self._lock:
            self._database.close()
            self._owners.close()

    def _pieces(self, where: str, *values: object) -> list[Piece]:
        pieces = [self._piece(row) for row in self._rows(f"select {COLUMNS} from pieces {where}", *values)]
        return [piece for piece in pieces if piece is not None]

    def _piece(self, row: tuple[Any, ...]) -> Piece | None:
        """A row; None, with a line in the log, for one that a later version wrote or that is damaged."""
        identity, session, name, description, state, detail, created, named = row
        texts = (identity, session, name, description, detail or "")
        ours = all(isinstance(text, str) for text in texts) and state in tuple(State)
        if ours and isinstance(created, int | float) and 0 <= created <= LATEST:
            return Piece(identity, session, name, description, State(state), detail, float(created), bool(named))
        if identity not in self._unreadable:
            self._unreadable.add(identity)
            log.warning("a row of the store can't be read and is passed over", extra={"piece": str(identity)[:8]})
        return None

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    def _change(self, statement: str, *values: object) -> bool:
        with self._lock:
            return self._database.execute(statement, values).rowcount > 0


def _row(piece: Piece) -> tuple[object, ...]:
    """The values of :data:`COLUMNS`."""
    return (
        *(piece.id, piece.session, piece.name, piece.description),
        *(piece.state, piece.detail, piece.created, piece.named),
    )
