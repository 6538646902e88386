"""Chord changes on the grid and the head of each bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tokens.conftest import charts

from sideman.errors import TokenError
from sideman.music.chords import MODEL_QUALITIES, NOTE_NAMES, QUALITIES, Chord, Progression, parse
from sideman.music.notes import MAJOR_ROOTS
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.recognition import ChordLabels
from sideman.music.time import BarLines, Meter
from sideman.tokens.chart import NO_BASS, SILENCE, Change, Chart, chart_of_labels, chart_of_progression
from sideman.tokens.form import Measure
from sideman.tokens.vocabulary import NO_CHORD

NAMES = [quality.name for quality in MODEL_QUALITIES]
CHORDS = st.one_of(
    st.just(Chord.no_chord()),
    st.builds(
        Chord, st.sampled_from(sorted(NOTE_NAMES)), st.sampled_from(QUALITIES), st.sampled_from([None, *MAJOR_ROOTS])
    ),
)
PROGRESSIONS = st.lists(st.tuples(CHORDS, st.integers(1, 200)), min_size=1, max_size=8).map(Progression.of)


def chord(root: int, quality: str = "") -> int:
    return root * len(NAMES) + NAMES.index(quality)


def chart(text: str) -> Chart:
    return chart_of_progression(parse(text))


def test_changes_stand_in_the_normalised_key() -> None:
    assert chart("C:4|Am:4|F:4|G7:4").shift == 0
    song = chart("D:4|Bm:4|G:4|A7:4")
    assert (song.key.name, song.shift, song.steps, song.bars) == ("D major", -2, 192, 4)
    expected = [(0, chord(0)), (48, chord(9, "m")), (96, chord(5)), (144, chord(7, "7"))]
    assert song.changes == tuple(Change(onset, value) for onset, value in expected)


def test_parts_of_a_change() -> None:
    change = Change(0, chord(7, "m7"), 2)
    assert (change.root, NAMES[change.quality]) == (7, "m7")
    assert (SILENCE.root, SILENCE.quality) == (-1, -1)


def test_slash_bass_moves_along_and_the_root_is_none() -> None:
    song = chart("D:4|D/F#:4|G:4|A7:4|D:4")
    assert [change.bass for change in song.changes] == [NO_BASS, 4, NO_BASS, NO_BASS, NO_BASS]


def test_one_chord_twice_is_one_change() -> None:
    assert chart("C:2|C:2|N.C.:2|N.C.:2").changes == (Change(0, chord(0)), Change(48, NO_CHORD))


def test_of_two_changes_on_a_step_the_later_one_stands() -> None:
    c, f, g = chord(0), chord(5), chord(7, "7")
    assert chart("C:47t|F:1t|G7:48t|C:4").changes == tuple(
        Change(onset, value) for onset, value in ((0, c), (23, f), (24, g), (48, c))
    )
    assert chart("C:46t|F:1t|G7:49t|C:4").changes == tuple(
        Change(onset, value) for onset, value in ((0, c), (23, g), (48, c))
    )


def test_heads() -> None:
    song = chart("C:4|F:2|G7:6|N.C.:3")
    c, f, g = chord(0), chord(5), chord(7, "7")
    assert song.heads() == [
        (Change(0, c), Change(48, f)),
        (Change(0, f), Change(24, g), Change(48, g)),
        (Change(0, g), Change(48, NO_CHORD)),
        (Change(0, NO_CHORD), Change(48, NO_CHORD)),
    ]


@given(charts())
def test_heads_tell_the_whole_chart(song: Chart) -> None:
    heads = song.heads()
    assert len(heads) == song.bars
    following = [*(head[0] for head in heads[1:]), SILENCE]
    assert [head[-1] for head in heads] == [
        Change(measure.steps, change.chord, change.bass)
        for measure, change in zip(song.measures, following, strict=True)
    ]
    changes: list[Change] = []
    for bar, head in enumerate(heads):
        for change in head[:-1]:
            if not changes or (changes[-1].chord, changes[-1].bass) != (change.chord, change.bass):
                changes.append(Change(int(song.lines[bar]) + change.onset, change.chord, change.bass))
    assert tuple(changes) == song.changes


@given(PROGRESSIONS, st.integers(-11, 11))
def test_transposed_chords_give_the_same_changes(progression: Progression, semitones: int) -> None:
    song, moved = chart_of_progression(progression), chart_of_progression(progression.transpose(semitones))
    assert (moved.changes, moved.steps) == (song.changes, song.steps)
    if any(change.root >= 0 for change in song.changes):
        assert (moved.shift - song.shift + semitones) % PITCH_CLASSES == 0
    assert -5 <= moved.shift <= 6


def test_labels_give_the_chart_of_the_same_progression() -> None:
    root = [2, 2, 7, 7, 9, 9, 9, -1]
    quality = [NAMES.index(name) for name in ("", "", "", "", "7", "7", "7", "")]
    bass = [2, 2, 11, 11, 9, 9, 9, -1]
    labels = ChordLabels(*(np.array(values, np.int8) for values in (root, quality, bass)))
    assert chart_of_labels(labels) == replace(chart("D:2|G/B:2|A7:3|N.C.:1"), tones=())


def test_no_chart_without_a_beat() -> None:
    nothing = np.zeros(0, np.int8)
    with pytest.raises(TokenError, match="at least one step"):
        chart_of_labels(ChordLabels(nothing, nothing, nothing))


def test_bars_are_those_of_the_progression() -> None:
    meters = (Meter(3, 4), Meter(6, 8), Meter(5, 4))
    beats = [3, 2, 5, 1]  # the last bar is cut short before its second part
    progression = Progression.of([(Chord("C", QUALITIES[0]), 24 * count) for count in beats], BarLines(meters))
    song = chart_of_progression(progression)
    assert song.measures == (Measure(36), Measure(24, compound=True), Measure(36), Measure(24), Measure(36))
    assert (song.steps, song.bars) == (132, 5)
    assert [head[-1].onset for head in song.heads()] == [36, 24, 36, 24, 36]
