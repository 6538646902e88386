"""Rows that outlive the server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sideman.errors import DataError
from sideman.web import owners
from sideman.web.database import VERSIONS
from sideman.web.sessions import Sessions
from sideman.web.store import Piece, SQLiteStore, State, Store

PIECE = Piece("p", "s", "name", '{"a": 1}', State.WAITING, None, 1000.5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    opened = SQLiteStore(tmp_path)
    opened.use_session("s", 1000.0)
    opened.use_session("t", 1000.0)
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


def test_the_oldest_that_ended_without_a_name_makes_room(store: SQLiteStore) -> None:
    kept = {"named": replace(PIECE, named=True, state=State.DONE), "unfinished": replace(PIECE, state=State.COMPOSING)}
    spare = {state.value: replace(PIECE, state=state) for state in (State.DONE, State.FAILED, State.STOPPED)}
    for age, (identity, piece) in enumerate((kept | spare).items()):
        assert store.add(replace(piece, id=identity, created=float(age)), 5)
    store.add(replace(PIECE, id="another's", session="t", state=State.DONE), 5)
    assert store.spare("s", 5) == []
    assert store.add(replace(PIECE, id="new"), 5)
    assert [piece.id for piece in store.spare("s", 5)] == ["done"]
    assert [piece.id for piece in store.spare("s", 2)] == ["done", "failed", "stopped"]


def test_a_name_that_a_person_gave_keeps_a_piece(store: SQLiteStore) -> None:
    store.add(replace(PIECE, state=State.DONE), 1)
    store.rename("s", "p", PIECE.name)
    assert not store.add(replace(PIECE, id="q"), 1)
    assert store.spare("s", 0) == []


def test_changes_are_of_ones_own_pieces(store: SQLiteStore) -> None:
    store.add(PIECE, 9)
    assert not store.rename("t", "p", "stolen")
    assert not store.delete("t", "p")
    assert store.rename("s", "p", "new")
    assert store.finish("p", State.FAILED, "why")
    assert store.get("s", "p") == replace(PIECE, name="new", state=State.FAILED, detail="why", named=True)
    assert store.delete("s", "p")
    assert not store.finish("p", State.DONE)


def test_the_latest_come_first(store: SQLiteStore) -> None:
    for number in (2, 3, 1):
        store.add(replace(PIECE, id=f"p{number}", created=float(number)), 9)
    assert [piece.id for piece in store.pieces("s")] == ["p3", "p2", "p1"]


def states(store: SQLiteStore) -> dict[str, tuple[State, str | None]]:
    return {piece.id: (piece.state, piece.detail) for piece in store.pieces("s")}


def test_only_what_was_unfinished_is_stopped(store: SQLiteStore, tmp_path: Path) -> None:
    ended = SQLiteStore(tmp_path)
    for state in State:
        ended.add(replace(PIECE, id=state, state=state), 9)
    ended.close()
    assert store.stop_unfinished("why") == 2
    assert states(store)["done"] == (State.DONE, None)
    assert states(store)["waiting"] == states(store)["composing"] == (State.STOPPED, "why")


def test_what_servers_that_live_compose_goes_on(store: SQLiteStore, tmp_path: Path) -> None:
    other = SQLiteStore(tmp_path)
    store.add(PIECE, 9)
    other.add(replace(PIECE, id="q"), 9)
    assert store.stop_unfinished("why") == other.stop_unfinished("why") == 0
    other.close()
    assert store.stop_unfinished("why") == 1
    assert states(store) == {"p": (State.WAITING, None), "q": (State.STOPPED, "why")}


def test_servers_share_what_is_there(store: SQLiteStore, tmp_path: Path) -> None:
    other = SQLiteStore(tmp_path)
    assert store.add(PIECE, 1)
    assert not other.add(replace(PIECE, id="q"), 1)
    assert other.get("s", "p") == PIECE
    assert other.delete("s", "p")
    assert not store.finish("p", State.DONE)
    other.close()


def test_a_store_knows_whether_it_is_alone(store: SQLiteStore, tmp_path: Path) -> None:
    with store.alone() as alone:
        assert alone
    other = SQLiteStore(tmp_path)
    with store.alone() as alone:
        assert not alone
    other.close()
    with store.alone() as alone:
        assert alone
    assert len([*tmp_path.glob("server-*.lock")]) == 1


def test_stores_of_the_first_version_are_read_on(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "sideman.db")
    database.executescript(f"{VERSIONS[0]} pragma user_version = 1;")
    database.execute("insert into sessions values ('s', 1)")
    values = PIECE.id, PIECE.session, PIECE.name, PIECE.description, PIECE.state, PIECE.detail, PIECE.created
    database.execute("insert into pieces values (?, ?, ?, ?, ?, ?, ?)", values)
    database.commit()
    database.close()
    opened = SQLiteStore(tmp_path)
    assert opened.get("s", "p") == replace(PIECE, named=True)
    assert opened.stop_unfinished("why") == 1
    assert opened.spare("s", 0) == []
    opened.use_session("s", 2.0)
    assert opened.has_session("s")
    opened.close()


def test_pieces_are_found_by_their_age(store: SQLiteStore) -> None:
    store.add(PIECE, 9)
    store.add(replace(PIECE, id="q", created=3000.0), 9)
    assert store.older(2000.0) == [PIECE]


def test_sweeping_takes_sessions_without_pieces(store: SQLiteStore) -> None:
    store.add(PIECE, 9)
    store.sweep_sessions(2000.0)
    assert (store.has_session("s"), store.has_session("t")) == (True, False)


def test_a_session_that_was_used_since_is_not_swept(store: SQLiteStore) -> None:
    store.use_session("s", 2000.0)
    store.sweep_sessions(2000.0)
    assert (store.has_session("s"), store.has_session("t")) == (True, False)


def test_everything_is_there_the_next_time(tmp_path: Path) -> None:
    first = SQLiteStore(tmp_path)
    first.use_session("s", 1.0)
    first.add(PIECE, 9)
    first.close()
    second = SQLiteStore(tmp_path)
    assert second.get("s", "p") == PIECE
    second.close()


# What it refuses


def test_a_folder_that_is_not_shared_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "WAIT_SECONDS", 0.01)
    lock = sqlite3.connect(tmp_path / "server.lock", isolation_level=None)  # as the first version held it
    lock.execute("begin exclusive")
    with pytest.raises(DataError, match="another server keeps its pieces"):
        SQLiteStore(tmp_path)
    lock.close()
    SQLiteStore(tmp_path).close()


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    SQLiteStore(tmp_path).close()
    database = sqlite3.connect(tmp_path / "sideman.db")
    database.execute("pragma user_version = 99")
    database.close()
    with pytest.raises(DataError, match="a later version"):
        SQLiteStore(tmp_path)
    assert not [*tmp_path.glob("server-*")]


def test_a_folder_that_cannot_be_written_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "server.lock").mkdir()
    with pytest.raises(DataError, match=r"cannot keep pieces in .*: unable to open database file; give another folder"):
        SQLiteStore(tmp_path)


def damage(path: Path, how: str) -> None:
    """Damage a database in one of the ways of disks and people."""
    if how == "no database":
        path.write_bytes(b"no database" * 1000)
    elif how == "damaged in the middle":
        content = bytearray(path.read_bytes())
        content[4096 : 3 * 4096] = b"\xa5" * 2 * 4096
        path.write_bytes(content)
    elif how == "cut off":
        path.write_bytes(path.read_bytes()[:5000])
    else:
        database = sqlite3.connect(path)
        database.execute(how)
        database.commit()
        database.close()


@pytest.mark.parametrize(
    "how",
    [
        *("no database", "damaged in the middle", "cut off"),
        *("drop table sessions", "drop table pieces", "pragma user_version = 1"),
        "alter table pieces drop column detail",
        *("update pieces set name = cast(x'ff' as text)", "update pieces set description = '{'"),
    ],
)
def test_a_damaged_database_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str) -> None:
    first = SQLiteStore(tmp_path)
    first.add(PIECE, 1)
    first.close()
    damage(tmp_path / "sideman.db", how)
    content = (tmp_path / "sideman.db").read_bytes()
    second = SQLiteStore(tmp_path)
    (aside,) = tmp_path.glob("sideman.db.damaged-*")
    assert aside.read_bytes() == content
    assert f"set aside as {aside.name}" in caplog.text
    assert second.pieces("s") == []
    assert second.add(PIECE, 1)
    second.close()
    third = SQLiteStore(tmp_path)
    assert third.get("s", "p") == PIECE
    third.close()
    assert [*tmp_path.glob("sideman.db.damaged-*")] == [aside]


def test_a_damaged_database_that_another_server_uses_stays(store: SQLiteStore, tmp_path: Path) -> None:
    store.add(PIECE, 1)
    damage(tmp_path / "sideman.db", "drop table sessions")
    with pytest.raises(DataError, match=r"is damaged \(no such table: sessions\) and another server uses it: stop"):
        SQLiteStore(tmp_path)
    assert not [*tmp_path.glob("sideman.db.damaged-*")]
    assert store.get("s", "p") == PIECE


# Rows that come back, and rows that can't be read


def test_lost_pieces_are_restored_with_their_sessions(store: SQLiteStore) -> None:
    store.add(PIECE, 9)
    lost = [replace(PIECE, id=name, session="new", created=float(age), state=State.DONE) for name, age in
            (("q", 5), ("r", 9), ("q2", 7))]  # fmt: skip
    store.restore([replace(PIECE, name="another"), *lost])
    assert store.get("s", "p") == PIECE
    assert [piece.id for piece in store.pieces("new")] == ["r", "q2", "q"]
    store.sweep_sessions(9.5)
    assert store.has_session("new")
    for piece in lost:
        store.delete("new", piece.id)
    store.sweep_sessions(8.5)
    assert store.has_session("new")  # used when its last piece was made
    store.sweep_sessions(9.5)
    assert not store.has_session("new")


def test_a_piece_that_another_server_took_for_lost_is_its_own_servers(store: SQLiteStore) -> None:
    store.restore([replace(PIECE, state=State.STOPPED, detail="why")])
    assert store.add(PIECE, 9)
    assert store.get("s", "p") == PIECE
    assert store.stop_unfinished("why") == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [("state", "sleeping"), ("created", "yesterday"), ("created", 1e300), ("name", b"\xff"), ("description", b"{}")],
)
def test_a_row_that_cannot_be_read_breaks_no_list(
    store: SQLiteStore, caplog: pytest.LogCaptureFixture, column: str, value: object
) -> None:
    for name in ("p", "q"):
        store.add(replace(PIECE, id=name), 9)
    store._database.execute(f"update pieces set {column} = ? where id = 'q'", (value,))
    for _ in range(3):
        assert store.pieces("s") == [PIECE]
        assert store.get("s", "q") is None
    assert caplog.text.count("can't be read") == 1


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot keep pieces"):
        SQLiteStore(tmp_path / "file" / "data")


# Sessions


def test_a_session_is_found_by_its_cookie_alone(store: SQLiteStore) -> None:
    sessions = Sessions(store, days=1, secure=False)
    begun = sessions.use(None)
    assert sessions.find(begun.token) == sessions.use(begun) == begun
    assert begun.token not in repr(begun)
    for text in (None, "", begun.id, begun.token.upper() + "x", begun.token + "\n", "0" * 32):
        assert sessions.find(text) is None
