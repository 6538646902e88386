"""`sideman serve`: what it refuses, in one line, before anything is served."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from tests.cli.conftest import Run


def test_a_port_that_is_taken(run: Run, weights: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = run("serve", "--port", port, "--data", tmp_path, "--weights", weights)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: cannot listen on 127.0.0.1, port {port}: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--port", "70000"), "port (SIDEMAN_PORT) is '70000'"),
        (("--host", "256.0.0.1"), "cannot listen on 256.0.0.1"),
        (("--port", "0", "--data", "file/data"), "cannot keep pieces in file/data"),
        (("--port", "0", "--weights", "missing"), "missing"),
    ],
    ids=str,
)
def test_what_it_cannot_do_is_one_line(run: Run, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    (tmp_path / "file").touch()
    code, out, err = run("serve", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert words in err
    assert err.count("\n") == 1
