"""What is added for the ear."""

from __future__ import annotations

import numpy as np

from sideman.music.band import ROLES, NoteArray, Role
from sideman.music.finishing import finish
from sideman.music.strokes import Setting
from sideman.music.touch import touch

SETTING = Setting(0, 0, 48)
NOTES: NoteArray = np.array([[0, 12, 36, 88], [40, 24, 38, 88], [47, 1, 42, 88]], np.int32)


def test_what_rings_past_the_end_is_cut() -> None:
    assert finish(Role.BASS, NOTES, 48, SETTING)[:, :3].tolist() == [[0, 12, 36], [40, 8, 38], [47, 1, 42]]


def test_a_player_weighs_each_note() -> None:
    heard = finish(Role.DRUMS, NOTES, 64, SETTING)
    assert np.array_equal(heard, touch(Role.DRUMS, NOTES, SETTING))
    assert not np.array_equal(heard, NOTES)


def test_the_composed_notes_stay() -> None:
    before = NOTES.copy()
    for role in ROLES:
        finish(role, NOTES, 48, SETTING)
    assert np.array_equal(NOTES, before)
    assert finish(Role.PIANO, NOTES[:0], 48, SETTING).shape == (0, 4)
