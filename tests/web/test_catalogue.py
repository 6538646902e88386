"""Rows and folders are kept in step, and whichever is lost comes back from the other."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sideman.errors import DataError
from sideman.web.catalogue import Catalogue
from sideman.web.piece_files import Key, PieceFiles
from sideman.web.problems import Problem
from sideman.web.settings import Settings
from sideman.web.store import STOPPING, Piece, SQLiteStore, State

ALICE, BOB = "a" * 32, "b" * 32


class Kept:
    """A data folder, opened as a server does."""

    def __init__(self, data: Path, **settings: float) -> None:
        self.store = SQLiteStore(data)
        self.files = PieceFiles(data)
        chosen = Settings.read(data=data, reserve_megabytes=0, **settings)
        self.catalogue = Catalogue(chosen, self.store, self.files)
        self.catalogue.open()

    def close(self) -> None:
        self.store.close()

    @property
    def pieces(self) -> list[Piece]:
        return [piece for session in (ALICE, BOB) for piece in self.catalogue.pieces(session)]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with closing(Kept(tmp_path)) as opened:
        yield opened


def piece(number: int, session: str = ALICE) -> Piece:
    return Piece(f"{number:032x}", session, f"piece {number}", '{"seed":7}', State.WAITING, None, time.time() + number)


def add(kept: Kept, *pieces: Piece) -> None:
    """Keep pieces that are done."""
    for each in pieces:
        kept.store.use_session(each.session, time.time())
        kept.catalogue.add(each)
        kept.files.keep(each, ["{}"], [b"song"])
        kept.catalogue.finish(each, State.DONE, None)


def lose(data: Path, how: str) -> None:
    if how == "removed":
        for path in data.glob("sideman.db*"):
            path.unlink()
    elif how == "removed without its journal":
        (data / "sideman.db").unlink()
    elif how == "emptied":
        (data / "sideman.db").write_bytes(b"")
    elif how == "damaged":
        (data / "sideman.db").write_bytes(b"no database" * 1000)
    else:
        with closing(sqlite3.connect(data / "sideman.db")) as database, database:
            database.executescript(how)


@pytest.mark.parametrize(
    "how",
    [
        *("removed", "removed without its journal", "emptied", "damaged"),
        *("delete from pieces; delete from sessions", "drop table sessions"),
        "delete from pieces where id in (select id from pieces limit 2)",
    ],
)
def test_with_a_lost_index_everybodys_pieces_are_back(
    kept: Kept, tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    add(kept, piece(1), piece(2), piece(3, BOB))
    kept.catalogue.rename(piece(2), "Mine")
    kept.catalogue.add(piece(4, BOB))
    kept.catalogue.forget(kept.pieces[0])
    before = kept.pieces
    assert len(before) == 3
    kept.close()
    lose(tmp_path, how)
    with closing(Kept(tmp_path)) as again:
        assert again.pieces == [
            replace(each, state=State.STOPPED, detail=STOPPING) if each.state is State.WAITING else each
            for each in before
        ]
        assert again.store.has_session(ALICE)
        assert again.store.has_session(BOB)
        assert again.files.bars(before[0]) == ["{}"]
        assert again.files.midi(before[0], 0).read_bytes() == b"song"
    assert "pieces that the store had lost are back" in caplog.text


def test_folders_of_an_earlier_version_get_a_manifest(
    kept: Kept, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    composed, gone = piece(3), piece(4)
    add(kept, piece(1), piece(2), gone)
    kept.catalogue.add(composed)
    kept.store.finish(piece(2).id, State.FAILED, "why")
    before = kept.pieces
    for path in tmp_path.glob("sessions/*/*/piece.json"):
        path.unlink()
    for each in (piece(2), gone):  # of these only the rows are there
        kept.files.folder(each).rename(tmp_path / each.id)
    with closing(Kept(tmp_path)) as again:  # another server beside it
        assert again.pieces == before
        for each in before:
            manifest = again.files.read(Key(each.session, each.id))
            assert manifest == (each if each.id in {piece(1).id, piece(2).id} else None)
    # Of what the first one composes, it writes the manifest itself.
    kept.catalogue.finish(composed, State.DONE, None)
    assert kept.files.read(Key(ALICE, composed.id)) == kept.store.get(ALICE, composed.id)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_deletions_that_broke_off_go_on_and_nothing_deleted_comes_back(kept: Kept, tmp_path: Path) -> None:
    add(kept, piece(1), piece(2))
    for number in (1, 2):
        with pytest.raises(RuntimeError), kept.files.deleting(Key(ALICE, piece(number).id)):
            raise RuntimeError
    kept.store.delete(ALICE, piece(1).id)
    kept.close()
    with closing(Kept(tmp_path)) as again:
        assert again.pieces == []
    assert not [*tmp_path.glob("sessions/*")]


def test_what_nobody_marked_is_left_alone_and_told(
    kept: Kept, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    add(kept, piece(1))
    stray = tmp_path / "sessions" / "2024" / "song" / "take.wav"
    unmarked = tmp_path / "sessions" / ALICE / ("f" * 32) / "take-0.mid"
    unreadable = tmp_path / "sessions" / ALICE / ("e" * 32) / "piece.json"
    for path in (stray, unmarked, unreadable):
        path.parent.mkdir(parents=True)
        path.write_text("{")
    kept.close()
    with closing(Kept(tmp_path, retention_days=1e-9)) as again:
        again.catalogue.sweep()
        for each in again.catalogue.expired():
            again.catalogue.forget(each)
    assert all(path.exists() for path in (stray, unmarked, unreadable))
    assert [record.__dict__.get("count") for record in caplog.records if "did not make" in record.message] == [2]
    assert "a manifest can't be read, its folder is left alone" in caplog.text


def test_a_folder_whose_manifest_cannot_be_written_stops_no_server(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add(kept, piece(1))
    (kept.files.folder(piece(1)) / "piece.json").unlink()
    kept.close()

    def fail(*_: object) -> None:
        raise DataError("cannot write: the disk is full")

    monkeypatch.setattr(PieceFiles, "mark", fail)
    with closing(Kept(tmp_path)) as again:
        assert [each.id for each in again.pieces] == [piece(1).id]
        again.catalogue.forget(again.pieces[0])  # its row says that it is ours
        assert again.pieces == []
    assert "the disk is full" in caplog.text
    assert not [*tmp_path.glob("sessions/*")]


def test_a_piece_that_is_refused_leaves_nothing(kept: Kept, tmp_path: Path) -> None:
    for number in range(100):
        kept.catalogue.add(piece(number))
    with pytest.raises(Problem, match="you keep 100 pieces"):
        kept.catalogue.add(piece(100))
    kept.catalogue.forget(piece(100))
    assert len([*tmp_path.glob("sessions/*/*")]) == 100


def test_a_piece_renamed_while_it_is_deleted_stays_deleted(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(kept, piece(1))
    mark = kept.files.mark

    def late(each: Piece, **changes: object) -> None:
        kept.catalogue.forget(each)
        mark(each, **changes)

    monkeypatch.setattr(kept.files, "mark", late)
    kept.catalogue.rename(piece(1), "new")
    assert not [*tmp_path.glob("sessions/*")]


def test_a_full_disk_does_not_keep_a_fault_from_the_store(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.catalogue.add(piece(1))

    def fail(*_: object, **__: object) -> None:
        raise DataError("the disk is full")

    monkeypatch.setattr(kept.files, "mark", fail)
    assert kept.catalogue.fail(piece(1), "why")
    assert [(each.state, each.detail) for each in kept.pieces] == [(State.FAILED, "why")]
    assert not kept.catalogue.fail(piece(2), "why")
