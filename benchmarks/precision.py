"""What 8 bits cost: ``python benchmarks/precision.py DATASET [WEIGHTS] [--songs 60] [--every 3]``.

Reads rows of the valid fold, one in ``--every``, through both engines, numpy in float32 and the kernel in 8-bit
integers, and prints the bits a note of what is not forced, counted as ``sideman evaluate`` does, and the speeds.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sideman.arranging import DEFAULT_WEIGHTS
from sideman.model.checkpoint import load_checkpoint
from sideman.model.engine import Engine
from sideman.model.runtime import open_engine
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.batches import Rows
from sideman.training.evaluate import fold_rows
from sideman.training.shards import Dataset


def bits(engine: Engine, rows: Rows) -> float:
    """Cross-entropy, in bits, of what is not forced in some rows."""
    total = 0.0
    for ids, features, targets, weight in zip(rows.ids, rows.features, rows.targets, rows.weight, strict=True):
        count = int(np.flatnonzero(weight)[-1]) + 1 if weight.any() else 0  # what follows is filled up
        if count:
            logits = engine.read(engine.cache(1), [0], ids[:count], features[:count], [count], every=True)
            peak = logits.max(axis=1, keepdims=True)
            surprise = peak[:, 0] + np.log(np.exp(logits - peak).sum(axis=1)) - logits[range(count), targets[:count]]
            total += float(surprise[weight[:count].astype(bool)].sum(dtype=np.float64))
    return total / math.log(2)


def measure(engine: Engine, parts: Sequence[Rows]) -> tuple[list[float], float]:
    """Bits of each song, and seconds."""
    start = time.perf_counter()
    return [bits(engine, part) for part in parts], time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("weights", type=Path, nargs="?", default=DEFAULT_WEIGHTS)
    parser.add_argument("--songs", type=int, default=60, help="spread over the fold")
    parser.add_argument("--every", type=int, default=3, help="take one row of so many")
    options = parser.parse_args()
    checkpoint = load_checkpoint(options.weights, VOCABULARY.sizes)
    found, count = fold_rows(Dataset(options.dataset, "valid"), checkpoint.config.context, checkpoint.features)
    chosen = set(np.linspace(0, count - 1, options.songs).astype(int).tolist())
    parts = [part.take(slice(None, None, options.every)) for number, part in enumerate(found) if number in chosen]
    ids, notes = sum(part.ids.size for part in parts), sum(part.notes for part in parts)
    print(f"{len(parts)} songs, {ids:,} ids, {notes:,} notes")
    exact, seconds = measure(open_engine(checkpoint, "numpy"), parts)
    print(f"numpy, float32   {sum(exact) / notes:.5f} bits a note, {ids / seconds:6.0f} ids/s")
    rounded, seconds = measure(open_engine(checkpoint, "kernel"), parts)
    print(f"kernel, 8 bits   {sum(rounded) / notes:.5f} bits a note, {ids / seconds:6.0f} ids/s")
    rises = np.array(rounded) / np.maximum(exact, 1e-9) - 1
    spread = float(rises.std(ddof=1)) / math.sqrt(len(rises)) if len(rises) > 1 else 0.0
    print(
        f"8 bits cost {sum(rounded) / sum(exact) - 1:+.3%}; mean over songs {rises.mean():+.3%} ± {spread:.3%}, "
        f"from {rises.min():+.2%} to {rises.max():+.2%}"
    )


if __name__ == "__main__":
    main()
