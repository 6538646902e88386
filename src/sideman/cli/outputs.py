"""Names of files to write: checked before the work begins, numbered where there are several. Knows no contents."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from sideman.errors import DataError, OptionError
from sideman.files import REMEDIES

MIDI_SUFFIXES = (".mid", ".midi")
SCORE_SUFFIXES = (".musicxml",)
PIECE_SUFFIXES = (".json",)
MAX_ID = 120  # characters of an id in a file name


def check_output(path: Path, suffixes: Collection[str]) -> None:
    """Make sure that ``path`` can be written, as far as that can be known before.

    Raises :class:`OptionError` for another suffix than ``suffixes``, :class:`DataError` where it is a folder, its
    folder is missing, or nothing can be written there.
    """
    with _told_of(path):
        if path.is_dir():
            raise DataError(f"cannot write {path}: it is a folder, give the name of a file")
    if path.suffix.lower() not in suffixes:
        raise OptionError(f"unknown suffix {path.suffix!r} of {path}: end the name in {' or '.join(suffixes)}")
    with _told_of(path):
        _try(path.resolve().parent)


def make_folder(folder: Path) -> None:
    """Make ``folder`` where it is missing, and sure that files can be written into it, else :class:`DataError`."""
    with _told_of(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _try(folder)


def _try(folder: Path) -> None:
    import tempfile

    with tempfile.TemporaryFile(dir=folder):
        pass


@contextlib.contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """Turns what the system says into an error about ``path``."""
    try:
        yield
    except FileExistsError as error:
        raise DataError(f"cannot make the folder {path}: a file is in its place") from error
    except OSError as error:
        raise DataError(f"cannot write {path}: {REMEDIES.get(error.errno or 0, error.strerror)}") from error


def numbered(path: Path, takes: int) -> list[Path]:
    """A name for each take: ``song.mid`` alone; ``song_1.mid``, ``song_2.mid`` and so on for several."""
    if takes == 1:
        return [path]
    return [path.with_stem(f"{path.stem}_{number}") for number in range(1, takes + 1)]


def safe_id(text: str) -> str:
    """An id as part of a file name: no separators, control characters or `..`; at most 120 characters.

    Raises :class:`OptionError` where nothing is left.
    """
    name = re.sub(r"[/\\:\x00-\x1f\x7f\ud800-\udfff]", "_", text).strip()
    name = re.sub(r"\.{2,}", "_", name)[:MAX_ID]
    if not name.strip("._ "):
        raise OptionError(f"id {text[:MAX_ID]!r} makes no file name: use letters and digits")
    return name
