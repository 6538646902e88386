"""Who is in the band. Knows no notes."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A chair in the band, in LPD-5's order of tracks."""

    DRUMS = "drums"
    PIANO = "piano"
    GUITAR = "guitar"
    BASS = "bass"
    STRINGS = "strings"

    @property
    def number(self) -> int:
        """Place in :data:`ROLES`, 0 to 4."""
        return ROLES.index(self)


ROLES: tuple[Role, ...] = tuple(Role)
