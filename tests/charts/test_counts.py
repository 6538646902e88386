"""How often and how long: counts behind chords and before them, rows in brackets, durations that can't be."""

from __future__ import annotations

import pytest
from tests.cases import cases
from tests.charts.written import assumed, written

import sideman
from sideman.charts import read
from sideman.errors import ChartError, ChordSyntaxError


@cases(
    ("text", "bars"),
    [
        # A row in brackets is played as often as the count behind it says: a bar for each chord, as without brackets.
        ("[C G] x4", "|:C | G:|x4"),
        ("[C G]x4", "|:C | G:|x4"),
        ("[C G Am F] (x2)", "|:C | G | Am | F:|x2"),
        ("[C, G] x4", "|:C | G:|x4"),
        ("[C-G-Am] x2", "|:C | G | Am:|x2"),
        ("[C G] [F A] x2", "|:C | G | F | A:|x2"),
        ("[C] [G] x4", "|:C | G:|x4"),
        ("Verse: [C G] x4", "<Verse> |:C | G:|x4"),
        ("(C G Am F) x2", "|:C | G | Am | F:|x2"),
        ("(C G)x2 F", "|:C | G:|x2 | F"),
        ("(1 5 6 4) x2", "|:C | G | Am | F:|x2"),
        ("(1564) x2", "|:C | G | Am | F:|x2"),
        # Beside other chords it is for the row alone.
        ("[C G] x4 F", "|:C | G:|x4 | F"),
        ("F [C G] x4", "F | |:C | G:|x4"),
        ("F (C G) x2 A", "F | |:C | G:|x2 | A"),
        ("[C G]x4 [F A]x2", "|:C | G:|x4 | |:F | A:|x2"),
        ("| F | [C G] x2 | A |", "F | |:C 2:G:|x2 | A"),
        ("| (C G) x4 | F |", "|:C 2:G:|x4 | F"),
        # Each count of a line is for what stands before it.
        ("C G x2 F A x3", "|:C | G:|x2 | |:F | A:|x3"),
        ("C x4, G x2", "|:C:|x4 | |:G:|x2"),
        ("| C | G | x2 | F | A | x3", "|:C | G:|x2 | |:F | A:|x3"),
        # A count that stands before its line.
        ("2x C G", "|:C | G:|x2"),
        ("(x3) | C | G |", "|:C | G:|x3"),
        ("| 2x C | G |", "|:C | G:|x2"),
        ("| A | B |\n| 2x C | G |", "A | B | |:C | G:|x2"),
        ("|: 3x C | G :|", "|:C | G:|x3"),
        ("4x [C G]", "|:C | G:|x4"),
        # Behind a line of words.
        ("[C]la la [G]la x2\n[F]la", "|:C | G:|x2 | F"),
        ("[C]la [x2 softly]la", "C"),
        ("[C]la la (3x)", "|:C:|x3"),
        ("[C] [G] x 2", "|:C | G:|x2"),
        ("[C]x2 la [G]la", "|:C:|x2 | G"),
        # What else ends in a number and an x are words.
        ("[C]the year 19 x", "C"),
        ("[C]la x0", "C"),
        ("[C]la x1", "C"),
        ("[C]la x 2", "C"),
        ("[C]the year [G]19 x", "C | G"),
        ("[C]la [G] x0", "C | G"),
        ("[C]1x [G]la", "C | G"),
        ("[C]4 x 4 is [G]la", "C | G"),
        # Brackets without a count.
        ("[C G Am F]", "C | G | Am | F"),
        ("C [G Am] F", "C | G 2:Am | F"),
        ("| F [C G] |", "F 2:C 3:G"),
        ("| [C G] [F A] |", "C 1:G 2:F 3:A"),
        ("Am / [C G] /", "Am 2:C 2.5:G"),
        ("C.. [G Am] F.", "C 2:G 2.5:Am 3:F"),
    ],
)
def test_counts_and_rows(text: str, bars: str) -> None:
    assert written(text) == bars


def test_what_a_count_is_for_is_said() -> None:
    assert assumed("F [C G] x4")["times"] == "row"
    assert written("F [C G] x4", times="line") == "|:F | C | G:|x4"
    assert assumed("[C G] x4") == {"bars": "chord", "times": "line", "form": "played"}
    assert written("[C G] x4", bars="two") == "|:C 2:G:|x4"


@cases(
    ("text", "count"),
    [("C G x0", "x0"), ("[C G] x999", "x999"), ("| C | G | x100", "x100"), ("C x100 G", "x100"), ("[C] [G] x0", "x0")],
)
def test_a_count_that_cannot_be_is_a_fault(text: str, count: str) -> None:
    with pytest.raises(ChartError) as caught:
        read(text)
    [fault] = caught.value.faults
    assert (fault.value, fault.position) == (count, text.index(count) + 1)
    assert "x2 to x99" in fault.remedy


@cases(
    ("text", "bars", "ignored"),
    [
        ("2x C G x3", "|:C | G:|x3", "2x"),
        ("2x [C G] Am x3", "|:C 2:G | Am:|x3", "2x"),
        ("2x C G x2 F", "|:C | G:|x2 | F", "2x"),
        ("C G x2 x3", "|:C | G:|x2", "x3"),
        ("C G x2\n(x3)", "|:C | G:|x2", "(x3)"),
        ("|3x: C | F :| x2", "|:C | F:|x3", "x2"),
        ("|: 3x C | F :| x2", "|:C | F:|x3", "x2"),
        ("|3x: 2x C | F :|", "|:C | F:|x3", "2x"),
        ("2x ||3x: C | F :||", "|:C | F:|x3", "2x"),
        # What counts no bars.
        ("x2\nC G", "C | G", "x2"),
        ("| x2 | C | G |", "C | G", "x2"),
        ("C G\n\nx2", "C | G", "x2"),
    ],
)
def test_a_count_too_many_is_passed_over_and_told(text: str, bars: str, ignored: str) -> None:
    assert written(text) == bars
    found = [(each.read, each.text, each.places) for each in read(text).assumptions if each.code == "ignored"]
    at = text.index(ignored)
    assert found == [(ignored, ignored, ((at, at + len(ignored)),))]


@cases(
    "line",
    [
        "Am x210",
        "Am x210 C x003 G x232",
        "Am (x210), C (x003)",
        "Am x210 C 0003 F x010",
        "C x0003",
        "Am x210  C x003 x003",
    ],
)
def test_a_fingering_is_no_count(line: str) -> None:
    assert written(f"C G\n{line}") == "C | G"
    reading = read(f"{line}\n\nAm C G")
    assert [str(chord) for measure in reading.sheet.measures for _, chord in measure.chords] == ["Am", "C", "G"]
    assert reading.sheet.title == ""


DURATIONS = ["0", "4/0", "9999", "1/7", "1.1", "1.2.3", "0t"]


@cases("duration", DURATIONS)
def test_a_duration_that_cannot_be_is_the_fault_that_the_chord_language_tells(duration: str) -> None:
    with pytest.raises(ChordSyntaxError) as told:
        sideman.parse(f"C:{duration}")
    for text in (
        f"C:{duration}",
        f"| C:{duration} | G |",
        f"C:{duration} G",
        f"F:4\nC:{duration}",
        f"[C:{duration}]la",
    ):
        with pytest.raises(ChartError) as caught:
            read(text)
        [fault] = caught.value.faults
        assert (fault.value, fault.remedy, fault.suggestions) == (duration, told.value.remedy, told.value.suggestions)
        assert fault.position == text.index(duration) + 1


def test_all_durations_that_cannot_be_are_told_at_once() -> None:
    with pytest.raises(ChartError) as caught:
        read("| C:0 | G:2 Am:4/0 |\n| F:9999 | Gxy |")
    assert [fault.value for fault in caught.value.faults] == ["0", "4/0", "9999", "Gxy"]


@cases(
    ("text", "bars"),
    [
        ("C:4096/1024", "C"),
        ("C:2 G:1/2 F:36t", "C 2:G 2.5:F"),
        ("[C:2]la [G:2]la la", "C 2:G"),
        ("1:2 4:2", "C 2:F"),
    ],
)
def test_other_durations_are_read(text: str, bars: str) -> None:
    assert written(text) == bars
