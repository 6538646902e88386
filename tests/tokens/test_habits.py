"""A top tone is less likely where it was struck just before, a density more likely where the last bar had it."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.music.band import Role
from sideman.music.chords import parse
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.clashes import Row
from sideman.tokens.habits import Habits
from sideman.tokens.leader import Leader
from sideman.tokens.vocabulary import VOCABULARY

HABITS = Habits({"piano": 0.5}, {"piano": 1.0, "drums": 0.25})


def after(*said: str, role: Role = Role.PIANO, habits: Habits = HABITS) -> Row | None:
    """What is added behind these ids of a part, such as ``position:12``, in the first bar of who plays alone."""
    leader = Leader(chart_of_progression(parse("C:4|F:4")), [role])
    prefix = leader.prefix()
    for token in leader.forced(prefix):
        prefix.push(token)
    for each in said:
        if each == "bar":
            for token in leader.forced(prefix, part_over=True):
                prefix.push(token)
            continue
        kind, value = each.split(":")
        prefix.push(VOCABULARY.id(kind, int(value)))
    return habits.row(prefix)


def added(row: Row | None) -> dict[tuple[str, int], float]:
    assert row is not None
    return {
        (VOCABULARY.kind(place), VOCABULARY.value(place)): float(row[place]) for place in np.flatnonzero(row).tolist()
    }


CHORD = ("track_density:7", "loudness:4", "position:0", "length:3", "pitch:60", "length:4", "pitch:52")


def test_the_highest_tone_of_the_onset_before_is_less_likely() -> None:
    assert added(after(*CHORD, "position:12")) == {("pitch", 60): -0.5}
    again = added(after(*CHORD, "position:12", "pitch:55"))
    assert again == {("pitch", 60): -0.5, ("track_density", 7): 1.0}
    assert added(after(*CHORD, "position:12", "pitch:64", "position:24")) == {("pitch", 64): -0.5}


def test_the_first_onset_of_a_part_has_none_before_it() -> None:
    assert after(*CHORD[:3]) is None
    assert added(after(*CHORD, "bar", "track_density:7", "position:0", "length:3", "pitch:48")) == {
        ("track_density", 7): 1.0
    }


def test_a_bar_is_likely_as_full_as_the_one_before() -> None:
    assert added(after(*CHORD, "bar")) == {("track_density", 7): 1.0}
    assert after() is None or not added(after())


def test_drums_strike_the_same_again() -> None:
    drums = ("track_density:2", "position:0", "hit:0")
    assert after(*drums, "position:12", role=Role.DRUMS) is None
    assert added(after(*drums, "bar", role=Role.DRUMS)) == {("track_density", 2): 0.25}


@pytest.mark.parametrize("role", [Role.BASS, Role.GUITAR])
def test_who_is_not_named_is_left_alone(role: Role) -> None:
    density = role.number * 5
    row = after(f"track_density:{density}", "position:0", "length:3", "pitch:45", "position:12", role=role)
    assert row is None
