"""Fields that requests and answers share: chords, metres, notes, tracks. Knows fields and ranges; no HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from sideman.music.chords import MAX_BEATS, MAX_TEXT, Progression, parse
from sideman.music.time import COMMON_TIME, BarLines, Meter
from sideman.options import OPTIONS
from sideman.web.strict import Strict

Chords = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_TEXT,
        description="Chords such as C:4|Am:4 or C Am | F G7.",
        examples=["C:4|Am:4|F:4|G7:4"],
    ),
]
NoteRow = Annotated[
    tuple[int, int, int, int],
    Field(description="Onset and duration in steps, the onset from the start of the piece; MIDI pitch and velocity."),
]
LONGEST_KEY = 16  # characters of a key's name
Metre = Annotated[str, Field(pattern=r"^[1-9][0-9]?/[248]$", examples=["3/4"])]

TRACKS = next(option for option in OPTIONS if option.attribute == "roles")


def lines_of(meters: Sequence[str]) -> BarLines:
    """Where bars begin, by their metres. Raises :class:`OptionError`."""
    return BarLines(tuple(map(Meter.parse, meters)))


class ChordText(Strict):
    """A progression, and where its bars begin."""

    progression: Chords
    meters: list[Metre] = Field(
        [str(COMMON_TIME)],
        min_length=1,
        max_length=MAX_BEATS,
        description="The metres of its first bars, such as 3/4; the last one holds from there on.",
    )

    def read(self) -> Progression:
        """The progression. Raises :class:`ChordSyntaxError` and :class:`OptionError`."""
        lines = lines_of(self.meters)
        return replace(parse(self.progression, lines.meters[0]), lines=lines)
