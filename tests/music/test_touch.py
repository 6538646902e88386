"""A drummer's accents."""

import numpy as np

from sideman.music.band import VELOCITY, Note, Role, Track
from sideman.music.touch import touch

KICK, SNARE, HAT = 36, 38, 42


def test_a_kick_on_the_beat_outweighs_a_hat_on_the_sixteenth() -> None:
    notes = Track(Role.DRUMS, [Note(0, 1, KICK, 88), Note(0, 1, HAT, 88), Note(3, 1, HAT, 88)]).notes
    assert touch(Role.DRUMS, notes)[:, VELOCITY].tolist() == [88 + 3 + 15, 88 + 3 - 2, 88 - 11 - 2]


def test_velocities_stay_in_range_and_nothing_else_changes() -> None:
    notes = Track(Role.DRUMS, [Note(9, 1, 68, 24), Note(12, 1, 35, 116)]).notes
    touched = touch(Role.DRUMS, notes)
    assert touched[:, VELOCITY].tolist() == [12, 127]
    assert np.array_equal(touched[:, :VELOCITY], notes[:, :VELOCITY])


def test_other_roles_are_left_alone() -> None:
    notes = Track(Role.BASS, [Note(3, 6, 40, 88)]).notes
    assert np.array_equal(touch(Role.BASS, notes), notes)
