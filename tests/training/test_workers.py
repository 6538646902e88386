"""Chunks in several processes: a file that ends its process costs that file alone."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.training.conftest import band_file

from sideman.training import workers
from sideman.training.chunks import load_chunk
from sideman.training.encode_song import File
from sideman.training.workers import ENDS_ITS_PROCESS, Chunk, encode_chunks

# Processes start with this script too: what stands before its last part holds in all of them.
SCRIPT = """
import os, signal, sys
from pathlib import Path
from sideman.errors import DataError
from sideman.training.encode_song import READERS, File
from sideman.training.lpd5 import read_lpd
from sideman.training.workers import Chunk, encode_chunks

def deadly(path):
    if path.stem == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return read_lpd(path)

READERS[".npz"] = deadly
if "no process" in sys.argv and __name__ == "__mp_main__":
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    files = [File(path, "train", path.stem) for path in sorted(folder.glob("*/*.npz"))]
    chunks = [Chunk(files[first : first + 2], folder / f"chunk_{first}.npz") for first in range(0, len(files), 2)]
    try:
        print(sum(encode_chunks(chunks, 2)))
    except DataError as error:
        print(error)
"""
DEADLY = (1, 4)
PROCESSORS = [1, 2, 8, 64]
needs_sigkill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A folder of eight songs, each in a folder of its own; two files are deadly."""
    for number in range(8):
        band_file(number).write(tmp_path / str(number) / f"{'deadly' if number in DEADLY else 'song'}.npz")
    return tmp_path


def run(songs: Path, *arguments: str) -> str:
    """What the script prints."""
    (songs / "encode_songs.py").write_text(SCRIPT)
    command = [sys.executable, str(songs / "encode_songs.py"), str(songs), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return result.stdout.strip()


@pytest.mark.slow
@needs_sigkill
def test_a_file_that_ends_its_process_is_skipped(songs: Path) -> None:
    assert run(songs) == "8"
    results = [each for first in range(0, 8, 2) for each in load_chunk(songs / f"chunk_{first}.npz")]
    assert [(number, each.skipped) for number, each in enumerate(results) if each.song is None] == [
        (number, ENDS_ITS_PROCESS) for number in DEADLY
    ]
    assert {each.fold for each in results} == {"train"}


@pytest.mark.slow
@needs_sigkill
def test_where_no_process_lives_no_file_is_to_blame(songs: Path) -> None:
    assert run(songs, "no process").startswith("cannot start a process to read files with: free memory")
    assert not [*songs.glob("chunk_*")]


def test_one_worker_is_this_process(songs: Path) -> None:
    files = [File(path, None, path.stem) for path in sorted(songs.glob("*/*.npz"))]
    chunks = [Chunk(files[:3], songs / "one.npz"), Chunk(files[3:], songs / "two.npz")]
    assert list(encode_chunks(chunks, 1)) == [3, 5]
    assert all(each.song for chunk in chunks for each in load_chunk(chunk.target))


@pytest.mark.parametrize("processors", PROCESSORS)
@pytest.mark.parametrize(
    ("chunks", "most", "started"), [(100, None, (0, 2, 8, 64)), (100, 61, (0, 2, 8, 61)), (5, None, (0, 2, 5, 5))]
)
def test_processes_that_are_started(
    processors: int, chunks: int, most: int | None, started: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One a processor, no more than there are chunks, nor than the system takes."""
    pools: list[int] = []

    def pool(count: int, *_: object) -> ThreadPoolExecutor:
        pools.append(count)
        return ThreadPoolExecutor(1)

    monkeypatch.setattr(workers, "MOST_PROCESSES", most)
    monkeypatch.setattr(workers, "ProcessPoolExecutor", pool)
    monkeypatch.setattr(workers, "_encode_chunk", lambda chunk: len(chunk.files))
    file = File(Path("song.npz"), "train", "song")
    assert sum(encode_chunks([Chunk([file], Path(f"{number}.npz")) for number in range(chunks)], processors)) == chunks
    assert sum(pools) == started[PROCESSORS.index(processors)]
