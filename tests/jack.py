"""A JACK server on its dummy driver: real MIDI ports on a machine without any. Skips, and says why, where it isn't."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest

from sideman.render import ports

PATIENCE = 30.0  # seconds that a busy machine may take
SERVER = f"sideman-test-{os.getpid()}"


@pytest.fixture(scope="module")
def jack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The module rtmidi, of which our ports and the test's are on the server."""
    rtmidi = pytest.importorskip("rtmidi", reason="no python-rtmidi: pip install 'sideman[midi]'")
    program = shutil.which("jackd")
    if program is None or rtmidi.API_UNIX_JACK not in rtmidi.get_compiled_api():
        pytest.skip("no jackd, so no MIDI port is tried: apt-get install jackd2")
    folder = tmp_path_factory.mktemp("jack")
    with pytest.MonkeyPatch.context() as patch, (folder / "log").open("w") as log:
        patch.setenv("JACK_DEFAULT_SERVER", SERVER)
        patch.setenv("JACK_NO_AUDIO_RESERVATION", "1")
        patch.setattr(ports, "SEQUENCER", Path("/nonexistent"))  # JACK's ports, also where ALSA has some
        # Long periods, and much time for clients: on a busy machine it would throw them out.
        command = [program, "-r", "-t", "20000", "-n", SERVER, "-d", "dummy", "-r", "48000", "-p", "2048"]
        with subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL) as server:
            try:
                _wait_for_server(rtmidi, server, folder / "log")
                yield rtmidi
            finally:
                server.terminate()


def _wait_for_server(rtmidi: ModuleType, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        try:
            rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="look").delete()
        except rtmidi.RtMidiError:
            time.sleep(0.1)
        else:
            return
    pytest.skip(f"jackd doesn't run here: {' '.join(log.read_text().split())[-300:]}")


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until something holds; fails after a generous time."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.02)


class _Client(Protocol):
    """An input or an output of rtmidi."""

    def get_ports(self) -> list[str]: ...

    def open_port(self, number: int) -> object: ...


class Friend:
    """Another program with a keyboard and ears, which are connected to ports once these are there."""

    def __init__(self, rtmidi: ModuleType) -> None:
        self._heard: list[list[int]] = []
        self._out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="friend")
        self._ear = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="friend", queue_size_limit=100_000)
        self._ear.ignore_types(timing=False)

    @property
    def heard(self) -> list[list[int]]:
        """All messages so far."""
        while (event := self._ear.get_message()) is not None:
            self._heard.append(event[0])
        return self._heard

    def listen(self, name: str) -> None:
        """Hear what is played into a port."""
        self._connect(self._ear, name)

    def play_into(self, name: str) -> None:
        """Play into a port from now on."""
        self._connect(self._out, name)

    def _connect(self, client: _Client, name: str) -> None:
        wait_until(lambda: any(name in port for port in client.get_ports()))
        client.open_port(next(place for place, port in enumerate(client.get_ports()) if name in port))

    def send(self, *message: int) -> None:
        """Send a message."""
        self._out.send_message(list(message))

    def strike(self, *pitches: int, again_after: float = 1.0) -> None:
        """Strike keys together until the band is heard: what is sent while ports are being connected may get lost."""
        end = time.monotonic() + PATIENCE
        while not self.notes() and time.monotonic() < end:
            for pitch in pitches:
                self.send(0x90, pitch, 90)
            time.sleep(again_after)

    def close(self) -> None:
        """Go away."""
        for client in (self._ear, self._out):
            client.close_port()
            client.delete()

    def notes(self) -> list[tuple[int, int]]:
        """Channel and pitch of each note that was heard to begin."""
        return [(each[0] & 15, each[1]) for each in self.heard if each[0] & 0xF0 == 0x90 and each[2]]


@pytest.fixture
def friend(jack: ModuleType) -> Iterator[Friend]:
    """A friend for one test."""
    other = Friend(jack)
    yield other
    other.close()
