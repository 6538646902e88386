"""Which pitches rub against a melody or a chord: what is taken from their logits. Knows ids, chords and notes.

Two notes rub that are a semitone apart, in whatever octaves. How much a pitch does is the share of its length during
which the melody has a neighbour of it; tones of the chord that sounds rub less, as people hear them. A tone that the
language's chord has, and the chord that it stands for has not, such as the third of C5, rubs far more.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, INSTRUMENTS, MIDI_VALUES, ONSET, PITCH, ROLES, NoteArray
from sideman.music.qualities import MODEL_QUALITIES, PITCH_CLASSES
from sideman.tokens.chart import Chart, Tones, in_force
from sideman.tokens.prefix import Prefix
from sideman.tokens.vocabulary import LENGTHS, NO_CHORD, VOCABULARY

Row = npt.NDArray[np.float32]  # (vocab,)

AVOIDING = 3.0  # taken from the logit of a pitch that rubs all the time; docs/experiments.md tells how it was chosen
CHORD_TONES = 0.5  # of that, for tones of the chord
LACKING = 4  # times as much, for a tone that the chord as it is written lacks

_PITCHES = VOCABULARY.range("pitch")
_CLASSES = np.arange(MIDI_VALUES) % PITCH_CLASSES


class Clashes:
    """What a melody (notes, 4), in steps from the start of the chart, and its chords take from pitches that rub."""

    def __init__(self, chart: Chart, melody: NoteArray | None = None) -> None:
        self._lines = chart.lines.tolist()
        self._steps = chart.steps
        # (steps + 1, pitch classes): for how many steps before each something rubs
        self.sounded = np.zeros((chart.steps + 1, PITCH_CLASSES), np.int32)
        rubs = LACKING * lacking(chart).astype(np.int32)
        if melody is not None:
            rubs += rubbing(melody, chart.steps, chart.shift)
        np.cumsum(rubs, axis=0, out=self.sounded[1:])

    @property
    def is_idle(self) -> bool:
        """Whether nothing rubs anywhere."""
        return not self.sounded[-1].any()

    def row(self, prefix: Prefix) -> Row | None:
        """For the id that follows; None where nothing rubs."""
        role = prefix.role
        if role < 0 or prefix.position < 0 or prefix.length < 0 or INSTRUMENTS[ROLES[role]].is_drum:
            return None
        begin = self._lines[prefix.bar] + prefix.position
        end = min(begin + LENGTHS[prefix.length], self._steps)
        steps = self.sounded[end] - self.sounded[begin] if begin < end else None
        if steps is None or not steps.any():
            return None
        weights = steps * (-AVOIDING / (end - begin))
        chord = prefix.chord.chord
        if 0 <= chord < NO_CHORD:
            weights *= _shares()[chord]
        row = np.zeros(VOCABULARY.size, np.float32)
        row[_PITCHES] = weights[_CLASSES]
        return row


def rubbing(melody: NoteArray, steps: int, shift: int = 0) -> npt.NDArray[np.bool_]:
    """Which pitch classes are a semitone from a melody, moved up by ``shift``, at each step: (steps, 12)."""
    begins = np.minimum(melody[:, ONSET], steps)
    ends = np.minimum(melody[:, ONSET] + melody[:, DURATION], steps)
    edges = np.zeros((steps + 1, PITCH_CLASSES), np.int32)
    classes = (melody[:, PITCH] + shift) % PITCH_CLASSES
    np.add.at(edges, (begins, classes), 1)
    np.add.at(edges, (ends, classes), -1)
    sounding = edges.cumsum(0)[:-1] > 0
    return np.asarray(np.roll(sounding, 1, 1) | np.roll(sounding, -1, 1))


def lacking(chart: Chart) -> npt.NDArray[np.bool_]:
    """Which pitch classes the language's chord has at each step, and the chord as it is written lacks: (steps, 12)."""
    found = np.zeros((chart.steps, PITCH_CLASSES), np.bool_)
    for (onset, classes), (end, _) in pairwise([*chart.tones, Tones(chart.steps, frozenset())]):
        change = in_force(chart.changes, onset)
        if change.chord != NO_CHORD:
            lacks = _tone_sets()[change.chord] - classes - {change.bass}
            found[onset:end, [*lacks]] = True
    return found


@cache
def _shares() -> npt.NDArray[np.float64]:
    """How much of it each pitch class bears over each chord of the language: (chords, 12)."""
    return np.where(chord_tones(), CHORD_TONES, 1.0)


@cache
def _tone_sets() -> tuple[frozenset[int], ...]:
    """The tones of each chord of the language."""
    return tuple(frozenset(np.flatnonzero(tones).tolist()) for tones in chord_tones())


@cache
def chord_tones() -> npt.NDArray[np.bool_]:
    """Which pitch classes are tones of each chord of the language: (chords, 12)."""
    tones = np.zeros((NO_CHORD, PITCH_CLASSES), np.bool_)
    above = (np.arange(PITCH_CLASSES) - np.arange(PITCH_CLASSES)[:, None]) % PITCH_CLASSES  # (roots, pitch classes)
    for number, quality in enumerate(MODEL_QUALITIES):
        tones[number :: len(MODEL_QUALITIES)] = np.isin(above, [*quality.intervals])
    return tones
