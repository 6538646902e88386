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


def open_engine(checkpoint: Checkpoint, engine: str = "auto") -> Engine:
    """The fastest engine for ``checkpoint`` on this machine, or the one named: "kernel" or "numpy".

    Raises :class:`OptionError` where the one named is unknown or can't run it.
    """
    if engine not in ENGINES:
        raise OptionError(f"unknown engine {engine!r}: one of {', '.join(ENGINES)}")
    if engine != "numpy":
        reason = why_not(checkpoint.config)
        if reason is None:
            return KernelEngine(checkpoint)
        if engine == "kernel":
            raise OptionError(f"the kernel can't run this: {reason}")
    return NumpyEngine(checkpoint)
