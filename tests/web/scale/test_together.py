"""Processes that answer and processes that compose: what a client gets is what one server alone would give."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import httpx
import pytest
from tests.web.conftest import (
    CHORDS,
    TLS,
    Server,
    Start,
    compose,
    create,
    listen,
    start,  # noqa: F401 - a fixture
    view,
    wait_until,
)
from tests.web.scale.conftest import Work, ready
from tests.web.scale.listeners import bars_of

from sideman import Model
from sideman.web.events import Event
from sideman.web.scale.postgres import PostgresStore
from sideman.web.scale.queue import Claim, RedisQueue
from sideman.web.scale.work import fit_of
from sideman.web.scale.worker import Worker
from sideman.web.settings import Settings

LEASE = 0.5  # seconds; two claims take less


def at(server: Server, browser: httpx.Client) -> httpx.Client:
    """The same browser at another process."""
    return httpx.Client(base_url=server.url, timeout=30, cookies=dict(browser.cookies), verify=TLS)


@pytest.mark.slow
def test_a_client_gets_what_one_server_alone_would_give(start: Start, webs: list[Server], work: Work) -> None:  # noqa: F811
    asked = {"seed": 7, "takes": 2, "revisions": [{"tracks": ["piano"], "bars": [1], "seed": 3}]}
    with start().browser() as alone, webs[0].browser() as browser, at(webs[1], browser) as _, work():
        ready(webs[0])
        ready(webs[1])
        one, other = compose(alone, CHORDS, **asked), compose(browser, CHORDS, **asked)
        elsewhere = at(webs[1], browser)
        left_out = {"id", "created"}
        assert {k: v for k, v in one.items() if k not in left_out} == {
            k: v for k, v in view(elsewhere, other["id"]).items() if k not in left_out
        }
        bars = {(e.data["take"], e.data["bar"]): e.data["notes"] for e in listen(alone, one["id"]) if e.kind == "bar"}
        told = listen(elsewhere, other["id"])
        assert {(e.data["take"], e.data["bar"]): e.data["notes"] for e in told if e.kind == "bar"} == bars
        assert [e.number for e in told if e.number] == [*range(1, 10)]
        for path in ("midi", "midi?take=1", "midi?swing=67", "score.musicxml", "chart.svg"):
            answers = [
                client.get(f"/api/arrangements/{piece['id']}/{path}")
                for client, piece in ((alone, one), (elsewhere, other))
            ]
            assert [answer.status_code for answer in answers] == [200, 200]
            assert answers[0].content == answers[1].content
        # A part again, at the other process; undone at the first; candidates.
        path, mine = f"/api/arrangements/{other['id']}", f"/api/arrangements/{one['id']}"
        short = {"tracks": ["bass"], "bars": [2], "seed": 5, "drafts": 2}
        for client, where in ((elsewhere, path), (alone, mine)):
            client.post(f"{where}/revisions", json=short).raise_for_status()
            wait_until(
                lambda client=client, where=where: client.get(f"{where}/revisions").json()["composing"] is None  # type: ignore[misc]
            )
        assert browser.get(f"{path}/revisions").json() == alone.get(f"{mine}/revisions").json()
        assert browser.get(f"{path}/midi").content == alone.get(f"{mine}/midi").content
        browser.patch(f"{path}/revisions", json={"position": 1}).raise_for_status()
        assert elsewhere.get(f"{path}/revisions").json()["position"] == 1
        elsewhere.patch(path, json={"name": "Named"}).raise_for_status()
        assert view(browser, other["id"])["name"] == "Named"
        assert browser.get("/api/arrangements").json()["arrangements"][0]["state"] == "done"
        browser.delete(path).raise_for_status()
        assert elsewhere.get(path).status_code == 404
        elsewhere.close()


@pytest.mark.slow
def test_sound_is_made_by_a_worker(webs: list[Server], work: Work) -> None:
    with webs[0].browser() as browser, work():
        ready(webs[0])
        piece = compose(browser, "C:4", seed=1)
        path = f"/api/arrangements/{piece['id']}/audio.mp3"
        first = browser.get(path, params={"track": "piano:4:80", "straight": "drums"})
        assert (first.status_code, first.headers["content-type"]) == (200, "audio/mpeg"), first.text
        with at(webs[1], browser) as elsewhere:
            assert elsewhere.get(path, params={"track": "piano:4:80", "straight": "drums"}).content == first.content
            part = elsewhere.get(path, headers={"Range": "bytes=0-9"})
            assert (part.status_code, len(part.content)) == (206, 10)


@pytest.mark.slow
def test_without_workers_nothing_is_taken_and_what_was_taken_is_composed(
    webs: list[Server], work: Work, shared: dict[str, Any], model: Model
) -> None:
    queue, store = RedisQueue(shared["redis"]), PostgresStore(shared["database"])
    with webs[0].browser() as browser:
        refused = browser.post("/api/arrangements", json={"progression": "C:4"})
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:sideman:composing")
        queue.present("other", ["another@0"], {})
        time.sleep(1.1)
        assert "no worker plays with the model" in browser.get("/api/health").json()["detail"]
        queue.present("w", [fit_of(model.fingerprint)], {})
        ready(webs[0])
        taken = [create(browser, "C:4", seed=seed)["id"] for seed in range(3)]
        queue.redis.flushall()  # all that Redis knew is lost
        browser.delete(f"/api/arrangements/{taken[2]}").raise_for_status()
        with work():
            for identity in taken[:2]:
                wait_until(lambda identity=identity: view(browser, identity)["state"] == "done")  # type: ignore[misc]
                assert [e.kind for e in listen(browser, identity)] == ["bar", "done"]
        assert store.unfinished(time.time()) == []
    queue.close()
    store.close()


@pytest.mark.slow
def test_a_piece_that_no_worker_survives_fails_and_those_beside_it_do_not(
    webs: list[Server], work: Work, shared: dict[str, Any], model: Model
) -> None:
    queue, fit = RedisQueue(shared["redis"]), fit_of(model.fingerprint)
    with webs[0].browser() as browser:
        queue.present("w", [fit], {})
        ready(webs[0])
        bars = [Event("bar", text) for text in bars_of({"progression": "C:4|F:4", "seed": 1}, model).values()]
        poison, beside = (create(browser, "C:4|F:4", seed=seed)["id"] for seed in (1, 2))
        for number, count in enumerate((1, 2, 2, 1)):  # workers that end with it: twice with another one beside it
            claims = [queue.claim(fit, "w", LEASE) for _ in range(count)]
            assert [claim.id for claim in claims if claim] == [poison, beside][:count]
            if number == 0 and claims[0] is not None:
                queue.append(claims[0], 1, [bars[0]])  # a bar was told: that try doesn't count
            time.sleep(1.2 * LEASE)
        with work():
            assert listen(browser, beside)[-1].kind == "done"
            *told, last = listen(browser, poison)
            assert [each.number for each in (*told, last)] == [1, 2]
            assert [each.number for each in listen(browser, poison, 1)] == [2]
            assert (last.kind, "3 times" in last.data["detail"]) == ("error", True)
        assert view(browser, poison)["state"] == "failed"
    queue.close()


@pytest.mark.slow
def test_a_last_try_that_waits_for_others_is_not_blamed(
    webs: list[Server], work: Work, shared: dict[str, Any], model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Worker, "_claim", lambda _: time.sleep(0.05))  # the test gives it what it does
    queue, fit = RedisQueue(shared["redis"]), fit_of(model.fingerprint)

    def claim(lease: float) -> Claim:
        while (found := queue.claim(fit, "w", lease)) is None:
            time.sleep(0.01)
        return found

    with webs[0].browser() as browser, work() as worker:
        ready(webs[0])
        other = create(browser, "|".join(["C:4", "Am:4", "F:4", "G7:4"] * 60), takes=8)["id"]
        worker._begin(claim(60))
        tried = create(browser, "C:4|F:4")["id"]
        for _ in range(2):
            claim(0.05)
        third = claim(60)
        worker._begin(third)
        assert (third.id, third.attempt) == (tried, 3)
        assert worker._composes_a_last_one()
        assert (queue.job(other)["begun"], queue.job(tried)["begun"]) == ("1", "0")
        browser.delete(f"/api/arrangements/{other}")
        wait_until(lambda: not worker._composes_a_last_one())
        assert listen(browser, tried)[-1].kind == "done"
    queue.close()


@pytest.mark.slow
def test_a_worker_that_ends_lets_another_go_on(webs: list[Server], work: Work) -> None:
    with webs[0].browser() as browser, contextlib.ExitStack() as workers:
        first = contextlib.ExitStack()
        first.enter_context(work())
        ready(webs[0])
        identity = create(browser, "|".join(["C:4", "Am:4", "F:4", "G7:4"] * 60), seed=1, takes=8)["id"]
        wait_until(lambda: view(browser, identity)["progress"]["bars"] > 5)
        first.close()
        before = view(browser, identity)["progress"]["bars"]
        assert before < 8 * 240
        workers.enter_context(work())
        told = listen(browser, identity)
        assert told[-1].kind == "done"
        bars = [(e.data["take"], e.data["bar"]) for e in told if e.kind == "bar"]
        assert sorted(bars) == [(take, bar) for take in range(8) for bar in range(240)]


def test_one_of_three_is_too_little(redis_url: str, model: Model) -> None:
    from sideman.errors import OptionError

    with pytest.raises(OptionError, match="--database and --files must be given too"):
        Server(Settings.read(redis=redis_url), model)


def test_limits_are_those_of_all_processes(redis_url: str) -> None:
    from limits.storage import RedisStorage

    from sideman.web.limiter import Limiter
    from sideman.web.problems import Problem

    def limiter(url: str) -> Limiter:
        return Limiter("things", 2, RedisStorage(url, wrap_exceptions=True, socket_connect_timeout=0.2))

    one, other = limiter(redis_url), limiter(redis_url)
    one.check("10.0.0.1")
    other.check("10.0.0.1")
    with pytest.raises(Problem):
        one.check("10.0.0.1")
    one.check("10.0.0.2")
    away = limiter("redis://127.0.0.1:1/0")  # each counts for itself
    away.check("10.0.0.1")
    away.check("10.0.0.1")
    with pytest.raises(Problem):
        away.check("10.0.0.1")


@pytest.mark.slow
def test_a_jam_is_led_at_any_process(start: Start, webs: list[Server]) -> None:  # noqa: F811
    calls: list[tuple[str, dict[str, Any]]] = [
        ("bars", {"pitches": [52, 55, 60]}),
        ("bars", {"chord": "Dm7"}),
        ("turns", {"chord": "G7", "beat": 2}),
        ("bars", {}),
        ("turns", {"pitches": [45, 48, 52], "beat": 1}),
        ("bars", {}),
    ]
    with start().browser() as alone, webs[0].browser() as browser:
        one = alone.post("/api/jams", json={"seed": 3}).headers["location"]
        other = browser.post("/api/jams", json={"seed": 3}).headers["location"]
        with at(webs[1], browser) as elsewhere:
            for number, (what, body) in enumerate(calls):
                asked = (browser, elsewhere)[number % 2]
                answers = [client.post(f"{path}/{what}", json=body) for client, path in ((alone, one), (asked, other))]
                assert [answer.status_code for answer in answers] == [200, 200], answers[1].text
                assert answers[0].json() == answers[1].json()
            assert elsewhere.get(f"{other}/midi").content == alone.get(f"{one}/midi").content
            browser.delete(other).raise_for_status()
            assert elsewhere.post(f"{other}/bars", json={}).status_code == 410
