"""Chords with times in seconds: which lines they are, the tempo that is estimated, and what is put on bars."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.charts import read
from sideman.charts.source import Source
from sideman.charts.timed import recognises
from sideman.errors import ChartError, SidemanError, UnreadableError

CHORDINO = "0.000000000 N\n0.046439909 C\n2.046439909 Am\n4.0464 F\n5.05 G7\n6.0464 C\n8.05 N\n"


def lines(bar: float, chords: str, separator: str = "\t") -> str:
    """Labels with ends, a bar each."""
    return "".join(
        f"{number * bar:.4f}{separator}{(number + 1) * bar:.4f}{separator}{chord}\n"
        for number, chord in enumerate(chords.split())
    )


def test_the_output_of_chordino_is_read() -> None:
    reading = read(CHORDINO)
    assert (reading.format, reading.song.tempo) == ("labels with times", 120.0)
    assert str(reading.song.progression) == "C:4|Am:4|F:2|G7:2|C:4"
    assert [(found.code, found.read) for found in reading.assumptions] == [("tempo", "120")]


@cases(
    ("text", "chords"),
    [
        ('0.0,"C"\n2.0,"G"\n4.0,"N"', "C:4|G:4"),
        ("0.0;2.0;C\n2.0;4.0;G", "C:4|G:4"),
        (lines(2.0, "C:maj A:min7 F:maj7/3 G:7"), "C:4|Am7:4|FM7/A:4|G7:4"),
        (lines(2.0, "Bb:hdim7 Eb:minmaj7 A:sus4(b7) D:min/b7"), "Bbm7-5:4|EbmM7:4|A7sus4:4|Dm/C:4"),
        (lines(2.0, "N N C G N"), "C:4|G:4"),
        (lines(2.0, "C C C G"), "C:12|G:4"),
        (lines(2.03, "C Am F G"), "C:4|Am:4|F:4|G:4"),
        ("0.0 C\n1.02 G\n1.98 Am\n4.03 F\n6.0 C\n8.0 N\n", "C:2|G:2|Am:4|F:4|C:4"),
        ("# made by a program\n0.0 C\n2.0 G\n4.0 N\n", "C:4|G:4"),
    ],
)
def test_what_is_played(text: str, chords: str) -> None:
    assert str(read(text).song.progression) == chords


@cases("tempo", [72, 90, 100, 120, 140])
def test_the_tempo_is_found_where_chords_last_a_bar(tempo: int) -> None:
    reading = read(lines(240 / tempo, "C Am F G C Am F G"))
    assert reading.song.tempo == pytest.approx(tempo, abs=0.1)


def test_another_tempo_can_be_chosen() -> None:
    text = lines(2.0, "C Am F G")
    (assumption,) = read(text).assumptions
    assert assumption.others == ("240", "60")
    assert str(read(text, choices={"tempo": "60"}).song.progression) == "C:2|Am:2|F:2|G:2"


def test_a_bar_knows_its_place_in_the_text() -> None:
    reading = read(CHORDINO)
    assert [reading.text[slice(*bar.place)] for bar in reading.song.sections[0].bars if bar.place][:2] == ["C", "Am"]


def test_all_faults_are_told_with_their_places() -> None:
    with pytest.raises(ChartError) as caught:
        read(lines(2.0, "C:maj C:zz H:zz"))
    assert [caught.value.line_and_column(fault)[0] for fault in caught.value.faults] == [2, 3]


def test_silence_alone_is_named() -> None:
    with pytest.raises(UnreadableError, match="no chords"):
        read("0.0 N\n1.0 N\n")


@cases("text", ["1 C\n2 Am\n3 F", "C\nG", "4 C\n4 G", "0.5 C", "Tempo 120.5\nC G", "3.0 C\n1.0 G", "0.5 C\nC | G"])
def test_other_charts_are_not_taken(text: str) -> None:
    assert not recognises(Source.of(text))


@cases(
    "text",
    [
        "0.0 C\n999999.0 G\n",
        "0.0 C\n0.000001 G\n0.000002 C\n" * 10_000,
        "0.0 C\n0.0 G\n",
        "0.0 C\n" * 30_000,
        "0." * 200_000,
    ],
)
def test_hostile_times_end_in_our_own_errors(text: str) -> None:
    with suppress(SidemanError):
        read(text)


@given(st.lists(st.tuples(st.floats(0, 1e5), st.sampled_from(["C", "N", "A:min", "?", "G7"]))))
def test_any_times_are_read_or_refused(labels: list[tuple[float, str]]) -> None:
    with suppress(SidemanError):
        read("".join(f"{second:.3f} {chord}\n" for second, chord in sorted(labels)))
