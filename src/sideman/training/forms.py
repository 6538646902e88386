"""The form of a song, found in its ids: which earlier bar each bar resembles, and where sections begin.

Knows ids; no features, no torch. What it finds is told to the network in a part of the rows (see batches), as a leader
may tell it or not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sideman.music.band import ROLES
from sideman.tokens.encode import Ids
from sideman.tokens.form import LIKENESS_LIMITS, NEAREST, NEW, Echo, Section, sections_from
from sideman.tokens.slices import BEGINS_BAR, BEGINS_PART, ROLE, are_of_kind
from sideman.tokens.vocabulary import POSITIONS, VOCABULARY

SECTION = 4  # bars that go on at one distance make a section
GOES_ON = (0.02, 0.3)  # likeness that it is worth to point to the bar after the last one pointed to
SAID_OF_A_BAR = 0.9  # how often a bar of a song whose echoes are told tells its own
_BUCKETS = 4096  # notes are counted in so many columns
_IS_POSITION, _IS_NOTE = are_of_kind("position"), are_of_kind("pitch", "hit")


def likeness(ids: Ids) -> npt.NDArray[np.float32]:
    """How much bars are alike, (bars, bars): notes that two share, as a part of all that either has; 0 for silence.

    A note is a role's pitch, or drums that sound together, at a step of the bar.
    """
    index = np.arange(len(ids))
    bar = np.cumsum(BEGINS_BAR[ids]) - 1
    role = ROLE[ids[np.maximum.accumulate(index * BEGINS_PART[ids])]]
    position = VOCABULARY.values[ids[np.maximum.accumulate(index * _IS_POSITION[ids])]].astype(np.int64)
    notes = _IS_NOTE[ids]
    code = ((ids.astype(np.int64) * POSITIONS + position) * len(ROLES) + role)[notes]
    counts = np.zeros((int(bar[-1]) + 1, _BUCKETS), np.float32)
    counts[bar[notes], code % _BUCKETS] = 1.0
    shared = counts @ counts.T
    sizes = counts.sum(1)
    return np.asarray(shared / np.maximum(1.0, sizes[:, None] + sizes - shared), np.float32)


def echoes(alike: npt.NDArray[np.float32], goes_on: float) -> list[Echo]:
    """The earlier bar that each bar resembles most, at least :data:`NEAREST` bars back, by what :func:`likeness` gives.

    ``goes_on`` is added for the bar after the one that the bar before points to.
    """
    told: list[Echo] = []
    for bar, row in enumerate(alike):
        candidates = row[: max(0, bar - NEAREST + 1)].copy()
        following = told[-1].bar + 1 if told and told[-1].bar >= 0 else -1
        if 0 <= following < len(candidates):
            candidates[following] += goes_on
        best = len(candidates) - 1 - int(candidates[::-1].argmax()) if len(candidates) else -1  # of equals the nearest
        level = NEW + int(np.searchsorted(LIKENESS_LIMITS, row[best], side="right")) if best >= 0 else NEW
        told.append(Echo(best, level) if level > NEW else Echo(-1, NEW))
    return told


def sections(told: Sequence[Echo]) -> tuple[Section, ...]:
    """Where each bar stands in its section; one begins where the distance to the bar resembled changes, then holds."""
    distance = [bar - echo.bar if echo.bar >= 0 else 0 for bar, echo in enumerate(told)]
    starts = (
        bar
        for bar in range(1, len(distance) - SECTION + 1)
        if distance[bar] != distance[bar - 1] and len({*distance[bar : bar + SECTION]}) == 1
    )
    return sections_from([0, *starts], len(told))


def told_echoes(told: Sequence[Echo], rng: np.random.Generator) -> tuple[Echo, ...]:
    """The echoes without those of some bars, so that each is optional."""
    keep = rng.random(len(told)) < SAID_OF_A_BAR
    return tuple(echo if kept else Echo() for echo, kept in zip(told, keep.tolist(), strict=True))
