"""The processes of a run under `torchrun`: which one this is, and how they agree. Knows no music, no network.

Alone, a process agrees with itself: every method then gives back what it was given.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor

_BACKENDS = {"cuda": "nccl", "xpu": "xccl"}  # others: gloo


@dataclass(frozen=True)
class Processes:
    """This process's number and how many there are; ``device`` is where they exchange what they agree on."""

    rank: int
    world: int
    device: torch.device

    @classmethod
    def join(cls, device: torch.device) -> Processes:
        """Join the group that torchrun started this process for, if it did."""
        world = int(os.environ.get("WORLD_SIZE", "1"))
        if world > 1 and not dist.is_initialized():
            dist.init_process_group(_BACKENDS.get(device.type, "gloo"))
            atexit.register(dist.destroy_process_group)
        return cls(int(os.environ.get("RANK", "0")), world, device)

    @property
    def is_first(self) -> bool:
        """Whether this is the process that validates and writes."""
        return self.rank == 0

    def sum(self, value: Tensor) -> Tensor:
        """The sum of every process's value; the same for all."""
        if self.world > 1:
            value = value.clone()
            dist.all_reduce(value)
        return value

    def least(self, value: int) -> int:
        """The least of every process's number."""
        if self.world == 1:
            return value
        shared = torch.tensor(value, device=self.device)
        dist.all_reduce(shared, dist.ReduceOp.MIN)
        return int(shared.item())

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process."""
        return flag if self.world == 1 else bool(self.sum(torch.tensor(float(flag), device=self.device)).item())

    def from_first(self, values: Sequence[float]) -> list[float]:
        """The first process's numbers, for all; the others give as many of any value."""
        if self.world == 1:
            return list(values)
        shared = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.broadcast(shared, 0)
        return [float(value) for value in shared.tolist()]
