"""Which way to compute attention is faster on this machine: measured, for no rule holds on all.

Plain products win in bfloat16 at rows of 512 on one server processor and lose on another, they lose in float32 and on
long rows. A run measures once, when it begins, and keeps the answer in its configuration.
"""

from __future__ import annotations

import time

import torch

from sideman.model.config import GPT2Config
from sideman.model.gpt2 import causal_attention
from sideman.training.device import Device

_ROUNDS = 5  # of each way, by turns; the fastest counts, for others use the machine too
_ROWS = 4  # at most


def plain_attention_is_faster(device: Device, config: GPT2Config, rows: int, steps: int) -> bool:
    """Whether plain products take less time than torch's fused kernel, forward and backward, on so many rows."""
    if device.device.type != "cpu":
        return False
    generator = torch.Generator().manual_seed(0)  # the run's own random numbers stay as they are
    shape = (3, min(rows, _ROWS), config.heads, steps, config.head_width)
    parts = torch.randn(shape, generator=generator).to(device.dtype).requires_grad_()
    best = {False: float("inf"), True: float("inf")}
    for _ in range(_ROUNDS):
        for plain in (False, True):
            begin = time.perf_counter()
            with device.autocast():
                out = causal_attention(*parts, plain=plain)
            out.sum().backward()
            best[plain] = min(best[plain], time.perf_counter() - begin)
    return best[True] < best[False]
