"""ABC tunes: chords above notes, their places in the bar, repeats and parts, and which of several tunes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.charts import Reading, read
from sideman.charts.abc import recognises
from sideman.charts.source import Source
from sideman.errors import ChartError, SidemanError, UnreadableError
from sideman.music.key import Key
from sideman.music.time import Meter


def tune(music: str, head: str = "M:4/4\nL:1/8\nK:C") -> Reading:
    return read(f"X:1\nT:Tune\n{head}\n{music}\n")


def played(music: str, head: str = "M:4/4\nL:1/8\nK:C") -> str:
    return str(tune(music, head).song.progression)


@cases(
    ("music", "chords"),
    [
        ('"C"c8|"Am"A8|]', "C:4|Am:4"),
        ('"C"c4"G"G4|', "C:2|G:2"),
        ('"C"c6 "G"G2|', "C:3|G:1"),
        ('"C"C2C2"G"G,3 G|', "C:2|G:2"),
        ('"C"C3/2C/2 C2 "G"G4|', "C:2|G:2"),
        ('"C"C>C C2 "G"G4|', "C:2|G:2"),
        ('"C"C "G"C>C C C4|', "C:0.5|G:3.5"),
        ('"C"C2>"G"C2 C4|', "C:1.5|G:2.5"),
        ('"C"(3CCC (3CCC "G"G4|', "C:2|G:2"),
        ('"C"[CEG]4 "G"[G4B4]|', "C:2|G:2"),
        ('"C"{d}C4 z4|Z2|"G"G8|', "C:12|G:4"),
        ('"C"c8|c8|"G"d8|', "C:8|G:4"),
        ('G2|"C"c8|"G"d8|', "C:4|G:4"),
        ('"C"c8|"G"d6:|G2|"F"f8|', "C:4|G:4|C:4|G:4|F:4"),
        ('|:"C"c8:|"G"d8|', "C:4|C:4|G:4"),
        ('|:"C"c8|1"F"f8:|2"G"g8|]', "C:4|F:4|C:4|G:4"),
        ('|:"C"c8|[1 "F"f8:|[2 "G"g8||"Am"a8|', "C:4|F:4|C:4|G:4|Am:4"),
        ('|:"C"c8|[1,3 "F"f8:|[2 "G"g8:|', "C:4|F:4|C:4|G:4|C:4|F:4"),
        ('|:"C"c8::"G"d8:|', "C:4|C:4|G:4|G:4"),
        ('"C"c8||"F"f8|"G"g8:|', "C:4|F:4|G:4|F:4|G:4"),
        ('"C"c4||c4|"G"g8|', "C:4|G:4"),
        ('"C"c8|!fine!"F"f8|"G"g8 !D.C.alfine!|', "C:4|F:4|G:4|C:4|F:4"),
        ('"^slowly""C"c8|"_x"c4"@1,2 y""G"g4|', "C:6|G:2"),
        ('"C/E"c8|"(G7)"g8|"F;Dm"f8|', "C/E:4|G7:4|F:4"),
        ('"C"c8|[M:3/4]"G"g6|', "C:4|G:3"),
        ('"C"c8|% "G" in a comment\n"F"f8|\nw: some words\n', "C:4|F:4"),
    ],
)
def test_what_is_played(music: str, chords: str) -> None:
    assert played(music) == chords


def test_the_head_is_read() -> None:
    reading = tune('"Am"A6|"E7"E6|', "C:Trad.\nR:jig\nM:6/8\nL:1/8\nQ:3/8=110\nK:Ador")
    assert (reading.song.title, reading.sheet.composer, reading.sheet.style) == ("Tune", "Trad.", "jig")
    assert (reading.song.key, reading.song.tempo, reading.song.meter) == (Key(9, minor=True), 110.0, Meter(6, 8))


@cases(
    ("key", "expected"),
    [
        ("G", Key(7)),
        ("F#m", Key(6, True)),
        ("Bb major", Key(10)),
        ("D mix", Key(2)),
        ("Edor", Key(4, True)),
        ("none", None),
    ],
)
def test_keys(key: str, expected: Key | None) -> None:
    assert tune('"C"c8|', f"M:4/4\nL:1/8\nK:{key}").song.key == expected


def test_parts_are_sections_and_are_played_in_the_order_of_the_head() -> None:
    reading = tune('P:A\n"C"c8|\nP:B\n"G"g8|', "P:A2BA\nM:4/4\nL:1/8\nK:C")
    assert [section.name for section in reading.song.sections] == ["A", "A", "B", "A"]
    assert str(reading.song.progression) == "C:4|C:4|G:4|C:4"


@cases(("order", "times", "told"), [("A12B", 12, []), ("A0B", 1, ["A0B"]), ("(A)100B", 99, ["(A)100B"])])
def test_counts_of_parts_are_followed_or_told(order: str, times: int, told: list[str]) -> None:
    reading = tune('P:A\n"C"c8|\nP:B\n"G"g8|', f"P:{order}\nM:4/4\nL:1/8\nK:C")
    assert str(reading.song.progression) == "C:4|" * times + "G:4"
    noted = [found for found in reading.assumptions if found.code == "value"]
    assert [(found.read, found.text) for found in noted] == [("count", text) for text in told]
    assert [reading.text[start:end] for found in noted for start, end in found.places] == told


def test_of_several_tunes_one_is_chosen() -> None:
    text = 'X:1\nT:One\nM:4/4\nL:1/8\nK:C\n"C"c8|\n\nX:2\nT:Two\nM:4/4\nL:1/8\nK:C\n"G"g8|\n'
    assert [(found.code, found.read, found.others) for found in read(text).assumptions] == [("song", "One", ("Two",))]
    assert str(read(text, choices={"song": "Two"}).song.progression) == "G:4"


def test_the_voice_with_chords_is_taken() -> None:
    assert played('V:1\nc8|d8|\nV:2\n"C"C8|"G"G8|\n') == "C:4|G:4"


def test_lines_without_a_head_are_read_and_their_metre_is_assumed() -> None:
    reading = read('D | "G"GGG | "Em"G<BG | "D7"D2 D/2D/2 |')
    assert str(reading.song.progression) == "G:3|Em:3|D7:3"
    assert [(found.code, found.read) for found in reading.assumptions] == [("meter", "3/4")]


def test_words_above_the_notes_are_passed_over_and_said() -> None:
    reading = tune('"Chorus""C"c8|')
    assert [(found.code, found.read) for found in reading.assumptions] == [("ignored", "Chorus")]


def test_all_faults_are_told_with_their_places() -> None:
    with pytest.raises(ChartError) as caught:
        tune('"C7x"c8|"Am"a8|\n"G7x"g8|')
    assert [caught.value.line_and_column(fault) for fault in caught.value.faults] == [(6, 2), (7, 2)]


def test_a_tune_without_chords_is_named() -> None:
    with pytest.raises(UnreadableError, match="no chord names"):
        read("X:1\nT:Tune\nK:C\ncdef|\n")


@pytest.mark.parametrize("text", ["C | Am", "Key: C\n| C | G |", '{title: x}\n[C]"la" | b', "[Verse]\n| C | 'G' |"])
def test_other_charts_are_not_taken(text: str) -> None:
    assert not recognises(Source.of(text))


@cases(
    "music",
    [
        *("[" * 40_000, "[A:" * 20_000, '"' * 20_000, '"C"' * 20_000, "|:" * 20_000, "(9:9:9" * 10_000),
        *("c/" * 20_000, "c999/999" * 10_000, ">" * 20_000, "!a" * 20_000, "{" * 20_000, '"C"c8|' * 2_000),
        *("c0|" * 9, "Z999|" * 1000),
    ],
)
def test_hostile_music_ends_in_our_own_errors(music: str) -> None:
    with suppress(SidemanError):
        tune('"C"c8|' + music)


WORDS = '"C" c8 d/ | |: :| :: |1 [2 :|2 || (3 > z Z9 [CE] !fine! P:A M:3/4 [M:6/8] & "Dm7" \n'


@given(st.lists(st.sampled_from(WORDS.split(" "))))
def test_any_music_is_read_or_refused(words: list[str]) -> None:
    with suppress(SidemanError):
        tune(" ".join(['"C"', *words]))


@cases(
    ("head", "told", "text"),
    [
        ("L:0/4\nM:4/4\nK:C", "length", "0/4"),
        ("L:1/0\nM:4/4\nK:C", "length", "1/0"),
        ("L:1/8\nM:4/0\nK:C", "meter", "4/0"),
        ("L:1/8\nM:0/4\nK:C", "meter", "0/4"),
        ("M:4/4\nQ:1/0=120\nK:C", "tempo", "1/0=120"),
        ("M:4/4\nQ:1/4=2000\nK:C", "tempo", "1/4=2000"),
        ("M:4/4\nQ:1/4=0\nK:C", "tempo", "1/4=0"),
    ],
)
def test_a_value_that_cannot_be_is_told(head: str, told: str, text: str) -> None:
    reading = tune('"C"C4 "G"G4|"F"F8|', head)
    assert str(reading.song.progression) == "C:2|G:2|F:4"
    assert reading.song.tempo is None
    found = next(assumption for assumption in reading.assumptions if assumption.code == "value")
    [(start, end)] = found.places
    assert (found.read, found.text, reading.text[start:end]) == (told, text, text)


def test_a_field_within_the_tune_that_cannot_be_changes_nothing() -> None:
    assert played('"C"C4 "G"G4|[M:4/0][L:0/4]"F"F8|\nM:0/4\n"C"C8|') == "C:2|G:2|F:4|C:4"
    [told, other] = tune('"C"C4 "G"G4|[M:4/0][L:0/4]"F"F8|').assumptions
    assert (told.read, other.read) == ("meter", "length")
    assert tune('"C"C4 "G"G4|', "M:none\nL:1/8\nK:C").assumptions[0].code == "meter"
