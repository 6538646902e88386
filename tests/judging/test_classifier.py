"""A classifier that tells what can be told, and nothing from the songs that it saw."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.judging.classifier import auc, held_out_scores, resampled_auc, single_aucs

LABELS = np.arange(200) < 100
SONGS = np.concatenate([np.arange(100), np.arange(100)])


def test_auc_by_hand() -> None:
    labels = np.array([True, True, False, False])
    assert auc(np.array([3.0, 2.0, 1.0, 0.0]), labels) == 1.0
    assert auc(np.array([0.0, 1.0, 2.0, 3.0]), labels) == 0.0
    assert auc(np.array([2.0, 0.0, 1.0, 0.0]), labels) == (1 + 1 + 0 + 0.5) / 4
    assert auc(np.ones(4), labels) == 0.5
    assert np.isnan(auc(np.ones(2), labels[:2]))


def test_strangers_are_told_and_the_same_are_not() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(200, 6))
    assert auc(held_out_scores(rows, LABELS, SONGS, random), LABELS) == pytest.approx(0.5, abs=0.13)
    rows[:100, 2] += 4
    assert auc(held_out_scores(rows, LABELS, SONGS, random), LABELS) > 0.97


def test_a_wider_spread_is_told_too() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(200, 3))
    rows[:100, 1] *= 6
    assert auc(held_out_scores(rows, LABELS, SONGS, random), LABELS) > 0.8


def test_songs_are_not_learnt_by_heart() -> None:
    """Rows of a song are alike and have one label: only who saw the song could tell."""
    random = np.random.default_rng(2)
    songs = np.repeat(np.arange(20), 10)
    labels = np.repeat(random.permutation(20) < 10, 10)
    rows = random.normal(size=(20, 8))[songs] + random.normal(scale=0.01, size=(200, 8))
    assert abs(auc(held_out_scores(rows, labels, songs, random), labels) - 0.5) < 0.35
    assert auc(held_out_scores(rows, labels, np.arange(200), random), labels) > 0.9


def test_unknown_values_do_no_harm() -> None:
    random = np.random.default_rng(3)
    rows = random.normal(size=(200, 3))
    rows[:100, 0] += 4
    rows[::3, 1] = np.nan
    rows[:, 2] = np.nan
    assert auc(held_out_scores(rows, LABELS, SONGS, random), LABELS) > 0.95


def test_single_features() -> None:
    rows = np.array([[1.0, 0.0], [2.0, 5.0], [0.0, np.nan], [0.5, 1.0]])
    labels = np.array([True, True, False, False])
    assert single_aucs(rows, labels).tolist() == [1.0, 0.5]


def test_resampled_auc_is_that_of_the_songs_drawn() -> None:
    random = np.random.default_rng(4)
    scores = np.round(random.normal(size=200) + LABELS, 1)  # with ties
    found = resampled_auc(scores, LABELS, SONGS, np.random.default_rng(5))
    drawn = np.random.default_rng(5).multinomial(100, np.full(100, 0.01), len(found))
    for counts, value in list(zip(drawn, found, strict=True))[:5]:
        rows = np.repeat(np.arange(200), counts[SONGS])
        assert value == pytest.approx(auc(scores[rows], LABELS[rows]))
