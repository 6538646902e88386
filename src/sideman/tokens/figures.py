"""What pitched players play in a bar, as a number: a hash of the ids of a part. Knows ids, in numpy alone.

A bar of a role is told by its onsets, lengths and pitches above the lowest one, in any key. Densities and loudness are
left out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, ROLES
from sideman.tokens.encode import Ids
from sideman.tokens.slices import BEGINS_BAR, BEGINS_PART, ROLE, are_of_kind
from sideman.tokens.vocabulary import VOCABULARY

Hashes = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]
MIN_ONSETS = 2  # of a bar that counts: a single held note is anybody's
MIN_TOGETHER = 2  # pitched roles that play in a bar of several
PITCHED = tuple(role.number for role in ROLES if not INSTRUMENTS[role].is_drum)
SEVERAL = len(ROLES)  # in place of a role: all pitched ones that play in the bar
_POSITION, _PITCH = (VOCABULARY.kinds.index(kind) for kind in ("position", "pitch"))
_BEGINS = BEGINS_BAR | BEGINS_PART
_PLAYS, _TELLS = are_of_kind("track", "track_density"), are_of_kind("position", "length", "pitch", "hit")
_KINDS, _VALUES = VOCABULARY.kind_numbers, VOCABULARY.values.astype(np.int64)
_PLACES = 1 << 10  # ids of a part whose order tells
_ABOVE_ALL = 1 << 10  # no pitch
_random = np.random.default_rng(0)
_OF_ID = _random.integers(2**63, size=(len(VOCABULARY.kinds), int(_VALUES.max()) + 1)).astype(np.uint64)
_OF_PLACE = _random.integers(2**63, size=_PLACES).astype(np.uint64) | np.uint64(1)
_OF_ROLE = _random.integers(2**63, size=len(ROLES)).astype(np.uint64) | np.uint64(1)


class Figures(NamedTuple):
    """What a role plays in some bars: which ones, a hash of each, and its lowest pitch."""

    bars: Integers
    hashes: Hashes
    lowest: Integers


def figures(ids: Ids) -> dict[int, Figures]:
    """What each pitched role plays, and under a number of its own what all of them together do."""
    kinds, values = _KINDS[ids], _VALUES[ids]
    begins = np.flatnonzero(_BEGINS[ids])
    part = np.zeros(len(ids), np.int64)
    part[begins] = 1
    part = part.cumsum() - 1
    first = ids[begins]
    plays, role, bar = _PLAYS[first], ROLE[first], BEGINS_BAR[first].cumsum() - 1

    lowest = np.minimum.reduceat(np.where(kinds == _PITCH, values, _ABOVE_ALL), begins)
    relative = np.where(kinds == _PITCH, values - lowest[part], values)
    tells = _TELLS[ids] & plays[part]
    told = tells.cumsum()
    place = (told - told[begins][part]) % _PLACES
    words = np.where(tells, _OF_ID[kinds, relative] * _OF_PLACE[place], np.uint64(0))
    hashes = np.add.reduceat(words, begins)
    onsets = np.add.reduceat((tells & (kinds == _POSITION)).astype(np.int64), begins)

    parts = {}
    for number in PITCHED:
        mine = plays & (role == number) & (onsets >= MIN_ONSETS)
        parts[number] = Figures(bar[mine], hashes[mine], lowest[mine])
    several = plays & np.isin(role, PITCHED)
    parts[SEVERAL] = _together(Figures(bar[several], hashes[several], lowest[several]), role[several])
    return parts


def _together(parts: Figures, role: Integers) -> Figures:
    """The parts of several roles, bar for bar as one, where enough of them play."""
    count = int(parts.bars[-1]) + 1 if len(parts.bars) else 0
    lowest = np.full(count, _ABOVE_ALL)
    np.minimum.at(lowest, parts.bars, parts.lowest)
    above = (parts.lowest - lowest[parts.bars]).astype(np.uint64)
    together = np.zeros(count, np.uint64)
    np.add.at(together, parts.bars, (parts.hashes + above) * _OF_ROLE[role])
    enough = np.flatnonzero(np.bincount(parts.bars, minlength=count) >= MIN_TOGETHER)
    return Figures(enough, together[enough], lowest[enough])
