"""Bars that come again, counted by hand."""

from __future__ import annotations

import math

import pytest
from tests.judging.conftest import band

from sideman.judging.repetition import diversity, empty_bars, patterns, repeated, repetition, repetition_at

A, B = 60, 62


def tune(*bars: int | None) -> list[tuple[int, int, int]]:
    """A note on the second beat of each bar, or a rest."""
    return [(48 * bar + 12, 6 + bar, pitch) for bar, pitch in enumerate(bars) if pitch is not None]


def test_patterns_leave_out_lengths_and_keep_the_place_in_the_bar() -> None:
    notes = band(96, piano=[(0, 3, A), (48, 24, A), (50, 1, B)]).tracks[0].notes
    assert patterns(notes, 2) == [{(0, A)}, {(0, A), (2, B)}]


@pytest.mark.parametrize(
    ("bars", "share"),
    [((A, A, A, A), 1.0), ((A, B, A, B), 2 / 3), ((A, None, B, None), 0.0), ((A, None, None, None), math.nan)],
)
def test_repeated(bars: tuple[int | None, ...], share: float) -> None:
    piece = band(192, piano=tune(*bars))
    assert repeated(patterns(piece.tracks[0].notes, 4)) == pytest.approx(share, nan_ok=True)
    assert repetition(piece) == pytest.approx(share, nan_ok=True)


def test_repetition_by_distance() -> None:
    piece = band(192, piano=tune(A, B, A, None), bass=tune(A, A, A, A))
    assert repetition_at(piece, 1) == pytest.approx(3 / 5)  # the bass three times, the piano of two pairs never
    assert repetition_at(piece, 2) == 1.0
    assert math.isnan(repetition_at(piece, 4))
    assert repetition(piece) == pytest.approx((1 + 3) / (2 + 3))


def test_empty_bars() -> None:
    assert empty_bars(band(192, piano=tune(A, None, None, None), bass=tune(A, A, A, A))) == 3 / 8
    assert empty_bars(band(192, piano=[])) == 1.0


def test_diversity_of_takes() -> None:
    first = band(96, piano=tune(A, A), bass=tune(None, A))
    assert diversity([first, first]) == 0.0
    assert diversity([first, band(96, piano=tune(B, B), bass=tune(None, B))]) == 1.0
    assert diversity([first, band(96, piano=tune(A, B), bass=tune(A, A))]) == pytest.approx((0 + 1 + 1 + 0) / 4)
