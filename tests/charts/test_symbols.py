"""Symbols as people write them, each with the meaning that it has there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.charts.dialects import SUFFIX_QUESTIONS
from sideman.charts.questions import QUESTIONS
from sideman.charts.reading import Notes
from sideman.charts.symbols import ANY, ENGLISH, Dialect, dialect_of, is_symbol, joins, optional, read_symbol
from sideman.errors import ChordSyntaxError
from sideman.music.chords import SPELLINGS, Chord, read_chord

# A symbol alone, and the chord that it means.
ALONE = {
    "Hm": "Bm",
    "H#": "B#",
    "H/Db": "B/Db",
    "Hdim": "Bdim",
    "Hmi": "Bm",
    "Em/H": "Em/B",
    "Dm7/H": "Dm7/B",
    "Hm7|5-": "Bm7b5",
    "Fis": "F#",
    "Es": "Eb",
    "As7": "Ab7",
    "Asus7": "A7sus4",
    "Cis-moll": "C#m",
    "C-Dur": "C",
    "C♮": "C",
    "Cm(add 2)": "Cmadd9",
    "Cm (add 2)": "Cmadd9",
    "C add b9": "Caddb9",
    "C b9": "Caddb9",
    "C7 b9": "C7b9",
    "C maj7": "CM7",
    "C dim": "Cdim",
    "Cdim omit5": "Cm(no5)",
    "Csus add b7": "C7sus4",
    "B flat": "Bb",
    "F sharp m7": "F#m7",
    "D'": "D",
    "C*": "C",
    "C~": "C",
    "F13_": "F13",
    "A7,": "A7",
    "C...": "C",
    "^C7": "C7",
    "Cdim.": "Cdim",
    "ConE": "C/E",
    "C(onE)": "C/E",
    "G on B": "G/B",
    "G/b": "G/B",
    "G/ B": "G/B",
    "Bb\\A": "Bb/A",
    "Fm7/Bb7": "Fm7/Bb",
    "F(Dm)": "F",
    "C7(G-7)": "C7",
    "N/C": "N.C.",
    "(N.C.)": "N.C.",
    "nc": "N.C.",
    "tacet": "N.C.",
    "\uff23": "C",
    "F\uff03m": "F#m",
    "C—7": "Cm7",
    "C△7": "CM7",
    "\uff27\uff17\uff08♭\uff19\uff09": "G7b9",
    "E&7&9": "Eb7b9",
    "G2/B": "Gadd9/B",
    "C2(add6)": "C69",
    "F2(no3)": "Fsus2",
    "Am2": "Amadd9",
    "A4": "Asus4",
    "C-5": "C(b5)",
    "C+9": "C9#5",
    "C+11": "Cadd#11",
    "Gm+4": "Gmadd11",
    "Dm7+": "DmM7",
    "Dm(7+)": "DmM7",
    "F7+": "Faug7",
    "G0": "Gdim",
    "C07": "Cdim7",
    "Do": "Ddim",
    "C7M(9)": "CM9",
    "F#b9/B": "F#addb9/B",
    "D-^7": "DmM7",
}

# Charts as rows of symbols, and their chords.
CHARTS = {
    "a | d | E7": "Am | Dm | E7",
    "a | F | C | G": "Am | F | C | G",
    "a e a H C D": "Am Em Am B C D",
    "F | B | C7 | H0": "F | Bb | C7 | Bdim",
    "e/H | fis | cis7 | B": "Em/B | F#m | C#m7 | Bb",
    "d | g | B | F": "Dm | Gm | Bb | F",
    "am | dm | e7 | c": "Am | Dm | E7 | C",
    "Em | D | H7 | h0": "Em | D | B7 | Bdim",
    "Ami | F | B": "Am | F | B",
    "F7+ | Dm7+": "FM7 | DmM7",
    "A7+ | G#7(5+) | E5+/A": "AM7 | G#aug7 | Eaug/A",
    "F7+ | Bb7+ | Cmaj7": "Faug7 | Bbaug7 | CM7",
    "A7+ | F#7(5+) | Db7M(9)": "AM7 | F#aug7 | DbM9",
    "Eb9+ | F7+": "Eb9#5 | Faug7",
    "C7+ | Dm7/9 | E7/9-": "CM7 | Dm9 | E7b9",
    "G07 | C-7 | F7": "Gm7b5 | Cm7 | F7",
    "G0 | Cdim | F7": "Gm7b5 | Cdim | F7",
    "F#07 | Bm7b5 | E7": "F#dim7 | Bm7b5 | E7",
    "Rem | SibM7 | Solm7 | Do97 | Rem/Fa | Lam74/Sib": "Dm | BbM7 | Gm7 | C9 | Dm/F | Am7(11)/Bb",
    "DO SOL7 LAm REm MI LAm": "C G7 Am Dm E Am",
    "Do | Fa | Sol7": "C | F | G7",
    "ré": "D",
    "C | Do | Em": "C | Ddim | Em",
    "Am9 | Dm7|5- | Hm7|5-".replace(" | ", " "): "Am9 Dm7b5 Bm7b5",
}


def meant(text: str) -> Chord:
    return read_chord(text)


def words(chart: str) -> list[str]:
    return [word for word in chart.split() if word != "|"]


@cases(("text", "chord"), ALONE.items())
def test_a_symbol_alone(text: str, chord: str) -> None:
    assert read_symbol(text).chord == meant(chord)


@cases(("chart", "chords"), CHARTS.items())
def test_all_symbols_of_a_chart_decide(chart: str, chords: str) -> None:
    dialect = dialect_of(words(chart), Notes())
    assert [read_symbol(word, dialect).chord for word in words(chart)] == [meant(chord) for chord in words(chords)]


@cases(
    ("chart", "code", "read", "others"),
    [
        ("F B C7 H", "B", "Bb", ("B",)),
        ("d g B", "B", "Bb", ("B",)),
        ("d g B Bb", "B", "B", ("Bb",)),
        ("a d E7", "lower", "minor", ("major",)),
        ("am c", "lower", "major", ("minor",)),
        ("Do Re Fa", "Do", "C", ("Ddim",)),
        ("Do C Em", "Do", "Ddim", ("C",)),
        ("F7+ C", "7+", "aug7", ("M7",)),
        ("F7+ Dm7+", "7+", "M7", ("aug7",)),
        ("Dm7+", "m7+", "mM7", ("m7#5",)),
        ("G0 C-7", "0", "half-dim", ("dim",)),
        ("G2 C", "2", "add9", ("sus2",)),
        ("G4 C", "4", "sus4", ("add11",)),
        ("C-5", "-5", "(b5)", ("dim",)),
        ("C+9", "+9", "9#5", ("7#9",)),
        ("Em+4", "+4", "add11", ("add#11",)),
    ],
)
def test_what_was_decided_is_an_assumption_that_can_be_chosen_otherwise(
    chart: str, code: str, read: str, others: tuple[str, ...]
) -> None:
    notes = Notes()
    dialect = dialect_of(words(chart), notes)
    (assumption,) = [assumption for assumption in notes.assumptions if assumption.code == code]
    assert (assumption.read, assumption.others) == (read, others)
    answers = [answer for word in words(chart) for answer in read_symbol(word, dialect).answers]
    assert (code, read, others) in answers
    chords = [read_symbol(word, dialect).chord for word in words(chart)]
    other = dialect_of(words(chart), Notes({code: others[0]}))
    assert [read_symbol(word, other).chord for word in words(chart)] != chords


@cases("chart", ["C Am F G7", "C a", "A a E", "Bb B C", "la la la la C", "C7#5 Cmaj7 E+", ""])
def test_plain_english_charts_leave_nothing_open(chart: str) -> None:
    notes = Notes()
    assert dialect_of(words(chart), notes) == ENGLISH
    assert not notes.assumptions


def test_every_question_has_its_row_and_every_answer_its_meaning() -> None:
    for question in SUFFIX_QUESTIONS:
        assert set(question.replacements) == set(QUESTIONS[question.code].answers)
    for text in ALONE:
        for code, answer, others in read_symbol(text).answers:
            row = QUESTIONS[code].answers
            assert not row or {answer, *others} == set(row)


@cases(
    ("text", "answer"),
    [
        ("F(Dm)", ("alternate", "first", ("second",))),
        ("D\\F", ("polychord", "bass", ("upper",))),
        ("Fm7/Bb7", ("polychord", "bass", ("upper",))),
        ("C*", ("ignored", "*", ())),
        ("C...", ("ignored", "…", ())),
    ],
)
def test_what_a_symbol_rests_on_is_told(text: str, answer: tuple[str, str, tuple[str, ...]]) -> None:
    assert answer in read_symbol(text).answers
    if answer[2]:
        code, read, (other,) = answer[0], answer[1], answer[2]
        assert (code, other, (read,)) in read_symbol(text, Dialect(answers=((code, other),))).answers


def test_a_bass_alone_changes_that_of_the_chord_before() -> None:
    before = read_chord("Cm7")
    assert read_symbol("W/Bb", before=before).chord == read_chord("Cm7/Bb")
    assert read_symbol("/A", before=read_chord("Cm7/Bb")).chord == read_chord("Cm7/A")
    assert read_symbol("W", before=before).chord == before
    for chord in (None, Chord.no_chord()):
        with pytest.raises(ChordSyntaxError):
            read_symbol("W/Bb", before=chord)


@cases(
    ("first", "second"),
    [
        *(
            ("C", "maj7"),
            ("C7", "b9"),
            ("C", "(add"),
            ("C (add", "9)"),
            ("C", "(add9)"),
            ("Cm", "(add"),
            ("Co", "omit5"),
        ),
        *(("G", "on"), ("G on", "B"), ("G/", "B"), ("C", "dim"), ("Csus", "add"), ("C7", "(b9,b13)"), ("D", "sus4")),
    ],
)
def test_words_that_go_on_with_a_symbol(first: str, second: str) -> None:
    assert joins(first, second)


@cases(
    ("first", "second"),
    [
        *(("C", "G"), ("C", "(G7)"), ("C", "(x3)"), ("C", "(2x)"), ("C", "x2"), ("C", "/"), ("C", "%"), ("C", "7")),
        *(
            ("C", "-"),
            ("C", "a"),
            ("Am", "I"),
            ("A", "man"),
            ("C", "4"),
            ("love", "maj7"),
            ("G on", "my"),
            ("C", "N.C."),
        ),
        *(("C", "|"), ("A", "minute"), ("C", "/E")),
    ],
)
def test_words_that_do_not(first: str, second: str) -> None:
    assert not joins(first, second)


@cases(("text", "symbol"), [("(C7)", "C7"), (" (D) ", "D"), ("(a)", "a"), ("(x3)", None), ("C", None)])
def test_a_chord_in_parentheses_may_be_left_out(text: str, symbol: str | None) -> None:
    assert optional(text) == symbol


@cases("text", ["la", "Re", "a", "em", "Home", "going", "A2#5", "C7at", "", " ", "x", "H" * 100, "C1/8"])
def test_what_is_no_symbol_in_english(text: str) -> None:
    assert not is_symbol(text)
    with pytest.raises(ChordSyntaxError):
        read_symbol(text)


@cases("text", ["Lam", "do", "a", "h7", "fis", "SOL7", "e/H"])
def test_any_dialect_reads_what_is_a_symbol_somewhere(text: str) -> None:
    assert is_symbol(text, ANY)


@cases(
    ("text", "is_note"),
    [
        ("Mi", True),
        ("MI", True),
        ("M\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", False),
        ("m\N{LATIN SMALL LETTER DOTLESS I}", False),
        ("Ré", True),
        ("RÉ", True),
    ],
)
def test_a_turkish_i_is_another_letter(text: str, is_note: bool) -> None:
    assert is_symbol(text, ANY) == is_note


# ---- properties ----

roots = st.sampled_from(["C", "Bb", "H", "Fis", "es", "a", "Do", "sol", "B", "W/"])
pieces = st.sampled_from(
    [*"7906+-b#()/\\|,. m*", "maj7", "sus4", "on", "E", "h", "♭9", "\uff23", "add", "5+", "(Dm)", "\u2028", "moll", "…"]
)
texts = st.tuples(roots, st.lists(pieces, max_size=6)).map(lambda parts: parts[0] + "".join(parts[1]))


@given(texts | st.text(max_size=12), st.sampled_from([ENGLISH, ANY]))
def test_any_text_is_a_symbol_or_an_error_within_it(text: str, dialect: Dialect) -> None:
    try:
        chord = read_symbol(text, dialect).chord
    except ChordSyntaxError as error:
        position = error.position
    else:
        assert read_chord(str(chord)) == chord == read_chord(chord.written)
        return
    assert 1 <= position <= len(text) + 1


@given(st.sampled_from("ABCDEFG"), st.sampled_from(["", "b", "#"]), st.sampled_from(sorted(SPELLINGS)))
def test_what_the_chord_language_reads_is_read_as_it_reads_it(letter: str, sign: str, suffix: str) -> None:
    text = letter + sign + suffix
    assert read_symbol(text).chord == read_chord(text)
    assert read_symbol(f"{text}/E").chord == read_chord(f"{text}/E")


@given(st.lists(texts, max_size=8))
def test_any_symbols_make_a_dialect(symbols: list[str]) -> None:
    notes = Notes()
    dialect = dialect_of(symbols, notes)
    assert dict(dialect.answers) == {assumption.code: assumption.read for assumption in notes.assumptions}


@cases("text", ["C" * 1_000_000, "C" + "(" * 1_000_000, "C/" * 500_000, "Con" * 300_000, "C" + "." * 60])
def test_long_symbols_end(text: str) -> None:
    assert is_symbol(text) == (len(text) < 64)
