"""Which ids fit the chord that sounds, a given melody, the style and what was played: what is added to their logits.

Knows ids and chords.

Between beats players pass through other tones as they like: there a chord's are no likelier than the network says.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, MIDI_VALUES, ROLES
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import STEPS_PER_BEAT
from sideman.tokens.clashes import Clashes, Row, chord_tones
from sideman.tokens.habits import NO_HABITS, Habits
from sideman.tokens.prefix import Prefix
from sideman.tokens.register import Register
from sideman.tokens.styling import Styling
from sideman.tokens.vocabulary import NO_CHORD, VOCABULARY

_PITCHES = VOCABULARY.range("pitch")


class Fitting:
    """What is added to the logits of chord tones on a beat, by role; who isn't named in ``added`` chooses freely.

    What rubs against a melody is added too, where there are ``clashes``, what makes the style of a bar, and habits.
    """

    def __init__(
        self,
        added: Mapping[str, float],
        clashes: Clashes | None = None,
        styling: Styling | None = None,
        habits: Habits = NO_HABITS,
        register: Register | None = None,
    ) -> None:
        self.clashes = clashes
        self.styling = styling
        self.habits = habits
        self.register = register
        self.added = [0.0 if INSTRUMENTS[role].is_drum else added.get(role, 0.0) for role in ROLES]
        self._is_on = any(self.added)

    def row(self, prefix: Prefix, style: str | None = None) -> Row | None:
        """For the id that follows in a bar of a style; None where nothing is added."""
        row = self._fitting(prefix)
        if self.clashes is not None:
            row = _sum(row, self.clashes.row(prefix))
        if self.styling is not None:
            row = _sum(row, self.styling.row(prefix, style))
        row = _sum(row, self.habits.row(prefix))
        if self.register is not None:
            row = _sum(row, self.register.row(prefix))
        return row

    def _fitting(self, prefix: Prefix) -> Row | None:
        if not self._is_on or prefix.role < 0 or prefix.position % STEPS_PER_BEAT:
            return None
        if not 0 <= prefix.chord.chord < NO_CHORD:
            return None
        added = self.added[prefix.role]
        return _rows(added)[prefix.chord.chord] if added else None


def _sum(row: Row | None, other: Row | None) -> Row | None:
    return other if row is None else row if other is None else row + other


@cache
def _rows(added: float) -> npt.NDArray[np.float32]:
    """A row for each chord of the language: (chords, vocab)."""
    rows = np.zeros((NO_CHORD, VOCABULARY.size), np.float32)
    rows[:, _PITCHES] = added * chord_tones()[:, np.arange(MIDI_VALUES) % PITCH_CLASSES]
    return rows
