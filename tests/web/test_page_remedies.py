"""The page reads what the parser advises: its buttons put right what the remedies name.

``corrections`` of ``frontend/src/ui/chart/mark.ts`` knows the forms of these remedies, and so do the tests beside it:
who changes a form here changes it there.
"""

from __future__ import annotations

import pytest

from sideman.errors import ChordSyntaxError
from sideman.music.chords import parse
from sideman.music.qualities import AMBIGUOUS


def refused(text: str) -> ChordSyntaxError:
    with pytest.raises(ChordSyntaxError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value", "remedy", "corrected"),
    [
        ("C|Cmaaj7", "Cmaaj7", "did you mean Cmaj7?", ["Cmaj7"]),
        ("C2:2", "C2", "write Cadd9 or Csus2", ["Cadd9", "Csus2"]),
        ("C-5", "C-5", "write C(b5) or Cdim", ["C(b5)", "Cdim"]),
        ("C|am:4", "am", "roots are A to G, upper case", ["Am"]),
        ("Hm7", "Hm7", "roots are A to G (H is B)", ["Bm7"]),
        ("hm7", "hm7", "roots are A to G (H is B)", ["Bm7"]),
        ("C/eb", "eb", "bass notes are A to G with up to two '#' or 'b', upper case", ["Eb"]),
        ("C:1.3", "1.3", "durations are whole ticks of 1/24 beat; the nearest is 31t", ["31t"]),
        # Of a slash chord the remedy names root and quality alone, the value all of it: the page keeps the bass.
        ("Cmaaj7/E", "Cmaaj7/E", "did you mean Cmaj7?", ["Cmaj7/E"]),
        ("C2/E", "C2/E", "write Cadd9 or Csus2", ["Cadd9/E", "Csus2/E"]),
    ],
)
def test_remedies_name_what_to_put_in_place_of_the_value(
    text: str, value: str, remedy: str, corrected: list[str]
) -> None:
    error = refused(text)
    assert (error.value, error.remedy) == (value, remedy)
    start = error.position - 1
    assert text[start : start + len(value)] == value
    for correction in corrected:
        parse(text[:start] + correction + text[start + len(value) :])


@pytest.mark.parametrize("suffix", sorted(AMBIGUOUS))
def test_of_what_is_ambiguous_all_meanings_are_named(suffix: str) -> None:
    names = [f"F#{name}" for name in AMBIGUOUS[suffix]]
    assert len(names) == 2  # the page looks for no more
    assert refused(f"F#{suffix}").remedy == f"write {' or '.join(names)}"
    for name in names:
        parse(name)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("C| |F", "write % to repeat a bar, N.C. for no chord"),
        ("C/h", "bass notes are A to G with up to two '#' or 'b'"),
        ("C:x", "write beats (4, 1.5, 3/2) or ticks (96t)"),
        ("C:", "write C:4, or no ':' for a share of the bar; repeated bars are written out"),
        (" ", "write a progression such as C:4|Am:4|F:4|G7:4"),
        ("Cxyzxyz", "qualities are written as in Cm7, Cmaj7, Csus4, Cdim7, C7b9"),
    ],
)
def test_other_remedies_are_advice(text: str, remedy: str) -> None:
    assert refused(text).remedy == remedy
