"""From the notes of a take to those that are heard: the only place where anything is added for the ear.

Takes are kept as they were composed; bars told, bands and files are all made here. Knows notes; no ids, no files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sideman.music.band import DURATION, ONSET, PITCH, VELOCITY, NoteArray, Role
from sideman.music.strokes import Setting
from sideman.music.touch import touch


def finish(bar: Mapping[Role, NoteArray], steps: int, setting: Setting | None) -> dict[Role, NoteArray]:
    """The notes (notes, 4) of each role in a bar, which stands in ``setting``, as they are heard.

    A player weighs each, but for somebody's own, which have no setting; what would ring past the end of the piece,
    after ``steps`` steps, is cut there.
    """
    heard = {role: notes.copy() for role, notes in bar.items()} if setting is None else touch(bar, setting)
    for notes in heard.values():
        notes[:, DURATION] = np.minimum(notes[:, DURATION], steps - notes[:, ONSET])
    return heard


def struck(notes: NoteArray, velocities: Sequence[int]) -> NoteArray:
    """The notes (notes, 4) as loud as ``velocities`` say, one a note, by onset, then pitch."""
    heard = notes.copy()
    heard[np.lexsort((notes[:, PITCH], notes[:, ONSET])), VELOCITY] = velocities
    return heard
