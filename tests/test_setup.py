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
WORKING = """
case "$*" in
  "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *build_hooks.page*) echo the page ;;
  *chromium.py*) exit 1 ;;
  *WHEEL*) echo a wheel with node ;;
  *system_node*) exit "${NODE-0}" ;;
esac
"""

Setup = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """Runs script/setup in a project of its own on a machine whose only Python is a shell script."""
    files = (
        "pyproject.toml",
        "hatch_build.py",
        "build_hooks/page.py",
        "requirements/playing.txt",
        "script/setup",
        "src/sideman/model/native/kernel.c",
    )
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for name in ("bash", "cat", "cksum", "cp", "dirname", "id", "ln", "mkdir", "rm", "tee", "uname"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or name)

    for name in ("build", "frontend/node_modules"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("kernel", "page"):
        (tmp_path / f"build/{name}.log").write_text(f"word of the {name}\n")

    def run(*arguments: str, python: str, **variables: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "bin/python3").write_text(f"#!/bin/sh\n{python}\n")
        (tmp_path / "bin/python3").chmod(0o755)
        environment = {"PATH": str(tmp_path / "bin"), **variables}
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
    (tmp_path / ".venv/sideman-setup").write_text("dev\n")  # cut off: neither contents nor place
    result = setup(python=OLD)
    assert (result.returncode, "up to date" in result.stdout) == (1, False)


def test_second_time_only_the_page_is_seen_to(setup: Setup) -> None:
    first = setup(python=WORKING)
    assert (first.returncode, first.stderr) == (0, "")
    assert "installing sideman" in first.stdout
    assert "word of the kernel" in first.stdout
    assert "word of the page" in first.stdout
    second = setup(python=WORKING)
    assert (second.returncode, second.stdout) == (0, "script/setup: .venv is up to date; the page\n")


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "requirements/playing.txt", "hatch_build.py", "build_hooks/page.py", "script/setup"]
)
def test_what_the_installation_depends_on_is_installed_again(setup: Setup, tmp_path: Path, name: str) -> None:
    setup(python=WORKING)
    with (tmp_path / name).open("a") as file:
        file.write("\n")
    assert "installing sideman" in setup(python=WORKING).stdout


@pytest.mark.parametrize(
    ("arguments", "lock", "installed"),
    [
        pytest.param(
            [],
            "",
            [
                "--no-compile --require-hashes --requirement requirements/playing.txt",
                "--no-build-isolation --no-deps --editable .",
            ],
            id="playing",
        ),
        pytest.param(
            ["--dev"],
            "",
            [
                "--no-compile --require-hashes --requirement requirements/development.txt",
                "--no-build-isolation --no-deps --editable .",
            ],
            id="development",
        ),
        pytest.param([], "off", ["--editable ."], id="playing, latest"),
        pytest.param(["--dev"], "off", ["--editable .[train,plot] --group dev"], id="development, latest"),
    ],
)
def test_what_is_installed_is_locked(
    setup: Setup, tmp_path: Path, arguments: list[str], lock: str, installed: list[str]
) -> None:
    said = f'case "$*" in *" install "*) echo "$*" >>{tmp_path}/installed ;; esac\n'
    result = setup(*arguments, python=said + WORKING, SIDEMAN_BROWSER="off", SIDEMAN_LOCK=lock)
    assert result.returncode == 0, result.stderr
    lines = [line.partition(" install ")[2] for line in (tmp_path / "installed").read_text().splitlines()]
    assert lines == installed


def test_developers_without_a_browser_are_told(setup: Setup) -> None:
    result = setup("--dev", python=WORKING)
    assert result.returncode == 0, result.stderr
    assert "the tests of the page will be skipped" in result.stdout
    assert "SIDEMAN_CHROMIUM=" in result.stdout
    assert setup("--dev", python=WORKING, SIDEMAN_BROWSER="off").stdout.count("\n") == 1  # up to date


def test_developers_without_node_get_one(setup: Setup) -> None:
    result = setup("--dev", python=WORKING, SIDEMAN_BROWSER="off", NODE="1")
    assert result.returncode == 0, result.stderr
    assert "no node that is new enough: installing a wheel with node" in result.stdout
