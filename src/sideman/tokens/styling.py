"""What makes a style: how much likelier ids are in it than in all music. Knows ids and the table beside it; no songs.

The network is told a style by one id before the first bar, and hardly minds it. So what people of a style do otherwise
was counted (``training/style_fit.py``): on which steps of the bar a player begins notes, how long they are, how many a
bar has, and which drums stand on which step. It is added to the logits, within their kind (docs/adr/0028-styling.md).
The table is of bars in 4/4; others get nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.music.band import ROLES
from sideman.tokens.clashes import Row
from sideman.tokens.drum_hits import HIT_MASKS
from sideman.tokens.form import COMMON
from sideman.tokens.prefix import Prefix
from sideman.tokens.vocabulary import DENSITIES, LENGTHS, POSITIONS, STYLES, VOCABULARY

LEARNT = Path(__file__).with_name("styling.npz")
SCALE = 32  # of a logit in the table
SHAPES: Mapping[str, tuple[int, ...]] = {  # by the kind of their ids; the last axis is the id's value
    "position": (len(STYLES), len(ROLES), POSITIONS),
    "length": (len(STYLES), len(ROLES), len(LENGTHS)),
    "track_density": (len(STYLES), len(ROLES), DENSITIES),
    "hit": (len(STYLES), POSITIONS, len(HIT_MASKS)),  # by the step on which drums are struck
}
_KEPT = 32  # styles, with their strengths, that are held at once

Rows = npt.NDArray[np.float32]  # (roles, positions, vocab)


class Styling:
    """What is added to logits in a style: the table's, times the ``strengths`` of some kinds of :data:`SHAPES`."""

    def __init__(self, strengths: Mapping[str, float]) -> None:
        self._strengths = tuple(strengths.items())

    def row(self, prefix: Prefix, style: str | None) -> Row | None:
        """For the id that follows in a bar of this style; None where nothing is added."""
        rows = self.rows(style)
        if rows is None or prefix.measure != COMMON:
            return None
        row: Row = rows[max(prefix.role, 0), max(prefix.position, 0)]
        return row

    def rows(self, style: str | None) -> Rows | None:
        """For each player, while it is on each step of a bar of this style; None where nothing is added."""
        return None if style is None or not self._strengths else _rows(style, self._strengths)


@cache
def learnt() -> Mapping[str, npt.NDArray[np.int8]]:
    """The table, in 1/:data:`SCALE` of a logit: arrays of :data:`SHAPES`."""
    with np.load(LEARNT) as arrays:
        return {kind: arrays[kind].reshape(shape) for kind, shape in SHAPES.items()}


@cache
def digest() -> str:
    """A name for what the table says."""
    said = hashlib.sha256()
    for kind, array in learnt().items():
        said.update(kind.encode() + array.tobytes())
    return said.hexdigest()


@lru_cache(_KEPT)
def _rows(style: str, strengths: tuple[tuple[str, float], ...]) -> Rows:
    """Of each player, while it is on each step of the bar."""
    number = STYLES.index(style)
    rows: Rows = np.zeros((len(ROLES), POSITIONS, VOCABULARY.size), np.float32)
    for kind, strength in strengths:
        added = learnt()[kind][number] * np.float32(strength / SCALE)
        within = VOCABULARY.range(kind)
        if kind == "hit":
            rows[0, :, within] = added
        elif kind == "track_density":
            rows[:, :, within] = added.reshape(-1)  # the next player's, whoever that is
        else:
            rows[:, :, within] = added[:, None]
    return rows
