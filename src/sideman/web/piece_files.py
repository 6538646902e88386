"""The folders of pieces: made and marked, filled, read and removed. Knows files; no rows, no jobs, no sound.

``sessions/SESSION/PIECE/`` holds a piece; both names are the server's own. The manifest in it, ``piece.json``, is its
mark: a folder that doesn't carry it, or another name, is somebody else's and stays as it is. Symbolic links are not
followed. A piece that is deleted first changes its name to ``.deleted-PIECE``, in one step that takes no room on a
disk that is full; should the server end before the rest is done, the next one goes on.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from sideman.errors import DataError
from sideman.files import atomic_write, read_limited
from sideman.render.bundle import STEMS
from sideman.web.manifest import NAME, Manifest
from sideman.web.problems import Problem
from sideman.web.settings import MEGABYTE
from sideman.web.store import Piece, State

MANIFEST = "piece.json"
DAMAGED = "piece.damaged.json"
EVENTS = "events.jsonl"
COMPOSITION = "composition.json"
DELETED = ".deleted-"
LARGEST_MANIFEST = 64 * MEGABYTE
LARGEST_COMPOSITION = 64 * MEGABYTE
LARGEST_EVENTS = 256 * MEGABYTE
_NAME = re.compile(NAME)
_DELETED = re.compile(re.escape(DELETED) + f"({NAME})")
# Sound can be made again.
_MADE_AGAIN = re.compile(
    r"take-[0-9]+(-of-[0-9a-f]+)?(-mix-[0-9a-f]+)?(-font-[0-9a-f]+)?"
    r"(((-[0-9]+-bit)?(-loop)?(\.(mp3|wav|flac)|-(mp3|wav|flac)(-[0-9a-f]+)?\.zip))|-bundle(-[0-9a-f]+)?\.zip)"
)
_MADE_ONCE = re.compile(r"take-[0-9]+\.mid")
# What atomic_write and stems leave behind when their process is killed.
_UNFINISHED = re.compile(
    rf"\.(piece|events|composition|take-[0-9a-z-]+)\.(sideman-)?[0-9a-f]{{12}}\.[0-9a-z]+|{re.escape(STEMS)}\w+"
)

log = logging.getLogger(__name__)


class Key(NamedTuple):
    """Which piece: the names of its session's folder and of its own."""

    session: str
    piece: str


class Found(NamedTuple):
    """What is on the disk: pieces that are marked, those whose deletion was begun, and all that is neither."""

    marked: set[Key]
    deleted: set[Key]
    others: set[Key]


class PieceFiles:
    """All folders of pieces below ``data``."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._root = data / "sessions"
        self._changing = threading.RLock()  # held while the files of a piece appear or vanish

    def folder(self, piece: Piece) -> Path:
        """Where the files of a piece are."""
        return self._root / piece.session / piece.id

    def midi(self, piece: Piece, take: int) -> Path:
        """The MIDI file of a take."""
        return self.folder(piece) / f"take-{take}.mid"

    def is_there(self, piece: Piece) -> bool:
        """Whether a piece has files at all."""
        return self.folder(piece).is_dir()

    def has_room(self, size: int) -> bool:
        """Whether so many bytes can be written."""
        return shutil.disk_usage(self.data).free >= size

    def made(self, piece: Piece, name: str) -> Path:
        """Where a file lies, or will, that can be made again."""
        return self.folder(piece) / name

    def fetch(self, piece: Piece, name: str) -> bool:
        """Whether it is there; from now on it is the last one to make room."""
        path = self.made(piece, name)
        if path.exists():
            os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
            return True
        return False

    def keep_made(self, piece: Piece, name: str) -> None:
        """Keep a file that was made where :meth:`made` says: it lies there already."""

    def mark(self, piece: Piece, **changes: object) -> None:
        """Write what ``changes`` of a piece into its manifest; makes that, and the folder, where there is none.

        Raises :class:`DataError` or :class:`OSError` where it can't be written.
        """
        path = self.folder(piece) / MANIFEST
        with self._changing:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not _is_ours(path.parent):
                raise DataError(f"cannot write {path}: its folder is a link, or has another's name")
            manifest = _manifest(path)
            if manifest is None and path.exists():
                log.warning("a damaged manifest is set aside", extra={"path": self._shown(path)})
                path.replace(path.with_name(DAMAGED))
            with atomic_write(path) as temporary:
                temporary.write_text((manifest or Manifest.of(piece)).model_copy(update=changes).text, "utf-8")

    def keep(self, piece: Piece, bars: Iterable[str], songs: Iterable[bytes] = (), composition: str = "") -> None:
        """Write a MIDI file a take, the bars as JSON, and the piece's document, if it has one.

        Raises :class:`DataError` where they can't be written, or the piece was deleted meanwhile.
        """
        with self._changing:
            for take, song in enumerate(songs):
                with atomic_write(self.midi(piece, take)) as temporary:
                    temporary.write_bytes(song)
            if composition:
                with atomic_write(self.folder(piece) / COMPOSITION) as temporary:
                    temporary.write_text(composition, "utf-8")
            with atomic_write(self.folder(piece) / EVENTS) as temporary:
                temporary.write_text("".join(f"{bar}\n" for bar in bars), "utf-8")

    def is_revised(self, piece: Piece) -> bool:
        """Whether a piece that is done was changed since it was composed: all is then made of its document."""
        folder = self.folder(piece)
        return not (folder / EVENTS).exists() and (folder / COMPOSITION).exists()

    def revise(self, piece: Piece, composition: str, before: bytes | None = None) -> None:  # noqa: ARG002
        """Put another document in the place of a piece's. What was made of the one before goes first.

        Raises :class:`DataError` where it can't be written, or the piece was deleted meanwhile.
        """
        folder = self.folder(piece)
        with self._changing:
            for path in _children(folder):
                if path.name == EVENTS or _MADE_ONCE.fullmatch(path.name):
                    path.unlink(missing_ok=True)
            with atomic_write(folder / COMPOSITION) as temporary:
                temporary.write_text(composition, "utf-8")

    def bars(self, piece: Piece) -> list[str]:
        """The bars of a piece that has ended, as JSON; of one that was not finished, those that were kept.

        Raises :class:`Problem` where they are missing.
        """
        path = self.folder(piece) / EVENTS
        if piece.state is not State.DONE and not path.exists():
            return []
        try:
            return read_limited(path, LARGEST_EVENTS).decode().splitlines()
        except (DataError, UnicodeDecodeError) as error:
            raise lost(piece, error) from error

    def composition(self, piece: Piece) -> bytes | None:
        """The document of a piece that is done; None where an earlier version composed it, which kept none.

        Raises :class:`DataError` where it can't be read.
        """
        path = self.folder(piece) / COMPOSITION
        return read_limited(path, LARGEST_COMPOSITION) if path.exists() else None

    def read(self, key: Key) -> Piece | None:
        """A piece as its manifest has it; None where that can't be read, or is another's."""
        path = self._folder(key) / MANIFEST
        manifest = _manifest(path)
        if manifest is not None and (manifest.session, manifest.id) == key:
            return manifest.piece
        if path.exists():
            log.warning("a manifest can't be read, its folder is left alone", extra={"path": self._shown(path)})
        return None

    def found(self) -> Found:
        """Everything where pieces are."""
        found = Found(set(), set(), set())
        for session in _children(self._root):
            if not _is_folder(session, _NAME):
                found.others.add(Key(session.name, ""))
                continue
            for folder in _children(session):
                deleted = _DELETED.fullmatch(folder.name)
                if _is_folder(folder, _NAME) and _is_file(folder / MANIFEST):
                    found.marked.add(Key(session.name, folder.name))
                elif deleted and _is_folder(folder, _DELETED) and _has_mark(folder, deleted[1]):
                    found.deleted.add(Key(session.name, deleted[1]))
                else:
                    found.others.add(Key(session.name, folder.name))
        return found

    @contextlib.contextmanager
    def deleting(self, key: Key) -> Iterator[None]:
        """Delete a piece's files; the block deletes whatever else there is of it, and is not left before it did.

        Raises :class:`OSError` where the deletion can't be begun.
        """
        folder = self._folder(key)
        if not all(map(_NAME.fullmatch, key)):  # a row that no server of ours wrote: its files are nobody's
            yield
            return
        gone = folder.with_name(DELETED + key.piece)
        with self._changing:
            self._empty(gone)
            if _is_ours(folder):
                if _is_folder(gone, _DELETED):  # one of the same name, of which only the mark is left
                    (gone / MANIFEST).unlink(missing_ok=True)
                    gone.rmdir()
                folder.rename(gone)
                self._empty(gone)
        yield
        with self._changing, contextlib.suppress(OSError):  # the next sweep tries again
            if _is_folder(gone, _DELETED) and not self._empty(gone):
                (gone / MANIFEST).unlink(missing_ok=True)
                gone.rmdir()
                log.info("a piece was removed", extra={"path": self._shown(folder)})
            if _is_folder(folder.parent, _NAME):
                folder.parent.rmdir()  # where it was the last of its session

    def remove_unfinished(self, keys: Iterable[Key]) -> None:
        """Delete files that a server was writing when it was killed. Only to be called where no other one is alive."""
        for key in keys:
            for path in _children(self._folder(key)):
                if _UNFINISHED.fullmatch(path.name):
                    log.info("an unfinished file is removed", extra={"path": self._shown(path)})
                    _remove(path)

    def make_room(self, session: str, size: int, limit: int) -> bool:
        """Delete sound, the longest unused first, until a session of ``limit`` bytes has room for ``size``.

        Returns whether it has.
        """
        files = {}
        folders = [folder for folder in _children(self._root / session) if _is_file(folder / MANIFEST)]
        for file in (file for folder in folders if _is_ours(folder) for file in _children(folder)):
            with contextlib.suppress(FileNotFoundError):  # what is being written changes its name
                files[file] = file.lstat()
        used = sum(status.st_size for status in files.values())
        again = [file for file in files if _MADE_AGAIN.fullmatch(file.name) and _is_file(file)]
        for file in sorted(again, key=lambda file: files[file].st_atime):
            if used + size <= limit:
                break
            with contextlib.suppress(PermissionError):  # Windows deletes nothing that is being sent
                file.unlink(missing_ok=True)
                used -= files[file].st_size
        return used + size <= limit

    def _folder(self, key: Key) -> Path:
        return self._root / key.session / key.piece

    def _shown(self, path: Path) -> str:
        """A path for the log."""
        return path.relative_to(self.data).as_posix()

    def _empty(self, gone: Path) -> bool:
        """Delete what is in the folder of a deleted piece, but its mark; whether something is left."""
        left = [path for path in _children(gone) if path.name != MANIFEST] if _is_folder(gone, _DELETED) else []
        kept = False
        for path in left:
            try:
                _remove(path)
            except OSError as error:
                kept = True
                log.warning("cannot delete: %s", error, extra={"path": self._shown(path)})
        return kept


def lost(piece: Piece, reason: object) -> Problem:
    """What a client is told when files of a piece are missing or damaged; the ``reason`` is for the log."""
    log.warning("files of a piece are missing or damaged: %s", reason, extra={"piece": piece.id[:8]})
    return Problem(HTTPStatus.GONE, "lost", "its files are missing or damaged on the server's disk: ask for it again")


def _manifest(path: Path) -> Manifest | None:
    """None where it is missing or can't be read."""
    try:
        return Manifest.read(read_limited(path, LARGEST_MANIFEST)) if _is_file(path) else None
    except (DataError, ValueError):
        return None


def _has_mark(folder: Path, piece: str) -> bool:
    """Whether the folder of a deleted piece carries its mark; the last that goes is the mark."""
    manifest = _manifest(folder / MANIFEST)
    marked = manifest is not None and (manifest.session, manifest.id) == (folder.parent.name, piece)
    return marked or not _children(folder)


def _is_ours(folder: Path) -> bool:
    """Whether this is a folder of a piece by its name and its session's, and no link leads there."""
    return _is_folder(folder, _NAME) and _is_folder(folder.parent, _NAME)


def _is_folder(path: Path, name: re.Pattern[str]) -> bool:
    return bool(name.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _children(folder: Path) -> list[Path]:
    """What is in a folder; nothing where it is not a folder, or can't be read."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _remove(path: Path) -> None:
    """Delete a file, a folder with what is in it, or a link, but not what it leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
