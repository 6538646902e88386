from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sideman.errors import OptionError, TokenError
from sideman.model.sampling import Sampler, SamplingOptions

PROBABILITIES = np.array([0.4, 0.05, 0.25, 0.2, 0.1])
LOGITS = np.log(PROBABILITIES).astype(np.float32) + 3
DRAWS = 20_000


def draw(options: SamplingOptions, allowed: Any = True, draws: int = DRAWS) -> npt.NDArray[np.float64]:  # noqa: ANN401
    """How often each id comes."""
    logits = np.tile(LOGITS, (draws, 1))
    generator = options.generator()
    ids = Sampler(options).sample(logits, np.broadcast_to(allowed, logits.shape), [generator] * draws)
    frequencies: npt.NDArray[np.float64] = np.bincount(ids, minlength=len(LOGITS)) / draws
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


@pytest.mark.parametrize(
    ("top_p", "kept"), [(0.3, [0]), (0.4001, [0, 2]), (0.64, [0, 2]), (0.66, [0, 2, 3]), (0.97, [0, 1, 2, 3, 4])]
)
def test_top_p_keeps_the_fewest_that_reach_it(top_p: float, kept: list[int]) -> None:
    weights = np.zeros(5)
    weights[kept] = PROBABILITIES[kept]
    assert_follows(draw(SamplingOptions(temperature=1, top_p=top_p)), weights)


def test_top_p_counts_what_is_allowed_only() -> None:
    allowed = np.array([False, True, True, False, True])
    weights = np.array([0, 0, 0.25, 0, 0.1])  # 0.875 of what is allowed; with 0.05 all of it
    assert_follows(draw(SamplingOptions(temperature=1, top_p=0.8), allowed), weights)


def test_a_probability_reached_exactly_needs_no_more() -> None:
    logits = np.log([[2.0, 1.0, 1.0]] * 100)
    generator = np.random.default_rng(0)
    ids = Sampler(SamplingOptions(temperature=1, top_p=0.5)).sample(
        logits, np.ones((100, 3), np.bool_), [generator] * 100
    )
    assert set(ids.tolist()) == {0}


def test_equally_likely_ids_are_cut_together() -> None:
    ids = Sampler(SamplingOptions(temperature=1, top_p=0.1)).sample(
        np.zeros((200, 4)), np.ones((200, 4), np.bool_), [np.random.default_rng(0)] * 200
    )
    assert set(ids.tolist()) == {0, 1, 2, 3}


def test_temperature_zero_takes_the_likeliest_allowed() -> None:
    assert draw(SamplingOptions(temperature=0), draws=10)[0] == 1
    allowed = np.array([False, True, False, True, True])
    assert draw(SamplingOptions(temperature=0), allowed, draws=10)[3] == 1


@st.composite
def steps(draw: st.DrawFn) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], SamplingOptions]:
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 9)))
    logits = draw(arrays.arrays(np.float32, shape, elements=st.floats(-(2.0**99), 2.0**99, width=32)))
    allowed = draw(arrays.arrays(np.bool_, shape))
    allowed[np.arange(shape[0]), draw(arrays.arrays(np.int64, shape[0], elements=st.integers(0, shape[1] - 1)))] = True
    temperature = draw(st.one_of(st.just(0.0), st.floats(0.01, 10)))
    top_p = draw(st.floats(0, 1, exclude_min=True))
    return logits, allowed, SamplingOptions(temperature, top_p, draw(st.integers(0, 2**64 - 1)))


@given(steps())
def test_only_what_is_allowed_is_drawn(
    step: tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], SamplingOptions],
) -> None:
    logits, allowed, options = step
    generators = [options.generator(take) for take in range(len(logits))]
    ids = Sampler(options).sample(logits, allowed, generators)
    assert ids.shape == (len(logits),)
    assert allowed[np.arange(len(logits)), ids].all()


@pytest.mark.parametrize("uniform", [0.0, 1 - 2**-53])
def test_the_ends_of_the_unit_interval_draw_something_allowed(uniform: float) -> None:
    class Fixed:
        def random(self, out: npt.NDArray[np.float64]) -> None:
            out[:] = uniform

    allowed = np.array([[False, True, True, False]])
    logits = np.array([[9.0, 0.1, 0.7, 9.0]])
    drawn = Sampler(SamplingOptions(temperature=1, top_p=1)).sample(
        logits, allowed, [cast("np.random.Generator", Fixed())]
    )
    assert drawn.tolist() == [2]


def sequence(options: SamplingOptions, takes: list[int], take: int) -> list[int]:
    """What ``take`` draws beside the others in ``takes``, each with logits of its own."""
    sampler = Sampler(options)
    generators = [options.generator(other) for other in takes]
    allowed = np.ones((len(takes), 50), np.bool_)
    drawn = []
    for step in range(30):
        logits = np.stack([np.random.default_rng((step, other)).normal(size=50) for other in takes])
        drawn.append(int(sampler.sample(logits.astype(np.float32), allowed, generators)[takes.index(take)]))
    return drawn


def test_a_take_is_the_same_in_any_batch() -> None:
    options = SamplingOptions(seed=7)
    alone = sequence(options, [2], 2)
    assert sequence(options, [0, 1, 2, 3], 2) == alone
    assert sequence(options, [5, 2], 2) == alone


def test_another_seed_or_take_draws_otherwise() -> None:
    numbers = {
        SamplingOptions(seed=seed).generator(take).random() for seed in (0, 1, 2, 2**64 - 1) for take in range(4)
    }
    assert len(numbers) == 16


def test_the_random_numbers_are_pinned() -> None:
    # The same seed must give the same notes in later versions too.
    assert SamplingOptions(seed=7).generator(1).random(2).tolist() == [0.7701409510034741, 0.1119272443176843]


@pytest.mark.parametrize(("temperature", "numbers"), [(0, 0), (1, 5)])
def test_a_draw_takes_a_number_for_each_id_whatever_is_allowed(temperature: float, numbers: int) -> None:
    options = SamplingOptions(temperature=temperature, seed=3)
    used, reference = options.generator(), options.generator()
    Sampler(options).sample(LOGITS[None], np.array([[True, False, True, False, False]]), [used])
    reference.random(numbers)
    assert used.random() == reference.random()


def test_tiny_noise_hardly_ever_changes_a_draw() -> None:
    noise = np.random.default_rng(0)
    logits = noise.normal(0, 1, (5000, 739))
    noisy = logits + noise.normal(0, 1e-3, logits.shape)
    options = SamplingOptions()
    allowed = np.ones(logits.shape, np.bool_)
    plain, shaken = (
        Sampler(options).sample(values, allowed, [generator] * len(logits))
        for values, generator in ((logits, options.generator()), (noisy, options.generator()))
    )
    assert (plain != shaken).mean() < 2e-3


def test_no_allowed_id_is_an_error() -> None:
    allowed = np.array([[True, True], [False, False]])
    with pytest.raises(TokenError, match="no id is allowed next in row 1"):
        Sampler(SamplingOptions()).sample(np.zeros((2, 2)), allowed, [np.random.default_rng(0)] * 2)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_logits_that_are_not_finite_are_an_error(value: float) -> None:
    with pytest.raises(TokenError, match="logits are not finite"):
        Sampler(SamplingOptions()).sample(
            np.array([[0.0, value]]), np.ones((1, 2), np.bool_), [np.random.default_rng(0)]
        )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": -1}, "temperature -1 is out of range: give 0 or 0.01 to 10"),
        ({"temperature": 0.001}, "temperature 0.001"),
        ({"temperature": float("nan")}, "temperature nan"),
        ({"temperature": float("inf")}, "temperature inf"),
        ({"top_p": 0}, "top_p 0 is out of range"),
        ({"top_p": 1.1}, "top_p 1.1"),
        ({"top_p": float("nan")}, "top_p nan"),
        ({"seed": -1}, "seed -1 is out of range"),
        ({"seed": 2**64}, "seed 18446744073709551616"),
        ({"seed": 1.5}, "seed 1.5"),
    ],
)
def test_options_out_of_range_say_what_would_be_right(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        SamplingOptions(**options)
