"""What is kept between reading and writing: it comes back the same, and a damaged one says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from tests.training.conftest import band_file

from sideman.errors import DataError
from sideman.training.chunks import Chunk, Encoded, save_chunk
from sideman.training.encode_song import encode_file


def encoded(folder: Path) -> list[Encoded]:
    """Two songs around one that was left out."""
    paths = [band_file(seed).write(folder / f"song{seed}.npz") for seed in range(2)]
    (folder / "broken.npz").write_bytes(b"broken")
    return [encode_file(path) for path in (paths[0], folder / "broken.npz", paths[1])]


def test_a_chunk_goes_round(tmp_path: Path) -> None:
    files = encoded(tmp_path)
    save_chunk(files, tmp_path / "chunk.safetensors")
    chunk = Chunk(tmp_path / "chunk.safetensors")
    assert len(chunk) == 3
    assert [chunk.skipped(number) for number in (0, 2)] == [None, None]
    assert (chunk.skipped(1) or "").startswith("not a sound npz file")
    songs = [file.song for file in files if file.song is not None]
    for number, song, phrases in zip((0, 2), songs, chunk.phrases(), strict=True):
        assert len(phrases)
        assert np.array_equal(phrases, song.phrases)
        assert np.array_equal(chunk.ids(number), song.ids)
        assert chunk.ids(number).dtype == np.uint16
        assert chunk.row(number) == song.row
        assert chunk.losses(number) == (song.loss, song.grid_loss)


@pytest.mark.parametrize("files", [[], [Encoded(skipped="broken")]])
def test_a_chunk_without_songs_goes_round(files: list[Encoded], tmp_path: Path) -> None:
    save_chunk(files, tmp_path / "chunk.safetensors")
    chunk = Chunk(tmp_path / "chunk.safetensors")
    assert [chunk.skipped(number) for number in range(len(chunk))] == [file.skipped for file in files]
    assert chunk.phrases() == []


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_damaged_chunk_is_an_error(share: float, tmp_path: Path) -> None:
    path = tmp_path / "chunk.safetensors"
    save_chunk(encoded(tmp_path), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match=r"chunk\.safetensors: .*remove it"):
        Chunk(path)


def write(path: Path, rows: bytes, ids: int) -> None:
    """A chunk without phrases."""
    arrays: dict[str, Any] = {"files": np.frombuffer(rows, np.uint8), "ids": np.zeros(ids, np.uint16)}
    save_file({**arrays, "fingerprints": np.zeros(0, np.uint64)}, path)


@pytest.mark.parametrize(
    "rows",
    [b"{", b"[1]", b'[{"row": {}}]', b'[{"row": {"tokens": 3}, "fingerprint": 1}]', b'[{"row": {"tokens": "x"}}]'],
)
def test_what_is_no_chunk_is_an_error(rows: bytes, tmp_path: Path) -> None:
    path = tmp_path / "chunk.safetensors"
    write(path, rows, 2)
    with pytest.raises(DataError, match="cannot read"):
        Chunk(path)


@pytest.mark.parametrize("key", ["row", "loss"])
def test_a_song_of_which_too_little_is_told_is_an_error(key: str, tmp_path: Path) -> None:
    path = tmp_path / "chunk.safetensors"
    rows = json.dumps([{"row": {"tokens": 0, "colour": 1}, "fingerprint": 1, "loss": {"pitch": 1}}]).encode()
    write(path, rows, 0)
    chunk = Chunk(path)
    with pytest.raises(DataError, match="cannot read"):
        chunk.row(0) if key == "row" else chunk.losses(0)
    with pytest.raises(DataError, match="its phrases"):
        chunk.phrases()
