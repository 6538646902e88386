"""A request and its revisions make the same piece again, without any of its ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.tiny import tiny_checkpoint

from sideman import ArrangeOptions, Model, Role, arrange, parse
from sideman.arranging import Plan
from sideman.composer import Composer
from sideman.errors import OptionError
from sideman.music.band import ROLES
from sideman.pieces.changes import Change, Selection
from sideman.pieces.commission import Commission
from sideman.pieces.composition import Composition

CHORDS = "C:4|Eb7/G:2|F#m7-5:6|N.C.:4|Bb:3.5"
MODEL = Model(tiny_checkpoint())
PIANO = Selection(["piano"], [1, 2])
LAST = Selection(["drums", "bass"], [4], take=1)


def made(chords: str, changes: Sequence[Change], **wishes: int) -> Composition:
    """What comes of a commission in the end."""
    plan = Plan(parse(chords), ArrangeOptions(**wishes))  # type: ignore[arg-type]
    commission = Commission(plan, changes, MODEL.fingerprint, MODEL.sampling)
    composer = Composer(MODEL.engine, MODEL.columns, plan.options.takes)
    for take in commission.performance.takes:
        composer.join(take)
    while composer:
        composer.step()
    while (change := commission.next()) is not None:
        composer.join(change)
        while composer:
            composer.step()
    assert commission.composition is not None
    return commission.composition


def test_a_request_and_its_revisions_are_the_piece() -> None:
    piece = Composition.of(arrange(CHORDS, seed=3, takes=2, model=MODEL))
    assert made(CHORDS, (), seed=3, takes=2) == piece
    changed = piece.redo(PIANO, 5, MODEL, drafts=1).redo(LAST, 6, MODEL).redo(PIANO, 7, MODEL, drafts=1)
    again = made(CHORDS, [Change(PIANO, 5), Change(LAST, 6), Change(PIANO, 7)], seed=3, takes=2)
    assert again == changed
    assert again.bands == changed.bands != piece.bands


def test_bars_are_heard_as_the_band_plays_them() -> None:
    piece = Composition.of(arrange(CHORDS, seed=3, takes=2, model=MODEL)).redo(LAST, 6, MODEL)
    bars = piece.bars(1)
    assert [(bar.take, bar.number) for bar in bars] == [(1, number) for number in range(5)]
    for track in piece.bands[1].tracks:
        assert sorted(row for bar in bars for row in bar.notes[track.role].tolist()) == sorted(track.notes.tolist())


def test_what_no_change_names_is_there_first() -> None:
    commission = Commission(
        Plan(parse(CHORDS), ArrangeOptions(seed=3, takes=3)), [Change(PIANO, 5), Change(LAST, 6), Change(PIANO, 7)]
    )
    assert [commission.unchanged(take) for take in range(3)] == [1, 4, 5]


def test_other_chords_from_a_change_on() -> None:
    chords = parse("A7:4|Eb7/G:2|F#m7-5:6|N.C.:4|Bb:3.5")
    first = Selection(ROLES, [0])
    piece = made(CHORDS, [Change(first, 5, chords), Change(PIANO, 7)], seed=3)
    assert [revision.progression for revision in piece.revisions] == [chords, None]
    assert piece.band.progression == chords
    assert piece.band != made(CHORDS, [Change(first, 5), Change(PIANO, 7)], seed=3).band
    assert replace(piece, revisions=()).band == arrange(CHORDS, seed=3, model=MODEL).band


def test_what_is_kept_stays_under_other_chords() -> None:
    silent = parse("N.C.:4|Eb7/G:2|F#m7-5:6|N.C.:4|Bb:3.5")
    piece, before = made(CHORDS, [Change(Selection(["drums"], [0]), 5, silent)], seed=3), made(CHORDS, (), seed=3)
    assert piece.band.progression == silent
    assert all(piece.band[role] == before.band[role] for role in ROLES if role is not Role.DRUMS)


def test_where_nothing_is_a_choice_nothing_is_composed() -> None:
    piece = made("N.C.:4|C:4", [Change(Selection(["piano"], [0]), 5), Change(Selection(["piano"], [1]), 6)], seed=3)
    assert len(piece.revisions) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(Selection(["piano"], [5]), 1), "bars of a selection: one or more from 0 to 4"),
        (Change(Selection(["piano"], [0], take=1), 1), "take 1"),
        (Change(PIANO, 1, parse("C:4")), "longer or shorter"),
    ],
    ids=["bars", "take", "chords"],
)
def test_a_change_that_does_not_fit_is_told_before_anything_is_composed(change: Change, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        Commission(Plan(parse(CHORDS), ArrangeOptions()), [change])
