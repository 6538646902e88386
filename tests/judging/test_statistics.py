"""Intervals, overlaps and distances whose values are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sideman.judging.statistics import NOTHING, Densities, frechet, interval, mean, moments, overlap

RANDOM = np.random.default_rng(3)


def test_mean_and_its_interval() -> None:
    values = RANDOM.normal(5, 2, 400)
    found = mean(values, np.arange(400), RANDOM)
    assert found.value == pytest.approx(values.mean())
    half = 1.96 * values.std() / 20
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half), abs=half / 3)


def test_windows_of_one_song_are_drawn_together() -> None:
    values = np.repeat([0.0, 1.0] * 10, 50)  # 20 songs of 50 windows that say the same
    by_song = mean(values, np.repeat(np.arange(20), 50), RANDOM)
    by_window = mean(values, np.arange(1000), RANDOM)
    assert by_song.high - by_song.low > 4 * (by_window.high - by_window.low)


def test_unknown_values_are_left_out() -> None:
    values = np.array([1.0, math.nan, 3.0])
    assert mean(values, np.arange(3), RANDOM).value == 2.0
    assert np.isnan(mean(values * math.nan, np.arange(3), RANDOM)).all()
    assert interval(math.nan, np.ones(3)) == pytest.approx(NOTHING, nan_ok=True)


def densities(*samples: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[np.ndarray]:
    both = Densities(np.concatenate(samples), samples[-1], len(samples[-1]))
    return [both.of(sample, np.ones(sample.shape, np.bool_), np.ones((1, len(sample)), np.bool_)) for sample in samples]


def test_overlap_of_the_same_of_strangers_and_of_shifted_bells() -> None:
    people = RANDOM.normal(0, 1, (4000, 2))
    same, people_density = densities(people.copy(), people)
    assert overlap(same, people_density) == pytest.approx(1)
    far, people_density = densities(people + 50, people)
    assert overlap(far, people_density) < 1e-6
    # Two bells one standard deviation apart share 2 Φ(-1/2); one feature of the two is the same.
    near, people_density = densities(people + np.array([1, 0]), people)
    assert overlap(near, people_density) == pytest.approx((0.617 + 1) / 2, abs=0.02)


def test_what_is_not_known_takes_its_share_away() -> None:
    people = RANDOM.normal(0, 1, (100, 1))
    half = people.copy()
    half[::2] = math.nan
    found, people_density = densities(half, people)
    assert found.sum() == pytest.approx(0.5)
    assert overlap(found, people_density) == pytest.approx(0.5)
    due = np.isfinite(half)
    every = np.ones((1, 100), np.bool_)
    assert Densities(people, people, 100).of(half, due, every).sum() == pytest.approx(1)  # the others were not asked


def test_samples_are_those_rows_alone() -> None:
    people = RANDOM.normal(0, 1, (100, 2))
    people[:50] += 100
    half = np.arange(100) < 50
    found = Densities(people, people, 50).of(people, np.ones((100, 2), np.bool_), np.stack([half, ~half, half | True]))
    assert found.sum(2) == pytest.approx(np.ones((3, 2)))
    assert overlap(found[:1], found[1:2]) == pytest.approx([0], abs=0.05)
    assert overlap(found[:1], found[2:]) == pytest.approx([0.5], abs=0.05)


def test_a_feature_with_one_value_has_a_density() -> None:
    people = np.ones((10, 1))
    same, people_density = densities(people.copy(), people)
    assert overlap(same, people_density) == pytest.approx(1)


def test_frechet_distance_of_gaussians() -> None:
    people = RANDOM.normal(0, 1, (20_000, 3))
    assert frechet(people, people) == pytest.approx(0, abs=1e-6)
    assert frechet(people + np.array([3, 0, 4]), people) == pytest.approx(25, rel=0.01)
    # Of one dimension with equal means: the squared difference of the standard deviations.
    assert frechet(people * [2, 1, 1], people) == pytest.approx(1, rel=0.05)


def test_moments_of_what_is_known() -> None:
    middle, spread = moments(np.array([[1.0, math.nan, 7.0], [3.0, math.nan, 7.0], [math.nan, math.nan, 7.0]]))
    assert (middle.tolist(), spread.tolist()) == ([2.0, 0.0, 7.0], [1.0, 1.0, 1.0])
