"""How closely a band keeps to its chords. Knows notes and chords; no ids, no files.

Every figure has a human value to be compared with: people play passing notes, so a ratio of 1.0 is
not an aim (on LPD-5's valid fold it lies near .92).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, ONSET, PITCH, Band, NoteArray, Role
from sideman.music.progression import Progression
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import STEPS_PER_BEAT, TICKS_PER_STEP


class Harmony(NamedTuple):
    """A chord for some steps: its pitch classes, slash bass included, and the pitch class that the bass is to play."""

    onset: int
    end: int
    pitch_classes: frozenset[int]
    bass: int


def harmonies(progression: Progression) -> list[Harmony]:
    """The chords of a progression on the step grid, exactly as they were typed; N.C. is left out."""
    found = []
    for span in progression.spans:
        bass = span.chord.bass_pc
        if bass is None:
            continue
        onset, end = (ticks // TICKS_PER_STEP for ticks in (span.onset, span.onset + span.duration))
        found.append(Harmony(onset, end, span.chord.pitch_classes | {bass}, bass))
    return found


def chord_tone_ratio(tracks: Iterable[NoteArray], chords: Sequence[Harmony]) -> float:
    """Share of the sounding time of pitched notes (notes, 4) in which they belong to the chord; nan without any."""
    steps = max((chord.end for chord in chords), default=0)
    inside = np.zeros((steps + 1, PITCH_CLASSES), np.int64)  # [step]: of the step before; summed: up to it
    sounding = np.zeros(steps + 1, np.int64)
    for chord in chords:
        inside[chord.onset + 1 : chord.end + 1, list(chord.pitch_classes)] = 1
        sounding[chord.onset + 1 : chord.end + 1] = 1
    inside, sounding = inside.cumsum(0), sounding.cumsum()
    within = total = 0
    for notes in tracks:
        onset, end = (np.minimum(place, steps) for place in (notes[:, ONSET], notes[:, ONSET] + notes[:, DURATION]))
        pitch_class = notes[:, PITCH] % PITCH_CLASSES
        within += int((inside[end, pitch_class] - inside[onset, pitch_class]).sum())
        total += int((sounding[end] - sounding[onset]).sum())
    return within / total if total else float("nan")


def bass_on_root(bass: NoteArray, chords: Sequence[Harmony]) -> float:
    """Share of the chords whose first bass note is the one that the chord asks for; nan without any.

    The first note is the lowest that begins within the chord's first beat; chords without one don't count.
    """
    hits: list[bool] = []
    for chord in chords:
        limit = min(chord.end, chord.onset + STEPS_PER_BEAT)
        began: npt.NDArray[np.int32] = bass[(bass[:, ONSET] >= chord.onset) & (bass[:, ONSET] < limit)]
        if len(began):
            first = began[began[:, ONSET] == began[:, ONSET].min()]
            hits.append(int(first[:, PITCH].min()) % PITCH_CLASSES == chord.bass)
    return float(np.mean(hits)) if hits else float("nan")


def adherence(band: Band, chords: Sequence[Harmony]) -> tuple[float, float]:
    """Chord-tone ratio of the pitched tracks, and how often the bass begins a chord on its root or slash bass."""
    pitched = [track.notes for track in band.tracks if not track.is_drum]
    bass = [track.notes for track in band.tracks if track.role is Role.BASS]
    return chord_tone_ratio(pitched, chords), bass_on_root(bass[0], chords) if bass else float("nan")
