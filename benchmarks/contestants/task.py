"""What a contestant of :mod:`benchmarks.engines` is asked to do and must offer. Knows no library that runs networks."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from benchmarks.timing import best
from sideman.model.checkpoint import Checkpoint, Weights

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

CHECKED = 8  # steps whose logits are compared before the time is taken


@dataclass(frozen=True)
class Task:
    """Decode from ``start`` to ``stop`` ids in each row.

    ``ids`` (row, id) and ``features`` (row, id, feature) are what is read; ``logits`` (row, stop - start + 1, vocab)
    are the training network's behind the first ``start`` ids and behind each that follows.
    """

    checkpoint: Checkpoint
    ids: Integers
    features: Integers
    logits: Floats
    start: int
    stop: int

    @property
    def rows(self) -> int:
        """How many are decoded at once."""
        return len(self.ids)

    def index(self, start: int, stop: int) -> Integers:
        """Rows of :func:`table` that add up to the network's input at these positions: (row, id, 2 + feature)."""
        config = self.checkpoint.config
        offsets = [0, *accumulate([config.vocab, config.context, *config.features[:-1]])][: 2 + len(config.features)]
        positions = np.broadcast_to(np.arange(start, stop), (self.rows, stop - start))
        parts = [self.ids[:, start:stop, None], positions[:, :, None], self.features[:, start:stop]]
        index: Integers = np.concatenate(parts, 2) + np.array(offsets)
        return index


def table(weights: Weights) -> Floats:
    """Embeddings of ids, positions and features below one another."""
    names = ("transformer.wte.weight", "transformer.wpe.weight", "features.weight")
    return np.concatenate([weights[name] for name in names]).astype(np.float32)


class Contestant(ABC):
    """A way to run the network, set up for a task and a number of threads."""

    def __init__(self, task: Task, threads: int) -> None:
        self.task = task
        self.threads = threads

    @abstractmethod
    def difference(self) -> float:
        """The largest difference from the training network's logits."""

    @abstractmethod
    def seconds(self) -> float:
        """The time that one step takes, averaged over the task."""


class Stepper(Contestant):
    """Reads the ids it is given, one a row and step."""

    @abstractmethod
    def prefill(self) -> Floats:
        """Read the first ``task.start`` ids; returns the logits (row, vocab) of what follows."""

    @abstractmethod
    def step(self, position: int) -> Floats:
        """Read the id at ``position`` behind all before it; returns the logits (row, vocab) of what follows."""

    @abstractmethod
    def rewind(self) -> None:
        """Forget all but the first ``task.start`` ids."""

    def difference(self) -> float:
        """See :class:`Contestant`; over the prefill and the first steps."""
        task = self.task
        worst = float(np.abs(self.prefill() - task.logits[:, 0]).max())
        for done in range(min(CHECKED, task.stop - task.start)):
            worst = max(worst, float(np.abs(self.step(task.start + done) - task.logits[:, done + 1]).max()))
        return worst

    def seconds(self) -> float:
        """See :class:`Contestant`."""
        self.rewind()
        return best(1, self._steps) / (self.task.stop - self.task.start)

    def _steps(self) -> None:
        for position in range(self.task.start, self.task.stop):
            self.step(position)


class Generator(Contestant):
    """Has its own loop, which picks the likeliest id and says when it has it."""

    @abstractmethod
    def generate(self, count: int, generated: Callable[[], None]) -> None:
        """Generate ``count`` ids behind the first ``task.start``; calls ``generated`` after each step."""

    def seconds(self) -> float:
        """See :class:`Contestant`; from the first new id, which comes of the prefill, to the last."""
        steps = self.task.stop - self.task.start
        times: list[float] = []
        self.generate(1 + steps, lambda: times.append(time.perf_counter()))
        return (times[-1] - times[0]) / steps
