"""The units of time fit into one another."""

from __future__ import annotations

import pytest

from sideman.music import time


def test_units_divide() -> None:
    assert time.STEPS_PER_BEAT % 4 == time.STEPS_PER_BEAT % 3 == 0  # 16ths and triplets
    assert time.TICKS_PER_STEP * time.STEPS_PER_BEAT == time.TICKS_PER_BEAT
    assert time.STEPS_PER_BAR == 48


def test_seconds() -> None:
    assert time.seconds(time.STEPS_PER_BAR, 120.0) == pytest.approx(2.0)
    assert time.seconds(1, 60.0) == pytest.approx(1 / 12)


@pytest.mark.parametrize(("steps", "bars"), [(0, 0), (1, 1), (48, 1), (49, 2), (96, 2)])
def test_a_bar_begun_counts_whole(steps: int, bars: int) -> None:
    assert time.bars(steps) == bars
