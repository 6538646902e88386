"""How a drummer's hands weigh their strokes. Knows velocities; no ids, no files.

The token language keeps one loudness a role and bar. What is lost is mostly the drums' accents, and those
follow from the drum and its place in the beat: the tables are a least-squares fit to 757,000 strokes of 500
songs of LPD-5's train fold (each stroke's velocity less its bar's mean), and explain 31 % of the variance.
Pitched roles vary by two or three steps of velocity from place to place, too little to hear.
"""

from __future__ import annotations

import numpy as np

from sideman.music.band import INSTRUMENTS, MIDI_VALUES, ONSET, PITCH, VELOCITY, NoteArray, Role
from sideman.music.time import STEPS_PER_BEAT

# Velocity by step in the beat: the beat, its half, the 16ths beside, the triplets, the rest.
_ON_BEAT, _HALF, _SIXTEENTH, _TRIPLET, _BETWEEN = 3, -6, -11, -12, -5
_PLACES: dict[int, int] = {0: _ON_BEAT, 6: _HALF, 3: _SIXTEENTH, 9: _SIXTEENTH, 4: _TRIPLET, 8: _TRIPLET}
# Velocity by drum, General MIDI pitch; drums with fewer than 1,000 strokes have none.
_DRUMS: dict[int, int] = {
    35: 21,
    36: 15,
    37: 7,
    38: 9,
    39: 6,
    40: 13,  # bass drums, side stick, snares, clap
    43: 8,
    45: 9,
    47: 9,
    48: 10,  # toms
    42: -2,
    44: -1,
    46: -2,
    49: -2,
    51: -2,
    53: -7,
    57: -5,
    59: 2,  # hi-hats, cymbals
    54: -8,
    56: 6,
    69: -9,
    70: -2,
    75: 1,
    80: 6,
    81: -11,
    82: -8,  # tambourine, cowbell, shakers, triangles
    60: -1,
    61: 1,
    62: 8,
    63: 8,
    64: 2,
    65: 9,
    66: 2,
    67: -8,
    68: -13,  # hand drums, agogos
}
_BY_PLACE = np.array([_PLACES.get(step, _BETWEEN) for step in range(STEPS_PER_BEAT)], np.int32)
_BY_DRUM = np.array([_DRUMS.get(pitch, 0) for pitch in range(MIDI_VALUES)], np.int32)
_SOFTEST = 12  # a stroke that can still be heard


def touch(role: Role, notes: NoteArray) -> NoteArray:
    """The notes (notes, 4) with a drummer's accents; other roles' notes as they are."""
    if not INSTRUMENTS[role].is_drum or not len(notes):
        return notes
    accented = notes.copy()
    accent = _BY_PLACE[notes[:, ONSET] % STEPS_PER_BEAT] + _BY_DRUM[notes[:, PITCH]]
    accented[:, VELOCITY] = np.clip(notes[:, VELOCITY] + accent, _SOFTEST, MIDI_VALUES - 1)
    return accented
