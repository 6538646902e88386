"""Which parts of bars that are to be like earlier ones are played again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.music.test_chords import progressions
from tests.tiny import tiny_checkpoint

from sideman.arranging import ArrangeOptions, Model, Performance, Plan, perform
from sideman.composer import Composer, Take
from sideman.model.sampling import SamplingDefaults
from sideman.music.band import ROLES, Role
from sideman.music.chords import parse
from sideman.music.progression import Progression
from sideman.music.wishes import PlayedSection, Repeat, Wishes
from sideman.tokens.leads import Repeats, heads_of, leads_of
from sideman.tokens.parts import parts_of

MODEL = Model(tiny_checkpoint())
LOOP = "C:4|Am:4|F:4|G7:4|" * 3 + "C:4|Am:4|F:4|G7:4"


def compose(plan: Plan, chances: Mapping[str, tuple[float, ...]]) -> Sequence[Take]:
    performance = Performance(plan, SamplingDefaults(repeats=chances))
    composer = Composer(MODEL.engine, MODEL.columns, len(performance.takes))
    for take in performance.takes:
        composer.join(take)
    while composer:
        composer.step()
    return performance.takes


def test_who_always_repeats_plays_the_same_and_others_what_they_like() -> None:
    plan = Plan(parse(LOOP), ArrangeOptions(seed=2))
    (take,) = compose(plan, {"bass": (1.0, 1.0), "drums": (1.0, 1.0)})
    parts = parts_of(take.ids)
    for bar, echo in enumerate(plan.leads.echoes):
        if echo.bar >= 0:
            assert parts[bar][Role.BASS] == parts[echo.bar][Role.BASS]
            assert parts[bar][Role.DRUMS] == parts[echo.bar][Role.DRUMS]
    assert any(parts[bar][Role.PIANO] != parts[bar - 4][Role.PIANO] for bar in range(4, 16))


@settings(max_examples=12, deadline=None)
@given(progressions, st.integers(0, 5), st.booleans())
def test_what_is_repeated_obeys_the_chart(progression: Progression, seed: int, rings: bool) -> None:
    plan = Plan(progression, ArrangeOptions(seed=seed, ending="ring" if rings else "loop"))
    (take,) = compose(plan, dict.fromkeys(ROLES, (0.7, 0.9)))
    perform(plan, take.ids)  # walks the grammar
    leader = plan.leader()
    prefix = leader.prefix()
    for token in take.ids:
        assert leader.allowed(prefix)[token]
        prefix.push(token)


def test_takes_repeat_other_bars_and_a_seed_the_same() -> None:
    plan = Plan(parse(LOOP), ArrangeOptions(seed=2, takes=2))
    chances = dict.fromkeys(map(str, ROLES), (0.5, 0.5))
    first, second = compose(plan, chances)
    again, _ = compose(plan, chances)
    assert first.ids == again.ids
    repeated = [
        [parts_of(take.ids)[bar][role] == parts_of(take.ids)[bar - 4][role] for bar in range(4, 16) for role in ROLES]
        for take in (first, second)
    ]
    assert repeated[0] != repeated[1]


@pytest.mark.parametrize(("begins", "goes_on"), [(0.2, 0.8), (0.6, 0.1)])
def test_chances_are_those_after_another_bar_and_after_the_same(begins: float, goes_on: float) -> None:
    states = []
    for seed in range(60):
        repeats = Repeats({"piano": (begins, goes_on)}, np.random.default_rng(seed))
        drawn = [repeats.draw(bar - 4 if bar >= 4 else -1) for bar in range(200)][4:]
        states.append([Role.PIANO in roles for roles in drawn])
        assert {role for roles in drawn for role in roles} == {Role.PIANO}
    now, before = np.array(states)[:, 1:], np.array(states)[:, :-1]
    assert now[~before].mean() == pytest.approx(begins, abs=0.02)
    assert now[before].mean() == pytest.approx(goes_on, abs=0.02)


def test_any_bar_of_those_alike_comes_again_and_the_next_follows_it() -> None:
    repeats = Repeats({"bass": (0.5, 0.5)}, np.random.default_rng(1))
    sources = [repeats.draw(bar - 4 if bar >= 4 else -1).get(Role.BASS, -1) for bar in range(400)]
    distances = {bar - source for bar, source in enumerate(sources) if source >= 0}
    assert {4, 8, 40} <= distances
    assert all(distance % 4 == 0 for distance in distances)
    rows = [after == now + 1 for now, after in pairwise(sources) if now >= 0 and after >= 0]
    assert all(rows)


def test_a_bar_like_none_repeats_nothing_and_ends_the_row() -> None:
    repeats = Repeats({"piano": (0.0, 1.0)}, np.random.default_rng(0))
    assert [repeats.draw(like) for like in (-1, -1, 0, 1)] == [{}] * 4


def test_bars_of_the_same_chords_come_again_where_these_lead_elsewhere() -> None:
    plan = Plan(parse("C:4|F:4|C:4|G:4|C:4|C:4"), ArrangeOptions(seed=2))
    assert [echo.bar for echo in plan.leads.echoes] == [-1] * 6
    (take,) = compose(plan, {"bass": (0.0, 0.0, 1.0, 1.0), "piano": (1.0, 1.0)})
    parts = parts_of(take.ids)
    assert all(parts[bar][Role.BASS] in [parts[before][Role.BASS] for before in range(0, bar, 2)] for bar in (2, 4, 5))
    assert parts[2][Role.PIANO] != parts[0][Role.PIANO]


def test_their_chances_are_the_last_two() -> None:
    repeats = Repeats({"piano": (0.0, 0.0, 1.0, 1.0), "bass": (1.0, 1.0)}, np.random.default_rng(0))
    drawn = [repeats.draw(like, akin) for like, akin in ((-1, ()), (-1, ()), (-1, (0,)), (-1, (1,)), (1, (1, 3)))]
    assert drawn == [{}, {}, {Role.PIANO: 0}, {Role.PIANO: 1}, {Role.BASS: 1}]


def test_sections_that_are_to_be_new_repeat_nothing() -> None:
    sections = [PlayedSection("A", (0, 1)), PlayedSection("A", (0, 1), Wishes(repeat=Repeat.NEW))]
    plan = Plan(parse("C:4|F:4|C:4|F:4"), ArrangeOptions(seed=2), sections=tuple(sections))
    chances = dict.fromkeys(map(str, ROLES), (1.0, 1.0, 1.0, 1.0))
    random = np.random.default_rng(0)
    heads = heads_of(plan.chart, goes_on=True)
    leads = leads_of(heads, sections, [1] * 4, repeats=Repeats(chances, random))
    assert not any(lead.copied for lead in leads.bars)
