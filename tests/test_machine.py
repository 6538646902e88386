"""How many processors there are, on systems that tell which a process may use and on those that don't."""

from __future__ import annotations

import os

import pytest

from sideman.machine import processors

COUNTS = [1, 2, 4, 8, 64]


@pytest.mark.parametrize("count", COUNTS)
def test_processors_that_a_process_may_use(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(5, 5 + count)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    assert processors() == count


@pytest.mark.parametrize(("told", "count"), [*((count, count) for count in COUNTS), (None, 1)])
def test_processors_of_a_system_that_tells_no_more(
    told: int | None, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: told)
    assert processors() == count
