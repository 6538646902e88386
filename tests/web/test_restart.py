"""A server that is killed loses nothing that it called done, and leaves nothing half written."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, ClassVar, Self

import httpx
import mido
import pytest
from tests.web.conftest import LONG, TLS, compose, create, listen, view, wait_until

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
            return httpx.get(f"{self.url}/api/health", verify=TLS).is_success
        except httpx.TransportError:
            return False


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_killed_again_and_again(tmp_path: Path, weights: Path) -> None:
    """One folder in four lives: killed while it composes and redoes, killed and without its index, stopped, well."""
    with Process(tmp_path, weights) as server, httpx.Client(base_url=server.url, timeout=30) as browser:
        done = [compose(browser, "C:4|F:4", seed=seed, takes=2) for seed in range(3)]
        told = {piece["id"]: [event for event in listen(browser, piece["id"]) if event.number] for piece in done}
        songs = {piece["id"]: midi(browser, piece["id"]) for piece in done}
        redone = Redone(browser)
        # Short ones, that are being written at some moment, and long ones that can't be done.
        mixed = [create(browser, "C:4" if number % 2 else LONG, seed=number)["id"] for number in range(10)]
        redone.begin_more()
        wait_until(lambda: any(view(browser, identity)["state"] == "done" for identity in mixed))
        told_done = {identity for identity in mixed if view(browser, identity)["state"] == "done"}
        assert server.end(signal.SIGKILL)[0] == -signal.SIGKILL
        cookies = dict(browser.cookies)
    (next(tmp_path.glob("sessions/*/*/")) / ".take-0.0123456789ab.mid").touch()

    with Process(tmp_path, weights) as server, httpx.Client(base_url=server.url, cookies=cookies) as browser:
        pieces = listed(browser)
        assert len(pieces) == 14
        assert [pieces[piece["id"]] for piece in done] == done
        assert {each: listen(browser, each) for each in told} == told
        assert {each: midi(browser, each) for each in songs} == songs
        assert {pieces[identity]["state"] for identity in told_done} == {"done"}
        assert_done_or_stopped(browser, [pieces[identity] for identity in mixed], tmp_path)
        assert not [*tmp_path.glob("sessions/*/*/.*")]
        redone.is_as_before(browser)
        again = compose(browser, "C:4|F:4", seed=0, takes=2)  # life goes on, and so does the music
        assert midi(browser, again["id"]) == songs[done[0]["id"]]
        browser.delete(f"/api/arrangements/{again['id']}").raise_for_status()
        known = listed(browser)
        identity = create(browser, LONG, takes=8)["id"]
        wait_until(lambda: view(browser, identity)["progress"]["bars"])
        _, text = server.end(signal.SIGKILL)
    assert "Traceback" not in text
    stranger = without_index(tmp_path)

    with Process(tmp_path, weights, "--json") as server, httpx.Client(base_url=server.url, cookies=cookies) as browser:
        pieces = listed(browser)
        assert pieces.pop(identity)["state"] == "stopped"
        assert {each: pieces[each]["state"] for each in pieces} == {each: known[each]["state"] for each in known}
        assert [pieces[piece["id"]] for piece in done] == done
        assert {each: midi(browser, each) for each in songs} == songs
        assert stranger.exists()
        identity, heard = listen_until_interrupted(server, browser)
        _, text = server.ended()
    assert re.search(rf'had lost are back".*"count": {len(known) + 1}\b', text)
    assert "Traceback" not in text
    assert text.count('"message": "piece ended"') == 1

    with Process(tmp_path, weights) as server, httpx.Client(base_url=server.url, cookies=cookies) as browser:
        kinds = [event.kind for event in listen(browser, identity)]  # what was finished is kept
        assert kinds == ["bar"] * (1 + heard.count("event: bar")) + ["stopped"]
        assert view(browser, identity)["progress"]["bars"] == len(kinds) - 1
        code, text = server.end(signal.SIGTERM)
    assert (code in {0, -signal.SIGTERM}, "Traceback" in text) == (True, False)


def without_index(folder: Path) -> Path:
    """Remove it, and put a file among the pieces that is none of the server's."""
    for path in folder.glob("sideman.db*"):
        path.unlink()
    stranger = folder / "sessions" / "2024" / "song" / "take.wav"
    stranger.parent.mkdir(parents=True)
    stranger.touch()
    return stranger


def listed(browser: httpx.Client) -> dict[str, dict[str, Any]]:
    return {piece["id"]: piece for piece in browser.get("/api/arrangements").json()["arrangements"]}


def midi(browser: httpx.Client, identity: str) -> bytes:
    return browser.get(f"/api/arrangements/{identity}/midi").content


def assert_done_or_stopped(browser: httpx.Client, pieces: list[dict[str, Any]], folder: Path) -> None:
    """Some are done, and whole; the others are stopped, and say so."""
    assert {piece["state"] for piece in pieces} == {"done", "stopped"}
    for piece in pieces:
        *bars, last = listen(browser, piece["id"])
        assert last.kind == piece["state"]
        if last.kind == "done":
            assert [bar.kind for bar in bars] == ["bar"]
            (folder / "song.mid").write_bytes(midi(browser, piece["id"]))
            assert mido.MidiFile(folder / "song.mid").length == pytest.approx(2)


def listen_until_interrupted(server: Process, browser: httpx.Client) -> tuple[str, list[str]]:
    """A piece, and what is heard of it after its first bar, when Ctrl-C is pressed."""
    identity = create(browser, LONG, takes=8)["id"]
    with browser.stream("GET", f"/api/arrangements/{identity}/events") as response:
        lines = response.iter_lines()
        next(line for line in lines if line == "event: bar")
        server._process.send_signal(signal.SIGINT)
        heard = list(lines)
    assert "event: stopped" in heard
    return identity, heard


class Redone:
    """A piece of which a part is redone, and more of it when the server is killed."""

    SHORT: ClassVar[dict[str, Any]] = {"bars": [1], "seed": 5, "drafts": 2}

    def __init__(self, browser: httpx.Client) -> None:
        self.identity = compose(browser, "|".join(["C:4", "Am:4", "F:4", "G7:4"] * 15), seed=1, tracks=["piano"])["id"]
        self._browser = browser
        self._path = f"/api/arrangements/{self.identity}"
        browser.post(f"{self._path}/revisions", json=self.SHORT | {"takes": 3}).raise_for_status()
        wait_until(lambda: self._revisions(browser)["candidates"])
        browser.post(f"{self._path}/candidates/2").raise_for_status()
        self._before = self._state(browser)

    def begin_more(self) -> None:
        """Redo so much of it that it takes long."""
        more = {"drafts": 8, "bars": [*range(50)]}
        self._browser.post(f"{self._path}/revisions", json=more).raise_for_status()
        wait_until(lambda: self._revisions(self._browser)["composing"]["bars"] > 50)

    def is_as_before(self, browser: httpx.Client) -> None:
        """In another life of the server; and it can be redone again, and that be undone."""
        assert self._state(browser) == self._before
        browser.post(f"{self._path}/revisions", json=self.SHORT).raise_for_status()
        wait_until(lambda: self._revisions(browser)["composing"] is None)
        assert self._revisions(browser)["position"] == 2
        browser.patch(f"{self._path}/revisions", json={"position": 1}).raise_for_status()
        assert midi(browser, self.identity) == self._before[1]

    def _state(self, browser: httpx.Client) -> tuple[object, ...]:
        revisions = self._revisions(browser) | {"composing": None}
        return revisions, midi(browser, self.identity), listen(browser, self.identity), view(browser, self.identity)

    def _revisions(self, browser: httpx.Client) -> dict[str, Any]:
        return dict(browser.get(f"{self._path}/revisions").json())


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
