"""The bake-off: ``python -m benchmarks.engines [WEIGHTS] [--only NAME] [--batches 1 4 16] [--repeat 3] [--quick]``.

Every way to run the shipped network that is worth a look, in one run: the same weights, the same random ids and
features, 1, 4 and 16 rows. A batch decodes around a context of 750 ids (one row from 500 to 1,000, more rows fewer
steps), without grammar and sampling, except that ``transformers`` and CTranslate2 bring their own loop (greedy) and
take no features. Needs the dependency group ``bench``; a contestant whose package is missing says so (llama.cpp's,
``llama-cpp-python`` with ``gguf``, are not in the group: they are compiled where they are installed).

Each runs in a process of its own. For each: the time of a step with one thread and with all, the better of them shown,
best of ``--repeat``; what share of the limit that is (see ``benchmarks/roofline.py``: all cores, the contestant's own
format); how many times as fast as ``transformers``; the largest difference from the training network's logits; and the
megabytes it adds to an install.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import torch
from packaging.requirements import Requirement

from benchmarks.contestants.task import Floats, Integers, Task
from benchmarks.roofline import FORMATS, MEGABYTE, Machine, measure, share
from sideman.arranging import DEFAULT_WEIGHTS
from sideman.model.checkpoint import Checkpoint, load_checkpoint
from sideman.model.gpt2 import GPT2

# Rows: from how many ids to how many. The mean context is the same.
SPANS = {1: (500, 1000), 4: (700, 800), 16: (735, 765)}
QUICK_SPANS = {1: (20, 40), 4: (20, 30), 16: (20, 25)}
HOPELESS = 1.5  # times as slow as with another number of threads: not measured again
OURS = "sideman"
REFERENCE = "transformers"  # what speeds are compared with


@dataclass(frozen=True)
class Entry:
    """A contestant: its name, the format of its numbers (of :data:`FORMATS`), its class and what must be installed.

    ``features`` says whether it takes the context features, ``single`` that a second thread is of no use to it.
    """

    name: str
    form: str
    where: str
    packages: tuple[str, ...] = ()
    features: bool = True
    single: bool = False


INT8 = "int8, float32 cache"
ENTRIES = (
    Entry(REFERENCE, "float32", "with_torch:Transformers", ("transformers", "torch"), features=False),
    Entry("torch, static cache", "float32", "with_torch:StaticCache", ("torch",)),
    Entry("CTranslate2", "float32", "with_ctranslate2:CTranslate2", ("ctranslate2",), features=False),
    Entry("CTranslate2", INT8, "with_ctranslate2:CTranslate2Int8", ("ctranslate2",), features=False),
    Entry("OpenVINO", "float32", "with_openvino:OpenVino", ("openvino",)),
    Entry("OpenVINO", INT8, "with_openvino:OpenVinoInt8", ("openvino",)),
    Entry("llama.cpp", "float16", "with_llama:Llama", ("llama-cpp-python",)),
    Entry("llama.cpp", "int8, float16 cache", "with_llama:LlamaInt8", ("llama-cpp-python",)),
    # The package onnx writes the graph; what is installed needs only the file.
    Entry("ONNX Runtime", "float32", "with_onnxruntime:OnnxRuntime", ("onnxruntime",)),
    Entry("ONNX Runtime", INT8, "with_onnxruntime:OnnxRuntimeInt8", ("onnxruntime",)),
    Entry("ours, numpy", "float32", "with_ours:Numpy", single=True),
    Entry("ours, kernel in C", "int8", "with_ours:Kernel"),
)


def tasks(checkpoint: Checkpoint, spans: dict[int, tuple[int, int]]) -> dict[int, Task]:
    """A task for each batch, with the training network's logits."""
    config = checkpoint.config
    random = np.random.default_rng(0)
    rows, longest = max(spans), max(stop for _, stop in spans.values())
    ids = random.integers(0, config.vocab, (rows, longest))
    features = np.zeros((rows, longest, len(config.features)), np.int64)
    for number, size in enumerate(config.features):
        features[:, :, number] = random.integers(0, size, (rows, longest))
    network = GPT2(config).eval()
    network.load_state_dict({name: torch.from_numpy(weight) for name, weight in checkpoint.weights.items()})
    return {
        batch: Task(
            checkpoint,
            ids[:batch],
            features[:batch],
            _logits(network, ids[:batch, :stop], features[:batch, :stop])[:, start - 1 :],
            start,
            stop,
        )
        for batch, (start, stop) in spans.items()
    }


@torch.inference_mode()
def _logits(network: GPT2, ids: Integers, features: Integers) -> Floats:
    logits: Floats = network(torch.from_numpy(ids), torch.from_numpy(features)).numpy()
    return logits


def without_features(checkpoint: Checkpoint) -> Checkpoint:
    """The trunk alone, as a network that has no features."""
    config = replace(checkpoint.config, features=())
    weights = {**checkpoint.weights, "features.weight": np.zeros((1, config.width), np.float32)}
    return Checkpoint(config, weights, checkpoint.vocabulary)


def installed_megabytes(packages: tuple[str, ...]) -> float:
    """What ``packages`` and all they need add to an install of ours."""
    added = set(_needs(packages)) - set(_needs((OURS,)))
    files = [file for name in added for file in distribution(name).files or ()]
    paths = [Path(str(file.locate())) for file in files]
    return sum(path.stat().st_size for path in paths if path.exists()) / MEGABYTE


def _needs(packages: tuple[str, ...]) -> Iterator[str]:
    """Names of ``packages`` and of all that they require, as far as installed."""
    pending, seen = list(packages), set[str]()
    while pending:
        name = pending.pop().lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            wanted = [Requirement(text) for text in distribution(name).requires or ()]
        except PackageNotFoundError:
            continue
        yield name
        pending += [each.name for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]


@dataclass(frozen=True)
class Result:
    """The best of a contestant on a task; times in seconds a step."""

    step: float
    threads: int
    difference: float


class ContestantError(Exception):
    """A contestant is not installed or broke down."""


def run(entry: Entry, task: Path, repeat: int) -> Result:
    """Measure a contestant on a task that is stored. Raises :class:`ContestantError`."""
    found: list[Result] = []
    for threads in (1,) if entry.single else sorted({1, os.cpu_count() or 1}, reverse=True):
        enough = HOPELESS * min((result.step for result in found), default=math.inf)
        arguments = [entry.where, task, threads, repeat, enough]
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.contestants", *map(str, arguments)],
            capture_output=True,
            check=False,
            cwd=Path(__file__).parents[1],
            text=True,
        )
        if not done.stdout.strip():
            raise ContestantError(f"broke down: {(done.stderr.strip() or str(done.returncode)).splitlines()[-1]}")
        answer = json.loads(done.stdout.splitlines()[-1])
        if "missing" in answer:
            raise ContestantError(f"not installed: {answer['missing']}")
        found.append(Result(answer["step"], threads, answer["difference"]))
    return min(found, key=lambda result: result.step)


def compete(entries: list[Entry], task: Task, plain: Task, machine: Machine, repeat: int) -> None:
    """Print a table of all ``entries`` on one task; ``plain`` is the same without features."""
    with tempfile.TemporaryDirectory() as folder:
        stored = {True: Path(folder, "task"), False: Path(folder, "plain")}
        stored[True].write_bytes(pickle.dumps(task))
        stored[False].write_bytes(pickle.dumps(plain))
        _table(entries, task, stored, machine, repeat)


def _table(entries: list[Entry], task: Task, stored: Mapping[bool, Path], machine: Machine, repeat: int) -> None:
    print(f"\nbatch {task.rows}, from {task.start} to {task.stop} ids")
    print(f"{'engine':22}{'format':22}{'threads':>8}{'ms a step':>11}{'tokens/s':>10}{'of limit':>10}", end="")
    print(f"{'speed':>9}{'logits off':>12}{'adds MB':>9}")
    reference = None
    for entry in entries:
        print(f"{entry.name:22}{entry.form:22}", end="", flush=True)
        try:
            result = run(entry, stored[entry.features], repeat)
        except ContestantError as error:
            print(f"  {error}")
            continue
        if entry.name == REFERENCE:
            reference = result.step
        span, form = (task.start, task.stop), FORMATS[entry.form]
        limit = share(machine, task.checkpoint.config, form, task.rows, span, result.step)
        speed = f"{reference / result.step:7.1f} x" if reference else ""
        print(f"{result.threads:8}{1000 * result.step:11.3f}{task.rows / result.step:10.0f}{limit:10.0%}", end="")
        print(f"{speed:>9}{result.difference:12.6f}{installed_megabytes(entry.packages):9.0f}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", nargs="?", default=str(DEFAULT_WEIGHTS))
    parser.add_argument("--only", default="", help="contestants with this in their name")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--batches", type=int, nargs="+", choices=SPANS, default=list(SPANS), metavar="ROWS")
    parser.add_argument("--quick", action="store_true", help="a few steps: for checking, not for numbers")
    options = parser.parse_args()
    checkpoint = load_checkpoint(options.weights)
    spans = {batch: (QUICK_SPANS if options.quick else SPANS)[batch] for batch in options.batches}
    entries = [entry for entry in ENTRIES if options.only.lower() in entry.name.lower()]
    machine = measure(os.cpu_count() or 1, options.quick)
    prepared, plain = tasks(checkpoint, spans), tasks(without_features(checkpoint), spans)
    for batch in spans:
        compete(entries, prepared[batch], plain[batch], machine, 1 if options.quick else options.repeat)


if __name__ == "__main__":
    main()
