"""A process that trains alone agrees with itself; two are tested with the loop."""

from __future__ import annotations

import pytest
import torch

from sideman.training.processes import Processes

CPU = torch.device("cpu")


def test_alone_without_torchrun(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    processes = Processes.join(CPU)
    assert processes == Processes(0, 1, CPU)
    assert processes.is_first
    assert not torch.distributed.is_initialized()


def test_alone_everything_is_as_given() -> None:
    alone = Processes(0, 1, CPU)
    assert alone.sum(torch.tensor(3.5)).item() == 3.5
    assert [alone.any(flag) for flag in (False, True)] == [False, True]
    assert alone.from_first([1.5, 2]) == [1.5, 2]


def test_only_one_process_writes() -> None:
    assert [Processes(rank, 3, CPU).is_first for rank in range(3)] == [True, False, False]
