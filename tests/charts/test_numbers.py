"""Degrees of a key, and chords of corpora."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.charts.harte import read_harte
from sideman.charts.numbers import are_diatonic, is_number, is_numeral, read_number, split_numbers
from sideman.charts.questions import QUESTIONS
from sideman.charts.reading import Notes
from sideman.errors import ChordSyntaxError
from sideman.music.chords import Chord, read_chord
from sideman.music.key import Key

C, EB, A_MINOR, C_MINOR = Key(0), Key(3), Key(9, minor=True), Key(0, minor=True)


@cases(
    ("text", "key", "chord"),
    [
        ("1", C, "C"),
        ("6-", C, "Am"),
        ("2m7", C, "Dm7"),
        ("1/3", C, "C/E"),
        ("1/5", C, "C/G"),
        ("27/#4", C, "D7/F#"),
        ("57", C, "G7"),
        ("4△7", C, "FM7"),
        ("5sus", C, "Gsus4"),
        ("b7", C, "Bb"),
        ("#4o", C, "F#dim"),
        ("1maj7", C, "CM7"),
        ("6-7", C, "Am7"),
        ("5/7", EB, "Bb/D"),
        ("b7", EB, "Db"),
        ("4-", EB, "Abm"),
        ("<1>", C, "C"),
        ("1-", A_MINOR, "Am"),
        ("3", A_MINOR, "C"),
        ("b3", A_MINOR, "C"),
        ("57", A_MINOR, "E7"),
        ("I", C, "C"),
        ("vi", C, "Am"),
        ("VIm", C, "Am"),
        ("IV", EB, "Ab"),
        ("V7/ii", C, "A7"),
        ("V/V", C, "D"),
        ("viio7/V", C, "F#dim7"),
        ("V7/vi", EB, "G7"),
        ("bVII", C, "Bb"),
        ("\u266dVII7", C, "Bb7"),
        ("viio7", C, "Bdim7"),
        ("vii\u00f87", C, "Bm7b5"),
        ("IVmaj7", C, "FM7"),
        ("IM7", C, "CM7"),
        ("ii7", C, "Dm7"),
        ("iim7b5", C, "Dm7b5"),
        ("iv6", C, "Fm6"),
        ("III+", C, "Eaug"),
        ("Vsus4", C, "Gsus4"),
        ("\u2163\u25b37", C, "FM7"),
        ("\u2162m", C, "Em"),
        ("\uff29\uff36", C, "F"),
        ("I/3", C, "C/E"),
        ("I/E", C, "C/E"),
        ("i", C_MINOR, "Cm"),
        ("VI", C_MINOR, "Ab"),
        ("bVI", C_MINOR, "Ab"),
        ("VII", C_MINOR, "Bb"),
        ("bVII", C_MINOR, "Bb"),
        ("viio7", C_MINOR, "Bdim7"),
        ("ii\u00f87", C_MINOR, "Dm7b5"),
        ("V7/iv", C_MINOR, "C7"),
    ],
)
def test_degrees_are_chords_of_their_key(text: str, key: Key, chord: str) -> None:
    assert read_number(text, key).chord == read_chord(chord)
    assert is_number(text) != is_numeral(text)


@cases(
    ("text", "numbers"),
    [
        ("5411", "5 4 1 1"),
        ("1141", "1 1 4 1"),
        ("15", "1 5"),
        ("57", "57"),
        ("27/#4", "27/#4"),
        ("1", "1"),
        ("411", "4 1 1"),
    ],
)
def test_single_digits_run_together(text: str, numbers: str) -> None:
    assert " ".join(split_numbers(text)) == numbers
    assert is_number(text)


@cases(
    "text",
    ["", "0", "8", "1/9", "120", "2024", "x2", "IX", "VIII", "IIII", "Iv", "ivory", "I/VII/ii", "V7/V7", "1" * 99],
)
def test_what_is_no_degree(text: str) -> None:
    assert not is_number(text) or set(text) <= set("1234567")
    assert not is_numeral(text)
    with pytest.raises(ChordSyntaxError):
        read_number(text, C)


def test_numbers_without_a_sign_are_minor_where_the_key_has_them_so_and_nothing_else_is_marked() -> None:
    notes = Notes()
    assert are_diatonic(["1", "5", "6", "4"], notes)
    assert notes.assumptions[0].others == ("major",)
    assert set(QUESTIONS["numbers"].answers) == {"diatonic", "major"}
    chord, answers = read_number("6", C, diatonic=True)
    assert (chord, answers) == (read_chord("Am"), (("numbers", "diatonic", ("major",)),))
    assert read_number("6", C).chord == read_chord("A")
    assert read_number("1", A_MINOR, diatonic=True).chord == read_chord("Am")
    assert not are_diatonic(["1", "2", "6-"], Notes())
    assert not are_diatonic(["1", "5", "6"], Notes({"numbers": "major"}))
    silent = Notes()
    assert not are_diatonic(["1", "4", "57"], silent)
    assert not silent.assumptions


numerals = st.sampled_from(["1", "2", "6", "b7", "#4", "I", "vi", "bVII", "V", "viio", "ii"])
tails = st.sampled_from(["", "7", "-", "m7", "maj7", "sus", "/3", "/ii", "/b7", "o7", "+", "(b9)", "#11", "x", "/"])


@given(st.tuples(numerals, tails, tails).map("".join) | st.text(max_size=8), st.integers(0, 11), st.booleans())
def test_any_text_is_a_degree_or_an_error_and_keys_transpose(text: str, tonic: int, minor: bool) -> None:
    try:
        chord = read_number(text, Key(tonic, minor)).chord
    except ChordSyntaxError:
        assert not is_numeral(text)
        return
    home = read_number(text, Key(0, minor)).chord
    assert chord.quality == home.quality
    if "/" not in text:
        assert {(pitch + tonic) % 12 for pitch in home.pitch_classes} == chord.pitch_classes
    assert read_chord(chord.written) == chord


# ---- Harte's notation ----


@cases(
    ("text", "chord"),
    [
        ("C:min7", "Cm7"),
        ("C:7", "C7"),
        ("Bb:(4,#5,b7)", "Bb7sus4(#5)"),
        ("A", "A"),
        ("A:maj/3", "A/C#"),
        ("Db:maj/b7", "Db/Cb"),
        ("G:min7(*5)", "Gm7(no5)"),
        ("F:sus4(b7,9)", "F9sus4"),
        ("F#:hdim7", "F#m7b5"),
        ("E:minmaj7", "EmM7"),
        ("C:1", "C5"),
        ("C:(3,5)", "C"),
        ("N", "N.C."),
        ("X", "N.C."),
    ],
)
def test_chords_of_corpora(text: str, chord: str) -> None:
    assert read_harte(text) == read_chord(chord)


@cases("text", ["", "H", "C:foo", "C:(8)", "C:7/", "C:min7(", "C:(7,b7)", "C:(" + "9," * 10**6 + "9)", "C/0"])
def test_what_is_no_chord_of_a_corpus(text: str) -> None:
    with pytest.raises(ChordSyntaxError):
        read_harte(text)


@given(st.text("ABC:#b(,)*/3579majmin", max_size=14))
def test_any_text_is_a_chord_of_a_corpus_or_an_error(text: str) -> None:
    try:
        chord = read_harte(text)
    except ChordSyntaxError:
        return
    assert isinstance(chord, Chord)
