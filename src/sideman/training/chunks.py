"""What is kept of a chunk of files between reading them and writing the dataset. Knows no tokens, no folds.

A chunk is one npz file of plain arrays: the ids and the phrases of its songs one after the other,
and the rest as JSON. Nothing in it is ever executed.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.files import atomic_write
from sideman.tokens.encode import Ids
from sideman.tokens.grid import GridLoss
from sideman.training.duplicates import Phrases
from sideman.training.shards import SongRow
from sideman.training.song import Loss

# What zip, npy and JSON raise of damaged bytes.
_FAULTS = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError, EOFError, RecursionError),
    *(NotImplementedError, zipfile.BadZipFile, zlib.error),
)


@dataclass(frozen=True)
class EncodedSong:
    """A song as ids; its row knows no fold, cluster, style or place in the shards yet."""

    row: SongRow
    ids: Ids
    phrases: Phrases
    loss: Loss = field(default_factory=Loss)
    grid_loss: GridLoss = field(default_factory=GridLoss)


@dataclass(frozen=True)
class Encoded:
    """What became of one file: a song, or the reason why it was left out."""

    fold: str | None  # asked for
    song: EncodedSong | None = None
    skipped: str = ""


def save_chunk(files: Sequence[Encoded], path: Path) -> None:
    """Write a chunk, whole or not at all."""
    songs = [file.song for file in files if file.song is not None]
    rows = [
        {"fold": file.fold, "skipped": file.skipped}
        if file.song is None
        else {
            "fold": file.fold,
            "row": asdict(file.song.row),
            "fingerprint": len(file.song.phrases),
            "loss": asdict(file.song.loss),
            "grid_loss": asdict(file.song.grid_loss),
        }
        for file in files
    ]
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            files=np.frombuffer(json.dumps(rows).encode(), np.uint8),
            ids=np.concatenate([np.zeros(0, np.uint16), *(song.ids for song in songs)]),
            fingerprints=np.concatenate([np.zeros(0, np.uint64), *(song.phrases for song in songs)]),
        )


def load_chunk(path: Path) -> list[Encoded]:
    """Read a chunk. Raises :class:`DataError` where it is damaged."""
    try:
        # np.load leaves a damaged file open that it opened itself.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            rows = json.loads(file["files"].tobytes())
            return list(_songs(rows, file["ids"], file["fingerprints"]))
    except _FAULTS as error:
        raise DataError(f"cannot read {path}: {error}; remove {path.parent} and encode again") from error


def _songs(rows: list[dict[str, Any]], ids: Ids, phrases: npt.NDArray[np.uint64]) -> Iterator[Encoded]:
    for values in rows:
        if "row" not in values:
            yield Encoded(values["fold"], skipped=values["skipped"])
            continue
        row = SongRow(**values["row"])
        own_ids, ids = np.split(ids, [row.tokens])
        own_phrases, phrases = np.split(phrases, [values["fingerprint"]])
        loss, grid_loss = Loss(**values["loss"]), GridLoss(**values["grid_loss"])
        yield Encoded(values["fold"], EncodedSong(row, own_ids, own_phrases, loss, grid_loss))
