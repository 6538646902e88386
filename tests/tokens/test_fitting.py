"""Chord tones that are made likelier."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cases import cases
from tests.tiny import tiny_checkpoint

from sideman.arranging import ArrangeOptions, Model, Performance, Plan
from sideman.composer import Composer
from sideman.model.sampling import SamplingDefaults
from sideman.music.band import ROLES, Role
from sideman.music.chords import parse
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.clashes import Row
from sideman.tokens.fitting import Fitting
from sideman.tokens.leader import Leader
from sideman.tokens.vocabulary import VOCABULARY

_PITCHES = VOCABULARY.range("pitch")


def row(fitting: Fitting, chords: str, role: Role, position: int = 0) -> Row | None:
    """At the first onset of a role that plays alone."""
    leader = Leader(chart_of_progression(parse(chords)), [role])
    prefix = leader.prefix()
    begins = VOCABULARY.id("track_density", role.number * 5)
    for token in (*leader.forced(prefix), begins, VOCABULARY.id("position", position)):
        prefix.push(token)
    return fitting.row(prefix)


@pytest.mark.parametrize(("chords", "tones"), [("C", {0, 4, 7}), ("Am7", {9, 0, 4, 7}), ("C/E", {0, 4, 7})])
def test_tones_of_the_chord_that_sounds_are_likelier(chords: str, tones: set[int]) -> None:
    added = row(Fitting({"piano": 0.5}), chords, Role.PIANO)
    assert added is not None
    places = np.flatnonzero(added)
    assert {(place - _PITCHES.start) % 12 for place in places.tolist()} == tones
    assert (added[places] == 0.5).all()


@cases("role", ROLES)
def test_nothing_is_added_for_who_is_not_named_for_drums_and_under_no_chord(role: Role) -> None:
    assert row(Fitting({}), "C", role) is None
    assert row(Fitting({role: 0.0}), "C", role) is None
    assert (row(Fitting({role: 1.0}), "C", role) is None) == (role is Role.DRUMS)


@cases("position", range(48))
def test_between_beats_tones_are_as_likely_as_the_network_says(position: int) -> None:
    assert (row(Fitting({"piano": 0.5}), "C", Role.PIANO, position) is not None) == (position % 12 == 0)


def test_a_band_that_is_told_to_fit_plays_more_chord_tones() -> None:
    def share(added: float) -> float:
        model = Model(tiny_checkpoint())
        plan = Plan(parse("C:4|Am:4|F:4|G7:4"), ArrangeOptions(seed=1, roles=(Role.PIANO,)))
        performance = Performance(plan, SamplingDefaults(fitting={"piano": added}))
        composer = Composer(model.engine, model.columns, 1)
        composer.join(performance.takes[0])
        while composer:
            composer.step()
        (track,) = performance.bands[0].tracks
        tones = [{0, 4, 7}, {9, 0, 4}, {5, 9, 0}, {7, 11, 2, 5}]
        return float(
            np.mean(
                [pitch % 12 in tones[onset // 48] for onset, _, pitch, _ in track.notes.tolist() if onset % 12 == 0]
            )
        )

    free, fitting = share(0.0), share(8.0)
    assert free < 0.6
    assert fitting > 0.95
