"""What several takes cost: ``python -m benchmarks.takes [--takes 1 2 4 8 16 32] [--repeat 3]``.

Composes 16 bars with the package's weights in batches of more and more takes. Prints, of the best of ``--repeat`` runs
with the same seed, the seconds until the first bar and the last, how many times as long as one take that is, how much
faster than one take after the other, tokens a second, and all takes' music in relation to the time it took.
"""

from __future__ import annotations

import argparse

from benchmarks.generate import BARS, compose
from sideman.arranging import default_model
from sideman.music.time import COMMON_TIME, seconds

SEED = 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--takes", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32])
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    model = default_model()
    compose(model, 1, SEED)
    alone = 0.0
    print("takes  first bar s  all bars s  x one  x faster than alone  tokens/s  x live, all together")
    for takes in options.takes:
        runs = [compose(model, takes, SEED) for _ in range(options.repeat)]
        arrangement, first, total = min(runs, key=lambda run: run[2])
        tokens = sum(arrangement.tokens)
        alone = alone or total / takes
        music = takes * seconds(BARS * COMMON_TIME.steps, arrangement.plan.options.tempo)
        print(
            f"{takes:5}  {first:11.3f}  {total:10.2f}  {total / alone:5.2f}  {takes * alone / total:19.2f}"
            f"  {tokens / total:8.0f}  {music / total:21.0f}"
        )


if __name__ == "__main__":
    main()
