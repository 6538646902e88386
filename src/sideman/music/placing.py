"""Where notes sound, and how loud, under a feel. Knows notes, bars and tempo; no files and no sound.

A *place* is a step of the straight grid, with fractions: what a note's onset becomes when it is swung and played by
hand. For every pitch of a player places grow with the steps: notes keep their order, none ends before it begins, and a
note is placed by itself, whatever comes before or after it. ``frontend/src/music/feel.ts`` is the twin;
``feel.golden.json`` holds both to the same numbers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, MIDI_VALUES, ONSET, PITCH, VELOCITY, NoteArray, Role
from sideman.music.feel import HANDS, Feel
from sideman.music.time import OFF_BEAT, SECONDS_PER_MINUTE, STEPS_PER_BEAT, BarLines

Places = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer]

MILLISECONDS = 1_000
OCTAVE = 12  # semitones
STROKE_STEPS = 3  # a 16th: between two of them, strokes are drawn in a straight line
DRIFT_STEPS = 48
DRIFTING, STRUCK = MIDI_VALUES, MIDI_VALUES + 1  # voices of the dice: what all pitches share
TOUCHED = 2 * MIDI_VALUES  # with the pitch: the voice of a velocity
BYTES_MEAN, BYTES_DEVIATION = 510, 147.8  # of the sum of four bytes
# How far the knots may lie from the grid, in steps where the grid is not pressed: a place grows by a quarter, at least,
# of what it grows by without them.
MOST_STROKE, MOST_DRIFT = 0.75, 6.0
LEAST_SLOPE = 0.25  # of a place by its step, at both ends of a piece


def dice(seed: int, role: Role, place: Integers, voice: Integers | int) -> npt.NDArray[np.uint32]:
    """32 random bits for each place and voice of a player: always the same ones."""
    state = np.full(np.shape(place), seed, np.uint32)
    for value in (role.number, place, voice):
        state = (state ^ np.asarray(value).astype(np.uint32)) + np.uint32(0x9E3779B9)
        state = (state ^ (state >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        state = (state ^ (state >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        state ^= state >> np.uint32(16)
    return state


def stray(bits: npt.NDArray[np.uint32]) -> Places:
    """About normal, with a standard deviation of 1 and never beyond 3.5: the sum of four bytes."""
    total = sum((bits >> np.uint32(shift)) & np.uint32(0xFF) for shift in (0, 8, 16, 24))
    return (np.asarray(total, np.float64) - BYTES_MEAN) / BYTES_DEVIATION


def swung(steps: Integers, share: float, lines: BarLines) -> Places:
    """Where steps go when the first half of a beat takes ``share`` of it; metres counted in eighths stay straight."""
    if share == 1 / 2 or not len(steps):
        return steps.astype(np.float64)
    bars = lines.bars_at(steps)
    count = int(bars.max()) + 1
    onsets = np.array(lines.onsets(count))[bars]
    swings = np.array([lines.meter(bar).swings for bar in range(count)])[bars]
    within = (steps - onsets) % STEPS_PER_BEAT
    to = share * STEPS_PER_BEAT
    late = to + (within - OFF_BEAT) * (STEPS_PER_BEAT - to) / (STEPS_PER_BEAT - OFF_BEAT)
    bent = np.where(within <= OFF_BEAT, within * to / OFF_BEAT, late)
    return np.where(swings, steps - within + bent, steps)


def places(
    role: Role, steps: Integers, pitches: Integers, feel: Feel, tempo: float, lines: BarLines, end: int
) -> Places:
    """Where ``steps``, onsets or ends, of notes of these pitches sound, in a piece of ``end`` steps at ``tempo``."""
    share = feel.share(role)
    place = swung(steps, share, lines)
    if share == 1 / 2 and feel.humanize == 0:
        return place
    if feel.humanize:
        place += _late(role, steps, pitches, feel, tempo)
    last = end - (end - steps) * LEAST_SLOPE
    return np.asarray(np.maximum(np.minimum(place, last), steps * LEAST_SLOPE))


def _late(role: Role, steps: Integers, pitches: Integers, feel: Feel, tempo: float) -> Places:
    """How late the hands are, in steps: straight lines between knots, so narrow that places grow with the steps."""
    hands = HANDS[role]
    slope = (1 - feel.share(role)) * 2  # of the pressed half of a beat
    per_millisecond = _per_millisecond(feel, tempo)

    def drift(knot: Integers) -> Places:
        wide = MOST_DRIFT * slope
        strayed = hands.drift * stray(dice(feel.seed, role, knot, DRIFTING))
        return np.clip(strayed * per_millisecond, -wide, wide)

    def stroke(knot: Integers) -> Places:
        wide = MOST_STROKE * slope
        common = hands.stroke * stray(dice(feel.seed, role, knot, STRUCK))
        own = hands.finger * stray(dice(feel.seed, role, knot, pitches))
        return np.clip((common + own) * per_millisecond, -wide, wide)

    late = np.full(len(steps), hands.lag * per_millisecond)
    for knots, width in ((drift, DRIFT_STEPS), (stroke, STROKE_STEPS)):
        knot, within = steps // width, steps % width
        before = knots(knot)
        late += before + (knots(knot + 1) - before) * (within / width)
    return late


def _per_millisecond(feel: Feel, tempo: float) -> float:
    """Steps that a millisecond of the table is worth."""
    return tempo * STEPS_PER_BEAT / (SECONDS_PER_MINUTE * MILLISECONDS) * feel.humanize


def touched(role: Role, notes: NoteArray, feel: Feel) -> NoteArray:
    """Notes (notes, 4) as loud as hands strike them."""
    if feel.humanize == 0 or not len(notes):
        return notes
    strayed = stray(dice(feel.seed, role, notes[:, ONSET], notes[:, PITCH] + TOUCHED))
    louder = np.floor(strayed * (HANDS[role].touch * feel.humanize) + 0.5)
    heard = notes.copy()
    heard[:, VELOCITY] = np.clip(notes[:, VELOCITY] + louder, 1, MIDI_VALUES - 1)
    return heard


def earliest(feel: Feel, tempo: float) -> float:
    """How many steps before its step anything may sound, at the most."""
    if feel.humanize == 0:
        return 0.0
    widest = max(hands.drift for hands in HANDS.values()) * BYTES_MEAN / BYTES_DEVIATION * _per_millisecond(feel, tempo)
    return min(widest, MOST_DRIFT) + MOST_STROKE


def transposed(role: Role, notes: NoteArray, semitones: int) -> NoteArray:
    """Notes (notes, 4) of a player in another key: all together, drums as they are.

    A player whom that takes farther out of the instrument's range than before plays an octave back.
    """
    if semitones == 0 or INSTRUMENTS[role].is_drum or not len(notes):
        return notes
    moved = notes.copy()
    pitches = moved[:, PITCH] + shift_of(role, int(notes[:, PITCH].min()), int(notes[:, PITCH].max()), semitones)
    moved[:, PITCH] = pitches + OCTAVE * ((pitches < 0).astype(np.int32) - (pitches >= MIDI_VALUES))
    return moved


def shift_of(role: Role, lowest: int, highest: int, semitones: int) -> int:
    """By how much a player moves whose notes lie between these pitches: as wished, or an octave back."""
    compass = INSTRUMENTS[role].compass

    def outside(shift: int) -> int:
        return max(compass.start - (lowest + shift), highest + shift - compass[-1], 0)

    back = semitones - OCTAVE if semitones > 0 else semitones + OCTAVE
    return semitones if outside(semitones) <= max(outside(back), outside(0)) else back
