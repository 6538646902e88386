"""The measures of MuseGAN, for comparison with what was published. Knows notes.

Dong et al., "MuseGAN: multi-track sequential generative adversarial networks for symbolic music generation and
accompaniment", AAAI 2018, section 6.2. There they count pianoroll cells of 96 a bar; here notes on 48 steps a bar.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, INSTRUMENTS, ONSET, PITCH, ROLES, Band, NoteArray
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import STEPS_PER_BAR, STEPS_PER_BEAT, bars

Floats = npt.NDArray[np.float64]
_SIXTEENTH = STEPS_PER_BEAT // 4
_QUALIFIED = 2  # steps: the shortest notes of at least a 32nd, which is 1.5
_LETTERS = {role: role[0].upper() for role in ROLES}
_PITCHED = [role for role in ROLES if not INSTRUMENTS[role].is_drum]
# Harte, Sandler and Gasser, "Detecting harmonic change in musical audio", 2006: circles of fifths, minor and major
# thirds and their radii.
_CIRCLES = ((7, 1.0), (3, 1.0), (4, 0.5))
MEASURES = (
    *(f"EB {_LETTERS[role]}" for role in ROLES),
    *(f"UPC {_LETTERS[role]}" for role in _PITCHED),
    *(f"QN {_LETTERS[role]}" for role in _PITCHED),
    "DP",
    *(f"TD {_LETTERS[first]}-{_LETTERS[second]}" for first, second in combinations(_PITCHED, 2)),
)


def musegan(band: Band) -> Floats:
    """The values of :data:`MEASURES`; nan of roles that the band doesn't have."""
    count = bars(band.steps)
    notes = {track.role: track.notes for track in band.tracks}
    nan = float("nan")
    pitched = [role for role in _PITCHED if role in notes]
    chroma = {role: _chroma(notes[role], band.steps) for role in pitched}
    drums = [notes[role] for role in ROLES if INSTRUMENTS[role].is_drum and role in notes]
    return np.array(
        [
            *(_empty(notes[role], count) if role in notes else nan for role in ROLES),
            *(_pitch_classes(notes[role], count) if role in notes else nan for role in _PITCHED),
            *(_qualified(notes[role]) if role in notes else nan for role in _PITCHED),
            _patterned(drums[0]) if drums else nan,
            *(
                _distance(chroma[first], chroma[second]) if first in chroma and second in chroma else nan
                for first, second in combinations(_PITCHED, 2)
            ),
        ]
    )


def _bars_sounding(notes: NoteArray, count: int) -> npt.NDArray[np.bool_]:
    """Which pitch classes sound in each bar: (bars, 12)."""
    sounding = np.zeros((count, PITCH_CLASSES), np.bool_)
    for onset, duration, pitch, _ in notes.tolist():
        last = (onset + duration - 1) // STEPS_PER_BAR
        sounding[onset // STEPS_PER_BAR : last + 1, pitch % PITCH_CLASSES] = True
    return sounding


def _empty(notes: NoteArray, count: int) -> float:
    """EB: share of bars without a sound."""
    return float(1 - _bars_sounding(notes, count).any(1).mean())


def _pitch_classes(notes: NoteArray, count: int) -> float:
    """UPC: pitch classes a bar, empty ones counted."""
    return float(_bars_sounding(notes, count).sum(1).mean())


def _qualified(notes: NoteArray) -> float:
    """QN: share of the notes that last a 32nd at least."""
    return float((notes[:, DURATION] >= _QUALIFIED).mean()) if len(notes) else float("nan")


def _patterned(drums: NoteArray) -> float:
    """DP: share of the strokes on the 16 positions of a 4/4 bar."""
    return float((drums[:, ONSET] % _SIXTEENTH == 0).mean()) if len(drums) else float("nan")


def _chroma(notes: NoteArray, steps: int) -> Floats:
    """How long each pitch class sounds in each beat: (beats, 12)."""
    edges = np.zeros((steps + 1, PITCH_CLASSES))
    pitch_class = notes[:, PITCH] % PITCH_CLASSES
    np.add.at(edges, (notes[:, ONSET], pitch_class), 1)
    np.add.at(edges, (np.minimum(notes[:, ONSET] + notes[:, DURATION], steps), pitch_class), -1)
    roll = edges.cumsum(0)[:-1]
    padded = np.concatenate([roll, np.zeros((-steps % STEPS_PER_BEAT, PITCH_CLASSES))])
    chroma: Floats = padded.reshape(-1, STEPS_PER_BEAT, PITCH_CLASSES).sum(1)
    return chroma


def _distance(first: Floats, second: Floats) -> float:
    """TD: mean distance of the tonal centroids of the beats in which both sound."""
    both = (first.sum(1) > 0) & (second.sum(1) > 0)
    apart = _centroid(first[both]) - _centroid(second[both])
    return float(np.linalg.norm(apart, axis=1).mean()) if both.any() else float("nan")


def _centroid(chroma: Floats) -> Floats:
    """Six coordinates of each beat: (beats, 6)."""
    share = chroma / chroma.sum(1, keepdims=True)
    axes = [
        radius * wave(2 * np.pi * np.arange(PITCH_CLASSES) * semitones / PITCH_CLASSES)
        for semitones, radius in _CIRCLES
        for wave in (np.sin, np.cos)
    ]
    centroid: Floats = share @ np.stack(axes, 1)
    return centroid
