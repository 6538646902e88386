"""The workers that a command was asked for."""

from __future__ import annotations

from sideman.errors import OptionError
from sideman.machine import processors
from sideman.workers.local import LocalWorkers
from sideman.workers.port import Workers


def open_workers(count: int | None = None, cluster: str | None = None) -> Workers:
    """So many processes of this machine, one a processor where none is said, or those of a cluster at an address.

    Raises :class:`OptionError` for a number below 1, or where both are given.
    """
    if cluster is not None:
        if count is not None:
            raise OptionError("--workers with --cluster: a cluster has as many as it has processors, leave one out")
        from sideman.workers.cluster import ClusterWorkers

        return ClusterWorkers(cluster)
    if count is not None and count < 1:
        raise OptionError(f"workers is {count}: give at least 1")
    return LocalWorkers(count or processors())
