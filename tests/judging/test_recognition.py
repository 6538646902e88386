"""What the judge hears in chords that nobody can mistake, and in none."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.judging.conftest import band

from sideman.judging.recognition import TEMPLATES, UNLABELLED, hear
from sideman.music.time import STEPS_PER_BAR, STEPS_PER_BEAT


@cases("root", range(12))
@cases("tones", [intervals for intervals, _ in TEMPLATES])
def test_a_chord_with_its_root_in_the_bass_is_heard(root: int, tones: tuple[int, ...]) -> None:
    piano = [(0, STEPS_PER_BAR, 60 + (root + tone) % 12) for tone in tones]
    heard = hear(band(STEPS_PER_BAR, piano=piano, bass=[(0, STEPS_PER_BAR, 36 + root)]))
    assert heard.root.tolist() == [root] * 4
    assert [np.flatnonzero(beat).tolist() for beat in heard.tones] == [list(tones)] * 4


@given(st.lists(st.sampled_from(range(len(TEMPLATES))), min_size=2, max_size=8), st.integers(1, 11))
def test_chords_moved_are_heard_moved(chords: list[int], semitones: int) -> None:
    piano = [(12 * beat, 12, 60 + beat + tone) for beat, chord in enumerate(chords) for tone in TEMPLATES[chord][0]]
    bass = [(12 * beat, 12, 36 + beat) for beat in range(len(chords))]
    here, there = (
        hear(
            band(
                12 * len(chords),
                **{
                    role: [(on, long, pitch + move) for on, long, pitch in notes]
                    for role, notes in (("piano", piano), ("bass", bass))
                },
            )
        )
        for move in (0, semitones)
    )
    assert ((here.root + semitones) % 12 == there.root).all()
    assert (here.tones == there.tones).all()


def test_the_bass_tells_one_of_two_chords_with_the_same_tones() -> None:
    tones = [(0, STEPS_PER_BAR, pitch) for pitch in (60, 64, 67, 69)]  # C6 and Am7
    over_c, over_a = (hear(band(STEPS_PER_BAR, piano=tones, bass=[(0, 48, pitch)])) for pitch in (36, 33))
    assert (over_c.root[0], over_a.root[0]) == (0, 9)


def test_a_change_is_heard_on_its_beat_and_a_passing_note_is_none() -> None:
    chords = [(0, 48, 60), (0, 48, 64), (0, 48, 67), (48, 48, 65), (48, 48, 69), (48, 48, 60)]
    bass = [(0, 36, 36), (36, 12, 38), (48, 48, 41)]
    heard = hear(band(2 * STEPS_PER_BAR, piano=chords, bass=bass))
    assert heard.root.tolist() == [0, 0, 0, 0, 5, 5, 5, 5]


def test_silence_and_drums_are_no_chord() -> None:
    drums = [(step, 1, 36) for step in range(0, STEPS_PER_BAR, STEPS_PER_BEAT)]
    heard = hear(band(STEPS_PER_BAR, drums=drums))
    assert heard.root.tolist() == [UNLABELLED] * 4
    assert not heard.tones.any()


def test_notes_past_the_end_and_an_unfinished_beat_are_heard_as_far_as_they_go() -> None:
    triad = [(0, 500, pitch) for pitch in (48, 52, 55)]
    assert hear(band(STEPS_PER_BEAT + 1, piano=triad)).root.tolist() == [0, 0]
