"""Who is in the band. Knows no notes."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A chair in the band: the five that can be composed, in LPD-5's order of tracks, and that of a given melody."""

    DRUMS = "drums"
    PIANO = "piano"
    GUITAR = "guitar"
    BASS = "bass"
    STRINGS = "strings"
    MELODY = "melody"

    @property
    def number(self) -> int:
        """Place among all of them, from 0."""
        return _CHAIRS.index(self)


_CHAIRS: tuple[Role, ...] = tuple(Role)
ROLES: tuple[Role, ...] = _CHAIRS[: Role.MELODY.number]  # who can be composed: those that the model knows
SUNG = ("melod", "vocal", "voice", "sing", "lead", "solo", "tune")  # in names of parts that are a melody
