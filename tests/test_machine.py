"""How many processors there are, on systems that tell which a process may use and on those that don't."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sideman import machine
from sideman.machine import processors

COUNTS = [1, 2, 4, 8, 64]


@pytest.fixture(autouse=True)
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Control groups of a machine that limits nobody, whatever that of the tests does; this process is in svc/tune."""
    monkeypatch.setattr(machine, "CONTROL_GROUPS", tmp_path)
    monkeypatch.setattr(machine, "OWN_GROUP", tmp_path / "own")
    (tmp_path / "own").write_text("4:memory:/\n0::/svc/tune\n", "utf-8")
    (tmp_path / "svc/tune").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("count", COUNTS)
def test_processors_that_a_process_may_use(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(5, 5 + count)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    assert processors() == count


@pytest.mark.parametrize("told_by", ["process_cpu_count", "cpu_count"])
@pytest.mark.parametrize(("told", "count"), [*((count, count) for count in COUNTS), (None, 1)])
def test_processors_of_a_system_that_tells_no_more(
    told: int | None, count: int, told_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sched_getaffinity", "process_cpu_count"):
        monkeypatch.delattr(os, name, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    monkeypatch.setattr(os, told_by, lambda: told, raising=False)
    assert processors() == count


@pytest.mark.parametrize(
    ("limits", "count"),
    [
        ({}, 64),
        ({"svc/tune": "max 100000"}, 64),
        ({"svc/tune": "200000 100000"}, 2),
        ({"svc/tune": "50000 100000"}, 1),
        ({"svc/tune": "150000 100000"}, 2),
        ({"svc/tune": "max 100000", "svc": "400000 100000"}, 4),
        ({"svc/tune": "400000 100000", "svc": "300000 100000", ".": "900000 100000"}, 3),
        ({"svc/tune": "6400000 100000", "svc": "rubbish"}, 64),
        ({"svc/tune": "1 0"}, 64),
    ],
)
def test_a_container_has_the_time_of_its_limit(
    limits: dict[str, str], count: int, groups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    for name, limit in limits.items():
        (groups / name / "cpu.max").write_text(f"{limit}\n", "utf-8")
    assert processors() == count


@pytest.mark.parametrize("text", ["", "1:cpu:/\n", None])
def test_a_system_without_control_groups(text: str | None, groups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    (groups / "own").unlink()
    if text is not None:
        (groups / "own").write_text(text, "utf-8")
    assert processors() == 3


def test_who_asks_for_processors_is_tried_with_many() -> None:
    """Each has a test of its own with 1 to 64; a new one gets a row here, and such a test."""
    asking = {path for path in Path(machine.__file__).parent.rglob("*.py") if "processors()" in path.read_text("utf-8")}
    assert {path.stem: path.parent.name for path in asking} == {
        "machine": "sideman",  # above
        "kernel": "model",  # tests/model/test_kernel.py: an engine takes the processors there are
        "opening": "workers",  # tests/workers/test_local.py
        "device": "training",  # tests/training/test_device.py
        "fluidsynth": "render",  # one or two: tests/render/test_recording.py
        "recording": "render",
    }
