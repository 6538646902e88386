"""A team of threads against one thread, where other programs want the processors too.

    python -m benchmarks.contended [--load 0 1 2 4] [--turns 15] [--threads 2]

For each load, so many times the processors as stress-ng (Debian: apt-get install stress-ng) takes threads for, the same
four bars are composed by turns: by one thread, by the team, by the team, by one thread. Prints the median seconds of
each and the median of the turns' ratios. Above 1 the team is slower; more than 1.1 is a fault of native/team.h. Turns
are neighbours in time, so what else runs on the machine counts for both.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import time
from collections.abc import Iterator

from sideman.arranging import ArrangeOptions, Model, arrange, default_model
from sideman.machine import processors
from sideman.model.checkpoint import grow
from sideman.model.kernel import KernelEngine
from sideman.tokens.prefix import FEATURES
from sideman.tokens.vocabulary import VOCABULARY

CHORDS = "C:4|Am:4|F:4|G7:4"


@contextlib.contextmanager
def stress(threads: int) -> Iterator[None]:
    """So many threads that compute and nothing else, as long as the block lasts."""
    if not threads:
        yield
        return
    with subprocess.Popen(["stress-ng", "--quiet", "--cpu", str(threads), "--cpu-method", "int64"]) as load:
        try:
            time.sleep(1)  # until all have begun
            yield
        finally:
            load.terminate()


def seconds(model: Model, seed: int) -> float:
    """What composing takes."""
    start = time.perf_counter()
    assert arrange(CHORDS, ArrangeOptions(seed=seed), model=model).bands
    return time.perf_counter() - start


def model_of(threads: int) -> Model:
    """The package's weights on so many threads."""
    model = Model(default_model().checkpoint, "kernel")
    today = grow(model.checkpoint, VOCABULARY.fingerprint, VOCABULARY.size, dict(FEATURES))
    model.engine = KernelEngine(today, threads)
    return model


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--load", type=int, nargs="+", default=[0, 1, 2, 4], help="times the processors")
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    one, team = model_of(1), model_of(options.threads)
    for model in (one, team):
        seconds(model, 0)
    print(f"{processors()} processors; one thread, {options.threads} threads: median s; ratio: quartiles and median")
    for load in options.load:
        alone, together, ratios = [], [], []
        with stress(load * processors()):
            for turn in range(options.turns):
                times = [seconds(model, turn) for model in (one, team, team, one)]
                alone += [times[0], times[3]]
                together += times[1:3]
                ratios.append((times[1] + times[2]) / (times[0] + times[3]))
        low, middle, high = statistics.quantiles(ratios, n=4)
        medians = f"{statistics.median(alone):.3f}, {statistics.median(together):.3f}"
        print(f"load {load} x: {medians}; {middle:.2f} ({low:.2f} to {high:.2f})", flush=True)


if __name__ == "__main__":
    main()
