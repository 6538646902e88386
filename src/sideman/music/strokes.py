"""What each note of a bar tells about how hard it is struck: categories, a row a note. Knows notes; no ids, no files.

All of it is in the bar itself and its style: what a bar's neighbours and the other roles play makes no difference, nor
do the chords, so it can be finished as it comes, and stays as it is when they change. Nothing depends on the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, INSTRUMENTS, MIDI_VALUES, ONSET, PITCH, VELOCITY, NoteArray, Role
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.styles import STYLES
from sideman.music.time import STEPS_PER_BEAT

__all__ = ["Setting", "Strokes", "settings", "sizes", "strokes", "strokes_of"]

_Ints = npt.NDArray[np.int64]

_MAX_BEATS = 4
_FAR = 1 << 40  # between the places of parts
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


def settings(lines: Sequence[int], styles: Sequence[str | None], seed: int = 0) -> tuple[Setting, ...]:
    """The settings of bars, each of its style, that begin at the first of ``lines`` and end at its last, in steps."""
    return tuple(
        Setting(number, start, end - start, style, seed)
        for number, ((start, end), style) in enumerate(zip(pairwise(lines), styles, strict=True))
    )


@dataclass(frozen=True, eq=False)
class Strokes:
    """The notes of parts, one part after the other, each sorted by onset, then pitch.

    They were at ``order`` (notes,); ``classes`` (notes, features) are theirs, ``part`` (notes,) is whose they are.
    ``onset`` (notes,) numbers the onsets of all parts from 0, ``voice`` (notes,) the notes of each from its top;
    ``count`` (onsets,) is how many these are, ``first`` (onsets,) where they begin; ``begin`` (parts,) is the note at
    which a part begins, ``beginning`` (parts,) the onset.
    """

    order: npt.NDArray[np.intp]
    classes: _Ints
    part: _Ints
    onset: _Ints
    voice: _Ints
    first: _Ints
    count: _Ints
    begin: _Ints
    beginning: _Ints


def sizes(role: Role) -> dict[str, int]:
    """The features of a role by name, and how many classes each has."""
    return _DRUMS if INSTRUMENTS[role].is_drum else _PITCHED


def strokes(role: Role, notes: NoteArray, setting: Setting) -> Strokes:
    """What the notes (notes, 4) of a role in a bar tell; at least one, and all begin in the bar."""
    return strokes_of((role,), notes, (len(notes),), setting)


def strokes_of(roles: Sequence[Role], notes: NoteArray, counts: Sequence[int], setting: Setting) -> Strokes:
    """The same of several roles, drums first, which have so many of the notes each, in one go.

    Features that a role doesn't have are of class 0.
    """
    part = np.arange(len(roles)).repeat(counts)
    order = (part * _FAR + notes[:, ONSET] * MIDI_VALUES + notes[:, PITCH]).argsort(kind="stable")
    rows = notes[order].astype(np.int64)
    place, pitch = rows[:, ONSET] - setting.start, rows[:, PITCH]
    is_first = np.ones(len(rows), np.bool_)
    np.not_equal(place[1:], place[:-1], out=is_first[1:])
    begin = np.array((0, *accumulate(counts))[:-1])
    is_first[begin] = True
    onset = is_first.cumsum() - 1
    first = is_first.nonzero()[0]
    ends = np.empty(len(first) + 1, np.int64)  # of each onset's notes; the first of them is a beginning
    ends[0], ends[-1], ends[1:-1] = 0, len(rows), first[1:]
    end, count = ends[1:], ends[1:] - ends[:-1]
    beginning = onset[begin]
    onsets = np.empty(len(roles), np.int64)  # of each part
    onsets[-1], onsets[:-1] = len(first) - beginning[-1], beginning[1:] - beginning[:-1]
    at = place[first]
    to = np.empty(len(first), np.int64)  # the next onset of the part, or the bar's end
    to[:-1] = at[1:]
    to[beginning + onsets - 1] = setting.steps
    gap = _GAPS.searchsorted(to - at, "right")
    before = np.empty(len(first), np.int64)
    before[1:], before[beginning] = gap[:-1], 0
    voice = end[onset] - 1 - np.arange(len(rows))
    classes = np.zeros((max(len(sizes(role)) for role in roles), len(rows)), np.int64)
    beats = min(-(-setting.steps // STEPS_PER_BEAT), _MAX_BEATS)
    classes[0] = place + _PLACES[beats - 1]
    classes[1] = place % STEPS_PER_BEAT
    classes[2] = before[onset]
    classes[3] = gap[onset]
    classes[4] = 0 if setting.style is None else STYLES.index(setting.style) + 1
    levels = np.add.reduceat(rows[:, VELOCITY], begin) // counts
    classes[5] = _LEVELS.searchsorted(levels, "right")[part]
    classes[6] = _BUSY.searchsorted(onsets, "right")[part]
    told = Strokes(order, classes.T, part, onset, voice, first, count, begin, beginning)
    drums = counts[0] if INSTRUMENTS[roles[0]].is_drum else 0
    if drums:
        struck = first if len(roles) == 1 else first[: beginning[1]]
        classes[7, :drums] = pitch[:drums]
        classes[8, :drums] = np.bitwise_or.reduceat(_KIT[pitch[:drums]], struck)[onset[:drums]]
        classes[9:11, :drums] = _drum_history(place[:drums], pitch[:drums])
    if drums < len(rows):
        classes[7:, drums:] = _pitched(told, rows, end)[:, drums:]
    return told


def _pitched(told: Strokes, rows: _Ints, end: _Ints) -> _Ints:
    """(5, notes): the classes that notes with a pitch have besides; ``end`` (onsets,) is where onsets end."""
    pitch, onset, beginning = rows[:, PITCH], told.onset, told.beginning
    classes = np.empty((5, len(rows)), np.int64)
    classes[0] = (np.minimum(told.count, _LAST_COUNT) - 1)[onset] * _LAST_COUNT
    classes[0] += np.minimum(told.voice, _LAST_COUNT - 1)
    classes[1] = _GAPS.searchsorted(rows[:, DURATION], "right")
    notes = np.bincount(told.part)
    mean = (2 * np.add.reduceat(pitch, told.begin) + notes) // (2 * notes)
    classes[2] = _between((pitch - mean[told.part] + _OCTAVE) // 2, 0, PITCH_CLASSES)
    top = pitch[end - 1]
    interval = np.empty(len(end), np.int64)
    interval[1:] = _between(top[1:] - top[:-1], -_NARROW, _NARROW) + _NARROW
    interval[beginning] = _LEAP
    classes[3] = interval[onset]
    key = onset * MIDI_VALUES + pitch  # ascending
    again = key[np.minimum(key.searchsorted(key - MIDI_VALUES), len(key) - 1)] == key - MIDI_VALUES
    goes_on = np.ones(len(end), np.bool_)
    goes_on[beginning] = False
    classes[4] = again & goes_on[onset]
    return classes


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
