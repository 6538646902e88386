"""The composing thread, step by step and without the thread: turns, room, faults and the end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import wait_until

from sideman import ArrangeOptions, Model, arrange, parse
from sideman.arranging import Plan
from sideman.composer import Composer
from sideman.errors import TokenError
from sideman.pieces.changes import Change, Selection
from sideman.pieces.commission import Commission
from sideman.pieces.composition import Composition
from sideman.web import composing
from sideman.web.composing import Composing
from sideman.web.jobs import Job, Turn
from sideman.web.problems import Problem
from sideman.web.settings import Settings
from sideman.web.store import Piece, State
from sideman.web.turns import FairQueue

CHORDS = "C:4|Am:4"
LONG = "C:4|Am:4|F:4|G:4|C:4|Am:4|F:4|G:4"
Ends = list[tuple[Job, State, "str | None"]]


@pytest.fixture
def ends() -> Ends:
    return []


def begun(model: Model, ends: Ends, **settings: float) -> Composing:
    chosen = Settings(data=Path("unused"), **({"grace": 0.0} | settings))  # type: ignore[arg-type]
    made = Composing(model, FairQueue[Turn](), chosen, lambda *end: ends.append(end))
    made._begin()
    return made


def job(session: str, chords: str = CHORDS, takes: int = 1, seed: int = 0, changes: Sequence[Change] = ()) -> Job:
    plan = Plan(parse(chords), ArrangeOptions(takes=takes, seed=seed))
    piece = Piece(f"{session}{seed}", session, "", "{}", State.WAITING, None, 0.0)
    return Job(piece, Commission(plan, changes))


def turn(thread: Composing) -> None:
    """What the thread does between two steps, and a step."""
    thread._look_around()
    thread._collect()
    thread._make_room()
    thread._admit()
    if thread._steps:
        thread._step()


def finish(thread: Composing, ends: Ends, count: int) -> None:
    for _ in range(100_000):
        if len(ends) == count:
            return
        turn(thread)
        wait([*thread._changing.values()])
    pytest.fail("it does not end")


def test_pieces_share_steps_and_are_the_same_music(model: Model, ends: Ends) -> None:
    thread = begun(model, ends)
    jobs = [job(session, takes=2, seed=seed) for seed, session in enumerate("abc")]
    for each in jobs:
        thread.submit(each)
    turn(thread)
    assert len(thread._steps) == 6
    finish(thread, ends, 3)
    for each in jobs:
        alone = arrange(CHORDS, each.commission.performance.plan.options, model=model)
        assert each.commission.performance.bands == alone.bands
        assert len(each.log.events) == 4
    assert {state for _, state, _ in ends} == {State.DONE}


def test_a_session_that_asks_for_much_does_not_keep_others_waiting(model: Model, ends: Ends) -> None:
    thread = begun(model, ends, batch=2, turn_steps=20)
    greedy = [job("greedy", LONG, takes=4, seed=seed) for seed in range(3)]
    for each in greedy:
        thread.submit(each)
    turn(thread)
    modest = job("modest", "C:4")
    thread.submit(modest)
    finish(thread, ends, 1)
    assert ends[0][0] is modest
    assert sum(take.done for each in greedy for take in each.commission.performance.takes) == 0
    finish(thread, ends, 4)
    assert (
        greedy[0].commission.performance.bands
        == arrange(LONG, greedy[0].commission.performance.plan.options, model=model).bands
    )


def test_who_was_interrupted_catches_up_before_others_go_on(
    model: Model, ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = begun(model, ends, batch=2, turn_steps=1)
    for session in "abc":
        thread.submit(job(session, LONG))
    turn(thread)
    taken_over = job("d", LONG)
    monkeypatch.setattr(taken_over.log, "catches_up", True)
    thread.submit(taken_over)
    while len(taken_over.log.events) < 2:
        turn(thread)
    assert taken_over.takes[0] in [each.take for each in thread._steps]
    monkeypatch.setattr(taken_over.log, "catches_up", False)
    while taken_over.takes[0] in [each.take for each in thread._steps]:
        turn(thread)
    assert not taken_over.takes[0].done  # it is others' turn


def test_without_others_nobody_is_interrupted(model: Model, ends: Ends) -> None:
    thread = begun(model, ends, batch=1, turn_steps=1)
    thread.submit(job("a", takes=2))
    turn(thread)
    first = next(iter(thread._steps)).take
    while not first.done:
        assert [turn.take for turn in thread._steps] == [first]
        turn(thread)


def test_bars_that_a_revision_names_are_told_when_it_is_done(model: Model, ends: Ends) -> None:
    thread = begun(model, ends)
    revised = job(
        "a", LONG, takes=2, changes=[Change(Selection(["bass"], [5, 6]), 3), Change(Selection(["bass"], [6]), 4)]
    )
    thread.submit(revised)
    while not all(take.done for take in revised.takes):
        turn(thread)
    early = [json.loads(event.data) for event in revised.log.events]
    assert {(bar["take"], bar["bar"]) for bar in early} == {(0, bar) for bar in range(5)} | {
        (1, bar) for bar in range(8)
    }
    finish(thread, ends, 1)
    assert ends == [(revised, State.DONE, None)]
    late = [json.loads(event.data) for event in revised.log.events[len(early) :]]
    assert [(bar["take"], bar["bar"]) for bar in late] == [(0, 5), (0, 6), (0, 7)]
    piece = Composition.of(arrange(LONG, ArrangeOptions(seed=0, takes=2), model=model))
    piece = piece.redo(Selection(["bass"], [5, 6]), 3, model, drafts=1)
    piece = piece.redo(Selection(["bass"], [6]), 4, model, drafts=1)
    assert revised.commission.composition is not None
    assert revised.commission.composition.bands == piece.bands


def test_a_revision_that_fails_costs_its_piece_alone(
    model: Model, ends: Ends, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    thread = begun(model, ends)
    unlucky, lucky = job("a", changes=[Change(Selection(["bass"], [0]), 3)]), job("b", LONG)

    def fail(_: Commission) -> None:
        raise MemoryError

    monkeypatch.setattr(Commission, "next", fail)
    thread.submit(unlucky)
    thread.submit(lucky)
    finish(thread, ends, 2)
    assert {(end.piece.session, state, detail) for end, state, detail in ends} == {
        ("a", State.FAILED, composing.FAULT),
        ("b", State.DONE, None),
    }
    assert "a revision failed" in caplog.text


def test_a_piece_that_is_deleted_between_two_revisions_ends_there(model: Model, ends: Ends) -> None:
    thread = begun(model, ends)
    unwanted = job("a", changes=[Change(Selection(["bass"], [0]), 3)])
    thread.submit(unwanted)
    while not thread._changing:
        turn(thread)
    unwanted.unwanted = True
    thread._looked = 0.0
    turn(thread)
    assert [(state, detail) for _, state, detail in ends] == [(State.STOPPED, "deleted")]
    assert not thread._changing
    thread._changes.shutdown()
    turn(thread)
    assert len(ends) == 1


def test_a_fault_costs_those_in_the_batch_alone(
    model: Model, ends: Ends, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    thread = begun(model, ends, batch=1, turn_steps=100_000)
    unlucky, lucky = job("a"), job("b")

    def fail(_: Composer) -> None:
        monkeypatch.undo()
        raise TokenError("damaged")

    monkeypatch.setattr(Composer, "step", fail)
    thread.submit(unlucky)
    thread.submit(lucky)
    thread.start()
    wait_until(lambda: len(ends) == 2)
    assert thread.ready
    thread.drain()
    thread.join()
    assert [(end[0], end[1]) for end in ends] == [(unlucky, State.FAILED), (lucky, State.DONE)]
    assert "ask for it again" in str(ends[0][2])
    assert "damaged" in caplog.text


def test_what_is_unfinished_at_the_end_is_stopped(model: Model, ends: Ends) -> None:
    thread = begun(model, ends)
    thread.start()
    thread.submit(job("a", "|".join([LONG] * 30), takes=8))
    thread.drain()
    thread.join()
    assert [(state, "the server was stopped" in str(detail)) for _, state, detail in ends] == [(State.STOPPED, True)]
    with pytest.raises(Problem, match="stopping"):
        thread.submit(job("a"))


def test_the_grace_lets_pieces_end(model: Model, ends: Ends) -> None:
    thread = begun(model, ends, grace=300.0)
    thread.submit(job("a"))
    thread.drain()
    thread.start()
    begin = time.monotonic()
    thread.join()
    assert ends[0][1] is State.DONE
    assert time.monotonic() - begin < 250  # no longer than it takes


def test_too_much_is_refused_whole(model: Model, ends: Ends) -> None:
    thread = begun(model, ends, max_waiting=5, max_unfinished=3)
    thread.submit(job("a", takes=3))
    for refused in (job("a"), job("b", takes=3)):
        with pytest.raises(Problem) as caught:
            thread.submit(refused)
        assert caught.value.status == 429
        assert int(caught.value.headers["Retry-After"]) > 0
    with pytest.raises(Problem, match="3 of your takes are on their way, at most 3 can be: wait, or delete one"):
        thread.submit(job("a"))
    assert len(thread._queue) == 3
    assert len(thread._jobs) == 1


# Faults that no thread survives


@pytest.fixture
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "PAUSES", (0.0, 0.05))


@pytest.mark.usefixtures("_short_pauses")
@pytest.mark.parametrize("fault", [MemoryError(), SystemExit(), RuntimeError("whatever")], ids=repr)
def test_whatever_ends_the_thread_another_goes_on(
    model: Model, ends: Ends, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    thread = begun(model, ends, batch=1, turn_steps=100_000)
    unlucky, lucky = job("a"), job("b")

    def fail(_: Composer) -> None:
        monkeypatch.undo()
        raise fault

    monkeypatch.setattr(Composer, "step", fail)
    for each in (unlucky, lucky):
        thread.submit(each)
    thread.start()
    wait_until(lambda: len(ends) == 2)
    assert [end[:2] for end in ends] == [(unlucky, State.FAILED), (lucky, State.DONE)]
    assert ends[0][2] == "composing failed: ask for it again, or tell who runs this server"
    assert thread._metrics.faults._value.get() == 1
    thread.submit(job("c"))
    wait_until(lambda: len(ends) == 3)
    assert thread._faults == 0  # the next pause is the shortest again
    thread.drain()
    thread.join()


@pytest.mark.usefixtures("_short_pauses")
def test_while_nobody_can_compose_nothing_is_taken(
    model: Model, ends: Ends, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    thread = begun(model, ends)
    waits = job("a")
    thread.submit(waits)
    room = threading.Event()
    others = []  # whether there was another composer beside it

    def make(*arguments: Any) -> Composer:  # noqa: ANN401 - those of the composer
        others.append(hasattr(thread, "_composer"))
        if not room.is_set():
            raise MemoryError
        return Composer(*arguments)

    monkeypatch.setattr(composing, "Composer", make)
    thread.start()
    wait_until(lambda: not thread.ready)
    for _ in range(3):
        with pytest.raises(Problem, match="cannot compose at the moment") as caught:
            thread.submit(job("b"))
        assert caught.value.status == 503
        assert int(caught.value.headers["Retry-After"]) >= 1
    assert "MemoryError" in caplog.text
    assert ends == []
    room.set()
    wait_until(lambda: ends)
    assert ends == [(waits, State.DONE, None)]
    assert thread.ready
    assert not any(others[1:])
    thread.drain()
    thread.join()


@pytest.mark.usefixtures("_short_pauses")
def test_nobody_waits_for_ever_for_what_cannot_be_composed(
    model: Model, ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = begun(model, ends, patience=0.3)
    heard, unheard, unwanted = (job(session) for session in "abc")
    for each in (heard, unheard, unwanted):
        thread.submit(each)
    heard.log.listeners = 1
    unwanted.unwanted = True

    def make(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(composing, "Composer", make)
    thread.start()
    wait_until(lambda: len(ends) == 3)
    thread.drain()
    thread.join()
    told = {each.piece.session: (state, detail) for each, state, detail in ends}
    assert told["c"] == (State.STOPPED, "deleted")
    assert told["b"] in [(State.STOPPED, composing.UNHEARD), (State.FAILED, composing.UNABLE)]
    assert told["a"] == (State.FAILED, composing.UNABLE)


@pytest.mark.usefixtures("_short_pauses")
def test_a_machine_that_gives_no_thread_is_asked_again(
    model: Model, ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = begun(model, ends)
    thread.submit(job("a"))
    start = threading.Thread.start
    refused: list[threading.Thread] = []

    def begin(self: threading.Thread) -> None:
        if self.name == "composing" and len(refused) < 3:
            refused.append(self)
            raise RuntimeError("can't start new thread")
        start(self)

    monkeypatch.setattr(threading.Thread, "start", begin)
    thread.start()
    wait_until(lambda: ends)
    assert [state for _, state, _ in ends] == [State.DONE]
    assert len(refused) == 3
    thread.drain()
    thread.join()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_its_watchman_no_server_is_well(model: Model, ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = begun(model, ends)

    def fail() -> None:
        raise SystemExit

    monkeypatch.setattr(thread, "_is_over", fail)
    before = thread.ready
    thread.start()
    thread._thread.join(30)
    assert (before, thread.ready) == (True, False)
    with pytest.raises(Problem, match="cannot compose"):
        thread.submit(job("a"))


def test_what_failed_when_all_was_over_is_told(model: Model, ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = begun(model, ends)
    thread.submit(job("a"))

    def fail(_: Composer) -> None:
        thread.drain()
        raise MemoryError

    monkeypatch.setattr(Composer, "step", fail)
    thread.start()
    wait_until(lambda: not thread._thread.is_alive())
    assert [state for _, state, _ in ends] == [State.STOPPED]
