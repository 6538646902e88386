"""Chord recognition: which chord sounds on each beat. Knows notes, beats and the table of qualities; no ids, no files.

Each beat gives two profiles: how long each pitch class sounds, and how long each is the lowest. A chord scores the
log-likelihood of both under its tone weights; the Viterbi path over the beats pays for each change of chord, less at
the start and the middle of a bar, and more for a rare quality.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, ONSET, PITCH, NoteArray
from sideman.music.chords import MODEL_QUALITIES
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import STEPS_PER_BEAT

__all__ = ["UNLABELLED", "ChordLabels", "Span", "label_spans", "recognise"]

UNLABELLED = -1
_QUALITIES = len(MODEL_QUALITIES)
_CHORDS = PITCH_CLASSES * _QUALITIES  # state = root * _QUALITIES + quality; the state after the last is no chord
_STATES = _CHORDS + 1
_Floats = npt.NDArray[np.float32]
_Ints = npt.NDArray[np.int64]

# The weights and costs below were searched on every other song of POP909, then rounded; those of the rare qualities and
# the fifth in the bass were set by hand, so that plain chords keep their names.

# How much of a chord's sound each of its tones has, by interval above the root; the other tones share the rest.
_TONE_WEIGHT = {0: 1.0, 2: 0.75, 3: 0.8, 4: 0.75, 5: 0.8, 6: 1.5, 7: 0.8, 8: 1.0, 9: 1.2, 10: 0.45, 11: 0.35}
_OTHER_TONE = 0.12
# How often each interval above the root is the bass.
_BASS_WEIGHT = {0: 1.0, 3: 0.075, 4: 0.2, 7: 0.08, 10: 0.025, 11: 0.04}
_OTHER_BASS = 0.02
# Evidence a beat, in nats; less than its notes have, for they are not independent draws.
_TONE_EVIDENCE = 2.75
_BASS_EVIDENCE = 0.85
_SONG_EVIDENCE = 0.04  # of the song's own tones, beside the beat's: they decide where a third is missing
_MELODY_FROM, _MELODY_TO = 60, 84  # pitches between which a note counts less and less: a melody has foreign tones
_MELODY_DISCOUNT = 0.8
_FULL_SOUND = 0.5  # notes sounding throughout a beat from which it counts in full

# What entering each quality costs, in the order of MODEL_QUALITIES: rare ones need strong evidence.
_QUALITY_COST = (0.0, 0.15, 0.55, 0.3, 0.65, 1.9, 1.9, 2.0, 1.8, 1.5, 0.9, 0.55, 0.8, 0.7, 0.8, 1.5, 1.7)
# By beat of the bar, for bars of so many beats; those of two and three were set by hand after those of four.
_CHANGE_COST = {2: (1.3, 1.6), 3: (1.3, 1.8, 1.8), 4: (1.3, 1.6, 1.35, 2.35)}
_NO_CHORD_COST = 2.1
_SILENCE_EVIDENCE = 0.8  # for no chord, on a beat without notes
_NO_CHORD_EVIDENCE = -1.9  # for no chord, on a beat with notes

_LOW_PITCH, _HIGH_PITCH = 37, 72  # the lowest note counts as bass in full up to the one, not at all from the other
_TINY = 1e-6
_SLASH_SHARE = 0.6  # of the bass of a chord's span, from which another tone than the root is its bass


@dataclass(frozen=True)
class ChordLabels:
    """One chord a beat; every array has shape (beats,) and type int8.

    ``root`` is a pitch class or -1 for no chord; ``quality`` an index into ``MODEL_QUALITIES``, 0 for no chord;
    ``bass`` the sounding bass as a pitch class, -1 for no chord.
    """

    root: npt.NDArray[np.int8]
    quality: npt.NDArray[np.int8]
    bass: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.root)


class Span(NamedTuple):
    """Beats ``start`` to ``end`` (excluded) on one chord."""

    start: int
    end: int
    root: int
    quality: int
    bass: int


def recognise(pitched: NoteArray, bass: NoteArray, beats: int, beats_per_bar: int = 4) -> ChordLabels:
    """Label the first ``beats`` beats, in bars of 2, 3 or 4.

    ``pitched`` are the notes of all tracks without drums, shape (notes, 4) in steps; ``bass`` those of the bass track,
    which decide which tone is the bass. Where it is silent, the lowest sounding note does. Notes may be in any order.
    """
    if beats <= 0:
        nothing = np.zeros(0, np.int8)
        return ChordLabels(nothing, nothing, nothing)
    tones = _tone_profile(pitched, beats)
    low = _bass_profile(pitched, bass, beats)
    path = _viterbi(_emissions(tones, low), _CHANGE_COST[beats_per_bar])
    root = np.where(path < _CHORDS, path // _QUALITIES, UNLABELLED)
    quality = np.where(path < _CHORDS, path % _QUALITIES, 0)
    return ChordLabels(root.astype(np.int8), quality.astype(np.int8), _slash_bass(root, path, low).astype(np.int8))


def label_spans(labels: ChordLabels) -> list[Span]:
    """The labels as runs of equal chords, in order."""
    table = np.stack([labels.root, labels.quality, labels.bass], 1).astype(np.int64)
    if not len(table):
        return []
    starts = _run_starts(table)
    ends = np.append(starts[1:], len(table))
    return [Span(*row) for row in np.column_stack([starts, ends, table[starts]]).tolist()]


def _run_starts(table: _Ints) -> _Ints:
    """First row of every run of equal rows; ``table`` (rows, columns), at least one row."""
    return np.flatnonzero(np.append(True, (table[1:] != table[:-1]).any(1)))


def _expand(first: _Ints, count: _Ints) -> tuple[_Ints, _Ints]:
    """Every unit that each item covers, and the item: [2], [3] gives units 2 3 4 and items 0 0 0."""
    item = np.repeat(np.arange(len(first)), count)
    offset = np.arange(len(item)) - np.repeat(np.cumsum(count) - count, count)
    return first[item] + offset, item


def _clip(notes: NoteArray, beats: int) -> tuple[_Ints, _Ints, _Ints]:
    """Onset, end and pitch of the notes that sound before the end, cut there."""
    wide: _Ints = notes.astype(np.int64)
    onset = wide[:, ONSET]
    end = np.minimum(onset + wide[:, DURATION], beats * STEPS_PER_BEAT)
    sounding = end > onset
    return onset[sounding], end[sounding], wide[sounding, PITCH]


def _tone_profile(pitched: NoteArray, beats: int) -> _Floats:
    """Beats that each pitch class sounds in each beat, over all notes, high ones discounted: (beats, 12)."""
    onset, end, pitch = _clip(pitched, beats)
    first = onset // STEPS_PER_BEAT
    beat, note = _expand(first, (end - 1) // STEPS_PER_BEAT - first + 1)
    start = beat * STEPS_PER_BEAT
    overlap = np.minimum(end[note], start + STEPS_PER_BEAT) - np.maximum(onset[note], start)
    height = np.clip((pitch - _MELODY_FROM) / (_MELODY_TO - _MELODY_FROM), 0, 1)
    weight = (1 - _MELODY_DISCOUNT * height) / STEPS_PER_BEAT
    cell = beat * PITCH_CLASSES + pitch[note] % PITCH_CLASSES
    profile = np.bincount(cell, overlap * weight[note], beats * PITCH_CLASSES)
    return profile.reshape(beats, PITCH_CLASSES).astype(np.float32)


def _bass_profile(pitched: NoteArray, bass: NoteArray, beats: int) -> _Floats:
    """Share of each beat in which each pitch class is the bass: (beats, 12)."""
    lowest = np.full(beats * STEPS_PER_BEAT, _HIGH_PITCH)
    for notes in (pitched, bass):  # the bass track overrides
        onset, end, pitch = _clip(notes, beats)
        order = np.argsort(-pitch, kind="stable")  # the lowest is written last
        step, note = _expand(onset[order], (end - onset)[order])
        lowest[step] = pitch[order][note]
    weight = np.clip((_HIGH_PITCH - lowest) / (_HIGH_PITCH - _LOW_PITCH), 0, 1) / STEPS_PER_BEAT
    cell = np.arange(len(lowest)) // STEPS_PER_BEAT * PITCH_CLASSES + lowest % PITCH_CLASSES
    return np.bincount(cell, weight, beats * PITCH_CLASSES).reshape(beats, PITCH_CLASSES).astype(np.float32)


def _log_weights(weights: dict[int, float], other: float) -> _Floats:
    """Evidence of each pitch class for each chord against an even spread: (12, chords)."""
    table = np.full((PITCH_CLASSES, PITCH_CLASSES, _QUALITIES), other)
    for index, quality in enumerate(MODEL_QUALITIES):
        for root in range(PITCH_CLASSES):
            for interval in quality.intervals:
                table[(root + interval) % PITCH_CLASSES, root, index] = weights.get(interval, other)
    evidence: _Floats = np.log(PITCH_CLASSES * table / table.sum(0)).astype(np.float32)
    return evidence.reshape(PITCH_CLASSES, _CHORDS)


_EVIDENCE = np.concatenate(
    [_TONE_EVIDENCE * _log_weights(_TONE_WEIGHT, _OTHER_TONE), _BASS_EVIDENCE * _log_weights(_BASS_WEIGHT, _OTHER_BASS)]
)  # (24, chords): a profile of tones and one of the bass to the score of each chord
_ENTRY_COST = np.append(np.tile(_QUALITY_COST, PITCH_CLASSES), _NO_CHORD_COST).astype(np.float32)
_BLOCK = 48  # beats a matrix product: so few that BLAS stays on one thread, as it should for work of a millisecond


def _emissions(tones: _Floats, low: _Floats) -> _Floats:
    """Evidence of each beat for each state: (beats, states)."""
    beats = len(tones)
    total = tones.sum(1, keepdims=True)
    shares = np.sqrt(tones)
    shares *= np.minimum(total / _FULL_SOUND, 1) / np.maximum(shares.sum(1, keepdims=True), _TINY)
    song = np.sqrt(tones.sum(0))
    shares += _SONG_EVIDENCE * song / max(song.sum(), _TINY)
    profiles = np.zeros((-(-beats // _BLOCK) * _BLOCK, 2 * PITCH_CLASSES), np.float32)
    profiles[:beats] = np.concatenate([shares, low], 1)
    scores = np.empty((beats, _STATES), np.float32)
    scores[:, :_CHORDS] = (profiles.reshape(-1, _BLOCK, 2 * PITCH_CLASSES) @ _EVIDENCE).reshape(-1, _CHORDS)[:beats]
    scores[:, _CHORDS] = np.where(total[:, 0] > 0, _NO_CHORD_EVIDENCE, _SILENCE_EVIDENCE)
    return scores


def _viterbi(scores: _Floats, costs: tuple[float, ...]) -> _Ints:
    """The best path of states, (beats,), where a change costs so much by beat of the bar.

    It costs the same from anywhere, so a step is linear in the states.
    """
    beats = len(scores)
    changed = np.empty((beats, _STATES), np.bool_)
    before = np.empty(beats, np.int64)  # the best state of the beat before: where a change comes from
    entry = [-_ENTRY_COST - np.float32(cost) for cost in costs]
    best = scores[0] - _ENTRY_COST
    for beat in range(1, beats):
        before[beat] = source = best.argmax()
        change = entry[beat % len(costs)] + best[source]
        np.greater(change, best, out=changed[beat])
        np.maximum(change, best, out=best)
        best += scores[beat]
    path = np.empty(beats, np.int64)
    state = int(best.argmax())
    for beat in range(beats - 1, 0, -1):
        path[beat] = state
        if changed[beat, state]:
            state = int(before[beat])
    path[0] = state
    return path


def _slash_bass(root: _Ints, path: _Ints, low: _Floats) -> _Ints:
    """The bass of each beat: the root, unless another tone clearly holds the bass of the chord's whole span."""
    starts = _run_starts(path[:, None])
    held = np.add.reduceat(low, starts, 0)
    share = held / np.maximum(held.sum(1, keepdims=True), _TINY)
    lengths = np.diff(np.append(starts, len(path)))
    slash = (share.max(1) >= _SLASH_SHARE) & (root[starts] != UNLABELLED)
    return np.repeat(np.where(slash, share.argmax(1), root[starts]), lengths)
