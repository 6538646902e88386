"""The database of sessions and pieces: its tables are made, brought up to date and looked through. Knows no pieces."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sideman.errors import DataError

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
# What SQLite says of a file that is none of its own, is damaged, or has other tables than ours.
DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR)


def open_database(path: Path) -> sqlite3.Connection:
    """The database at ``path``, new where there is none. Raises :class:`sqlite3.Error` where it is damaged."""
    database = sqlite3.connect(path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _prepare(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    """Check a database, and make it one of this version."""
    database.execute("pragma journal_mode = wal")
    database.execute("pragma synchronous = full")  # what is said to be done survives a power cut
    ((state, *_),) = database.execute("pragma integrity_check(1)")
    if state != "ok":
        raise _damaged(" ".join(state.split()))
    ((version, *_),) = database.execute("pragma user_version")
    if version > len(VERSIONS):
        raise DataError(f"{path} was written by a later version of Sideman: update, or give another --data")
    for number, change in enumerate(VERSIONS[version:], version + 1):
        database.executescript(f"begin; {change} pragma user_version = {number}; commit;")
    database.execute(f"select {COLUMNS}, owner from pieces limit 0")
    database.execute("select id, used from sessions limit 0")
    _check_texts(database)


def _check_texts(database: sqlite3.Connection) -> None:
    """Look for what SQLite doesn't: texts that are no texts any more. Raises :class:`sqlite3.DatabaseError`."""
    try:
        for row in database.execute(f"select {COLUMNS}, owner, json_valid(description) from pieces"):
            if not row[-1]:
                raise _damaged("a description is not JSON")
    except sqlite3.OperationalError as error:  # a text is not UTF-8
        raise _damaged(str(error)) from error


def _damaged(why: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(why)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
