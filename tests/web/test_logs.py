"""What is logged again and again."""

from __future__ import annotations

import logging

import pytest

from sideman.web.logs import REMEMBERED, Seldom


def record(message: str, *, trace: bool = False) -> logging.LogRecord:
    """What asyncio logs of an error, or uvicorn of a request."""
    error = OSError(message)
    return logging.LogRecord(
        *("asyncio", logging.ERROR, __file__, 1, message, ()), (OSError, error, None) if trace else None
    )


@pytest.mark.parametrize(
    ("traces", "passed"), [(False, [True, True, True, False, True]), (True, [True, False, True, False, True])]
)
def test_the_same_is_logged_once_a_minute(monkeypatch: pytest.MonkeyPatch, traces: bool, passed: list[bool]) -> None:
    now = 0.0
    monkeypatch.setattr("sideman.web.logs.time.monotonic", lambda: now)
    seldom = Seldom(traces=traces)
    accept = "socket.accept() out of system resource"
    asked = [seldom.filter(record(f"{accept}\nhandle: {number}", trace=True)) for number in range(2)]
    asked += [seldom.filter(record("Invalid HTTP request received.")) for _ in range(2)]
    now = 61.0
    asked.append(seldom.filter(record(accept, trace=True)))
    assert asked == passed


def test_what_is_said_is_forgotten_in_time() -> None:
    seldom = Seldom(traces=True)
    assert all(seldom.filter(record(f"task {number}", trace=True)) for number in range(2 * REMEMBERED))
    assert len(vars(seldom)["_said"]) <= REMEMBERED
