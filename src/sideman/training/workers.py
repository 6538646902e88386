"""Chunks of files encoded by several processes, and what happens when one of those dies.

Knows files and chunks; not what becomes of them. A process may be ended from outside while it reads a file, as
where memory runs out; that costs the file at most.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NamedTuple

from sideman.errors import DataError
from sideman.model.threads import one_blas_thread
from sideman.training.chunks import Encoded, save_chunk
from sideman.training.encode_song import File, encode_file
from sideman.training.reader import begin_worker

MOST_PROCESSES = 61 if os.name == "nt" else None  # Windows waits for no more at once
ENDS_ITS_PROCESS = "ends the process that reads it, as for want of memory"


class Chunk(NamedTuple):
    """Files that are read together, and where their result goes."""

    files: Sequence[File]
    target: Path


def encode_chunks(chunks: Sequence[Chunk], workers: int) -> Iterator[int]:
    """Encode chunks in so many processes (1: in this one); gives the number of files of each as it is done.

    Where a process dies, the files that it may have died of are read again, one at a time; one that ends its process
    again is skipped. Raises :class:`DataError` where no process can be started or nothing can be written.
    """
    if workers == 1 or len(chunks) <= 1:
        yield from map(_encode_chunk, chunks)
        return
    workers = min(workers, MOST_PROCESSES or workers)
    while chunks:
        done = 0
        with _pool(min(workers, len(chunks))) as pool:
            try:
                for count in pool.map(_encode_chunk, chunks):
                    done += 1
                    yield count
            except BrokenProcessPool:
                pass
        unfinished = []
        for chunk in chunks[done:]:
            if chunk.target.exists():
                yield len(chunk.files)
            else:
                unfinished.append(chunk)
        # Chunks are begun in their order, so no process had begun a later one.
        for chunk in unfinished[:workers]:
            yield _encode_apart(chunk)
        chunks = unfinished[workers:]


def _pool(workers: int) -> ProcessPoolExecutor:
    # Processes of their own from the start: a fork would take over locks that a thread of ours holds.
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), begin_worker)


def _encode_chunk(chunk: Chunk) -> int:
    """Encode the files of a chunk into its target. Returns their number."""
    with one_blas_thread():  # every core has a process of its own
        save_chunk([encode_file(file) for file in chunk.files], chunk.target)
    return len(chunk.files)


def _encode_apart(chunk: Chunk) -> int:
    """The same one file at a time in another process, of which a file may end as many as it likes."""
    results: list[Encoded] = []
    while len(results) < len(chunk.files):
        with _pool(1) as pool:
            try:
                pool.submit(os.getpid).result()
            except BrokenProcessPool as error:
                raise DataError(
                    "cannot start a process to read files with: free memory and run again; what is done is kept"
                ) from error
            try:
                for file in chunk.files[len(results) :]:
                    result = pool.submit(encode_file, file).result()
                    results.append(result)
            except BrokenProcessPool:
                results.append(Encoded(chunk.files[len(results)].fold, skipped=ENDS_ITS_PROCESS))
    save_chunk(results, chunk.target)
    return len(chunk.files)
