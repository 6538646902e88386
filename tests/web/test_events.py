"""Bars as they come: in order, whole, from any place on, and no longer than somebody listens."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from tests.web.conftest import CHORDS, LONG, Server, Start, compose, create, heard, listen, view, wait_until

from sideman import ArrangeOptions, Model, arrange
from sideman.music.band import DURATION, ONSET
from sideman.web import events
from sideman.web.events import Event, EventLog, Listened, encode, stream


def test_bars_hold_the_notes(browser: httpx.Client, model: Model) -> None:
    told = listen(browser, create(browser, "C:4|F:2", seed=5, takes=2)["id"])
    bands = arrange("C:4|F:2", ArrangeOptions(takes=2, seed=5), model=model).bands
    bars = [event.data for event in told if event.kind == "bar"]
    assert sorted((bar["take"], bar["bar"]) for bar in bars) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    for take, band in enumerate(bands):
        for track in band.tracks:
            notes = [note for bar in bars if bar["take"] == take for note in bar["notes"][track.role]]
            assert sorted(notes) == sorted(track.notes.tolist())
            assert all(note[ONSET] + note[DURATION] <= band.steps for note in notes)


def test_the_end_comes_last_and_numbers_count(browser: httpx.Client) -> None:
    told = listen(browser, create(browser)["id"])
    assert [event.number for event in told if event.number is not None] == [1, 2, 3, 4, 5]
    assert told[-1][:2] == (5, "done")
    assert all(event.data["of"] == 4 for event in told if event.kind == "progress")


@pytest.mark.parametrize("after", [1, 3, 4])
def test_a_client_goes_on_where_it_was(browser: httpx.Client, after: int) -> None:
    identity = compose(browser)["id"]
    everything = [event for event in listen(browser, identity) if event.number]
    assert listen(browser, identity, after) == everything[after:]


@pytest.mark.parametrize("after", ["5", "6", "999999999"])
def test_who_has_heard_all_need_not_ask_again(browser: httpx.Client, after: str) -> None:
    identity = compose(browser)["id"]
    response = browser.get(f"/api/arrangements/{identity}/events", headers={"Last-Event-ID": after})
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("after", ["x", "-1", "1e9", "9" * 5000, "¹"])
def test_a_number_that_is_none_of_ours_begins_anew(browser: httpx.Client, after: str) -> None:
    identity = compose(browser)["id"]
    headers = {b"Last-Event-ID": after.encode()}
    response = browser.get(f"/api/arrangements/{identity}/events", headers=headers)
    assert response.text.count("event: bar") == 4


def test_bars_come_while_the_rest_is_composed(server: Server, browser: httpx.Client) -> None:
    identity = create(browser, LONG, takes=8)["id"]
    path = f"/api/arrangements/{identity}/events"
    with browser.stream("GET", path) as response:
        told = heard(response.iter_lines())
        seen = [next(told) for _ in range(20)]
        assert view(browser, identity)["state"] == "composing"
    last = max(event.number or 0 for event in seen)
    with browser.stream("GET", path, headers={"Last-Event-ID": str(last)}) as response:
        told = heard(response.iter_lines())
        assert next(event.number for event in told if event.number) == last + 1
        browser.delete(f"/api/arrangements/{identity}")
        *_, end = told
    assert end.kind == "stopped"
    assert server.studio.live == {}


def test_a_piece_that_nobody_hears_is_given_up(start: Start) -> None:
    server = start(patience=0.3)
    with server.browser() as browser:
        identity = create(browser, LONG, takes=8)["id"]
        with browser.stream("GET", f"/api/arrangements/{identity}/events") as response:
            told = heard(response.iter_lines())
            begin = time.monotonic()
            while time.monotonic() < begin + 0.8:
                assert next(told).kind in {"bar", "progress"}
        wait_until(lambda: not server.studio.live)
        piece = view(browser, identity)
        assert piece["state"] == "stopped"
        assert "nobody listened" in piece["detail"]
        # What was finished is kept.
        kept = listen(browser, identity)
        assert [event.kind for event in kept] == ["bar"] * piece["progress"]["bars"] + ["stopped"]
        assert len(kept) > 1
        assert browser.get(f"/api/arrangements/{identity}/midi").status_code == 409


def test_asking_for_it_counts_as_listening(start: Start) -> None:
    with start(patience=0.5).browser() as browser:
        identity = create(browser, LONG, takes=4)["id"]
        for _ in range(8):
            time.sleep(0.1)
            assert view(browser, identity)["state"] == "composing"


def test_same_events_for_all_who_listen(server: Server) -> None:
    with server.browser() as browser:
        identity = create(browser, CHORDS, takes=2)["id"]
        tokens = dict(browser.cookies)
        with httpx.Client(base_url=server.url, cookies=tokens) as second:
            told = [[event for event in listen(client, identity) if event.number] for client in (browser, second)]
        assert told[0] == told[1] == listen(browser, identity)


# The log itself


def test_form_of_an_event() -> None:
    assert encode(Event.of("bar", {"a": "x\ny"}), 3) == 'id: 3\nevent: bar\ndata: {"a":"x\\ny"}\n\n'
    assert encode(Event("done", "{}")) == "event: done\ndata: {}\n\n"


def test_silence_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "KEEP_ALIVE_SECONDS", 0.01)

    async def read() -> list[str]:
        log = EventLog()
        texts = stream(log, 0, 1)
        heard = [await anext(texts) for _ in range(2)]
        log.append(Event("done", "{}"), last=True)
        return [*heard, *[text async for text in texts]]

    assert asyncio.run(read()) == ["retry: 2000\n\n", ": still here\n\n", "id: 1\nevent: done\ndata: {}\n\n"]


def test_a_log_outlives_the_loops_that_read_it() -> None:
    log = Listened()

    async def leave_open() -> None:
        log.reader().__enter__()

    asyncio.run(leave_open())
    log.append(Event("bar", "{}"))
    assert len(log.events) == 1


def test_listeners_are_counted() -> None:
    async def count() -> list[int]:
        log = Listened()
        with log.reader(), log.reader():
            counts = [log.listeners]
        return [*counts, log.listeners]

    assert asyncio.run(count()) == [2, 0]
