from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.cases import cases

from sideman.errors import CheckpointError, TokenError
from sideman.model.sampling import Sampler, SamplingDefaults, SamplingOptions

Choices = npt.NDArray[np.intp]

PROBABILITIES = np.array([0.4, 0.05, 0.25, 0.2, 0.1])
LOGITS = np.log(PROBABILITIES).astype(np.float32) + 3
ALL = np.arange(5)
DRAWS = 5000
PLAIN = SamplingDefaults()
ONE_KIND = np.zeros(1000, np.int16)
KINDS = np.array([0, 0, 1, 2, 2], np.int16)  # PROBABILITIES of the kinds: .45, .25, .3
NAMES = ("letter", "digit", "sign")


def new_sampler(
    options: SamplingOptions,
    defaults: SamplingDefaults = PLAIN,
    kinds: npt.NDArray[np.int16] = ONE_KIND,
    take: int = 0,
) -> Sampler:
    return Sampler(options, defaults, kinds, NAMES, take)


def draw(
    options: SamplingOptions, choices: Choices = ALL, logits: npt.NDArray[np.floating] = LOGITS, draws: int = DRAWS
) -> npt.NDArray[np.float64]:
    """How often each id of one kind comes."""
    return count(new_sampler(replace(options, seed=0)), choices, logits, draws)


def draw_kinds(defaults: SamplingDefaults, temperature: float = 1, choices: Choices = ALL) -> npt.NDArray[np.float64]:
    """How often each id of several kinds comes."""
    return count(new_sampler(SamplingOptions(temperature, seed=0), defaults, KINDS), choices, LOGITS, DRAWS)


def count(sampler: Sampler, choices: Choices, logits: npt.NDArray[np.floating], draws: int) -> npt.NDArray[np.float64]:
    ids = [sampler.draw(logits, choices) for _ in range(draws)]
    frequencies: npt.NDArray[np.float64] = np.bincount(ids, minlength=len(logits)) / draws
    return frequencies


def assert_follows(frequencies: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> None:
    """Within five standard deviations; the draws are seeded, so this never fails by chance."""
    expected = weights / weights.sum()
    assert (frequencies[expected == 0] == 0).all()
    assert (np.abs(frequencies - expected) <= 5 * np.sqrt(expected * (1 - expected) / DRAWS)).all()


def test_draws_follow_the_distribution() -> None:
    assert_follows(draw(SamplingOptions(temperature=1, top_p=1)), PROBABILITIES)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_temperature_sharpens_and_flattens(temperature: float) -> None:
    options = SamplingOptions(temperature=temperature, top_p=1)
    assert_follows(draw(options), PROBABILITIES ** (1 / temperature))


@cases(("top_p", "kept"), [(0.3, [0]), (0.4001, [0, 2]), (0.64, [0, 2]), (0.66, [0, 2, 3]), (0.97, [0, 1, 2, 3, 4])])
def test_top_p_keeps_the_fewest_that_reach_it(top_p: float, kept: list[int]) -> None:
    weights = np.zeros(5)
    weights[kept] = PROBABILITIES[kept]
    assert_follows(draw(SamplingOptions(temperature=1, top_p=top_p)), weights)


def test_top_p_counts_the_choices_only() -> None:
    weights = np.array([0, 0, 0.25, 0, 0.1])  # 0.875 of the choices; with 0.05 all of them
    assert_follows(draw(SamplingOptions(temperature=1, top_p=0.8), np.array([1, 2, 4])), weights)


def test_a_probability_reached_exactly_needs_no_more() -> None:
    logits = np.log([2.0, 1.0, 1.0])
    assert draw(SamplingOptions(temperature=1, top_p=0.5), ALL[:3], logits, draws=100)[0] == 1


def test_equally_likely_ids_are_cut_together() -> None:
    assert draw(SamplingOptions(temperature=1, top_p=0.1), ALL[:4], np.zeros(4), draws=200).all()


def test_factors_make_a_kind_likelier_and_leave_its_ids_alone() -> None:
    sampler = new_sampler(SamplingOptions(seed=0), PLAIN, KINDS)
    factors = np.array([1.0, 3.0, 1.0])
    frequencies = np.bincount([sampler.draw(LOGITS, ALL, None, factors) for _ in range(DRAWS)], minlength=5) / DRAWS
    assert_follows(frequencies, np.exp(LOGITS) * factors[KINDS])


def test_temperature_zero_takes_the_likeliest_choice() -> None:
    assert draw(SamplingOptions(temperature=0), draws=10)[0] == 1
    assert draw(SamplingOptions(temperature=0), np.array([1, 3, 4]), draws=10)[3] == 1


# Kinds


def test_kinds_at_temperature_1_change_nothing() -> None:
    assert_follows(draw_kinds(PLAIN), PROBABILITIES)


def test_the_sum_of_a_kind_has_a_temperature_of_its_own() -> None:
    sums = np.array([0.45, 0.25, 0.3])
    powers = sums**2 / (sums**2).sum()
    assert_follows(draw_kinds(SamplingDefaults(kind=0.5)), PROBABILITIES * (powers / sums)[KINDS])


def test_the_values_of_each_kind_have_a_temperature_of_their_own() -> None:
    weights = np.array([0.4**2, 0.05**2, 1, 0.2 ** (1 / 3), 0.1 ** (1 / 3)])
    sums = np.array([0.45, 0.25, 0.3]) / np.bincount(KINDS, weights)
    assert_follows(draw_kinds(SamplingDefaults(value=3, values={"letter": 0.5})), weights * sums[KINDS])


def test_the_leaders_temperature_scales_them_all() -> None:
    defaults = SamplingDefaults(kind=0.8, value=1.2, values={"letter": 0.5})
    twice = SamplingDefaults(kind=1.6, value=2.4, values={"letter": 1.0})
    np.testing.assert_array_equal(draw_kinds(defaults, temperature=2), draw_kinds(twice))


def test_top_p_cuts_the_ids_of_a_kind_and_no_kind() -> None:
    # Of the letters .4 reaches .7 of .45; both signs are needed. The digit comes as often as it would.
    assert_follows(draw_kinds(SamplingDefaults(top_p=0.7)), np.array([0.45, 0, 0.25, 0.2, 0.1]))


def test_kinds_count_with_the_ids_that_may_come() -> None:
    weights = np.array([0, 0.05, 0.25, 0, 0.1]) ** 2  # one id of each kind
    assert_follows(draw_kinds(SamplingDefaults(kind=0.5), choices=np.array([1, 2, 4])), weights)


def test_what_fits_is_likelier_within_its_kind_alone() -> None:
    fitting = np.log(np.array([1, 4, 1, 1, 1], np.float32))
    sampler = new_sampler(SamplingOptions(seed=0), PLAIN, KINDS)
    frequencies = np.bincount([sampler.draw(LOGITS, ALL, fitting) for _ in range(DRAWS)], minlength=5) / DRAWS
    assert_follows(frequencies, np.array([0.45 * 0.4 / 0.6, 0.45 * 0.2 / 0.6, 0.25, 0.2, 0.1]))


def test_temperature_zero_takes_the_likeliest_id_of_the_likeliest_kind() -> None:
    logits = np.log([0.2, 0.2, 0.35, 0.1, 0.15])
    drawn = new_sampler(SamplingOptions(0), PLAIN, KINDS).draw(logits, ALL)
    assert drawn == 0
    assert new_sampler(SamplingOptions(0), PLAIN, KINDS).draw(logits, ALL[1:]) == 2


def test_a_kind_that_is_out_of_the_question_never_comes() -> None:
    logits = np.array([-1e5, -1e5, 0, -1e30, -2e30])
    sampler = new_sampler(SamplingOptions(10, top_p=1, seed=0), PLAIN, KINDS)
    assert {sampler.draw(logits, ALL) for _ in range(100)} == {2}


@st.composite
def steps(draw: st.DrawFn) -> tuple[npt.NDArray[np.float32], Choices, Callable[[], Sampler]]:
    size = draw(st.integers(1, 9))
    logits = draw(arrays.arrays(np.float32, size, elements=st.floats(-(2.0**99), 2.0**99, width=32)))
    choices = np.array(sorted(draw(st.sets(st.integers(0, size - 1), min_size=1))), np.intp)
    temperature = draw(st.one_of(st.just(0.0), st.floats(0.01, 10)))
    top_p = draw(st.floats(0, 1, exclude_min=True))
    kinds = np.array(sorted(draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))), np.int16)
    temperatures = st.floats(0.01, 10)
    defaults = SamplingDefaults(draw(temperatures), draw(temperatures), {"digit": draw(temperatures)})
    options = SamplingOptions(temperature, top_p, draw(st.integers(0, 2**64 - 1)))
    return logits, choices, lambda: new_sampler(options, defaults, kinds)


@given(steps())
def test_only_choices_are_drawn(step: tuple[npt.NDArray[np.float32], Choices, Callable[[], Sampler]]) -> None:
    logits, choices, sampler = step
    before = logits.copy(), choices.copy()
    drawn = sampler().draw(logits, choices)
    assert isinstance(drawn, int)
    assert drawn in choices
    np.testing.assert_array_equal(logits, before[0])
    np.testing.assert_array_equal(choices, before[1])


@given(steps(), st.sampled_from([np.nan, np.inf, -np.inf, 2.0**100]))
def test_what_is_no_choice_does_not_matter(
    step: tuple[npt.NDArray[np.float32], Choices, Callable[[], Sampler]], value: float
) -> None:
    logits, choices, sampler = step
    others = np.full_like(logits, value)
    others[choices] = logits[choices]
    assert sampler().draw(others, choices) == sampler().draw(logits, choices)


class Fixed:
    """Random numbers that are all the same."""

    def __init__(self, uniform: float) -> None:
        self.uniform = uniform

    def random(self, size: int) -> npt.NDArray[np.float64]:
        return np.full(size, self.uniform)


@pytest.mark.parametrize("uniform", [0.0, 1 - 2**-53])
@pytest.mark.parametrize("top_p", [1, 0.9])
def test_the_ends_of_the_unit_interval_draw_a_choice(uniform: float, top_p: float) -> None:
    sampler = new_sampler(SamplingOptions(temperature=1, top_p=top_p))
    sampler._random = cast("np.random.Generator", Fixed(uniform))
    assert sampler.draw(np.array([9.0, 0.1, 0.7, 9.0, -800.0]), np.array([1, 2, 4])) == 2


# Random numbers


def sequence(options: SamplingOptions, take: int, count: int = 30) -> list[int]:
    """What a take draws from logits of its own and a few choices."""
    sampler, logits = new_sampler(options, take=take), np.random.default_rng(take).normal(size=(count, 50))
    return [sampler.draw(row.astype(np.float32), np.arange(step % 9, 50, 3)) for step, row in enumerate(logits)]


def test_a_take_draws_the_same_whatever_others_draw() -> None:
    options = SamplingOptions(seed=7)
    alone = sequence(options, 2)
    samplers = [new_sampler(options, take=take) for take in (2, 5)]
    logits = [np.random.default_rng(take).normal(size=(30, 50)).astype(np.float32) for take in (2, 5)]
    together = []
    for step in range(30):
        choices = np.arange(step % 9, 50, 3)
        samplers[1].draw(logits[1][step], choices[:7])
        together.append(samplers[0].draw(logits[0][step], choices))
        if step % 2:
            samplers[1].draw(logits[1][step], choices)
    assert together == alone


def test_another_purpose_has_other_random_numbers() -> None:
    options = SamplingOptions(seed=3)
    assert options.generator(1).random() != options.generator(1, "repeats").random()
    assert options.generator(1, "repeats").random() == options.generator(1, "repeats").random()


def test_another_seed_or_take_draws_otherwise() -> None:
    options = [SamplingOptions(temperature=2, top_p=1, seed=seed) for seed in (0, 1, 2, 2**64 - 1)]
    numbers = {option.generator(take).random() for option in options for take in range(4)}
    assert len(numbers) == 16
    samplers = [new_sampler(option, take=take) for option in options for take in range(4)]
    drawn = {tuple(sampler.draw(np.zeros(700), np.arange(700)) for _ in range(3)) for sampler in samplers}
    assert len(drawn) == 16


def test_the_random_numbers_are_pinned() -> None:
    # The same seed must give the same notes in later versions too.
    assert SamplingOptions(seed=7).generator(1).random(2).tolist() == [0.7701409510034741, 0.1119272443176843]
    assert sequence(SamplingOptions(seed=7), 1, 12) == [33, 25, 8, 42, 19, 23, 6, 16, 32, 0, 7, 5]


@cases(
    ("temperature", "top_p", "choices", "numbers"),
    [
        (0, 0.9, [0, 2, 4], 0),
        (1, 0.9, [0, 2, 4], 3),  # one a kind
        (1, 1, [0, 2], 2),
        (0.01, 0.01, [0, 1], 2),  # one an id
        (0.01, 1, [0, 1, 4], 4),  # two kinds, and the two ids of the kind that is drawn
        (1, 1, [2], 0),
    ],
)
def test_a_draw_takes_a_number_for_each_kind_and_each_id_of_the_one_drawn(
    temperature: float, top_p: float, choices: list[int], numbers: int
) -> None:
    options = SamplingOptions(temperature, top_p, seed=3)
    sampler, reference = new_sampler(options, kinds=KINDS, take=4), options.generator(4)
    sampler.draw(LOGITS, np.array(choices))
    reference.random(numbers)
    assert sampler._random.random() == reference.random()


@pytest.mark.parametrize("kinds", [1, 9])
def test_tiny_noise_hardly_ever_changes_a_draw(kinds: int) -> None:
    noise = np.random.default_rng(0)
    logits = noise.normal(0, 1, (2000, 739))
    noisy = logits + noise.normal(0, 1e-3, logits.shape)
    numbers = (np.arange(739) * kinds // 739).astype(np.int16)
    options, defaults = SamplingOptions(seed=0), SamplingDefaults(0.95, 0.9, top_p=0.97)
    plain, shaken = (Sampler(options, defaults, numbers, [""] * kinds) for _ in range(2))
    choices = np.arange(739)
    changed = [
        plain.draw(row, choices) != shaken.draw(other, choices) for row, other in zip(logits, noisy, strict=True)
    ]
    assert np.mean(changed) < 2e-3


# Defaults of weights


def test_defaults_come_back_from_plain_values() -> None:
    defaults = SamplingDefaults(0.95, 0.9, {"letter": 1.1}, 0.97)
    assert SamplingDefaults.of(json.loads(json.dumps(defaults.to_dict())), NAMES) == defaults
    assert SamplingDefaults.of({"values": {"sign": 0.9}}, NAMES) == SamplingDefaults(values={"sign": 0.9})
    defaults = replace(defaults, repeats={"piano": (0.25, 0.9)}, fitting={"piano": 0.5})
    assert SamplingDefaults.of(json.loads(json.dumps(defaults.to_dict())), NAMES) == defaults
    defaults = replace(defaults, fullness={"piano": (0.5, -0.5)}, resting={"bass": -0.25}, thickness={"drums": 0.5})
    assert SamplingDefaults.of(json.loads(json.dumps(defaults.to_dict())), NAMES) == defaults


def test_defaults_of_before_are_written_as_before() -> None:
    assert SamplingDefaults().to_dict().keys() == {"kind", "value", "values", "top_p"}  # a fingerprint is made of it


@cases(
    ("values", "message"),
    [
        (None, "damaged"),
        ([0.9], "damaged"),
        ({"values": 0.9}, "damaged"),
        ({"colour": 1.0}, "unknown sampling of colour: give kind, value, top_p, and values of letter, digit, sign"),
        ({"values": {"tone": 1.0}}, "unknown sampling of tone"),
        ({"kind": 0}, "temperature of kind is 0: give 0.01 to 10"),
        ({"value": "0.9"}, "temperature of value is 0.9"),
        ({"value": True}, "temperature of value is True"),
        ({"values": {"letter": float("nan")}}, "temperature of letter is nan"),
        ({"values": {"letter": [1]}}, "temperature of letter"),
        ({"top_p": 0}, "top_p is 0: give more than 0 and at most 1"),
        ({"top_p": None}, "top_p is None"),
        ({"repeats": 0.5}, "damaged"),
        ({"repeats": {"piano": 0.5}}, "damaged"),
        ({"repeats": {"piano": [0.5]}}, r"repeats of piano are \(0.5,\): give two or four chances"),
        ({"repeats": {"piano": [0.5, 1.5]}}, "repeats of piano"),
        ({"repeats": {"piano": "ab"}}, "repeats of piano"),
        ({"fitting": {"piano": -1}}, "fitting of piano is -1: give 0 to 10"),
        ({"fitting": {"piano": float("nan")}}, "fitting of piano is nan"),
        ({"resting": {"piano": -11}}, "resting of piano is -11: give -10 to 10"),
        ({"thickness": {"piano": "x"}}, "thickness of piano is x"),
        ({"fullness": {"piano": 0.5}}, "the fullness of these weights are damaged: give each a number for each level"),
        ({"fullness": {"piano": [0.5, 11]}}, r"fullness of piano is \(0.5, 11\): give each level -10 to 10"),
    ],
)
def test_damaged_defaults_are_named(values: object, message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        SamplingDefaults.of(values, NAMES)


# Errors


@pytest.mark.parametrize("temperature", [0, 1])
def test_no_choice_is_an_error(temperature: float) -> None:
    with pytest.raises(TokenError, match="no id is allowed next: the prefix or its chart is not valid"):
        new_sampler(SamplingOptions(temperature)).draw(LOGITS, ALL[:0])


@cases("temperature", [0, 1])
@cases("value", [np.nan, np.inf, -np.inf])
@cases("place", [0, 2])
def test_logits_that_are_not_finite_are_an_error(value: float, place: int, temperature: float) -> None:
    logits = LOGITS.copy()
    logits[place] = value
    for choices in (ALL, np.array([place])):
        with pytest.raises(TokenError, match="logits are not finite: its weights are damaged, use others"):
            new_sampler(SamplingOptions(temperature)).draw(logits, choices)
