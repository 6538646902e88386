"""script/windows.py does what the scripts for bash do. That it installs and serves was seen once: docs/platforms.md."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "script/windows.py"


@pytest.fixture
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT), run_name="windows")


def test_it_checks_what_script_test_checks(script: dict[str, Any]) -> None:
    checks = re.findall(r"^check (.+)", (ROOT / "script/test").read_text("utf-8"), re.MULTILINE)
    assert checks == [" ".join(check) for check in script["CHECKS"]]


@pytest.mark.parametrize("arguments", [[], ["setup", "--all"], ["page"]])
def test_it_says_what_it_takes(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.split()[:2]) == (2, [b"usage:", b"script/windows.py"])


def test_an_environment_of_these_sources_is_left_as_it_is(
    script: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is looked after in any case; one with the developer's tools keeps them."""
    ran: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: ran.append(command[1:]))
    stamp = tmp_path / "stamp"
    script["setup"].__globals__["STAMP"] = stamp
    for had, wanted in (("playing", "playing"), ("development", "development"), ("development", "playing")):
        stamp.write_text(script["contents"](had), "utf-8")
        script["setup"](wanted)
        assert ran.pop() == ["-m", "build_hooks.page"]
        assert ran == []
