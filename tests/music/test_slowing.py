"""A ritardando falls from the tempo to what is left of it at the last bar line, by Friberg and Sundberg's curve."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.music.band import Band, Note, Role, Track
from sideman.music.feel import Feel
from sideman.music.slowing import LEFT, ritardando, times_of
from sideman.music.time import BarLines, Meter


def test_two_bars_slow_down_and_the_last_one_stays_slow() -> None:
    changes = ritardando(100, BarLines(), 4 * 48)
    assert [change.step for change in changes] == [*range(48, 144, 12), 144]
    tempi = [change.tempo for change in changes]
    assert tempi == sorted(tempi, reverse=True)
    assert tempi[0] == pytest.approx(100 * (1 - 0.784 / 16) ** (1 / 3))  # the middle of the first beat; .784 is 1 - .6³
    assert tempi[-1] == 100 * LEFT


@cases(
    ("lines", "steps", "expected"),
    [
        (BarLines(), 48, []),
        (BarLines(), 96, [12, 24, 36, 48]),
        (BarLines((Meter(3, 4),)), 4 * 36, [36, 48, 60, 72, 84, 96, 108]),
        (BarLines((Meter(4, 4), Meter(7, 8))), 48 + 2 * 42, [12, 24, 36, 48, 60, 72, 84, 90]),  # half a beat is one too
        (BarLines(), 3 * 48 + 6, [48, 60, 72, 84, 96, 108, 120, 132, 144]),
        (BarLines(), 0, []),
    ],
)
def test_beats_of_any_metre_slow_down(lines: BarLines, steps: int, expected: list[int]) -> None:
    assert [change.step for change in ritardando(120, lines, steps)] == expected


@given(bars=st.integers(1, 40), tempo=st.floats(20, 400))
def test_it_takes_longer_by_what_the_bars_at_the_end_lose(bars: int, tempo: float) -> None:
    steps = bars * 48
    straight, slow = (times_of(tempo, BarLines(), steps, slows=slows) for slows in (False, True))
    longer = (slow.seconds(steps) - straight.seconds(steps)) * tempo / 60  # in beats
    whole = 4 / LEFT - 4 + 8 * ((1 - LEFT**2) / ((1 - LEFT**3) * 2 / 3) - 1)  # the last bar, and the curve's integral
    assert longer == pytest.approx(0 if bars == 1 else whole, rel=1 if bars == 2 else 0.01)
    assert slow.seconds(max(bars - 3, 0) * 48) == straight.seconds(max(bars - 3, 0) * 48)


def test_a_band_is_heard_so() -> None:
    band = Band((Track(Role.BASS, [Note(144, 48, 40, 80)]),), 192, 120, feel=Feel(ritardando=True))
    assert band.times.seconds(192) - band.times.seconds(144) == pytest.approx(2 / LEFT)
    assert band.times.step(band.times.seconds(144)) == pytest.approx(144)
