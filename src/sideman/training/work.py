"""The encoding of files, cut into chunks that are done by whoever works. Knows files; not what becomes of them.

A chunk is named for its files: their paths, sizes and times of change. So a chunk that is done stays done while
none of its files changes, and one more file changes one chunk. Which files begin a chunk follows from their paths.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from sideman.model.threads import one_blas_thread
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.chunks import SUFFIX, Encoded, save_chunk
from sideman.training.encode_song import encode_file
from sideman.training.listing import Listing
from sideman.workers.port import Ended, Workers

CHUNK = 64  # files, about
MOST = 4  # times as many at most
ENDS_ITS_PROCESS = "ends the process that reads it, as for want of memory"
_VERSION = 5  # of what a chunk holds


class Piece(NamedTuple):
    """A chunk of a listing's files: the first, the one after the last, and where their result goes."""

    first: int
    last: int
    target: Path


class _Job(NamedTuple):
    """A chunk that may travel to another process: absolute paths."""

    paths: tuple[Path, ...]
    target: Path


def cut(listing: Listing, folder: Path) -> list[Piece]:
    """All files of a listing in chunks, whose results go to a folder."""
    pieces = []
    first = 0
    for number in range(1, len(listing) + 1):
        name = listing.below(number - 1).encode(errors="surrogateescape")
        if zlib.crc32(name) % CHUNK == 0 or number - first == MOST * CHUNK or number == len(listing):
            key = _key(listing.paths[first:number])
            pieces.append(Piece(first, number, folder / f"chunk_{key}{SUFFIX}"))
            first = number
    return pieces


def encode_pieces(listing: Listing, pieces: Iterable[Piece], workers: Workers) -> Iterator[int]:
    """Encode chunks, in their order; gives the number of files of each as it is done.

    Of a chunk that ends its process the files are read one at a time, each in a process of its own if need be; one
    that ends that too is skipped. Raises :class:`DataError` where no process can be started or nothing can be written.
    """
    begun: list[Piece] = []

    def jobs() -> Iterator[_Job]:
        for piece in pieces:
            begun.append(piece)
            paths = (Path(path).absolute() for path in listing.paths[piece.first : piece.last])
            yield _Job(tuple(paths), piece.target.absolute())

    for done in workers.run(_encode_chunk, jobs()):
        piece = begun.pop(0)
        if isinstance(done, Ended):
            paths = [Path(path).absolute() for path in listing.paths[piece.first : piece.last]]
            results = workers.run(encode_file, paths)
            skipped = Encoded(skipped=ENDS_ITS_PROCESS)
            save_chunk([skipped if isinstance(each, Ended) else each for each in results], piece.target)
        yield piece.last - piece.first


def _encode_chunk(job: _Job) -> bool:
    """Encode the files of a chunk into its target."""
    with one_blas_thread():  # every core has a process of its own
        save_chunk([encode_file(path) for path in job.paths], job.target)
    return True


def _key(paths: Iterable[str]) -> str:
    """A name for files as they are now, as this version reads them."""
    digest = hashlib.sha256(f"{_VERSION} {VOCABULARY.fingerprint}".encode())
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116 - a Path each would cost as much again
            change = status.st_size, status.st_mtime_ns
        except OSError:
            change = 0, 0  # gone by now
        digest.update(f"{path}\0{change[0]} {change[1]}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()[:24]
