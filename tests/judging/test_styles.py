"""Styles are told by where players begin, and not from what cannot tell them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.judging.conftest import band

from sideman.judging.styles import StyleEar, balanced, held_out, recognised, style_features

STYLES = np.repeat(np.arange(4), 60)


def rows(apart: float) -> np.ndarray:
    """Songs of four styles, each with its own place in five features, one of which nobody knows."""
    random = np.random.default_rng(0)
    found = random.normal(size=(len(STYLES), 6))
    found[np.arange(len(STYLES)), STYLES] += apart
    found[:, 5] = np.nan
    found[::3, 4] = np.nan
    return found


def test_styles_that_are_apart_are_told() -> None:
    assert balanced(held_out(rows(4), STYLES), STYLES) > 0.9


def test_styles_that_are_alike_are_guessed() -> None:
    assert balanced(held_out(rows(0), STYLES), STYLES) == pytest.approx(0.25, abs=0.1)


def test_every_style_counts_as_much() -> None:
    assert balanced(np.array([True] * 9 + [False]), np.array([0] * 9 + [1])) == 0.5


def test_among_all_every_style_is_found() -> None:
    ear = StyleEar(rows(1), STYLES)
    scores = ear.scores(rows(1))
    one, two, four = (recognised(scores, ear, STYLES, among).mean() for among in (1, 2, 4))
    assert one < two < four == 1


def test_a_swinging_ride_and_a_walking_bass_are_heard() -> None:
    beats, off = range(0, 192, 12), range(8, 192, 12)
    straight = band(192, drums=[(step, 1, 42) for step in beats], bass=[(step, 12, 40) for step in range(0, 192, 24)])
    jazz = band(192, drums=[(step, 1, 51) for step in [*beats, *off]], bass=[(step, 12, 40) for step in beats])
    told = np.nonzero(style_features(straight) != style_features(jazz))[0]
    assert len(told) > 10
    assert style_features(straight).shape == style_features(band(96, piano=[(0, 12, 60)])).shape
