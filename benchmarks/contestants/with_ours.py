"""The package's own engines, behind their common port."""

from __future__ import annotations

from benchmarks.contestants.task import Floats, Stepper, Task
from sideman.model.engine import Engine
from sideman.model.kernel import KernelEngine, why_not
from sideman.model.numpy_engine import NumpyEngine


class _Ours(Stepper):
    def __init__(self, task: Task, threads: int, engine: Engine) -> None:
        super().__init__(task, threads)
        self.engine = engine
        self.cache = engine.cache(task.rows)
        self.rows = range(task.rows)

    def prefill(self) -> Floats:
        """See :class:`Stepper`."""
        task = self.task
        self.cache.length[:] = 0
        ids, features = task.ids[:, : task.start].reshape(-1), task.features[:, : task.start]
        return self.engine.read(
            self.cache, self.rows, ids, features.reshape(len(ids), -1), counts=[task.start] * task.rows
        )

    def step(self, position: int) -> Floats:
        """See :class:`Stepper`."""
        return self.engine.read(self.cache, self.rows, self.task.ids[:, position], self.task.features[:, position])

    def rewind(self) -> None:
        """See :class:`Stepper`."""
        self.cache.length[:] = self.task.start


class Numpy(_Ours):
    """Numpy's BLAS takes one thread at most."""

    def __init__(self, task: Task, threads: int) -> None:
        super().__init__(task, threads, NumpyEngine(task.checkpoint))


class Kernel(_Ours):
    """The kernel in C."""

    def __init__(self, task: Task, threads: int) -> None:
        reason = why_not(task.checkpoint.config)
        if reason is not None:
            raise ModuleNotFoundError(reason, name=f"the kernel ({reason})")
        super().__init__(task, threads, KernelEngine(task.checkpoint, threads))
