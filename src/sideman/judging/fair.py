"""The same ground for everybody who is judged: the roles asked for, whole steps, the lengths that tokens can say."""

from __future__ import annotations

import numpy as np

from sideman.judging.windows import Window
from sideman.music.band import DURATION, ONSET, Band, Track
from sideman.tokens.grid import to_grid


def fair(band: Band, window: Window) -> Band:
    """What ``band`` plays in the window's roles and time, on the token grid; a role that it lacks is silent.

    Drums lose their lengths, and every bar of a role all loudness but one: neither is compared.
    """
    steps = window.band.steps
    theirs = {track.role: track.notes for track in band.tracks}
    tracks = []
    for role in window.roles:
        notes, _ = to_grid(role, theirs.get(role, np.zeros((0, 4), np.int32)), steps, 0)
        notes[:, DURATION] = np.minimum(notes[:, DURATION], steps - notes[:, ONSET])
        tracks.append(Track(role, notes))
    return Band(tuple(tracks), steps, window.band.tempo)
