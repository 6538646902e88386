"""A server that is killed loses nothing that it called done, and leaves nothing half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

import httpx
import mido
import pytest
from tests.web.conftest import LONG, compose, create, listen, view, wait_until

PROGRAM = (sys.executable, "-c", "from sideman.cli import main; main()")


class Process:
    """`sideman serve`, as people run it."""

    program: tuple[str, ...] = PROGRAM

    def __init__(self, data: Path, weights: Path, *options: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            [*self.program, "serve", "--port", "0", "--data", str(data), "--weights", str(weights), *options],
            env=os.environ | {"SIDEMAN_MAX_UNFINISHED": "100", "SIDEMAN_GRACE": "0.2"} | environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        line = self._process.stderr.readline()
        self.url = line.split()[-1].rstrip("/")
        assert self.url.startswith("http://"), line + self._process.stderr.read()
        self._log: list[str] = []
        self._reading = threading.Thread(target=self._log.extend, args=(self._process.stderr,))
        self._reading.start()  # or the server would wait at a pipe that is full

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def end(self, sign: int) -> tuple[int, str]:
        """Exit code and what was said."""
        self._process.send_signal(sign)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        """The same, where it ends by itself."""
        code = self._process.wait(120)  # a busy machine takes its time
        self._reading.join(120)
        return code, "".join(self._log)

    def __enter__(self) -> Self:
        wait_until(self._answers)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._reading.join(120)
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/health").is_success
        except httpx.TransportError:
            return False


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_killed_while_it_composes(tmp_path: Path, weights: Path) -> None:
    with Process(tmp_path, weights) as server, httpx.Client(base_url=server.url, timeout=30) as browser:
        done = [compose(browser, "C:4|F:4", seed=seed, takes=2) for seed in range(3)]
        told = {piece["id"]: [event for event in listen(browser, piece["id"]) if event.number] for piece in done}
        songs = {piece["id"]: browser.get(f"/api/arrangements/{piece['id']}/midi").content for piece in done}
        # Short ones, that are being written at some moment, and long ones that can't be done.
        mixed = [create(browser, "C:4" if number % 2 else LONG, seed=number)["id"] for number in range(10)]
        wait_until(lambda: any(view(browser, identity)["state"] == "done" for identity in mixed))
        told_done = {identity for identity in mixed if view(browser, identity)["state"] == "done"}
        assert server.end(signal.SIGKILL)[0] == -signal.SIGKILL
        cookies = dict(browser.cookies)
    (next(tmp_path.glob("sessions/*/*/")) / ".take-0.0123456789ab.mid").touch()
    with Process(tmp_path, weights) as server, httpx.Client(base_url=server.url, cookies=cookies) as browser:
        pieces = {piece["id"]: piece for piece in browser.get("/api/arrangements").json()["arrangements"]}
        assert len(pieces) == 13
        for piece in done:
            assert pieces[piece["id"]] == piece
            assert listen(browser, piece["id"]) == told[piece["id"]]
            assert browser.get(f"/api/arrangements/{piece['id']}/midi").content == songs[piece["id"]]
        assert {pieces[identity]["state"] for identity in mixed} == {"done", "stopped"}
        assert {pieces[identity]["state"] for identity in told_done} == {"done"}
        for identity in mixed:
            *bars, last = listen(browser, identity)
            assert last.kind == pieces[identity]["state"]
            if last.kind == "done":
                assert [bar.kind for bar in bars] == ["bar"]
                (tmp_path / "song.mid").write_bytes(browser.get(f"/api/arrangements/{identity}/midi").content)
                assert mido.MidiFile(tmp_path / "song.mid").length == pytest.approx(2)
        assert not [*tmp_path.glob("sessions/*/*/.*")]
        again = compose(browser, "C:4|F:4", seed=0, takes=2)  # life goes on, and so does the music
        assert browser.get(f"/api/arrangements/{again['id']}/midi").content == songs[done[0]["id"]]
        code, text = server.end(signal.SIGTERM)
    assert code in {0, -signal.SIGTERM}
    assert "Traceback" not in text


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_killed_while_a_part_is_redone(tmp_path: Path, weights: Path) -> None:
    with Process(tmp_path, weights) as server, httpx.Client(base_url=server.url, timeout=30) as browser:
        piece = compose(browser, LONG, seed=1, tracks=["piano"])
        path = f"/api/arrangements/{piece['id']}"
        short = {"bars": [1], "seed": 5, "drafts": 2}
        browser.post(f"{path}/revisions", json=short | {"takes": 3}).raise_for_status()
        wait_until(lambda: browser.get(f"{path}/revisions").json()["candidates"])
        browser.post(f"{path}/candidates/2").raise_for_status()
        history = browser.get(f"{path}/revisions").json()
        song, told = browser.get(f"{path}/midi").content, listen(browser, piece["id"])
        now = view(browser, piece["id"])
        browser.post(f"{path}/revisions", json={"drafts": 8, "bars": [*range(200)]}).raise_for_status()
        wait_until(lambda: browser.get(f"{path}/revisions").json()["composing"]["bars"] > 200)
        assert server.end(signal.SIGKILL)[0] == -signal.SIGKILL
        cookies = dict(browser.cookies)
    with Process(tmp_path, weights) as server, httpx.Client(base_url=server.url, cookies=cookies) as browser:
        assert browser.get(f"{path}/revisions").json() == history | {"composing": None}
        assert browser.get(f"{path}/midi").content == song
        assert listen(browser, piece["id"]) == told
        assert view(browser, piece["id"]) == now
        browser.post(f"{path}/revisions", json=short).raise_for_status()  # it can be asked again
        wait_until(lambda: browser.get(f"{path}/revisions").json()["composing"] is None)
        assert browser.get(f"{path}/revisions").json()["position"] == 2
        browser.patch(f"{path}/revisions", json={"position": 1}).raise_for_status()
        assert browser.get(f"{path}/midi").content == song
        _, text = server.end(signal.SIGTERM)
    assert "Traceback" not in text


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_killed_and_without_its_index(tmp_path: Path, weights: Path) -> None:
    stranger = tmp_path / "sessions" / "2024" / "song" / "take.wav"
    stranger.parent.mkdir(parents=True)
    stranger.touch()
    with Process(tmp_path, weights) as server, httpx.Client(base_url=server.url, timeout=30) as browser:
        done = compose(browser, "C:4|F:4", takes=2)
        song = browser.get(f"/api/arrangements/{done['id']}/midi").content
        deleted = compose(browser, "C:4")["id"]
        browser.delete(f"/api/arrangements/{deleted}").raise_for_status()
        identity = create(browser, LONG, takes=8)["id"]
        wait_until(lambda: view(browser, identity)["progress"]["bars"])
        server.end(signal.SIGKILL)
        cookies = dict(browser.cookies)
    for path in tmp_path.glob("sideman.db*"):
        path.unlink()
    with Process(tmp_path, weights) as server, httpx.Client(base_url=server.url, cookies=cookies) as browser:
        pieces = browser.get("/api/arrangements").json()["arrangements"]
        assert {piece["id"]: piece["state"] for piece in pieces} == {done["id"]: "done", identity: "stopped"}
        assert done in pieces
        assert browser.get(f"/api/arrangements/{done['id']}/midi").content == song
        _, text = server.end(signal.SIGTERM)
    assert "pieces that the store had lost are back count=2" in text
    assert stranger.exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_servers_that_share_a_folder(tmp_path: Path, weights: Path) -> None:
    with Process(tmp_path, weights) as first, Process(tmp_path, weights) as second:
        with httpx.Client(base_url=first.url, timeout=30) as browser:
            done = compose(browser, "C:4|F:4")
            song = browser.get(f"/api/arrangements/{done['id']}/midi").content
            identity = create(browser, LONG, takes=8)["id"]
            wait_until(lambda: view(browser, identity)["progress"]["bars"])
            cookies = dict(browser.cookies)
        being_written = next(tmp_path.glob("sessions/*/*/")) / ".take-0.0123456789ab.wav"
        being_written.touch()
        with Process(tmp_path, weights), httpx.Client(base_url=second.url, cookies=cookies) as browser:
            assert being_written.exists()  # by one of the others, for all that the third knows
            assert view(browser, done["id"]) == done
            assert browser.get(f"/api/arrangements/{done['id']}/midi").content == song
            assert view(browser, identity)["state"] in {"waiting", "composing"}
            elsewhere = browser.get(f"/api/arrangements/{identity}/events")
            assert elsewhere.status_code == 503
            assert "retry-after" in elsewhere.headers
            first.end(signal.SIGKILL)
            assert view(browser, identity)["state"] == "stopped"
            assert listen(browser, identity)[-1].kind == "stopped"
            assert second.end(signal.SIGTERM)[0] in {0, -signal.SIGTERM}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_stopped_while_somebody_listens(tmp_path: Path, weights: Path) -> None:
    with Process(tmp_path, weights, "--json") as server, httpx.Client(base_url=server.url, timeout=30) as browser:
        identity = create(browser, LONG, takes=8)["id"]
        with browser.stream("GET", f"/api/arrangements/{identity}/events") as response:
            lines = response.iter_lines()
            next(line for line in lines if line == "event: bar")
            server._process.send_signal(signal.SIGINT)
            heard = list(lines)
            assert "event: stopped" in heard
        _, text = server.ended()
        cookies = dict(browser.cookies)
    with Process(tmp_path, weights) as server, httpx.Client(base_url=server.url, cookies=cookies) as browser:
        bars = view(browser, identity)["progress"]["bars"]
        assert bars == 1 + heard.count("event: bar")  # what was finished is kept
        assert [event.kind for event in listen(browser, identity)] == ["bar"] * bars + ["stopped"]
    assert "Traceback" not in text
    assert text.count('"message": "piece ended"') == 1
