"""A worker's end, or its lateness, is no piece's end: another one goes on."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.web.conftest import LONG, Server, create, view, wait_until
from tests.web.scale.conftest import Work, ready

from sideman.composer import Composer
from sideman.web.composing import UNHEARD
from sideman.web.scale.queue import RedisQueue
from sideman.web.store import State


@pytest.fixture(autouse=True)
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """No piece is done before its worker ends."""
    step = Composer.step

    def slow_step(composer: Composer) -> object:
        time.sleep(0.01)
        return step(composer)

    monkeypatch.setattr(Composer, "step", slow_step)


@pytest.mark.slow
def test_composing_that_ends_before_its_worker_ends_no_piece(
    webs: list[Server],
    work: Work,
    shared: dict[str, Any],
) -> None:
    queue = RedisQueue(shared["redis"])
    with webs[0].browser() as browser:
        with work() as worker:
            ready(webs[0])
            identity = create(browser, LONG, seed=1, takes=8)["id"]
            wait_until(lambda: view(browser, identity)["progress"]["bars"] > 5)
            stop = worker._beating.stop

            def stop_late() -> None:  # the last beat takes so long that composing is over before
                worker._composing.join()
                worker._concluding.shutdown()
                stop()

            worker._beating.stop = stop_late  # type: ignore[method-assign]
        assert view(browser, identity)["state"] == "waiting"
        assert queue.job(identity)["state"] == "waiting"
        assert queue.told(identity)[-1].kind == "bar"
    queue.close()


@pytest.mark.slow
def test_a_late_worker_does_not_end_what_is_anothers(
    webs: list[Server],
    work: Work,
    shared: dict[str, Any],
) -> None:
    queue = RedisQueue(shared["redis"])
    with webs[0].browser() as browser, work() as worker:
        ready(webs[0])
        identity = create(browser, LONG, seed=1, takes=8)["id"]
        wait_until(lambda: view(browser, identity)["progress"]["bars"] > 5)
        worker._claiming.stop()
        worker._beating.stop()  # nor hears that the job is another's
        with worker._composing._work:  # composing stands still
            (doing,) = worker._all()
            wait_until(lambda: doing.log.is_sent)
            queue.release(doing.claim, counts=False)
            assert queue.claim(worker._fit, "other", 60.0) is not None
            worker._conclude(doing.work, State.STOPPED, UNHEARD)
        assert view(browser, identity)["state"] == "composing"
        assert queue.told(identity)[-1].kind == "bar"
    queue.close()
