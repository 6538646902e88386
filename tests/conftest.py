"""What all tests share: properties that a busy machine can't fail, the kernel, and words on what else was found out."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from sideman.model.kernel import load_library

EXAMPLES = 20

# A slow moment is no failure of a property; in CI the examples are the same every time. Other runs try others: there
# are enough of those to make up for few examples a run.
settings.register_profile("default", deadline=None, max_examples=EXAMPLES)
settings.register_profile("ci", deadline=None, max_examples=EXAMPLES, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "default")


LONGEST_ID = 60  # characters of a parameter that a test is called after


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Call a test after the start of a long parameter: some are megabytes, and every process is told all names."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return f"{argname}-{val[:LONGEST_ID]!r}-{len(val)}"
    return None


# Thousands of tests and their libraries are there until the end: Python needn't look whether they are garbage.
gc.disable()


def pytest_collection_finish() -> None:
    """From now on it does, at what is new, and less often than usual."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """What a test makes of logging ends with it: a handler that writes to its captured stream would fail later."""
    loggers = [logging.getLogger(name) for name in ("", "sideman")]
    before = [(logger.handlers[:], logger.level) for logger in loggers]
    yield
    for logger, (handlers, level) in zip(loggers, before, strict=True):
        logger.handlers[:] = handlers
        logger.setLevel(level)


@pytest.fixture(scope="session")
def needs_kernel() -> None:
    """Skips, and says why, where the kernel was not built; tests/model/test_kernel.py fails where it should be."""
    if load_library() is None:
        pytest.skip("no kernel was built: install again where a C compiler is found")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what tests measured; and name the checks that script/test ran before and that failed: green hides them."""
    reports = [report for each in terminalreporter.stats.values() for report in each]
    measured = {line for report in reports for line in getattr(report, "user_properties", ())}
    if measured:
        terminalreporter.section("measured")
        for name, value in sorted(measured):
            terminalreporter.write_line(f"{name}: {value}")
    failed = os.environ.get("SIDEMAN_FAILED_CHECKS")
    if failed:
        terminalreporter.section("failed before the tests, see above", red=True)
        for check in failed.splitlines():
            terminalreporter.write_line(check, red=True)
