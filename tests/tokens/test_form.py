"""Bars of other metres, echoes and sections: what they are, and what the network hears of them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cases import cases
from tests.tokens.conftest import tokens

from sideman.errors import TokenError
from sideman.music.time import Meter
from sideman.tokens.form import (
    COMMON,
    LIKE,
    MIDDLE,
    NEW,
    NOT_TOLD,
    SAME,
    SECTION_LEFT,
    Echo,
    Form,
    Measure,
    Section,
    bar_lines,
    bars_of,
    common_time,
    echoes_of_chords,
    measures_of,
    sections_from,
)
from sideman.tokens.prefix import FEATURE_NAMES, NONE, Prefix
from sideman.tokens.vocabulary import VOCABULARY

WALTZ, JIG = Measure(36), Measure(24, compound=True)


def read(text: str, form: Form) -> list[dict[str, int]]:
    """The features of each id, by name."""
    return [dict(zip(FEATURE_NAMES, row, strict=True)) for row in Prefix(form).read(tokens(text)).tolist()]


@cases(
    ("measure", "metre"),
    [(COMMON, 4), (WALTZ, 3), (Measure(24), 2), (Measure(42), 4), (JIG, 6), (Measure(48, True), 8)],
)
def test_a_metre_is_its_beats_and_their_kind(measure: Measure, metre: int) -> None:
    assert measure.metre == metre


@cases(
    ("text", "measures"),
    [
        ("4/4", [COMMON]),
        ("3/4", [WALTZ]),
        ("6/8", [JIG]),
        ("12/8", [Measure(48, compound=True)]),
        ("5/4", [WALTZ, Measure(24)]),
        ("7/8", [Measure(24), Measure(18)]),
    ],
)
def test_metres_in_bars_of_the_language(text: str, measures: list[Measure]) -> None:
    assert list(measures_of(Meter.parse(text))) == measures


def test_bars_follow_one_another() -> None:
    lines = bar_lines((WALTZ, COMMON, JIG))
    assert lines.tolist() == [0, 36, 84, 108]
    assert bars_of(np.array([0, 35, 36, 83, 84]), lines).tolist() == [0, 0, 1, 1, 2]
    assert common_time(49) == (COMMON, COMMON)


def test_the_network_hears_the_metre() -> None:
    bar = "bar chord:0 chord:204 track:1 loudness:2 position:0 length:3 pitch:60"
    rows = read(f"start {bar} {bar}", Form((WALTZ, JIG)))
    assert [row["metre"] for row in rows] == [0] + [3] * 8 + [6] * 8


def test_a_change_ahead_is_counted_in_the_bars_own_beats() -> None:
    rows = read("start bar chord:0 chord:17 track:1 loudness:2 position:0 length:3 pitch:60", Form((WALTZ,)))
    assert rows[-1]["change"] == 3


def test_an_echo_tells_what_followed_the_same_id_at_the_same_place() -> None:
    first = "bar chord:0 chord:204 track:1 loudness:2 position:0 length:3 pitch:60 position:24 pitch:64"
    second = "bar chord:0 chord:204 rest:1"
    third = "bar chord:0 chord:204 track:1 position:0 length:3 pitch:60 position:24"
    form = Form((COMMON,) * 3, (Echo(), Echo(-1, NEW), Echo(0, SAME)))
    rows = read(f"start {first} {second} {third}", form)
    told = [VOCABULARY.name(row["echo"]) if row["echo"] < NONE else "" for row in rows]
    assert told[:18] == [""] * 18
    # After its TRACK came LOUDNESS, after POSITION 0 LENGTH, and so on; after the last pitch the next bar.
    assert told[18:] == ["loudness:2", "length:3", "pitch:60", "position:24", "pitch:64"]
    assert [rows[index]["likeness"] for index in (1, 11, 15)] == [0, NEW, SAME]


def test_sections_count_their_bars() -> None:
    assert sections_from([0, 2], 5) == (Section(1, 2), Section(2, 1), Section(1, 3), Section(2, 2), Section(3, 1))
    long = sections_from([0], 40)
    assert (long[0].left, long[39]) == (SECTION_LEFT + 1, Section(16, 1))
    rows = read("start bar chord:0 chord:204 rest:1 bar chord:0 chord:204 rest:1", Form((COMMON,) * 2, (), long[38:]))
    assert [(row["section"], row["section_left"]) for row in rows] == [(0, 0)] + [(16, 2)] * 4 + [(16, 1)] * 4


def test_bars_whose_chords_come_again_are_like_the_earlier_ones() -> None:
    told = echoes_of_chords("CAFGCAFGCAFXGCCCCC")
    assert [echo.bar for echo in told] == [-1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, -1, 7, 8, 8, 8, 8, 13]
    assert {echo.likeness for echo in told} == {NOT_TOLD, LIKE}


def test_the_origin_is_told_in_all_bars() -> None:
    rows = read("start bar chord:0 chord:204 rest:1 bar chord:0", Form((COMMON,) * 2, origin=MIDDLE))
    assert {row["origin"] for row in rows} == {MIDDLE}


def test_what_follows_an_excerpt_has_no_form() -> None:
    bar = "bar chord:0 chord:204 rest:1"
    form = Form((WALTZ,), (Echo(-1, NEW),), (Section(1, 1),), more=1)
    last = read(f"start {bar} {bar}", form)[-1]
    assert (last["metre"], last["likeness"], last["section"], last["left"]) == (3, 0, 0, 0)


def test_a_chord_that_is_not_told() -> None:
    rows = read("start bar unknown unknown track:1 loudness:2 position:0 length:3 pitch:60", Form.plain(1))
    for row in rows[2:]:
        assert [row[name] for name in ("chord", "root", "quality", "bass", "next_root", "degree")] == [0] * 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((COMMON,), (Echo(), Echo())), "2 of 1 bars are told"),
        (((COMMON,) * 2, (), (Section(),)), "1 of 2 bars are told"),
        (((COMMON,) * 2, (Echo(), Echo(1, LIKE))), "bar 1 resembles bar 1: point to an earlier one"),
    ],
)
def test_forms_that_make_no_sense(arguments: tuple[tuple[Measure, ...], ...], message: str) -> None:
    with pytest.raises(TokenError, match=message):
        Form(*arguments)  # type: ignore[arg-type]
