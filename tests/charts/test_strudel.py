"""Mini-notation: a chord a bar, brackets share one."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.charts import read
from sideman.charts.source import Source
from sideman.charts.strudel import recognises
from sideman.errors import ChartError, SidemanError


@cases(
    ("text", "chords"),
    [
        ("<C^7 A7b13 Dm7 G7>", "CM7:4|A7b13:4|Dm7:4|G7:4"),
        ('chord("<C Am>")', "C:4|Am:4"),
        ("<[Dm7 G7] C>", "Dm7:2|G7:2|C:4"),
        ("<C@2 G>", "C:8|G:4"),
        ("<[Dm7 G7]@2 C>", "Dm7:4|G7:4|C:4"),
        ("<C!2 G ~>", "C:4|C:4|G:4|N.C.:4"),
    ],
)
def test_what_is_played(text: str, chords: str) -> None:
    assert str(read(text).song.progression) == chords


def test_faults_are_told_with_their_places() -> None:
    with pytest.raises(ChartError) as caught:
        read("<C xx G yy>")
    assert [fault.position for fault in caught.value.faults] == [4, 9]


@cases("text", ["C | Am", "<html>", "<verse>\nC G", "<>", "<a b>"])
def test_other_charts_are_not_taken(text: str) -> None:
    assert not recognises(Source.of(text))


@given(st.lists(st.sampled_from(["C", "G7", "[", "]", "@2", "!", "!999", "~", "?"])))
def test_any_pattern_is_read_or_refused(words: list[str]) -> None:
    with suppress(SidemanError):
        read(f"<C {' '.join(words)}>")
