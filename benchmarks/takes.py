"""What several takes cost: ``python -m benchmarks.takes [--takes 1 2 4 8 16 32] [--repeat 3]``.

Composes 16 bars with the package's weights in batches of more and more takes. Prints, of the best of ``--repeat`` runs
with the same seed, the seconds until the first bar and the last, how many times as long as one take that is, how much
faster than one take after the other, tokens a second, and all takes' music in relation to the time it took.
"""

from __future__ import annotations

import argparse
import time

from benchmarks.generate import BARS, PROGRESSION
from sideman.arrange import ArrangeOptions, Model, arrange, default_model
from sideman.model.sampling import SamplingOptions
from sideman.music.time import seconds


def compose(model: Model, takes: int) -> tuple[float, float, int]:
    """Seconds until the first bar, until the last, and ids."""
    start = time.perf_counter()
    arrangement = arrange(PROGRESSION, ArrangeOptions(takes=takes, sampling=SamplingOptions(seed=1)), model=model)
    bars = iter(arrangement)
    next(bars)
    first = time.perf_counter() - start
    for _ in bars:
        pass
    return time.perf_counter() - start, first, sum(arrangement.tokens)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--takes", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32])
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    model = default_model()
    compose(model, 1)
    alone = 0.0
    print("takes  first bar s  all bars s  x one  x faster than alone  tokens/s  x live, all together")
    for takes in options.takes:
        total, first, tokens = min(compose(model, takes) for _ in range(options.repeat))
        alone = alone or total / takes
        music = takes * seconds(BARS * 48, 120.0)
        print(
            f"{takes:5}  {first:11.3f}  {total:10.2f}  {total / alone:5.2f}  {takes * alone / total:19.2f}"
            f"  {tokens / total:8.0f}  {music / total:21.0f}"
        )


if __name__ == "__main__":
    main()
