"""Figures of chords kept, on bands with known ones, and the accuracies against mir_eval's."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judging.conftest import band

from sideman.judging.keeping import accuracies, keeping
from sideman.judging.recognition import TEMPLATES, Heard
from sideman.music.chords import parse
from sideman.music.notes import MAJOR_ROOTS
from sideman.music.progression import Chord, Progression
from sideman.music.qualities import MODEL_QUALITIES

# Harte's names of the reference qualities, and of what can be heard.
ASKED = (
    *("maj", "min", "7", "min7", "maj7", "hdim7", "dim", "sus4", "sus4(b7)", "aug", "min6", "9", "min9"),
    *("maj(9)", "maj6", "minmaj7", "7(*5,b5)"),
)
HEARD = (
    *("maj", "min", "7", "min7", "maj7", "hdim7", "dim", "sus4", "sus4(b7)", "aug", "min6", "maj6", "minmaj7"),
    "7(*5,b5)",
)
BEAT = 24  # ticks


@pytest.mark.xdist_group("scipy")  # which takes seconds to import, and mir_eval needs it
@given(
    st.lists(
        st.tuples(st.integers(-1, 11), st.integers(0, 16), st.integers(-1, 11), st.integers(0, 13)),
        min_size=1,
        max_size=12,
    )
)
def test_accuracies_are_those_of_mir_eval(beats: list[tuple[int, int, int, int]]) -> None:
    import mir_eval

    chords = [
        Chord.no_chord() if root < 0 else Chord(MAJOR_ROOTS[root], MODEL_QUALITIES[quality])
        for root, quality, _, _ in beats
    ]
    tones = np.zeros((len(beats), 12), np.bool_)
    for row, (_, _, root, template) in zip(tones, beats, strict=True):
        row[list(TEMPLATES[template][0] if root >= 0 else ())] = True
    heard = Heard(np.array([root for _, _, root, _ in beats]), tones)
    asked_names = ["N" if root < 0 else f"{MAJOR_ROOTS[root]}:{ASKED[quality]}" for root, quality, _, _ in beats]
    heard_names = ["N" if root < 0 else f"{MAJOR_ROOTS[root]}:{HEARD[template]}" for _, _, root, template in beats]
    expected = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where nothing can be compared
        for metric in ("root", "majmin", "tetrads"):
            scores = getattr(mir_eval.chord, metric)(asked_names, heard_names)
            none = not (scores >= 0).any()
            expected.append(math.nan if none else mir_eval.chord.weighted_accuracy(scores, np.ones(len(beats))))
    found = accuracies(heard, Progression.of((chord, BEAT) for chord in chords))
    assert found == pytest.approx(expected, nan_ok=True)


def test_figures_of_a_band() -> None:
    chords = parse("C:4|F/A:4|N.C.:4|G:4")
    piano = [(0, 24, 60), (24, 24, 62), (48, 48, 65), (144, 48, 67)]  # a quarter of the time outside: D over C
    bass = [(0, 48, 36), (48, 48, 33), (144, 48, 38)]  # C on C, A on F/A, D on G
    kept = keeping(band(192, piano=piano, bass=bass), chords)
    assert kept.tones == pytest.approx(1 - 24 / 288)
    assert (kept.bass, kept.slash, kept.silence) == (0.5, 1.0, 1.0)
    noisy = keeping(band(192, piano=[*piano, (100, 2, 60)], bass=[(48, 48, 41)]), chords)
    assert (noisy.slash, noisy.silence) == (0.0, 0.0)


def test_what_cannot_be_measured_is_not_a_number() -> None:
    kept = keeping(band(48, drums=[(0, 1, 36)]), parse("C:4"))
    assert kept.root == 0
    assert all(math.isnan(value) for value in (kept.tones, kept.bass, kept.slash, kept.silence))
    assert math.isnan(keeping(band(48, bass=[(0, 48, 36)]), parse("Csus4:4")).majmin)


def test_all_chords_kept() -> None:
    chords = parse("C:4|Am7:4")
    piano = [(0, 48, pitch) for pitch in (60, 64, 67)] + [(48, 48, pitch) for pitch in (57, 60, 64, 67)]
    kept = keeping(band(96, piano=piano, bass=[(0, 48, 36), (48, 48, 33)]), chords)
    assert kept[:5] == (1.0,) * 5
