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
    heard = finish({Role.BASS: NOTES}, 48, SETTING)[Role.BASS]
    assert heard[:, :3].tolist() == [[0, 12, 36], [40, 8, 38], [47, 1, 42]]


def test_a_player_weighs_each_note() -> None:
    heard = finish({Role.DRUMS: NOTES}, 64, SETTING)[Role.DRUMS]
    assert np.array_equal(heard, touch({Role.DRUMS: NOTES}, SETTING)[Role.DRUMS])
    assert not np.array_equal(heard, NOTES)
    assert np.array_equal(finish({Role.DRUMS: NOTES}, 64, None)[Role.DRUMS], NOTES)


def test_the_composed_notes_stay() -> None:
    before = NOTES.copy()
    for setting in (SETTING, None):
        heard = finish({**dict.fromkeys(ROLES, NOTES), Role.PIANO: NOTES[:0]}, 48, setting)
        assert heard[Role.PIANO].shape == (0, 4)
    assert np.array_equal(NOTES, before)
