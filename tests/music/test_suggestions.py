"""What an error suggests can be put in place of what is wrong: as data, for programs that offer it to people."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.errors import ChordSyntaxError
from sideman.music.chords import NOTE_NAMES, SPELLINGS, parse
from sideman.music.qualities import AMBIGUOUS


def failure(text: str) -> ChordSyntaxError | None:
    try:
        parse(text)
    except ChordSyntaxError as error:
        return error
    return None


def refused(text: str) -> ChordSyntaxError:
    error = failure(text)
    assert error is not None
    return error


def corrected(text: str, error: ChordSyntaxError) -> list[str]:
    """The text with each suggestion in place of the value."""
    start = error.position - 1
    if not text.startswith(error.value, start):  # something is missing behind it
        start -= len(error.value)
    assert text.startswith(error.value, start)
    return [text[:start] + suggestion + text[start + len(error.value) :] for suggestion in error.suggestions]


@cases(
    ("text", "value", "suggestions"),
    [
        ("C|Cmaaj7", "Cmaaj7", ["Cmaj7"]),
        ("Cmaaj7/E", "Cmaaj7/E", ["Cmaj7/E"]),
        ("C2:2", "C2", ["Cadd9", "Csus2"]),
        ("C-5", "C-5", ["C(b5)", "Cdim"]),
        ("C2/E", "C2/E", ["Cadd9/E", "Csus2/E"]),
        ("C|am:4", "am", ["Am"]),
        ("C|bb", "bb", ["Bb", "Bbm"]),  # written small for want of care, or as a minor chord
        ("a", "a", ["A", "Am"]),
        ("d7/a", "d7/a", ["D7/A", "Dm7/A"]),
        ("EBM7", "EBM7", ["EbM7"]),
        ("C7sys", "C7sys", ["C7sus"]),
        ("C2(add6)", "C2(add6)", ["Cadd9(add6)", "Csus2(add6)"]),
        ("G0", "G0", ["Gm7-5", "Gdim"]),
        ("Dm7+", "Dm7+", ["DmM7", "Dm7#5"]),
        ("Hm7", "Hm7", ["Bm7"]),
        ("hm7", "hm7", ["Bm7"]),
        ("h2", "h2", ["Badd9", "Bsus2", "Bmadd9"]),
        ("am/e", "am/e", ["Am/E"]),
        ("C/eb", "eb", ["Eb"]),
        ("C:1.3", "1.3", ["31t"]),
        ("C:|F", "C:", ["C:4", "C"]),
        ("C:4 G", "G", ["G:2"]),
        ("C D E F G", "C", ["C:1"]),
        ("C| |F", "| |", ["| % |", "| N.C. |"]),
        ("C|F|||G", "|||", ["| % |", "| N.C. |"]),
        ("| |F", "| |", ["| N.C. |"]),
    ],
)
def test_suggestions_put_right_what_is_wrong(text: str, value: str, suggestions: list[str]) -> None:
    error = refused(text)
    assert (error.value, list(error.suggestions)) == (value, suggestions)
    for correction in corrected(text, error):
        parse(correction)


@cases("suffix", sorted(AMBIGUOUS))
def test_of_what_is_ambiguous_all_meanings_are_suggested(suffix: str) -> None:
    error = refused(f"F#{suffix}")
    assert list(error.suggestions) == [f"F#{name}" for name in AMBIGUOUS[suffix]]
    for name in error.suggestions:
        parse(name)
        assert name in error.remedy


@cases(
    "text",
    [
        *("", " ", "Xm7", "C/h", "C:x", "C:0", "C:1e9", "%", "C % | D", "C / / /", "Cxyzxyz", ":", "bxyz"),
        *(
            "Cmadd",
            "C7b",
            "C7#",
            "C7b3",
            "CFr+6",
            "A2#5",
            "Cmad9",
            "C7(b9",
            "Cdm7",
            "D-Dsus",
        ),  # near many, meant by none
        "C E F " + "G " * 8,  # one with a duration doesn't make the others share evenly
        f"{'c' * 40}|C",  # of a value that was shortened nobody knows where it ends
    ],
)
def test_advice_suggests_nothing(text: str) -> None:
    assert refused(text).suggestions == ()


roots = st.sampled_from(sorted(NOTE_NAMES))
suffixes = st.sampled_from([*SPELLINGS, *AMBIGUOUS]) | st.text("m7M9sud4(b5)aj/#", max_size=6)
durations = st.sampled_from(["", ":4", ":1.3", ":", ":2"])


def test_where_more_than_the_root_is_wrong_the_symbol_is_told_as_it_stands() -> None:
    error = refused("C|a4/a")
    assert (error.value, error.position, error.suggestions) == ("a4/a", 3, ("A4/A",))


@given(st.lists(st.tuples(roots | st.sampled_from("abcdefghH"), suffixes, durations), min_size=1, max_size=3))
def test_a_text_with_a_suggestion_is_another_and_right_up_to_there(chords: list[tuple[str, str, str]]) -> None:
    text = "|".join(map("".join, chords))
    before = failure(text)
    if before is not None:
        for correction in corrected(text, before):
            after = failure(correction)
            assert after is None or after.position > before.position or after.value != before.value
