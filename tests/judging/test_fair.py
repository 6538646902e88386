"""Everybody is heard in the same roles, on the same grid, for the same time."""

from __future__ import annotations

from tests.judging.conftest import band, window

from sideman.judging.fair import fair
from sideman.music.band import Role

ASKED = window("C:4|F:4", drums=[(0, 1, 36)], piano=[(0, 1, 60)])


def test_roles_are_those_of_the_window() -> None:
    played = fair(band(96, piano=[(0, 12, 60)], strings=[(0, 12, 72)]), ASKED)
    assert played.roles == (Role.DRUMS, Role.PIANO)
    assert (len(played[Role.DRUMS]), len(played[Role.PIANO])) == (0, 1)


def test_the_end_is_the_windows_and_lengths_are_the_tokens() -> None:
    played = fair(band(200, piano=[(0, 11, 60), (90, 50, 62), (96, 12, 64)], drums=[(0, 30, 36)]), ASKED)
    assert [(note.onset, note.duration) for note in played[Role.PIANO]] == [(0, 12), (90, 6)]
    assert [note.duration for note in played[Role.DRUMS]] == [1]
    assert played.steps == 96


def test_it_is_fair_once_and_for_all() -> None:
    once = fair(band(96, piano=[(0, 11, 60), (80, 50, 62)], drums=[(0, 30, 36)]), ASKED)
    assert fair(once, ASKED) == once
