"""How a band keeps to its chords. Knows chords, notes and what the judge hears; no ids.

The accuracies are mir_eval's (Raffel et al., "mir_eval: a transparent implementation of common MIR metrics", ISMIR
2014), weighted by time, for qualities as the model knows them and without inversions; a test compares both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.judging.recognition import UNLABELLED, Heard, hear
from sideman.music.adherence import Harmony, bass_on_root, chord_tone_ratio, harmonies
from sideman.music.band import ONSET, Band, Role
from sideman.music.progression import Progression
from sideman.music.qualities import MODEL_QUALITIES, PITCH_CLASSES
from sideman.music.time import STEPS_PER_BEAT, TICKS_PER_STEP

_TRIAD = 8  # semitones above the root that tell a triad
_NINTH = 2  # is not part of a tetrad
_MAJOR, _MINOR = (0, 4, 7), (0, 3, 7)
_NAN = float("nan")


class Keeping(NamedTuple):
    """Figures of one band; nan where its chords or notes give nothing to measure.

    ``root``, ``majmin`` and ``tetrads`` are the shares of the time in which the chord that is heard has the root, the
    triad and the tones of the one asked for. ``tones`` is the share of the sounding time in chord tones, ``bass`` that
    of the plain chords that the bass begins on the root, ``slash`` that of the slash chords that it begins on their
    bass, ``silence`` the share of the ``N.C.`` in which no pitched note begins.
    """

    root: float
    majmin: float
    tetrads: float
    tones: float
    bass: float
    slash: float
    silence: float


def keeping(band: Band, progression: Progression) -> Keeping:
    """How ``band`` keeps to ``progression``."""
    pitched = [track.notes for track in band.tracks if not track.is_drum]
    bass = [track.notes for track in band.tracks if track.role is Role.BASS]
    chords = harmonies(progression)
    plain, slash = _by_bass(progression, chords)
    return Keeping(
        *accuracies(hear(band), progression),
        chord_tone_ratio(pitched, chords),
        bass_on_root(bass[0], plain) if bass else _NAN,
        bass_on_root(bass[0], slash) if bass else _NAN,
        _silence(band, progression),
    )


def accuracies(heard: Heard, progression: Progression) -> tuple[float, float, float]:
    """Root, majmin and tetrads of what was heard."""
    steps = progression.steps
    root, tones = asked(progression)
    beat = np.minimum(np.arange(steps) // STEPS_PER_BEAT, len(heard.root) - 1)
    same_root = heard.root[beat] == root
    triad, heard_triad = tones[:, :_TRIAD], heard.tones[beat][:, :_TRIAD]
    plain = (triad == _bitmap(_MAJOR)[:_TRIAD]).all(1) | (triad == _bitmap(_MINOR)[:_TRIAD]).all(1)
    counts = plain | (root == UNLABELLED)
    same_triad = same_root & (triad == heard_triad).all(1)
    same_tones = same_root & (tones == heard.tones[beat]).all(1)
    majmin = float(same_triad[counts].mean()) if counts.any() else _NAN
    return float(same_root.mean()), majmin, float(same_tones.mean())


def asked(progression: Progression) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The chord asked for in each step, as :class:`Heard` holds those of each beat; ninths are left out."""
    root = np.full(progression.steps, UNLABELLED)
    tones = np.zeros((progression.steps, PITCH_CLASSES), np.bool_)
    for span in progression.spans:
        first, last = span.onset // TICKS_PER_STEP, -(-(span.onset + span.duration) // TICKS_PER_STEP)
        if span.chord.root_pc is None:
            root[first:last], tones[first:last] = UNLABELLED, False
            continue
        quality = MODEL_QUALITIES[span.chord.model_quality]
        root[first:last] = span.chord.root_pc
        tones[first:last] = _bitmap([step for step in quality.intervals if step != _NINTH])
    return root, tones


def _bitmap(intervals: tuple[int, ...] | list[int]) -> npt.NDArray[np.bool_]:
    """Which semitones above the root belong to a chord: (12,)."""
    return np.isin(np.arange(PITCH_CLASSES), list(intervals))


def _by_bass(progression: Progression, chords: list[Harmony]) -> tuple[list[Harmony], list[Harmony]]:
    """The chords with the root in the bass, and those with another tone."""
    sounding = [span.chord for span in progression.spans if span.chord.root is not None]
    pairs = list(zip(sounding, chords, strict=True))
    return [harmony for chord, harmony in pairs if chord.bass_pc == chord.root_pc], [
        harmony for chord, harmony in pairs if chord.bass_pc != chord.root_pc
    ]


def _silence(band: Band, progression: Progression) -> float:
    spans = [
        (span.onset // TICKS_PER_STEP, (span.onset + span.duration) // TICKS_PER_STEP)
        for span in progression.spans
        if span.chord.root is None
    ]
    onsets = [track.notes[:, ONSET] for track in band.tracks if not track.is_drum]
    if not spans or not onsets:
        return _NAN
    onset = np.concatenate(onsets)
    return float(np.mean([not ((onset >= first) & (onset < last)).any() for first, last in spans]))
