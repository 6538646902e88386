"""Takes in one batch: whoever joins, leaves or is beside them, each is the same music as alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tiny import tiny_checkpoint
from tests.tokens.conftest import tokens

from sideman.composer import STEPS, Composer, Take
from sideman.model.engine import Engine
from sideman.model.runtime import open_engine
from sideman.model.sampling import SamplingOptions
from sideman.music.band import Role
from sideman.music.chords import parse
from sideman.take import _KEPT_AFTER_SLIDE as KEPT
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.decode import BarNotes
from sideman.tokens.kit import Kit
from sideman.tokens.leader import Leader
from sideman.tokens.parts import parts_of
from sideman.tokens.prefix import FEATURE_NAMES, Stage
from sideman.tokens.slices import BEGINS_PART

COLUMNS = range(len(FEATURE_NAMES))
CONTEXT, SMALL_CONTEXT = 256, 72  # the small one makes all windows slide


FICKLE = 0  # a seed with which the drums are drawn again


@dataclass(frozen=True)
class Wish:
    """What a take is made of."""

    number: int = 0
    progression: str = "C:4|Am:4|F:4"
    roles: tuple[Role, ...] = (Role.DRUMS, Role.BASS, Role.PIANO)
    style: str | None = None
    density: int | None = None
    kit: bool = False
    sampling: SamplingOptions = SamplingOptions(seed=0)  # noqa: RUF009 - frozen

    def take(self) -> Take:
        chart = chart_of_progression(parse(self.progression))
        density = None if self.density is None else dict.fromkeys(self.roles, self.density)
        leader = Leader(chart, self.roles, style=self.style, density=density, excerpt=True)
        return Take(self.number, chart, leader, self.sampling, beginnings=[Kit(self.style, chart)] if self.kit else ())


WISHES = (
    Wish(),
    Wish(1),
    Wish(2, "Eb:4|Bb7:4", (Role.BASS, Role.PIANO, Role.GUITAR), sampling=SamplingOptions(1.2, 1.0, 3)),
    Wish(0, "Dm7:2|G7:2|C:4", style="jazz", density=3, sampling=SamplingOptions(0.5, 0.8, 4)),
    Wish(5, "N.C.:4|F#m:4", (Role.STRINGS,), sampling=SamplingOptions(0, 1, 0)),
    Wish(0, "C:4", density=0, sampling=SamplingOptions(seed=2**64 - 1)),
    Wish(3, "C:4|F:4", kit=True, sampling=SamplingOptions(seed=FICKLE)),
)


@pytest.mark.parametrize("progression", ["C:4|F:4", "C/E:4|F:4"])
def test_nothing_is_added_to_a_given_part(progression: str) -> None:
    chart = chart_of_progression(parse(progression))
    roles = (Role.BASS, Role.PIANO)
    bass = tuple(tokens("track:3 loudness:2 position:0 length:4 pitch:36"))  # C, whatever the chart asks for
    take = Take(0, chart, Leader(chart, roles, given=[{Role.BASS: bass}] * 2, excerpt=True), SamplingOptions(seed=0))
    while not take.done:
        if take.prefix.role == Role.BASS.number:
            assert BEGINS_PART[take.choices].all()
        likely = np.where(BEGINS_PART, 0.0, 9.0)  # to go on with whatever is under way
        take.draw(likely)
    assert [bar[Role.BASS] for bar in parts_of(take.ids)] == [bass, bass]


@cache
def engine(name: str, context: int) -> Engine:
    return open_engine(tiny_checkpoint(context), name)


@pytest.fixture(params=["kernel", "numpy"])
def name(request: pytest.FixtureRequest) -> str:
    """An engine's name; the kernel's tests are skipped where there is none."""
    if request.param == "kernel":
        request.getfixturevalue("needs_kernel")
    return str(request.param)


def composer(name: str, capacity: int, context: int = CONTEXT, steps: int = STEPS) -> Composer:
    return Composer(engine(name, context), COLUMNS, capacity, steps=steps)


def play(composer: Composer) -> list[tuple[Take, BarNotes]]:
    """All bars until every take is done."""
    bars = []
    while composer:
        bars += composer.step()
    return bars


@cache
def alone(wish: Wish, name: str, context: int = CONTEXT) -> Take:
    take, one = wish.take(), composer(name, 1, context)
    one.join(take)
    play(one)
    return take


def notes(bars: Iterable[BarNotes]) -> list[Any]:
    return [(bar.number, {role: rows.tolist() for role, rows in bar.notes.items()}) for bar in bars]


def assert_same(take: Take, expected: Take) -> None:
    assert take.done
    assert take.ids == expected.ids
    assert notes(take.bars) == notes(expected.bars)


def test_the_takes_differ(name: str) -> None:  # else what follows says nothing
    assert len({tuple(alone(wish, name).ids) for wish in WISHES}) == len(WISHES)


# Company


@pytest.mark.parametrize("context", [CONTEXT, SMALL_CONTEXT])
def test_a_take_is_the_same_among_others(name: str, context: int) -> None:
    takes = [wish.take() for wish in WISHES]
    together = composer(name, len(takes), context)
    for take in takes:
        together.join(take)
    play(together)
    for take, wish in zip(takes, WISHES, strict=True):
        assert_same(take, alone(wish, name, context))


def test_takes_join_between_steps(name: str) -> None:
    takes = [wish.take() for wish in WISHES]
    late = composer(name, len(takes))
    for take in takes:
        late.join(take)
        for _ in range(7):
            late.step()
    play(late)
    for take, wish in zip(takes, WISHES, strict=True):
        assert_same(take, alone(wish, name))


def test_a_take_that_left_goes_on_where_it_stopped(name: str) -> None:
    (first, second), other = (WISHES[0].take(), WISHES[2].take()), composer(name, 2, steps=1)
    other.join(first)
    other.join(second)
    for _ in range(20):
        other.step()
    other.leave(first)
    ids = list(first.ids)
    for _ in range(20):
        other.step()
    assert first.ids == ids
    assert not first.done
    third = WISHES[1].take()
    other.join(third)  # where the first was
    for _ in range(10):
        other.step()
    other.leave(third)
    other.join(first)
    play(other)
    assert_same(first, alone(WISHES[0], name))
    assert_same(second, alone(WISHES[2], name))
    elsewhere = composer(name, 1)
    elsewhere.join(third)
    play(elsewhere)
    assert_same(third, alone(WISHES[1], name))


@pytest.mark.parametrize("every", [1, 5, 30])
def test_a_take_that_left_after_its_window_slid_goes_on_too(name: str, every: int) -> None:
    wish, part = Wish(progression="|".join(["C:4", "Am:4", "F:4", "G7:4"] * 2)), composer(name, 1, SMALL_CONTEXT)
    assert len(alone(wish, name, SMALL_CONTEXT).ids) > 3 * SMALL_CONTEXT
    take, steps = wish.take(), 0
    part.join(take)
    while part:
        part.step()
        steps += 1
        if part and steps % every == 0:
            part.leave(take)
            part.join(take)
    assert_same(take, alone(wish, name, SMALL_CONTEXT))


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, len(WISHES) - 1), st.integers(0, 15)), max_size=30), st.sampled_from([1, 3]))
@pytest.mark.parametrize("context", [CONTEXT, SMALL_CONTEXT])
@pytest.mark.usefixtures("needs_kernel")
def test_coming_and_going_changes_no_take(context: int, comings: list[tuple[int, int]], capacity: int) -> None:
    """Who is there leaves, who isn't joins, as long as there is room; in the end all play to the end."""
    takes = [wish.take() for wish in WISHES]
    batch = composer("kernel", capacity, context)
    present: list[Take] = []
    for number, steps in comings:
        take = takes[number]
        if take in present:
            batch.leave(take)
            present.remove(take)
        elif batch.room:
            batch.join(take)
            present.append(take)
        for _ in range(steps):
            batch.step()
        present = [take for take in present if not take.done]
        assert (len(batch), batch.room) == (len(present), capacity - len(present))
    play(batch)
    for take, wish in zip(takes, WISHES, strict=True):
        batch.join(take)
        play(batch)
        assert_same(take, alone(wish, "kernel", context))


# Rows


def test_rows_are_used_again_and_no_more_than_there_are(name: str) -> None:
    few = composer(name, 2)
    assert (len(few), few.room, bool(few)) == (0, 2, False)
    waiting = [(wish, wish.take()) for wish in WISHES]
    takes = iter([take for _, take in waiting])
    for take in takes:
        few.join(take)
        assert len(few) + few.room == 2
        while not few.room:
            few.step()
    play(few)
    assert (len(few), few.room) == (0, 2)
    for wish, take in waiting:
        assert_same(take, alone(wish, name))


def test_a_take_that_is_done_does_not_join(name: str) -> None:
    done, batch = alone(WISHES[5], name), composer(name, 1)
    batch.join(done)
    assert (len(batch), batch.room) == (0, 1)


# Steps


def test_without_takes_a_step_does_nothing(name: str) -> None:
    batch = composer(name, 1)
    assert batch.step() == []
    batch.join(WISHES[5].take())
    play(batch)
    assert batch.step() == []


def test_steps_tell_of_every_bar_once_and_in_order(name: str) -> None:
    takes = [wish.take() for wish in WISHES[:4]]
    batch = composer(name, 4)
    for take in takes:
        batch.join(take)
    told = play(batch)
    for take in takes:
        bars = [bar for whose, bar in told if whose is take]
        assert [bar.number for bar in bars] == list(range(take.leader.chart.bars))
        assert notes(bars) == notes(take.bars)


class Reads:
    """What an engine was asked to read: rows, ids and counts of each call."""

    def __init__(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[list[int], list[int], list[int]]] = []
        read = engine.read

        def spy(cache: Any, rows: Any, ids: Any, features: Any, counts: Any = None) -> Any:  # noqa: ANN401
            given = [1] * len(rows) if counts is None else list(counts)
            self.calls.append((list(rows), list(ids), given))
            assert len(ids) == len(features) == sum(given)
            return read(cache, rows, ids, features, counts)

        monkeypatch.setattr(engine, "read", spy)

    def of_row(self, row: int) -> Iterator[list[int]]:
        for rows, ids, counts in self.calls:
            ends = np.cumsum(counts).tolist()
            for other, count, end in zip(rows, counts, ends, strict=True):
                if other == row:
                    yield ids[end - count : end]


@pytest.fixture
def reads(name: str, monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(engine(name, CONTEXT), monkeypatch)


def test_what_is_forced_is_read_together(name: str, reads: Reads) -> None:
    take, batch = Wish(progression="C:4|F:4").take(), composer(name, 1, steps=0)
    opening = list(take.ids)
    assert len(opening) > 3  # START, controls, BAR and chords
    batch.join(take)
    play(batch)
    pieces = list(reads.of_row(0))
    assert pieces[0] == opening
    read = [token for piece in pieces for token in piece]
    assert read == take.ids[: len(read)]
    assert len(pieces) < len(read)
    # Every id after which there was a choice ends a piece.
    prefix, ends = take.leader.prefix(), []
    for token in take.ids:
        prefix.push(token)
        if not take.leader.finished(prefix) and take.leader.allowed(prefix).sum() > 1:
            ends.append(prefix.length_of_ids)
    assert np.cumsum([len(piece) for piece in pieces]).tolist() == ends


def test_a_step_is_one_read_of_all_takes(name: str, reads: Reads) -> None:
    takes = [wish.take() for wish in WISHES]
    batch = composer(name, len(takes), steps=0)
    for take in takes:
        batch.join(take)
    while batch:
        calls, there = len(reads.calls), len(batch)
        batch.step()
        assert len(reads.calls) == calls + 1
        assert len(reads.calls[-1][0]) == there


# The window


@pytest.mark.parametrize("context", [48, SMALL_CONTEXT, 128])
def test_the_window_slides_to_the_head_and_the_last_bars(
    name: str, context: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Reads(engine(name, context), monkeypatch)
    take, one = Wish(progression="|".join(["C:4", "F:4"] * 5)).take(), composer(name, 1, context, steps=0)
    one.join(take)
    length, begins, whole_bars = 0, [], 0
    while one:
        ids, bar_begins = list(take.ids), list(take.bar_begins)
        one.step()
        piece = list(asked.of_row(0))[-1]
        if length and piece[0] == ids[0]:  # START is read once more
            room = int(context * KEPT) - bar_begins[0]
            fitting = [begin for begin in bar_begins if len(ids) - begin <= room]
            begins.append(fitting[0] if fitting else len(ids) - room)  # bars, or of a long one its end
            assert piece == ids[: bar_begins[0]] + ids[begins[-1] :]
            assert len(piece) <= context * KEPT
            whole_bars += bool(fitting)
            length = 0
        else:
            assert piece == ids[len(ids) - len(piece) :]
        length += len(piece)
        assert length <= context
    assert [bar.number for bar in take.bars] == list(range(10))
    assert begins == sorted(set(begins))
    assert len(begins) > 2
    assert whole_bars or context == 48


def test_a_take_begins_before_its_first_choice() -> None:
    take = Wish(progression="C:4|F:4").take()
    assert take.prefix.stage is Stage.HEAD
    assert len(take.ids) == len(take.features) > 3
    assert len(take.choices) > 1
    assert not take.bars


# Kits


def starts(wish: Wish) -> int:
    """How often the take stands anew before its drums while it is composed."""
    take, batch = wish.take(), composer("kernel", 1)
    batch.join(take)
    count, prefix = 0, take.prefix
    while batch:
        batch.step()
        count += take.prefix is not prefix
        prefix = take.prefix
    assert_same(take, alone(wish, "kernel"))
    return count


@pytest.mark.usefixtures("needs_kernel")
def test_drums_without_their_kit_are_drawn_once_more() -> None:
    kit = Kit(None, chart_of_progression(parse("C:4|F:4")))
    lacking = {False: 0, True: 0}
    counts = []
    for seed in range(40):
        wish = replace(WISHES[-1], sampling=SamplingOptions(seed=seed))
        free = replace(wish, kit=False)
        lacks = {asked.kit: kit.lacks(parts_of(alone(asked, "kernel").ids)[0][Role.DRUMS]) for asked in (free, wish)}
        lacking = {asked: count + lacks[asked] for asked, count in lacking.items()}
        counts.append(starts(wish))
        assert counts[-1] == lacks[False]
        if not lacks[False]:
            assert_same(alone(wish, "kernel"), alone(free, "kernel"))  # and all that follows
    assert counts[FICKLE] == 1
    assert 0 < lacking[True] < lacking[False] < len(counts)


@pytest.mark.usefixtures("needs_kernel")
def test_the_likeliest_drums_are_the_same_once_more() -> None:
    greedy = replace(WISHES[-1], sampling=SamplingOptions(0))
    assert starts(greedy) == 1
    assert_same(alone(greedy, "kernel"), alone(replace(greedy, kit=False), "kernel"))
