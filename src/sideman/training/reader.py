"""The process that reads a training's rows beside the one that trains: a thread would stop it for the GIL."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager

from sideman.training.batches import Groups, Rows
from sideman.workers.local import begin_worker

Read = Callable[[int, int], "Future[Rows]"]  # an epoch and a group in, the group's rows out
_groups: list[Groups] = []  # of the process that reads


@contextmanager
def reading_process(groups: Groups) -> Iterator[Read]:
    """A function that has rows read in a process of its own, which gets the songs' index once.

    The process ignores Ctrl-C, which is the training's to handle, and ends with its parent.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin, (groups,)) as pool:
        yield lambda epoch, group: pool.submit(_read, epoch, group)


def _begin(groups: Groups) -> None:
    begin_worker()
    _groups[:] = [groups]


def _read(epoch: int, group: int) -> Rows:
    return _groups[0].rows(epoch, group)
