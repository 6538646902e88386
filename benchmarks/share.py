"""How much of composing is the network's: ``python -m benchmarks.share [--pieces plain] [--takes 1 4 16]``.

Composes 16 bars with the package's weights, within parts id for id in Python and in the kernel, keeps what
the engine was given to read, and has the engine alone read it again: the same ids at the same places in the same
batches. The three take turns, so that what else the machine does falls on all. Prints, of the best of ``--repeat``
rounds, tokens a second and microseconds of processors a token, and the engine's share of the time: of the best rounds,
the median of all, and that of the processors' time. ``--threads 1`` leaves out that threads wait for each other.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from sideman.arranging import Arrangement, Model, arrange, default_model
from sideman.charts import read
from sideman.composer import Composer
from sideman.model.engine import Cache, Floats, Inputs
from sideman.model.kernel import KernelEngine

PLAIN = "C:4|Am:4|F:4|G7:4|" * 3 + "C:4|Am:4|F:4|G7:4"
SONG = read("[Verse]\nC | Am | F | G7\n[Chorus]\nF | G | C | Am\n[Verse]\n[Chorus]\n").song
PIECES: dict[str, dict[str, Any]] = {
    "plain": {"progression": PLAIN},
    "style": {"progression": PLAIN, "style": "rock"},
    "sections": {"progression": SONG},
    "slashes": {"progression": "|".join(["C", "C/E", "F", "G/B"] * 4)},
}
Read = tuple[Inputs, Inputs | None]


def compose(model: Model, piece: str, takes: int, *, in_kernel: bool = True) -> Arrangement:
    """A piece, to its end, ready for the ear."""
    arrangement = arrange(**PIECES[piece], takes=takes, seed=1, model=model)
    if not in_kernel:
        for _ in Composer(model.engine, model.columns, takes, steps=0).run(arrangement.takes):
            pass
    assert len(arrangement.bands) == takes
    return arrangement


def record(model: Model, piece: str, takes: int) -> list[Read]:
    """What the engine reads for a piece."""
    reads: list[Read] = []
    original = KernelEngine._read  # noqa: SLF001 - what is measured

    def listen(engine: KernelEngine, cache: Cache, inputs: Inputs, wanted: Inputs | None) -> Floats:
        reads.append((inputs.copy(), None if wanted is None else wanted.copy()))
        return original(engine, cache, inputs, wanted)

    with patch.object(KernelEngine, "_read", listen):
        compose(model, piece, takes, in_kernel=False)
    return reads


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and seconds of processors."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def measure(model: Model, piece: str, takes: int, repeat: int) -> None:
    """A line of the table."""
    tokens = sum(compose(model, piece, takes).tokens)
    reads, cache = record(model, piece, takes), model.engine.cache(takes)

    def alone() -> None:
        for inputs, wanted in reads:
            model.engine._read(cache, inputs, wanted)  # noqa: SLF001 - likewise

    works = [
        lambda: compose(model, piece, takes, in_kernel=False),
        lambda: compose(model, piece, takes),
        alone,
    ]
    rounds = [[timed(work) for work in works] for _ in range(repeat)]
    best = [[min(each[which][clock] for each in rounds) for which in range(len(works))] for clock in range(2)]
    (before, composing, engine), processor = best
    shares = [
        statistics.median(each[2][clock] / each[which][clock] for each in rounds)
        for clock in (0, 1)
        for which in (0, 1)
    ]
    print(
        f"{piece:9} {takes:5} {tokens:7} {len(reads):6}  "
        + " ".join(f"{tokens / seconds:8,.0f}" for seconds in (before, composing, engine))
        + "  "
        + " ".join(f"{seconds / tokens * 1e6:6.1f}" for seconds in processor)
        + f"  {engine / before:5.0%} {engine / composing:5.0%} "
        + " ".join(f"{share:5.0%}" for share in shares),
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", nargs="+", choices=PIECES, default=[*PIECES], metavar="PIECE")
    parser.add_argument("--takes", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, help="of the engine")
    options = parser.parse_args()
    model = default_model()
    if options.threads is not None:
        model.engine = KernelEngine(model.checkpoint, options.threads)
    print("                                tokens a second       processor µs a token   share: best, median, processor")
    print("piece     takes  tokens  reads    Python   kernel   engine  Python kernel engine  each Python, kernel")
    for piece in options.pieces:
        for takes in options.takes:
            measure(model, piece, takes, options.repeat)


if __name__ == "__main__":
    main()
