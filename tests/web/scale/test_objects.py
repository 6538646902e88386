"""Files of pieces in an object store, S3's way and as a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from obstore.exceptions import GenericError
from tests.web.scale.engines import Bucket, free_port

from sideman.errors import DataError
from sideman.web.filing import Filing
from sideman.web.piece_files import Key
from sideman.web.problems import Problem
from sideman.web.scale.objects import ObjectFiles
from sideman.web.scale.postgres import PostgresStore, migrate
from sideman.web.store import Piece, State

PIECE = Piece("a" * 32, "b" * 32, "name", "{}", State.DONE, None, 1000.5)
BARS = ['{"take":0,"bar":0}', '{"take":0,"bar":1}']


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    migrate(database)
    opened = PostgresStore(database)
    opened.use_session(PIECE.session, 1000.0)
    opened.add(PIECE, 9)
    yield opened
    opened.close()


@pytest.fixture(params=["s3", "folder"])
def files(
    request: pytest.FixtureRequest, store: PostgresStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ObjectFiles]:
    url = f"file://{tmp_path}/objects"
    if request.param == "s3":
        bucket: Bucket = request.getfixturevalue("bucket")
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
        url = f"{bucket.url}/{tmp_path.name}"
    opened = ObjectFiles(url, store)
    opened.check()
    yield opened
    opened.close()


def test_it_is_the_port(files: ObjectFiles) -> None:
    port: Filing = files
    assert port.is_there(PIECE)
    assert port.composition(PIECE) is None
    port.keep(PIECE, BARS, [b"song"], "document")
    assert (port.bars(PIECE), port.composition(PIECE), port.is_revised(PIECE)) == (BARS, b"document", False)
    assert port.midi(PIECE, 0).read_bytes() == b"song"
    assert not port.midi(PIECE, 1).is_file()


def test_whoever_comes_too_late_overwrites_nothing(files: ObjectFiles) -> None:
    files.keep(PIECE, BARS, [b"song"], "first")
    files.revise(PIECE, "second", b"first")
    assert (files.composition(PIECE), files.is_revised(PIECE)) == (b"second", True)
    files.keep(PIECE, BARS, [b"song"], "first")  # a worker that was frozen
    assert (files.composition(PIECE), files.is_revised(PIECE)) == (b"second", True)
    with pytest.raises(Problem, match="changed meanwhile") as refused:
        files.revise(PIECE, "third", b"first")
    assert refused.value.status == 409
    files.revise(PIECE, "second", b"first")  # the same once more: an answer that was lost
    assert files.composition(PIECE) == b"second"


def test_what_is_deleted_while_it_is_read_is_not_there(files: ObjectFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise GenericError("the connection broke")

    files.keep(PIECE, BARS, [b"song"], "document")
    monkeypatch.setattr("sideman.web.scale.objects.obstore.get", fail)
    with pytest.raises(ConnectionError):
        files.composition(PIECE)
    monkeypatch.setattr(files, "_exists", lambda *_: False)
    with pytest.raises(DataError, match="not there"):
        files.composition(PIECE)


def test_sound_is_kept_and_makes_room(files: ObjectFiles) -> None:
    files.keep(PIECE, BARS, [b"song"], "document")
    for name in ("take-0.mp3", "take-0-mix-0.wav"):
        assert not files.fetch(PIECE, name)
        files.made(PIECE, name).write_bytes(bytes(1000))
        files.keep_made(PIECE, name)
    files.made(PIECE, "take-0.mp3").unlink()  # another process has none near
    assert files.fetch(PIECE, "take-0.mp3")
    assert files.made(PIECE, "take-0.mp3").stat().st_size == 1000
    assert files.make_room(PIECE.session, 500, 2000)
    for name in ("take-0.mp3", "take-0-mix-0.wav"):
        files.made(PIECE, name).unlink()
    assert [files.fetch(PIECE, name) for name in ("take-0.mp3", "take-0-mix-0.wav")].count(True) == 1
    assert not files.make_room(PIECE.session, 5000, 2000)
    assert files.composition(PIECE) == b"document"  # what can't be made again stays


def test_what_is_deleted_is_gone(files: ObjectFiles, store: PostgresStore) -> None:
    files.keep(PIECE, BARS, [b"song"], "document")
    with files.deleting(Key(PIECE.session, PIECE.id)):
        store.delete(PIECE.session, PIECE.id)
    assert store.deletions() == []
    assert not files.is_there(PIECE)
    assert not files.fetch(PIECE, "take-0.mid")


def test_a_store_that_is_away_is_told(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    with pytest.raises(DataError, match="cannot read --files"):
        ObjectFiles("nonsense", store)
    files = ObjectFiles("s3://pieces/sideman", store)
    with pytest.raises(DataError, match="cannot use --files"):
        files.check()
    files.close()
