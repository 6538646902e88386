"""What is likelier for what was played: another top tone, a bar as full as the last; and rests, levels, thin onsets."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sideman.music.band import Role
from sideman.music.chords import parse
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.clashes import Row
from sideman.tokens.habits import NO_HABITS, Habits
from sideman.tokens.leader import Leader
from sideman.tokens.prefix import Prefix
from sideman.tokens.vocabulary import VOCABULARY

HABITS = Habits({"piano": 0.5}, {"piano": 1.0, "drums": 0.25})


def standing(*said: str, role: Role = Role.PIANO) -> Prefix:
    """Behind these ids of a part, such as ``position:12``, in the first bar of who plays alone."""
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
    return prefix


def after(*said: str, role: Role = Role.PIANO, habits: Habits = HABITS) -> Row | None:
    """What is added behind these ids."""
    return habits.row(standing(*said, role=role))


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


def test_each_level_of_fullness_has_its_own() -> None:
    habits = Habits(steady={"piano": 1.0}, fullness={"piano": (0.5, 0.0, -0.25, 0.0, 0.0)})
    assert added(after(habits=habits)) == {("track_density", 5): 0.5, ("track_density", 7): -0.25}
    assert added(after(*CHORD, "bar", habits=habits)) == {("track_density", 5): 0.5, ("track_density", 7): 0.75}
    assert after(*CHORD, "position:12", habits=habits) is None


def factors(*said: str, role: Role = Role.PIANO) -> dict[str, float] | None:
    """How much likelier kinds are behind these ids of a part, as in :func:`after`; those that are not are left out."""
    habits = Habits(resting={role: math.log(2)}, thickness={role: math.log(0.5)})
    found = habits.factors(standing(*said, role=role))
    if found is None:
        return None
    return {VOCABULARY.kinds[kind]: round(float(found[kind]), 9) for kind in np.flatnonzero(found != 1).tolist()}


def test_who_is_next_rests_more_often() -> None:
    assert factors(*CHORD, "bar") == {"rest": 2.0}
    assert factors() == {}  # nobody knows who is next


@pytest.mark.parametrize("role", [Role.PIANO, Role.DRUMS])
def test_onsets_are_thinner(role: Role) -> None:
    onset = ("track_density:2", "position:0", "hit:0") if role is Role.DRUMS else CHORD
    assert factors(*onset, role=role) == {"length": 0.5, "pitch": 0.5, "hit": 0.5}
    assert factors(*onset, "position:12", role=role) is None


def test_nobody_leans_unasked() -> None:
    assert NO_HABITS.factors(standing(*CHORD)) is None
    assert NO_HABITS.row(standing(*CHORD)) is None
