from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sideman.music.band import Band, Note, Role, Track


@pytest.fixture
def band() -> Band:
    """One bar of five at 120 beats a minute, two seconds."""
    return Band(
        (
            Track(Role.DRUMS, [Note(step, 3, 42, 90) for step in range(0, 48, 6)] + [Note(0, 3, 36, 110)]),
            Track(Role.PIANO, [Note(0, 24, pitch, 80) for pitch in (60, 64, 67)]),
            Track(Role.GUITAR, [Note(12, 8, 64, 70), Note(36, 12, 67, 75)]),
            Track(Role.BASS, [Note(0, 24, 36, 100), Note(24, 24, 43, 100)]),
            Track(Role.STRINGS, [Note(0, 48, 72, 60)]),
        ),
        48,
        120.0,
    )


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with a golden file beside the tests; with SIDEMAN_WRITE_GOLDEN set, write the file instead."""

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parent / "golden" / name
        if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")

    return compare
