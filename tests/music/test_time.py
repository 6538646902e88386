"""Units of time fit into one another; metres, bar lines, and the way from steps to seconds and back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.errors import OptionError
from sideman.music import time
from sideman.music.time import COMMON_TIME, BarLines, Meter, TempoChange, TimeMap

# The page's own TimeMap is held to the same figures. With SIDEMAN_WRITE_GOLDEN set, the test writes the file.
GOLDEN = Path(__file__).parents[2] / "frontend" / "src" / "music" / "time.golden.json"


def test_units_divide() -> None:
    assert time.STEPS_PER_BEAT % 4 == time.STEPS_PER_BEAT % 3 == 0  # 16ths and triplets
    assert time.TICKS_PER_STEP * time.STEPS_PER_BEAT == time.TICKS_PER_BEAT
    assert time.STEPS_PER_BAR == 48


def test_seconds() -> None:
    assert time.seconds(48, 120.0) == pytest.approx(2.0)
    assert time.seconds(1, 60.0) == pytest.approx(1 / 12)


@cases(("steps", "bars"), [(0, 0), (1, 1), (48, 1), (49, 2), (96, 2)])
def test_a_bar_begun_counts_whole(steps: int, bars: int) -> None:
    assert time.bars(steps) == BarLines().count(steps) == bars


# ---- metres ----


@cases(
    ("text", "steps", "felt", "groups", "compound"),
    [
        ("2/4", 24, 2, (2,), False),
        ("3/4", 36, 3, (3,), False),
        ("4/4", 48, 4, (4,), False),
        ("5/4", 60, 5, (3, 2), False),
        ("6/4", 72, 6, (3, 3), False),
        ("7/4", 84, 7, (4, 3), False),
        ("2/2", 48, 4, (2,), False),
        ("3/2", 72, 6, (2, 1), False),
        ("3/8", 18, Fraction(3, 2), (3,), False),
        ("5/8", 30, Fraction(5, 2), (3, 2), False),
        ("7/8", 42, Fraction(7, 2), (4, 3), False),
        ("6/8", 24, 2, (6,), True),
        ("9/8", 36, 3, (9,), True),
        ("12/8", 48, 4, (12,), True),
        ("15/8", 60, 5, (9, 6), True),
    ],
)
def test_metre(text: str, steps: int, felt: Fraction, groups: tuple[int, ...], compound: bool) -> None:
    meter = Meter.parse(text)
    assert (meter.steps, meter.felt_beats, meter.groups, meter.is_compound) == (steps, felt, groups, compound)
    assert (str(meter), meter.ticks) == (text, 2 * steps)
    assert meter.quarters_per_beat == Fraction(4 * meter.beats, meter.unit) / felt
    assert [part.steps for part in meter.parts] == [group * meter.steps_per_unit for group in groups]


@given(st.sampled_from(time.UNITS), st.integers(1, time.MAX_UNITS))
def test_a_metre_adds_up_to_bars_that_the_model_knows(unit: int, beats: int) -> None:
    meter = Meter(beats, unit)
    assert Meter.parse(str(meter)) == meter
    assert sum(part.steps for part in meter.parts) == meter.steps
    assert all(part.steps <= COMMON_TIME.steps and part.parts == (part,) for part in meter.parts)


def test_a_metre_is_grouped_as_asked() -> None:
    assert [str(part) for part in Meter(5, 4, (2, 3)).parts] == ["2/4", "3/4"]
    assert Meter(5, 4, (3, 2)) == Meter(5, 4) != Meter(5, 4, (2, 3))
    with pytest.raises(OptionError, match="don't add up to the 5 of 5/4"):
        Meter(5, 4, (3, 3))
    for beats, unit, groups in ((5, 4, (5,)), (6, 8, (3, 3)), (9, 8, (5, 4))):
        with pytest.raises(OptionError, match="at most 4 beats, whole ones"):
            Meter(beats, unit, groups)


@cases("text", ["", "4", "4/", "/4", "0/4", "33/4", "4/3", "4/0", "-3/4", "3/4/4", "3 4", "waltz", "³/4"])
def test_a_metre_that_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="unknown metre"):
        Meter.parse(text)


# ---- bar lines ----

METERS = st.sampled_from([Meter(beats, unit) for beats, unit in ((4, 4), (3, 4), (2, 4), (5, 4), (7, 8), (6, 8))])
LINES = st.lists(METERS, min_size=1, max_size=6).map(lambda meters: BarLines(tuple(meters)))


def test_bars_of_several_metres() -> None:
    lines = BarLines((Meter(4, 4), Meter(3, 4), Meter(6, 8)))
    assert lines.onsets(5) == [0, 48, 84, 108, 132, 156]
    assert [lines.bar_at(step) for step in (0, 47, 48, 83, 84, 107, 108, 156)] == [0, 0, 1, 1, 2, 2, 3, 5]
    assert [lines.count(steps) for steps in (0, 1, 48, 49, 84, 108, 109)] == [0, 1, 1, 2, 2, 3, 4]
    assert [str(lines.meter(bar)) for bar in range(4)] == ["4/4", "3/4", "6/8", "6/8"]
    assert lines.changes(84) == [(0, Meter(4, 4)), (48, Meter(3, 4))]
    assert lines.changes(85)[2:] == [(84, Meter(6, 8))]


def test_a_metre_that_holds_is_said_once() -> None:
    waltz, common = Meter(3, 4), Meter(4, 4)
    assert BarLines((waltz,) * 3) == BarLines((waltz,)) != BarLines((common, waltz))
    assert BarLines((common, common, waltz, waltz)).meters == (common, common, waltz)
    assert BarLines((common, common, waltz)).changes(1000) == [(0, common), (96, waltz)]
    with pytest.raises(OptionError, match="at least one"):
        BarLines(())


@given(LINES, st.integers(0, 2_000))
def test_a_step_is_in_the_bar_that_begins_last(lines: BarLines, step: int) -> None:
    bar = lines.bar_at(step)
    assert lines.onset(bar) <= step < lines.onset(bar + 1) == lines.onset(bar) + lines.meter(bar).steps
    assert lines.onsets(bar + 1) == [lines.onset(each) for each in range(bar + 2)]
    assert lines.bars_at(np.array([step, 0])).tolist() == [bar, 0]
    assert lines.count(step + 1) == bar + 1


# ---- seconds ----

CHANGES = st.dictionaries(st.integers(1, 400), st.floats(20, 400), max_size=4).map(
    lambda tempos: tuple(TempoChange(step, tempo) for step, tempo in sorted(tempos.items()))
)
MAPS = st.builds(TimeMap, st.floats(20, 400), st.floats(0.5, 0.75), CHANGES)


@given(MAPS, st.lists(st.floats(0, 600), min_size=2, unique=True))
def test_time_goes_on_and_back_again(times: TimeMap, steps: list[float]) -> None:
    heard = [times.seconds(step) for step in sorted(steps)]
    assert all(earlier <= later for earlier, later in pairwise(heard))
    for step, second in zip(sorted(steps), heard, strict=True):
        assert times.step(second) == pytest.approx(step, abs=1e-6)
    whole = [times.seconds(step) for step in range(60)]
    assert all(earlier < later for earlier, later in pairwise(whole))


@given(st.floats(20, 400), st.floats(0.5, 0.75), st.integers(0, 100))
def test_swing_leaves_the_beat_and_moves_its_half(tempo: float, swing: float, beat: int) -> None:
    times, length = TimeMap(tempo, swing), 60 / tempo
    assert times.seconds(12 * beat) == pytest.approx(beat * length)
    assert times.seconds(12 * beat + 6) == pytest.approx((beat + swing) * length)
    assert times.seconds(12 * beat + 3) == pytest.approx((beat + swing / 2) * length)


def test_a_tempo_holds_until_the_next() -> None:
    times = TimeMap(60.0, changes=(TempoChange(12, 120.0), TempoChange(36, 30.0)))
    assert [times.seconds(step) for step in (0, 6, 12, 24, 36, 48)] == pytest.approx([0, 0.5, 1, 1.5, 2, 4])


@cases(
    "make",
    [
        lambda: TimeMap(0.0),
        lambda: TimeMap(float("nan")),
        lambda: TimeMap(120.0, 0.49),
        lambda: TimeMap(120.0, 0.76),
        lambda: TimeMap(120.0, changes=(TempoChange(0, 90.0),)),
        lambda: TimeMap(120.0, changes=(TempoChange(9, 90.0), TempoChange(9, 80.0))),
        lambda: TimeMap(120.0, changes=(TempoChange(9, -90.0),)),
    ],
)
def test_a_map_without_sense_is_refused(make: Callable[[], TimeMap]) -> None:
    with pytest.raises(OptionError):
        make()


def golden() -> list[dict[str, Any]]:
    """Maps, and the seconds of some steps; among them thirds and sixteenths of beats, and places between steps."""
    maps = [
        TimeMap(120.0),
        TimeMap(97.3, 2 / 3),
        TimeMap(180.0, 0.75),
        TimeMap(60.0, 0.58, (TempoChange(18, 90.0), TempoChange(96, 45.5), TempoChange(101, 40.0))),
    ]
    steps = [0, 1, 3, 4, 6, 8, 9, 11.5, 12, 17.25, 18, 24, 47, 48, 96, 99, 101, 150, 1000.5]
    return [
        {
            "tempo": each.tempo,
            "swing": each.swing,
            "changes": [change._asdict() for change in each.changes],
            "seconds": [[step, each.seconds(step)] for step in steps],
        }
        for each in maps
    ]


def test_golden_times() -> None:
    if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
        GOLDEN.write_text(json.dumps(golden(), indent=2) + "\n", "utf-8")
    for case, computed in zip(json.loads(GOLDEN.read_text("utf-8")), golden(), strict=True):
        assert {**case, "seconds": None} == {**computed, "seconds": None}
        np.testing.assert_allclose(case["seconds"], computed["seconds"], rtol=1e-12)
