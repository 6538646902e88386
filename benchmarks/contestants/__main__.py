"""Runs one contestant, in a process of its own: ``python -m benchmarks.contestants WHERE TASK THREADS REPEAT ENOUGH``.

``WHERE`` is its module and class, ``TASK`` a pickled :class:`Task` of :mod:`benchmarks.engines`, which calls this.
Prints a line of JSON: what is ``missing``, or the ``step`` in seconds, the best of ``REPEAT`` runs (none follows one
slower than ``ENOUGH``), and the ``difference`` from the training network's logits.

In one process the libraries would disturb one another: each has its threads, and OpenMP's wait in another way where
they are more than the processors.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import warnings
from importlib import import_module
from pathlib import Path

from benchmarks.contestants.task import Contestant


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("where")
    parser.add_argument("task", type=Path)
    parser.add_argument("threads", type=int)
    parser.add_argument("repeat", type=int)
    parser.add_argument("enough", type=float)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    module, name = options.where.split(":")
    try:
        kind: type[Contestant] = getattr(import_module(f"benchmarks.contestants.{module}"), name)
        contestant = kind(pickle.loads(options.task.read_bytes()), options.threads)
    except ModuleNotFoundError as error:
        print(json.dumps({"missing": error.name}))
        return
    difference = contestant.difference()
    times: list[float] = []
    while len(times) < options.repeat and (not times or times[-1] < options.enough):
        times.append(contestant.seconds())
    print(json.dumps({"step": min(times), "difference": difference}))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
