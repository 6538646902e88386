"""Rows in PostgreSQL: as in SQLite, and for many processes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text
from tests.web.scale.engines import Postgres

from sideman.errors import DataError
from sideman.web.scale.postgres import Documents, PostgresStore, address_of, migrate
from sideman.web.store import Piece, State, Store

PIECE = Piece("p", "s", "name", '{"a": 1}', State.WAITING, None, 1000.5)


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    migrate(database)
    opened = PostgresStore(database)
    opened.use_session("s", 1000.0)
    opened.use_session("t", 1000.0)
    yield opened
    opened.close()


def test_it_is_the_port(store: PostgresStore) -> None:
    port: Store = store
    assert port.has_session("s")
    assert not port.has_session("x")
    assert port.add(PIECE, 1)
    assert port.get("s", "p") == PIECE
    assert port.get("t", "p") is None
    assert not port.add(replace(PIECE, id="q"), 1)
    assert port.add(replace(PIECE, id="q", session="t"), 1)
    assert port.pieces("t") == [replace(PIECE, id="q", session="t")]
    assert port.older(2000.0) == [PIECE, replace(PIECE, id="q", session="t")]
    assert port.older(1000.0) == []


def test_the_oldest_that_ended_without_a_name_makes_room(store: PostgresStore) -> None:
    kept = {"named": replace(PIECE, named=True, state=State.DONE), "unfinished": replace(PIECE, state=State.COMPOSING)}
    spare = {state.value: replace(PIECE, state=state) for state in (State.DONE, State.FAILED, State.STOPPED)}
    for age, (identity, piece) in enumerate((kept | spare).items()):
        assert store.add(replace(piece, id=identity, created=float(age)), 5)
    assert store.spare("s", 5) == []
    assert store.add(replace(PIECE, id="new"), 5)
    assert [piece.id for piece in store.spare("s", 5)] == ["done"]
    assert [piece.id for piece in store.spare("s", 2)] == ["done", "failed", "stopped"]


def test_changes_are_of_ones_own_pieces(store: PostgresStore) -> None:
    store.add(PIECE, 9)
    assert not store.rename("t", "p", "stolen")
    assert not store.delete("t", "p")
    assert store.rename("s", "p", "a\0b")
    assert store.describe("s", "p", "{}")
    assert store.finish("p", State.FAILED, "why")
    named = replace(PIECE, name="a\N{REPLACEMENT CHARACTER}b", named=True, description="{}")
    assert store.get("s", "p") == replace(named, state=State.FAILED, detail="why")


def test_how_a_piece_ended_first_is_how_it_ended(store: PostgresStore) -> None:
    store.add(PIECE, 9)
    assert store.finish("p", State.DONE)
    assert store.finish("p", State.FAILED, "too late")
    found = store.find("p")
    assert found is not None
    assert (found.state, found.detail) == (State.DONE, None)
    assert store.delete("s", "p")
    assert not store.finish("p", State.DONE)


def test_what_is_unfinished_says_what_it_is_composed_of(store: PostgresStore) -> None:
    store.add(PIECE, 9)
    store.add(replace(PIECE, id="q", created=5000.0), 9)
    store.keep_work("p", "work")
    assert store.unfinished(2000.0) == [(PIECE, "work")]
    store.finish("p", State.DONE)
    assert store.unfinished(9000.0) == [(replace(PIECE, id="q", created=5000.0), None)]


def test_of_two_that_change_a_document_one_is_refused(store: PostgresStore) -> None:
    store.add(PIECE, 9)
    assert store.documents("p") == Documents(None, told=False)
    assert store.documents("x") is None
    assert store.stand("p", None, Documents("a", told=True))
    assert not store.stand("p", None, Documents("b", told=True))
    assert store.stand("p", "a", Documents("c", told=False))
    assert not store.stand("p", "a", Documents("d", told=False))
    assert store.documents("p") == Documents("c", told=False)


def test_what_is_deleted_leaves_a_note_until_its_files_are_gone(store: PostgresStore) -> None:
    store.add(PIECE, 9)
    assert store.delete("s", "p")
    assert store.deletions() == [("s", "p")]
    store.deleted("s", "p")
    assert store.deletions() == []
    store.sweep_sessions(2000.0)
    assert not store.has_session("s")


def test_a_session_of_many_processes_has_one_limit(store: PostgresStore, database: str) -> None:
    stores = [PostgresStore(database) for _ in range(4)]
    added: list[bool] = []

    def add(number: int) -> None:
        added.append(stores[number % 4].add(replace(PIECE, id=f"p{number}"), 5))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(added), len(store.pieces("s"))) == (5, 5)
    for each in stores:
        each.close()


def test_a_filled_database_of_each_earlier_version_goes_on(database: str) -> None:
    from alembic.command import upgrade
    from alembic.config import Config

    from sideman.web.scale import postgres

    config = Config()
    config.set_main_option("script_location", f"{postgres.__file__.removesuffix('postgres.py')}migrations")
    config.attributes["engine"] = engine = create_engine(address_of(database))
    upgrade(config, "0001")
    with engine.begin() as connection:
        connection.execute(text("insert into sessions values ('s', 1)"))
        row = "insert into pieces values ('p{}', 's', 'n', '{{}}', 'done', null, {}, false)"
        for number in range(1000):
            connection.execute(text(row.format(number, number)))
    code = "import sys; from sideman.web.scale.postgres import migrate; migrate(sys.argv[1])"
    together = [subprocess.Popen([sys.executable, "-c", code, database]) for _ in range(2)]  # both begin at a time
    assert [process.wait(60) for process in together] == [0, 0]
    store = PostgresStore(database)
    assert len(store.pieces("s")) == 1000
    assert store.documents("p7") == Documents(None, told=False)
    store.close()
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DataError, match="later version"):
        migrate(database)


@pytest.mark.parametrize(
    ("url", "said"),
    [("nonsense", "cannot read --database"), ("mysql://host/name", "cannot use mysql")],
)
def test_what_is_no_postgresql_is_told(url: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        PostgresStore(url)


def test_a_server_that_is_away_is_told(postgres: Postgres) -> None:
    with pytest.raises(DataError, match="cannot use --database"):
        migrate(postgres.url("there_is_none"))
