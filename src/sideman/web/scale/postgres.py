"""Sessions and pieces in PostgreSQL, for any number of processes. Knows rows; no files, no queue.

Beside what a :class:`~sideman.web.store.Store` keeps, a row has what it takes to compose its piece again, and which
document stands: a change of document is one comparison and one write, so that of two processes one is refused.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from sideman.errors import DataError
from sideman.web.store import UNFINISHED, Piece, State

COLUMNS = "id, session, name, description, state, detail, created, named"  # of a Piece, in its order
UNENDED = "('waiting', 'composing')"
POOL = 8  # connections that a process keeps
MORE = 24  # that it may open besides
WAIT_SECONDS = 10.0
REPLACED = "\N{REPLACEMENT CHARACTER}"  # for what PostgreSQL keeps in no text

_MIGRATING = threading.Lock()  # Alembic keeps what it does in its modules


class Documents(NamedTuple):
    """Which document of a piece stands, by name; whether its bars were told as it has them."""

    document: str | None
    told: bool


class PostgresStore:
    """A :class:`~sideman.web.store.Store` in a database whose tables :func:`migrate` made.

    Raises :class:`DataError` where the URL can't be read. May be called by any thread.
    """

    def __init__(self, url: str) -> None:
        self._engine = engine_of(url)

    def use_session(self, session: str, now: float) -> None:
        """See :class:`Store`."""
        self._change(
            "insert into sessions (id, used) values (:session, :now) on conflict (id) do update set used = :now",
            session=session,
            now=now,
        )

    def has_session(self, session: str) -> bool:
        """See :class:`Store`."""
        return bool(self._rows("select 1 from sessions where id = :session", session=session))

    def add(self, piece: Piece, limit: int) -> bool:
        """See :class:`Store`."""
        count = f"select count(*) from pieces where session = :session and (named or state in {UNENDED})"
        with self._engine.begin() as connection:
            # One at a time adds to a session: two would both find room.
            connection.execute(
                text("select 1 from sessions where id = :session for update"), {"session": piece.session}
            )
            if connection.execute(text(count), {"session": piece.session}).scalar_one() >= limit:
                return False
            connection.execute(_insert(), _values(piece))
        return True

    def restore(self, pieces: Iterable[Piece]) -> None:
        """See :class:`Store`."""
        with self._engine.begin() as connection:
            for piece in pieces:
                connection.execute(
                    text("insert into sessions (id, used) values (:session, :created) on conflict do nothing"),
                    _values(piece),
                )
                connection.execute(text(f"{_insert().text} on conflict do nothing"), _values(piece))

    def spare(self, session: str, limit: int) -> list[Piece]:
        """See :class:`Store`."""
        return self._pieces(
            f"where session = :session and not named and state not in {UNENDED} order by created, id "
            "limit greatest(0, (select count(*) from pieces where session = :session) - :limit)",
            session=session,
            limit=limit,
        )

    def get(self, session: str, piece: str) -> Piece | None:
        """See :class:`Store`."""
        found = self._pieces("where session = :session and id = :piece", session=session, piece=piece)
        return found[0] if found else None

    def find(self, piece: str) -> Piece | None:
        """A piece, whoever's it is."""
        found = self._pieces("where id = :piece", piece=piece)
        return found[0] if found else None

    def pieces(self, session: str) -> list[Piece]:
        """See :class:`Store`."""
        return self._pieces("where session = :session order by created desc, id", session=session)

    def rename(self, session: str, piece: str, name: str) -> bool:
        """See :class:`Store`."""
        change = "update pieces set name = :name, named = true where session = :session and id = :piece"
        return self._change(change, name=_storable(name), session=session, piece=piece)

    def describe(self, session: str, piece: str, description: str) -> bool:
        """See :class:`Store`."""
        change = "update pieces set description = :description where session = :session and id = :piece"
        return self._change(change, description=description, session=session, piece=piece)

    def finish(self, piece: str, state: State, detail: str | None = None) -> bool:
        """See :class:`Store`. How a piece ended first is how it ended: whoever comes later changes nothing."""
        self._change(
            f"update pieces set state = :state, detail = :detail, work = null where id = :piece and state in {UNENDED}",
            state=state.value,
            detail=detail,
            piece=piece,
        )
        return bool(self._rows("select 1 from pieces where id = :piece", piece=piece))

    def delete(self, session: str, piece: str) -> bool:
        """See :class:`Store`. That its files are to go is kept until :meth:`deleted` says that they are gone."""
        gone = """
with gone as (delete from pieces where session = :session and id = :piece returning session, id)
insert into deletions (session, piece) select session, id from gone on conflict do nothing"""
        return self._change(gone, session=session, piece=piece)

    def stop_unfinished(self, detail: str) -> int:  # noqa: ARG002
        """See :class:`Store`. Nothing: what a process leaves, others go on with."""
        return 0

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """See :class:`Store`. Never: others may come at any time."""
        yield False

    def older(self, before: float) -> list[Piece]:
        """See :class:`Store`."""
        return self._pieces("where created < :before", before=before)

    def sweep_sessions(self, before: float) -> None:
        """See :class:`Store`."""
        self._change(
            "delete from sessions where used < :before "
            "and not exists (select 1 from pieces where pieces.session = sessions.id)",
            before=before,
        )

    def folders(self) -> set[tuple[str, str]]:
        """See :class:`Store`. None: no folder tells which pieces there are."""
        return set()

    def close(self) -> None:
        """See :class:`Store`."""
        self._engine.dispose()

    # What it takes to compose a piece, by whoever does

    def keep_work(self, piece: str, work: str) -> None:
        """Keep what a piece is composed of, until it has ended."""
        self._change("update pieces set work = :work where id = :piece", work=work, piece=piece)

    def unfinished(self, before: float) -> list[tuple[Piece, str | None]]:
        """Pieces from before a time that have not ended, and what each is composed of."""
        rows = self._rows(
            f"select {COLUMNS}, work from pieces where state in {UNENDED} and created < :before order by created",
            before=before,
        )
        return [(_piece(row[:-1]), row[-1]) for row in rows]

    # Documents

    def documents(self, piece: str) -> Documents | None:
        """Which document stands; None where there is no such piece."""
        found = self._rows("select document, told from pieces where id = :piece", piece=piece)
        return Documents(found[0][0], found[0][1]) if found else None

    def stand(self, piece: str, before: str | None, after: Documents) -> bool:
        """Let another document stand in place of the one ``before``; False where another one does meanwhile."""
        return self._change(
            "update pieces set document = :document, told = :told "
            "where id = :piece and document is not distinct from cast(:before as text)",
            piece=piece,
            before=before,
            document=after.document,
            told=after.told,
        )

    # Deletions

    def deletions(self) -> list[tuple[str, str]]:
        """Session and id of pieces whose files are to go."""
        return [(row[0], row[1]) for row in self._rows("select session, piece from deletions")]

    def deleted(self, session: str, piece: str) -> None:
        """The files of a piece are gone."""
        self._change("delete from deletions where session = :session and piece = :piece", session=session, piece=piece)

    def _pieces(self, where: str, **values: object) -> list[Piece]:
        return [_piece(row) for row in self._rows(f"select {COLUMNS} from pieces {where}", **values)]

    def _rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def _change(self, statement: str, **values: object) -> bool:
        with self._engine.begin() as connection:
            return bool(connection.execute(text(statement), values).rowcount)


def engine_of(url: str) -> Engine:
    """Connections to a database. Raises :class:`DataError` where the URL can't be read."""
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)  # who used one that broke says so
    return create_engine(
        address_of(url),
        pool_size=POOL,
        max_overflow=MORE,
        pool_timeout=WAIT_SECONDS,
        pool_pre_ping=True,  # one that was cut is replaced unnoticed
        connect_args={"timeout": WAIT_SECONDS},
    )


def address_of(url: str) -> URL:
    """The URL as SQLAlchemy wants it, for pg8000. Raises :class:`DataError` where it can't be read."""
    try:
        read = make_url(url)
    except (SQLAlchemyError, ValueError) as error:
        raise DataError("cannot read --database: give postgresql://user:password@host/name") from error
    if read.get_backend_name() != "postgresql":
        raise DataError(f"cannot use {read.get_backend_name()}: give --database postgresql://user:password@host/name")
    return read.set(drivername="postgresql+pg8000")


def migrate(url: str) -> None:
    """Make the tables of this version of those that there are, or of none. One process does, the others wait.

    Raises :class:`DataError` where the database can't be used, or a later version made its tables.
    """
    from alembic.command import upgrade
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = engine = engine_of(url)
    try:
        with _MIGRATING:
            upgrade(config, "head")
    except CommandError as error:
        raise DataError("a later version of Sideman made the tables of --database: update, or give another") from error
    except SQLAlchemyError as error:
        raise DataError(f"cannot use --database: {str(error).splitlines()[0]}") from error
    finally:
        engine.dispose()


def _insert() -> Any:  # noqa: ANN401 - SQLAlchemy's text
    return text(
        f"insert into pieces ({COLUMNS}) values (:id, :session, :name, :description, :state, :detail, :created, :named)"
    )


def _values(piece: Piece) -> dict[str, object]:
    values = dict(zip(COLUMNS.split(", "), astuple(piece), strict=True))
    return values | {"state": piece.state.value, "name": _storable(piece.name)}


def _storable(name: str) -> str:
    return name.replace("\0", REPLACED)


def _piece(row: Iterable[Any]) -> Piece:
    identity, session, name, description, state, detail, created, named = row
    return Piece(identity, session, name, description, State(state), detail, created, named)


assert {state.value for state in UNFINISHED} == {*UNENDED.strip("()'").split("', '")}
