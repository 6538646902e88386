"""Note values: what a time is written as, and on which grid notes are read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.music.time import Meter
from sideman.render.score.rhythm import Grid, beats_of

FOUR, THREE, SIX, SEVEN = Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(7, 8)
METERS = [FOUR, THREE, SIX, SEVEN, Meter(2, 2), Meter(5, 4), Meter(12, 8), Meter(3, 8), Meter(2, 4), Meter(5, 8)]


def words(grid: Grid, start: int, end: int) -> str:
    """Names of the values, a dot and a 3 for tuplets behind them."""
    return " ".join(
        f"{value.name}{'.' * value.dots}{'3' if value.is_tuplet else ''}" for value in grid.values(start, end)
    )


@cases(
    ("meter", "start", "end", "written"),
    [
        (FOUR, 0, 48, "whole"),
        (FOUR, 0, 24, "half"),
        (FOUR, 0, 36, "half."),
        (FOUR, 0, 18, "quarter."),
        (FOUR, 0, 21, "quarter. 16th"),
        (FOUR, 6, 18, "quarter"),  # a syncope
        (FOUR, 18, 30, "eighth eighth"),  # the bar's middle is seen
        (FOUR, 30, 42, "quarter"),
        (FOUR, 3, 12, "eighth."),
        (FOUR, 9, 24, "16th quarter"),
        (FOUR, 12, 48, "half quarter"),
        (THREE, 0, 36, "half."),
        (THREE, 12, 36, "half"),
        (SIX, 0, 24, "half."),
        (SIX, 0, 12, "quarter."),
        (SIX, 0, 8, "quarter"),
        (SIX, 8, 12, "eighth"),
        (SIX, 2, 12, "quarter 16th"),
        (SEVEN, 0, 42, "half. eighth"),
        (Meter(2, 2), 0, 48, "whole"),
        (Meter(12, 8), 0, 48, "whole."),
    ],
)
def test_a_time_is_written_as_people_do(meter: Meter, start: int, end: int, written: str) -> None:
    assert words(Grid.of(meter, []), start, end) == written


@cases(
    ("onsets", "places"),
    [
        ([0, 6], 3),
        ([0, 3, 6, 9], 3),
        ([0, 5], 3),
        ([0, 7, 11], 3),
        ([0, 4, 8], 4),
        ([0, 8], 4),
        ([0, 2, 4, 6, 8, 10], 2),
        ([], 3),
    ],
)
def test_triplets_are_seen(onsets: list[int], places: int) -> None:
    assert Grid.of(FOUR, onsets).places == (places, 3, 3, 3)


def test_triplets_are_written_as_such_and_a_whole_beat_is_a_quarter() -> None:
    grid = Grid.of(FOUR, [0, 4, 8])
    assert words(grid, 0, 8) == "quarter3"
    assert words(grid, 8, 24) == "eighth3 quarter"
    assert words(grid, 0, 12) == "quarter"
    assert words(grid, 0, 18) == "quarter."
    assert words(grid.finest(5), 1, 12) == "quarter3 16th.3"


@given(st.sampled_from(METERS), st.lists(st.integers(0, 47), max_size=12), st.integers(0, 47), st.integers(1, 48))
def test_values_fill_the_time_and_keep_to_their_beats(meter: Meter, onsets: list[int], start: int, length: int) -> None:
    grid = Grid.of(meter, [onset % meter.steps for onset in onsets])
    begin = grid.nearest(start % meter.steps)
    end = grid.after(min(begin + length, meter.steps))
    values = [*grid.values(begin, end)]
    assert sum(value.steps for value in values) == end - begin
    place = begin
    for value in values:
        assert value.start == place
        place += value.steps
        beat = next(beat for beat in beats_of(meter) if value.start < beat.end)
        assert not value.is_tuplet or value.start + value.steps <= beat.end
