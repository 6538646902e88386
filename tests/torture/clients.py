"""Clients that keep a server busy: slow ones, silent ones, very many; everybody else is answered, memory stays flat."""

from __future__ import annotations

import contextlib
import itertools
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import httpx
from tests.torture.faults import Run, Scenario, weights
from tests.torture.fuzzing import show
from tests.web.test_restart import Process

CROWD = 200
CROWD_SECONDS = 600.0
SLOW_SECONDS = 90.0
SILENT, READING_NOTHING, CRUMBS, HOLDING = 60, 200, 4, 60
CHORDS = "C:4|Am:4|F:4|G7:4"
LAX = {
    "SIDEMAN_ARRANGEMENTS_PER_MINUTE": "100000",
    "SIDEMAN_REQUESTS_PER_MINUTE": "1000000",
    "SIDEMAN_UNFINISHED_PER_ADDRESS": "64",
}
GROWTH_MEGABYTES = 60  # from the middle of a run to its end; what is kept grows with the pieces
KIB = 1024


def address(number: int) -> str:
    """One of many of this machine."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


def memory(process: int) -> int:
    """Megabytes that a process has in memory now."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // KIB
    return 0


def _slow(run: Run) -> None:
    """What one address can do with connections; another address asks all the while."""
    path = weights(run.folder)
    with Process(run.folder / "data", path, **LAX) as server, contextlib.ExitStack() as stack:
        host, port = server.url.removeprefix("http://").split(":")
        first = memory(server.pid)
        stop = threading.Event()

        def connect() -> socket.socket:
            connection = socket.create_connection((host, int(port)), 10)
            stack.callback(connection.close)
            return connection

        def attack() -> None:
            get = b"GET /instruments/kit-0.sf3 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            post = b"POST /api/chords:parse HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    for _ in range(SILENT):
                        connect()
                    for _ in range(READING_NOTHING):
                        connect().sendall(get)
                    for _ in range(HOLDING):
                        connect().sendall(post + b"Content-Length: 2000000\r\n\r\n" + bytes(100_000))
                    for _ in range(CRUMBS):
                        connect().sendall(post + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 20_000)
                stop.wait(2)

        attacking = threading.Thread(target=attack)
        attacking.start()
        asked = answered = 0
        slowest = 0.0
        elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
        begin = time.monotonic()
        with httpx.Client(base_url=server.url, transport=elsewhere, timeout=30) as browser:
            while time.monotonic() - begin < min(SLOW_SECONDS, run.seconds):
                asked += 1
                asking = time.monotonic()
                with contextlib.suppress(httpx.TransportError):
                    answered += browser.get("/api/options").is_success
                slowest = max(slowest, time.monotonic() - asking)
                time.sleep(1)
        stop.set()
        attacking.join()
        last = memory(server.pid)
        run.check(answered >= 0.9 * asked, f"{answered} of {asked} requests of another address were answered")
        run.check(last < first + 300, f"memory {first} → {last} MB")
        stack.close()
        _, text = server.end(signal.SIGTERM)
        run.check(len(text) < 1 << 20, f"{len(text) >> 10} KB of log")
        show(
            f"{run.name}: {answered} of {asked} of another address answered, the slowest after {slowest:.1f} s; "
            f"memory {first} → {last} MB; {len(text) >> 10} KB of log"
        )


def _crowd(run: Run) -> None:
    """Two hundred people for ten minutes: each composes, listens, downloads, redoes, deletes."""
    path = weights(run.folder)
    seconds = min(CROWD_SECONDS, run.seconds)
    with Process(run.folder / "data", path, **LAX) as server:
        stop = time.monotonic() + seconds
        done, refused, failed = itertools.count(), itertools.count(), []

        def person(number: int) -> None:
            random = Random(f"{run.seed} {number}")
            while time.monotonic() < stop:
                transport = httpx.HTTPTransport(local_address=address(number))
                with (
                    contextlib.suppress(httpx.TransportError),
                    httpx.Client(base_url=server.url, transport=transport, timeout=60) as browser,
                ):
                    fault = visit(browser, random, stop)
                    next(refused if fault == "busy" else done)
                    if fault not in {"", "busy"}:
                        failed.append(fault)
                time.sleep(random.uniform(0, 2))

        people = [threading.Thread(target=person, args=(number,)) for number in range(CROWD)]
        for each in people:
            each.start()
        sizes = [memory(server.pid)]
        while time.monotonic() < stop:
            time.sleep(min(10.0, max(0.1, stop - time.monotonic())))
            sizes.append(memory(server.pid))
            show(f"{run.name}: {sizes[-1]} MB, {len(failed)} failed")
        for each in people:
            each.join()
        middle = sizes[len(sizes) // 2]
        run.check(not failed, f"{len(failed)} requests failed: {failed[:3]}")
        run.check(sizes[-1] < middle + GROWTH_MEGABYTES, f"memory grows: {sizes} MB")
        _, text = server.end(signal.SIGTERM)
        run.check("Traceback" not in text, f"the log: {text[text.find('Traceback') :][:800]}")
        show(
            f"{run.name}: {CROWD} people, {seconds:.0f} s, {next(done)} visits, {next(refused)} told to wait; "
            f"memory {sizes[0]} → {middle} → {sizes[-1]} MB, at most {max(sizes)}"
        )


def visit(browser: httpx.Client, random: Random, stop: float) -> str:
    """What a person does; the first answer that is none of those that are right, "busy" where there is no room now."""
    body = {"progression": CHORDS, "takes": random.choice((1, 2)), "seed": random.randrange(1000)}
    made = browser.post("/api/arrangements", json=body)
    if made.status_code in {429, 503}:
        return "busy"
    if made.status_code != 202:
        return made.text
    at = f"/api/arrangements/{made.json()['id']}"
    with browser.stream("GET", f"{at}/events") as events:
        for _ in events.iter_lines():
            if time.monotonic() > stop:
                return ""
    asked: tuple[Callable[[], httpx.Response], ...] = (
        lambda: browser.get(f"{at}/midi"),
        lambda: browser.get(f"{at}/score.musicxml"),
        lambda: browser.get(f"{at}/chart.pdf"),
        lambda: browser.get(f"{at}/audio.mp3"),
        lambda: browser.post(f"{at}/revisions", json={"tracks": ["bass"], "bars": [0]}),
        lambda: browser.patch(at, json={"name": "Bridge", "swing": 60}),
        lambda: browser.get("/api/arrangements"),
        lambda: browser.post("/api/charts", json={"text": "[A]\nDm7 | G7 |\n[B]\nC | %"}),
        lambda: browser.get("/instruments/program-0.sf3"),
    )
    for ask in random.sample(asked, 3):
        answer = ask()
        if answer.status_code >= 400 and answer.status_code not in {409, 429, 503}:
            return answer.text
    return "" if browser.delete(at).status_code == 204 else "it can't be deleted"


CLIENTS = (
    Scenario("slow-clients", "silent, slow, crumbling and holding clients of one address; another one asks", _slow),
    Scenario("crowd", "200 clients for ten minutes, with flat memory", _crowd),
)
