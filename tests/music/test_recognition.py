"""What chord sounds, and what span and key it makes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.music.band import Note, NoteArray
from sideman.music.chords import MODEL_QUALITIES
from sideman.music.key import Key, estimate_key
from sideman.music.recognition import UNLABELLED, ChordLabels, Span, label_spans, recognise
from sideman.music.time import COMMON_TIME, STEPS_PER_BEAT

NAMES = [quality.name for quality in MODEL_QUALITIES]
MAJOR, MINOR, SEVENTH = NAMES.index(""), NAMES.index("m"), NAMES.index("7")
NOTHING: NoteArray = np.zeros((0, 4), np.int32)
MIDDLE_C, LOW_C = 60, 36


def notes(*rows: Note) -> NoteArray:
    return np.array(rows, np.int32).reshape(-1, 4)


def chord(root: int, quality: int, bass: int, bar: int = 0) -> tuple[NoteArray, NoteArray]:
    """A whole bar of a chord above its bass: all notes, and those of the bass."""
    low = notes(Note(bar * COMMON_TIME.steps, COMMON_TIME.steps, LOW_C + bass, 90))
    pitches = [MIDDLE_C + (root + interval) % 12 for interval in MODEL_QUALITIES[quality].intervals]
    high = notes(*(Note(bar * COMMON_TIME.steps, COMMON_TIME.steps, pitch, 80) for pitch in pitches))
    return np.concatenate([high, low]), low


def song(*chords: tuple[int, int, int]) -> tuple[NoteArray, NoteArray, int]:
    """One bar of each (root, quality, bass): the arguments of recognise."""
    parts = [chord(root, quality, bass, bar) for bar, (root, quality, bass) in enumerate(chords)]
    pitched, bass = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
    return pitched, bass, len(chords) * COMMON_TIME.beats


def same(one: ChordLabels, other: ChordLabels) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("root", "quality", "bass"))


def key_of(labels: ChordLabels) -> Key:
    return estimate_key(labels.root, labels.quality, np.ones(len(labels)))


def transposed(array: NoteArray, semitones: int) -> NoteArray:
    moved = array.copy()
    moved[:, 2] += semitones
    return moved


@cases("root", range(12))
@cases("quality", range(len(NAMES)))
def test_a_chord_on_its_root_is_recognised(root: int, quality: int) -> None:
    assert label_spans(recognise(*song((root, quality, root)))) == [Span(0, 4, root, quality, root)]


@cases("quality", range(len(NAMES)))
def test_every_quality_is_recognised_between_plain_chords(quality: int) -> None:
    labels = recognise(*song((0, MAJOR, 0), (2, quality, 2), (0, MAJOR, 0)))
    assert label_spans(labels)[1] == Span(4, 8, 2, quality, 2)


@pytest.mark.parametrize(("beats_per_bar", "change"), [(3, 3), (4, 4)])
def test_a_silent_beat_goes_to_the_chord_whose_bar_it_is(beats_per_bar: int, change: int) -> None:
    triads = [(beat, pitch) for beat in range(3) for pitch in (60, 64, 67)]
    triads += [(beat, pitch) for beat in (4, 5) for pitch in (65, 69, 72)]
    pitched = notes(*(Note(beat * STEPS_PER_BEAT, STEPS_PER_BEAT, pitch, 80) for beat, pitch in triads))
    assert label_spans(recognise(pitched, NOTHING, 6, beats_per_bar)) == [
        Span(0, change, 0, MAJOR, 0),
        Span(change, 6, 5, MAJOR, 5),
    ]


def test_without_a_bass_track_the_lowest_note_is_the_bass() -> None:
    pitched, _, beats = song((0, NAMES.index("6"), 0), (9, NAMES.index("m7"), 9))
    assert label_spans(recognise(pitched, NOTHING, beats)) == [
        Span(0, 4, 0, NAMES.index("6"), 0),
        Span(4, 8, 9, NAMES.index("m7"), 9),
    ]


def test_the_bass_track_is_the_bass_even_where_another_plays_below() -> None:
    pitched, bass, beats = song((0, MAJOR, 4))
    below = notes(Note(0, COMMON_TIME.steps, LOW_C - 12, 60))
    assert set(recognise(np.concatenate([pitched, below]), bass, beats).bass.tolist()) == {4}


@pytest.mark.parametrize("bass", [4, 7])
def test_an_inversion_has_its_bass(bass: int) -> None:
    assert label_spans(recognise(*song((0, MAJOR, bass)))) == [Span(0, 4, 0, MAJOR, bass)]


def test_a_passing_bass_note_is_no_slash_chord() -> None:
    pitched, _, beats = song((0, MAJOR, 0))
    walk = notes(*(Note(beat * STEPS_PER_BEAT, STEPS_PER_BEAT, LOW_C + p, 90) for beat, p in enumerate((0, 0, 4, 7))))
    assert set(recognise(np.concatenate([pitched[:-1], walk]), walk, beats).bass.tolist()) == {0}


def test_a_broken_chord_is_one_chord() -> None:
    pitches = (48, 55, 60, 63)  # C G C Eb, one a beat
    broken = notes(*(Note(i * STEPS_PER_BEAT, STEPS_PER_BEAT, p, 80) for i, p in enumerate(pitches * 2)))
    assert label_spans(recognise(broken, NOTHING, 8)) == [Span(0, 8, 0, MINOR, 0)]


def test_a_held_note_counts_on_every_beat_it_sounds() -> None:
    held = notes(*(Note(0, 3 * COMMON_TIME.steps, pitch, 80) for pitch in (41, 57, 60, 65)))
    assert label_spans(recognise(held, NOTHING, 12)) == [Span(0, 12, 5, MAJOR, 5)]


def test_silence_is_no_chord() -> None:
    labels = recognise(NOTHING, NOTHING, 8)
    assert label_spans(labels) == [Span(0, 8, UNLABELLED, 0, UNLABELLED)]


def test_a_long_rest_is_no_chord_and_a_short_one_is_not() -> None:
    pitched, bass, _ = song((0, MAJOR, 0))
    assert label_spans(recognise(pitched, bass, 5)) == [Span(0, 5, 0, MAJOR, 0)]
    assert label_spans(recognise(pitched, bass, 16)) == [
        Span(0, 4, 0, MAJOR, 0),
        Span(4, 16, UNLABELLED, 0, UNLABELLED),
    ]


@pytest.mark.parametrize("beats", [0, -1])
def test_no_beats_give_no_labels(beats: int) -> None:
    labels = recognise(song((0, MAJOR, 0))[0], NOTHING, beats)
    assert len(labels) == 0
    assert label_spans(labels) == []


def test_notes_after_the_end_are_ignored() -> None:
    pitched, bass, beats = song((0, MAJOR, 0), (2, MINOR, 2))
    assert same(recognise(pitched, bass, beats - 4), recognise(*song((0, MAJOR, 0))))


def test_labels_are_int8() -> None:
    labels = recognise(*song((0, MAJOR, 0)))
    assert {labels.root.dtype, labels.quality.dtype, labels.bass.dtype} == {np.dtype(np.int8)}


CHORDS = st.tuples(st.integers(0, 11), st.integers(0, len(NAMES) - 1), st.integers(0, 11))
NOTES = st.lists(
    st.builds(Note, st.integers(0, 200), st.integers(1, 60), st.integers(24, 96), st.integers(1, 127)), max_size=30
)


@given(NOTES, NOTES, st.integers(0, 20))
def test_any_notes_give_valid_labels(high: list[Note], low: list[Note], beats: int) -> None:
    labels = recognise(notes(*high, *low), notes(*low), beats)
    silent = labels.root == UNLABELLED
    assert len(labels) == beats
    assert ((labels.root >= UNLABELLED) & (labels.root < 12) & (labels.bass < 12)).all()
    assert ((labels.quality >= 0) & (labels.quality < len(NAMES))).all()
    assert (labels.quality[silent] == 0).all()
    assert np.array_equal(labels.bass == UNLABELLED, silent)
    spans = label_spans(labels)
    assert [beat for span in spans for beat in range(span.start, span.end)] == list(range(beats))


@given(st.lists(CHORDS, min_size=1, max_size=4), st.integers(-5, 6))
def test_transposing_the_notes_transposes_chords_and_key(chords: list[tuple[int, int, int]], semitones: int) -> None:
    # Chords on their own root: a symmetric chord over a foreign bass has several names that are equally good. So have
    # two on one root that are heard as one: how high their notes are decides.
    assume(all(one[0] != other[0] for one, other in pairwise(chords)))
    pitched, bass, beats = song(*((root, quality, root) for root, quality, _ in chords))
    plain = recognise(pitched, bass, beats)
    moved = recognise(transposed(pitched, semitones), transposed(bass, semitones), beats)
    assert np.array_equal(moved.root, (plain.root + semitones) % 12)
    assert np.array_equal(moved.quality, plain.quality)
    assert np.array_equal(moved.bass, (plain.bass + semitones) % 12)
    assert key_of(moved) == Key((key_of(plain).tonic + semitones) % 12, key_of(plain).minor)
