"""What is kept of a chunk of files between reading them and writing the dataset. Knows no tokens, no folds, no names.

A chunk is one file of plain arrays: the ids and the phrases of its songs one after the other, and the rest as JSON.
Nothing in it is ever executed, and of the ids only those are read that are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from sideman.errors import DataError
from sideman.files import atomic_write
from sideman.tokens.encode import Ids
from sideman.tokens.grid import GridLoss
from sideman.training.duplicates import Phrases
from sideman.training.shards import SongRow
from sideman.training.song import Loss

SUFFIX = ".safetensors"
_OPEN: Any = safe_open  # whose methods have no types
# What the reader of the arrays and JSON raise of damaged bytes.
_FAULTS = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError),
    *(SafetensorError, RuntimeError),
)


@dataclass(frozen=True)
class EncodedSong:
    """A song as ids; its row knows no name, fold, cluster, style or place in the shards yet."""

    row: SongRow
    ids: Ids
    phrases: Phrases
    loss: Loss = field(default_factory=Loss)
    grid_loss: GridLoss = field(default_factory=GridLoss)


@dataclass(frozen=True)
class Encoded:
    """What became of one file: a song, or the reason why it was left out."""

    song: EncodedSong | None = None
    skipped: str = ""


def save_chunk(files: Sequence[Encoded], path: Path) -> None:
    """Write a chunk, whole or not at all."""
    songs = [file.song for file in files if file.song is not None]
    rows = [
        {"skipped": file.skipped}
        if file.song is None
        else {
            "row": asdict(file.song.row),
            "fingerprint": len(file.song.phrases),
            "loss": asdict(file.song.loss),
            "grid_loss": asdict(file.song.grid_loss),
        }
        for file in files
    ]
    arrays = {
        "files": np.frombuffer(json.dumps(rows).encode(), np.uint8),
        "ids": np.concatenate([np.zeros(0, np.uint16), *(song.ids for song in songs)]),
        "fingerprints": np.concatenate([np.zeros(0, np.uint64), *(song.phrases for song in songs)]),
    }
    with atomic_write(path) as temporary:
        temporary.write_bytes(save(arrays))  # its own writer has an error of its own where the disk is full


class Chunk:
    """A chunk on disk. Its methods and it raise :class:`DataError` where it is damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = _OPEN(path, "numpy")
            self._rows: list[dict[str, Any]] = json.loads(self._file.get_tensor("files").tobytes())
            tokens = (row["row"]["tokens"] if "row" in row else 0 for row in self._rows)
            self._begins = [0, *accumulate(tokens)]
            if self._file.get_slice("ids").get_shape() != [self._begins[-1]]:
                raise ValueError("its ids are not those of its songs")
        except _FAULTS as error:
            raise self._damaged(error) from error

    def __len__(self) -> int:
        return len(self._rows)

    def skipped(self, number: int) -> str | None:
        """Why a file was left out; None where it is a song."""
        row = self._rows[number]
        return None if "row" in row else str(row.get("skipped", ""))

    def row(self, number: int) -> SongRow:
        """What is known of a song by now."""
        try:
            return SongRow(**self._rows[number]["row"])
        except _FAULTS as error:
            raise self._damaged(error) from error

    def losses(self, number: int) -> tuple[Loss, GridLoss]:
        """What reading a song and what the grid cost."""
        try:
            return Loss(**self._rows[number]["loss"]), GridLoss(**self._rows[number]["grid_loss"])
        except _FAULTS as error:
            raise self._damaged(error) from error

    def ids(self, number: int) -> Ids:
        """The ids of a song."""
        try:
            ids: Ids = self._file.get_slice("ids")[self._begins[number] : self._begins[number + 1]]
        except _FAULTS as error:
            raise self._damaged(error) from error
        return ids

    def phrases(self) -> list[Phrases]:
        """The phrases of every song, one after the other."""
        try:
            counts = [row["fingerprint"] for row in self._rows if "row" in row]
            phrases = self._file.get_tensor("fingerprints")
            if len(phrases) != sum(counts):
                raise ValueError("its phrases are not those of its songs")
            return np.split(phrases, np.cumsum(counts)[:-1]) if counts else []
        except _FAULTS as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> DataError:
        return DataError(f"cannot read {self.path}: {error}; remove it and encode again")
