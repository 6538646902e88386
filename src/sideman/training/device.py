"""Which device computes, in which precision, and how fast its matrix product is. Knows no music."""

from __future__ import annotations

import contextlib
import os
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch

from sideman.errors import OptionError
from sideman.machine import processors

DEVICES = ("cuda", "xpu", "mps", "cpu")  # in order of preference
_NUMBERED = ("cuda", "xpu")  # of which a machine may have several
_PEAK_SHAPE = (2048, 2048, 2048)
_PEAK_SECONDS = 0.4


@dataclass(frozen=True)
class Device:
    """A torch device and the precision of its forward passes."""

    device: torch.device
    dtype: torch.dtype

    def autocast(self) -> AbstractContextManager[object]:
        """Mixed precision where it isn't float32."""
        if self.dtype == torch.float32:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, self.dtype)

    def matmul_peak(self) -> float:
        """Floating-point operations a second of a large matrix product, measured now."""
        rows, inner, columns = _PEAK_SHAPE
        a = torch.randn(rows, inner, device=self.device, dtype=self.dtype)
        b = torch.randn(inner, columns, device=self.device, dtype=self.dtype)
        best = float("inf")
        end = time.perf_counter() + _PEAK_SECONDS
        while time.perf_counter() < end:
            start = time.perf_counter()
            (a @ b)[0, 0].item()  # .item() waits for the device
            best = min(best, time.perf_counter() - start)
        return 2 * rows * inner * columns / best


def choose_device(name: str = "auto", precision: str = "auto") -> Device:
    """The device of this name, or the best there is. Raises :class:`OptionError` where it is not available.

    Under `torchrun` each process of a machine takes a GPU of its own, unless the name has a number.
    """
    if name == "auto":
        name = next(candidate for candidate in DEVICES if _available(candidate))
    kind, _, number = name.partition(":")
    if kind in _NUMBERED and not number and "LOCAL_RANK" in os.environ:
        number = os.environ["LOCAL_RANK"]
        name = f"{kind}:{number}"
    if kind not in DEVICES or (number and not number.isdecimal()):
        raise OptionError(f"unknown device {name!r}: auto, {', '.join(DEVICES)}, or one by its number as in cuda:1")
    if not _available(kind, int(number or 0)):
        raise OptionError(f"device {name!r} is not available here: use --device auto or cpu")
    device = torch.device(name)
    if precision == "auto":
        precision = "bfloat16" if _computes_bfloat16(device) else "float32"
    return Device(device, torch.bfloat16 if precision == "bfloat16" else torch.float32)


def _available(kind: str, number: int = 0) -> bool:
    """Whether there is a device of a kind with this number."""
    if kind in _NUMBERED:
        return bool(number < (torch.cuda if kind == "cuda" else torch.xpu).device_count())
    return number == 0 and (kind == "cpu" or bool(torch.backends.mps.is_available()))


def _computes_bfloat16(device: torch.device) -> bool:
    """Whether the device has instructions for bfloat16; emulated, it is slower than float32."""
    if device.type == "cpu":
        return any(torch.cpu.get_capabilities().get(name, False) for name in ("avx512_bf16", "amx_bf16"))
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == "xpu"


def set_threads(threads: int) -> int:
    """Use so many threads (0: all cores, shared with the other processes of the machine); returns the number."""
    count = threads or max(1, processors() // int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
    torch.set_num_threads(count)
    return count
