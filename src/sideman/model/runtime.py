"""Which engine runs a network. Knows no music.

There are two: :mod:`sideman.model.kernel` in C, and :mod:`sideman.model.numpy_engine` for machines where the kernel
was not built. Neither needs torch.
"""

from __future__ import annotations

from sideman.errors import OptionError
from sideman.model.checkpoint import Checkpoint
from sideman.model.engine import Engine
from sideman.model.kernel import KernelEngine, why_not
from sideman.model.numpy_engine import NumpyEngine

ENGINES = ("auto", "kernel", "numpy")


def open_engine(checkpoint: Checkpoint, engine: str = "auto", threads: int | None = None) -> Engine:
    """The fastest engine for ``checkpoint`` on this machine, or the one named: "kernel" or "numpy".

    The kernel uses so many threads, by default as many as help; numpy uses one.

    Raises :class:`OptionError` where the one named is unknown or can't run it.
    """
    if engine not in ENGINES:
        raise OptionError(f"unknown engine {engine!r}: one of {', '.join(ENGINES)}")
    if engine != "numpy":
        reason = why_not(checkpoint.config)
        if reason is None:
            return KernelEngine(checkpoint, threads)
        if engine == "kernel":
            raise OptionError(f"the kernel can't run this: {reason}")
    return NumpyEngine(checkpoint)
