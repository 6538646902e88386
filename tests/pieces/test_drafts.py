"""Of several drafts the one is taken after which the kept bars are likeliest; the same one in any company."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tiny import tiny_checkpoint

from sideman import Model, Role, arrange
from sideman.arranging import Performance, Plan
from sideman.composer import SAMPLING, Composer, Take
from sideman.errors import OptionError
from sideman.model.sampling import SamplingDefaults
from sideman.music.band import ROLES
from sideman.music.chords import parse
from sideman.options import ArrangeOptions
from sideman.pieces.changes import Change, Selection
from sideman.pieces.composition import Composition
from sideman.pieces.drafts import compose, seam_after, seeds_of
from sideman.tokens.parts import parts_of
from sideman.tokens.slices import BEGINS_PART

CHORDS = "C:4|Am:4|F:4|G7:4|C:4|N.C.:4|F:4|C:4"
MODEL = Model(tiny_checkpoint(1024))
SMALL = Model(tiny_checkpoint(160))  # its window slides
PIECE = Composition.of(arrange(CHORDS, seed=3, model=MODEL))
SELECTION = Selection(["piano", "bass"], [1, 2, 5])


def composed(change: Change, model: Model, count: int, rows: int) -> list[Take]:
    drafts = PIECE.drafts(change, count, sampling=model.sampling)
    compose(drafts.takes, Composer(model.engine, model.columns, rows))
    return list(drafts.takes)


def bits_of(take: Take, model: Model, judged: frozenset[int]) -> tuple[float, int]:
    """What the model says of the given parts of the judged bars, read at once."""
    features = np.array(take.features, np.int32)[:, model.columns]
    logits = model.engine.read(model.engine.cache(1), [0], take.ids, features, [len(take.ids)], every=True)
    bits, told = 0.0, 0
    for bar in judged:
        begin, end = (*take.bar_begins, len(take.ids))[bar : bar + 2]
        begin += int(np.argmax(BEGINS_PART[take.ids[begin:end]]))
        for place in range(begin, end):
            scores = logits[place - 1].astype(np.float64)
            bits += (math.log(np.exp(scores).sum()) - scores[take.ids[place]]) / math.log(2)
            told += 1
    return bits, told


def test_the_bars_after_a_selection_are_judged() -> None:
    assert seam_after([1, 2, 5], 8) == {3, 4, 6, 7}
    assert seam_after([1, 2, 5], 6) == {3, 4}
    assert seam_after(range(8), 8) == frozenset()


def test_a_draft_is_judged_by_what_the_model_says_of_the_bars_after_it() -> None:
    judged = frozenset({3, 4, 6, 7})
    for take in composed(Change(SELECTION, 5), MODEL, 4, 4):
        assert len(take.ids) <= 1024
        bits, told = bits_of(take, MODEL, judged)
        assert take.told == told
        assert take.bits == pytest.approx(bits, rel=1e-5)


@settings(max_examples=15)
@given(
    roles=st.sets(st.sampled_from(ROLES), min_size=1),
    bars=st.sets(st.integers(0, 7), min_size=1),
    seed=st.integers(0, 2**64 - 1),
    model=st.sampled_from([MODEL, SMALL]),
)
def test_drafts_are_judged_the_same_in_any_company(roles: set[Role], bars: set[int], seed: int, model: Model) -> None:
    change = Change(Selection(sorted(roles), sorted(bars)), seed)
    alone, together = (composed(change, model, 3, rows) for rows in (1, 3))
    assert [take.ids for take in alone] == [take.ids for take in together]
    assert [(take.bits, take.told) for take in alone] == [(take.bits, take.told) for take in together]


def test_a_draft_that_leaves_and_comes_again_is_judged_the_same() -> None:
    expected = composed(Change(SELECTION, 5), MODEL, 2, 2)
    takes = PIECE.drafts(Change(SELECTION, 5), 2, sampling=MODEL.sampling).takes
    composer, steps = Composer(MODEL.engine, MODEL.columns, 1), 0
    waiting = list(takes)
    while waiting:
        take = waiting.pop(0)
        composer.join(take)
        for _ in range(3):
            composer.step()
            steps += 1
        if not take.done:
            composer.leave(take)
            waiting.append(take)
    assert steps > 20
    assert [(take.ids, take.told) for take in takes] == [(take.ids, take.told) for take in expected]
    assert [take.bits for take in takes] == pytest.approx([take.bits for take in expected])


def test_the_draft_is_taken_that_fits_best() -> None:
    places = []
    for wished in range(4):
        drafts = composed(Change(SELECTION, wished), MODEL, 4, 4)
        best = min(range(4), key=lambda number: drafts[number].bits / drafts[number].told)
        seed = seeds_of(wished, 4)[best]
        piece = PIECE.redo(SELECTION, wished, MODEL, drafts=4)
        assert piece.revisions[0].seed == seed
        assert piece == PIECE.redo(SELECTION, seed, MODEL, drafts=1)
        assert PIECE.redo(SELECTION, wished, MODEL) == piece
        places.append(best)
    assert len({*places}) > 1


def test_where_no_kept_bar_follows_one_draft_is_enough() -> None:
    change = Change(Selection(["piano"], [5, 6, 7]), 5)
    assert len(PIECE.drafts(change, 4).takes) == 1
    assert len(PIECE.drafts(change, 4, takes=3).takes) == 3
    assert PIECE.redo(change.selection, 5, MODEL).revisions[0].seed == 5


def test_what_is_played_anew_is_not_what_it_was() -> None:
    last = Selection(["piano"], [7])
    first = PIECE.redo(last, 5, MODEL)
    three = [piece.parts()[7] for piece in first.alternatives(last, 3, 5, MODEL)]
    assert len({str(parts) for parts in [first.parts()[7], *three]}) == 4
    assert first.redo(last, 5, MODEL, drafts=1).parts() != first.parts()  # the same seed, and other notes


def test_a_draft_that_is_what_was_there_is_not_taken() -> None:
    two = Selection(["piano"], [6, 7])
    first = PIECE.redo(two, 5, MODEL)
    assert first.redo(two, 5, MODEL, drafts=1).parts() == first.parts()  # the same seed, and nothing else to take
    again = first.redo(two, 5, MODEL)
    assert again.parts() != first.parts()
    assert again.revisions[1].seed == seeds_of(5, 2)[1]


@pytest.mark.parametrize("always", [True, False])
def test_bars_that_come_again_are_played_anew_even_where_they_would_come_again(always: bool) -> None:
    again = SamplingDefaults(repeats=dict.fromkeys(ROLES, (1.0, 1.0)))
    performance = Performance(Plan(parse("C:4|Am:4|F:4|G7:4|" * 2 + "C:4"), ArrangeOptions(seed=3)), again)
    compose(performance.takes, Composer(MODEL.engine, MODEL.columns, 1))
    piece = Composition.played(performance, MODEL.fingerprint)
    before, second = piece.parts(), range(4, 8)
    assert [before[bar] for bar in second] == before[:4]
    for role in (Role.PIANO, Role.DRUMS, Role.BASS):
        (take,) = piece.drafts(Change(Selection([role], second), 5), 1, sampling=again if always else SAMPLING).takes
        compose([take], Composer(MODEL.engine, MODEL.columns, 1))
        after = parts_of(take.ids)
        playing = [bar for bar in second if len(before[bar][role]) > 1]
        assert playing
        assert all(after[bar][role] != before[bar][role] for bar in playing)
        assert all(len(after[bar][role]) > 1 for bar in playing)  # nobody rests
    (take,) = piece.drafts(Change(Selection(ROLES, range(8)), 5), 1, sampling=again).takes
    compose([take], Composer(MODEL.engine, MODEL.columns, 1))
    assert [parts_of(take.ids)[bar] for bar in second] == parts_of(take.ids)[:4]  # the form stays


def test_alternatives_are_the_same_however_many_there_are() -> None:
    two, three = (PIECE.alternatives(SELECTION, count, 5, MODEL, drafts=2) for count in (2, 3))
    assert three[:2] == two
    assert two[0] == PIECE.redo(SELECTION, 5, MODEL, drafts=2)
    assert len({str(piece.parts()) for piece in three}) == 3
    kept = replace(PIECE, revisions=())
    assert all(replace(piece, revisions=()) == kept for piece in three)


def test_seeds_are_the_same_for_any_count() -> None:
    assert seeds_of(7, 1) == [7]
    assert seeds_of(2**64 - 1, 5)[:3] == seeds_of(2**64 - 1, 3)
    assert len({*seeds_of(7, 16), *seeds_of(8, 16)}) == 32


@pytest.mark.parametrize(("drafts", "takes"), [(0, 1), (17, 1), (1, 0)])
def test_a_number_of_drafts_out_of_range(drafts: int, takes: int) -> None:
    with pytest.raises(OptionError, match="out of range"):
        PIECE.alternatives(SELECTION, takes, 5, MODEL, drafts=drafts)
