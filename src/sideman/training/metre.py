"""Which metre a song is really in, and where its bars begin: found in its notes. Knows no ids, no files.

LPD's songs are in 4/4 by decree, and MIDI files often say so whatever they are in. A song in three repeats itself
after 3, 6 and 9 beats where one in four does after 4 and 8. One whose file counts the eighths of 6/8 as halves of a
beat repeats itself after a beat and a half too. What is not clear stays in 4/4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, ONSET, PITCH, ROLES, NoteArray, Role
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import COMMON_TIME, STEPS_PER_BEAT, Meter

HALF_BEAT = STEPS_PER_BEAT // 2  # steps
BAR = 6  # half-beats of a bar in three: three beats, or two dotted ones
_KIT = ((35, 36), (37, 38, 39, 40), (42, 44), (46,), (51, 53, 59), (49, 52, 55, 57), (41, 43, 45, 47, 48, 50))
_PIECE = np.full(128, len(_KIT))  # of a drum's pitch; the last for all others
for _index, _pitches in enumerate(_KIT):
    _PIECE[list(_pitches)] = _index
_KIT_SIZE = len(_KIT) + 1
_CYMBALS = slice(2, 6)
_PARTS = (slice(0, _KIT_SIZE), slice(_KIT_SIZE, _KIT_SIZE + PITCH_CLASSES), slice(_KIT_SIZE + PITCH_CLASSES, None))
_LOUDEST = 2.0  # onsets of a kind in a half-beat that count

# Lags in half-beats at which a song in three is like itself, and one in four.
_THREES, _FOURS = (6, 12, 18, 30, 36), (8, 16, 32, 40)
_SHORTEST = 36 * BAR  # half-beats; less says nothing
_CLEARER, _CLEAR = 0.08, 0.12  # by how much three must beat four, and what it must reach by itself
_WINDOW = 12 * BAR  # half-beats; each is asked by itself
_AGREEMENT = 0.8  # of the windows that must say what the song says

# How much it counts where in the bar something falls: change of harmony, kick, snare, cymbals, bass, others.
_FIRST = np.array((4.0, 1.0, -0.5, 0.0, 1.0, 0.0), np.float32)  # on the first beat
_BEATS = np.array((0.0, 1.0, 2.0, 1.0, 1.0, 2.0), np.float32)  # on beats rather than between them
_LEAST = -0.5  # what falls between beats speaks against them by so much at most
_BARS_IN_THREE = {Meter(3, 4): [0, 2, 4], Meter(6, 8): [0, 3]}  # half-beats of a bar that are beats

_Floats = npt.NDArray[np.float32]


class Found(NamedTuple):
    """What a song is in, and the step at which a bar begins."""

    meter: Meter
    phase: int


COMMON = Found(COMMON_TIME, 0)


def find_metre(tracks: Sequence[NoteArray]) -> Found:
    """The metre of five tracks (notes, 4) in steps: 3/4 or 6/8 where that is clear, else 4/4 from step 0.

    In 6/8 a file's half-beat is an eighth: its bars last three of the file's beats, as those of 3/4 do.
    """
    onsets = half_beats(tracks)
    if len(onsets) < _SHORTEST:
        return COMMON
    alike = self_likeness(onsets)
    three, four = alike[list(_THREES)].mean(), alike[list(_FOURS)].mean()
    # One that is more like itself after half a bar has other bars than these.
    if three < _CLEAR or three - four < _CLEARER or alike[BAR // 2] > alike[BAR]:
        return COMMON
    evidence = _evidence(onsets)
    found = _best(evidence)
    windows = [evidence[start : start + _WINDOW] for start in range(0, len(evidence) - BAR, _WINDOW)]
    told = [_best(window) for window in windows if window.any()]  # a window is of whole bars
    return found if told.count(found) >= _AGREEMENT * len(told) else COMMON


def half_beats(tracks: Sequence[NoteArray]) -> _Floats:
    """(half-beats, kinds) what begins in each: pieces of the kit, pitch classes of the bass, and of the others."""
    end = max((int(notes[-1, ONSET]) for notes in tracks if len(notes)), default=-1) + 1
    table = np.zeros((-(-end // HALF_BEAT), _KIT_SIZE + 2 * PITCH_CLASSES), np.float32)
    for role, notes in zip(ROLES, tracks, strict=True):
        if INSTRUMENTS[role].is_drum:
            kind = _PIECE[notes[:, PITCH]]
        else:
            kind = notes[:, PITCH] % PITCH_CLASSES + _PARTS[1 if role is Role.BASS else 2].start
        np.add.at(table, (notes[:, ONSET] // HALF_BEAT, kind), 1.0)
    return np.minimum(table, _LOUDEST)


def self_likeness(onsets: _Floats) -> _Floats:
    """Autocorrelation over the whole song by lag in half-beats, 1 at lag 0: the mean of drums, bass and the others.

    Each counts by the root of how often it plays.
    """
    lags = max(*_THREES, *_FOURS) + 1
    total, weights = np.zeros(lags, np.float32), 0.0
    for part in _PARTS:
        own = onsets[:, part] - onsets[:, part].mean(0)
        power = float((own * own).sum()) / len(own)
        weight = float(np.count_nonzero(onsets[:, part])) ** 0.5
        if power > 0:
            products = [float((own[: len(own) - lag] * own[lag:]).sum()) / (len(own) - lag) for lag in range(lags)]
            total += weight * np.array(products, np.float32) / power
            weights += weight
    return total / max(weights, 1.0)


def _evidence(onsets: _Floats) -> _Floats:
    """(half-beats, 6) what a bar is told by: change of harmony, kick, snare, cymbals, bass, others."""
    harmony = 2 * onsets[:, _PARTS[1]] + onsets[:, _PARTS[2]]
    summed = np.cumsum(np.concatenate([np.zeros((1, PITCH_CLASSES), np.float32), harmony]), 0)
    place = np.arange(BAR, len(onsets) - BAR + 1)
    before, after = summed[place] - summed[place - BAR], summed[place + BAR] - summed[place]
    size = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    change = np.zeros(len(onsets) + 1, np.float32)
    change[place] = np.where(size > 0, 1 - (before * after).sum(1) / np.maximum(size, 1e-6), 0)
    counts = [onsets[:, part].sum(1) for part in (slice(0, 1), slice(1, 2), _CYMBALS, *_PARTS[1:])]
    return np.stack([change[:-1], *counts], 1)


def _best(evidence: _Floats) -> Found:
    """The metre and the first beat that explain most: what falls on the first beat, and on beats at all."""
    bars = evidence[: len(evidence) // BAR * BAR].reshape(-1, BAR, evidence.shape[1]).sum(0)  # (half-beats, kinds)
    share = bars / np.maximum(bars.mean(0), 1e-6)  # 1: evenly spread
    best, found = -np.inf, COMMON
    for meter, beats in _BARS_IN_THREE.items():
        off = [place for place in range(BAR) if place not in beats]
        for phase in range(BAR):
            turned = np.roll(share, -phase, 0)
            on_beats = (turned[beats].mean(0) - turned[off].mean(0)) * len(beats) / BAR  # up to 1
            score = float((turned[0] - 1) @ _FIRST + np.maximum(on_beats, _LEAST) @ _BEATS)
            if score > best:
                best, found = score, Found(meter, phase * HALF_BEAT)
    return found
