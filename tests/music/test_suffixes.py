"""Suffixes that no table lists: parts in any order, to exact tones."""

from __future__ import annotations

import pickle
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.errors import ChordSyntaxError, OptionError
from sideman.music import tones
from sideman.music.chords import MODEL_QUALITIES, NOTE_NAMES, QUALITIES, SPELLINGS, Chord, Quality, parse, read_chord
from sideman.music.qualities import AMBIGUOUS
from sideman.music.suffixes import LONGEST_SUFFIX, read_suffix
from sideman.music.symbol import quality_of_suffix
from sideman.music.tones import LONGEST_NAME, quality_of

# What is written, and the tones as musicians count them.
READ = {
    # tensions behind a slash or in parentheses
    "7/9": "1 3 5 b7 9",
    "7/4": "1 4 5 b7",
    "7(4)": "1 4 5 b7",
    "7(4)(9)": "1 4 5 b7 9",
    "7/13": "1 3 5 b7 13",
    "m7/9": "1 b3 5 b7 9",
    "m7/4": "1 b3 5 b7 11",
    "m74": "1 b3 5 b7 11",
    "97": "1 3 5 b7 9",
    "67": "1 3 5 b7 13",
    "M711": "1 3 5 7 11",
    "7(9)(11)": "1 3 5 b7 9 11",
    "7(b9)(11)": "1 3 5 b7 b9 11",
    "7(b9)(#5)": "1 3 #5 b7 b9",
    "(add6)(add9)": "1 3 5 6 9",
    "m(add6)(add9)": "1 b3 5 6 9",
    "9/5": "1 3 5 b7 9",
    "9/6": "1 3 5 6 9",
    "9.6": "1 3 5 6 9",
    "7/9/13": "1 3 5 b7 9 13",
    "(4)": "1 4 5",
    "(5)": "1 5",
    "(7)": "1 3 5 b7",
    "m(7)": "1 b3 5 b7",
    "/9": "1 3 5 9",
    # signs behind the number, natural signs
    "7/9-": "1 3 5 b7 b9",
    "7/9-/13": "1 3 5 b7 b9 13",
    "7(9b)": "1 3 5 b7 b9",
    "7(5+)": "1 3 #5 b7",
    "7(9-5+)": "1 3 #5 b7 b9",
    "m7/5+": "1 b3 #5 b7",
    "m7(5-)": "1 b3 b5 b7",
    "m5-/7": "1 b3 b5 b7",
    "5+": "1 3 #5",
    "5-": "1 3 b5",
    "5b": "1 3 b5",
    "7(♮9)": "1 3 5 b7 9",
    "7♮9": "1 3 5 b7 9",
    # a major seventh behind
    "7M(9)": "1 3 5 7 9",
    "7M(b13)": "1 3 5 7 b13",
    "7maj": "1 3 5 7",
    "m7M": "1 b3 5 7",
    "m/maj7": "1 b3 5 7",
    "(maj7)": "1 3 5 7",
    "mM11": "1 b3 5 7 9 11",
    "mM7b6": "1 b3 5 7 b13",
    "m6+7": "1 b3 5 7 13",
    "6(maj7)": "1 3 5 7 13",
    "o^7": "1 b3 b5 7",
    "J": "1 3 5 7",
    "J9": "1 3 5 7 9",
    # alterations
    "m+": "1 b3 #5",
    "(aug)": "1 3 #5",
    "(dim)": "1 b3 b5",
    "dim.": "1 b3 b5",
    "M7+": "1 3 #5 7",
    "M9#5": "1 3 #5 7 9",
    "M9#4": "1 3 5 7 9 #11",
    "Mb5": "1 3 b5",
    "13b5": "1 3 b5 b7 9 11 13",
    "13b5b9": "1 3 b5 b7 b9 11 13",
    "13b9#11": "1 3 5 b7 b9 #11 13",
    "13#9#11": "1 3 5 b7 #9 #11 13",
    "7#5b9#11": "1 3 #5 b7 b9 #11",
    "6#11": "1 3 5 6 #11",
    "6b5": "1 3 b5 6",
    "69#11": "1 3 5 6 9 #11",
    "7b6": "1 3 5 b7 b13",
    "7#4": "1 3 5 b7 #11",
    "maj7add#11": "1 3 5 7 #11",
    "+add9": "1 3 #5 9",
    "m7b5(add9)": "1 b3 b5 b7 9",
    "b9": "1 3 5 b9",  # behind a root that has its sign: F#b9
    # suspended, added, left out
    "m7sus": "1 4 5 b7",
    "6sus2": "1 2 5 6",
    "4add9": "1 4 5 9",
    "2(no3)": "1 2 5",
    "susaddb7": "1 4 5 b7",
    "11(add3)": "1 3 5 b7 9 11",
    "add10": "1 3 5",
    "dim(omit5)": "1 b3",
    "m7(omit3)(add2)": "1 2 5 b7",
    "9(no3rd)": "1 5 b7 9",
    # words
    "Sus4": "1 4 5",
    "DIM7": "1 b3 b5 bb7",
    "7Alt": "1 3 b5 #5 b7 b9 #9",
    "alt7": "1 3 b5 #5 b7 b9 #9",
    "power": "1 5",
    "Minor7": "1 b3 5 b7",
    "dominant9": "1 3 5 b7 9",
    "diminished7": "1 b3 b5 bb7",
    "half-dim": "1 b3 b5 b7",
    "%7": "1 b3 b5 b7",
}
NOT_READ = (
    *("madd", "7b", "7#", "7b3", "b3", "Fr+6", "2#5", "add7", "m5", "mmaj", "maj#11", "+13", "7sys", "7B13"),
    *("9b9", "11#11", "dim#5", "aug(b5)", "7(maj7)", "7/7", "7(9,9)", "7b5-", "m(add3)"),
    *("7(", "7)", "()", "(,)", "(9,)", "7((9))", "7//9", "7/", "/", "no", "no3no5"),
    *("5/4", "4/4", "4/2", "6/8", "9/8", "52", "66", "747"),
    "7#5b9#9#11add9add11add13",  # too many tones for a name
)


def semitones(degrees: str) -> set[int]:
    natural = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11, "9": 2, "11": 5, "13": 9}
    return {(natural[d.lstrip("b#")] - d.count("b") + d.count("#")) % 12 for d in degrees.split()}


def rows_by_hand(intervals: tuple[int, ...]) -> Quality:
    """What a quality of the table would be were it not there."""
    rows = dict(tones._ROWS)
    tones._ROWS.clear()
    tones._quality.cache_clear()
    try:
        return quality_of(intervals)
    finally:
        tones._ROWS.update(rows)
        tones._quality.cache_clear()


@cases(("suffix", "degrees"), READ.items())
def test_parts_give_exact_tones(suffix: str, degrees: str) -> None:
    quality = quality_of_suffix(suffix)
    assert quality is not None
    assert set(quality.intervals) == semitones(degrees) == semitones(quality.degrees)


@cases("suffix", NOT_READ)
def test_what_contradicts_itself_or_means_nothing_is_not_read(suffix: str) -> None:
    assert quality_of_suffix(suffix) is None


def test_the_grammar_reads_every_spelling_of_the_table_as_the_table_does() -> None:
    assert {spelling: read_suffix(spelling) for spelling in SPELLINGS} == dict(SPELLINGS)


def test_what_is_ambiguous_is_not_read() -> None:
    assert not [suffix for suffix in AMBIGUOUS if quality_of_suffix(suffix)]


def test_every_set_of_tones_has_one_name_that_tells_it() -> None:
    named = 0
    for size in range(1, 12):
        for intervals in combinations(range(1, 12), size):
            try:
                quality = quality_of(intervals)
            except OptionError:
                continue
            named += 1
            assert quality_of_suffix(quality.name) == quality
            assert set(quality.intervals) == {0, *intervals} == semitones(quality.degrees)
            assert len(quality.name) <= LONGEST_NAME
            assert not quality.name.startswith(("b", "#"))
    assert named > 1400


def test_a_row_of_the_table_is_to_the_model_what_its_tones_are() -> None:
    odd = [
        quality.name
        for quality in QUALITIES
        if rows_by_hand(quality.intervals).model != quality.model and quality.name != "7alt"
    ]
    assert not odd


def test_the_model_sees_the_same_third() -> None:
    for intervals in combinations(range(1, 12), 4):
        try:
            quality = quality_of(intervals)
        except OptionError:
            continue
        thirds = set(MODEL_QUALITIES[quality.model].intervals) & {3, 4}
        assert not thirds or not {3, 4} & set(intervals) or thirds & set(intervals)


@pytest.mark.parametrize("intervals", [(), (0, 12), (4, 10, 11), range(11)])
def test_tones_without_a_name(intervals: tuple[int, ...]) -> None:
    with pytest.raises(OptionError):
        quality_of(intervals)


def test_tones_are_taken_in_any_octave() -> None:
    assert quality_of((4, 7, 14)).name == "add9"


# ---- properties ----

bases = st.sampled_from(
    ["", "m", "-", "maj7", "7", "m7", "9", "13", "6", "dim7", "aug", "sus4", "7sus", "mM7", "5", "ø"]
)
parts = st.sampled_from(
    [
        "b9",
        "#9",
        "b5",
        "#5",
        "#11",
        "b13",
        "-9",
        "+5",
        "9-",
        "5+",
        "9",
        "11",
        "13",
        "add9",
        "no3",
        "omit5",
        "sus2",
        "M7",
    ]
)
made = st.tuples(bases, st.lists(st.tuples(parts, st.sampled_from(["{}", "({})", "/{}", ",{}"])), max_size=4)).map(
    lambda parts: parts[0] + "".join(frame.format(part) for part, frame in parts[1])
)


@given(made | st.text("mM7913b#+-()/,adsu45", max_size=14) | st.text(max_size=8), st.sampled_from(sorted(NOTE_NAMES)))
def test_a_chord_is_read_back_from_its_name_and_from_how_it_was_written(suffix: str, root: str) -> None:
    try:
        chord = read_chord(root + suffix)
    except ChordSyntaxError:
        return
    for text in (str(chord), chord.written):
        (span,) = parse(text).spans
        assert span.chord == chord
    moved = chord.transpose(5)
    assert read_chord(moved.written) == moved
    assert {(tone + 5) % 12 for tone in chord.pitch_classes} == moved.pitch_classes


@given(made)
def test_parentheses_change_nothing_about_alterations(suffix: str) -> None:
    quality = read_suffix(suffix)
    wrapped = read_suffix(suffix.replace("b9", "(b9)").replace("((", "(").replace("))", ")"))
    assert quality is None or wrapped is None or quality == wrapped


@pytest.mark.parametrize("suffix", ["7" * 1_000_000, "(" * 1_000_000, "b9" * 500_000, "m" + "(b9)" * LONGEST_SUFFIX])
def test_long_suffixes_end(suffix: str) -> None:
    with pytest.raises(ChordSyntaxError):
        read_chord(f"C{suffix}")


# ---- spelling is kept ----


@cases(
    ("text", "written", "moved"),
    [
        ("Bbmaj7", "Bbmaj7", "Bmaj7"),
        ("C6/9/E", "C6/9/E", "Db6/9/F"),
        ("CΔ7", "CΔ7", "DbΔ7"),
        ("C∆7", "CΔ7", "DbΔ7"),
        ("F#b9/B", "F#addb9/B", "Gaddb9/C"),  # the b would be the root's
        ("N.C.", "N.C.", "N.C."),
        ("F♮9", "F9", "F#9"),  # the sign is the root's
        ("C(add 9)", "C(add9)", "Db(add9)"),
    ],
)
def test_a_chord_keeps_how_its_quality_was_spelled(text: str, written: str, moved: str) -> None:
    chord = read_chord(text)
    assert (chord.written, chord.transpose(1).written) == (written, moved)


def test_spelling_makes_no_difference_between_chords() -> None:
    assert read_chord("Cmaj7") == read_chord("CM7") == Chord("C", SPELLINGS["M7"])
    assert hash(read_chord("Cmaj7")) == hash(read_chord("CM7"))
    assert str(read_chord("Cmaj7")) == "CM7"
    assert Chord("C", SPELLINGS["M7"]).written == "CM7"
    assert pickle.loads(pickle.dumps(read_chord("Cmaj7"))).written == "Cmaj7"
