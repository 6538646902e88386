"""Folders of pieces: only what carries the mark is touched, no link is followed, a deletion is never half."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from sideman.errors import DataError
from sideman.web.piece_files import Key, PieceFiles
from sideman.web.problems import Problem
from sideman.web.store import Piece, State

SESSION = "5" * 32
PIECE = Piece("a" * 32, SESSION, "name", '{"seed": 7}', State.DONE, None, 1000.5)
KEY = Key(SESSION, PIECE.id)


@pytest.fixture
def pieces(tmp_path: Path) -> PieceFiles:
    made = PieceFiles(tmp_path / "data")
    made.mark(PIECE)
    made.keep(PIECE, ["{}", "{}"], [b"song"], "{}")
    return made


def tree(folder: Path) -> set[str]:
    """All that is below a folder; links are not followed."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_piece_is_marked_filled_and_read(pieces: PieceFiles) -> None:
    names = ["composition.json", "events.jsonl", "piece.json", "take-0.mid"]
    assert sorted(path.name for path in pieces.folder(PIECE).iterdir()) == names
    assert pieces.composition(PIECE) == b"{}"
    assert pieces.read(KEY) == replace(PIECE, description='{"seed":7}')
    assert pieces.bars(PIECE) == ["{}", "{}"]
    assert pieces.midi(PIECE, 0).read_bytes() == b"song"
    assert pieces.found() == ({KEY}, set(), set())


def test_changes_keep_what_the_manifest_holds_besides(pieces: PieceFiles) -> None:
    path = pieces.folder(PIECE) / "piece.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"revisions": [1]}), "utf-8")
    pieces.mark(PIECE, name="new", named=True)
    written = json.loads(path.read_text("utf-8"))
    assert (written["name"], written["named"], written["state"], written["revisions"]) == ("new", True, "done", [1])


def test_a_damaged_manifest_is_set_aside(pieces: PieceFiles, caplog: pytest.LogCaptureFixture) -> None:
    folder = pieces.folder(PIECE)
    (folder / "piece.json").write_text("{")
    assert pieces.read(KEY) is None
    assert "left alone" in caplog.text
    pieces.mark(PIECE)
    assert pieces.read(KEY) == replace(PIECE, description='{"seed":7}')
    assert (folder / "piece.damaged.json").read_text() == "{"


def test_a_manifest_of_another_folder_is_not_believed(pieces: PieceFiles) -> None:
    moved = pieces.folder(PIECE).with_name("b" * 32)
    pieces.folder(PIECE).rename(moved)
    assert pieces.read(Key(SESSION, moved.name)) is None


# Deletions


def test_a_piece_is_deleted_with_its_session(pieces: PieceFiles, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with pieces.deleting(KEY):
        assert tree(pieces.data) == {
            "sessions",
            f"sessions/{SESSION}",
            f"sessions/{SESSION}/.deleted-{PIECE.id}",
            f"sessions/{SESSION}/.deleted-{PIECE.id}/piece.json",
        }
    assert tree(pieces.data) == {"sessions"}
    (record,) = [record for record in caplog.records if record.message == "a piece was removed"]
    assert record.__dict__["path"] == f"sessions/{SESSION}/{PIECE.id}"


def test_another_piece_of_the_session_stays(pieces: PieceFiles) -> None:
    other = replace(PIECE, id="b" * 32)
    pieces.mark(other)
    with pieces.deleting(KEY):
        pass
    assert pieces.found().marked == {Key(SESSION, other.id)}


def test_a_deletion_that_broke_off_goes_on(pieces: PieceFiles) -> None:
    with pytest.raises(RuntimeError), pieces.deleting(KEY):
        raise RuntimeError
    assert pieces.found() == (set(), {KEY}, set())
    with pieces.deleting(*pieces.found().deleted):
        pass
    assert tree(pieces.data) == {"sessions"}


@pytest.mark.parametrize("left", [["piece.json"], ["piece.json", "take-0.mid"], []])
def test_whatever_is_left_of_a_deletion_is_known_as_such(pieces: PieceFiles, left: list[str]) -> None:
    folder = pieces.folder(PIECE)
    for path in folder.iterdir():
        if path.name not in left:
            path.unlink()
    folder.rename(folder.with_name(f".deleted-{PIECE.id}"))
    assert pieces.found() == (set(), {KEY}, set())
    pieces.mark(PIECE)  # restored by hand meanwhile
    with pieces.deleting(KEY):
        pass
    assert tree(pieces.data) == {"sessions"}


def test_a_piece_without_files_can_be_deleted(pieces: PieceFiles) -> None:
    with pieces.deleting(Key(SESSION, "c" * 32)):
        pass
    assert pieces.found().marked == {KEY}


# What others put there


def test_what_others_made_stays(pieces: PieceFiles, tmp_path: Path) -> None:
    sessions = pieces.data / "sessions"
    marked = (pieces.folder(PIECE) / "piece.json").read_bytes()
    for name in (
        "2024/song/take-0.wav",
        f"{SESSION}/take-0.wav",
        f"{SESSION}/song/take-0.wav",
        f"{SESSION}/song/piece.json",
        f"{SESSION}/{'b' * 32}/take-0.wav",  # one of our names, but no mark
        f"{SESSION}/.deleted-{'b' * 32}/take-0.wav",
        f"{SESSION}/.deleted-song/piece.json",
        f"2024/{'b' * 32}/piece.json",
        f"{SESSION}/{PIECE.id}/.notes",
        f"{SESSION}/{PIECE.id}/mine.wav",
        f"{SESSION}/{PIECE.id}/take-0.mp3",
    ):
        (sessions / name).parent.mkdir(parents=True, exist_ok=True)
        (sessions / name).write_bytes(marked if name.endswith("piece.json") else b"sound")
    before = tree(tmp_path)
    found = pieces.found()
    assert (found.marked, found.deleted, len(found.others)) == ({KEY}, set(), 6)
    pieces.remove_unfinished(found.marked)
    assert tree(tmp_path) == before
    assert not pieces.make_room(SESSION, 10**9, 10**9)
    gone = {f"data/sessions/{SESSION}/{PIECE.id}/take-0.mp3"}
    assert before - tree(tmp_path) == gone


@pytest.mark.skipif(os.name == "nt", reason="links take rights there")
def test_links_are_not_followed(pieces: PieceFiles, tmp_path: Path) -> None:
    elsewhere = PieceFiles(tmp_path / "elsewhere")
    other = replace(PIECE, id="b" * 32, session="6" * 32)
    elsewhere.mark(other)
    elsewhere.keep(other, [], [b"song"])
    outside = elsewhere.folder(other)
    (outside / "take-0.wav").write_bytes(b"sound")
    (outside / ".take-0.0123456789ab.wav").write_bytes(b"sound")
    sessions = pieces.data / "sessions"
    (sessions / other.session).symlink_to(outside.parent)
    (sessions / SESSION / other.id).symlink_to(outside)
    (sessions / SESSION / f".deleted-{other.id}").symlink_to(outside)
    (pieces.folder(PIECE) / "take-1.wav").symlink_to(outside / "take-0.wav")
    (pieces.folder(PIECE) / ".stems-abc").symlink_to(outside)
    (sessions / SESSION / ("c" * 32)).mkdir()
    (sessions / SESSION / ("c" * 32) / "piece.json").symlink_to(outside / "piece.json")
    before = tree(elsewhere.data)
    found = pieces.found()
    assert (found.marked, found.deleted, len(found.others)) == ({KEY}, set(), 4)
    pieces.remove_unfinished(found.marked)
    for session in (SESSION, other.session):
        pieces.make_room(session, 10**9, 10**9)
        with pieces.deleting(Key(session, other.id)):
            pass
    with pieces.deleting(KEY):
        pass
    assert tree(elsewhere.data) == before
    assert pieces.found() == (set(), set(), found.others)
    with pytest.raises(DataError, match="its folder is a link"):
        pieces.mark(other)
    assert tree(elsewhere.data) == before


@pytest.mark.parametrize("key", [Key("..", "a" * 32), Key(SESSION, ".."), Key("../../x", "../y")])
def test_names_of_a_forged_row_lead_nowhere(pieces: PieceFiles, tmp_path: Path, key: Key) -> None:
    (tmp_path / "data" / ("a" * 32)).mkdir()
    before = tree(tmp_path)
    with pieces.deleting(key):
        pass
    assert tree(tmp_path) == before


# What a killed server leaves, and room


def test_unfinished_files_are_removed(pieces: PieceFiles) -> None:
    folder = pieces.folder(PIECE)
    before = tree(pieces.data)
    for name in (
        "piece.0123456789ab.json",
        "events.0123456789ab.jsonl",
        "take-0.0123456789ab.mid",
        "take-1.sideman-0123456789ab.mid",
    ):
        (folder / f".{name}").touch()
    (folder / ".take-12-mix-0123456789ab-wav.0123456789ab.zip").touch()
    (folder / ".stems-a_1x").mkdir()
    (folder / ".stems-a_1x" / "bass.wav").touch()
    pieces.remove_unfinished([KEY])
    assert tree(pieces.data) == before


def test_the_longest_unused_sound_makes_room(pieces: PieceFiles) -> None:
    folder = pieces.folder(PIECE)
    names = ["take-0.wav", "take-0-mix-0123456789ab.mp3", "take-1-wav.zip", "take-1.flac"]
    names += [
        "take-0-24-bit.wav",
        "take-0-24-bit-loop-wav.zip",
        "take-0-24-bit-loop-wav-0123456789abcdef.zip",
        "take-0-loop.mp3",
        "take-0-bundle-0123456789abcdef.zip",
    ]
    for age, name in enumerate(reversed(names)):
        (folder / name).write_bytes(b"x" * 1000)
        os.utime(folder / name, (age, age))
    used = sum(path.stat().st_size for path in folder.iterdir())
    assert pieces.make_room(SESSION, 6500, used)
    assert sorted(path.name for path in folder.iterdir() if path.suffix not in {".json", ".jsonl", ".mid"}) == sorted(
        names[:2]
    )
    assert pieces.make_room(SESSION, 2000, used)
    assert not pieces.make_room(SESSION, used, used)
    assert pieces.midi(PIECE, 0).exists()


# What is missing


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_bars_that_are_not_there_are_told(
    pieces: PieceFiles, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    path = pieces.folder(PIECE) / "events.jsonl"
    path.unlink()
    assert pieces.bars(replace(PIECE, state=State.STOPPED)) == []
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Problem, match="missing or damaged") as caught:
        pieces.bars(PIECE)
    assert caught.value.status == 410
    assert "events" in caplog.text or "decode" in caplog.text
