"""A touch is learnt: what all players do, how they differ, and what comes again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sideman.errors import DataError
from sideman.music.band import PITCH, Role
from sideman.music.strokes import Setting, sizes, strokes
from sideman.music.touch import SCALE
from sideman.training.touch_fit import columns_of, fit_sums, learn, sums_of
from sideman.training.touch_songs import PlayedBar

KICK, HAT = 36, 42
SETTING = Setting(0, 0, 48)
ROWS = [(step, 1, HAT, 88) for step in range(0, 48, 6)] + [(step, 1, KICK, 88) for step in (0, 24)]
NOTES = np.array(sorted(ROWS, key=lambda row: (row[0], row[PITCH])), np.int32)


def track(weight: float, noise: float = 0.0, seed: int = 0, bars: int = 12) -> list[PlayedBar]:
    """A drummer whose kicks are so much louder than the hats."""
    random = np.random.default_rng(seed)
    told = strokes(Role.DRUMS, NOTES, SETTING)
    made = []
    for number in range(bars):
        velocity = 70 + weight * (NOTES[:, PITCH] == KICK) + random.normal(0, noise, len(NOTES))
        made.append(PlayedBar(replace(SETTING, number=number), NOTES, told, np.rint(velocity).astype(np.int64)))
    return made


def drum(weights: np.ndarray, pitch: int) -> float:
    names = [*sizes(Role.DRUMS)]
    offset = sum(sizes(Role.DRUMS)[name] for name in names[: names.index("drum")])
    return float(weights[offset + pitch])


def test_what_all_do_is_learnt() -> None:
    tracks = [track(20, 2, seed) for seed in range(12)]
    found = learn(Role.DRUMS, tracks, traits=2)
    table, deviation = columns_of(Role.DRUMS, tracks[0])
    predicted = table @ found.tables[:, 0] / SCALE
    assert np.corrcoef(predicted, deviation)[0, 1] > 0.95
    assert drum(found.tables[:, 0], KICK) > drum(found.tables[:, 0], HAT)
    assert found.tables.shape == (sum(sizes(Role.DRUMS).values()), 3)


def test_columns_and_deviations_are_centred_in_their_bar() -> None:
    bars = track(20, 5)
    table, deviation = columns_of(Role.DRUMS, bars)
    for start in range(0, len(deviation), len(NOTES)):
        assert np.allclose(table[start : start + len(NOTES)].mean(0), 0)
        assert np.isclose(deviation[start : start + len(NOTES)].mean(), 0)


def test_how_players_differ_is_learnt() -> None:
    random = np.random.default_rng(1)
    habits = random.normal(20, 12, 30)
    sums = [sums_of(Role.DRUMS, track(habit, 1, seed)) for seed, habit in enumerate(habits)]
    alone, with_trait = fit_sums(sums, 0), fit_sums(sums, 1)
    assert with_trait.variance < alone.variance / 4
    found = np.array([with_trait.traits(each)[0] for each in sums])
    assert abs(np.corrcoef(found, habits)[0, 1]) > 0.95
    assert 0.5 < found.std() < 1.5  # they are standard normal


def test_what_comes_again_with_the_rhythm_is_told_from_what_doesn_t() -> None:
    shape = np.random.default_rng(3).normal(0, 8, len(NOTES))

    def bars(seed: int, *, constant: bool) -> list[PlayedBar]:
        order = np.random.default_rng(seed)
        own = order.permutation(shape)
        return [
            replace(bar, velocity=70 + np.rint(own if constant else order.permutation(shape)).astype(np.int64))
            for bar in track(0)
        ]

    again = learn(Role.DRUMS, [bars(seed, constant=True) for seed in range(40)], traits=0).residue
    never = learn(Role.DRUMS, [bars(seed, constant=False) for seed in range(40)], traits=0).residue
    assert again[:, :2].sum() > 10 * max(again[:, 2].sum(), 1)
    assert never[:, 2].sum() > 3 * never[:, :2].sum()


def test_no_track_no_touch() -> None:
    with pytest.raises(DataError, match="drums: no track that somebody played"):
        learn(Role.DRUMS, [])
