"""Mixes: how loud each player is beside the band's own balance, and where they are heard. Knows roles; makes no sound.

Pan, reverb and chorus are values of MIDI's controllers 10, 91 and 93.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sideman.music.roles import Role

CENTRE = 64  # MIDI pan
STUDIO = "studio"


class Seat(NamedTuple):
    """How a player is heard in a mix."""

    pan: int  # 0 left, 64 centre, 127 right
    reverb: int  # 0 to 127: how much of the room
    chorus: int = 0  # 0 to 127: makes one instrument sound as wide as two
    lift: float = 0.0  # LU louder, or softer, than the band's own balance


Seats = Mapping[Role, Seat]

_STUDIO: Seats = {
    Role.DRUMS: Seat(CENTRE, 40),
    Role.PIANO: Seat(CENTRE - 14, 44),
    Role.GUITAR: Seat(CENTRE - 30, 40, 70),
    Role.BASS: Seat(CENTRE, 12),
    Role.STRINGS: Seat(CENTRE + 26, 72),
    Role.MELODY: Seat(CENTRE, 56),
}

MIXES: Mapping[str, Seats] = {
    STUDIO: _STUDIO,
    # In a hall, from the seats: the room is heard, the drums carry.
    "stage": {
        Role.DRUMS: Seat(CENTRE, 84, lift=1),
        Role.PIANO: Seat(CENTRE - 24, 88),
        Role.GUITAR: Seat(CENTRE - 36, 84, 70),
        Role.BASS: Seat(CENTRE, 40),
        Role.STRINGS: Seat(CENTRE + 34, 112),
        Role.MELODY: Seat(CENTRE, 96),
    },
    # Right among the players, who sit far apart.
    "wide": {
        Role.DRUMS: Seat(CENTRE, 24),
        Role.PIANO: Seat(CENTRE - 34, 24, 30),
        Role.GUITAR: Seat(CENTRE - 56, 20, 90),
        Role.BASS: Seat(CENTRE, 6),
        Role.STRINGS: Seat(CENTRE + 52, 44, 40),
        Role.MELODY: Seat(CENTRE, 32),
    },
    # Drums and bass lead, the others make room for who sings or plays along.
    "rhythm": {
        Role.DRUMS: Seat(CENTRE, 32, lift=2),
        Role.PIANO: Seat(CENTRE - 34, 36, lift=-3),
        Role.GUITAR: Seat(CENTRE - 46, 36, 70, lift=-3),
        Role.BASS: Seat(CENTRE, 10, lift=2),
        Role.STRINGS: Seat(CENTRE + 42, 60, lift=-4),
        Role.MELODY: Seat(CENTRE, 48),
    },
    # For rooms and effects of one's own.
    "dry": {role: seat._replace(reverb=0, chorus=0) for role, seat in _STUDIO.items()},
}
