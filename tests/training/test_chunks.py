"""What is kept between reading and writing: it comes back the same, and a damaged one says so."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from tests.training.conftest import band_file

from sideman.errors import DataError
from sideman.training.chunks import Encoded, load_chunk, save_chunk
from sideman.training.encode_song import File, encode_file


def encoded(folder: Path) -> list[Encoded]:
    """Two songs around one that was left out."""
    paths = [band_file(seed).write(folder / f"song{seed}.npz") for seed in range(2)]
    (folder / "broken.npz").write_bytes(b"broken")
    files = (
        File(paths[0], None, "a"),
        File(folder / "broken.npz", "valid", "broken"),
        File(paths[1], "train", "b/c"),
    )
    return [encode_file(file) for file in files]


def test_a_chunk_goes_round(tmp_path: Path) -> None:
    files = encoded(tmp_path)
    save_chunk(files, tmp_path / "chunk.npz")
    loaded = load_chunk(tmp_path / "chunk.npz")
    assert [(file.fold, file.skipped) for file in loaded] == [(file.fold, file.skipped) for file in files]
    assert [file.song is None for file in loaded] == [False, True, False]
    assert loaded[1].skipped.startswith("not a sound npz file")
    for got, expected in zip(loaded, files, strict=True):
        if got.song is None or expected.song is None:
            continue
        assert len(expected.song.phrases)
        for name, value in asdict(expected.song).items():
            assert np.array_equal(asdict(got.song)[name], value), name
        assert got.song.ids.dtype == np.uint16


@pytest.mark.parametrize("files", [[], [Encoded("train", skipped="broken")]])
def test_a_chunk_without_songs_goes_round(files: list[Encoded], tmp_path: Path) -> None:
    save_chunk(files, tmp_path / "chunk.npz")
    assert load_chunk(tmp_path / "chunk.npz") == files


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_torn_chunk_is_an_error(share: float, tmp_path: Path) -> None:
    path = tmp_path / "chunk.npz"
    save_chunk(encoded(tmp_path), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match=r"chunk\.npz"):
        load_chunk(path)


def test_objects_are_not_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "chunk.npz"
    np.savez(path, files=np.array([{"fold": None}], object), ids=np.zeros(0), fingerprints=np.zeros(0))
    with pytest.raises(DataError, match="allow_pickle"):
        load_chunk(path)
