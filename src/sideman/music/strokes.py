"""What each note of a bar tells about how hard it is struck: categories, a row a note. Knows notes; no ids, no files.

All of it is in the bar itself and its style: what a bar's neighbours and the other roles play makes no difference, nor
do the chords, so it can be finished as it comes, and stays as it is when they change. Nothing depends on the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, INSTRUMENTS, MIDI_VALUES, ONSET, PITCH, VELOCITY, NoteArray, Role
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.styles import STYLES
from sideman.music.time import STEPS_PER_BEAT

__all__ = ["Setting", "Strokes", "settings", "sizes", "strokes"]

_Ints = npt.NDArray[np.int64]

_MAX_BEATS = 4
_LAST_COUNT = 5  # notes of an onset that are counted
_OCTAVE = PITCH_CLASSES
_GAPS = np.array((1, 2, 3, 4, 5, 6, 8, 9, 12, 18, 24, 36))  # steps; where a class of distances begins
_LEVELS = np.array((32, 46, 58, 70, 82, 94, 108))  # velocities; where a class of loudness begins
_BUSY = np.array((2, 3, 4, 5, 7, 9, 13))  # onsets of a bar; where a class of them begins
_NARROW = 7  # semitones up or down that an interval is told by
_LEAP = 2 * _NARROW + 2  # the class of no interval
# Bass drums, snares and their like, hi-hats and rides, crashes.
_KIT = np.zeros(MIDI_VALUES, np.int64)
for _bit, _pitches in enumerate(((35, 36), (37, 38, 39, 40), (42, 44, 46, 51, 53, 59), (49, 52, 55, 57))):
    _KIT[list(_pitches)] = 1 << _bit

# Where the places of bars of 1 to 4 beats begin.
_PLACES = np.cumsum([0, *(beats * STEPS_PER_BEAT for beats in range(1, _MAX_BEATS + 1))])

_SHARED = {
    "place": int(_PLACES[-1]),
    "step": STEPS_PER_BEAT,
    "before": len(_GAPS) + 1,  # steps since the last onset
    "after": len(_GAPS) + 1,  # steps to the next one, or the bar's end
    "style": len(STYLES) + 1,
    "level": len(_LEVELS) + 1,
    "onsets": len(_BUSY) + 1,
}
_PITCHED = _SHARED | {
    "voice": _LAST_COUNT * _LAST_COUNT,  # how many notes begin here, and which it is from the top
    "duration": len(_GAPS) + 1,
    "height": PITCH_CLASSES + 1,  # over the mean of the bar, in whole tones
    "interval": _LEAP + 1,  # from the last onset's top note
    "again": 2,  # whether the last onset had this pitch
}
_DRUMS = _SHARED | {
    "drum": MIDI_VALUES,
    "with": int(_KIT.max()) * 2,  # which pieces of the kit are struck together
    "since": len(_GAPS) + 1,  # steps since this drum was struck
    "strokes": len(_BUSY) + 1,  # of this drum in the bar
}


@dataclass(frozen=True, eq=False)
class Setting:
    """Where a bar stands: its ``number`` from 0, its first step and its length in ``steps``.

    ``style`` is one of :data:`STYLES` or None, ``seed`` the piece's: who plays it.
    """

    number: int
    start: int
    steps: int
    style: str | None = None
    seed: int = 0


def settings(lines: Sequence[int], style: str | None = None, seed: int = 0) -> tuple[Setting, ...]:
    """The settings of bars that begin at the first of ``lines`` and end at its last, in steps."""
    return tuple(
        Setting(number, start, end - start, style, seed) for number, (start, end) in enumerate(pairwise(lines))
    )


@dataclass(frozen=True, eq=False)
class Strokes:
    """A bar's notes, sorted by onset, then pitch: where they were (notes,), their ``classes`` (notes, features).

    ``onset`` (notes,) numbers the bar's onsets from 0, ``voice`` (notes,) the notes of each from its top; ``count``
    (onsets,) is how many these are, ``first`` (onsets,) where they begin.
    """

    order: npt.NDArray[np.intp]
    classes: _Ints
    onset: _Ints
    voice: _Ints
    first: _Ints
    count: _Ints


def sizes(role: Role) -> dict[str, int]:
    """The features of a role by name, and how many classes each has."""
    return _DRUMS if INSTRUMENTS[role].is_drum else _PITCHED


def strokes(role: Role, notes: NoteArray, setting: Setting) -> Strokes:
    """What the notes (notes, 4) of a role in a bar tell; at least one, and all begin in the bar."""
    order = np.argsort(notes[:, ONSET].astype(np.int64) * MIDI_VALUES + notes[:, PITCH], kind="stable")
    rows = notes[order].astype(np.int64)
    place, pitch = rows[:, ONSET] - setting.start, rows[:, PITCH]
    is_first = np.ones(len(rows), np.bool_)
    np.not_equal(place[1:], place[:-1], out=is_first[1:])
    onset = is_first.cumsum() - 1
    first = is_first.nonzero()[0]
    ends = np.empty(len(first) + 1, np.int64)  # of each onset's notes; the first of them is a beginning
    ends[0], ends[-1], ends[1:-1] = 0, len(rows), first[1:]
    end, count = ends[1:], ends[1:] - ends[:-1]
    at = np.empty(len(first) + 1, np.int64)
    at[:-1], at[-1] = place[first], setting.steps
    gap = _GAPS.searchsorted(at[1:] - at[:-1], "right")
    voice = end[onset] - 1 - np.arange(len(rows))
    classes = np.zeros((len(sizes(role)), len(rows)), np.int64)
    beats = min(-(-setting.steps // STEPS_PER_BEAT), _MAX_BEATS)
    classes[0] = place + _PLACES[beats - 1]
    classes[1] = place % STEPS_PER_BEAT
    classes[2, count[0] :] = gap[onset[count[0] :] - 1]
    classes[3] = gap[onset]
    classes[4] = 0 if setting.style is None else STYLES.index(setting.style) + 1
    classes[5] = _LEVELS.searchsorted(int(rows[:, VELOCITY].sum()) // len(rows), "right")
    classes[6] = _BUSY.searchsorted(len(first), "right")
    if INSTRUMENTS[role].is_drum:
        classes[7] = pitch
        classes[8] = np.bitwise_or.reduceat(_KIT[pitch], first)[onset]
        classes[9:] = _drum_history(place, pitch)
    else:
        classes[7] = (np.minimum(count, _LAST_COUNT) - 1)[onset] * _LAST_COUNT + np.minimum(voice, _LAST_COUNT - 1)
        classes[8] = _GAPS.searchsorted(rows[:, DURATION], "right")
        mean = (2 * int(pitch.sum()) + len(rows)) // (2 * len(rows))
        classes[9] = _between((pitch - mean + _OCTAVE) // 2, 0, PITCH_CLASSES)
        top = pitch[end - 1]
        classes[10] = _LEAP
        interval = _between(top[1:] - top[:-1], -_NARROW, _NARROW) + _NARROW
        classes[10, count[0] :] = interval[onset[count[0] :] - 1]
        key = onset * MIDI_VALUES + pitch  # ascending
        again = key[np.minimum(key.searchsorted(key - MIDI_VALUES), len(key) - 1)] == key - MIDI_VALUES
        classes[11] = again
    return Strokes(order, classes.T, onset, voice, first, count)


def _between(values: _Ints, low: int, high: int) -> _Ints:
    """``values`` within bounds: what ``clip`` does, without its checks, which cost more than a bar's few notes."""
    return np.minimum(np.maximum(values, low), high)


def _drum_history(place: _Ints, pitch: _Ints) -> _Ints:
    """(2, notes): the class of steps since each drum was struck last, 0 for never, and of its strokes in the bar."""
    order = pitch.argsort(kind="stable")
    drum, at = pitch[order], place[order]
    history = np.zeros((2, len(pitch)), np.int64)
    gap = _GAPS.searchsorted(at[1:] - at[:-1], "right")
    history[0, order[1:]] = gap * (drum[1:] == drum[:-1])
    history[1] = _BUSY.searchsorted(np.bincount(pitch)[pitch], "right")
    return history
