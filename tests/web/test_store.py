"""Rows that outlive the server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sideman.errors import DataError
from sideman.web.sessions import Sessions
from sideman.web.store import Piece, SQLiteStore, State, Store

PIECE = Piece("p", "s", "name", '{"a": 1}', State.WAITING, None, 1000.5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    opened = SQLiteStore(tmp_path)
    opened.add_session("s", 1000.0)
    opened.add_session("t", 1000.0)
    yield opened
    opened.close()


def test_it_is_the_port(store: SQLiteStore) -> None:
    port: Store = store
    assert port.has_session("s")
    assert not port.has_session("x")


def test_a_piece_comes_back_as_it_was(store: SQLiteStore) -> None:
    assert store.add(PIECE, 1)
    assert store.get("s", "p") == PIECE
    assert store.get("t", "p") is None
    assert store.pieces("t") == []
    assert store.folders() == {("s", "p")}


def test_a_limit_is_one_of_each_session(store: SQLiteStore) -> None:
    assert store.add(PIECE, 1)
    assert not store.add(replace(PIECE, id="q"), 1)
    assert store.add(replace(PIECE, id="q", session="t"), 1)


def test_changes_are_of_ones_own_pieces(store: SQLiteStore) -> None:
    store.add(PIECE, 9)
    assert not store.rename("t", "p", "stolen")
    assert not store.delete("t", "p")
    assert store.rename("s", "p", "new")
    assert store.finish("p", State.FAILED, "why")
    assert store.get("s", "p") == replace(PIECE, name="new", state=State.FAILED, detail="why")
    assert store.delete("s", "p")
    assert not store.finish("p", State.DONE)


def test_the_latest_come_first(store: SQLiteStore) -> None:
    for number in (2, 3, 1):
        store.add(replace(PIECE, id=f"p{number}", created=float(number)), 9)
    assert [piece.id for piece in store.pieces("s")] == ["p3", "p2", "p1"]


def test_only_what_was_unfinished_is_stopped(store: SQLiteStore) -> None:
    for state in State:
        store.add(replace(PIECE, id=state, state=state), 9)
    assert store.stop_unfinished("why") == 2
    found = {piece.id: (piece.state, piece.detail) for piece in store.pieces("s")}
    assert found["done"] == (State.DONE, None)
    assert found["waiting"] == found["composing"] == (State.STOPPED, "why")


def test_sweeping_takes_old_pieces_and_empty_sessions(store: SQLiteStore) -> None:
    store.add(PIECE, 9)
    store.add(replace(PIECE, id="q", created=3000.0), 9)
    assert store.sweep(2000.0) == [PIECE]
    assert (store.has_session("s"), store.has_session("t")) == (True, False)
    assert [piece.id for piece in store.pieces("s")] == ["q"]


def test_everything_is_there_the_next_time(tmp_path: Path) -> None:
    first = SQLiteStore(tmp_path)
    first.add_session("s", 1.0)
    first.add(PIECE, 9)
    first.close()
    second = SQLiteStore(tmp_path)
    assert second.get("s", "p") == PIECE
    second.close()


# What it refuses


def test_a_second_server_is_refused(store: SQLiteStore, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="another server keeps its pieces"):
        SQLiteStore(tmp_path)
    assert store.has_session("s")


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    SQLiteStore(tmp_path).close()
    database = sqlite3.connect(tmp_path / "sideman.db")
    database.execute("pragma user_version = 99")
    database.close()
    with pytest.raises(DataError, match="another version"):
        SQLiteStore(tmp_path)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sideman.db").write_bytes(b"no database" * 1000)
    with pytest.raises(DataError, match=r"cannot keep pieces in .*--data"):
        SQLiteStore(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot keep pieces"):
        SQLiteStore(tmp_path / "file" / "data")


# Sessions


def test_a_session_is_found_by_its_cookie_alone(store: SQLiteStore) -> None:
    sessions = Sessions(store, days=1, secure=False)
    begun = sessions.begin()
    assert begun.token is not None
    found = sessions.find(begun.token)
    assert found is not None
    assert (found.id, found.token) == (begun.id, None)
    for text in (None, "", begun.id, begun.token.upper() + "x", begun.token + "\n", "0" * 32):
        assert sessions.find(text) is None
