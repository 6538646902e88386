"""What tells songs that are copies or edits of one another, from their notes alone.

Knows songs in ticks; no files, no manifest, and not how they are compared (`clusters.py`). What stands for a song is
a sample of its melodic phrases: eight steps in a row of a voice, each an interval and the time since the note before,
on the grid of 16ths. The voices are the top line of every pitched track, and the top and the bottom of all of
them together. So the sample bears another key, tempo, velocity, an introduction of any length,
jitter within a 16th, tracks that are missing, renamed or folded into one; an excerpt's is part of
the whole's. The sampling is FracMinHash (Irber et al. 2022): a hash is kept or not whatever else
the song holds, so that samples of two songs can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, ONSET, PITCH, ROLES, NoteArray
from sideman.music.time import TICKS_PER_BEAT
from sideman.training.song import Song

Phrases = npt.NDArray[np.uint64]  # (hashes,) ascending, distinct

_PHRASE = 8  # intervals
_SAMPLED = np.uint64(4)  # one hash of so many is kept
_CELL = TICKS_PER_BEAT // 4  # ticks in a 16th
_LONGEST_GAP = 16  # cells; beyond a bar a rest is a rest
_HASH_BASE = 0x9E3779B97F4A7C15
_WEIGHTS = np.array([pow(_HASH_BASE, power, 1 << 64) for power in range(1, _PHRASE + 1)], np.uint64)
_PITCHED = tuple(index for index, role in enumerate(ROLES) if not INSTRUMENTS[role].is_drum)
_NO_TOP, _NO_BOTTOM = -1, 999  # in a cell where nothing begins
_NOTHING = np.zeros(0, np.uint64)


def sample_phrases(song: Song) -> Phrases:
    """Hashes of a quarter of the song's phrases; empty when it has none, as drums alone."""
    voices = _voices([song.ticks[index] for index in _PITCHED])
    intervals, gaps, starts = [], [], []
    for voice in voices:
        cells = np.flatnonzero((voice > _NO_TOP) & (voice < _NO_BOTTOM))
        if len(cells) > _PHRASE:
            intervals.append(np.diff(voice[cells]))
            gaps.append(np.minimum(np.diff(cells), _LONGEST_GAP))
            starts.append(np.arange(len(cells) - 1) < len(cells) - _PHRASE)
    if not starts:
        return _NOTHING
    interval = np.concatenate(intervals)
    moves = np.convolve(interval != 0, np.ones(_PHRASE, np.int64))[_PHRASE - 1 :]  # within the phrase from here
    begins = np.flatnonzero(np.concatenate(starts) & (2 * moves >= _PHRASE))  # a repeated note is not a phrase
    token = (interval * (2 * _LONGEST_GAP) + np.concatenate(gaps)).astype(np.uint64)
    phrases = np.zeros(len(begins), np.uint64)
    for place, weight in enumerate(_WEIGHTS):
        phrases += token[begins + place] * weight
    hashes = scramble(phrases)
    sample: Phrases = np.unique(hashes[hashes % _SAMPLED == 0])
    return sample


def _voices(tracks: Sequence[NoteArray]) -> npt.NDArray[np.int64]:
    """(voices, cells) the pitch that begins in each 16th: each track's highest, the band's highest and lowest."""
    cells = 1 + max((int(notes[-1, ONSET]) + _CELL // 2) // _CELL if len(notes) else -1 for notes in tracks)
    top = np.full((len(tracks), cells), _NO_TOP, np.int64)
    bottom = np.full((len(tracks), cells), _NO_BOTTOM, np.int64)
    for index, notes in enumerate(tracks):
        if len(notes):
            cell = (notes[:, ONSET] + _CELL // 2) // _CELL
            first = np.flatnonzero(np.diff(cell, prepend=-1))
            top[index, cell[first]] = np.maximum.reduceat(notes[:, PITCH], first)
            bottom[index, cell[first]] = np.minimum.reduceat(notes[:, PITCH], first)
    return np.vstack((top, top.max(0), bottom.min(0)))


def scramble(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spreads every bit over all 64: the finaliser of splitmix64 (Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
