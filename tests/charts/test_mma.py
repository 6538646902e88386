"""MMA song files: chord lines, directives, repeats; words that are neither."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.charts import Reading, read
from sideman.charts.mma import recognises
from sideman.charts.source import Source
from sideman.errors import ChartError, SidemanError, UnreadableError
from sideman.music.key import Key

HEAD = "// A song\nTempo 120\nGroove BossaNova1\n"


def song(lines: str) -> Reading:
    return read(f"{HEAD}{lines}\n", name="song.mma")


@cases(
    ("lines", "chords"),
    [
        ("1 C\n2 G7", "C:4|G7:4"),
        ("C\nG7", "C:4|G7:4"),
        ("C / G7", "C:2|G7:2"),
        ("C G7", "C:1|G7:3"),
        ("C Am F G", "C:1|Am:1|F:1|G:1"),
        ("C\n/ / G7", "C:6|G7:2"),
        ("C * 3", "C:4|C:4|C:4"),
        ("1\tF * 2\n3 C7 *2", "F:4|F:4|C7:4|C7:4"),
        ("z * 2\nC", "N.C.:4|N.C.:4|C:4"),
        ("C / z!", "C:2|N.C.:2"),
        ("B&7\nE&m7b5", "Bb7:4|Ebm7-5:4"),
        ("Cdim\nCdim3", "Cdim7:4|Cdim:4"),
        ("FzC FzCB FzCBW FzDCBW", "F:1|F:1|F:1|F:1"),
        ("C@1 G@3.5", "C:2.5|G:1.5"),
        ("+C / -G", "C:2|G:2"),
        ("C {4c;8d} [words of a song] / G", "C:2|G:2"),
        ("C // G in a comment\nF", "C:4|F:4"),
        ("C /* a\ncomment */ / G", "C:2|G:2"),
        ("Time 3\nC\nC / G", "C:3|C:2|G:1"),
        ("TimeSig 6/8\nTime 6\nC / / G / /", "C:1|G:1"),
        ("Repeat\nC\nRepeatEnd\nG", "C:4|C:4|G:4"),
        ("Repeat\nC\nRepeatEnd 3", "C:4|C:4|C:4"),
        ("Repeat\nC\nRepeatEnding\nF\nRepeatEnd\nG", "C:4|F:4|C:4|G:4"),
        ("Repeat\nC\nRepeatEnding 2\nF\nRepeatEnding\nG\nRepeatEnd\nAm", "C:4|F:4|C:4|F:4|C:4|G:4|C:4|Am:4"),
        ("Repeat\nRepeat\nC\nRepeatEnd\nG\nRepeatEnd", "C:4|C:4|G:4|C:4|C:4|G:4"),
        ("Begin Drum\n Sequence 1 4 90\nEnd\nC", "C:4"),
        ("Bass Volume ff\nCresc mp m 4\nC", "C:4"),
    ],
)
def test_what_is_played(lines: str, chords: str) -> None:
    assert str(song(lines).song.progression) == chords


def test_the_head_is_read() -> None:
    reading = song("KeySig Bb Minor\nTempo *.8\nGroove Waltz\nC")
    assert (reading.song.key, reading.song.tempo, reading.sheet.style) == (Key(10, minor=True), 120.0, "BossaNova")


@pytest.mark.parametrize(("signs", "key"), [("2#", Key(2)), ("3b", Key(3)), ("Am", Key(9, True)), ("E&", Key(4 - 1))])
def test_keys(signs: str, key: Key) -> None:
    assert song(f"KeySig {signs}\nC").song.key == key


def test_a_plain_repeat_keeps_its_signs() -> None:
    measures = song("C\nRepeat\nF\nG\nRepeatEnd 3").sheet.measures
    assert [(measure.repeat, measure.times) for measure in measures] == [(False, 0), (True, 0), (False, 3)]


def test_lines_that_are_not_known_are_passed_over_and_said() -> None:
    reading = song("Goto Coda\nC\nSomething\nI o\nF")
    assert str(reading.song.progression) == "C:4|F:4"
    assert [found.read for found in reading.assumptions] == ["Goto Coda", "Something"]


def test_all_faults_are_told_with_their_places() -> None:
    with pytest.raises(ChartError) as caught:
        song("1 C Hx\n2 C Am F G C")
    assert [caught.value.line_and_column(fault) for fault in caught.value.faults] == [(4, 5), (5, 12)]


def test_a_file_without_chords_is_named() -> None:
    with pytest.raises(UnreadableError, match="no chord lines"):
        song("Groove Waltz")


@pytest.mark.parametrize("text", [f"{HEAD}C\nG", "Tempo 120\n// x\nC * 4\nG", "Groove A\nRepeat\nC * 2\nRepeatEnd"])
def test_a_song_is_recognised_without_a_name(text: str) -> None:
    assert recognises(Source.of(text))


@pytest.mark.parametrize(
    "text", ["Tempo: 120\nC G\nC *2", "Tempo 120\n| C | G |", "Groove: Swing\nC G * 2", "C G\nRepeat"]
)
def test_other_charts_are_not_taken(text: str) -> None:
    assert not recognises(Source.of(text))


@cases(
    "lines",
    [
        *(
            "C * 9999",
            "Repeat\n" * 1000 + "C\n" + "RepeatEnd 99\n" * 1000,
            "/*" * 20_000,
            "[" * 20_000,
            "\\\n" * 20_000,
        ),
        *(
            "C " * 20_000,
            "Begin x\n" * 10_000,
            "If\n" * 10_000,
            "x\n" * 20_000,
            "Repeat\nC*999\nRepeatEnding 99\nC\n",
        ),
        *("*" * 20_000, "9" * 20_000, "C\n" * 3000),
    ],
)
def test_hostile_lines_end_in_our_own_errors(lines: str) -> None:
    with suppress(SidemanError):
        song(lines)


WORDS = "C Am7 / z * 2 99 Repeat RepeatEnd RepeatEnding Time 3 Tempo // /* */ { } [ ] Begin End @1 \n \n"


@given(st.lists(st.sampled_from(WORDS.split(" "))))
def test_any_lines_are_read_or_refused(words: list[str]) -> None:
    with suppress(SidemanError):
        song(" ".join(words))


@cases(
    ("lines", "chords", "told"),
    [
        ("Repeat\nC\nRepeatEnd 0\nG", "G:4", "RepeatEnd 0"),
        ("Repeat\nC\nRepeatEnd NoWarn 0\nG", "G:4", "RepeatEnd NoWarn 0"),
        ("Repeat\nC\nRepeatEnding 0\nF\nRepeatEnd\nG", "C:4|G:4", "RepeatEnding 0"),
        ("C * 0\nG", "G:4", "C * 0"),
    ],
)
def test_what_is_played_no_times_is_left_out_and_told(lines: str, chords: str, told: str) -> None:
    reading = song(lines)
    assert str(reading.song.progression) == chords
    [noted] = reading.assumptions
    [(start, end)] = noted.places
    assert (noted.code, noted.read, reading.text[start:end]) == ("value", "times", told)


@cases(
    ("lines", "chords", "told"),
    [
        ("Repeat\nC\nRepeatEnd -1\nG", "C:4|C:4|G:4", "-1"),
        ("Repeat\nC\nRepeatEnd x\nG", "C:4|C:4|G:4", "x"),
        ("Repeat\nC\nRepeatEnding 1.5\nF\nRepeatEnd\nG", "C:4|F:4|C:4|G:4", "1.5"),
        ("Repeat\nC\nRepeatEnd 99999", "|".join(["C:4"] * 99), "99999"),
    ],
)
def test_a_count_that_cannot_be_is_told(lines: str, chords: str, told: str) -> None:
    reading = song(lines)
    assert str(reading.song.progression) == chords
    [noted] = [noted for noted in reading.assumptions if noted.code == "value"]
    assert (noted.read, noted.text, len(noted.places)) == ("count", told, 1)


def test_counts_that_can_be_are_not_told() -> None:
    for count in ("", " 2", " 02", " NoWarn", " NoWarn 3", " 99"):
        assert all(noted.code != "value" for noted in song(f"Repeat\nC\nRepeatEnd{count}\nG").assumptions)


def test_a_file_that_plays_nothing_says_so() -> None:
    with pytest.raises(UnreadableError, match="plays no bars"):
        song("Repeat\nC\nRepeatEnd 0")


def test_a_tempo_or_metre_that_cannot_be_is_told() -> None:
    reading = read("Tempo 5\nGroove Swing\nTime 0\n1 C\n2 G", name="song.mma")
    assert (reading.sheet.tempo, str(reading.sheet.meter)) == (None, "4/4")
    assert [(noted.code, noted.read, noted.text) for noted in reading.assumptions] == [
        ("value", "tempo", "5"),
        ("value", "meter", "0"),
    ]
    assert read("Tempo 1000\n1 C\n2 G", name="song.mma").sheet.tempo == 1_000
