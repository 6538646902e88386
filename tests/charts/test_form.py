"""The order of playing: repeats, endings and jumps as musicians follow them."""

from __future__ import annotations

import re

import pytest
from tests.cases import cases
from tests.charts.written import assumed, played

from sideman.charts import QUESTIONS, read
from sideman.charts.form import missing, unfold
from sideman.charts.sheet import Jump, Measure
from sideman.errors import OptionError

JUMPS = {"DC": Jump(), "DCF": Jump(until="fine"), "DCC": Jump(until="coda"), "DSC": Jump("segno", "coda")}
WORD = re.compile(
    r"(?P<repeat>\(?)(?:(?P<endings>[\d,]+):)?(?P<segno>\$?)(?P<coda>@?)[A-Z]"
    r"(?P<times>(?:\)\d*)?)(?P<to>>?)(?P<fine>\.?)(?P<stop>\]?)(?:!(?P<jump>\w+))?"
)


def measures(text: str) -> list[Measure]:
    """Measures between spaces, a letter each, with signs: ``(A B)3 1:C $D E> @F G. H!DC``."""
    found = []
    for word in text.split():
        match = WORD.fullmatch(word)
        assert match is not None, word
        found.append(
            Measure(
                repeat=bool(match["repeat"]),
                endings=tuple(map(int, (match["endings"] or "").split(","))) if match["endings"] else (),
                times=int(match["times"][1:] or 2) if match["times"] else 0,
                segno=bool(match["segno"]),
                coda=bool(match["coda"]),
                to_coda=bool(match["to"]),
                fine=bool(match["fine"]),
                ending_stops=bool(match["stop"]),
                jump=JUMPS[match["jump"]] if match["jump"] else None,
            )
        )
    return found


@cases(
    ("text", "order"),
    [
        ("A B", "01"),
        ("(A B)", "0101"),
        ("A (B C)3 D", "01212123"),
        ("A B)", "0101"),
        ("(A B) (C D)", "01012323"),
        ("(A 1:B) 2:C", "0102"),
        ("(A 1:B C) 2:D E", "012034"),
        ("(A 1,2:B) 3:C", "010102"),
        ("(A 1:B) 2:C) D", "01023"),
        ("(A 1:B) 2:C] D", "01023"),
        ("(A 1:B) 2:C] (D 1:E) 2:F", "01023435"),
        ("A B. C!DCF", "01201"),
        ("A B> C!DCC @D E", "0120134"),
        ("A $B C> D!DSC @E", "0123124"),
        ("(A 1:B) 2:C. D!DCF", "0102302"),
        ("(A B) C!DC", "01012012"),
        ("(A 1:B 2:C D", "01023"),
        ("(A 1:B) 2:C) (3:D E", "0102034"),
        ("(A 1:B) 2:C) (3:D E) F", "0102034345"),
        ("($A 1:B)> 2:C!DSC @D", "0102013"),
        ("(A 1:B). 2:C D!DCF", "0102301"),
    ],
)
def test_signs_are_followed(text: str, order: str) -> None:
    assert "".join(map(str, unfold(measures(text)))) == order


def test_signs_that_lead_nowhere_are_passed_over() -> None:
    assert unfold(measures("A> B. C")) == (0, 1, 2)
    assert unfold(measures("A B!DSC C")) == (0, 1, 0, 1, 2)
    assert unfold(measures("2:A 3:B C")) == (0, 1, 2)


@cases(
    ("text", "signs"),
    [
        ("A B!DC", ""),
        ("A B!DCF", "fine"),
        ("A. B!DCF", ""),
        ("A B!DCC", "to coda, coda"),
        ("A> B!DCC", "coda"),
        ("A B!DCC @C", "to coda"),
        ("A> B!DCC @C", ""),
        ("A> B!DSC @C", "segno"),
        ("A> $B!DSC @C", "to coda"),
        ("$A> B!DSC @C", ""),
    ],
)
def test_signs_that_a_jump_misses_are_named(text: str, signs: str) -> None:
    assert ", ".join(sign for _, sign in missing(measures(text))) == signs


def test_what_would_play_for_ever_is_refused() -> None:
    with pytest.raises(OptionError, match="more than"):
        unfold(measures("(A B)999999"))


@cases(
    ("text", "told"),
    [
        ("| C | G | F | D.C. al Fine", {("no fine", "D.C. al Fine")}),
        ("C G Am F\nD.C. al Fine", {("no fine", "D.C. al Fine")}),
        ("| C | G | D.S. al Fine", {("no segno", "D.S. al Fine"), ("no fine", "D.S. al Fine")}),
        ("| C | G | D.S.", {("no segno", "D.S.")}),
        ("| C | G To Coda | F | D.C. al Coda", {("no coda", "D.C. al Coda")}),
        ("| C | G | D.C. al Coda\nCoda\n| A |", {("no to coda", "D.C. al Coda")}),
        ("| C | G To Coda | F | D.C. al Coda\nCoda\n| A |", set()),
        ("| C | G | Fine\n| F | D.C. al Fine", set()),
        ("| C | G | D.C.", set()),
        # A plain jump leads to no sign that stands before the bar it goes to.
        ("C fine | segno G | F D.S.", set()),
        ("C To Coda | segno G | F D.S. | coda Am", set()),
        ("C fine | segno G | F D.S. al Fine", {("no fine", "D.S. al Fine")}),
    ],
)
def test_a_jump_to_a_sign_that_is_not_there_is_said(text: str, told: set[tuple[str, str]]) -> None:
    found = [assumption for assumption in read(text).assumptions if assumption.code == "sign"]
    assert {(assumption.read, assumption.text) for assumption in found} == told
    assert all("write" in QUESTIONS["sign"].answers[assumption.read] for assumption in found)
    assert "sign" not in assumed(text, form="written")


@cases(
    ("text", "bars"),
    [
        ("| C | G | Fine\n| F | D.C.", "C | G | F | C | G"),
        ("| C | G To Coda | F | D.C. |\nCoda\n| A |", "C | G | F | C | G | A"),
        ("| C | G | D.C.", "C | G | C | G"),
        ("C fine | segno G | F D.S.", "C | G | F | G | F"),
        ("C fine | segno G fine | F D.S.", "C | G | F | G"),
        ("C fine | segno G | F D.S. | A D.C.", "C | G | F | G | F | A | C"),
        ("C To Coda | segno G | F D.S. | coda Am", "C | G | F | G | F | Am"),
        # The first of two coda signs is where playing leaves.
        ("C | 𝄌 F | G | D.C. | 𝄌 Am", "C | F | G | C | F | Am"),
        ("C | 𝄌 F | G | D.C. al Coda | 𝄌 Am", "C | F | G | C | F | Am"),
    ],
)
def test_a_jump_that_does_not_say_where_it_ends(text: str, bars: str) -> None:
    assert played(text) == bars


def test_a_sign_before_all_bars_is_said() -> None:
    assert assumed("D.C. al Fine\n| C | F |")["ignored"] == "D.C. al Fine"
