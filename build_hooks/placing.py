"""Says what became of something made for an editable install. Knows nothing of what it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def put_in_place(root: Path, name: str, line: str, place: Callable[[], None]) -> str:
    """Put it into place, and write the line into build/NAME.log; returns the line, or why it could not be."""
    log = root / "build" / f"{name}.log"
    try:
        place()
        log.parent.mkdir(exist_ok=True)
        log.write_text(f"{line}\n", encoding="utf-8")
    except OSError as error:
        return f"{line}; could not be put into place: {error}"
    return line
