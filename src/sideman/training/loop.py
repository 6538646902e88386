"""The training loop. Composes data, network, optimiser and records; knows no music beyond counting notes.

One process, or several under `torchrun` (data parallel: every process deals itself its share of each
batch). A run stops cleanly between two steps on SIGINT or SIGTERM and goes on exactly with `resume`.
"""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from torch import Tensor, nn

from sideman.errors import DataError, OptionError
from sideman.model.gpt2 import GPT2
from sideman.training.batches import Groups, Rows
from sideman.training.config import TrainConfig
from sideman.training.device import Device, choose_device, set_threads
from sideman.training.evaluate import Scores, evaluate_rows, small_validation
from sideman.training.optimizer import make_optimizers
from sideman.training.shards import Dataset
from sideman.training.state import RunFolder, weights_of

_SECONDS_PER_MINUTE = 60.0


@dataclass(frozen=True)
class Progress:
    """What the loop tells after each step."""

    step: int
    tokens: int
    total_tokens: int
    loss: float  # nats a token, of what is not forced
    tokens_per_second: float
    peak_share: float  # of the measured matrix-product peak
    seconds: float  # of this process
    scores: Scores | None = None  # where this step was validated


@dataclass
class Place:
    """Where a run stands; all that is needed to go on."""

    step: int = 0
    tokens: int = 0
    epoch: int = 0
    group: int = 0
    row: int = 0  # rows of the group already dealt out
    best: float = math.inf  # bits a note on the validation rows
    worse: int = 0  # validations since
    seconds: float = 0.0  # of training so far, all processes' wall time


class Trainer:
    """One run: a dataset, a folder, a configuration."""

    def __init__(
        self, dataset: Path, run: Path, config: TrainConfig, *, device: str = "auto", resume: bool = False
    ) -> None:
        self.config = config
        self.folder = RunFolder(run)
        self.rank, self.world = _join_group()
        self.threads = set_threads(config.threads)
        self.device: Device = choose_device(device, config.precision)
        songs = Dataset(dataset)
        wanted = [row for row in songs.rows if row.fold == "train" and (config.songs == "all" or row.has_band)]
        if not wanted:
            raise DataError(f"{dataset} has no song of the train fold with the tracks wanted: encode more songs")
        self.groups = Groups(songs, wanted, config.seed, config.row_tokens, config.columns)
        self.validation = small_validation(songs, config)
        self.rows_per_step = config.batch_tokens // config.row_tokens
        if self.rows_per_step % self.world:
            raise OptionError(f"{self.rows_per_step} rows a step do not divide over {self.world} processes")
        torch.manual_seed(config.seed)
        self.model = GPT2(config.network).to(self.device.device)
        self.optimizers = make_optimizers(self.model, config)
        self.place = Place()
        if resume:
            self._restore(self.folder.load())
            self.folder.save_config(config)
        elif self.rank == 0:
            self.folder.create(config)
        self.network: nn.Module = self.model
        if config.compile:
            self.network = torch.compile(self.model)  # type: ignore[assignment] - a module again
        if self.world > 1:
            self.network = nn.parallel.DistributedDataParallel(self.network)

    def state(self) -> dict[str, Any]:
        """Everything a checkpoint holds."""
        return {
            "config": self.config.to_dict(),
            "weights": weights_of(self.model),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "place": vars(self.place).copy(),
            "rng": torch.get_rng_state(),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["weights"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.place = Place(**state["place"])
        torch.set_rng_state(state["rng"])

    def train(self, on_progress: Callable[[Progress], None] = lambda progress: None) -> Place:
        """Train until the configured end, a signal or early stopping. Returns the place reached."""
        peak = self.device.matmul_peak()
        begin, before = time.perf_counter(), self.place.seconds
        saved = begin
        with _StopSignal() as stop:
            batches = self._batches()
            while not self._finished() and not self._agree(stop.is_set()):
                start = time.perf_counter()
                rows = next(batches)
                loss = self._step(rows)
                now = time.perf_counter()
                self.place.seconds = before + now - begin
                speed = self.config.batch_tokens / (now - start)
                scores = self._validate() if self._due(self.config.validate_tokens) else None
                if self.rank == 0 and now - saved > self.config.checkpoint_minutes * _SECONDS_PER_MINUTE:
                    self.save()
                    saved = now
                share = speed * self._flops_per_token() / peak / self.world
                on_progress(
                    Progress(
                        self.place.step,
                        self.place.tokens,
                        self.config.tokens,
                        loss,
                        speed,
                        share,
                        self.place.seconds,
                        scores,
                    )
                )
        if self.rank == 0:
            self.save()
        return self.place

    def save(self) -> Path:
        """Write a checkpoint now."""
        return self.folder.save(self.state(), self.place.step, self.config.keep)

    def _finished(self) -> bool:
        config, place = self.config, self.place
        return (
            place.tokens >= config.tokens
            or 0 < config.epochs * self.groups.count <= place.epoch * self.groups.count + place.group
            or 0 < config.minutes * _SECONDS_PER_MINUTE <= place.seconds
            or 0 < config.patience <= place.worse
        )

    def _due(self, every: int) -> bool:
        """Whether this step passed a multiple of ``every`` tokens."""
        return self.place.tokens // every > (self.place.tokens - self.config.batch_tokens) // every

    def _agree(self, stop: bool) -> bool:
        """Whether any process was told to stop."""
        if self.world == 1:
            return stop
        flag = torch.tensor(float(stop))
        dist.all_reduce(flag, dist.ReduceOp.MAX)
        return bool(flag.item())

    def _batches(self) -> Iterator[Rows]:
        """Batches from where the run stands, for ever; the next group is read while this one is trained on."""
        place = self.place
        with ThreadPoolExecutor(1) as reader:
            coming: Future[Rows] = reader.submit(self.groups.rows, place.epoch, place.group)
            while True:
                rows = coming.result()
                following = place.epoch + (place.group + 1) // self.groups.count, (place.group + 1) % self.groups.count
                coming = reader.submit(self.groups.rows, *following)
                while place.row + self.rows_per_step <= len(rows.ids):
                    yield rows[slice(place.row + self.rank, place.row + self.rows_per_step, self.world)]
                    place.row += self.rows_per_step
                place.epoch, place.group = following
                place.row = 0

    def learning_rate_factor(self) -> float:
        """Warm-up, plateau, and a line down to zero over the last tokens."""
        config, tokens = self.config, self.place.tokens
        warm = min(1.0, (tokens + config.batch_tokens) / max(1, config.warmup_tokens))
        left = (config.tokens - tokens) / max(1, config.decay_tokens)
        return min(warm, 1.0, max(0.0, left))

    def _step(self, rows: Rows) -> float:
        """One update. Returns the loss."""
        factor = self.learning_rate_factor()
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["base_lr"] * factor
        ids, features, targets, weight = to_tensors(rows, self.device)
        with self.device.autocast():
            logits = self.network(ids, features)
        loss = weighted_loss(logits, targets, weight)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.place.step += 1
        self.place.tokens += self.config.batch_tokens
        value = loss.item()
        if not math.isfinite(value):
            raise DataError(f"the loss is {value} at step {self.place.step}: lower the learning rate and --resume")
        return value

    def _validate(self) -> Scores:
        scores = evaluate_rows(self.model, self.validation, self.device)
        if scores.bits_per_note < self.place.best:
            self.place.best, self.place.worse = scores.bits_per_note, 0
        else:
            self.place.worse += 1
        return scores

    def _flops_per_token(self) -> float:
        """Forward and backward: six a weight of the matrices, and the attention's products."""
        network = self.config.network
        matrices = network.layers * 12 * network.width**2 + network.vocab * network.width
        return 6.0 * matrices + 6.0 * network.layers * network.width * self.config.row_tokens


def to_tensors(rows: Rows, device: Device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Ids, features, targets and weights on the device."""
    ids, features, targets = (
        torch.from_numpy(part.astype(np.int32)).to(device.device, torch.long)
        for part in (rows.ids, rows.features, rows.targets)
    )
    return ids, features, targets, torch.from_numpy(rows.weight.astype(np.float32)).to(device.device)


def weighted_loss(logits: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
    """Mean cross-entropy in nats over the targets of weight 1. logits (rows, steps, vocab)."""
    loss = F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction="none")
    return (loss * weight.flatten()).sum() / weight.sum().clamp(min=1.0)


def _join_group() -> tuple[int, int]:
    """Rank and number of processes; joins torchrun's group where it started this process."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return int(os.environ.get("RANK", "0")), world


class _StopSignal:
    """Notes SIGINT and SIGTERM instead of dying of them, while it is entered."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._before: dict[int, Any] = {}

    def is_set(self) -> bool:
        return self._stop.is_set()

    def __enter__(self) -> _StopSignal:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signal module's signature
        self._stop.set()

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
