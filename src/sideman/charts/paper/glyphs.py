"""Outlines of clefs, note heads, rests, flags and signs, by SMuFL's names. Knows no layout.

They are Bravura's, taken out by ``script/build_music_glyphs``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

UNITS = 250  # of the outlines, between two lines of a staff
_FILE = Path(__file__).parent / "data" / "music.json"
_COMMAND = re.compile(r"([MLCZ])([^MLCZ]*)")


class Outline(NamedTuple):
    """A glyph in units, upwards from its line: the corners of its box, and its path as SVG has it."""

    left: int
    bottom: int
    right: int
    top: int
    path: str

    def commands(self) -> Iterator[tuple[str, list[float]]]:
        """Its path as moves, lines, curves and closings (M, L, C, Z), each with the numbers of its points."""
        for letter, numbers in _COMMAND.findall(self.path):
            yield letter, [*map(float, numbers.split())]


@cache
def outlines() -> dict[str, Outline]:
    """All of them."""
    return {name: Outline(*row) for name, row in json.loads(_FILE.read_text("utf-8")).items()}
