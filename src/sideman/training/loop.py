"""The training loop. Composes data, network, optimiser and records; knows no music beyond counting notes.

One process, or several under `torchrun` (data parallel: every process reads songs of its own, and computes its share of
each batch). A run stops cleanly between two steps on SIGINT or SIGTERM and goes on exactly with `resume`.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from sideman.errors import CheckpointError, DataError, OptionError
from sideman.model.gpt2 import GPT2
from sideman.training.attention import plain_attention_is_faster
from sideman.training.batches import Groups, Rows
from sideman.training.config import TrainConfig
from sideman.training.device import Device, choose_device, set_threads
from sideman.training.evaluate import Scores, evaluate_rows, small_validation
from sideman.training.loss import to_tensors, weighted_loss
from sideman.training.memory import keep_memory
from sideman.training.optimizer import make_optimizers
from sideman.training.processes import Processes
from sideman.training.reader import reading_process
from sideman.training.shards import Dataset, SongRow
from sideman.training.state import RunFolder, sound, weights_of
from sideman.training.stopping import StopSignal
from sideman.training.weights import begin_with

_SECONDS_PER_MINUTE = 60.0


@dataclass(frozen=True)
class TrainStep:
    """What the loop tells after each step."""

    step: int
    tokens: int
    share: float  # of the run that is done, by whichever end comes first
    loss: float  # nats a token, of what is not forced
    learning_rate: float  # of this step: AdamW's
    matrix_learning_rate: float  # Muon's
    tokens_per_second: float
    peak_share: float  # of the measured matrix-product peak
    seconds: float  # of training so far
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

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Place:
        """From a checkpoint's values. Raises TypeError or ValueError for what is not a place."""
        place = cls(**{name: {"int": int, "float": float}[cls.__annotations__[name]](values[name]) for name in values})
        if min(vars(place).values()) < 0:
            raise ValueError(f"a number below 0 in {place}")
        return place


class Trainer:
    """One run: a dataset, a folder, a configuration."""

    def __init__(
        self,
        dataset: Path,
        run: Path,
        config: TrainConfig,
        *,
        device: str = "auto",
        resume: bool = False,
        weights: Path | None = None,
    ) -> None:
        """``resume`` goes on with the run in the folder; else a new one begins, with the ``weights`` of a file or run.

        Raises :class:`CheckpointError` where the run or the weights don't fit the configuration.
        """
        self.config = config
        self.folder = RunFolder(run)
        self.device: Device = choose_device(device, config.precision)
        self.processes = Processes.join(self.device.device)
        self.threads = set_threads(config.threads)
        keep_memory()
        songs = Dataset(dataset)
        wanted = [row for row in songs.rows if row.fold == "train" and (config.songs == "all" or row.has_band)]
        if not wanted:
            raise DataError(f"{dataset} has no song of the train fold with the tracks wanted: encode more songs")
        self.groups = Groups(
            *(songs, wanted, config.seed, config.row_tokens, config.columns),
            rank=self.processes.rank,
            world=self.processes.world,
        )
        # What is told of the songs wherever the weights go.
        self.data = {
            "dataset": dataset.resolve().name,
            "songs": len(wanted),
            "ids": sum(row.tokens for row in wanted),
            "digest": _digest(wanted),
        }
        self.validation = small_validation(songs, config)
        self.rows_per_step = config.batch_tokens // config.row_tokens
        if self.rows_per_step % self.processes.world:
            raise OptionError(
                f"{self.rows_per_step} rows a step do not divide over {self.processes.world} processes: "
                "change batch_tokens or row_tokens"
            )
        self._agree(resume=resume)
        torch.manual_seed(config.seed)
        self.model = GPT2(config.network).to(self.device.device)
        self.optimizers = make_optimizers(self.model, config, self.device.dtype)
        self.place = Place()
        self.parent: dict[str, Any] = {}  # what is known of the weights that the run began with
        if resume:
            with sound(self.folder.path):
                self._restore(self.folder.load())
        elif weights is not None:
            self.parent = begin_with(self.model, config.feature_names, weights)
        if config.attention == "auto":
            rows = self.rows_per_step // self.processes.world
            plain = plain_attention_is_faster(self.device, config.network, rows, config.row_tokens)
            way = "plain" if self.processes.from_first([float(plain)])[0] else "fused"
            # Kept with the run, which goes on with the same sums.
            self.config = config = replace(config, attention=way)
        self.model.attend(plain=config.attention == "plain")
        if self.processes.is_first:
            (self.folder.save_config if resume else self.folder.create)(config)
        self.network: nn.Module = self.model
        if config.compile:
            self.network = cast("nn.Module", torch.compile(self.model))
        if self.processes.world > 1:
            # Without features their table takes no part.
            self.network = nn.parallel.DistributedDataParallel(
                self.network, find_unused_parameters=not config.feature_names
            )

    def _agree(self, *, resume: bool) -> None:
        """Raise :class:`CheckpointError` where this process is about to do something else than the first."""
        mine = [float(resume), float(int(_digest(self.groups.songs)[:12], 16))]  # whole numbers of 48 bits
        if self.processes.from_first(mine) != mine:
            raise CheckpointError(
                f"process {self.processes.rank} sees another run or other songs than the first: "
                "put both on a disk that all machines share"
            )

    def state(self) -> dict[str, Any]:
        """Everything a checkpoint holds."""
        return {
            "config": self.config.to_dict(),
            "songs": self.data["digest"],
            "data": self.data,
            "weights": weights_of(self.model),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "place": vars(self.place).copy(),
            "parent": self.parent,
            "rng": torch.get_rng_state(),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint; learning rates and weight decay are the configuration's, which may have changed."""
        before = TrainConfig.of(state["config"])
        for name in ("network", "feature_names", "optimizer"):
            old, new = getattr(before, name), getattr(self.config, name)
            if old != new:
                raise CheckpointError(f"{self.folder.path} was trained with {name} {old}, not {new}: start another run")
        if state.get("songs", self.data["digest"]) != self.data["digest"]:
            raise CheckpointError(
                f"{self.folder.path} was trained on other songs: resume with the same dataset, or start another run"
            )
        self.model.load_state_dict(state["weights"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            wanted = [{key: group[key] for key in ("base_lr", "weight_decay")} for group in optimizer.param_groups]
            optimizer.load_state_dict(saved)
            for group, values in zip(optimizer.param_groups, wanted, strict=True):
                group.update(values)
        self.place = Place.of(state["place"])
        if self.place.group >= self.groups.count:
            raise ValueError(f"group {self.place.group} of {self.groups.count}")
        self.parent = state.get("parent", {})
        torch.set_rng_state(state["rng"])

    def train(self, on_progress: Callable[[TrainStep], None] | None = None) -> Place:
        """Train until the configured end, a signal or early stopping. Returns the place reached.

        ``on_progress`` hears of every step; of the last one again, with its scores, where only the end validates it.

        Raises :class:`DataError` where the loss is not a number; the checkpoints are from before that.
        """
        peak = self.device.matmul_peak()
        begin, before = time.perf_counter(), self.place.seconds
        saved, epoch = begin, self.place.epoch
        progress: TrainStep | None = None  # of the last step
        with StopSignal() as stop, contextlib.closing(self._batches()) as batches:
            while not self.processes.any(stop.is_set() or self._finished()):
                start = time.perf_counter()
                factor = self._learning_rate_factor()
                loss = self._step(next(batches), factor)
                now = time.perf_counter()
                self.place.seconds = before + now - begin
                speed = self.config.batch_tokens / (now - start)
                scores = self._validate() if self._due(self.config.validate_tokens) else None
                late = now - saved > self.config.checkpoint_minutes * _SECONDS_PER_MINUTE
                if self.processes.is_first and (late or self.place.epoch > epoch):
                    self.save()
                    saved, epoch = now, self.place.epoch
                progress = TrainStep(
                    step=self.place.step,
                    tokens=self.place.tokens,
                    share=self._share(),
                    loss=loss,
                    learning_rate=factor * self.config.learning_rate,
                    matrix_learning_rate=factor * self.config.matrix_learning_rate,
                    tokens_per_second=speed,
                    peak_share=speed * self._flops_per_token() / peak / self.processes.world,
                    seconds=self.place.seconds,
                    scores=scores,
                )
                if on_progress is not None:
                    on_progress(progress)
            if progress is not None and progress.scores is None:
                # Validated at its end too, a run's best weights are never older than they need be.
                progress = replace(progress, scores=self._validate())
                if on_progress is not None:
                    on_progress(progress)
        if self.processes.is_first:
            self.save()
        return self.place

    def save(self) -> Path:
        """Write a checkpoint now."""
        return self.folder.save(self.state(), self.place.step, self.config.keep)

    def _finished(self) -> bool:
        return self._share() >= 1 or 0 < self.config.patience <= self.place.worse

    def _share(self) -> float:
        """How much of the run is done, 0 to 1 and more: by whichever end comes first."""
        config, place = self.config, self.place
        shares = [place.tokens / config.tokens]
        if config.epochs:
            shares.append((place.epoch + place.group / self.groups.count) / config.epochs)
        if config.minutes:
            shares.append(place.seconds / (config.minutes * _SECONDS_PER_MINUTE))
        return max(shares)

    def _due(self, every: int) -> bool:
        """Whether this step passed a multiple of ``every`` tokens."""
        return self.place.tokens // every > (self.place.tokens - self.config.batch_tokens) // every

    def _batches(self) -> Generator[Rows]:
        """Batches from where the run stands, for ever; the next group is read while this one is trained on.

        The place moves on before a batch is handed out, so that a checkpoint after its step doesn't repeat it.
        """
        place, world = self.place, self.processes.world
        share = self.rows_per_step // world  # rows a step of this process
        idle = 0  # groups in a row without a whole batch
        with reading_process(self.groups) as read:
            coming = read(place.epoch, place.group)
            while idle <= self.groups.count:
                rows = coming.result()
                following = self.groups.following(place.epoch, place.group)
                coming = read(*following)
                # A step takes as many rows of each: what some have beyond that is left out.
                steps = range(place.row // self.rows_per_step, self.processes.least(len(rows.ids)) // share)
                idle = 0 if steps else idle + 1
                for step in steps:
                    place.row = (step + 1) * self.rows_per_step
                    if step == steps[-1]:
                        (place.epoch, place.group), place.row = following, 0
                    yield rows.take(slice(step * share, (step + 1) * share))
                (place.epoch, place.group), place.row = following, 0
        raise DataError(f"the songs don't fill a step of {self.rows_per_step} rows: encode more or lower batch_tokens")

    def _learning_rate_factor(self) -> float:
        """Warm-up, plateau, and a line down to zero at the run's end, all as shares of the run."""
        config, share = self.config, self._share()
        step = share / self.place.step if self.place.step else config.batch_tokens / config.tokens
        warm = (share + step) / config.warmup if config.warmup else 1.0
        left = (1 - share) / config.decay if config.decay else 1.0
        return max(0.0, min(warm, 1.0, left))

    def _step(self, rows: Rows, factor: float) -> float:
        """One update. Returns the loss over all processes' rows."""
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["base_lr"] * factor
        ids, features, targets, weight = to_tensors(rows, self.device)
        # Data parallelism averages gradients: each process divides by its share of the weight of all.
        total = self.processes.sum(weight.sum()) / self.processes.world
        with self.device.autocast():
            logits = self.network(ids, features)
        loss = weighted_loss(logits, targets, weight, total)
        loss.backward()
        value = self.processes.sum(loss.detach()).item() / self.processes.world
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip).item()
        if not math.isfinite(value + norm):
            raise DataError(
                f"the loss is {value} and its gradient's norm {norm} at step {self.place.step + 1}: "
                "lower learning_rate and matrix_learning_rate, and --resume"
            )
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.place.step += 1
        self.place.tokens += self.config.batch_tokens
        return value

    def _validate(self) -> Scores:
        """Scores on the validation rows, by the first process for all; keeps the best weights."""
        first = self.processes.is_first
        scores = evaluate_rows(self.model, self.validation, self.device) if first else Scores(0.0, 0, 0, 0)
        bits, *counts = self.processes.from_first([scores.bits, scores.tokens, scores.notes, scores.bars])
        scores = Scores(bits, *map(int, counts))
        if scores.bits_per_note < self.place.best:
            self.place.best, self.place.worse = scores.bits_per_note, 0
            if first:
                self.folder.save_best(self.state())
        else:
            self.place.worse += 1
        return scores

    def _flops_per_token(self) -> float:
        """Forward and backward: six a weight of the matrices, and the attention's products."""
        network = self.config.network
        matrices = network.layers * 12 * network.width**2 + network.vocab * network.width
        return 6.0 * matrices + 6.0 * network.layers * network.width * self.config.row_tokens


def _digest(songs: Sequence[SongRow]) -> str:
    """Which songs, in which order."""
    text = "\n".join(f"{song.name} {song.tokens}" for song in songs)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
