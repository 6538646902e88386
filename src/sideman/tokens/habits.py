"""What players do after what they did: a line moves on, a bar is about as full as the one before. Knows ids.

The network, drawn within its likeliest ids, lets lines stay on a tone and bars change more than people do.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sideman.music.band import INSTRUMENTS, ROLES
from sideman.tokens.clashes import Row
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.vocabulary import DENSITIES, VOCABULARY

_FIRST_PITCH = VOCABULARY.range("pitch").start
_FIRST_DENSITY = VOCABULARY.range("track_density").start
_MAY_END = (Stage.HEAD, Stage.REST, Stage.SOUND)  # a part may begin behind these


class Habits:
    """What is added to logits, by role.

    ``moving`` is taken from the pitch that was highest in the player's onset before, ``steady`` added to the number of
    onsets, by level, that the player's bar before has.
    """

    def __init__(self, moving: Mapping[str, float], steady: Mapping[str, float]) -> None:
        self.moving = [0.0 if INSTRUMENTS[role].is_drum else moving.get(role, 0.0) for role in ROLES]
        self.steady = [steady.get(role, 0.0) for role in ROLES]
        self.is_steady = any(self.steady)

    def row(self, prefix: Prefix) -> Row | None:
        """For the id that follows; None where nothing is added."""
        row: Row | None = None
        if prefix.stage in (Stage.ONSET, Stage.LENGTH, Stage.SOUND) and prefix.top >= 0 and self.moving[prefix.role]:
            row = np.zeros(VOCABULARY.size, np.float32)
            row[_FIRST_PITCH + prefix.top] = -self.moving[prefix.role]
        if self.is_steady and prefix.stage in _MAY_END:
            row = np.zeros(VOCABULARY.size, np.float32) if row is None else row
            for role, density in enumerate(prefix.densities):
                if density >= 0:
                    row[_FIRST_DENSITY + role * DENSITIES + density] = self.steady[role]
        return row
