"""Chunks in several processes: a file that ends its process costs that file alone."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.training.conftest import band_file

from sideman.training import work
from sideman.training.chunks import Chunk
from sideman.training.listing import Listing, Source
from sideman.training.work import ENDS_ITS_PROCESS, cut, encode_pieces
from sideman.workers.local import LocalWorkers

# Processes start with this script too: what stands before its last part holds in all of them.
SCRIPT = """
import os, signal, sys
from pathlib import Path
from sideman.errors import DataError
from sideman.training import work
from sideman.training.encode_song import READERS
from sideman.training.listing import Listing, Source
from sideman.training.lpd5 import read_lpd
from sideman.workers.local import LocalWorkers

def deadly(path):
    if path.stem == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return read_lpd(path)

READERS[".npz"] = deadly
if "no process" in sys.argv and __name__ == "__mp_main__":
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    work.CHUNK = 2
    folder = Path(sys.argv[1])
    listing = Listing([Source(folder)])
    try:
        print(sum(work.encode_pieces(listing, work.cut(listing, folder), LocalWorkers(2))))
    except DataError as error:
        print(error)
"""
DEADLY = (1,)
SONGS = 4
needs_sigkill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A folder of songs, each in a folder of its own; a file is deadly."""
    for number in range(SONGS):
        band_file(number).write(tmp_path / str(number) / f"{'deadly' if number in DEADLY else 'song'}.npz")
    return tmp_path


def run(songs: Path, *arguments: str) -> str:
    """What the script prints."""
    (songs / "encode_songs.py").write_text(SCRIPT)
    command = [sys.executable, str(songs / "encode_songs.py"), str(songs), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return result.stdout.strip()


def results(songs: Path) -> list[str | None]:
    """Why each file was skipped."""
    chunks = [Chunk(piece.target) for piece in cut(Listing([Source(songs)]), songs)]
    return [chunk.skipped(number) for chunk in chunks for number in range(len(chunk))]


@pytest.mark.slow
@needs_sigkill
def test_a_file_that_ends_its_process_is_skipped(songs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(songs) == str(SONGS)
    monkeypatch.setattr(work, "CHUNK", 2)
    assert results(songs) == [ENDS_ITS_PROCESS if number in DEADLY else None for number in range(SONGS)]


@pytest.mark.slow
@needs_sigkill
def test_where_no_process_lives_no_file_is_to_blame(songs: Path) -> None:
    assert run(songs, "no process").startswith("cannot start a process: free memory")
    assert not [*songs.glob("chunk_*")]


def test_one_worker_is_this_process(songs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK", 2)
    listing = Listing([Source(songs)])
    pieces = cut(listing, songs)
    assert len(pieces) > 1
    assert list(encode_pieces(listing, pieces, LocalWorkers(1))) == [piece.last - piece.first for piece in pieces]
    assert results(songs) == [None] * SONGS
