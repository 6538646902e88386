"""Where the bars of a song's ids are, and in a bar its head and its parts. Trusts its ids, as the prefix does.

A bar is BAR and its chords, the *head*, and then a *part* for each role, which begins with TRACK or REST.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sideman.tokens.chart import UNKNOWN, Change
from sideman.tokens.encode import Ids
from sideman.tokens.vocabulary import DENSITIES, POSITIONS, VOCABULARY


def are_of_kind(*kinds: str) -> npt.NDArray[np.bool_]:
    """(vocab,) which ids are of these kinds."""
    return np.isin(VOCABULARY.kind_numbers, [VOCABULARY.kinds.index(kind) for kind in kinds])


BEGINS_BAR = are_of_kind("bar")
BEGINS_PART = are_of_kind("track", "track_density", "rest")
# (vocab,) the role whose part an id begins; -1 for the others.
ROLE = np.where(are_of_kind("track_density"), VOCABULARY.values // DENSITIES, VOCABULARY.values).astype(np.int64)
ROLE[~BEGINS_PART] = -1


def bar_starts(ids: Ids) -> npt.NDArray[np.int64]:
    """The places where bars begin."""
    return np.flatnonzero(BEGINS_BAR[ids])


def bars(ids: Ids) -> list[Ids]:
    """The ids of each bar, from its BAR on; what comes before the first is left out."""
    return np.split(ids, bar_starts(ids))[1:]


def head(bar: Ids) -> Ids:
    """BAR and its chords; the last is the one that begins the next bar."""
    starts = np.flatnonzero(BEGINS_PART[bar])
    return bar[: starts[0]] if len(starts) else bar


def parts(bar: Ids) -> list[Ids]:
    """The ids of each part, in their order; ``ROLE`` of the first id of each says whose it is."""
    return np.split(bar, np.flatnonzero(BEGINS_PART[bar]))[1:]


def roles_at(ids: Ids) -> npt.NDArray[np.int64]:
    """(ids,) whose part each id is of; -1 outside of parts."""
    places = np.where(BEGINS_PART[ids] | BEGINS_BAR[ids], np.arange(len(ids)), -1)
    last = np.maximum.accumulate(places)
    return np.where(last < 0, -1, ROLE[ids[last]])


def changes(bar: Ids, steps: int = POSITIONS) -> tuple[Change, ...]:
    """The chords of a bar of so many steps, as :meth:`Chart.heads` gives them."""
    found: list[Change] = []
    onset = 0
    for token in head(bar)[1:].tolist():
        kind, value = VOCABULARY.kind(token), VOCABULARY.value(token)
        if kind == "position":
            onset = value
        elif kind == "bass":
            found[-1] = replace(found[-1], bass=value)
        else:
            found.append(Change(onset, value if kind == "chord" else UNKNOWN))
    return (*found[:-1], replace(found[-1], onset=steps))


def part_begin(ids: Sequence[int]) -> int:
    """The place where the last part begins."""
    return next(place for place in range(len(ids) - 1, -1, -1) if BEGINS_PART[ids[place]])
