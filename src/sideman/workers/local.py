"""Processes of this machine. Knows nothing of what they do."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from sideman.errors import DataError
from sideman.workers.port import Ended, Item, Result

_AHEAD = 3  # items a process that are handed out before their results are taken
_TRIES = 2  # of an item alone
MOST_PROCESSES = 61 if os.name == "nt" else None  # Windows waits for no more at once


class LocalWorkers:
    """See :class:`~sideman.workers.port.Workers`. A single one works in this process, which an item may end."""

    def __init__(self, count: int) -> None:
        self.count = min(count, MOST_PROCESSES or count)

    def run(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result | Ended]:
        """As the port says. Ctrl-C is left to this process, and with it the others end."""
        if self.count == 1:
            yield from map(function, items)
            return
        coming = iter(items)
        while True:
            begun: deque[tuple[Item, Future[Result] | None]] = deque()
            pool = make_pool(self.count)
            try:
                yield from self._run(pool, function, coming, begun)
            except BrokenProcessPool:
                pass
            else:
                return
            finally:
                pool.shutdown(cancel_futures=True)
            # Any of those that were begun may be what the process died of.
            for item, future in begun:
                if future is not None and future.done() and not future.cancelled() and future.exception() is None:
                    yield future.result()
                else:
                    yield _apart(function, item)

    def _run(
        self,
        pool: ProcessPoolExecutor,
        function: Callable[[Item], Result],
        coming: Iterator[Item],
        begun: deque[tuple[Item, Future[Result] | None]],
    ) -> Iterator[Result]:
        """Results until there are no more items, or a process dies; then those ``begun`` have not been given."""
        for item in coming:
            begun.append((item, None))  # so that it isn't lost where the pool is broken already
            begun[-1] = item, pool.submit(function, item)
            if len(begun) >= _AHEAD * self.count:
                yield _first(begun)
        while begun:
            yield _first(begun)


def make_pool(processes: int) -> ProcessPoolExecutor:
    """So many processes, of their own from the start: a fork would take over locks that a thread of ours holds."""
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), begin_worker)


def begin_worker() -> None:
    """Make this process one that leaves Ctrl-C to its parent and ends with it, even where that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _first(begun: deque[tuple[Item, Future[Result] | None]]) -> Result:
    """The result of the first of those begun, which then is none of them any more."""
    future = begun[0][1]
    assert future is not None
    result = future.result()
    begun.popleft()
    return result


def _apart(function: Callable[[Item], Result], item: Item) -> Result | Ended:
    """The result for one item in a process of its own; it may have been another's fault once more."""
    for _ in range(_TRIES):
        with make_pool(1) as pool:
            try:
                pool.submit(os.getpid).result()
            except BrokenProcessPool as error:
                raise DataError("cannot start a process: free memory and run again; what is done is kept") from error
            with contextlib.suppress(BrokenProcessPool):
                return pool.submit(function, item).result()
    return Ended()
