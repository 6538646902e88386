"""Charts as people type and paste them: each kind of line, sign and mark, and what is assumed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.charts.written import assumed, played, written

import sideman
from sideman.charts import QUESTIONS, read
from sideman.errors import ChartError, SidemanError

REFERENCE = ("C:4|Am:4", "C Am | F G7 | %", "C:2 G:2\nAm:4", "| Cm7 | F7 |\n| Bb7M |", "C:1.5 G | Am:8", "N.C. | C")


@cases("text", REFERENCE)
def test_what_the_chord_language_reads_stays_as_it_is(text: str) -> None:
    reading = read(text)
    assert reading.song.progression == sideman.parse(text)
    assert reading.assumptions == ()


@cases(
    ("text", "bars"),
    [
        # A line without bar lines is a chord a bar.
        ("C G Am F", "C | G | Am | F"),
        ("C G Am F C", "C | G | Am | F | C"),
        ("Dm7 G7 Cmaj7", "Dm7 | G7 | CM7"),
        ("C G\nAm F", "C | G | Am | F"),
        # Separators.
        ("C - G - Am - F", "C | G | Am | F"),
        ("C – G – Am - F", "C | G | Am | F"),
        ("Am–Em–F–G", "Am | Em | F | G"),
        ("C-G-Am-F", "C | G | Am | F"),
        ("C → G → Am", "C | G | Am"),
        ("C->G->Am", "C | G | Am"),
        ("F→G→Em→Am", "F | G | Em | Am"),
        ("C, G, Am, F", "C | G | Am | F"),
        ("C; G; Am; F", "C | G | Am | F"),
        ("D , A, Bmin", "D | A | Bm"),
        ("DM7 : Bm7 : AM7", "DM7 | Bm7 | AM7"),
        ("C / G / Am / F", "C | G | Am | F"),
        ("C｜G", "C | G"),
        ("l C l G l Am l", "C | G | Am"),
        # Beats are counted.
        ("C / / / G / / /", "C | G"),
        ("C / G / | Am / / /", "C 2:G | Am"),
        ("F / / G7 | C", "F 3:G7 | C"),
        ("| Am . . . | C . G . |", "Am | C 2:G"),
        ("C.. G..\nAm. [Am Am/G] FM7. F6.", "C 2:G | Am 1:Am 1.5:Am/G 2:FM7 3:F6"),
        ("|C...  CM7. |F |", "C 3:CM7 | F"),
        ("C5/8 C1/8 C1/8 D1/8 | D", "C 2.5:C 3:C 3.5:D | D"),
        # The chord goes on, or the bar comes again.
        ("C | / | F | /", "C | - | F | -"),
        ("D | | | G |", "D | - | - | G"),
        ("C | % | F G | x | simile", "C | C | F 2:G | F 2:G | F 2:G"),
        ("C | G | %% | F", "C | G | C | G | F"),
        ("C G\n%%", "C | G | C | G"),
        ("C   Fm\n--  --", "C | Fm | - | -"),
        ("/ | C", "N.C. | C"),
        ("| CM9 | / GM9 |", "CM9 | 2:GM9"),
        # Repeats and endings.
        ("|: C | G :|", "|:C | G:|x2"),
        ("||: C | F :|| x4", "|:C | F:|x4"),
        ("||3x: C | F :||", "|:C | F:|x3"),
        ("{ C | G }", "|:C | G:|x2"),
        ("C | G | x2", "|:C | G:|x2"),
        ("B |B |\nB |F# x2", "|:B | B | B | F#:|x2"),
        ("C G Am F (x2)", "|:C | G | Am | F:|x2"),
        ("A Bm7 A (x3) Asus4", "|:A | Bm7 | A:|x3 | Asus4"),
        ("G\nEm\nC D\n(repeat)", "|:G | Em | C | D:|x2"),
        ("C * 3\nG7", "|:C:|x3 | G7"),
        ("|: C | 1. F :| 2. G |", "|:C | [1.F:|x2 | [2.G"),
        ("|: C |1. F :|2. G |", "|:C | [1.F:|x2 | [2.G"),
        ("|: C | N1 F :| N2 G |", "|:C | [1.F:|x2 | [2.G"),
        ("{ C | [ F ]\n     [ G ]|}\n A | B |", "|:C | [1.F] | [2.G:|x2] | A | B"),
        ("| C | G :|\n| F |", "|:C | G:|x2 | F"),
        # Jumps.
        ("| C | G | Fine\n| F | D.C. al Fine", "C | G fine | F beginning..fine"),
        ("| C | F D.C. al Fine |", "C | F beginning..fine"),
        ("| C | G To Coda | F | D.C. al Coda |\nCoda\n| A |", "C | G>𝄌 | F beginning..coda | <Coda> 𝄌A"),
        ("| C 𝄋 | G | D.S.", "𝄋C | G segno..end"),
        # Optional chords and remarks.
        ("| C (G7) | F |", "C | F"),
        ("| (C) | F |", "C | F"),
        ("| Db6 | % (C7) (B7) |", "Db6 | Db6"),
        ("C | G # the end", "C | G"),
        ("| C | // a remark", "C"),
        # Tables.
        ("| Gm7 | Dm |\n|---|---|\n| Ab7 | Dm |", "Gm7 | Dm | Ab7 | Dm"),
        # Uneven shares.
        ("D | G D A D A |", "D | G 1:D 2:A 3:D 3.5:A"),
        # Metres.
        ("3/4\nC:2|G:4|Am:3", "C 2:G | - | Am"),
        ("6/8\nC:1.5|F:1.5|G:1", "C 1.5:F | 1:G"),
        ("3/4\nC:3|G:1 Am:2", "C | G 1:Am"),
        ("3/4\n| C G | Am |", "C 1.5:G | Am"),
        ("| C | 3/4 G | 4/4 F |", "C | (3/4) G | F"),
    ],
)
def test_lines_of_chords(text: str, bars: str) -> None:
    assert written(text) == bars


@cases(
    ("text", "bars"),
    [
        ("[Intro]\nD A\n\n[Verse 1]\nG", "<Intro> D | A | <Verse 1> G"),
        ("Verse:\nC | G", "<Verse> C | G"),
        ("Intro: A Bm7", "<Intro> A | Bm7"),
        ("Chorus\nC G", "<Chorus> C | G"),
        ("CHORUS (x2)\n| C | G |", "<CHORUS> |:C | G:|x2"),
        ("[A] x2\n| C7 | F7 |", "<A> |:C7 | F7:|x2"),
        ("A\n| Cm7 | F7 |\nB\n| Gm7 | C7 |", "<A> Cm7 | F7 | <B> Gm7 | C7"),
        ("A || Cm7 | F7 ||\nB || Gm7 |", "<A> Cm7 | F7 | <B> Gm7"),
        ("A:\n| CM7 | % |\n\nB:\n|| A7 ||", "<A> CM7 | CM7 | <B> A7"),
        ("#v\nC.. G..\n#c\nF", "<Verse> C 2:G | <Chorus> F"),
        ("~ chorus\nF C", "<chorus> F | C"),
        ("section Chorus\n| C | G |", "<Chorus> C | G"),
        ("@section=Intro\nE - A", "<Intro> E | A"),
        ("## Bridge\nE A", "<Bridge> E | A"),
        ("**Refrain**\nE A", "<Refrain> E | A"),
        ("{soc}\n[D]go\n{eoc}", "<Chorus> D"),
        ("{start_of_verse: Verse 2}\n[D]go and [A]come\n{end_of_verse}", "<Verse 2> D | A"),
        # Named again without bars of its own.
        ("[Chorus]\nC G\n[Verse]\nF\n[Chorus]", "<Chorus> C | G | <Verse> F | <Chorus> C | G"),
        ("{soc}\n[D]go\n{eoc}\n[A]come\n{chorus}", "<Chorus> D | A | <Chorus> D"),
        ("Verse 1\nC G\nla la la la\n\nVerse 2\nla la la la", "<Verse 1> C | G | <Verse 2> C | G"),
    ],
)
def test_sections(text: str, bars: str) -> None:
    assert written(text) == bars


@cases(
    ("text", "bars"),
    [
        ("     Am         C/G\nla la la and a la\n   F       C\nand I la la la", "Am | C/G | F | C"),
        ("[D]Over, and o[A]go over", "D | A"),
        ("[Bm][A][G]", "Bm | A | G"),
        ("\\[C#7]Over \\[F#7]and", "C#7 | F#7"),
        ("C  G\nla la la\nX", "C | G"),
        ("A line of words\nthat goes on\n\nC  G\nwords and words", "C | G"),
        ("e|--1--3--|\nB|--2--4--|\n\nC G", "C | G"),
        ("F#m7:  0-9-11-11-10-0\n\nC G", "C | G"),
        ("Am x02210\n\nC G", "C | G"),
        ("<pre>C  G</pre>", "C | G"),
        ("[ch]C[/ch]  [ch]G[/ch]", "C | G"),
    ],
)
def test_words_are_passed_over(text: str, bars: str) -> None:
    assert written(text) == bars


def test_the_head_is_read() -> None:
    sheet = read("Title = Some Song\nArtist: Somebody\nKey: Bbm\nTempo: 92 bpm\nTime: 3/4\n| Bbm | F7 |").sheet
    assert (sheet.title, sheet.composer, sheet.tempo, str(sheet.meter)) == ("Some Song", "Somebody", 92.0, "3/4")
    assert sheet.key is not None
    assert sheet.key.name == "Bb minor"
    assert read("Some Song\n\n| C | G |").sheet.title == "Some Song"
    assert read("Title: C G Am\nKey: C\n| F | G |").sheet.title == "C G Am"


def test_repeats_are_played() -> None:
    assert played("|: C | 1. F :| 2. G |") == "C | F | C | G"
    assert played("A\n| C | G |\nB\n| F :|\nA") == "C | G | F | F | C | G"


@cases(
    ("text", "bars"),
    [
        ("[Chorus]\n|: F | G :| x3\nC | C\n[Verse]\nC\n[Chorus]", "F G F G F G C C C F G F G F G C C"),
        ("[Chorus]\nC | G x2\n[Verse]\nF\n[Chorus]\n", "C G C G F C G C G"),
        ("[Chorus]\n|: F | [1. G :| [2. Am |\n[Verse]\nC\n[Chorus x2]", "F G F Am C F G F Am F G F Am"),
        ("[A x2]\n|: F :|\n[B]\nC\n[A]", "F F F F C F F"),
        ("[A x2]\nF | G\n[B]\nC\n[A]", "F G F G C F G"),  # the count is of the label
        ("[A]\n{ C | [ F ]\n[ G ]|}\n[B]\n| C |\n[A]", "C F C G C C F C G"),
        ("{soc}\n[C]la [G]la x2\n{eoc}\n[F]la\n{chorus}", "C G C G F C G C G"),
        ("[A]\n|: F :| D.C.\n[B]\n| C |\n[A]", "F F F C F"),  # a jump stands once
        ("[A]\nF\n[B]\n| - | C |\n[C]\nG\n[B]", "F F C G F C"),  # the chord that goes on is that of the first time
    ],
)
def test_a_section_that_is_only_named_has_its_repeats(text: str, bars: str) -> None:
    assert played(text) == bars.replace(" ", " | ")


def test_a_section_that_is_only_named_has_its_metre() -> None:
    assert written("[A]\nC\n[B]\n3/4\n| F |\n[A]") == "<A> C | <B> (3/4) F | <A> C"
    assert written("[A]\n| C | 3/4 G |\n[B]\n4/4\n| F |\n[A]") == "<A> C | (3/4) G | <B> F | <A> C | (3/4) G"


@cases(
    ("text", "form"),
    [
        ("[Verse]\nC | Am\n[Chorus]\n|: F | G :| x3\nC\n[Verse]\n[Chorus]", "Verse Chorus Verse Chorus"),
        ("[Verse]\nC\n[Chorus]\nF | G x4\n", "Verse Chorus ×4"),
        ("|: C | G :|\n[Verse]\nF", "(unnamed) ×2 Verse"),
        ("|: C | G :|", ""),
    ],
)
def test_the_form_is_told(text: str, form: str) -> None:
    (told,) = [assumption.text for assumption in read(text).assumptions if assumption.code == "form"]
    assert told == form


@cases(
    ("head", "tempo"),
    [
        ("Tempo: 10", 10),
        ("Tempo: 700", 700),
        ("Tempo: 1000", 1000),
        ("Tempo: 1/4 = 90", 90),
        ("{tempo: 92.5 bpm}", 92.5),
    ],
)
def test_tempos_are_those_of_all_formats(head: str, tempo: float) -> None:
    assert read(f"{head}\n| C | G |").sheet.tempo == tempo


@cases(
    "head",
    [
        "Tempo: 5",
        "Tempo: 1500 bpm",
        "Tempo: 100000",
        "Tempo: 1,200",
        "tempo 2000",
        "{capo: 99}",
        "Capo: 12",
        "Capo 100",
        "Capo: XX",
        "Key: X",
        "Time: 5/7",
    ],
)
def test_a_head_that_cannot_be_is_told(head: str) -> None:
    (told,) = [assumption for assumption in read(f"{head}\n| C | G |").assumptions if assumption.code == "value"]
    assert told.read == re.split("[: ]", head.strip("{"))[0].lower().replace("time", "meter")
    assert told.places == ((0, len(head)),)


def test_a_tempo_out_of_range_is_told_with_the_range() -> None:
    [told] = read("5 bpm\n| C | G |").assumptions
    assert (told.code, told.read, told.text) == ("value", "tempo", "5")
    assert QUESTIONS[told.code].meaning(told.read) == "the tempo is passed over; write 10 to 1,000 beats a minute"


@cases("head", ["{capo: 0}", "Capo: none", "no capo", "Key: G", "Key: G/Em", "Key: Bb major", "Tempo: 90 slow"])
def test_a_head_that_says_nothing_wrong_is_not_told(head: str) -> None:
    assert assumed(f"{head}\n| C | G |") == {}


@cases(
    ("head", "chords"),
    [
        ("Key: G | C | D", "C | D"),
        ("Key: G | C | D |", "C | D"),
        ("Key: G C D", "C D"),
        ("Tempo: 90 | C | G |", "C | G"),
        ("Capo: 2 | C | G", "C | G"),
        ("{key: G | C | D}", "C | D"),
    ],
)
def test_chords_beside_a_field_of_the_head_are_told(head: str, chords: str) -> None:
    reading = read(f"{head}\n| Am | F |")
    [told] = [assumption for assumption in reading.assumptions if assumption.code == "beside"]
    assert (told.text, told.places) == (chords, ((0, len(head)),))
    assert str(reading.song.progression) == "Am:4|F:4"


def test_a_directive_of_the_head_may_hold_a_bar_line() -> None:
    assert read("{title: Blue | Boat}\n[C]la").song.title == "Blue | Boat"
    assert str(read("{ C:2 G:2 | F }").song.progression) == "C:2|G:2|F:4|C:2|G:2|F:4"


def test_chords_in_the_head_alone_are_a_fault() -> None:
    with pytest.raises(ChartError, match=r"no chords in .* write chords in a line of their own"):
        read("Key: G | C | D")


def test_a_line_without_bar_lines_is_a_bar_of_the_chord_language_and_a_bar_for_each_chord_of_a_chart() -> None:
    assert str(sideman.parse("C Am F G")) == "C:1|Am:1|F:1|G:1"
    assert str(read("C Am F G").song.progression) == "C:4|Am:4|F:4|G:4"
    for line in ("| C Am F G |", "C | Am | F G", "C:3 G F", "C"):
        assert sideman.parse(line) == read(line).song.progression


def test_what_is_not_certain_is_said() -> None:
    assert assumed("C G Am F") == {"bars": "chord"}
    assert written("C G Am F", bars="two") == "C 2:G | Am 2:F"
    assert written("C G Am F", bars="line") == "C 1:G 2:Am 3:F"
    assert assumed("A\n| Cm7 | F7 |\nB\n| Gm7 |") == {"letter": "section"}
    assert written("A\n| Cm7 |\nB\n| Gm7 |", letter="chord") == "A | Cm7 | B | Gm7"
    assert assumed("[Verse]\nC:4\n[Verse]") == {"again": "played"}
    assert written("[Verse]\nC:4\n[Verse]", again="passed over") == "<Verse> C"
    assert assumed("D | G D A D A |")["share"] == "first longer"
    assert written("| C D E |", share="first longer") == "C 2:D 3:E"
    assert written("| C (G7) |", optional="played") == "C 2:G7"
    assert written("C (G7)") == "C | G7"
    assert written("C (G7)", optional="left out") == "C"
    assert written("C | G |\nF | G | x2", times="line") == "C | G | |:F | G:|x2"
    assert assumed("|: C | G :|") == {"form": "played"}
    assert played("|: C | 1. G :| 2. F |", form="written") == "C | G | F"
    assert written("{transpose: 2}\n[C]la [G]la\n{transpose: 0}\n[C]la la") == "D | A | C"
    assert written("{transpose: 2}\n[C]la [G]la", transpose="as written") == "C | G"
    assert assumed("Capo 2\nC:4") == {"capo": "written"}
    assert written("Capo 2\n| C | G |", capo="sounding") == "D | A"


@cases(
    ("text", "choices", "key", "chords"),
    [
        ("{key: Gb}\n{transpose: 2}\nGb Cb", {}, "Ab major", "Ab | Db"),
        ("{key: Gb}\n{transpose: 2}\nGb Cb", {"transpose": "as written"}, "Gb major", "Gb | Cb"),
        ("{key: Gb}\n{transpose: 12}\nGb Cb", {}, "Gb major", "Gb | Cb"),
        ("Key: Em\nCapo: 2\nEm Am", {"capo": "sounding"}, "F# minor", "F#m | Bm"),
        ("Key: C\nCapo: 2\n1 4 5", {"capo": "sounding"}, "D major", "D | G | A"),
        ("{key: C}\n{transpose: 1}\n{capo: 2}\nC F", {"capo": "sounding"}, "Eb major", "Eb | Ab"),
        # A chart has one key, that of its beginning.
        ("{key: C}\nC G\n{transpose: 2}\nC G", {}, "C major", "C | G | D | A"),
        ("{key: C}\n{transpose: 2}\nC G\n{transpose: 0}\nC G", {}, "D major", "D | A | C | G"),
    ],
)
def test_the_key_moves_with_the_chords(text: str, choices: dict[str, str], key: str, chords: str) -> None:
    sheet = read(text, choices=choices).sheet
    assert sheet.key is not None
    assert sheet.key.name == key
    assert written(text, **choices) == chords


@cases(
    ("text", "bars"),
    [
        ("| I | VIm | IV | V |", "C | Am | F | G"),
        ("i VI III VII", "Cm | Ab | Eb | Bb"),
        ("I vi IV V7/ii", "C | Am | F | A7"),
        ("Key: Bb\n1 4 5", "Bb | Eb | F"),
        ("Intro: 5411", "<Intro> G | F | C | C"),
        ("6- | 1/3 | 2m7 5", "Am | C/E | Dm7 2:G"),
        # Beside N.C.
        ("Key: G\n1 4 | N.C.", "G 2:C | N.C."),
        ("N.C.\n1 4 5", "N.C. | C | F | G"),
        ("Intro: NC\nVerse: I vi IV", "<Intro> N.C. | <Verse> C | Am | F"),
        ("[1]la la [N.C.]la [4]la", "C | N.C. | F"),
        ("N.C. | N.C.", "N.C. | N.C."),
        # With commas and the like between them.
        ("1, 5, 6, 4", "C | G | Am | F"),
        ("1; 5; 6; 4", "C | G | Am | F"),
        ("| 1,5 | 6,4 |", "C 2:G | Am 2:F"),
        ("2, 5, 1", "Dm | G | C"),
        ("ii, V, I", "Dm | G | C"),
        ("1, 5, 6/1, 4", "C | G | Am/C | F"),
        # Many of them are no fingering.
        ("1 1 4 4 1 1 5 5", "C | C | F | F | C | C | G | G"),
        ("1-4-5-1-1", "C | F | G | C | C"),
        # In a minor key those are minor that are so in it.
        ("Key: Em\n1 4 6", "Em | Am | C"),
        ("Key: Em\n1 4", "Em | Am"),
        ("Key: Em\n1- 4", "Em | A"),
        ("\u2163→\u2164→\u2162m→\u2165m", "F | G | Em | Am"),  # IV V IIIm VIm in one sign each
    ],
)
def test_degrees_are_chords_of_a_key(text: str, bars: str) -> None:
    assert written(text) == bars


def test_the_key_of_degrees_is_asked_for() -> None:
    assert assumed("1 4 5")["key"] == "C major"
    assert written("1 4 5", key="Eb major") == "Eb | Ab | Bb"


@cases(
    ("text", "bars"),
    [
        ("C maj7 | D7 b9 | G on B", "CM7 | D7b9 | G/B"),
        ("a F C G", "Am | F | C | G"),
        ("e\nC D G\na e", "Em | C | D | G | Am | Em"),
        ("Em/H | B | H7", "Em/B | Bb | B7"),
        ("Do Sol Lam Fa", "C | G | Am | F"),
        ("Am7 | Em7+ | F7+", "Am7 | EmM7 | FM7"),
        ("C | F7+ | C+", "C | Faug7 | Caug"),
        ("F-7 | D07 | G7", "Fm7 | Dm7-5 | G7"),
        ("C7 | G07 | C7", "C7 | Gdim7 | C7"),
        ("G2/B | A4", "Gadd9/B | Asus4"),
        ("G/ B | C", "G/B | C"),
        ("C /Bb /A", "C | C/Bb | C/A"),
        ("Hm7|5- Am7", "Bm7-5 | Am7"),
        ("E:m | F:maj7", "Em | FM7"),
        ("D(II) A(II)", "D | A"),
        ("EBM7 | BB7 | AB", "EbM7 | Bb7 | Ab"),
        ("E7B13 | A", "E7b13 | A"),
        ("F(Dm) | G", "F | G"),
    ],
)
def test_symbols_are_read_in_the_charts_own_dialect(text: str, bars: str) -> None:
    assert written(text) == bars


def test_an_assumption_knows_its_places() -> None:
    text = "C G\nla la\nAm F\n"
    (assumption,) = read(text).assumptions
    assert [text[place.start : place.end] for place in assumption.places] == ["C G", "Am F"]


def test_bars_know_their_places() -> None:
    text = "[Verse]\n| C  G | Am |\nwords\nF  G\n"
    places = [measure.place for measure in read(text).sheet.measures]
    assert [text[place.start : place.end] for place in places if place] == ["C  G", "Am", "F", "G"]


def test_all_faults_are_told_at_once() -> None:
    text = "| C | Gxy | F |\n| Am7at | G |"
    with pytest.raises(ChartError) as caught:
        read(text)
    assert [fault.value for fault in caught.value.faults] == ["Gxy", "Am7at"]
    assert [caught.value.line_and_column(fault) for fault in caught.value.faults] == [(1, 7), (2, 3)]
    assert "line 1, column 7" in str(caught.value)
    assert "(and 1 more)" in str(caught.value)


GOOD = ["C", "Am7", "Dm7", "G7"] * 5


@pytest.mark.parametrize(
    ("row", "words", "line", "column"),
    [
        ("{} | {} | {} | {}", "", 6, 1),
        ("| {} | {} | {} | {} |", "", 6, 3),
        ("{}  {}  {}  {}", "\nla la la", 11, 1),
        ("[{}]la [{}]la [{}]la [{}]la", "", 6, 2),
    ],
)
def test_one_unknown_symbol_among_forty_is_told_with_its_place(row: str, words: str, line: int, column: int) -> None:
    symbols = [*GOOD, "Gmaaj7", "C", "F", "G7", *GOOD]
    rows = [row.format(*symbols[first : first + 4]) + words for first in range(0, len(symbols), 4)]
    with pytest.raises(ChartError) as caught:
        read("\n".join(rows))
    [fault] = caught.value.faults
    assert (fault.value, fault.suggestions) == ("Gmaaj7", ("Gmaj7",))
    assert caught.value.line_and_column(fault) == (line, column)


def test_an_unknown_symbol_alone_in_a_line_of_words_is_told() -> None:
    with pytest.raises(ChartError, match="'Gmaaj7' in line 2, column 5"):
        read("[C]la la\nla [Gmaaj7]la")


@cases(
    "text, chords",
    [
        ("C G [Am] F", "C:4|G:4|Am:4|F:4"),
        ("Am7 (Am9) D7 [G7]", "Am7:4|Am7(9):4|D7:4|G7:4"),
        ("[Am] G F [E7]", "Am:4|G:4|F:4|E7:4"),
        ("[G]A man [C]A plan", "G:4|C:4"),  # words
        ("1-5-6-4", "C:4|G:4|Am:4|F:4"),
        ("1–5–6–4", "C:4|G:4|Am:4|F:4"),
        ("Key: G\n1564", "G:4|D:4|Em:4|C:4"),
        ("1- 4- 5", "Cm:4|Fm:4|G:4"),
    ],
)
def test_no_chord_of_a_line_is_lost(text: str, chords: str) -> None:
    assert str(read(text).song.progression) == chords


def test_a_remark_in_brackets_is_passed_over() -> None:
    assert written("[C]la [A-part]la [G]la [x2 softly]la") == "C | G"


@cases("text", ["", "   \n", "hello there", "|", "| | |", "% | C", "x2", "[A]", "{title: x}", "\0", "[Verse]"])
def test_what_holds_no_chords_is_refused(text: str) -> None:
    with pytest.raises(SidemanError):
        read(text)


CELL = st.lists(
    st.sampled_from(["C", "Am7", "F#m7b5", "Bb/D", "N.C.", "%", "Ebmaj7", "A", "Dm"]), min_size=1, max_size=4
)
ENDS = st.sampled_from([" | ", "|", " || ", "\n", " |\n", "\n| "])


@given(st.lists(st.tuples(CELL, ENDS), min_size=1, max_size=10))
def test_a_grid_that_the_chord_language_reads_is_the_same_here(cells: list[tuple[list[str], str]]) -> None:
    text = "".join(" ".join(words) + end for words, end in cells)
    try:
        progression = sideman.parse(text)
    except SidemanError:
        return
    reading = read(text)
    assert (reading.song.progression == progression) or {"bars", "letter"} & set(assumed(text))


CHART = st.text(st.sampled_from("CGAmF7b# |:%x/.-()[]{}12\n\tla,→'DSN"), max_size=200)


@given(CHART)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reading = read(text)
    except SidemanError:
        return
    assert reading.song.progression.bars == len(reading.song.played)
    for assumption in reading.assumptions:
        assert all(0 <= place.start <= place.end <= len(text) for place in assumption.places)


@cases(
    "part",
    [
        "C ",
        "C|",
        "(",
        "[",
        "{",
        "|:",
        "x2 ",
        "1. ",
        "C-",
        "C,",
        ":",
        "-",
        "- ",
        "-|",
        "0 0 0 z",
        " ",
        "\n",
        "[A]\n",
        "a ",
        "C:",
        "| ",
        "D.C. ",
        ".",
    ],
)
def test_long_texts_end(part: str) -> None:
    for text in (part * (200_000 // len(part)), "C | " + part * 10_000 + "\nC | G"):
        try:
            read(text)
        except SidemanError:
            continue
