"""Processes of a cluster, by Ray. Knows nothing of what they do.

Ray starts them where there is room, one a processor, and starts a piece of work again whose process or machine is lost.
Every machine has this version of Sideman and sees the same files under the same names.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sideman.errors import DataError, MissingLibraryError
from sideman.workers.port import Ended, Item, Result

_AHEAD = 3  # items a process that are handed out before their results are taken
_TRIES = 3


class ClusterWorkers:
    """See :class:`~sideman.workers.port.Workers`. As many as the cluster has processors."""

    def __init__(self, address: str) -> None:
        """``address`` as Ray takes it: ``auto``, ``HOST:PORT``, ``ray://HOST:PORT``, or ``local`` to start one here.

        Raises :class:`MissingLibraryError` where Ray is not installed, :class:`DataError` where no cluster answers.
        """
        try:
            import ray
        except ImportError as error:
            raise MissingLibraryError(
                f"--cluster needs Ray ({error}): run 'pip install sideman[cluster]', or leave it out"
            ) from error
        self._ray: Any = ray
        try:
            self._ray.init(address, log_to_driver=False, logging_level=logging.ERROR, ignore_reinit_error=True)
            self.count = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        except Exception as error:  # Ray has many, of gRPC too
            why = " ".join(str(error).split())[:200]
            raise DataError(
                f"cannot reach the cluster {address!r}: {why}; start one with 'ray start --head'"
            ) from error

    def run(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result | Ended]:
        """As the port says."""
        remote = self._ray.remote(num_cpus=1, max_retries=_TRIES)(function)
        begun: deque[Any] = deque()
        for item in items:
            begun.append(remote.remote(item))
            if len(begun) >= _AHEAD * self.count:
                yield self._result(begun.popleft())
        while begun:
            yield self._result(begun.popleft())

    def _result(self, reference: object) -> Any:  # noqa: ANN401 - the function's
        errors = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except (errors.WorkerCrashedError, errors.OutOfMemoryError, errors.NodeDiedError):
            return Ended()
        except errors.RayTaskError as error:
            raise error.cause or error from error
