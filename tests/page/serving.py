"""A server for browsers, in a process of its own: with the model of the package, and a data folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sideman.music.band import INSTRUMENTS, Role

SECONDS = 60.0  # to start, or to stop
WITHOUT_THEM = (Role.DRUMS, Role.BASS, Role.PIANO, Role.GUITAR)  # no band plays in the page
FONTS = [
    f"/instruments/{'kit' if INSTRUMENTS[role].is_drum else 'program'}-{INSTRUMENTS[role].program}.sf3"
    for role in WITHOUT_THEM
]
ADDRESS = re.compile(r"^Sideman plays at (http://\S+?)/?$", re.MULTILINE)
LAX = {"SIDEMAN_ARRANGEMENTS_PER_MINUTE": "10000", "SIDEMAN_REQUESTS_PER_MINUTE": "100000"}


@contextmanager
def serve(folder: Path, port: int = 0) -> Iterator[str]:
    """The address of a server that keeps its pieces, and writes its log, in the folder; 0 is any free port."""
    start = "from sideman.cli import main; main()"
    command = [sys.executable, "-c", start, "serve", "--port", str(port), "--data", "data"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | LAX, stderr=log, stdin=subprocess.DEVNULL)
        try:
            yield _address(folder / "log", process)
        finally:
            process.terminate()
            process.wait(SECONDS)


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the server says that it listens."""
    deadline = time.monotonic() + SECONDS
    while not (found := ADDRESS.search(log.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)
    return found[1]
