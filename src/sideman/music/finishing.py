"""From the notes of a take to those that are heard: the only place where anything is added for the ear.

Takes are kept as they were composed; bars told, bands and files are all made here. Knows notes; no ids, no files.
"""

from __future__ import annotations

import numpy as np

from sideman.music.band import DURATION, ONSET, NoteArray, Role
from sideman.music.touch import touch


def finish(role: Role, notes: NoteArray, steps: int) -> NoteArray:
    """The notes (notes, 4) of a role, or a bar of them, in a piece of ``steps`` steps, as they are heard.

    A drummer accents; what would ring past the end is cut there.
    """
    heard = touch(role, notes).copy()
    heard[:, DURATION] = np.minimum(heard[:, DURATION], steps - heard[:, ONSET])
    return heard
