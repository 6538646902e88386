"""What makes a style is made likelier: where notes begin, how long and how many they are, which drums are struck."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sideman.arranging import ArrangeOptions, Performance, Plan, default_model
from sideman.composer import Composer
from sideman.model.sampling import SamplingDefaults
from sideman.music.band import ONSET, PITCH, Role
from sideman.music.chords import parse
from sideman.music.styles import STYLES
from sideman.music.time import BarLines, Meter
from sideman.music.wishes import PlayedSection, Wishes
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.clashes import Row
from sideman.tokens.drum_hits import HIT_MASKS, LOWEST_DRUM
from sideman.tokens.leader import Leader
from sideman.tokens.styling import SCALE, SHAPES, Styling, learnt
from sideman.tokens.vocabulary import VOCABULARY

STRONG = dict.fromkeys(SHAPES, 1.0)
RIDE = 51  # of General MIDI's drums


def hit(drum: int) -> int:
    """The id of a drum that is struck alone."""
    return VOCABULARY.id("hit", list(HIT_MASKS).index(1 << drum - LOWEST_DRUM))


def row(strengths: dict[str, float], style: str | None, role: Role, step: int, chords: str = "C") -> Row | None:
    """What is added after a player's onset on a step of the first bar."""
    leader = Leader(chart_of_progression(parse(chords)), [role], style=style)
    prefix = leader.prefix()
    begins = VOCABULARY.id("track_density", role.number * 5)
    for token in (*leader.forced(prefix), begins, VOCABULARY.id("position", step)):
        prefix.push(token)
    return Styling(strengths).row(prefix, leader.style(0))


def test_the_table_has_every_style_of_the_language() -> None:
    assert {kind: array.shape for kind, array in learnt().items()} == dict(SHAPES)
    assert all(np.abs(array).max() <= 2.5 * SCALE for array in learnt().values())
    assert all(array[number].any() for array in learnt().values() for number in range(len(STYLES)))


def test_jazz_has_rides_and_triplets_and_hip_hop_has_sixteenths() -> None:
    jazz, hip_hop = (row(STRONG, style, Role.DRUMS, 0) for style in ("jazz", "hip-hop"))
    assert jazz is not None
    assert hip_hop is not None
    assert jazz[hit(RIDE)] > 0.5 > hip_hop[hit(RIDE)]
    triplet, sixteenth = VOCABULARY.id("position", 8), VOCABULARY.id("position", 9)
    assert jazz[triplet] > 0 > jazz[sixteenth]
    assert hip_hop[sixteenth] > 0 > hip_hop[triplet]


def test_what_is_added_goes_by_the_strength_of_its_kind() -> None:
    once, twice = row(STRONG, "latin", Role.DRUMS, 6), row(STRONG | {"hit": 2.0}, "latin", Role.DRUMS, 6)
    assert once is not None
    assert twice is not None
    hits = VOCABULARY.range("hit")
    assert twice[hits] == pytest.approx(2 * once[hits])
    assert (np.delete(twice, np.r_[hits]) == np.delete(once, np.r_[hits])).all()
    only = row({"length": 1.0}, "latin", Role.BASS, 6)
    assert only is not None
    assert {VOCABULARY.kind(token) for token in np.flatnonzero(only).tolist()} == {"length"}


@pytest.mark.parametrize(
    ("strengths", "style", "meter"), [(STRONG, None, "4/4"), ({}, "jazz", "4/4"), (STRONG, "jazz", "3/4")]
)
def test_without_a_style_or_in_another_metre_nothing_is_added(
    strengths: dict[str, float], style: str | None, meter: str
) -> None:
    progression = replace(parse("C:12"), lines=BarLines((Meter.parse(meter),)))
    leader = Leader(chart_of_progression(progression), [Role.DRUMS], style=style)
    prefix = leader.prefix()
    for token in leader.forced(prefix):
        prefix.push(token)
    assert Styling(strengths).row(prefix, leader.style(0)) is None


@pytest.mark.slow
@pytest.mark.usefixtures("needs_kernel")
def test_sections_have_styles_of_their_own() -> None:
    model = default_model()
    sections = (PlayedSection("A", (0, 1), Wishes("jazz")), PlayedSection("B", (0, 1), Wishes("hip-hop")))
    rides = []
    for seed in range(4):
        plan = Plan(parse("Dm7:4|G7:4|CM7:4|A7:4"), ArrangeOptions(seed=seed), sections=sections)
        performance = Performance(plan, SamplingDefaults(styling=dict.fromkeys(SHAPES, 2.0)))
        for _ in Composer(model.engine, model.columns, 1).run(performance.takes):
            pass
        notes = performance.bands[0][Role.DRUMS].notes
        ride = np.isin(notes[:, PITCH], (51, 53, 59))
        rides.append([(ride & (notes[:, ONSET] // 96 == half)).sum() for half in (0, 1)])
    in_jazz, in_hip_hop = np.sum(rides, axis=0)
    assert in_jazz > 2 * in_hip_hop
