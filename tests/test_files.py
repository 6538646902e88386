from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from sideman import files
from sideman.errors import DataError
from sideman.files import MAX_TEXT_BYTES, atomic_write, files_below, read_limited, read_parsed


def fill(path: Path, content: bytes = b"new") -> None:
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(b"12345")
    assert read_limited(path, 5) == b"12345"
    with pytest.raises(DataError, match=r"^.*song\.mid: larger than"):
        read_limited(path, 4)
    for missing in (tmp_path, tmp_path / "missing"):
        with pytest.raises(DataError, match=f"^{missing}: cannot be read: "):
            read_limited(missing, 5)


def test_a_file_appears_with_its_content_and_nothing_else(tmp_path: Path) -> None:
    fill(tmp_path / "song.mid")
    assert (tmp_path / "song.mid").read_bytes() == b"new"
    assert len(list(tmp_path.iterdir())) == 1


def test_it_gets_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    fill(tmp_path / "song.mid")
    (tmp_path / "plain").touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("song.mid", "plain")}
    assert len(modes) == 1


def test_the_temporary_file_stands_beside_and_keeps_the_suffix(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "song.flac") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".flac"


@pytest.mark.skipif(os.name == "nt", reason="Windows can't lock a file that is renamed")
def test_what_a_killed_process_left_goes_with_the_next_one(tmp_path: Path) -> None:
    script = "import sys, os; from sideman.files import atomic_write\nwith atomic_write(sys.argv[1]): os._exit(9)"
    subprocess.run([sys.executable, "-c", script, tmp_path / "song.mp3"], check=False)
    (left,) = tmp_path.iterdir()
    others = [".song.0123456789ab.mp3", ".sideman-0123456789ab.mp3", "x.sideman-0123456789ab.mp3"]
    for name in (left.name, *others):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    with atomic_write(tmp_path / "held.mp3") as held:  # the folder is looked through once, by a process
        os.utime(held, (0, 0))
        files._swept.clear()
        fill(tmp_path / "song.mid")
        assert held.exists()
    assert {path.name for path in tmp_path.iterdir()} == {*others, "song.mid", "held.mp3"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_command_that_is_asked_to_end_leaves_nothing(tmp_path: Path) -> None:
    script = "\n".join(
        (
            "import os, signal, sys; from pathlib import Path",
            "from sideman import cli; from sideman.files import atomic_write",
            "def app(**_):",
            "    with atomic_write(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGTERM)",
            "cli.command_line = lambda _: app; cli.main()",
        )
    )
    ended = subprocess.run([sys.executable, "-c", script, tmp_path / "song.mp3"], check=False)
    assert ended.returncode == 128 + signal.SIGTERM
    assert not [*tmp_path.iterdir()]


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(b"old")

    def half_write() -> None:
        with atomic_write(path) as temporary:
            temporary.write_bytes(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        half_write()
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(("refusals", "content"), [(0, "new"), (2, "new"), (3, "old")])
def test_a_file_that_somebody_reads_is_waited_for(
    refusals: int, content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows refuses; where it goes on refusing, the old file is there."""
    path, left, replace = tmp_path / "song.mid", [None] * refusals, Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if left:
            left.pop()
            raise PermissionError(errno.EACCES, "used by another process", str(target))
        return replace(self, target)

    path.write_text("old")
    monkeypatch.setattr(files, "PATIENCE", (0.0, 0.0))
    monkeypatch.setattr(Path, "replace", refuse)
    refused = pytest.raises(DataError, match="permission denied") if refusals > 2 else contextlib.nullcontext()
    with refused, atomic_write(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == content
    assert [*tmp_path.iterdir()] == [path]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link.mid").symlink_to(tmp_path / "there" / "song.mid")
    fill(tmp_path / "link.mid")
    assert (tmp_path / "link.mid").is_symlink()
    assert (tmp_path / "there" / "song.mid").read_bytes() == b"new"


def test_a_folder_is_no_output(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is a folder, give the name of a file"):
        fill(tmp_path)


def test_a_device_is_no_output() -> None:
    with pytest.raises(DataError, match="it is not a regular file"):
        fill(Path(os.devnull))


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="its folder does not exist, create it first"):
        fill(tmp_path / "none" / "song.mid")


def test_a_file_as_folder(tmp_path: Path) -> None:
    (tmp_path / "song").touch()
    with pytest.raises(DataError, match="a part of its folder is a file"):
        fill(tmp_path / "song" / "song.mid")


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the name is too long"):
        fill(tmp_path / ("x" * 300))


def test_a_name_as_long_as_allowed(tmp_path: Path) -> None:
    fill(tmp_path / ("ü" * 125 + ".mid"))


def test_a_name_with_a_nul(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="null"):
        fill(tmp_path / "a\0b")


@pytest.mark.parametrize(
    ("number", "message"),
    [(errno.EACCES, "permission denied"), (errno.EROFS, "the disk is read-only")],
)
def test_a_folder_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, message: str) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number), "somewhere")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(DataError, match=rf"cannot write .*song\.mid: {message}"):
        fill(tmp_path / "song.mid")


def test_an_interruption_just_after_the_file_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = os.open

    def make(path: Path, flags: int, mode: int) -> NoReturn:
        os.close(made(path, flags, mode))
        raise KeyboardInterrupt

    monkeypatch.setattr("os.open", make)
    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path / "song.mid")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_while_writing(tmp_path: Path) -> None:
    def overflow() -> None:
        with atomic_write(tmp_path / "song.mid"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(DataError, match="the disk is full"):
        overflow()
    assert not list(tmp_path.iterdir())


def test_an_input_that_is_missing_is_not_blamed_on_the_output(tmp_path: Path) -> None:
    def read_inside() -> None:
        with atomic_write(tmp_path / "song.mid"):
            (tmp_path / "input").read_bytes()

    with pytest.raises(FileNotFoundError):
        read_inside()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "parse", "reason"),
    [
        (b"{", json.loads, "is damaged: Expecting"),
        (b"\xff", json.loads, "is damaged: 'utf-8' codec"),
        (b"[" * 200_000, json.loads, "is damaged: nested too deep"),
        (b"9" * 5_000, json.loads, "is damaged: Exceeds the limit"),
        (b"a = " + b"[" * 200_000, tomllib.loads, "is damaged: "),
        (b"a = " + b"9" * 5_000, tomllib.loads, "is damaged: Exceeds the limit"),
        (b"a = 2000-13-01", tomllib.loads, "is damaged: "),
        (bytes(MAX_TEXT_BYTES + 1), json.loads, "larger than 64 MB"),
        (None, json.loads, "cannot be read: No such file"),
    ],
)
def test_damaged_texts_are_named(
    tmp_path: Path, content: bytes | None, parse: Callable[[str], object], reason: str
) -> None:
    path = tmp_path / "settings"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_parsed(path, parse)
    assert str(caught.value).startswith(f"{path}: {reason}")


def test_a_text_is_parsed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": "é"}', encoding="utf-8")
    assert read_parsed(tmp_path / "a.json", json.loads) == {"a": "é"}


def test_files_are_found_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("B/b.npz", "A/z.NPZ", "A/A/c.npz", "notes.txt", "A/a.mid"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.npz").mkdir()
    found = [path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path, (".npz",))]
    assert found == ["A/A/c.npz", "A/z.NPZ", "B/b.npz"]
    assert files_below(tmp_path / "B/b.npz", (".npz",)) == [tmp_path / "B/b.npz"]


def test_links_to_folders_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    (tmp_path / "elsewhere" / "deep" / "a.npz").touch()
    (tmp_path / "songs").mkdir()
    (tmp_path / "songs" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "songs" / "twice").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "deep" / "round").symlink_to(tmp_path / "songs")
    (tmp_path / "songs" / "to itself").symlink_to(tmp_path / "songs" / "to itself")
    assert files_below(tmp_path / "songs", (".npz",)) == [tmp_path / "songs" / "linked" / "deep" / "a.npz"]
