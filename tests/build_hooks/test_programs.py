"""Running and fetching programs, and the line that says why one failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from build_hooks import kernel, node, programs


def failure(script: str) -> subprocess.CalledProcessError:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        programs.run([sys.executable, "-c", f"import sys; sys.exit({script!r})"], {})
    return caught.value


def test_returns_what_is_printed_where_it_was_run(tmp_path: Path) -> None:
    script = "import os; print(os.getcwd(), os.environ['TUNE'])"
    assert programs.run([sys.executable, "-c", script], {"TUNE": "ü"}, tmp_path) == f"{tmp_path} ü\n"


def test_reason_is_the_line_with_the_error_or_the_last() -> None:
    assert programs.reason(failure("one\nERROR: two\nthree")) == "ERROR: two"
    assert programs.reason(failure("one\ntwo")) == "two"
    assert programs.reason(OSError("no disk")) == "no disk"


def test_reason_of_one_that_says_nothing() -> None:
    assert "status 1" in programs.reason(subprocess.CalledProcessError(1, "cc", stderr=""))
    assert programs.reason(TimeoutError()) == "TimeoutError"


@pytest.mark.parametrize("requirement", [kernel.ZIG, node.WHEEL])
def test_what_cannot_be_fetched_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, requirement: str) -> None:
    monkeypatch.setenv("PATH", os.devnull)  # no uv
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(subprocess.CalledProcessError) as caught:
        programs.fetch(requirement, tmp_path)
    assert requirement in programs.reason(caught.value)
