"""A server in this process, on a port of its own, with a network that knows nothing; and browsers that talk to it."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from tests.tiny import tiny_checkpoint

from sideman.arranging import Model
from sideman.model.checkpoint import save_checkpoint
from sideman.web import server
from sideman.web.app import create_app
from sideman.web.settings import Settings
from sideman.web.studio import Studio

CHORDS = "C:4|Am:4|F:4|G7:4"
LONG = "|".join(["C:4", "Am:4", "F:4", "G7:4"] * 60)  # takes many times longer to compose than a test may take
LAX: dict[str, Any] = {
    "requests_per_minute": 100_000,
    "arrangements_per_minute": 100_000,
    "jam_bars_per_minute": 100_000,
    "max_unfinished": 64,
    "unfinished_per_address": 100_000,
    "max_jams": 10_000,
}

TLS = ssl.create_default_context()  # nobody uses it, and each client would read all certificates there are: 30 ms


class Server:
    """A server under test."""

    def __init__(self, settings: Settings, model: Model) -> None:
        self.settings = settings
        self._server = server.Server(create_app(settings, model), settings)
        self.services = self._server.services
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.run, args=([listening],))
        self._thread.start()
        wait_until(lambda: self._server.started or not self._thread.is_alive())
        assert self._server.started

    @property
    def studio(self) -> Studio:
        """Composes in this process."""
        studio = self.services.arrangements.studio
        assert isinstance(studio, Studio)
        return studio

    def stop(self) -> None:
        """As a signal does."""
        self._server.handle_exit(signal.SIGTERM, None)
        self._thread.join(30)
        assert not self._thread.is_alive()

    def browser(self) -> httpx.Client:
        """A client with cookies of its own."""
        return httpx.Client(base_url=self.url, timeout=30, verify=TLS)


Start = Callable[..., Server]


@pytest.fixture(scope="session")
def model() -> Model:
    return Model(tiny_checkpoint())


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same network in a file."""
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_checkpoint(tiny_checkpoint(), path)
    return path


@pytest.fixture(scope="module")
def start(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts servers; all end with the module."""
    servers = []

    def begin(**settings: Any) -> Server:  # noqa: ANN401 - the fields themselves
        folder = tmp_path_factory.mktemp("data")
        chosen = {"data": folder, "grace": 0.0} | LAX | settings
        servers.append(Server(Settings.read(**chosen), model))
        return servers[-1]

    yield begin
    for running in servers:
        running.stop()


@pytest.fixture(scope="module", name="server")
def _server(start: Start) -> Server:
    """One for all tests of a module."""
    return start()


@pytest.fixture
def browser(server: Server) -> Iterator[httpx.Client]:
    with server.browser() as client:
        yield client


@pytest.fixture
def other(server: Server) -> Iterator[httpx.Client]:
    """Another browser, with a piece of its own: a session that exists."""
    with server.browser() as client:
        create(client)
        yield client


def wait_until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Fails where it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def create(browser: httpx.Client, progression: str = CHORDS, **options: object) -> dict[str, Any]:
    """Ask for a piece."""
    response = browser.post("/api/arrangements", json={"progression": progression, **options})
    assert response.status_code == 202, response.text
    return dict(response.json())


def view(browser: httpx.Client, identity: str) -> dict[str, Any]:
    return dict(browser.get(f"/api/arrangements/{identity}").json())


def compose(browser: httpx.Client, progression: str = CHORDS, **options: object) -> dict[str, Any]:
    """Ask for a piece and wait until it is done."""
    identity = create(browser, progression, **options)["id"]
    assert listen(browser, identity)[-1].kind == "done"
    return view(browser, identity)


class Heard(NamedTuple):
    """A server-sent event."""

    number: int | None
    kind: str
    data: Any


def listen(browser: httpx.Client, identity: str, after: int | None = None) -> list[Heard]:
    """All events of a piece, to its end."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    with browser.stream("GET", f"/api/arrangements/{identity}/events", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        return list(heard(response.iter_lines()))


def heard(lines: Iterator[str]) -> Iterator[Heard]:
    """Events from the lines of a stream."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            number = int(fields["id"]) if "id" in fields else None
            yield Heard(number, fields["event"], json.loads(fields["data"]))
            fields = {}


def files(folder: Path) -> set[str]:
    """Names of all files below a folder, but those of the store."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.parent != folder}
