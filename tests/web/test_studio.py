"""A server on which nobody can compose says so, and takes nothing; then life goes on."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web.conftest import LONG, Start, compose, create, listen, view, wait_until
from tests.web.test_api import problem

from sideman.composer import Composer
from sideman.web import composing, studio


def test_a_server_that_cannot_compose_says_so(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "PAUSES", (0.0, 0.05))
    server = start()
    has_memory = threading.Event()
    make, step = Composer, Composer.step

    def begin(*arguments: Any) -> Composer:  # noqa: ANN401 - those of the composer
        if not has_memory.is_set():
            raise MemoryError
        return make(*arguments)

    def fail(_: Composer) -> None:
        job = next(iter(server.studio.live.values()))
        wait_until(lambda: job.log.listeners)
        raise MemoryError

    with server.browser() as browser:
        done = compose(browser, "C:4")
        monkeypatch.setattr(composing, "Composer", begin)
        monkeypatch.setattr(Composer, "step", fail)
        failed = create(browser, "C:4")["id"]
        last = listen(browser, failed)[-1]
        assert (last.kind, last.data["detail"]) == ("error", composing.FAULT)
        wait_until(lambda: browser.get("/api/health").status_code == 503)
        for response in (
            browser.get("/api/health"),
            browser.post("/api/arrangements", json={"progression": "C:4"}),
        ):
            assert problem(response, 503)["type"] == "urn:sideman:composing"
            assert int(response.headers["retry-after"]) >= 1
        assert "sideman_ready 0.0" in browser.get("/metrics").text
        states = {piece["id"]: piece["state"] for piece in browser.get("/api/arrangements").json()["arrangements"]}
        assert states == {done["id"]: "done", failed: "failed"}  # what was refused leaves nothing
        assert len([*server.settings.data.glob("sessions/*/*")]) == 2
        monkeypatch.setattr(Composer, "step", step)
        has_memory.set()
        wait_until(lambda: browser.get("/api/health").status_code == 200)
        compose(browser, "C:4")
        text = browser.get("/metrics").text
    assert "sideman_ready 1.0" in text
    assert "sideman_composing_faults_total" in text


@pytest.mark.parametrize("where", ["_make_room", "_look_around"])  # the composing thread alone; its supervisor too
def test_a_thread_that_was_killed_is_replaced(start: Start, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    server = start()
    composing = server.studio.composing
    with server.browser() as browser:
        compose(browser, "C:4")
        with monkeypatch.context() as patch:
            killed = threading.Event()

            def end() -> None:
                killed.set()
                raise SystemExit

            patch.setattr(composing, where, end)
            assert killed.wait(30)
        answers: list[httpx.Response] = []

        def is_taken() -> bool:  # until another thread composes, 503 is the right answer
            answers.append(browser.post("/api/arrangements", json={"progression": "C:4"}))
            assert answers[-1].status_code in (202, 503), answers[-1].text
            return answers[-1].status_code == 202

        wait_until(is_taken)
        assert listen(browser, answers[-1].json()["id"])[-1].kind == "done"
        assert browser.get("/api/health").json()["status"] == "ok"


def test_a_server_ends_in_time_whatever_is_left_to_write(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "CLOSING_SECONDS", -1.0)
    first = start(data=tmp_path)
    with first.browser() as browser:
        done = compose(browser)
        stopped = [create(browser, LONG)["id"] for _ in range(4)]
        first.stop()
        with contextlib.closing(sqlite3.connect(tmp_path / "sideman.db")) as database:
            states = dict(database.execute("select id, state from pieces"))
        assert {states[identity] for identity in stopped} <= {"waiting", "composing"}
        browser.base_url = start(data=tmp_path).url
        assert [view(browser, identity)["state"] for identity in stopped] == ["stopped"] * 4
        assert view(browser, done["id"]) == done


def test_chords_are_read_and_options_built_once(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    from sideman.web.schemas import ArrangementRequest

    built = []
    build = ArrangementRequest.arrange_options

    def count(self: ArrangementRequest) -> Any:  # noqa: ANN401 - its own
        built.append(self)
        return build(self)

    monkeypatch.setattr(ArrangementRequest, "arrange_options", count)
    with start().browser() as browser:
        compose(browser, "C:4")
    assert len(built) == 1
