"""Chords of LilyPond: notes, steps, lengths, repeats, and what stands around them in a file."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.charts import Reading, read
from sideman.charts.lilypond import recognises
from sideman.charts.source import Source
from sideman.errors import ChartError, SidemanError, UnreadableError
from sideman.music.key import Key
from sideman.music.time import Meter


def block(music: str) -> Reading:
    return read(rf"\chordmode {{ {music} }}")


def played(music: str) -> str:
    return str(block(music).song.progression)


FILE = r"""
\version "2.22.0"
%{ a comment { with braces %}
\header { title = "First Song" composer = "Somebody" }
global = { \time 3/4 \key bes \major \tempo "Lively" 4. = 60 \partial 4 }
harmonies = \chordmode {
  \set chordChanges = ##t \override ChordName.color = #(rgb-color 1 0 0)
  s4 | \mark "A" c2.:m7 % } a brace in a comment
  f2.:7 |
}
melody = \relative c'' { \global \repeat volta 2 { c4 d e f2. } }
\score { << \new ChordNames \harmonies \new Staff \melody >> \layout { } }
"""


@cases(
    ("written", "read_as"),
    [
        ("c", "C"),
        ("bes", "Bb"),
        ("fis:m", "F#m"),
        ("ees:maj7", "EbM7"),
        ("es", "Eb"),
        ("as:7", "Ab7"),
        ("c:m7", "Cm7"),
        ("c:m7.5-", "Cm7-5"),
        ("c:maj", "CM7"),
        ("c:7+", "CM7"),
        ("c:m7+", "CmM7"),
        ("c:dim7", "Cdim7"),
        ("c:3-.5-.7-", "Cdim7"),
        ("c:aug", "Caug"),
        ("c:aug7", "Caug7"),
        ("c:sus4.7", "C7sus4"),
        ("c:sus2", "Csus2"),
        ("c:1.5", "C5"),
        ("c:5.2", "Cadd9"),
        ("c:6.9", "C69"),
        ("c:9", "C7(9)"),
        ("c:9-", "C7b9"),
        ("c:7.9+", "C7#9"),
        ("c:13", "C13"),
        ("c:13.11+", "C13#11"),
        ("c:13^11", "C7(9,13)"),
        ("c:11^3", "C9sus4"),
        ("c/e", "C/E"),
        ("c:m/+bes", "Cm/Bb"),
        ("c''1/g", "C/G"),
        ("<a cis e b>1", "Aadd9"),
    ],
)
def test_a_chord(written: str, read_as: str) -> None:
    assert played(f"{written} ").split(":")[0] == read_as


@cases(
    ("music", "chords"),
    [
        ("c1 a:m", "C:4|Am:4"),
        ("c2. g4", "C:3|G:1"),
        ("c4 d e f", "C:1|D:1|E:1|F:1"),
        ("c8. d16 e2.", "C:0.75|D:0.25|E:3"),
        ("c1*2 d1*1/2 e2", "C:8|D:2|E:2"),
        ("c1 s1", "C:8"),
        ("c1 R1 c1", "C:4|N.C.:4|C:4"),
        ("r2 c", "N.C.:2|C:2"),
        ("c2 4 4", "C:4"),
        (r"c\breve d1", "C:8|D:4"),
        ("c1 | % d1\n e1", "C:4|E:4"),
        (r"\repeat volta 2 { c1 } d1", "C:4|C:4|D:4"),
        (r"\repeat unfold 3 { c2 g } d1", "C:2|G:2|C:2|G:2|C:2|G:2|D:4"),
        (r"\repeat volta 2 { c1 } \alternative { { d1 } { e1 } } f1", "C:4|D:4|C:4|E:4|F:4"),
        (r"\repeat volta 2 { c1 \alternative { \volta 1 { d1 } \volta 2 { e1 } } } f1", "C:4|D:4|C:4|E:4|F:4"),
        (r"\repeat volta 3 { c1 } \alternative { { d1 } { e1 } }", "C:4|D:4|C:4|D:4|C:4|E:4"),
        (r"\time 3/4 c2. d", "C:3|D:3"),
        (r"\time 6/8 c2. d4. e", "C:2|D:1|E:1"),
        ('c1 \\mark \\markup { \\bold "D.C. al Fine" }', "C:4|C:4"),
    ],
)
def test_what_is_played(music: str, chords: str) -> None:
    assert played(music) == chords


def test_a_metre_that_changes_is_kept() -> None:
    bars = block(r"\time 4/4 c1 \time 3/4 d2. \time 4/4 e1").song.played
    assert [str(bar.meter) for bar in bars] == ["4/4", "3/4", "4/4"]


def test_a_whole_file() -> None:
    reading = read(FILE)
    assert (reading.format, reading.song.title, reading.sheet.composer) == ("LilyPond", "First Song", "Somebody")
    assert (reading.song.key, reading.song.tempo, reading.song.meter) == (Key(10), 90.0, Meter(3, 4))
    assert [section.name for section in reading.song.sections] == ["", "A"]
    assert str(reading.song.progression) == "N.C.:1|Cm7:3|F7:3"
    assert {assumption.code for assumption in reading.assumptions} == {"ignored", "start"}


def test_a_bar_knows_its_place_in_the_text() -> None:
    reading = block("c2 d e1:m7")
    places = [bar.place for section in reading.song.sections for bar in section.bars]
    assert [reading.text[place.start : place.end] for place in places if place] == ["c2 d", "e1:m7"]


def test_names_of_notes_in_other_languages() -> None:
    assert str(read('\\language "english" \\chords { bf1:m fs }').song.progression) == "Bbm:4|F#:4"
    assert str(read('\\language "deutsch" \\chords { b1:m h }').song.progression) == "Bbm:4|B:4"
    assert str(read('\\include "italiano.ly" \\chords { sib1 fad:m }').song.progression) == "Bb:4|F#m:4"


def test_blocks_that_are_named_are_sections_in_the_order_of_the_score() -> None:
    text = r"b = \chordmode { d1 } a = \chordmode { c1 } \new ChordNames { \a \b \a }"
    reading = read(text)
    assert [section.name for section in reading.song.sections] == ["a", "b", "a"]
    assert str(reading.song.progression) == "C:4|D:4|C:4"


def test_all_faults_are_told_with_their_places() -> None:
    with pytest.raises(ChartError) as caught:
        block("c1:zz d1\n e1/q")
    assert [caught.value.line_and_column(fault) for fault in caught.value.faults] == [(1, 14), (2, 2)]


def test_a_file_without_chords_is_named() -> None:
    with pytest.raises(UnreadableError, match="LilyPond file has no chords"):
        read("\\relative c' { c d e }", name="tune.ly")


@pytest.mark.parametrize("text", ["C | Am | F | G", "{title: x}\n[C]la", "\\beginsong{x}\\[C]la", "c1 d1"])
def test_other_charts_are_not_taken(text: str) -> None:
    assert not recognises(Source.of(text))


@cases(
    "music",
    [
        r"\repeat unfold 99 { " * 12 + "c1" + " }" * 12,
        r"\repeat unfold 99999 { } " * 50,
        r"\repeat volta 99 { " * 200,
        "c1*9999*9999",
        "c1*1/9999" * 4_000,
        "{" * 20_000,
        '"' * 20_000,
        "#(" * 10_000,
        "%{" * 10_000,
        "<" * 20_000,
        r"\alternative {" * 4_000,
    ],
)
def test_hostile_music_ends_in_our_own_errors(music: str) -> None:
    with suppress(SidemanError):
        block(music)


WORDS = r"\repeat volta 2 { } \alternative c1 a:m7 f2. g4:7/b s R1 | \time 3/4 << >> ( ) < > # % 9"


@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=30))
def test_any_music_is_read_or_refused(words: list[str]) -> None:
    with suppress(SidemanError):
        block(" ".join(words))


@cases(
    ("music", "unknown"),
    [
        ("c0", ["c0"]),
        ("c1 f256:m", ["f256:m"]),
        ("c1 s0 <c e g>0", ["s0", "0"]),
        ("c1 1*3/0", ["1*3/0"]),
        (r"\partial 0 c1", ["0"]),
        (r"\tempo 0 = 120 c1", ["0"]),
    ],
)
def test_a_length_that_cannot_be_is_a_fault(music: str, unknown: list[str]) -> None:
    with pytest.raises(ChartError, match="unknown length") as caught:
        block(music)
    assert [fault.value for fault in caught.value.faults] == unknown


def test_a_tempo_out_of_range_is_told() -> None:
    for number in ("0", "5", "1001", "10001"):
        reading = block(rf"\tempo 4 = {number} c1")
        [told] = reading.assumptions
        assert (reading.sheet.tempo, told.code, told.read, told.text) == (None, "value", "tempo", number)
        [(start, end)] = told.places
        assert reading.text[start:end] == number


@cases(
    ("music", "chords", "told", "count"),
    [
        (r"\repeat volta 0 { c1 } d1", "D:4", "times", "0"),
        (r"\repeat unfold 0 { c1 } \alternative { { f1 } } d1", "D:4", "times", "0"),
        (r"\repeat unfold 100 { c1 }", "|".join(["C:4"] * 99), "count", "100"),
        (r"\repeat unfold 3 { \repeat percent 0 { c1 } d1 }", "D:4|D:4|D:4", "times", "0"),
    ],
)
def test_a_count_of_repeats_that_cannot_be_is_told(music: str, chords: str, told: str, count: str) -> None:
    reading = block(music)
    assert str(reading.song.progression) == chords
    [noted] = reading.assumptions
    [(start, end)] = noted.places
    assert (noted.code, noted.read, reading.text[start:end]) == ("value", told, count)


@cases("music", ["", "c1*0", r"\repeat unfold 0 { c1 }"])
def test_music_that_lasts_for_no_bar_says_so(music: str) -> None:
    with pytest.raises(UnreadableError, match="plays no bars"):
        block(music)


def test_every_dot_counts() -> None:
    assert block("c1...... d64").song.progression.beats == 8
