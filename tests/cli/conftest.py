"""The command line run in this process, and the weights and songs that it works on."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.tiny import tiny_checkpoint

from sideman.cli import main
from sideman.model.checkpoint import save_checkpoint


class Result(NamedTuple):
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of weights that know nothing."""
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_checkpoint(tiny_checkpoint(), path)
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Result]:
    """Runs `sideman` with arguments, in an empty folder of its own, with a text or bytes on standard input."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: object, stdin: str | bytes = "") -> Result:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), "utf-8"))
        monkeypatch.setattr(sys, "argv", ["sideman", *map(str, arguments)])
        code: str | int | None = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return Result(code if isinstance(code, int) else int(code is not None), out, err)

    return invoke
