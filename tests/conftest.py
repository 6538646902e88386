"""What all tests share: properties that a busy machine can't fail, and the word on other checks that did."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A slow moment is no failure of a property; in CI the examples are the same every time.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the checks that script/test ran before and that failed, so that green tests don't hide them."""
    failed = os.environ.get("SIDEMAN_FAILED_CHECKS")
    if failed:
        terminalreporter.section("failed before the tests, see above", red=True)
        for check in failed.splitlines():
            terminalreporter.write_line(check, red=True)
