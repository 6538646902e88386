"""Chords from notes, as a judge hears them. Knows notes and beats; nothing of how the training data was labelled.

The data's labels come from :mod:`sideman.music.recognition`, and a band that was learnt from them must not be judged
by the same ear. This one shares no code and no numbers with it: every beat's pitch classes are compared, by the
cosine of the angle, with binary templates (Fujishima, "Realtime chord recognition of musical sound", ICMC 1999), the
bass speaks for the root, and a Viterbi path over the beats smooths (Bello and Pickens, "A robust mid-level
representation for harmonic content in music signals", ISMIR 2005).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, ONSET, PITCH, Band, NoteArray, Role
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import BEATS_PER_BAR, STEPS_PER_BEAT

# What can be heard: tones above the root, and what the name costs beside a plain triad's.
UNLABELLED = -1
TEMPLATES: tuple[tuple[tuple[int, ...], float], ...] = (
    ((0, 4, 7), 0.0),
    ((0, 3, 7), 0.0),
    ((0, 4, 7, 10), 0.02),
    ((0, 3, 7, 10), 0.02),
    ((0, 4, 7, 11), 0.02),
    ((0, 3, 6, 10), 0.06),
    ((0, 3, 6), 0.06),
    ((0, 5, 7), 0.05),
    ((0, 5, 7, 10), 0.06),
    ((0, 4, 8), 0.08),
    ((0, 3, 7, 9), 0.08),
    ((0, 4, 7, 9), 0.06),
    ((0, 3, 7, 11), 0.1),
    ((0, 4, 6, 10), 0.1),
)
# Searched on every second song of POP909, then rounded.
_BASS_BONUS = 0.25  # of a root that is the bass for the whole beat
_CHANGE_COST = 0.4  # of another chord than on the beat before
_BAR_DISCOUNT = 0.15  # of that cost, where a bar begins
_NOTHING_HEARD = 0.55  # score of no chord; a plain triad alone has 1
_HIGHEST_BASS = 60  # MIDI pitch from which the lowest note says nothing of the root
_Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Heard(NamedTuple):
    """A chord a beat: ``root`` (beats,) a pitch class or UNLABELLED, ``tones`` (beats, 12) those above the root."""

    root: Integers
    tones: npt.NDArray[np.bool_]


def hear(band: Band) -> Heard:
    """The chords of a band's pitched tracks, one a beat, as many beats as the band has begun."""
    beats = -(-band.steps // STEPS_PER_BEAT)
    pitched = [track.notes for track in band.tracks if not track.is_drum]
    bass = [track.notes for track in band.tracks if track.role is Role.BASS]
    empty = np.zeros((0, 4), np.int32)
    return hear_notes(np.concatenate([empty, *pitched]), bass[0] if bass else empty, beats)


def hear_notes(pitched: NoteArray, bass: NoteArray, beats: int) -> Heard:
    """The same from notes (notes, 4) of all pitched tracks and of the bass alone, for the first ``beats`` beats."""
    sounding = _by_beat(_roll(pitched, beats))
    low = _by_beat(_lowest(pitched, bass, beats))
    states = _path(_scores(sounding, low))
    root = np.where(states < _CHORDS, states // len(TEMPLATES), UNLABELLED)
    tones = _TONES[np.where(states < _CHORDS, states % len(TEMPLATES), len(TEMPLATES))]
    return Heard(root, tones)


def _roll(notes: NoteArray, beats: int) -> _Floats:
    """How many notes of each pitch class sound in each step: (steps, 12)."""
    steps = beats * STEPS_PER_BEAT
    edges = np.zeros((steps + 1, PITCH_CLASSES))
    pitch_class = notes[:, PITCH] % PITCH_CLASSES
    np.add.at(edges, (np.minimum(notes[:, ONSET], steps), pitch_class), 1)
    np.add.at(edges, (np.minimum(notes[:, ONSET] + notes[:, DURATION], steps), pitch_class), -1)
    return np.cumsum(edges, 0)[:-1]


def _lowest(pitched: NoteArray, bass: NoteArray, beats: int) -> _Floats:
    """Marks the pitch class of the bass in each step, the bass player's note or else the lowest: (steps, 12)."""
    steps = beats * STEPS_PER_BEAT
    lowest = np.full(steps, _HIGHEST_BASS)
    for notes in (pitched, bass):
        if notes is bass and len(bass):
            playing = np.full(steps, _HIGHEST_BASS)
            _lower(playing, bass)
            lowest = np.where(playing < _HIGHEST_BASS, playing, lowest)
        else:
            _lower(lowest, notes)
    marks = np.zeros((steps, PITCH_CLASSES))
    there = np.flatnonzero(lowest < _HIGHEST_BASS)
    marks[there, lowest[there] % PITCH_CLASSES] = 1
    return marks


def _lower(lowest: Integers, notes: NoteArray) -> None:
    """Take the pitches of notes into the lowest pitch of each step, in place."""
    for onset, duration, pitch, _ in notes.tolist():
        part = lowest[onset : onset + duration]
        np.minimum(part, pitch, out=part)


def _by_beat(roll: _Floats) -> _Floats:
    """Mean of the steps of each beat: (beats, 12)."""
    mean: _Floats = roll.reshape(-1, STEPS_PER_BEAT, PITCH_CLASSES).mean(1)
    return mean


def _tones() -> npt.NDArray[np.bool_]:
    """Tones above the root of each template, and none in the last row: (templates + 1, 12)."""
    tones = np.zeros((len(TEMPLATES) + 1, PITCH_CLASSES), np.bool_)
    for row, (intervals, _) in zip(tones, TEMPLATES, strict=False):
        row[list(intervals)] = True
    return tones


_TONES = _tones()
_CHORDS = PITCH_CLASSES * len(TEMPLATES)  # state: root * templates + template; the one after the last is no chord


def _directions() -> _Floats:
    """Each chord as a direction in the space of pitch classes: (12, chords)."""
    weights = _TONES[:-1].astype(np.float64)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    return np.stack([np.roll(row, root) for root in range(PITCH_CLASSES) for row in weights], 1)


_DIRECTIONS = _directions()
_COSTS = np.tile([cost for _, cost in TEMPLATES], PITCH_CLASSES)
_ROOTS = np.repeat(np.arange(PITCH_CLASSES), len(TEMPLATES))


def _scores(sounding: _Floats, low: _Floats) -> _Floats:
    """How well each state fits each beat: (beats, states)."""
    profile = np.sqrt(sounding)
    length = np.linalg.norm(profile, axis=1, keepdims=True)
    profile /= np.maximum(length, np.finfo(np.float64).tiny)
    fit = profile @ _DIRECTIONS - _COSTS + _BASS_BONUS * low[:, _ROOTS]
    return np.concatenate([fit, np.full((len(fit), 1), _NOTHING_HEARD)], 1)


def _path(scores: _Floats) -> Integers:
    """The best path of states: (beats,). Another state costs the same from everywhere."""
    beats = len(scores)
    came_from = np.empty(scores.shape, np.int64)
    stay = np.arange(scores.shape[1])
    total = scores[:1].sum(0)
    for beat in range(1, beats):
        cost = _CHANGE_COST * (1 - _BAR_DISCOUNT * (beat % BEATS_PER_BAR == 0))
        best = int(total.argmax())
        changed = total[best] - cost > total
        came_from[beat] = np.where(changed, best, stay)
        total = np.where(changed, total[best] - cost, total) + scores[beat]
    path = np.empty(beats, np.int64)
    if beats:
        path[-1] = total.argmax()
    for beat in range(beats - 1, 0, -1):
        path[beat - 1] = came_from[beat, path[beat]]
    return path
