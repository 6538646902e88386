"""Runs outside programs and fetches those that a machine lacks. Knows neither kernel nor page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

TIME_LIMIT = 600  # seconds, for whatever is run
FAILURES = (OSError, ValueError, subprocess.SubprocessError)


def run(command: list[str], variables: dict[str, str], folder: Path | None = None) -> str:
    """Run a program, in a folder, and return what it prints; a failure's are :func:`lines_of`. Raises FAILURES."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | variables,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=TIME_LIMIT,
    )
    return done.stdout


def fetch(requirement: str, folder: Path) -> None:
    """Put a package's wheel, without what it depends on, into the folder. Raises FAILURES where it can't be had."""
    install = "install", "--quiet", "--no-deps", "--target", str(folder), requirement
    try:  # -I: pip hides itself from the builds that it runs by means of PYTHONPATH
        run([sys.executable, "-I", "-m", "pip", *install], {"PIP_RETRIES": "1"})
    except FAILURES:
        if not shutil.which("uv"):
            raise
        run(["uv", "pip", *install], {})  # environments made by uv hold no pip


def lines_of(error: Exception) -> list[str]:
    """The lines that tell what went wrong, at least one."""
    text = error.stderr.strip() if isinstance(error, subprocess.CalledProcessError) else ""
    return (text or str(error) or type(error).__name__).splitlines()


def reason(error: Exception) -> str:
    """The line that tells most of what went wrong."""
    lines = lines_of(error)
    return next((line for line in lines if "error:" in line.lower()), lines[-1])
