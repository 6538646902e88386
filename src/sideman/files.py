"""Files that are written whole or not at all, and read up to a limit. Knows paths and errors, not their contents."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TypeVar

from sideman.errors import DataError

if sys.platform != "win32":
    import fcntl

_T = TypeVar("_T")
MAX_TEXT_BYTES = 64 << 20
# Seconds to wait, one after the other, for a file to be let go: Windows replaces none that somebody reads, a virus
# scanner for one; other systems do.
PATIENCE = tuple(0.01 * 2**turn for turn in range(8)) if os.name == "nt" else ()
# Of files that are being written: .song.sideman-0123456789ab.mid beside song.mid.
_TOKEN_BYTES = 6
_UNFINISHED = re.compile(r"\.[^/]{0,40}\.sideman-[0-9a-f]{12}(?:\.[^./]*)?")
_OLD_SECONDS = 60.0  # since a file was last written: whoever writes one has not even locked it yet
_swept: set[Path] = set()  # folders, by this process

# Each remedy completes "cannot write PATH: ".
REMEDIES: dict[int, str] = {
    errno.EACCES: "permission denied, choose a folder you may write to",
    errno.EPERM: "permission denied, choose a folder you may write to",
    errno.EROFS: "the disk is read-only, choose another folder",
    errno.ENOSPC: "the disk is full, free some space or choose another disk",
    errno.EDQUOT: "your disk quota is used up, free some space or choose another disk",
    errno.EFBIG: "the file would be larger than allowed here",
    errno.ENAMETOOLONG: "the name is too long, choose a shorter one",
    errno.ENOENT: "its folder does not exist, create it first",
    errno.ENOTDIR: "a part of its folder is a file, choose another folder",
}


def read_limited(path: Path, limit: int) -> bytes:
    """The bytes of the file at ``path``.

    Raises :class:`DataError`, which begins with the path, where it cannot be read or has more than ``limit`` of them.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > limit:
        raise DataError(f"{path}: larger than {limit >> 20} MB")
    return data


def read_parsed(path: Path, parse: Callable[[str], _T]) -> _T:
    """What ``parse`` makes of the UTF-8 text in the file at ``path``, such as ``json.loads``.

    Raises :class:`DataError`, which begins with the path, where the file cannot be read or ``parse`` fails on it:
    damaged files hold numbers of any length and brackets of any depth.
    """
    try:
        return parse(read_limited(path, MAX_TEXT_BYTES).decode("utf-8"))
    except RecursionError as error:
        raise DataError(f"{path}: is damaged: nested too deep") from error
    except (ValueError, OverflowError) as error:
        raise DataError(f"{path}: is damaged: {error}") from error


def files_below(folder: Path, suffixes: Collection[str]) -> list[Path]:
    """The files below ``folder`` (or that file itself) with one of these suffixes, in whatever case, by their paths.

    Links to folders are followed; a folder that is reached twice is read once, so that links may go round.
    """
    return [Path(path) for path in paths_below(folder, suffixes)]


def paths_below(folder: Path, suffixes: Collection[str]) -> list[str]:
    """The same as texts: of millions of files these take a fifth of the memory."""
    if folder.is_file():
        return [str(folder)]
    found: list[str] = []
    seen: set[str] = set()
    for top, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(top)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders.sort()
        begin = os.path.join(top, "").removeprefix(os.path.join(os.curdir, ""))  # noqa: PTH118 - no Path shall be made
        wanted = (begin + name for name in names if os.path.splitext(name)[1].lower() in suffixes)  # noqa: PTH122
        found += [path for path in wanted if os.path.isfile(path)]  # noqa: PTH113
    found.sort(key=lambda path: path.replace(os.sep, "/"))
    return found


@contextlib.contextmanager
def atomic_write(path: Path | str) -> Iterator[Path]:
    """Give an empty temporary file beside ``path`` to fill; it takes the name ``path`` when the block ends well.

    The temporary file keeps the suffix. Where the block raises, it is deleted and an existing ``path`` stays as it
    was. Where the process is killed, it stays, until another one writes into the folder. A symbolic link is followed.
    Raises :class:`DataError` where ``path`` is a folder or a device, its folder is
    missing, or the system refuses to write.
    """
    target = Path(path)
    temporary: Path | None = None  # has its name before there is a file: an interruption may come in between
    lock: int | None = None
    created = False
    try:
        target = target.resolve()
        _check_target(target, path)
        _sweep(target.parent)
        temporary = _name_beside(target)
        lock = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        created = True
        if sys.platform == "win32":
            os.close(lock)  # there no file is renamed that is open
            lock = None
        else:
            with contextlib.suppress(OSError):  # of a folder that can't lock: nobody sweeps there
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield temporary
        _flush(temporary)
        _replace(temporary, target)
    except OSError as error:
        if created and not _is_about(error, target, temporary):
            raise
        raise DataError(f"cannot write {path}: {reason(error)}") from error
    except ValueError as error:  # a NUL character in the name
        if created:
            raise
        raise DataError(f"cannot write {str(path)!r}: {error}, choose another name") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError, ValueError):
                temporary.unlink(missing_ok=True)
        if lock is not None:
            os.close(lock)


def _check_target(target: Path, name: Path | str) -> None:
    if target.is_dir():
        raise DataError(f"cannot write {name}: it is a folder, give the name of a file")
    if target.exists() and not target.is_file():
        raise DataError(f"cannot write {name}: it is not a regular file, choose another name")


def _name_beside(target: Path) -> Path:
    """A name of no file yet, in the folder of ``target``."""
    # A part of the name is enough to recognise it, and leaves room for the token in a name as long as allowed.
    return target.with_name(f".{target.stem[:32]}.sideman-{os.urandom(_TOKEN_BYTES).hex()}{target.suffix}")


def _sweep(folder: Path) -> None:
    """Remove what a process that was killed left half written in ``folder``; each process looks there once."""
    if sys.platform == "win32" or folder in _swept:
        return
    _swept.add(folder)
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        left = [entry for entry in entries if _UNFINISHED.fullmatch(entry.name)]
        for entry in left:
            with contextlib.suppress(OSError):
                is_old = time.time() - entry.stat(follow_symlinks=False).st_mtime > _OLD_SECONDS
                if is_old and entry.is_file(follow_symlinks=False):
                    _remove_unlocked(entry.path)


def _remove_unlocked(path: str) -> None:
    """Remove a file unless somebody writes it. Raises OSError where somebody does."""
    if sys.platform != "win32":
        file = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            Path(path).unlink()
        finally:
            os.close(file)


def _flush(path: Path) -> None:
    """Bring the content to the disk before the name: a power cut leaves the old file or the new, never half of one."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _replace(temporary: Path, target: Path) -> None:
    for seconds in PATIENCE:
        try:
            temporary.replace(target)
        except PermissionError:
            time.sleep(seconds)
        else:
            return
    temporary.replace(target)


def _is_about(error: OSError, target: Path, temporary: Path | None) -> bool:
    """Whether ``error`` concerns the output; an input missing inside the block is someone else's story."""
    return error.filename is None or str(error.filename) in {str(target), str(temporary)}


def reason(error: OSError) -> str:
    """What the system refused, and the remedy where one is known; completes "cannot write PATH: "."""
    return REMEDIES.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__
