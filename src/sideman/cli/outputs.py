"""Names of files to write: checked before the work begins, numbered where there are several. Knows no contents."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection
from pathlib import Path

from sideman.errors import DataError, OptionError
from sideman.files import REMEDIES

MIDI_SUFFIXES = (".mid", ".midi")
MAX_ID = 120  # characters of an id in a file name


def check_output(path: Path, suffixes: Collection[str]) -> None:
    """Make sure that ``path`` can be written, as far as that can be known before.

    Raises :class:`OptionError` for another suffix than ``suffixes``, :class:`DataError` where it is a folder, its
    folder is missing, or nothing can be written there.
    """
    if path.is_dir():
        raise DataError(f"cannot write {path}: it is a folder, give the name of a file")
    if path.suffix.lower() not in suffixes:
        raise OptionError(f"unknown suffix {path.suffix!r} of {path}: end the name in {' or '.join(suffixes)}")
    check_folder(path.parent, path)


def check_folder(folder: Path, path: Path) -> None:
    """Make sure that files can be written into ``folder``. Raises :class:`DataError` that names ``path``."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        number = error.errno if isinstance(error, OSError) else None
        raise DataError(f"cannot write {str(path)!r}: {REMEDIES.get(number or 0, error)}") from error


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
