"""Whatever becomes of a chart, bars that nobody touched keep their parts bit for bit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases import cases
from tests.tiny import tiny_checkpoint

from sideman import Model, Progression, Role, arrange, parse
from sideman.arranging import Arrangement, ArrangeOptions, Plan
from sideman.errors import OptionError
from sideman.music.styles import ENDINGS, RING
from sideman.music.time import BarLines, Meter
from sideman.music.wishes import PlayedSection, Wishes
from sideman.pieces.changes import Change, Selection
from sideman.pieces.composition import Composition
from sideman.pieces.document import from_document, to_document
from sideman.pieces.origins import matched

MODEL = Model(tiny_checkpoint())
LOOP = ["C", "Am", "F", "G7"] * 2
ROLES = (Role.DRUMS, Role.BASS, Role.PIANO)
Bars = list[tuple[str, int]]  # a chord and its beats each


def chart(bars: Bars) -> Progression:
    lines = BarLines(tuple(Meter(beats, 4) for _, beats in bars))
    return replace(parse("|".join(f"{chord}:{beats}" for chord, beats in bars)), lines=lines)


BEFORE: Bars = [(chord, 4) for chord in LOOP]
PIECE = Composition.of(arrange(chart(BEFORE), seed=3, roles=ROLES, model=MODEL))


def lined(text: str, other: str) -> list[int | None]:
    return [*matched(text, other)]


@cases(
    ("before", "after", "expected"),
    [
        ("abcd", "abcd", [0, 1, 2, 3]),
        ("abcd", "", []),
        ("", "ab", [None, None]),
        ("abcdabcd", "abxdabcd", [0, 1, None, 3, 4, 5, 6, 7]),  # not moved by a phrase
        ("abcdabcd", "abcdabcdabcd", [0, 1, 2, 3, 4, 5, 6, 7, None, None, None, None]),
        ("abcdabcd", "abcd", [0, 1, 2, 3]),
        ("abcd", "xabcd", [None, 0, 1, 2, 3]),
        ("abcd", "axbycd", [0, None, 1, None, 2, 3]),
        ("abcd", "bd", [1, 3]),
        ("abcdef", "xbcydz", [None, 1, 2, None, 3, None]),
    ],
)
def test_bars_are_found_again(before: str, after: str, expected: list[int | None]) -> None:
    assert lined(before, after) == expected


@given(before=st.text("abc", max_size=12), after=st.text("abc", max_size=12))
def test_as_many_bars_as_possible_stay_in_their_order(before: str, after: str) -> None:
    origins = lined(before, after)
    kept = [origin for origin in origins if origin is not None]
    assert kept == sorted({*kept})
    assert all(before[origin] == after[bar] for bar, origin in enumerate(origins) if origin is not None)
    lengths = [0] * (len(after) + 1)
    for letter in before:
        row = [0]
        for place, other in enumerate(after):
            row.append(lengths[place] + 1 if letter == other else max(lengths[place + 1], row[-1]))
        lengths = row
    assert len(kept) == lengths[-1]


edits = st.tuples(
    st.sampled_from(["insert", "delete", "change"]),
    st.integers(0, 100),
    st.sampled_from(["Bb", "E7"]),
    st.just(4) | st.just(3),
)


@settings(max_examples=12)
@given(st.lists(edits, min_size=1, max_size=3), st.booleans())
def test_bars_that_nobody_touched_keep_their_parts(
    changes: list[tuple[str, int, str, int]], given_origins: bool
) -> None:
    bars: list[tuple[str, int, int | None]] = [(*bar, number) for number, bar in enumerate(BEFORE)]
    for kind, number, chord, beats in changes:
        place = number % (len(bars) + (kind == "insert"))
        if kind == "delete" and len(bars) > 1:
            del bars[place]
        elif kind == "insert":
            bars.insert(place, (chord, beats, None))
        else:
            bars[place] = (chord, beats, None)
    untouched = tuple(origin for _, _, origin in bars)
    after = chart([(chord, beats) for chord, beats, _ in bars])
    changed = PIECE.with_chart(after, 7, MODEL, origins=untouched if given_origins else None, drafts=2)
    origins = changed.revisions[0].origins
    assert origins is not None
    if given_origins:
        assert origins == untouched
    assert sum(origin is not None for origin in origins) >= sum(origin is not None for origin in untouched)
    old, new = PIECE.parts(), changed.parts()
    for bar, origin in enumerate(origins):
        if origin is not None:
            assert new[bar] == old[origin]
    assert changed.band.progression == after
    assert changed.band.steps == after.steps
    assert changed.at(0).band == PIECE.band
    seed = changed.revisions[0].seed
    assert seed is not None
    change = Change(changed.revisions[0].selection, seed, after, origins)
    assert PIECE.changed(change, 1, MODEL, drafts=1) == (changed,)  # it comes again from what is told of it


def test_a_repeat_plays_the_same_bars_again() -> None:
    origins = (*range(8), *range(8))
    twice = PIECE.with_chart(chart(BEFORE * 2), 7, MODEL, origins=origins)
    assert [*twice.parts()] == [*PIECE.parts(), *PIECE.parts()]
    assert twice.revisions[0].selection.bars == ()
    assert twice.revisions[0].title == "chords"


def test_the_bar_before_another_chord_is_played_anew_if_wished() -> None:
    other = chart([*BEFORE[:3], ("E7", 4), *BEFORE[4:]])
    assert PIECE.with_chart(other, 7, MODEL).revisions[0].selection.bars == (3,)
    assert PIECE.with_chart(other, 7, MODEL, anticipate=True).revisions[0].selection.bars == (2, 3)


def test_a_longer_piece_can_be_changed_again() -> None:
    longer = PIECE.with_chart(chart([*BEFORE, ("C", 4)]), 7, MODEL)
    again = longer.redo(Selection(["piano"], [8]), 1, MODEL)
    assert again.parts()[:8] == longer.parts()[:8]
    shorter = again.with_chart(chart(BEFORE[:2]), 5, MODEL)
    assert [*shorter.parts()] == [*again.parts()[:2]]
    assert shorter.at(0).band == PIECE.band
    with pytest.raises(OptionError, match="from 0 to 1"):
        shorter.redo(Selection(["piano"], [2]), 1, MODEL)


@pytest.mark.parametrize(
    ("origins", "words"),
    [((0, 1), "one for each of 8"), ((*range(7), 8), "from 0 to 7"), ((*range(7), -1), "from 0 to 7")],
)
def test_origins_that_are_none(origins: tuple[int, ...], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        PIECE.with_chart(chart(BEFORE), 7, MODEL, origins=origins)


@cases(
    ("selection", "after", "origins", "words"),
    [
        (Selection(ROLES, [0]), BEFORE[:2], None, "longer or shorter"),
        (Selection(ROLES, [0]), BEFORE[:2], (0, None), "bar 1 is new"),
        (Selection(["bass"], [1]), BEFORE[:2], (0, None), "bar 1 is new"),
        (Selection(ROLES, [1]), [("C", 4), ("C", 3)], (0, 1), "of another length"),
        (Selection(ROLES, [1]), [("C", 4), ("Am", 2)], (0, 1), "of another length"),
        (Selection(ROLES, [1]), BEFORE[:2], (9, None), "origin 9 of bar 0"),
        (Selection(ROLES, [1]), BEFORE[:2], (None,), "origins of 1 bars"),
    ],
)
def test_changes_that_do_not_fit(
    selection: Selection, after: Bars, origins: tuple[int | None, ...] | None, words: str
) -> None:
    with pytest.raises(OptionError, match=words):
        PIECE.begin(Change(selection, 1, chart(after), origins))
    with pytest.raises(OptionError, match="take 1: they are counted"):
        PIECE.with_chart(chart(after), 1, MODEL, take=1)


def test_bars_stay_in_their_sections() -> None:
    quiet, loud = Wishes(loudness="p", density={Role.BASS: 1}), Wishes(loudness="ff")
    sections = (PlayedSection("Verse", (0, 1, 2, 3), quiet), PlayedSection("Chorus", (4, 5, 6, 7), loud))
    plan = Plan(chart(BEFORE), ArrangeOptions(seed=3, roles=ROLES), sections=sections)
    piece = Composition.of(Arrangement(plan, MODEL))
    after = chart([*BEFORE[:2], ("Dm", 4), *BEFORE[2:4], *BEFORE[5:], ("C", 4)])
    longer = piece.with_chart(after, 1, MODEL)
    (verse, chorus) = longer.plan_of().sections
    assert (verse.name, verse.bars[:2], verse.bars[3:], verse.wishes) == ("Verse", (0, 1), (2, 3), quiet)
    assert (chorus.name, chorus.bars[:3], len(chorus.bars), chorus.wishes) == ("Chorus", (5, 6, 7), 4, loud)
    again = from_document(to_document(longer))
    assert again.plan_of() == longer.plan_of()
    assert again.bands == longer.bands
    twice = piece.with_chart(chart(BEFORE * 2), 1, MODEL, origins=(*range(8), *range(8)))
    assert twice.plan_of().sections == sections * 2
    assert twice.at(0).band == piece.band


@pytest.mark.parametrize("ending", [*ENDINGS])
def test_a_piece_with_an_ending_keeps_it(ending: str) -> None:
    options = ArrangeOptions(seed=3, roles=ROLES, ending=ending)
    piece = Composition.of(Arrangement(Plan(chart(BEFORE), options), MODEL))
    rings = ending == RING
    assert piece.plan.chart.bars == 8 + rings
    longer = piece.with_chart(chart([*BEFORE[:2], ("Dm", 4), *BEFORE[2:]]), 1, MODEL)
    assert longer.plan_of().chart.bars == 9 + rings
    assert [*longer.parts()] == [*piece.parts()[:2], longer.parts()[2], *piece.parts()[2:]]
    assert from_document(to_document(longer)).bands == longer.bands
