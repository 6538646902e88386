"""The engine that plays, on its kernel in C (``native/``): the same network as :mod:`sideman.model.gpt2`.

Knows the layouts that the kernel reads and how to call it. The kernel is compiled when the package is built; where it
was not, :func:`load_library` says so and the numpy engine plays.

A row's logits are the same bits whatever other rows are read with it, whether its ids are read at once or one by one,
on any number of threads, and on every machine.
"""

from __future__ import annotations

import ctypes
import math
import threading
import weakref
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.machine import processors
from sideman.model.checkpoint import Checkpoint
from sideman.model.config import GPT2Config
from sideman.model.engine import Cache, Engine, Floats, Inputs

ABI = 5
ALIGN = 64  # bytes
PANEL, SUM_LANES, MAX_THREADS = 64, 16, 16  # as in native/
LARGEST, ZERO = 127, 128  # of 8 bits; what stands for 0 in inputs, which have no sign
QUAD = 4  # inputs of a weight that lie together
# What kinds of processors with several builds have, in the order of sideman_level; the others have _kernel.so.
VARIANTS = {"x86_64": ("v2", "v3", "avxvnni", "avx512vnni"), "aarch64": ("v8", "dotprod")}
FOLDER = Path(__file__).parent / "native"


class _Shape(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int32) for name in ("layers", "width", "heads", "context", "vocabulary", "columns")),
        ("epsilon", ctypes.c_float),
    )


class _Job(ctypes.Structure):
    _fields_ = (
        ("engine", ctypes.c_void_p),
        ("keys", ctypes.c_void_p),
        ("values", ctypes.c_void_p),
        ("scales", ctypes.c_void_p),
        ("rows", ctypes.c_int),
        ("count", ctypes.c_int),
        ("inputs", ctypes.c_void_p),
        ("wanted", ctypes.c_int),
        ("want", ctypes.c_void_p),
        ("logits", ctypes.c_void_p),
        ("scratch", ctypes.c_void_p),
    )


def open_library(path: Path) -> ctypes.CDLL | None:
    """One build of the kernel, or None where there is none that this version calls."""
    try:
        library = ctypes.CDLL(str(path))
        if library.sideman_abi() != ABI:
            return None
        library.sideman_scratch.restype = ctypes.c_size_t
        library.sideman_scratch.argtypes = [ctypes.c_void_p]
        library.sideman_open.restype = ctypes.c_void_p
        library.sideman_open.argtypes = [ctypes.c_void_p] * 5 + [ctypes.c_int]
        library.sideman_close.argtypes = [ctypes.c_void_p]
        library.sideman_read.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        library.sideman_take.restype = ctypes.c_void_p
        library.sideman_take.argtypes = [ctypes.c_void_p] * 2 + [ctypes.c_int] * 4
        library.sideman_forget.argtypes = [ctypes.c_void_p]
        library.sideman_restart.argtypes = [ctypes.c_void_p]
        library.sideman_push.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
        library.sideman_follow.argtypes = [ctypes.c_void_p]
        library.sideman_draw.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        library.sideman_compose.argtypes = [ctypes.c_void_p] * 3
    except (OSError, AttributeError):  # not there, of another machine, or not ours
        return None
    return library


@cache
def load_library() -> ctypes.CDLL | None:
    """The build of the kernel that suits this processor best, or None where there is none."""
    for simplest, *others in VARIANTS.values():
        library = open_library(FOLDER / f"_kernel_{simplest}.so")
        if library is not None:
            better = (open_library(FOLDER / f"_kernel_{name}.so") for name in others[: library.sideman_level()][::-1])
            return next(filter(None, better), library)
    return open_library(FOLDER / "_kernel.so")


def why_not(config: GPT2Config) -> str | None:
    """Why the kernel can't run a network, or None where it can."""
    if config.width % config.heads or config.head_width % SUM_LANES:
        return f"heads of {config.head_width} channels are not a multiple of {SUM_LANES}"
    if load_library() is None:
        return "it was not built when Sideman was installed: install again where a C compiler is found"
    return None


class KernelCache(Cache):
    """Keys and values in 8 bits, with a scale for each head of a position."""

    def __init__(self, rows: int, keys: npt.NDArray[Any], values: npt.NDArray[Any], scales: npt.NDArray[Any]) -> None:
        super().__init__(rows, keys, values)
        self.scales = scales
        self.addresses = [array.ctypes.data for array in (keys, values, scales)]


class KernelEngine(Engine):
    """See :class:`~sideman.model.engine.Engine`. Weights, keys, values and what goes into products have 8 bits.

    ``threads`` compute one call, at most :data:`MAX_THREADS`; by default as many as there are processors, but no more
    than heads, of which each has its own. Calls at the same time compute with one thread each.
    """

    def __init__(self, checkpoint: Checkpoint, threads: int | None = None) -> None:
        super().__init__(checkpoint)
        library, config = load_library(), self.config
        assert library is not None, why_not(config)
        self.library = library
        self._packed = _pack(checkpoint)
        shape = _Shape(
            *(config.layers, config.width, config.heads, config.context, config.vocab, len(self._sizes)),
            config.norm_epsilon,
        )
        if threads is None:
            threads = min(processors(), config.heads)
        addresses = [array.ctypes.data for array in self._packed]
        self._engine = library.sideman_open(ctypes.addressof(shape), *addresses, threads)
        if not self._engine:
            raise MemoryError("no memory for the engine")
        weakref.finalize(self, library.sideman_close, self._engine).atexit = False  # a thread may still be reading
        self._scratch = threading.local()

    def cache(self, rows: int) -> Cache:
        """An empty cache for ``rows`` rows: 3.4 KB an id at 6 layers of 256."""
        config = self.config
        heads = (config.layers, rows, config.heads)
        positions, head_width = (-(-size // PANEL) * PANEL for size in (config.context, config.head_width))
        keys = _allocate((*heads, positions * config.head_width), np.int8)
        values = _allocate((*heads, positions * head_width), np.int8)
        return KernelCache(rows, keys, values, _allocate((*heads, 3, positions), np.float32))

    def _read(self, cache: Cache, inputs: Inputs, wanted: Inputs | None) -> Floats:
        assert isinstance(cache, KernelCache)
        logits = np.empty((len(inputs if wanted is None else wanted), self.config.vocab), np.float32)
        scratch, address = self._scratch_of_thread()
        job = _Job(
            None,
            *cache.addresses,
            *(len(cache.length), len(inputs), inputs.ctypes.data),
            *(len(logits), None if wanted is None else wanted.ctypes.data, logits.ctypes.data, address),
        )
        self.library.sideman_read(self._engine, ctypes.addressof(job))
        del scratch  # not before: when a program ends, a thread's own memory is freed while it still reads
        return logits

    def compose(self, cache: Cache, batch: int, logits: Floats) -> int:
        """Read and draw for takes, ``batch`` at this address as in ``native/takes.h``; how many steps were done.

        The logits (take, vocab) of the last of them are left in ``logits``.
        """
        assert isinstance(cache, KernelCache)
        scratch, address = self._scratch_of_thread()
        job = _Job(None, *cache.addresses, len(cache.length), 0, None, 0, None, logits.ctypes.data, address)
        done: int = self.library.sideman_compose(self._engine, ctypes.addressof(job), batch)
        del scratch  # not before, as above
        return done

    def _scratch_of_thread(self) -> tuple[npt.NDArray[np.uint8], int]:
        """Memory that the kernel works in, one for each thread that reads, and its address; keep it while it does."""
        if not hasattr(self._scratch, "memory"):
            memory = _allocate((self.library.sideman_scratch(self._engine),), np.uint8)
            self._scratch.memory = memory, memory.ctypes.data
        scratch: tuple[npt.NDArray[np.uint8], int] = self._scratch.memory
        return scratch


def _pack(checkpoint: Checkpoint) -> list[npt.NDArray[Any]]:
    """Weights, offsets, vectors and table in the order that ``sideman_open`` takes them."""
    get = checkpoint.weights.__getitem__
    weights: list[npt.NDArray[Any]] = []
    offsets: list[npt.NDArray[Any]] = []
    vectors: list[npt.NDArray[Any]] = []

    def add(weight: npt.NDArray[Any], bias: npt.NDArray[Any]) -> None:
        panels, offset, scale = _quantise(_pad(weight))
        weights.append(panels)
        offsets.append(offset)
        vectors.extend((scale, _pad(bias)))

    for layer in range(checkpoint.config.layers):
        prefix = f"transformer.h.{layer}"
        vectors += [get(f"{prefix}.{norm}.{part}") for norm in ("ln_1", "ln_2") for part in ("weight", "bias")]
        for name in ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"):
            add(get(f"{prefix}.{name}.weight"), get(f"{prefix}.{name}.bias"))
    ids = get("transformer.wte.weight")
    vectors += [get("transformer.ln_f.weight"), get("transformer.ln_f.bias")]
    add(ids.T, np.zeros(len(ids)))
    table = [ids, get("transformer.wpe.weight"), get("features.weight")]
    return [
        _copy(np.concatenate(weights), np.int8),
        _copy(np.concatenate(offsets), np.int32),
        _copy(np.concatenate(vectors), np.float32),
        _copy(np.concatenate(table), np.float32),
    ]


def _quantise(weight: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """A weight (in, out) as panels (panel, in / QUAD, PANEL, QUAD) of -127 to 127, flat; offsets and scales (out,)."""
    scale = np.abs(weight).max(axis=0) / LARGEST
    rounded = np.rint(weight / np.where(scale, scale, 1)).astype(np.int8)
    panels = rounded.reshape(-1, QUAD, rounded.shape[1] // PANEL, PANEL).transpose(2, 0, 3, 1)
    return panels.ravel(), -ZERO * rounded.sum(axis=0, dtype=np.int32), scale


def _pad(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """``array`` (…, out) with zeros up to whole panels."""
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, -array.shape[-1] % PANEL)])


def _allocate(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """An array that begins on a line of the processor's cache, so that no read needs two."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + ALIGN, np.uint8)
    start = -memory.ctypes.data % ALIGN
    return memory[start : start + size].view(dtype).reshape(shape)


def _copy(array: npt.NDArray[Any], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    aligned = _allocate(array.shape, dtype)
    aligned[...] = array
    return aligned
