"""The limit: ``python -m benchmarks.roofline [WEIGHTS] [--quick]``.

Measures how fast this machine reads working sets of the network's size, from its caches and from main memory, and how
fast it multiplies matrices; then computes the least time that a step of the network can take: whichever is longer,
reading all weights and the KV cache once, or its multiplications. Knows no engine; those compare themselves with
:func:`share`.

Read bandwidth is that of the fastest of three reductions without the GIL, each thread over its own slice again and
again. What a working set as large was read with counts for every byte of a step: an engine that kept the weights in a
cache while keys and values stream past it could come out a little better. Float32 peak is the better of a matrix
product and a 3 x 3 convolution (the only one of torch's CPU kernels that uses the widest registers on every
processor); int8 peak is oneDNN's product.
"""

from __future__ import annotations

import argparse
import math
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention

from benchmarks.timing import best
from sideman.arranging import DEFAULT_WEIGHTS
from sideman.model.checkpoint import load_checkpoint
from sideman.model.config import GPT2Config
from sideman.model.threads import one_blas_thread

MEGABYTE = 1_000_000
WORKING_SETS = (2, 5, 8, 12, 16, 20, 24, 28, 32, 40, 64, 128, 512)  # MB; the last is far beyond any cache's
BATCHES = (1, 4, 16)
CONTEXTS = (1, 500, 1000)  # ids
CHANNELS = 512  # of the convolution and the products that measure the peak
IMAGE = 32


@dataclass(frozen=True)
class Format:
    """How an engine stores weights and cache, in bytes a number, and what multiplies the weights."""

    name: str
    weight: int
    cache: int
    peak: str


FORMATS = {
    each.name: each
    for each in (
        Format("float32", 4, 4, "float32"),
        Format("float16, float32 cache", 2, 4, "float32"),  # few CPUs multiply float16: it is widened first
        Format("float16", 2, 2, "float32"),
        Format("int8, float32 cache", 1, 4, "int8"),
        Format("int8, float16 cache", 1, 2, "int8"),
        Format("int8", 1, 1, "int8"),
    )
}


@dataclass(frozen=True)
class Machine:
    """What was measured: bytes/s for each working set in bytes, and operations/s for each kind of number."""

    threads: int
    bandwidth: Mapping[int, float]
    peak: Mapping[str, float]

    def bandwidth_at(self, size: float) -> float:
        """Bytes/s for a working set of ``size`` bytes, between those measured."""
        return float(np.interp(math.log(size), np.log(list(self.bandwidth)), list(self.bandwidth.values())))


def measure(threads: int, quick: bool = False) -> Machine:
    """Measure this machine with ``threads`` threads; ``quick`` is a fifth as long and less exact."""
    rounds = 1 if quick else 5
    sizes = [size * MEGABYTE for size in WORKING_SETS]
    # Every size in each round: what disturbs one round leaves the best of the others.
    rates = [[read_bandwidth(size, threads) for size in sizes] for _ in range(rounds)]
    return Machine(threads, dict(zip(sizes, np.max(rates, axis=0).tolist(), strict=True)), peaks(threads, rounds))


def read_bandwidth(size: int, threads: int, duration: float = 0.03) -> float:
    """Bytes/s that ``threads`` read of a working set of ``size`` bytes; each reader tries for ``duration`` seconds."""
    data = np.ones(size // 4, np.float32)
    slices = np.array_split(data, threads)
    readers: tuple[Callable[[np.ndarray], Callable[[], object]], ...] = (_dot, _maximum, _sum)
    previous = torch.get_num_threads()
    torch.set_num_threads(1)
    with one_blas_thread():
        rates = [_passes([reader(part) for part in slices], duration) for reader in readers]
    torch.set_num_threads(previous)
    return max(rates) * data.nbytes


def _dot(part: np.ndarray) -> Callable[[], object]:
    half = len(part) // 2
    left, right = part[:half], part[half : 2 * half]
    return lambda: left.dot(right)


def _maximum(part: np.ndarray) -> Callable[[], object]:
    return part.max


def _sum(part: np.ndarray) -> Callable[[], object]:
    return torch.from_numpy(part).sum


def _passes(readers: Sequence[Callable[[], object]], duration: float) -> float:
    """How often a second all ``readers`` run, each in its thread."""
    rates = [0.0] * len(readers)
    ready = threading.Barrier(len(readers))

    def work(number: int, read: Callable[[], object]) -> None:
        read()
        ready.wait()
        start, count, passed = time.perf_counter(), 0, 0.0
        while passed < duration:
            read()
            count += 1
            passed = time.perf_counter() - start
        rates[number] = count / passed

    workers = [threading.Thread(target=work, args=each) for each in enumerate(readers)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(rates) / len(rates)


def peaks(threads: int, rounds: int) -> dict[str, float]:
    """Operations/s (a multiplication and an addition are two), for float32 and int8."""
    previous = torch.get_num_threads()
    torch.set_num_threads(threads)
    square = torch.ones(2 * CHANNELS, 2 * CHANNELS)
    image, kernel = torch.ones(1, CHANNELS, IMAGE, IMAGE), torch.ones(CHANNELS, CHANNELS, 3, 3)
    square8 = square.to(torch.int8)
    product = 2 * len(square) ** 3
    # What the frame of zeros is multiplied with counts too: it is multiplied.
    convolution = 2 * CHANNELS**2 * 9 * IMAGE**2
    with torch.inference_mode():
        found = {
            "float32": max(
                product / best(5 * rounds, lambda: square @ square),
                convolution / best(5 * rounds, lambda: F.conv2d(image, kernel, padding=1)),
            ),
            # No public name; torch.ao's quantized layers are built on it.
            "int8": product / best(20 * rounds, lambda: torch._int_mm(square8, square8)),  # noqa: SLF001
        }
    torch.set_num_threads(previous)
    return found


def weight_numbers(config: GPT2Config) -> tuple[int, int]:
    """How many weights a step multiplies with, and how many columns they have (each with a bias or a scale)."""
    return config.layers * 12 * config.width**2 + config.vocab * config.width, config.layers * 9 * config.width


def step_bytes(config: GPT2Config, form: Format, batch: int, context: int) -> int:
    """Bytes that one step of ``batch`` rows reads, where each attends to ``context`` ids."""
    weights, columns = weight_numbers(config)
    norms = (4 * config.layers + 2) * config.width
    scales = (columns + config.vocab) if form.peak == "int8" else 0
    embeddings = batch * (2 + len(config.features)) * config.width * form.weight
    cache = batch * context * 2 * config.layers * config.width * form.cache
    return weights * form.weight + (columns + norms + scales) * 4 + embeddings + cache


def least_seconds(machine: Machine, config: GPT2Config, form: Format, batch: int, context: int) -> tuple[float, str]:
    """The least time of a step, and what bounds it: "bytes" or "flops"."""
    size = step_bytes(config, form, batch, context)
    reading = size / machine.bandwidth_at(size)
    attention = 4 * config.layers * config.width * context  # scores and the sum of values
    attending = attention / machine.peak["int8" if form.cache == 1 else "float32"]
    multiplying = batch * (2 * weight_numbers(config)[0] / machine.peak[form.peak] + attending)
    return max((reading, "bytes"), (multiplying, "flops"))


def share(machine: Machine, config: GPT2Config, form: Format, batch: int, span: tuple[int, int], step: float) -> float:
    """How much of the limit an engine reaches whose step takes ``step`` seconds, decoding from ``span[0]`` ids."""
    contexts = np.linspace(span[0] + 1, span[1], 20).round().astype(int).tolist()
    return float(np.mean([least_seconds(machine, config, form, batch, context)[0] for context in contexts])) / step


def report(machine: Machine, config: GPT2Config) -> None:
    """Print what was measured and what follows."""
    print(f"\n{machine.threads} thread{'s' if machine.threads > 1 else ''}")
    print("  read bandwidth, GB/s by working set: ", end="")
    print(", ".join(f"{size // MEGABYTE} MB {rate / 1e9:.0f}" for size, rate in machine.bandwidth.items()))
    print("  matrix peak, 10^9 operations/s: ", end="")
    print(", ".join(f"{kind} {rate / 1e9:.0f}" for kind, rate in machine.peak.items()))
    header = "".join(f"{f'{context} ids':>12}" for context in CONTEXTS)
    print(f"  least ms a step at a context of {header}{'tokens/s':>12}{'MB':>8}   (* bound by flops, others by bytes)")
    for batch in BATCHES:
        for form in FORMATS.values():
            limits = [least_seconds(machine, config, form, batch, context) for context in CONTEXTS]
            times = "".join(f"{1000 * limit:11.3f}{'*' if bound == 'flops' else ' '}" for limit, bound in limits)
            size = step_bytes(config, form, batch, CONTEXTS[-1]) / MEGABYTE
            print(f"  batch {batch:2}, {form.name:22} {times}{batch / limits[-1][0]:12.0f}{size:8.1f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", nargs="?", default=str(DEFAULT_WEIGHTS))
    parser.add_argument("--quick", action="store_true", help="a fifth of the measurements")
    options = parser.parse_args()
    config = load_checkpoint(options.weights).config
    print(
        f"{config.parameters:,} parameters, {config.layers} layers of {config.width}; a step multiplies with ", end=""
    )
    print(f"{weight_numbers(config)[0]:,}, an id takes {2 * config.layers * config.width * 4 / 1000:.1f} kB of cache")
    for threads in sorted({1, os.cpu_count() or 1}):
        report(measure(threads, options.quick), config)


if __name__ == "__main__":
    main()
