"""Pitches are likelier that people play in the key in which it sounds."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cases import cases

from sideman.music.band import ROLES, Role
from sideman.music.chords import parse
from sideman.music.key import SHIFTS, Key
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.leader import Leader
from sideman.tokens.register import Register, learnt
from sideman.tokens.vocabulary import VOCABULARY

G, C, E = (Key.named(f"{tonic} major").shift for tonic in "GCE")
LOW_E, LOW_C = 28, 24  # the lowest string of a bass, and what lies below it


def added(role: Role, sounding: int, shift: int) -> float:
    """To a pitch as it sounds, which is heard ``shift`` semitones higher."""
    return float(Register(shift, {role: 1.0}).rows[role.number, sounding + shift])


def test_a_bass_keeps_to_its_strings_in_every_key() -> None:
    assert added(Role.BASS, LOW_C, G) < -1.5
    assert added(Role.BASS, LOW_C, G) < added(Role.BASS, LOW_E, G) < 0 < added(Role.BASS, LOW_E + 12, G)
    heard = LOW_E + E  # in G it would sound nine semitones lower
    rows = [Register(shift, {"bass": 1.0}).rows[Role.BASS.number, heard] for shift in (E, C, G)]
    assert rows[0] > 0 > rows[1] > rows[2]


def test_on_average_over_keys_nothing_is_added() -> None:
    assert learnt().shape == (len(ROLES), len(SHIFTS), 128)
    assert np.isfinite(learnt()).all()
    middle = learnt()[Role.PIANO.number, :, 60]
    assert abs(middle.mean()) < 0.1


@cases("role", ROLES)
def test_who_is_not_named_and_drums_play_as_ever(role: Role) -> None:
    rows = Register(G, {"piano": 0.5, "drums": 1.0}).rows
    assert rows[role.number].any() == (role is Role.PIANO)
    assert rows.flags.c_contiguous  # as the kernel reads them
    assert np.allclose(rows * 2, Register(G, {"piano": 1.0}).rows)


@pytest.mark.parametrize(("ids", "is_added"), [((), False), ((("length", 3),), True)], ids=str)
def test_it_is_added_where_a_pitch_may_follow(ids: tuple[tuple[str, int], ...], is_added: bool) -> None:
    leader = Leader(chart_of_progression(parse("G")), [Role.BASS])
    prefix = leader.prefix()
    begins = (("track_density", Role.BASS.number * 5), ("position", 0))
    for token in (*leader.forced(prefix), *(VOCABULARY.id(*each) for each in (*begins, *ids))):
        prefix.push(token)
    row = Register(G, {"bass": 1.0}).row(prefix)
    assert (row is not None) == is_added
    if row is not None:
        assert {*np.flatnonzero(row).tolist()} <= {*range(*VOCABULARY.range("pitch").indices(VOCABULARY.size))}
