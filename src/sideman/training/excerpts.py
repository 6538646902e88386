"""Songs cut into excerpts that read as songs of their own. Knows ids; no features, no torch.

People ask for a verse or four bars, and the band shall play from the first bar to the last. A model
that only ever saw whole songs begins with an introduction and ends with a close.
"""

from __future__ import annotations

import numpy as np

from sideman.music.band import ROLES
from sideman.tokens.encode import Ids
from sideman.tokens.vocabulary import DENSITIES, NO_CHORD, VOCABULARY

MIN_BARS = 8  # of an excerpt
GRID = 4  # bars; excerpts begin on multiples of it, as phrases do
CUTS = (0.3, 0.4, 0.3)  # how often a song is cut 0, 1, 2 times
_BAR, _NO_CHORD = VOCABULARY.id("bar"), VOCABULARY.id("chord", NO_CHORD)
_KINDS = VOCABULARY.kind_numbers
_PART_KINDS = [VOCABULARY.kinds.index(kind) for kind in ("track", "track_density", "rest")]
_CHORD = VOCABULARY.kinds.index("chord")
_TRACK_DENSITY, _LOUDNESS = (VOCABULARY.kinds.index(kind) for kind in ("track_density", "loudness"))


def cuts(bars: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Where to cut a song of so many bars: (first bar, bar after the last) of each excerpt, all bars once."""
    places = np.arange(MIN_BARS, bars - MIN_BARS + 1, GRID)
    count = min(int(rng.choice(len(CUTS), p=CUTS)), len(places))
    chosen = np.sort(rng.choice(places, count, replace=False)).tolist()
    inner = [place for place, before in zip(chosen, [0, *chosen], strict=False) if place - before >= MIN_BARS]
    return list(zip([0, *inner], [*inner, bars], strict=True))


def excerpt(ids: Ids, first: int, last: int) -> Ids:
    """Bars ``first`` up to before ``last``, as if they were the whole song.

    The loudness in force is told with each role's first notes, and no chord is told after the last bar.
    """
    begins = np.flatnonzero(ids == _BAR)
    if first == 0 and last >= len(begins):
        return ids
    start = int(begins[first])
    end = int(begins[last]) if last < len(begins) else len(ids)
    cut = ids[start:end]
    places, values = _missing_loudness(ids[:start], cut)
    cut = np.insert(cut, places, values)
    return _without_next_chord(cut) if last < len(begins) else cut


def _missing_loudness(before: Ids, cut: Ids) -> tuple[list[int], list[int]]:
    """Where LOUDNESS is missing at the first notes of a role, and which."""
    places, values = [], []
    kinds, roles = _KINDS[cut], _roles(cut)
    before_levels = np.flatnonzero(_KINDS[before] == _LOUDNESS)
    before_roles = _roles(before)
    for role in range(len(ROLES)):
        starts = np.flatnonzero(np.isin(kinds, _PART_KINDS[:2]) & (roles == role))
        if len(starts) and kinds[starts[0] + 1] != _LOUDNESS:
            place = before_levels[before_roles[before_levels - 1] == role][-1]
            places.append(int(starts[0]) + 1)
            values.append(int(before[place]))
    return places, values


def _roles(ids: Ids) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(ids,) the role that an id begins a part of; -1 for the others."""
    kinds, values = _KINDS[ids], VOCABULARY.values[ids].astype(np.int64)
    return np.where(np.isin(kinds, _PART_KINDS), np.where(kinds == _TRACK_DENSITY, values // DENSITIES, values), -1)


def _without_next_chord(ids: Ids) -> Ids:
    """The ids with N.C. for the chord told at the end of the last bar's head."""
    bar = int(np.flatnonzero(ids == _BAR)[-1])
    kinds = _KINDS[ids[bar:]]
    head = int(np.flatnonzero(np.isin(kinds, _PART_KINDS))[0])
    chords = np.flatnonzero(kinds[:head] == _CHORD)
    return np.concatenate([ids[: bar + chords[-1]], np.array([_NO_CHORD], np.uint16), ids[bar + head :]])
