"""How much is taken over from a training song: the longest run of bars that one has too. Knows ids, in numpy alone.

A bar of a role is told by a hash (:mod:`sideman.tokens.figures`). A run may be moved to another key, but all its bars
alike. A hundred million ids take some seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from sideman.judging.windows import Window
from sideman.music.band import Band
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.encode import Ids, encode_bars
from sideman.tokens.figures import PITCHED, SEVERAL, Figures, figures
from sideman.tokens.grid import to_grid
from sideman.tokens.slices import bar_starts
from sideman.tokens.vocabulary import VOCABULARY

_READ_AT_ONCE = 1 << 22  # ids


class Run(NamedTuple):
    """Bars in a row that a song has too."""

    role: int  # or SEVERAL
    first: int  # bar, from 0
    bars: int
    song: int  # in the order in which they were given
    there: int  # bar of the song where it begins, from 0


NO_RUN = Run(-1, 0, 0, -1, 0)


class Memory:
    """The bars of songs, to be found again by role."""

    def __init__(self, songs: Iterable[Ids]) -> None:
        found: dict[int, list[Figures]] = {role: [] for role in (*PITCHED, SEVERAL)}
        bars = 0
        lines: list[int] = [0]  # first bar of each song
        for block in _blocks(songs):
            # A bar that nobody plays keeps one song's bars from running on into the next one's.
            silent = np.array([VOCABULARY.id("bar")], np.uint16)
            ids = np.concatenate([part for song in block for part in (song, silent)])
            for role, part in figures(ids).items():
                found[role].append(part._replace(bars=part.bars + bars))
            bars += len(bar_starts(ids))
            for song in block:
                lines.append(lines[-1] + len(bar_starts(song)) + 1)
        self._lines = np.array(lines)
        self._parts = {role: _sorted(parts) for role, parts in found.items()}

    def longest_run(self, ids: Ids, *, several: bool = False) -> int:
        """The most bars in a row of these ids that a song has in a row too, of one role or of all pitched together."""
        return self.nearest(ids, several=several).bars

    def nearest(self, ids: Ids, *, several: bool = False) -> Run:
        """That run, and the first song that has it; one of no bars where none has any."""
        parts = figures(ids)
        found = (self._run(role, parts[role], self._parts[role]) for role in ([SEVERAL] if several else PITCHED))
        return max(found, key=lambda run: run.bars)

    def _run(self, role: int, mine: Figures, known: Figures) -> Run:
        first, last = (known.hashes.searchsorted(mine.hashes, side) for side in ("left", "right"))
        longest, bar_before = NO_RUN, -2
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
            if lengths.max(initial=0) > longest.bars:
                best = int(lengths.argmax())
                bars, ends = int(lengths[best]), int(places[best])
                song = int(self._lines.searchsorted(ends, "right")) - 1
                longest = Run(role, bar - bars + 1, bars, song, ends - bars + 1 - int(self._lines[song]))
            before, lengths_before, moved_before, bar_before = places, lengths, moved, bar
        return longest


def window_ids(band: Band, window: Window) -> Ids:
    """The ids of a band that plays for a window."""
    chart = chart_of_progression(window.progression)
    tracks = [(track.role, to_grid(track.role, track.notes, chart.steps, chart.shift)[0]) for track in band.tracks]
    return encode_bars(tracks, chart)


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
