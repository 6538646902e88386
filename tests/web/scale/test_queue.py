"""Jobs in Redis: in turn, for one worker at a time, told once."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from tests.web.conftest import wait_until

from sideman.errors import DataError
from sideman.web.events import Event
from sideman.web.scale.mirrors import Mirrors
from sideman.web.scale.publishing import PublishedLog, Publisher
from sideman.web.scale.queue import Busy, Limits, RedisQueue

FIT, LONG = "model@1", 60.0
BARS = [Event.of("bar", {"take": 0, "bar": number, "notes": {}}) for number in range(4)]
DONE = Event.of("done", {})


@pytest.fixture
def queue(redis_url: str) -> Iterator[RedisQueue]:
    opened = RedisQueue(redis_url)
    yield opened
    opened.close()


def claimed(queue: RedisQueue, lease: float = LONG) -> str | None:
    claim = queue.claim(FIT, "w", lease)
    return None if claim is None else claim.id


def test_sessions_take_turns(queue: RedisQueue) -> None:
    for identity, session in (("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b"), ("c1", "c")):
        assert queue.put(identity, FIT, session, 1, Limits())
    assert queue.waiting(FIT) == 5
    assert [claimed(queue) for _ in range(6)] == ["a1", "b1", "c1", "a2", "a3", None]
    assert queue.waiting(FIT) == 0


def test_work_is_for_who_fits(queue: RedisQueue) -> None:
    queue.put("a", "another@1", "s", 1, Limits())
    assert claimed(queue) is None
    assert queue.fits() == {"another@1"}


def test_what_is_under_way_is_bounded(queue: RedisQueue) -> None:
    limits = Limits(waiting=5, session=3)
    assert queue.put("a", FIT, "s", 2, limits)
    assert not queue.put("a", FIT, "s", 2, limits)  # it is there already
    with pytest.raises(Busy) as mine:
        queue.put("b", FIT, "s", 2, limits)
    assert mine.value.mine == 2
    assert queue.put("c", FIT, "t", 3, limits)
    with pytest.raises(Busy) as all_of_them:
        queue.put("d", FIT, "u", 1, limits)
    assert all_of_them.value.mine is None
    claim = queue.claim(FIT, "w", LONG)
    assert claim is not None
    with pytest.raises(Busy):  # composed, but not ended
        queue.put("b", FIT, "s", 2, limits)
    assert queue.finish(claim, 1, DONE)
    assert queue.put("b", FIT, "s", 2, limits)


def test_a_silent_workers_job_is_anothers(queue: RedisQueue) -> None:
    queue.put("a", FIT, "s", 1, Limits())
    first = queue.claim(FIT, "w", 0.2)
    assert first is not None
    assert queue.append(first, 1, BARS[:2])
    assert queue.renew([first], 0.2)[0].is_held
    assert claimed(queue) is None
    time.sleep(0.3)
    second = queue.claim(FIT, "v", LONG)
    assert second is not None
    assert (second.id, first.attempt, second.attempt) == ("a", 1, 1)
    assert not queue.append(first, 3, BARS[2:3])  # whoever comes too late changes nothing
    assert not queue.finish(first, 3, DONE)
    assert not queue.release(first, counts=True)
    assert [held.is_held for held in queue.renew([first, second], LONG)] == [False, True]
    assert queue.append(second, 2, BARS[1:3])
    assert queue.append(second, 2, BARS[1:3])  # an answer that was lost
    assert queue.finish(second, 4, DONE)
    assert queue.told("a") == [*BARS[:3], DONE]
    assert queue.job("a") == {}


def test_only_tries_that_bring_nothing_count(queue: RedisQueue) -> None:
    queue.put("a", FIT, "s", 1, Limits())

    def attempt(*, begins: bool = True, bars: int = 0) -> int:
        claim = queue.claim(FIT, "w", 0.05, begins=begins)
        assert claim is not None
        queue.append(claim, 1, BARS[:bars])
        time.sleep(0.1)
        return claim.attempt

    assert [attempt(begins=False), attempt(begins=False), attempt(bars=1), attempt(bars=2)] == [1, 1, 1, 1]
    assert [attempt(bars=2), attempt(), attempt()] == [1, 2, 3]


def test_a_job_is_not_blamed_for_a_worker_that_was_late(queue: RedisQueue) -> None:
    queue.put("a", FIT, "s", 1, Limits())
    claims = []
    for _ in range(6):
        claim = queue.claim(FIT, "w", 0.05)
        assert claim is not None
        claims.append(claim)
        time.sleep(0.1)
        if len(claims) > 1:
            queue.pardon(claims[-2])  # it comes back when another one has its job
    assert [claim.attempt for claim in claims] == [1, 2, 2, 2, 2, 2]


def test_whoever_ends_gives_back(queue: RedisQueue) -> None:
    for identity in ("a", "b"):
        queue.put(identity, FIT, "s", 1, Limits())
    claim = queue.claim(FIT, "w", LONG)
    assert claim is not None
    assert queue.release(claim, counts=False)
    again = queue.claim(FIT, "w", LONG)
    assert again is not None
    assert (again.id, again.attempt) == ("a", 1)


def test_what_is_not_wanted_is_gone_or_told(queue: RedisQueue) -> None:
    last = Event.of("stopped", {"detail": "deleted"})
    for identity in ("a", "b"):
        queue.put(identity, FIT, "s", 1, Limits())
    claim = queue.claim(FIT, "w", LONG)
    assert claim is not None
    queue.drop("a", last)
    queue.drop("b", last)
    queue.drop("c", last)
    assert queue.told("b") == [last]
    assert claimed(queue) is None
    assert not queue.renew([claim], LONG)[0].is_wanted
    assert queue.finish(claim, 1, last)
    assert queue.put("d", FIT, "s", 1, Limits(session=1))  # nothing is counted twice


def test_one_change_of_a_piece_at_a_time(queue: RedisQueue) -> None:
    assert queue.put("p.1", FIT, "s", 1, Limits(), "p")
    assert not queue.put("p.2", FIT, "s", 1, Limits(), "p")
    claim = queue.claim(FIT, "w", LONG)
    assert claim is not None
    queue.finish(claim, 1, DONE)
    assert queue.redo("p") == "p.1"
    assert queue.put("p.2", FIT, "s", 1, Limits(), "p")
    assert queue.redo("p") == "p.2"


def test_what_nobody_asked_for_lately_is_told(queue: RedisQueue) -> None:
    queue.put("a", FIT, "s", 1, Limits())
    claim = queue.claim(FIT, "w", LONG)
    assert claim is not None
    time.sleep(0.2)
    assert queue.renew([claim], LONG)[0].unheard >= 0.2
    queue.heard(["a", "nobody"])
    assert queue.renew([claim], LONG)[0].unheard < 0.2
    assert queue.job("nobody") == {}


def test_one_leads_until_it_says_nothing(queue: RedisQueue) -> None:
    assert queue.lead("sweeping", "a", 0.2)
    assert not queue.lead("sweeping", "b", 0.2)
    assert queue.lead("sweeping", "a", 0.2)
    wait_until(lambda: queue.lead("sweeping", "b", LONG))
    assert not queue.lead("sweeping", "a", 0.2)


def test_workers_that_say_nothing_are_none(queue: RedisQueue) -> None:
    queue.present("w", [FIT], {"model": "m"})
    queue.redis.sadd("sideman:workers", "silent")
    assert queue.workers() == {"w": {"model": "m", "fits": FIT}}
    queue.absent("w")
    assert queue.workers() == {}


def test_bars_are_told_once_and_in_order_to_all_who_listen(queue: RedisQueue) -> None:
    queue.put("a", FIT, "s", 1, Limits())
    claim = queue.claim(FIT, "w", LONG)
    assert claim is not None
    publisher, mirrors = Publisher(queue), [Mirrors(queue), Mirrors(queue)]
    publisher.start()
    for each in mirrors:
        each.start()
    early = mirrors[0].log("a")
    published = PublishedLog(claim, [], publisher)
    for bar in BARS[:2]:
        published.append(bar)
    assert publisher.flush(published)
    again = PublishedLog(claim, queue.told("a"), publisher)  # of who takes the job over
    behind = again.catches_up
    for bar in BARS:
        again.append(bar)
    assert (behind, again.catches_up) == (True, False)
    assert publisher.flush(again)
    assert not again.differs
    late = mirrors[1].log("a")
    queue.finish(claim, 5, DONE)
    for told in (early, late):
        wait_until(lambda told=told: told.closed)  # type: ignore[misc]
        assert told.events == [*BARS, DONE]
    assert mirrors[0].log("a").events == [*BARS, DONE]
    publisher.stop()
    for each in mirrors:
        each.stop()


def test_other_music_than_was_told_is_noticed(queue: RedisQueue) -> None:
    queue.put("a", FIT, "s", 1, Limits())
    claim = queue.claim(FIT, "w", LONG)
    assert claim is not None
    told = PublishedLog(claim, BARS[:1], Publisher(queue))
    told.append(Event.of("bar", {"take": 0, "bar": 0, "notes": {"bass": []}}))
    assert told.differs


@pytest.mark.parametrize("url", ["nonsense", "redis://127.0.0.1:1/0"])
def test_what_is_no_redis_is_told(url: str) -> None:
    with pytest.raises(DataError, match="--redis"):
        RedisQueue(url).check()
