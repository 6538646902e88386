"""How much is taken over from a training song: the longest run of bars that one has too. Knows ids, in numpy alone.

A bar of a role is told by a hash of the ids of its part: onsets, lengths and pitches above the lowest one. A run
may be moved to another key, but all its bars alike. Densities and loudness are left out. A hundred million ids take
some seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.judging.windows import Window
from sideman.music.band import INSTRUMENTS, ROLES, Band
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.encode import Ids, encode_bars
from sideman.tokens.grid import to_grid
from sideman.tokens.slices import BEGINS_BAR, BEGINS_PART, ROLE, are_of_kind, bar_starts
from sideman.tokens.vocabulary import VOCABULARY

Hashes = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]
MIN_ONSETS = 2  # of a bar that counts: a single held note is anybody's
MIN_TOGETHER = 2  # pitched roles that play in a bar of several
_PITCHED = tuple(role.number for role in ROLES if not INSTRUMENTS[role].is_drum)
_SEVERAL = len(ROLES)  # in place of a role: all pitched ones that play in the bar
_READ_AT_ONCE = 1 << 22  # ids
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


class Memory:
    """The bars of songs, to be found again by role."""

    def __init__(self, songs: Iterable[Ids]) -> None:
        found: dict[int, list[Figures]] = {role: [] for role in (*_PITCHED, _SEVERAL)}
        bars = 0
        for block in _blocks(songs):
            # A bar that nobody plays keeps one song's bars from running on into the next one's.
            silent = np.array([VOCABULARY.id("bar")], np.uint16)
            ids = np.concatenate([part for song in block for part in (song, silent)])
            for role, part in figures(ids).items():
                found[role].append(part._replace(bars=part.bars + bars))
            bars += len(bar_starts(ids))
        self._parts = {role: _sorted(parts) for role, parts in found.items()}

    def longest_run(self, ids: Ids, *, several: bool = False) -> int:
        """The most bars in a row of these ids that a song has in a row too, of one role or of all pitched together."""
        parts = figures(ids)
        roles = [_SEVERAL] if several else _PITCHED
        return max((self._run(parts[role], self._parts[role]) for role in roles), default=0)

    def _run(self, mine: Figures, known: Figures) -> int:
        first, last = (known.hashes.searchsorted(mine.hashes, side) for side in ("left", "right"))
        longest, bar_before = 0, -2
        before = lengths_before = moved_before = np.zeros(0, np.int64)
        for bar, begin, end, lowest in zip(
            *(part.tolist() for part in (mine.bars, first, last, mine.lowest)), strict=True
        ):
            places = known.bars[begin:end]  # rising
            moved = known.lowest[begin:end] - lowest
            lengths = np.ones(len(places), np.int64)
            if bar == bar_before + 1 and len(before):
                earlier = np.minimum(before.searchsorted(places - 1), len(before) - 1)
                goes_on = (before[earlier] == places - 1) & (moved_before[earlier] == moved)
                lengths[goes_on] += lengths_before[earlier[goes_on]]
            longest = max(longest, int(lengths.max(initial=0)))
            before, lengths_before, moved_before, bar_before = places, lengths, moved, bar
        return longest


def window_ids(band: Band, window: Window) -> Ids:
    """The ids of a band that plays for a window."""
    chart = chart_of_progression(window.progression)
    tracks = [(track.role, to_grid(track.role, track.notes, chart.steps, chart.shift)[0]) for track in band.tracks]
    return encode_bars(tracks, chart)


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
    for number in _PITCHED:
        mine = plays & (role == number) & (onsets >= MIN_ONSETS)
        parts[number] = Figures(bar[mine], hashes[mine], lowest[mine])
    several = plays & np.isin(role, _PITCHED)
    parts[_SEVERAL] = _together(Figures(bar[several], hashes[several], lowest[several]), role[several])
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


def _blocks(songs: Iterable[Ids]) -> Iterator[list[Ids]]:
    """Songs, some at a time."""
    block: list[Ids] = []
    size = 0
    for song in songs:
        block.append(song)
        size += len(song)
        if size >= _READ_AT_ONCE:
            yield block
            block, size = [], 0
    if block:
        yield block


def _sorted(parts: list[Figures]) -> Figures:
    """All of them by hash, then by bar."""
    nothing = Figures(np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int64))
    columns = [np.concatenate(column) for column in zip(nothing, *parts, strict=True)]
    order = np.argsort(columns[1], kind="stable")
    return Figures(*(column[order] for column in columns))
