"""The nearest notes that have tokens, and what is lost on the way to them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.tokens.conftest import charts

from sideman.music.band import ROLES, Band, Note, NoteArray, Role, Track
from sideman.tokens.chart import Chart
from sideman.tokens.decode import decode
from sideman.tokens.encode import encode
from sideman.tokens.grid import GridLoss, to_grid
from sideman.tokens.vocabulary import LENGTHS

NOTES = st.lists(
    st.builds(Note, st.integers(0, 200), st.integers(1, 500), st.integers(0, 127), st.integers(1, 127)), max_size=20
)


def notes(*rows: Note) -> NoteArray:
    return np.array(rows, np.int32).reshape(-1, 4)


def placed(role: Role, *rows: Note, steps: int = 96, shift: int = 0) -> tuple[list[Note], GridLoss]:
    array, loss = to_grid(role, notes(*rows), steps, shift)
    return [Note(*row) for row in array.tolist()], loss


@given(st.sampled_from(ROLES), NOTES, charts(whole=True))
def test_what_is_on_the_grid_can_be_told_and_stays(role: Role, rows: list[Note], chart: Chart) -> None:
    array, loss = to_grid(role, notes(*sorted(rows)), chart.steps, chart.shift, chart.lines)
    assert loss.dropped == len(rows) - len(array)
    band = Band((Track(role, array),), chart.steps)
    assert decode(encode(band, chart, tempo=False), chart.shift, chart.measures) == band
    again, nothing = to_grid(role, array, chart.steps, chart.shift, chart.lines)
    assert np.array_equal(again, array)
    assert nothing == GridLoss(notes=len(array))


def test_a_length_is_the_nearest_by_ratio() -> None:
    # Between 4 and 6 steps the middle is 4.9, between 24 and 36 it is 29.4, and nothing is longer than 192.
    for duration, length in ((5, 6), (7, 8), (9, 8), (10, 12), (11, 12), (29, 24), (30, 36), (140, 192), (1000, 192)):
        assert length in LENGTHS
        assert placed(Role.PIANO, Note(0, duration, 60, 64))[0] == [Note(0, length, 60, 64)]
    assert placed(Role.PIANO, Note(0, 5, 60, 64), Note(6, 6, 60, 64))[1] == GridLoss(notes=2, duration=1)


def test_one_loudness_a_bar() -> None:
    rows, loss = placed(Role.BASS, Note(0, 6, 40, 70), Note(12, 6, 40, 82), Note(48, 6, 40, 83), Note(60, 6, 40, 127))
    assert [note.velocity for note in rows] == [76, 76, 100, 100]
    assert loss == GridLoss(notes=4, velocity=2)


def test_loudness_is_held_while_it_stays_near() -> None:
    rows, _ = placed(Role.BASS, Note(0, 6, 40, 76), Note(48, 6, 40, 84), Note(96, 6, 40, 90), steps=144)
    assert [note.velocity for note in rows] == [76, 76, 88]


def test_of_two_equal_notes_the_longer_one_stays() -> None:
    rows, loss = placed(Role.PIANO, Note(0, 6, 60, 64), Note(0, 24, 60, 64), Note(0, 12, 60, 64))
    assert rows == [Note(0, 24, 60, 64)]
    assert loss == GridLoss(notes=3, dropped=2)


def test_notes_after_the_end_are_dropped() -> None:
    rows, loss = placed(Role.PIANO, Note(95, 6, 60, 64), Note(96, 6, 60, 64))
    assert rows == [Note(95, 6, 60, 64)]
    assert loss == GridLoss(notes=2, dropped=1)


def test_a_pitch_that_the_key_moves_out_of_range_is_folded() -> None:
    rows, loss = placed(Role.PIANO, Note(0, 6, 127, 64), Note(12, 6, 121, 64), shift=6)
    assert rows == [Note(0, 6, 115, 64), Note(12, 6, 121, 64)]
    assert loss == GridLoss(notes=2, folded=1)
    assert placed(Role.PIANO, Note(0, 6, 4, 64), shift=-5)[0] == [Note(0, 6, 16, 64)]


def test_drums_have_no_length_and_are_not_moved() -> None:
    rows, loss = placed(Role.DRUMS, Note(0, 24, 36, 64), Note(12, 6, 26, 64), Note(12, 6, 88, 64), shift=6)
    assert rows == [Note(0, 1, 36, 64)]
    assert loss == GridLoss(notes=3, dropped=2)


def test_nothing_stays_nothing() -> None:
    assert placed(Role.STRINGS) == ([], GridLoss())


def test_losses_add_up() -> None:
    assert GridLoss(1, 2, 3, 4, 5) + GridLoss(10, 20, 30, 40, 50) == GridLoss(11, 22, 33, 44, 55)
