"""A melody as it is read: bars are full, one note at a time, the upper line of several."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.music.band import Note, Role, Track
from sideman.music.key import Key
from sideman.music.time import STEPS_PER_BEAT, BarLines, Meter
from sideman.render.lead_sheet.beaming import beam_groups, tuplets
from sideman.render.lead_sheet.melody import Bar, Piece, bars_of_melody, top_line
from sideman.render.score.spelling import Spelled, spell

METERS = [Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(7, 8), Meter(2, 2), Meter(12, 8), Meter(5, 4)]
QUARTERS = {"32nd": Fraction(1, 8), "16th": Fraction(1, 4), "eighth": Fraction(1, 2), "quarter": Fraction(1)}
QUARTERS |= {"half": Fraction(2), "whole": Fraction(4), "breve": Fraction(8)}


def in_c(pitch: int, _: int) -> Spelled:
    return spell(pitch, Key(0), None)


def bars_of(*notes: tuple[int, int, int], lines: BarLines | None = None, count: int = 1) -> list[Bar]:
    line = top_line(Track(Role.MELODY, [Note(*note, 90) for note in notes]).notes)
    return bars_of_melody(line, lines or BarLines(), count, in_c)


def told(bar: Bar) -> list[str]:
    """``G4 quarter.`` with 3 for triplets and ~ for ties; ``- eighth`` for a rest."""
    return [
        f"{'~' * piece.is_tied_back}{name_of(piece)} {piece.value.name}{'.' * piece.value.dots}"
        f"{'3' * piece.value.is_tuplet}{'~' * piece.is_tied_on}"
        for piece in bar
    ]


def name_of(piece: Piece) -> str:
    if piece.note is None:
        return "-"
    return f"{piece.note.letter}{'b' * (piece.note.alter < 0)}{'#' * (piece.note.alter > 0)}{piece.note.octave}"


@given(
    st.lists(st.sampled_from(METERS), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 250), st.integers(1, 60), st.integers(40, 90)), max_size=40),
)
def test_every_bar_is_full_and_ties_join_what_is_one_note(
    meters: list[Meter], rows: list[tuple[int, int, int]]
) -> None:
    lines = BarLines(tuple(meters))
    end = lines.onset(len(meters))
    bars = bars_of(*(row for row in rows if row[0] < end), lines=lines, count=len(meters))
    assert len(bars) == len(meters)
    pieces: list[Piece | None] = [piece for bar in bars for piece in bar or (None,)]
    for bar, meter in zip(bars, meters, strict=True):
        place = 0
        for piece in bar:
            value = piece.value
            assert value.start == place
            long = QUARTERS[value.name] * (2 - Fraction(1, 2**value.dots)) * (Fraction(2, 3) if value.is_tuplet else 1)
            assert long * STEPS_PER_BEAT / meter.quarters_per_beat == value.steps
            place += value.steps
        assert place in {0, meter.steps}
        for group in beam_groups(bar, meter):
            assert all(bar[number].note is not None for number in group)
        in_tuplets = sorted(number for numbers, _ in tuplets(bar, meter) for number in numbers)
        assert in_tuplets == [number for number, piece in enumerate(bar) if piece.value.is_tuplet]
    for one, other in pairwise([None, *pieces, None]):
        ends, begins = one is not None and one.is_tied_on, other is not None and other.is_tied_back
        assert ends == begins
        if one is not None and other is not None and ends:
            assert one.note == other.note


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30), st.integers(40, 90)), min_size=1, max_size=30))
def test_the_upper_line_has_one_note_at_a_time_and_every_highest(rows: list[tuple[int, int, int]]) -> None:
    line = top_line(Track(Role.MELODY, [Note(*row, 90) for row in rows]).notes)
    ends = line[:, 0] + line[:, 1]
    assert (ends[:-1] <= line[1:, 0]).all()
    assert line[:, 2].max() == max(pitch for _, _, pitch in rows)


def test_of_several_notes_the_top_is_taken_and_legato_is_cut() -> None:
    chords = [Note(0, 12, 60, 90), Note(0, 12, 67, 90), Note(3, 6, 50, 90), Note(12, 14, 65, 90), Note(24, 12, 64, 90)]
    np.testing.assert_array_equal(
        top_line(Track(Role.MELODY, chords).notes)[:, :3], [(0, 12, 67), (12, 12, 65), (24, 12, 64)]
    )


@cases(
    ("notes", "expected"),
    [
        ([(0, 18, 67), (18, 6, 69), (24, 24, 70)], ["G4 quarter.", "A4 eighth", "Bb4 half"]),
        ([(0, 4, 60), (4, 4, 62), (8, 4, 64)], ["C4 eighth3", "D4 eighth3", "E4 eighth3", "- quarter", "- half"]),
        ([(0, 8, 60), (8, 8, 62), (16, 8, 64), (24, 24, 65)], ["C4 quarter3", "D4 quarter3", "E4 quarter3", "F4 half"]),
        ([(24, 16, 60), (40, 8, 62)], ["- half", "C4 half3", "D4 quarter3"]),
        ([(36, 6, 60), (42, 6, 62)], ["- half", "- quarter", "C4 eighth", "D4 eighth"]),
        ([(0, 9, 60), (9, 3, 61), (12, 36, 62)], ["C4 eighth.", "Db4 16th", "D4 half~", "~D4 quarter"]),
    ],
)
def test_values_are_those_that_people_write(notes: list[tuple[int, int, int]], expected: list[str]) -> None:
    (bar,) = bars_of(*notes)
    assert told(bar) == expected


def test_a_note_goes_on_into_the_next_bar_by_a_tie() -> None:
    first, second, third = bars_of((36, 24, 72), count=3)
    assert told(first) == ["- half", "- quarter", "C5 quarter~"]
    assert told(second) == ["~C5 quarter", "- quarter", "- half"]
    assert third == ()


@pytest.mark.parametrize(
    ("meter", "steps", "groups"),
    [
        (Meter(4, 4), range(0, 48, 6), [range(4), range(4, 8)]),
        (Meter(3, 4), range(0, 36, 6), [range(2), range(2, 4), range(4, 6)]),
        (Meter(6, 8), range(0, 24, 4), [range(3), range(3, 6)]),
        (Meter(7, 8), range(0, 42, 6), [range(4), range(4, 7)]),
    ],
)
def test_beams_show_the_beats(meter: Meter, steps: range, groups: list[range]) -> None:
    lines = BarLines((meter,))
    (bar,) = bars_of(*((step, steps.step, 60) for step in steps), lines=lines)
    assert beam_groups(bar, meter) == groups
