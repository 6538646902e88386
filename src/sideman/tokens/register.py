"""How high players play, which the network can't know: it hears all music in one key. Knows ids and a table; no songs.

Ids stand in C major or A minor, wherever the music sounds. So the network gives a bass in G, which it hears a fourth
higher, the lowest notes of one in E, which it hears lower: they would sound below its lowest string. For each player it
was counted how often people play each pitch as it sounds (``training/register_fit.py``). How much likelier a pitch is
in the key that it is than in whichever it might be, by that, is added to its logit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, MIDI_VALUES, ROLES
from sideman.music.key import SHIFTS
from sideman.tokens.clashes import Row
from sideman.tokens.prefix import Prefix
from sideman.tokens.vocabulary import VOCABULARY

LEARNT = Path(__file__).with_name("register.npz")
Rows = npt.NDArray[np.float32]  # (roles, pitches)

_PITCHES = VOCABULARY.range("pitch")
_BLUR = np.array([1, 2, 3, 4, 3, 2, 1])  # of neighbouring pitches: which tones of a key are played is not what is asked
_LEAST = 1e-6  # of a player's notes, of any pitch


class Register:
    """What is added to pitches of a chart that is heard ``shift`` semitones higher, by ``strengths`` of roles."""

    def __init__(self, shift: int, strengths: Mapping[str, float]) -> None:
        times = [0.0 if INSTRUMENTS[role].is_drum else strengths.get(role, 0.0) for role in ROLES]
        rows = learnt()[:, SHIFTS.index(shift)] * np.array(times, np.float32)[:, None]
        self.rows: Rows = np.ascontiguousarray(rows)  # the kernel reads them

    def row(self, prefix: Prefix) -> Row | None:
        """For the id that follows; None where no pitch can."""
        role = prefix.role
        if role < 0 or prefix.length < 0 or INSTRUMENTS[ROLES[role]].is_drum:
            return None
        row = np.zeros(VOCABULARY.size, np.float32)
        row[_PITCHES] = self.rows[role]
        return row


@cache
def learnt() -> npt.NDArray[np.float32]:
    """How much likelier each pitch is in a key of each shift than in any: (roles, shifts, pitches)."""
    with np.load(LEARNT) as arrays:
        pitches, keys = arrays["pitches"].astype(np.float64), arrays["keys"].astype(np.float64)
    shares = pitches / np.maximum(pitches.sum(1, keepdims=True), 1)
    smooth = np.array([np.convolve(role, _BLUR / _BLUR.sum(), "same") for role in shares]) + _LEAST
    heard = np.clip(np.arange(MIDI_VALUES) - np.array(SHIFTS)[:, None], 0, MIDI_VALUES - 1)  # (shifts, pitches)
    sounding = np.log(smooth[:, heard])
    anywhere = np.log(np.einsum("s,rsp->rp", keys / keys.sum(), smooth[:, heard]))
    return np.asarray(sounding - anywhere[:, None], np.float32)


@cache
def digest() -> str:
    """A name for what the table says."""
    return hashlib.sha256(LEARNT.read_bytes()).hexdigest()
