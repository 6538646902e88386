"""The order of playing: repeats, endings and jumps as musicians follow them."""

from __future__ import annotations

import re

import pytest
from tests.cases import cases

from sideman.charts.form import unfold
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


def test_what_would_play_for_ever_is_refused() -> None:
    with pytest.raises(OptionError, match="more than"):
        unfold(measures("(A B)999999"))
