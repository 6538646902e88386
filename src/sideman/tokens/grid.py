"""What the tokens can say: the nearest band on the token grid, and what is lost on the way to it.

Knows notes in steps and the vocabulary's tables; no ids, no files.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, INSTRUMENTS, MIDI_VALUES, ONSET, PITCH, VELOCITY, NoteArray, Role
from sideman.music.qualities import PITCH_CLASSES
from sideman.tokens.drum_hits import HIGHEST_DRUM, LOWEST_DRUM
from sideman.tokens.form import bar_lines, bars_of, common_time
from sideman.tokens.vocabulary import LENGTHS, LOUDNESS

DRUM_DURATION = 1  # a hit has no length
LENGTH_TABLE = np.array(LENGTHS)
LOUDNESS_TABLE = np.array(LOUDNESS)
# Nearest length by ratio, for every duration up to the longest.
NEAREST_LENGTH = np.abs(np.log(np.arange(1, LENGTHS[-1] + 1)[:, None] / LENGTH_TABLE)).argmin(1)
_LOUDNESS_HOLD = 10.0  # a bar's mean velocity this near to the last level keeps that level


@dataclass(frozen=True)
class GridLoss:
    """Counts of notes that the token grid changed or dropped; losses add up."""

    notes: int = 0  # before
    duration: int = 0  # another length
    velocity: int = 0  # moved to the bar's level by more than half a level's width
    dropped: int = 0  # drum pitches outside the map, notes after the end, a second note of a pitch on the same step
    folded: int = 0  # an octave up or down into MIDI's range

    def __add__(self, other: GridLoss) -> GridLoss:
        return GridLoss(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def loudness_levels(
    notes: NoteArray, lines: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Loudness level of each bar that has notes, and the bar index among those of each note.

    Notes are sorted by onset. A level is held while the mean velocity stays near it.
    """
    bar = bars_of(notes[:, ONSET], lines)
    first = np.flatnonzero(np.r_[True, bar[1:] != bar[:-1]])
    count = np.diff(np.r_[first, len(notes)])
    mean = np.add.reduceat(notes[:, VELOCITY].astype(np.float64), first) / count
    nearest = np.abs(mean[:, None] - LOUDNESS_TABLE).argmin(1)
    levels: list[int] = []
    for value, level in zip(mean.tolist(), nearest.tolist(), strict=True):
        held = levels and abs(value - LOUDNESS[levels[-1]]) < _LOUDNESS_HOLD
        levels.append(levels[-1] if held else level)
    return np.array(levels), np.repeat(np.arange(len(first)), count)


def placed(role: Role, notes: NoteArray, steps: int, shift: int) -> tuple[NoteArray, GridLoss]:
    """The nearest notes that the tokens can say but for their velocities, which stay, sorted by onset, then pitch.

    ``shift`` as in :class:`Chart`.
    """
    total = len(notes)
    notes = notes[notes[:, ONSET] < steps]
    if INSTRUMENTS[role].is_drum:
        notes = notes[(notes[:, PITCH] >= LOWEST_DRUM) & (notes[:, PITCH] <= HIGHEST_DRUM)]
        folded, duration = 0, np.full(len(notes), DRUM_DURATION)
        pitch = notes[:, PITCH]
        changed = 0
    else:
        high = (notes[:, PITCH] + shift >= MIDI_VALUES).astype(np.int32)
        low = (notes[:, PITCH] + shift < 0).astype(np.int32)
        folded = int((high | low).sum())
        pitch = notes[:, PITCH] + PITCH_CLASSES * (low - high)
        duration = LENGTH_TABLE[NEAREST_LENGTH[np.clip(notes[:, DURATION], 1, LENGTHS[-1]) - 1]]
        changed = int((duration != notes[:, DURATION]).sum())
    rows = np.stack([notes[:, ONSET], duration, pitch, notes[:, VELOCITY]], 1).astype(np.int32)
    rows = rows[np.lexsort((-rows[:, DURATION], rows[:, PITCH], rows[:, ONSET]))]
    place = rows[:, ONSET] * MIDI_VALUES + rows[:, PITCH]
    rows = rows[np.r_[True, place[1:] != place[:-1]]] if len(rows) else rows
    return rows, GridLoss(total, changed, 0, total - len(rows), folded)


def to_grid(
    role: Role, notes: NoteArray, steps: int, shift: int, lines: npt.NDArray[np.int64] | None = None
) -> tuple[NoteArray, GridLoss]:
    """The nearest notes on the token grid, sorted by onset, then pitch; ``shift`` and ``lines`` as in :class:`Chart`.

    Bars are of 4/4 unless ``lines`` are given.
    """
    rows, loss = placed(role, notes, steps, shift)
    rows, changed = levelled(rows, bar_lines(common_time(steps)) if lines is None else lines)
    return rows, replace(loss, velocity=changed)


def levelled(rows: NoteArray, lines: npt.NDArray[np.int64]) -> tuple[NoteArray, int]:
    """Notes on the grid, each as loud as the language has its bar; of how many that is another loudness."""
    if not len(rows):
        return rows, 0
    level, index = loudness_levels(rows, lines)
    velocity = LOUDNESS_TABLE[level[index]]
    half = (LOUDNESS[1] - LOUDNESS[0]) / 2
    changed = int((np.abs(velocity - rows[:, VELOCITY]) > half).sum())
    even = rows.copy()
    even[:, VELOCITY] = velocity
    return even, changed
