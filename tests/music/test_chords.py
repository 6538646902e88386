from __future__ import annotations

import itertools
import re
from fractions import Fraction
from pathlib import Path

import dlchordx
import pychord
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.errors import ChordSyntaxError, OptionError
from sideman.music import qualities
from sideman.music.chords import (
    MAX_BEATS,
    MAX_CHORDS,
    MAX_TEXT,
    MODEL_QUALITIES,
    NOTE_NAMES,
    QUALITIES,
    SILENT,
    SPELLINGS,
    Chord,
    ChordSpan,
    Progression,
    format_progression,
    parse,
)
from sideman.music.tones import LONGEST_NAME

MODEL_NAMES = ["", "m", "7", "m7", "M7", "m7-5", "dim", "sus4", "7sus4", "aug", "m6", "7(9)", "m7(9)", "add9", "6"]
MODEL_NAMES += ["mM7", "7-5"]
ROOTS = [letter + sign for letter in "CDEFGAB" for sign in ("b", "", "#")]
PITCHES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
DOC = Path(__file__).parents[2] / "docs" / "chords.md"


def chord(text: str) -> Chord:
    (span,) = parse(text).spans
    return span.chord


def tones(text: str) -> set[int]:
    return set(chord(text).pitch_classes)


def error(text: str) -> ChordSyntaxError:
    with pytest.raises(ChordSyntaxError) as caught:
        parse(text)
    return caught.value


# ---- the table ----


def test_the_models_qualities_keep_their_ids() -> None:
    assert [quality.name for quality in MODEL_QUALITIES] == MODEL_NAMES
    assert QUALITIES[:17] == MODEL_QUALITIES
    assert [quality.model for quality in MODEL_QUALITIES] == list(range(17))


def test_no_spelling_or_set_of_tones_has_two_rows() -> None:
    rows = qualities._MODEL_ROWS + qualities._OTHER_ROWS
    spelled = [{row.name, *(s for t in row.spellings.split() for s in qualities._expand(t))} for row in rows]
    assert sum(map(len, spelled)) == len(SPELLINGS) > 1000
    assert len({quality.intervals for quality in QUALITIES}) == len(QUALITIES) == len(rows)
    assert not SPELLINGS.keys() & qualities.AMBIGUOUS.keys()


def test_spellings_cannot_be_read_as_part_of_the_root_and_have_closed_parentheses() -> None:
    assert not [s for s in SPELLINGS if s.startswith(("b", "#")) or s.count("(") != s.count(")") or re.search(r"\s", s)]


def test_the_model_sees_the_same_third_and_fifth() -> None:
    for quality in QUALITIES:
        seen, exact = set(MODEL_QUALITIES[quality.model].intervals), set(quality.intervals)
        for functions in ({3, 4}, {10, 11}):
            assert not exact & functions or not seen & functions or seen & exact & functions, quality
        assert len(seen - exact) <= 1, quality


@cases(
    ("spellings", "expected"),
    [
        ("C CM Cmaj CMaj", {0, 4, 7}),
        ("Cm Cmin C- C−", {0, 3, 7}),
        ("CM7 Cmaj7 CΔ C∆7 C^7 C7M Cj7", {0, 4, 7, 11}),
        ("Cm7b5 Cm7-5 C-7b5 Cmin7(b5) Cø Cø7 CØ Ch7", {0, 3, 6, 10}),
        ("Cdim7 C°7 Co7 Cº7", {0, 3, 6, 9}),
        ("C+ Caug C+5", {0, 4, 8}),
        ("C+7 C7+ Caug7 C7#5 C7+5 C7(♯5)", {0, 4, 8, 10}),
        ("Csus Csus4", {0, 5, 7}),
        ("Csus2", {0, 2, 7}),
        ("C9 C7(9)", {0, 2, 4, 7, 10}),
        ("C11", {0, 2, 4, 5, 7, 10}),
        ("C13", {0, 2, 4, 5, 7, 9, 10}),
        ("C7(13)", {0, 4, 7, 9, 10}),
        ("Cm9 C-9 Cm7(9)", {0, 2, 3, 7, 10}),
        ("Cmaj9 CM9 CΔ9 CM7(9)", {0, 2, 4, 7, 11}),
        ("C6/9 C69 C6(9)", {0, 2, 4, 7, 9}),
        ("C7b9 C7-9 C7(b9) C7(♭9)", {0, 1, 4, 7, 10}),
        ("C7#9 C7+9 C7(#9)", {0, 3, 4, 7, 10}),
        ("C7#11", {0, 4, 6, 7, 10}),
        ("C7b9b13 C7b13b9 C7(b9,b13) C7(b9, b13) C7(b13b9) C7b9(b13)", {0, 1, 4, 7, 8, 10}),
        ("C7alt Calt", {0, 1, 3, 4, 6, 8, 10}),
        ("Cno3 C5 C(omit3)", {0, 7}),
        ("CmM7 Cm(maj7) C-Δ7", {0, 3, 7, 11}),
        ("C9+ C9#5", {0, 2, 4, 8, 10}),
    ],
)
def test_spellings(spellings: str, expected: set[int]) -> None:
    for spelling in re.split(r" (?!b13\))", spellings):
        assert tones(spelling) == expected, spelling
    assert len({str(chord(spelling)) for spelling in re.split(r" (?!b13\))", spellings)}) == 1


@pytest.mark.parametrize("library", ["pychord", "dlchordx"])
def test_the_models_qualities_on_every_root_match_another_library(library: str) -> None:
    covered = 0
    for root, name in itertools.product(ROOTS, MODEL_NAMES):
        ours = chord(root + name)
        assert ours.root_pc == (PITCHES[root[0]] + {"": 0, "b": -1, "#": 1}[root[1:]]) % 12
        try:
            if library == "pychord":
                theirs = set(pychord.Chord(root + name).components(visible=False))
            else:
                theirs = set(dlchordx.Chord(root + name).get_notes())
        except ValueError:
            continue
        covered += 1
        assert ours.pitch_classes == {pitch % 12 for pitch in theirs}, root + name
    assert covered >= {"pychord": 15 * 21, "dlchordx": 17 * 21}[library]


def test_other_qualities_match_another_library() -> None:
    known = pychord.QualityManager().get_qualities()
    shared = known.keys() - {*qualities.AMBIGUOUS, "7b9b13"}  # its 7b9b13 has an 11
    assert len(shared) > 100
    for name in shared:
        assert set(chord(f"C{name}").quality.intervals) == {pitch % 12 for pitch in known[name].components}, name


# ---- chords ----


def test_slash_bass_and_the_slash_of_six_nine() -> None:
    assert chord("C/E") == Chord("C", bass="E")
    assert (chord("C/E").root_pc, chord("C/E").bass_pc) == (0, 4)
    assert tones("C/D") == {0, 4, 7}
    assert chord("C6/9/E") == chord("C69/E") == Chord("C", SPELLINGS["69"], "E")
    assert chord("C6/9").bass is None
    assert chord("C/C") == chord("C") == Chord("C", bass="C")
    assert chord("Dm7/G♭").bass_pc == 6


@cases("text", ["N.C.", "NC", "N", "N.C", "n.c."])
def test_no_chord(text: str) -> None:
    silence = chord(text)
    assert silence == Chord.no_chord() == silence.transpose(5)
    assert (silence.root_pc, silence.bass_pc, silence.model_quality) == (None, None, 0)
    assert not silence.pitch_classes
    assert str(silence) == "N.C."


def test_all_note_names() -> None:
    assert len(NOTE_NAMES) == 35
    assert [chord(text).root_pc for text in ("Cbb", "C𝄫", "B##", "B𝄪", "F♯", "E♭")] == [10, 10, 1, 1, 6, 3]


def test_accidentals_belong_to_the_root() -> None:
    assert chord("Bb5") == Chord("Bb", SPELLINGS["5"])
    assert chord("B(b5)") == Chord("B", SPELLINGS["(b5)"])


@cases(
    ("text", "semitones", "moved"),
    [
        ("C", 1, "Db"),
        ("Am", 4, "C#m"),
        ("C/E", 1, "Db/F"),
        ("D7/F#", 2, "E7/G#"),
        ("Am/G", -1, "G#m/F#"),
        ("C#", 0, "C#"),
        ("C#", 12, "C#"),
    ],
)
def test_transposed_chords_are_spelled_as_musicians_do(text: str, semitones: int, moved: str) -> None:
    assert str(chord(text).transpose(semitones)) == moved


@pytest.mark.parametrize(
    ("root", "quality", "bass"),
    [("H", QUALITIES[0], None), ("C", QUALITIES[0], "c"), (None, QUALITIES[0], None), ("C", SILENT, None)],
)
def test_chords_that_are_none(root: str | None, quality: qualities.Quality, bass: str | None) -> None:
    with pytest.raises(OptionError):
        Chord(root, quality, bass)


# ---- progressions ----


@cases(
    ("text", "canonical"),
    [
        ("C:4|Am:4|F:4|G7:4", "C:4|Am:4|F:4|G7:4"),
        ("C Am | F G7", "C:2|Am:2|F:2|G7:2"),
        ("C D E", "C:4/3|D:4/3|E:4/3"),
        ("C:1.5 G | Dm7:96t", "C:1.5|G:2.5|Dm7:4"),
        ("C:3/2|C:.5|C:5t|C:1.", "C:1.5|C:0.5|C:5/24|C:1"),
        ("C Am | % | N.C.:8 | %", "C:2|Am:2|C:2|Am:2|N.C.:8|N.C.:8"),
        ("|| C | G |\n| F |\r\n\n  C ||", "C:4|G:4|F:4|C:4"),
        ("C Am\nF", "C:2|Am:2|F:4"),
        (" C : 4 |Am :2\t", "C:4|Am:2"),
        ("C:8 D:8", "C:8|D:8"),
        ("Cmin9:4", "Cm7(9):4"),
    ],
)
def test_forms(text: str, canonical: str) -> None:
    assert str(parse(text)) == format_progression(parse(text)) == canonical


def test_lengths() -> None:
    progression = parse("C:4|D:4.125")
    assert (progression.ticks, progression.beats, progression.steps, progression.bars) == (195, Fraction(65, 8), 98, 3)
    assert [(span.onset, span.duration) for span in progression] == [(0, 96), (96, 99)]
    assert len(progression) == 2


@cases(
    ("text", "value", "position", "remedy"),
    [
        ("", "", 1, "write a progression"),
        (" | \n", " | \n", 1, "write a progression"),
        ("C:4|Am:4|F:H7|H7:4", "H7", 12, "beats"),
        ("C:4|Am:4|H7:4", "H7", 10, "roots are A to G"),
        ("c:4", "c", 1, "upper case"),
        ("Cmaj77", "Cmaj77", 1, "did you mean Cmaj7?"),
        ("Cfoobarfoobarfoo", "Cfoobarfoobarfoo", 1, "qualities are written as"),
        ("C2", "C2", 1, "Cadd9 or Csus2"),
        ("G | C/H", "H", 7, "bass notes"),
        ("C/", "", 3, "bass notes"),
        ("C:x", "x", 3, "beats"),
        ("C:-4", "-4", 3, "beats"),
        ("C:nan", "nan", 3, "beats"),
        ("C:1e999", "1e999", 3, "beats"),
        ("C:1/0", "1/0", 3, "beats"),
        ("C:٤", "٤", 3, "beats"),
        ("C:1.5t", "1.5t", 3, "beats"),
        ("C:4:4", "4:4", 3, "beats"),
        ("C:0", "0", 3, "lasts from"),
        ("C:0t", "0t", 3, "lasts from"),
        ("C:4097", "4097", 3, "lasts from"),
        ("C:0.3", "0.3", 3, "the nearest is 7t"),
        ("C:1/99", "1/99", 3, "the nearest is 1t"),
        ("C:", "C:", 3, "write C:4"),
        ("|: C :|", ":", 2, "written out"),
        ("%", "%", 1, "before it"),
        ("C % | D", "%", 3, "alone"),
        ("C | %:4", "%", 5, "alone"),
        ("C | | D", "| |", 3, "N.C."),
        ("C ||| D", "|||", 3, "N.C."),
        ("C:4 G", "G", 5, "G:2"),
        ("C D E F G", "C", 1, "5 chords cannot share 4 beats"),
        ("C / / /", "/", 3, "C:2"),
        ("C:4096|D", "D", 8, "4,096 beats"),
        ("C:1t|" * (MAX_CHORDS + 1), "C", 5 * MAX_CHORDS + 1, "4,096 chords"),
        ("C:1024|" + "%|" * 4, "%", 14, "4,096 beats"),
    ],
)
def test_errors_name_value_position_and_remedy(text: str, value: str, position: int, remedy: str) -> None:
    raised = error(text)
    assert (raised.value, raised.position) == (value, position)
    assert remedy in raised.remedy
    assert f"{value!r} at character {position}: " in str(raised)


def test_a_bar_line_does_not_hide_the_next_error() -> None:
    assert error("C ||\n|| D || X").position == 14


@pytest.mark.parametrize("text", ["x" * 10_000_000, "C" * MAX_TEXT, "C:" + "9" * 10_000, "|" * MAX_TEXT])
def test_errors_of_long_texts_are_short(text: str) -> None:
    assert len(str(error(text))) < 250


def test_every_progression_fits_the_longest_text() -> None:
    names = max(map(len, NOTE_NAMES))
    longest = names + LONGEST_NAME + len("/") + names + len(":|")
    # With MAX_CHORDS the mean duration is a beat: at most 5 characters (23/24), the few long ones have 8.
    assert MAX_CHORDS * (longest + 8) <= MAX_TEXT


@cases(
    "spans",
    [
        (),
        (ChordSpan(Chord("C"), 1, 24),),
        (ChordSpan(Chord("C"), 0, 0),),
        (ChordSpan(Chord("C"), 0, 24), ChordSpan(Chord("D"), 25, 24)),
        (ChordSpan(Chord("C"), 0, MAX_BEATS * 24 + 1),),
    ],
)
def test_progressions_that_are_none(spans: tuple[ChordSpan, ...]) -> None:
    with pytest.raises(OptionError):
        Progression(spans)


# ---- properties ----

names = st.sampled_from(sorted(NOTE_NAMES))
chords = st.builds(Chord, names, st.sampled_from(QUALITIES), st.none() | names) | st.just(Chord.no_chord())
progressions = st.lists(st.tuples(chords, st.integers(1, 400)), min_size=1, max_size=12).map(Progression.of)
fragments = st.sampled_from([*"CDbB#79m/:|% \n().t4-+", "maj7", "N.C.", "3/2", "| |", "♯", "\u2028", "(b9", "é", "\0"])


@given(progressions)
def test_formatting_is_read_back(progression: Progression) -> None:
    assert parse(format_progression(progression)) == progression


@given(progressions, st.integers(-30, 30))
def test_transposing_shifts_all_pitch_classes(progression: Progression, semitones: int) -> None:
    moved = progression.transpose(semitones)
    assert parse(str(moved)) == moved
    for before, after in zip(progression, moved, strict=True):
        assert (before.onset, before.duration) == (after.onset, after.duration)
        assert before.chord.quality == after.chord.quality
        assert {(pc + semitones) % 12 for pc in before.chord.pitch_classes} == after.chord.pitch_classes
        if before.chord.bass_pc is not None:
            assert (before.chord.bass_pc + semitones) % 12 == after.chord.bass_pc


def check_that_it_reads_or_says_where(text: str) -> None:
    try:
        progression = parse(text)
    except ChordSyntaxError as error:
        raised = error
    else:
        assert parse(str(progression)) == progression
        return
    assert 1 <= raised.position <= len(text) + 1
    assert len(str(raised).splitlines()) == 1


@given(st.text(max_size=40) | st.lists(fragments, max_size=25).map("".join))
def test_any_text_reads_or_says_where(text: str) -> None:
    check_that_it_reads_or_says_where(text)


@given(progressions.map(str), st.integers(0, 200), st.integers(0, 3), fragments)
def test_mutated_text_reads_or_says_where(text: str, place: int, cut: int, fragment: str) -> None:
    place %= len(text) + 1
    check_that_it_reads_or_says_where(text[:place] + fragment + text[place + cut :])


# ---- the documentation ----


def test_the_documentation_lists_every_quality_and_spelling() -> None:
    documented = set(DOC.read_text("utf-8").splitlines())
    rows = []
    for quality in QUALITIES:
        model = MODEL_QUALITIES[quality.model].name
        rows.append(f"| `C{quality.name}` | {quality.degrees} | {' '.join(map(str, quality.intervals))} | `C{model}` |")
    for quality in QUALITIES:
        spellings = [spelling for spelling, spelled in SPELLINGS.items() if spelled == quality]
        rows.append(f"- {' '.join(f'`C{spelling}`' for spelling in spellings)}")
    for templates, choices in qualities._AMBIGUOUS_ROWS:
        written = [spelling for template in templates.split() for spelling in qualities._expand(template)]
        told = " or ".join(f"`C{choice}`" for choice in choices)
        rows.append(f"- {' '.join(f'`C{spelling}`' for spelling in written)}: write {told}")
    missing = [row for row in rows if row not in documented]
    assert not missing, "lines missing from docs/chords.md:\n" + "\n".join(missing)


def test_a_prompt_shows_a_progression_in_one_line() -> None:
    assert repr(parse("C | Am F")) == "<Progression C:4|Am:2|F:2>"
    assert len(repr(parse("|".join(["C"] * 1_000)))) < 80
