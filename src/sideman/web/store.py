"""Sessions and pieces that outlive the server, in SQLite. Knows rows and who writes them; no files, no cookies.

:class:`Store` is the port: what several servers share stands behind it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from sideman.errors import DataError
from sideman.web.owners import Owners

BUSY_SECONDS = 10.0
# Each makes of the version before the next one; the number of them is SQLite's user_version.
VERSIONS = (
    """
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
""",
    "alter table pieces add column owner text;",  # the server that composes it, see owners.py
    # Of earlier pieces nobody knows who named them: they count as named, and none makes room.
    """
alter table sessions rename column created to used;
alter table pieces add column named integer not null default 1;
""",
)
COLUMNS = "id, session, name, description, state, detail, created, named"  # of a Piece, in its order


class State(StrEnum):
    """How far a piece has come."""

    WAITING = "waiting"
    COMPOSING = "composing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


UNFINISHED = (State.WAITING, State.COMPOSING)


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

    def make_room(self, session: str, limit: int) -> list[Piece]:
        """Forget the oldest pieces that can make room until a session has no more than ``limit``; those."""

    def get(self, session: str, piece: str) -> Piece | None:
        """A piece of this session."""

    def pieces(self, session: str) -> list[Piece]:
        """All of a session, the latest first."""

    def rename(self, session: str, piece: str, name: str) -> bool:
        """Give a piece another name, which a person chose; False where there is none."""

    def finish(self, piece: str, state: State, detail: str | None = None) -> bool:
        """Write down how a piece ended; False where it was deleted meanwhile."""

    def delete(self, session: str, piece: str) -> bool:
        """Forget a piece; False where there is none."""

    def stop_unfinished(self, detail: str) -> int:
        """Mark as stopped what servers that have ended left unfinished; how many."""

    def alone(self) -> AbstractContextManager[bool]:
        """Gives whether no other server shares this store, and lets none begin to until the block ends."""

    def sweep(self, before: float) -> list[Piece]:
        """Forget the pieces from before a time, and sessions unused since then that have none; the pieces."""

    def folders(self) -> set[tuple[str, str]]:
        """Session and id of every piece."""

    def close(self) -> None:
        """No call comes after this one."""


class SQLiteStore:
    """A :class:`Store` in one file, for the servers of one machine.

    Raises :class:`DataError` where the folder can't be used. May be called by any thread.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)  # nobody else on this machine
            with ExitStack() as undoing:
                self._owners = Owners(folder)
                undoing.callback(self._owners.close)
                with self._owners.standstill():  # one after the other makes the tables
                    self._database = self._open(folder / "sideman.db")
                undoing.pop_all()
        except (OSError, sqlite3.Error) as error:
            raise DataError(f"cannot keep pieces in {folder}: {error}; give another folder with --data") from error

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        database = sqlite3.connect(path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")  # what is said to be done survives a power cut
        (version,) = database.execute("pragma user_version").fetchone()
        if version > len(VERSIONS):
            raise DataError(f"{path} was written by a later version of Sideman: update, or give another --data")
        for number, change in enumerate(VERSIONS[version:], version + 1):
            database.executescript(f"begin; {change} pragma user_version = {number}; commit;")
        return database

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
            f"insert into pieces ({COLUMNS}, owner) select ?, ?, ?, ?, ?, ?, ?, ?, ? "
            "where (select count(*) from pieces where session = ? and (named or state in (?, ?))) < ?",
            *(piece.id, piece.session, piece.name, piece.description, piece.state, piece.detail, piece.created),
            *(piece.named, self._owners.name, piece.session, *UNFINISHED, limit),
        )

    def make_room(self, session: str, limit: int) -> list[Piece]:
        """See :class:`Store`."""
        spare = self._pieces(
            "where session = ? and not named and state not in (?, ?) order by created, id "
            "limit max(0, (select count(*) from pieces where session = ?) - ?)",
            *(session, *UNFINISHED, session, limit),
        )
        return [piece for piece in spare if self.delete(piece.session, piece.id)]

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

    def sweep(self, before: float) -> list[Piece]:
        """See :class:`Store`."""
        old = self._pieces("where created < ?", before)
        with self._lock:
            self._database.executemany("delete from pieces where id = ?", [(piece.id,) for piece in old])
            self._database.execute(
                "delete from sessions where used < ? and id not in (select session from pieces)", (before,)
            )
        return old

    def folders(self) -> set[tuple[str, str]]:
        """See :class:`Store`."""
        return {(str(session), str(piece)) for session, piece in self._rows("select session, id from pieces")}

    def close(self) -> None:
        """See :class:`Store`."""
        with self._lock:
            self._database.close()
            self._owners.close()

    def _pieces(self, where: str, *values: object) -> list[Piece]:
        rows = self._rows(f"select {COLUMNS} from pieces {where}", *values)
        return [
            Piece(identity, session, name, description, State(state), detail, created, bool(named))
            for identity, session, name, description, state, detail, created, named in rows
        ]

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    def _change(self, statement: str, *values: object) -> bool:
        with self._lock:
            return self._database.execute(statement, values).rowcount > 0
