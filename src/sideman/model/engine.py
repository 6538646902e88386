"""The port behind which networks run: ids in, logits out, with a cache of what each row has read. Knows no music.

:func:`sideman.model.runtime.open_engine` chooses what runs behind it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.errors import TokenError
from sideman.model.checkpoint import Checkpoint
from sideman.model.config import GPT2Config

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.integer[Any]]
Inputs = npt.NDArray[np.int32]


class Cache:
    """Keys and values of what each row has read; their layout is the engine's own.

    ``length`` (row,) counts what is read; setting it back forgets what came later. Memory is taken as it fills.
    """

    def __init__(self, rows: int, keys: npt.NDArray[Any], values: npt.NDArray[Any]) -> None:
        self.keys = keys
        self.values = values
        self.length: npt.NDArray[np.int32] = np.zeros(rows, np.int32)

    def clear(self, row: int) -> None:
        """Forget what ``row`` has read."""
        self.length[row] = 0


class Engine(ABC):
    """Runs a network. Threads may share it, each with its own :class:`Cache`."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.config: GPT2Config = checkpoint.config
        # One table holds everything that adds up to an input: ids, then positions, then each feature.
        sizes = [self.config.vocab, self.config.context, *self.config.features]
        self._sizes = np.array(sizes, np.uint64)
        self.offsets = np.array([0, *accumulate(sizes[:-1])], np.int64)

    @abstractmethod
    def cache(self, rows: int) -> Cache:
        """An empty cache for ``rows`` rows."""

    @abstractmethod
    def _read(self, cache: Cache, inputs: Inputs, wanted: Inputs | None) -> Floats:
        """Take ``inputs`` (n, 2 + table) into the cache: row, position, and which rows of the table add up to it.

        Inputs of one row follow one another. Returns the logits (wanted, vocab) after those that are ``wanted``,
        rising indices, or (n, vocab) after each.
        """

    def read(
        self,
        cache: Cache,
        rows: Sequence[int],
        ids: Sequence[int] | Integers,
        features: Sequence[Sequence[int]] | Integers,
        counts: Sequence[int] | None = None,
        *,
        every: bool = False,
        wanted: Sequence[int] | Integers | None = None,
    ) -> Floats:
        """Read the next ids of ``rows``: ``counts`` of each, or one of each.

        ``ids`` (n,) and ``features`` (n, feature) hold those of the first row, then of the second, and so on. Returns
        the logits (row, vocab) of the id that follows in each row, or (n, vocab) after ``every`` id, or (wanted, vocab)
        after the ids at the ``wanted`` indices, which rise. Raises :class:`TokenError`, with the cache as it was, where
        a row is full, named twice or reads nothing, or an id or feature is out of range.
        """
        if not len(rows):
            return np.empty((0, self.config.vocab), np.float32)
        if len(set(rows)) < len(rows) or not 0 <= min(rows) <= max(rows) < len(cache.length):
            raise TokenError(f"rows {list(rows)} are not distinct rows of a cache of {len(cache.length)}")
        chosen = list(rows)
        positions = cache.length[chosen]
        if counts is None:
            inputs = self._inputs(chosen, positions, ids, features)
            logits = self._read(cache, inputs, None)
            cache.length[chosen] = positions + 1
            return logits
        reads = np.asarray(counts, np.int32)
        if len(counts) != len(rows) or (reads < 1).any():
            raise TokenError(f"counts {list(counts)} for {len(rows)} rows: give each row at least one id")
        ends = np.cumsum(reads, dtype=np.int32)
        within = np.arange(ends[-1], dtype=np.int32) - np.repeat(ends - reads, reads)
        inputs = self._inputs(np.repeat(chosen, reads), within + np.repeat(positions, reads), ids, features)
        last = ends - 1 if wanted is None else np.asarray(wanted, np.int32)
        logits = self._read(cache, inputs, None if every else last)
        cache.length[chosen] = positions + reads
        return logits

    def _inputs(
        self,
        rows: Sequence[int] | Integers,
        positions: Inputs,
        ids: Sequence[int] | Integers,
        features: Sequence[Sequence[int]] | Integers,
    ) -> Inputs:
        """What :meth:`_read` takes. Raises :class:`TokenError` where something doesn't fit."""
        count, columns = len(positions), len(self._sizes) - 2
        ids, features = np.asarray(ids), np.asarray(features)
        if ids.shape != (count,) or (features.shape != (count, columns) and features.size + columns):
            raise TokenError(
                f"ids {ids.shape} and features {features.shape} don't match {count} ids "
                f"and {columns} features: give one id and all features for each"
            )
        if positions.max() >= self.config.context:
            raise TokenError(
                f"{positions.max() + 1} ids don't fit the context of {self.config.context}: "
                "clear the row and read the last that fit"
            )
        table = np.empty((count, len(self._sizes)), np.int64)
        table[:, 0] = ids
        table[:, 1] = positions
        table[:, 2:] = features.reshape(count, columns)
        # Negative numbers are large ones without a sign.
        if (table.view(np.uint64) >= self._sizes).any():
            raise TokenError(f"an id or feature is outside its range: ids 0 to {self.config.vocab - 1}")
        inputs: Inputs = np.empty((count, 2 + len(self._sizes)), np.int32)
        inputs[:, 0] = rows
        inputs[:, 1] = positions
        inputs[:, 2:] = table + self.offsets
        return inputs
