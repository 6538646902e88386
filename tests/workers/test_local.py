"""Processes of this machine: results in order, items only as they are needed, and what a dying process costs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.workers.functions import deadly, failing, square

from sideman.errors import DataError, OptionError
from sideman.workers import local
from sideman.workers.local import LocalWorkers
from sideman.workers.opening import open_workers
from sideman.workers.port import Ended

needs_sigkill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")


@pytest.mark.parametrize("count", [1, 2])
def test_results_come_in_order_and_items_as_they_are_needed(count: int) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(40):
            taken.append(number)
            yield number

    results = LocalWorkers(count).run(square, items())
    assert next(results) == 0
    assert len(taken) <= 3 * count
    assert list(results) == [number * number for number in range(1, 40)]
    assert list(LocalWorkers(count).run(square, [])) == []


@needs_sigkill
def test_an_item_that_ends_its_process_costs_itself_alone(tmp_path: Path) -> None:
    items = [(number, str(tmp_path / "mark")) for number in range(12)]
    results = list(LocalWorkers(2).run(deadly, items))
    assert [number for number, result in enumerate(results) if isinstance(result, Ended)] == [3]
    assert [result for result in results if not isinstance(result, Ended)] == [*range(3), *range(4, 12)]


@pytest.mark.parametrize("count", [1, 2])
def test_what_the_function_raises_ends_the_run(count: int) -> None:
    results = LocalWorkers(count).run(failing, range(100))
    assert [next(results) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(DataError, match="four"):
        next(results)


def test_opening() -> None:
    assert open_workers().count >= 1
    assert open_workers(3).count == 3
    with pytest.raises(OptionError, match="give at least 1"):
        open_workers(0)
    with pytest.raises(OptionError, match="leave one out"):
        open_workers(2, "auto")


@pytest.mark.parametrize(("most", "started"), [(None, [1, 2, 8, 64]), (61, [1, 2, 8, 61])])
def test_no_more_processes_than_the_system_waits_for(
    most: int | None, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "MOST_PROCESSES", most)
    assert [LocalWorkers(count).count for count in (1, 2, 8, 64)] == started
