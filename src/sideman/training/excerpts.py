"""Songs cut into excerpts that read as songs of their own. Knows ids; no features, no torch.

People ask for a verse or four bars, and the band shall play from the first bar to the last. A model
that only ever saw whole songs begins with an introduction and ends with a close; one that saw long excerpts knows
little of first bars, when nothing was played yet that it could go on with.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sideman.music.band import ROLES
from sideman.tokens.chart import SILENCE
from sideman.tokens.encode import Ids, head_ids
from sideman.tokens.slices import ROLE, are_of_kind, bar_starts, changes, head
from sideman.tokens.vocabulary import POSITIONS

MIN_BARS = 8  # of an excerpt
GRID = 4  # bars; excerpts begin on multiples of it, as phrases do
WHOLE = 0.25  # how often a song is not cut
LENGTH = 20  # bars of an excerpt, about
_IS_LOUDNESS, _BEGINS_NOTES = are_of_kind("loudness"), are_of_kind("track", "track_density")


def cuts(bars: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Where to cut a song of so many bars: (first bar, bar after the last) of each excerpt, all bars once."""
    places = np.arange(MIN_BARS, bars - MIN_BARS + 1, GRID)
    share = 0.0 if rng.random() < WHOLE else GRID / LENGTH
    chosen = places[rng.random(len(places)) < share].tolist()
    inner = [place for place, before in zip(chosen, [0, *chosen], strict=False) if place - before >= MIN_BARS]
    return list(zip([0, *inner], [*inner, bars], strict=True))


def excerpt(ids: Ids, first: int, last: int) -> Ids:
    """Bars ``first`` up to before ``last``, as if they were the whole song.

    The loudness in force is told with each role's first notes, and no chord is told after the last bar.
    """
    begins = bar_starts(ids)
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
    before_levels = np.flatnonzero(_IS_LOUDNESS[before])
    for role in range(len(ROLES)):
        starts = np.flatnonzero(_BEGINS_NOTES[cut] & (ROLE[cut] == role))
        if len(starts) and not _IS_LOUDNESS[cut[starts[0] + 1]]:
            place = before_levels[ROLE[before[before_levels - 1]] == role][-1]
            places.append(int(starts[0]) + 1)
            values.append(int(before[place]))
    return places, values


def _without_next_chord(ids: Ids) -> Ids:
    """The ids with N.C. for the chord told at the end of the last bar's head."""
    last = bar_starts(ids)[-1]
    bar = ids[last:]
    own = (*changes(bar)[:-1], replace(SILENCE, onset=POSITIONS))
    return np.concatenate([ids[: last + 1], np.array(head_ids(own), np.uint16), bar[len(head(bar)) :]])
