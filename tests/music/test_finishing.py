"""What is added for the ear."""

from __future__ import annotations

import numpy as np

from sideman.music.band import NoteArray, Role
from sideman.music.finishing import finish
from sideman.music.touch import touch

NOTES: NoteArray = np.array([[0, 12, 36, 88], [40, 24, 38, 88], [47, 1, 42, 88]], np.int32)


def test_what_rings_past_the_end_is_cut() -> None:
    assert finish(Role.BASS, NOTES, 48).tolist() == [[0, 12, 36, 88], [40, 8, 38, 88], [47, 1, 42, 88]]


def test_a_drummer_accents() -> None:
    heard = finish(Role.DRUMS, NOTES, 64)
    assert np.array_equal(heard, touch(Role.DRUMS, NOTES))
    assert not np.array_equal(heard, NOTES)


def test_the_composed_notes_stay() -> None:
    before = NOTES.copy()
    for role in Role:
        finish(role, NOTES, 48)
    assert np.array_equal(NOTES, before)
    assert finish(Role.PIANO, NOTES[:0], 48).shape == (0, 4)
