"""Speed of training: ``python benchmarks/train.py DATASET [--seconds 10] [--only NAME...]``.

Tokens a second of our loop beside a plain one of the same shape in the same run: float32, AdamW, embeddings of tokens
and positions alone, eager, random windows of the token stream. Then one thing at a time is changed: precision,
compilation, optimiser, features, threads, shape of the batch. Each variant is measured between two measurements of
the plain loop, so that another program on the machine slows both; the share is of the matrix-product peak in the
variant's own precision, measured when it starts. Tokens are counted as the network reads them.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention

from sideman.model.gpt2 import GPT2
from sideman.training.config import TrainConfig
from sideman.training.device import choose_device, set_threads
from sideman.training.loop import Trainer, TrainStep
from sideman.training.shards import Dataset

WARM_UP = 2  # steps that are not counted: memory, kernels, compilation
VARIANTS: dict[str, dict[str, Any]] = {
    "as configured": {},
    "float32": {"precision": "float32"},
    "bfloat16": {"precision": "bfloat16"},
    "compiled": {"compile": True},
    "AdamW for all": {"optimizer": "adamw"},
    "no features": {"features": ""},
    "one thread": {"threads": 1},
    "rows of 512": {"row_tokens": 512},
    "rows of 256": {"row_tokens": 256},
    "half the batch": {"batch_tokens": 0.5},
    "twice the batch": {"batch_tokens": 2.0},
}


class _Enough(Exception):  # noqa: N818 - ends a measurement, no error
    """Raised from the loop's progress when the time is over."""


def random_windows(dataset: Dataset, rows: int, steps: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Inputs and targets (rows, steps) from anywhere in the first songs' tokens."""
    stream = np.concatenate([dataset.ids(row) for row in dataset.rows[:500]]).astype(np.int64)
    rng = np.random.default_rng(0)
    while True:
        starts = rng.integers(0, len(stream) - steps - 1, rows)
        window = torch.from_numpy(np.stack([stream[start : start + steps + 1] for start in starts]))
        yield window[:, :-1], window[:, 1:]


class PlainLoop:
    """The plain loop; keeps its network between measurements."""

    def __init__(self, dataset: Dataset, config: TrainConfig) -> None:
        self.config = config
        self.model = GPT2(replace(config, features="").network)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), 1e-3, betas=(0.9, 0.95))
        self.batches = random_windows(dataset, config.batch_tokens // config.row_tokens, config.row_tokens)

    def step(self) -> None:
        """One update."""
        ids, targets = next(self.batches)
        logits = self.model(ids, torch.zeros(*ids.shape, 0, dtype=torch.long))
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        loss.item()

    def measure(self, seconds: float, warm_up: int = WARM_UP) -> float:
        """Tokens a second."""
        set_threads(self.config.threads)
        for _ in range(warm_up):
            self.step()
        steps, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < seconds:
            self.step()
            steps += 1
        return steps * self.config.batch_tokens / (time.perf_counter() - begin)


def measure_ours(dataset: Path, config: TrainConfig, seconds: float) -> tuple[float, float]:
    """Tokens a second and the share of the peak, of the loop with its reading of songs and its records."""
    told: list[tuple[float, TrainStep]] = []

    def note(progress: TrainStep) -> None:
        told.append((time.perf_counter(), progress))
        if len(told) > WARM_UP + 1 and told[-1][0] - told[WARM_UP][0] >= seconds:
            raise _Enough

    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(dataset, Path(folder) / "run", config)
        with contextlib.suppress(_Enough):
            trainer.train(note)
    if len(told) <= WARM_UP + 1:
        raise SystemExit("stopped before anything was measured")
    (begin, first), (end, last) = told[WARM_UP], told[-1]
    speed = (last.tokens - first.tokens) / (end - begin)
    return speed, last.peak_share * speed / last.tokens_per_second


def varied(config: TrainConfig, changes: dict[str, Any]) -> TrainConfig:
    """The configuration with changes; a batch is given as a multiple of the configured one."""
    if "batch_tokens" in changes:
        return replace(config, batch_tokens=max(config.row_tokens, int(changes["batch_tokens"] * config.batch_tokens)))
    return replace(config, **changes)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path, help="made by `sideman encode`")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement, besides two steps to warm up")
    parser.add_argument("--config", type=Path, help="TOML file of a training")
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="KEY=VALUE")
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS), metavar="VARIANT")
    options = parser.parse_args(arguments)
    base = TrainConfig.load(options.config, options.settings)
    # Nothing but steps: no validation, no checkpoint, no end.
    base = replace(base, tokens=10**12, validate_tokens=10**12, checkpoint_minutes=1e9, minutes=0.0, epochs=0.0)
    threads = set_threads(base.threads)
    print(f"{base.layers} x {base.width}, {base.batch_tokens} tokens a step in rows of {base.row_tokens}")
    for precision in ("float32", "bfloat16"):
        peak = choose_device("cpu", precision).matmul_peak()
        print(f"matrix-product peak, {precision}, {threads} threads: {peak / 1e9:.0f} GFLOP/s")
    plain = PlainLoop(Dataset(options.dataset, "train"), base)
    before = plain.measure(options.seconds)
    print(f"{'':18}{'tokens/s':>10}{'plain':>10}{'ratio':>8}{'of the peak':>13}")
    for name in options.only:
        speed, share = measure_ours(options.dataset, varied(base, VARIANTS[name]), options.seconds)
        after = plain.measure(options.seconds, warm_up=1)
        beside = (before + after) / 2
        print(f"{name:18}{speed:10.0f}{beside:10.0f}{speed / beside:8.2f}{share:12.0%}", flush=True)
        before = after


if __name__ == "__main__":
    main()
