"""What players do after what they did: a line moves on, a bar is about as full as the one before. Knows ids.

The network, drawn within its likeliest ids, lets lines stay on a tone and bars change more than people do; and what it
plays leads it to rest less and to play more at once than they do (docs/adr/0037-evened-out.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, ROLES
from sideman.tokens.clashes import Row
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.vocabulary import DENSITIES, VOCABULARY

_FIRST_PITCH = VOCABULARY.range("pitch").start
_DENSITIES = VOCABULARY.range("track_density")
_REST = VOCABULARY.kinds.index("rest")
_MORE = [VOCABULARY.kinds.index(kind) for kind in ("length", "pitch", "hit")]  # at the onset that sounds
_NONE: Mapping[str, float] = MappingProxyType({})
_MAY_END = (Stage.HEAD, Stage.REST, Stage.SOUND)  # a part may begin behind these


class Habits:
    """What is added to logits, by role.

    ``moving`` is taken from the pitch that was highest in the player's onset before, ``steady`` added to the number of
    onsets, by level, that the player's bar before has, and ``fullness`` to each level. ``resting`` is added to a rest
    of the player who is next, ``thickness`` to one more note or drum at an onset; both count between kinds of ids.
    """

    def __init__(
        self,
        moving: Mapping[str, float] = _NONE,
        steady: Mapping[str, float] = _NONE,
        fullness: Mapping[str, Sequence[float]] = MappingProxyType({}),
        resting: Mapping[str, float] = _NONE,
        thickness: Mapping[str, float] = _NONE,
    ) -> None:
        self.moving = [0.0 if INSTRUMENTS[role].is_drum else moving.get(role, 0.0) for role in ROLES]
        self.steady = [steady.get(role, 0.0) for role in ROLES]
        self.is_steady = any(self.steady)
        self.fullness: Row | None = None  # (roles * levels,)
        if fullness:
            levels = [fullness.get(role, (0.0,) * DENSITIES) for role in ROLES]
            self.fullness = np.array(levels, np.float32).reshape(-1)
        # Times as likely.
        self.resting = [math.exp(resting.get(role, 0.0)) for role in ROLES]
        self.thickness = [math.exp(thickness.get(role, 0.0)) for role in ROLES]
        self.is_leaning = bool(resting or thickness)

    def row(self, prefix: Prefix) -> Row | None:
        """What is added within kinds, (vocab,), for the id that follows; None where nothing is."""
        row: Row | None = None
        if prefix.stage in (Stage.ONSET, Stage.LENGTH, Stage.SOUND) and prefix.top >= 0 and self.moving[prefix.role]:
            row = np.zeros(VOCABULARY.size, np.float32)
            row[_FIRST_PITCH + prefix.top] = -self.moving[prefix.role]
        if prefix.stage in _MAY_END and (self.is_steady or self.fullness is not None):
            row = np.zeros(VOCABULARY.size, np.float32) if row is None else row
            for role, density in enumerate(prefix.densities):
                if density >= 0:
                    row[_DENSITIES.start + role * DENSITIES + density] = self.steady[role]
            if self.fullness is not None:
                row[_DENSITIES] += self.fullness
        return row

    def factors(self, prefix: Prefix) -> npt.NDArray[np.float64] | None:
        """How much likelier each kind is, (kinds,), for the id that follows; None where none is."""
        if not self.is_leaning or prefix.stage not in _MAY_END:
            return None
        factors = np.ones(len(VOCABULARY.kinds))
        if len(prefix.played) < len(prefix.band):
            factors[_REST] = self.resting[prefix.band[len(prefix.played)]]
        if prefix.stage is Stage.SOUND:
            factors[_MORE] = self.thickness[prefix.role]
        return factors


NO_HABITS = Habits()
