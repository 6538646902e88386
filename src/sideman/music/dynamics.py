"""How loud a section is played: velocities moved towards a dynamic. Knows velocities; no ids, no files."""

from __future__ import annotations

import numpy as np

from sideman.music.band import MIDI_VALUES, VELOCITY, NoteArray
from sideman.music.wishes import LOUDNESS, NORMAL

_LOUDEST = MIDI_VALUES - 1


def played_at(notes: NoteArray, loudness: str | None) -> NoteArray:
    """The notes (notes, 4) at one of :data:`LOUDNESS`, those of a band that plays mf; as they are for None.

    Softer ones keep their ratios, louder ones those of what is left up to the loudest: nobody is cut off.
    """
    if loudness is None or not len(notes):
        return notes
    wanted, velocity = LOUDNESS[loudness], notes[:, VELOCITY]
    if wanted <= NORMAL:
        moved = velocity * (wanted / NORMAL)
    else:
        moved = _LOUDEST - (_LOUDEST - velocity) * ((_LOUDEST - wanted) / (_LOUDEST - NORMAL))
    heard = notes.copy()
    heard[:, VELOCITY] = np.clip(np.rint(moved), 1, _LOUDEST)
    return heard
