"""Counts what makes a style: how much likelier ids are in its songs than in all. Knows datasets and ids; no sound.

A song counts once, by what its bars have on average; a style's songs are compared with all songs as they come. What a
few songs do may be chance: each logarithm of a ratio is brought nearer to 0 by its standard error, which is about
one over the square root of the number of songs that have the id there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.music.band import ROLES
from sideman.music.time import COMMON_TIME
from sideman.tokens import slices
from sideman.tokens.drum_hits import HIT_MASKS
from sideman.tokens.encode import Ids
from sideman.tokens.styling import SCALE, SHAPES
from sideman.tokens.vocabulary import DENSITIES, POSITIONS, STYLES, VOCABULARY
from sideman.training.shards import Dataset

Floats = npt.NDArray[np.float64]

_RARE = 0.005  # of a bar: what is rarer everywhere says nothing
_RARE_HIT = 0.02
_MOST = 2.5  # of a logit
_POSITIONS = slices.are_of_kind("position")
_HITS = slices.are_of_kind("hit")
_DRUMS = 0


def _zeros(*shape: int) -> Floats:
    return np.zeros(shape)


@dataclass(eq=False)
class Counts:
    """What songs have: ids in an average bar, summed over songs, and how many songs have them at all.

    ``ids`` and ``songs_with`` are (roles, vocab), ``hits`` and ``songs_with_hits`` (positions, hits).
    """

    songs: int = 0
    ids: Floats = field(default_factory=lambda: _zeros(len(ROLES), VOCABULARY.size))
    songs_with: Floats = field(default_factory=lambda: _zeros(len(ROLES), VOCABULARY.size))
    hits: Floats = field(default_factory=lambda: _zeros(POSITIONS, len(HIT_MASKS)))
    songs_with_hits: Floats = field(default_factory=lambda: _zeros(POSITIONS, len(HIT_MASKS)))

    def add(self, ids: Ids) -> None:
        """A song."""
        bars = int(slices.BEGINS_BAR[ids].sum())
        role, position = _places(ids)
        played = role >= 0
        found = _zeros(*self.ids.shape)
        np.add.at(found, (role[played], ids[played]), 1)
        struck = played & _HITS[ids]
        drums = _zeros(*self.hits.shape)
        np.add.at(drums, (position[struck], VOCABULARY.values[ids[struck]]), 1)
        self.songs += 1
        self.ids += found / bars
        self.songs_with += found > 0
        self.hits += drums / bars
        self.songs_with_hits += drums > 0


def _places(ids: Ids) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Whose part each id is of, -1 outside of parts, and the step of the bar at which it stands."""
    step = np.maximum.accumulate(np.where(_POSITIONS[ids], np.arange(len(ids)), 0))
    return slices.roles_at(ids), np.where(_POSITIONS[ids[step]], VOCABULARY.values[ids[step]], 0)


def count(dataset: Dataset) -> dict[str | None, Counts]:
    """The songs of a dataset in 4/4, by their styles; None are those whose style nobody told."""
    counts: dict[str | None, Counts] = {}
    for row in dataset.rows:
        if row.meter == str(COMMON_TIME):
            counts.setdefault(row.style or None, Counts()).add(dataset.ids(row))
    return counts


def learn(counts: dict[str | None, Counts]) -> dict[str, npt.NDArray[np.int8]]:
    """The table of :mod:`sideman.tokens.styling`; zeros for styles of which there are no songs.

    Raises :class:`DataError` where no song has a style.
    """
    if not any(style in counts for style in STYLES):
        raise DataError("no song of the dataset has a style: encode it with --tags")
    everything = _together(counts.values())
    table = {kind: np.zeros(shape, np.int8) for kind, shape in SHAPES.items()}
    for number, style in enumerate(STYLES):
        own = counts.get(style)
        if own is None:
            continue
        for kind in ("position", "length", "track_density"):
            table[kind][number] = [_of_role(kind, role, own, everything) for role in range(len(ROLES))]
        table["hit"][number] = _of_hits(own, everything)
    return table


def _together(counts: Iterable[Counts]) -> Counts:
    result = Counts()
    for each in counts:
        result.songs += each.songs
        result.ids += each.ids
        result.hits += each.hits
    return result


def _of_role(kind: str, role: int, own: Counts, everything: Counts) -> npt.NDArray[np.int8]:
    """How much likelier the values of a kind are, of a role: onsets a bar, or shares of all lengths and densities."""
    ids = VOCABULARY.range(kind)
    begin, end = (ids.start, ids.stop)
    if kind == "track_density":
        begin += role * DENSITIES
        end = begin + DENSITIES
    mine, theirs = (each.ids[role, begin:end] / each.songs + _RARE for each in (own, everything))
    if kind != "position":
        mine, theirs = mine / mine.sum(), theirs / theirs.sum()
    return _rounded(np.log(mine / theirs), own.songs_with[role, begin:end])


def _of_hits(own: Counts, everything: Counts) -> npt.NDArray[np.int8]:
    """How much likelier drums are where something is struck; what is seldom there is taken from other places."""
    usual = everything.hits.sum(0) + _RARE
    usual = _RARE_HIT * usual / usual.sum()
    theirs = everything.hits / everything.songs + usual
    theirs /= theirs.sum(1, keepdims=True)
    mine = own.hits / own.songs + _RARE_HIT * theirs
    mine /= mine.sum(1, keepdims=True)
    return _rounded(np.log(mine / theirs), own.songs_with_hits)


def _rounded(ratio: Floats, songs: Floats) -> npt.NDArray[np.int8]:
    """Logarithms as the table has them, nearer to 0 by the standard error of what so many songs say."""
    error = 1 / np.sqrt(songs + 0.5)
    sure = np.sign(ratio) * np.clip(np.abs(ratio) - error, 0, _MOST)
    rounded: npt.NDArray[np.int8] = np.rint(sure * SCALE).astype(np.int8)
    return rounded
