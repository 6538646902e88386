"""Fingerprints of the songs of a dataset, taken by whoever works. Knows songs by their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sideman.errors import DataError
from sideman.tokens.figures import Hashes
from sideman.tokens.fingerprints import Fingerprints, song_hashes
from sideman.training.shards import Dataset
from sideman.workers.port import Ended, Workers

FOLD = "train"
CHUNK = 128  # songs


class _Job(NamedTuple):
    """Songs of the train fold, from the first to the one before the last."""

    folder: Path  # absolute
    first: int
    last: int


def fingerprints_of(dataset: Path, workers: Workers, on_progress: Callable[[int, int], object]) -> Fingerprints:
    """Of the songs of the train fold; ``on_progress`` is told how many are done, of how many.

    Raises :class:`DataError` where the folder is not a dataset, or a process was ended.
    """
    songs = len(Dataset(dataset, FOLD))

    def done() -> Iterator[Hashes]:
        firsts = range(0, songs, CHUNK)
        jobs = (_Job(dataset.absolute(), first, min(first + CHUNK, songs)) for first in firsts)
        for first, hashes in zip(firsts, workers.run(_hashes, jobs), strict=True):
            if isinstance(hashes, Ended):
                raise DataError("a process that read songs was ended, as for want of memory: give fewer workers")
            yield hashes
            on_progress(min(first + CHUNK, songs), songs)

    return Fingerprints.of_hashes(done())


def _hashes(job: _Job) -> Hashes:
    dataset = _dataset(job.folder)
    rows = dataset.rows[job.first : job.last]
    return np.concatenate([song_hashes(dataset.ids(row)) for row in rows])


@lru_cache(maxsize=1)
def _dataset(folder: Path) -> Dataset:
    return Dataset(folder, FOLD)
