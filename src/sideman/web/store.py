"""Sessions and pieces that outlive the server, in SQLite. Knows rows; no files, no cookies and nothing under way.

:class:`Store` is the port: what several server processes would share stands behind it.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from sideman.errors import DataError

VERSION = 1  # of the tables, as SQLite's user_version
BUSY_SECONDS = 10.0
TABLES = """
create table sessions (id text primary key, created real not null) without rowid;
create table pieces (
    id text primary key,
    session text not null references sessions (id),
    name text not null,
    description text not null,
    state text not null,
    detail text,
    created real not null
) without rowid;
create index pieces_of_session on pieces (session, created);
create index pieces_by_age on pieces (created);
"""


class State(StrEnum):
    """How far a piece has come."""

    WAITING = "waiting"
    COMPOSING = "composing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class Piece:
    """What is kept of a piece besides its files. ``description`` is JSON, ``created`` seconds since 1970."""

    id: str
    session: str
    name: str
    description: str
    state: State
    detail: str | None
    created: float


class Store(Protocol):
    """Keeps sessions and pieces. A piece is only ever found together with its session."""

    def add_session(self, session: str, now: float) -> None:
        """Remember a new session."""

    def has_session(self, session: str) -> bool:
        """Whether it was added and not swept."""

    def add(self, piece: Piece, limit: int) -> bool:
        """Keep a piece, unless its session has ``limit`` already."""

    def get(self, session: str, piece: str) -> Piece | None:
        """A piece of this session."""

    def pieces(self, session: str) -> list[Piece]:
        """All of a session, the latest first."""

    def rename(self, session: str, piece: str, name: str) -> bool:
        """Give a piece another name; False where there is none."""

    def finish(self, piece: str, state: State, detail: str | None = None) -> bool:
        """Write down how a piece ended; False where it was deleted meanwhile."""

    def delete(self, session: str, piece: str) -> bool:
        """Forget a piece; False where there is none."""

    def stop_unfinished(self, detail: str) -> int:
        """Mark as stopped what an earlier server left unfinished; how many."""

    def sweep(self, before: float) -> list[Piece]:
        """Forget the pieces from before a time, and sessions as old that have none; the pieces."""

    def folders(self) -> set[tuple[str, str]]:
        """Session and id of every piece."""

    def close(self) -> None:
        """No call comes after this one."""


class SQLiteStore:
    """A :class:`Store` in one file, for one server: a second one that opens the same folder is refused.

    Raises :class:`DataError` where the folder can't be used. May be called by any thread.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)  # nobody else on this machine
            self._guard = _claim(folder)
            self._database = self._open(folder / "sideman.db")
        except (OSError, sqlite3.Error) as error:
            raise DataError(f"cannot keep pieces in {folder}: {error}; give another folder with --data") from error

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        database = sqlite3.connect(path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")  # what is said to be done survives a power cut
        (version,) = database.execute("pragma user_version").fetchone()
        if version == 0:
            database.executescript(f"begin; {TABLES} pragma user_version = {VERSION}; commit;")
        elif version != VERSION:
            raise DataError(f"{path} was written by another version of Sideman: update, or give another --data")
        return database

    def add_session(self, session: str, now: float) -> None:
        """See :class:`Store`."""
        self._change("insert into sessions values (?, ?)", session, now)

    def has_session(self, session: str) -> bool:
        """See :class:`Store`."""
        return bool(self._rows("select 1 from sessions where id = ?", session))

    def add(self, piece: Piece, limit: int) -> bool:
        """See :class:`Store`."""
        return self._change(
            "insert into pieces select ?, ?, ?, ?, ?, ?, ? where (select count(*) from pieces where session = ?) < ?",
            *(piece.id, piece.session, piece.name, piece.description, piece.state, piece.detail, piece.created),
            *(piece.session, limit),
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
        return self._change("update pieces set name = ? where session = ? and id = ?", name, session, piece)

    def finish(self, piece: str, state: State, detail: str | None = None) -> bool:
        """See :class:`Store`."""
        return self._change("update pieces set state = ?, detail = ? where id = ?", state, detail, piece)

    def delete(self, session: str, piece: str) -> bool:
        """See :class:`Store`."""
        return self._change("delete from pieces where session = ? and id = ?", session, piece)

    def stop_unfinished(self, detail: str) -> int:
        """See :class:`Store`."""
        with self._lock:
            cursor = self._database.execute(
                "update pieces set state = ?, detail = ? where state in (?, ?)",
                (State.STOPPED, detail, State.WAITING, State.COMPOSING),
            )
            return cursor.rowcount

    def sweep(self, before: float) -> list[Piece]:
        """See :class:`Store`."""
        old = self._pieces("where created < ?", before)
        with self._lock:
            self._database.executemany("delete from pieces where id = ?", [(piece.id,) for piece in old])
            self._database.execute(
                "delete from sessions where created < ? and id not in (select session from pieces)", (before,)
            )
        return old

    def folders(self) -> set[tuple[str, str]]:
        """See :class:`Store`."""
        return {(str(session), str(piece)) for session, piece in self._rows("select session, id from pieces")}

    def close(self) -> None:
        """See :class:`Store`."""
        with self._lock:
            self._database.close()
            self._guard.close()

    def _pieces(self, where: str, *values: object) -> list[Piece]:
        columns = "id, session, name, description, state, detail, created"
        rows = self._rows(f"select {columns} from pieces {where}", *values)
        return [
            Piece(identity, session, name, description, State(state), detail, created)
            for identity, session, name, description, state, detail, created in rows
        ]

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    def _change(self, statement: str, *values: object) -> bool:
        with self._lock:
            return self._database.execute(statement, values).rowcount > 0


def _claim(folder: Path) -> sqlite3.Connection:
    """Hold ``folder`` until the connection is closed, or the process ends in any way."""
    guard = sqlite3.connect(folder / "server.lock", 0.5, isolation_level=None, check_same_thread=False)
    try:
        guard.execute("begin exclusive")
    except sqlite3.OperationalError as error:
        guard.close()
        raise DataError(f"another server keeps its pieces in {folder}: stop it, or give another --data") from error
    return guard
