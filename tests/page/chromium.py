"""The browser of the page's tests. Prints its path when run: script/setup asks whether there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

VARIABLE = "SIDEMAN_CHROMIUM"
NAMES = (  # the lightest first
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)

ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-sandbox",  # Chromium has none where root runs it
]


def find() -> str | None:
    """The first of these that runs: the one that the user names, the machine's, the one that Playwright fetched."""
    return next(filter(_runs, _candidates()), None)


def _candidates() -> Iterator[str]:
    if named := os.environ.get(VARIABLE):
        yield named
        return
    yield from filter(None, map(shutil.which, NAMES))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def _runs(path: str) -> bool:
    """Ubuntu's chromium-browser, for one, may be a script that only says where to get it."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and b"Chrom" in done.stdout


if __name__ == "__main__":
    browser = find()
    sys.stdout.write(f"{browser}\n" if browser else "")
    sys.exit(browser is None)
