"""script/setup's answers where the machine lacks something. (That it installs is shown by the tests running at all.)"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OLD = "exit 1"  # what a Python says that is too old for us
WITHOUT_VENV = 'case "$2" in *ensurepip*) exit 1;; esac'

Setup = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """Runs script/setup in a project of its own on a machine whose only Python is a shell script."""
    for name in ("pyproject.toml", "hatch_build.py", "script/setup", "src/sideman/model/native/kernel.c"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for name in ("bash", "cat", "cksum", "dirname", "rm", "uname"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or name)

    def run(*arguments: str, python: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "bin/python3").write_text(f"#!/bin/sh\n{python}\n")
        (tmp_path / "bin/python3").chmod(0o755)
        environment = {"PATH": str(tmp_path / "bin")}
        command = (str(tmp_path / "script/setup"), *arguments)
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)

    return run


@pytest.mark.parametrize(
    ("python", "remedy"),
    [
        pytest.param(OLD, "needs Python 3.11 or newer", id="too old"),
        pytest.param(WITHOUT_VENV, "apt install python3-venv", id="without venv"),
    ],
)
def test_unsuitable_python_is_named(setup: Setup, tmp_path: Path, python: str, remedy: str) -> None:
    result = setup(python=python)
    assert result.returncode == 1
    assert remedy in result.stderr
    assert not (tmp_path / ".venv").exists()


def test_unknown_option(setup: Setup) -> None:
    result = setup("--gpu", python=OLD)
    assert result.returncode == 1
    assert "unknown option '--gpu'" in result.stderr


def test_broken_off_installation_is_not_taken_for_done(setup: Setup, tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/sideman-setup").write_text("dev\n")  # torn: neither contents nor place
    result = setup(python=OLD)
    assert (result.returncode, "up to date" in result.stdout) == (1, False)
