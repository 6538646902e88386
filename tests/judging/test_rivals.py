"""The dummies do what their names say."""

from __future__ import annotations

from tests.judging.conftest import window

from sideman.judging.keeping import keeping
from sideman.judging.rivals import at_random, block_chords, other_chords
from sideman.music.band import Role


def test_block_chords_are_the_chords() -> None:
    asked = window("C:8|F/A:4|N.C.:4", drums=[(0, 1, 36)], piano=[(0, 1, 60)], bass=[(0, 1, 40)])
    played = block_chords(asked)
    assert played.roles == asked.roles
    kept = keeping(played, asked.progression)
    assert kept == (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert [(note.onset, note.duration) for note in played[Role.BASS]] == [(0, 48), (48, 48), (96, 48)]
    assert len(played[Role.DRUMS]) == 16


def test_at_random_has_peoples_numbers_and_no_chords() -> None:
    notes = [(step, 3, 60) for step in range(0, 480, 3)]
    asked = window("C|F|G|C|C|F|G|C|F|C", piano=notes, drums=notes)
    played = at_random(asked)
    assert {track.role: len(track) for track in played.tracks}[Role.DRUMS] > 0.8 * len(notes)
    assert keeping(played, asked.progression).tones < 0.35  # a quarter of all pitch classes are chord tones
    assert at_random(asked) == played
    assert at_random(window("C|F|G|C|C|F|G|C|F|C", seed=2, piano=notes, drums=notes)) != played


def test_other_chords_come_from_another_song_and_fit() -> None:
    asked = [
        window("C:4|F:4", song="a", piano=[(0, 1, 60)]),
        window("G:4|Am:4", song="a", piano=[(0, 1, 60)]),
        window("E:3|B:1", song="b", piano=[(0, 1, 60)]),
    ]
    assert [str(chords) for chords in other_chords(asked)] == [
        "E:3|B:1|E:3|B:1",
        "E:3|B:1|E:3|B:1",
        "C:4",
    ]
