"""Longer stretches of songs: how alike the passages of a section are, and how often the bars of a loop come again.

Knows datasets, ids and the notes of bands; composes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import eq
from typing import NamedTuple

import numpy as np

from sideman.errors import DataError
from sideman.judging.windows import Window, is_band, playing_of, seed_of, window_of
from sideman.music.wishes import PlayedSection
from sideman.tokens import slices
from sideman.tokens.encode import Ids
from sideman.training.excerpts import excerpt
from sideman.training.forms import likeness
from sideman.training.shards import Dataset, SongRow

PASSAGE = 8  # bars
SHORTEST, LONGEST = 32, 64  # bars of a stretch
_SAME = 7  # bars of a passage with the chords of another one: both are of one section
_GRID = 4  # bars; stretches begin on multiples of it
_LOOP, _SHORTEST_LOOP = 4, 24  # bars that come again, and of all of a loop
_COMMON = "4/4"

Chords = tuple[tuple[int, int], ...]  # of a bar: onset and chord of each


@dataclass(frozen=True)
class Stretch:
    """Some bars of a song, and of each of their passages by number the section that it is of, the first one's is 0."""

    window: Window
    sections: tuple[int, ...]
    ids: Ids  # what people play, head and bars

    @property
    def played(self) -> tuple[PlayedSection, ...]:
        """The sections as a leader would tell them."""
        return tuple(PlayedSection(f"Section {number}", tuple(range(PASSAGE))) for number in self.sections)


class Alike(NamedTuple):
    """How many notes the bars of two passages share (Jaccard), the mean over pairs: of a section, of all."""

    within: float
    all: float


def choose_stretches(dataset: Dataset, count: int, seed: int = 0) -> list[Stretch]:
    """One stretch each of so many songs in 4/4, the same for the same seed; of a dataset that has fewer, of all.

    It is of 32 to 64 bars, in each of which somebody plays, has a section that comes again and more than that section.
    Raises :class:`DataError` where no song has one.
    """
    order = np.random.default_rng(seed).permutation(len(dataset.rows))
    found: list[Stretch] = []
    for row in (dataset.rows[number] for number in order):
        if len(found) == count:
            break
        if row.meter == _COMMON and row.bars >= SHORTEST:
            found += _stretches(row, dataset.ids(row))
    if not found:
        raise DataError(f"{dataset.folder} has no song in {_COMMON} of {SHORTEST} bars in which a section comes again")
    return found


def choose_loops(dataset: Dataset) -> list[Window]:
    """Of each song in 4/4 the longest run of 24 bars or more, 64 at most, in which four bars of chords come again."""
    windows = []
    for row in dataset.rows:
        if row.meter != _COMMON or row.bars < _SHORTEST_LOOP:
            continue
        ids = dataset.ids(row)
        first, last = _longest_loop(chords_of(ids))
        if last - first < _SHORTEST_LOOP or not is_band(playing_of(ids, row.bars)[first:last]):
            continue
        windows.append(window_of(row, ids, first, min(last - first, LONGEST), seed_of(f"{row.name} {first}")))
    return windows


def alike(ids: Ids, sections: Sequence[int]) -> Alike:
    """How alike the passages of a section are, and any two, in a band of these ids (head and bars)."""
    notes, count = likeness(np.asarray(ids, np.uint16)), len(sections)
    within, every = [], []
    for later in range(count):
        for earlier in range(later):
            pairs = [notes[later * PASSAGE + bar, earlier * PASSAGE + bar] for bar in range(PASSAGE)]
            every.append(float(np.mean(pairs)))
            if sections[earlier] == sections[later]:
                within.append(every[-1])
    return Alike(float(np.mean(within)), float(np.mean(every)))


def chords_of(ids: Ids) -> list[Chords]:
    """The chords of each bar."""
    return [tuple((change.onset, change.chord) for change in slices.changes(bar)[:-1]) for bar in slices.bars(ids)]


def sections_of(chords: Sequence[Chords]) -> tuple[int, ...]:
    """Of each whole passage its section by number: those of one have the chords of its first in 7 bars of 8."""
    sections: list[int] = []
    firsts: list[Sequence[Chords]] = []
    for begin in range(0, len(chords) - PASSAGE + 1, PASSAGE):
        passage = chords[begin : begin + PASSAGE]
        same = (sum(map(eq, passage, first)) >= _SAME for first in firsts)
        number = next((section for section, is_same in enumerate(same) if is_same), len(firsts))
        if number == len(firsts):
            firsts.append(passage)
        sections.append(number)
    return tuple(sections)


def _stretches(row: SongRow, ids: Ids) -> Iterator[Stretch]:
    """The first stretch of a song, if it has one."""
    playing, chords = playing_of(ids, row.bars), chords_of(ids)
    for first in range(0, row.bars - SHORTEST + 1, _GRID):
        bars = min(LONGEST, (row.bars - first) // PASSAGE * PASSAGE)
        here = playing[first : first + bars]
        sections = sections_of(chords[first : first + bars])
        if is_band(here) and here.any(1).all() and 1 < len({*sections}) < len(sections):
            window = window_of(row, ids, first, bars, seed_of(f"{row.name} {first}"))
            yield Stretch(window, sections, excerpt(ids, first, first + bars))
            return


def _longest_loop(chords: Sequence[Chords]) -> tuple[int, int]:
    """First bar and end of the longest run of bars with the chords of four bars before, those four included."""
    best, begin = (0, 0), 0
    for bar in range(_LOOP, len(chords)):
        if chords[bar] != chords[bar - _LOOP]:
            begin = bar - _LOOP + 1
        elif bar + 1 - begin > best[1] - best[0] and len({*chords[begin : begin + _LOOP]}) > 1:
            best = begin, bar + 1
    return best
