"""`sideman encode`: files of songs to a dataset.

sources -> listing -> chunks of files, encoded by whoever works -> dataset

Each chunk's result is written whole beside the target, so a killed run goes on where it was; the dataset itself
appears at the end, at once. A broken file costs that file and is counted. Parts of the chunks may be encoded by
several commands, wherever they run: they need to see the same files, and the folder of the result.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from sideman.errors import DataError, OptionError
from sideman.files import reason
from sideman.training.assemble import assemble
from sideman.training.listing import Listing
from sideman.training.listing import Source as Source  # noqa: PLC0414 - readers of this module find it here too
from sideman.training.styles import read_tags
from sideman.training.work import Piece, cut, encode_pieces
from sideman.workers.local import LocalWorkers
from sideman.workers.opening import open_workers
from sideman.workers.port import Workers


class Part(NamedTuple):
    """The ``number``-th of so many parts of the work, from 1."""

    number: int
    parts: int

    @classmethod
    def parse(cls, text: str) -> Part:
        """`3/16`. Raises :class:`OptionError` for what is not a part."""
        match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            raise OptionError(f"unknown part {text!r}: write NUMBER/COUNT such as 3/16, numbers from 1")
        return cls(int(match[1]), int(match[2]))


def encode_dataset(
    sources: Sequence[Source],
    output: Path,
    *,
    tags: Path | None = None,
    workers: Workers | int | None = None,
    merge: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Encode all songs of ``sources`` into the folder ``output``; returns the report (also in dataset.json).

    ``workers`` do it, or so many processes. ``merge`` encodes nothing: :func:`encode_part` did. ``on_progress`` is told
    files done and files in all. A run that was killed goes on from its finished chunks, which stay while their
    files do. Raises :class:`DataError` where ``output`` exists already.
    """
    tags_of_songs = read_tags(tags) if tags is not None else {}
    listing, work = _begin(sources, output)
    pieces = cut(listing, work)
    missing = [piece for piece in pieces if not piece.target.exists()]
    if merge and missing:
        example = listing.paths[missing[0].first]
        raise DataError(
            f"{len(missing)} of {len(pieces)} chunks are not encoded, such as that of {example}: "
            "encode them with --part, or leave --merge out"
        )
    _encode(listing, missing, workers, on_progress, len(listing))
    dataset = work / "dataset"
    report = assemble(listing, pieces, dataset, tags_of_songs)
    try:
        dataset.rename(output)
    except OSError as error:
        raise DataError(f"cannot write {output}: {reason(error)}") from error
    shutil.rmtree(work, ignore_errors=True)
    return report


def encode_part(
    sources: Sequence[Source],
    output: Path,
    part: Part,
    *,
    workers: Workers | int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Encode a part of the chunks of what is to be ``output``, beside it; returns how many files these are.

    When all parts are done, in any order, at the same time, on any machine, :func:`encode_dataset` makes the dataset
    of them. Raises :class:`DataError` where ``output`` exists already.
    """
    listing, work = _begin(sources, output)
    own = cut(listing, work)[part.number - 1 :: part.parts]
    files = sum(piece.last - piece.first for piece in own)
    _encode(listing, [piece for piece in own if not piece.target.exists()], workers, on_progress, files)
    return {"files": files, "chunks": len(own)}


def _begin(sources: Sequence[Source], output: Path) -> tuple[Listing, Path]:
    """The files, and the folder of the chunks. What lies there of other files stays till the dataset is made."""
    if output.exists():
        raise DataError(f"{output} exists already: choose another name or remove it first")
    listing = Listing(sources)
    work = output.with_name(f".{output.name}.partial")
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot write {work}: {reason(error)}") from error
    return listing, work


def _encode(
    listing: Listing,
    missing: Sequence[Piece],
    workers: Workers | int | None,
    on_progress: Callable[[int, int], None] | None,
    files: int,
) -> None:
    """Encode what is missing, and tell how far it is."""
    done = files - sum(piece.last - piece.first for piece in missing)
    if isinstance(workers, int) or workers is None:
        workers = LocalWorkers(1) if len(missing) <= 1 else open_workers(workers)
    for count in chain((0,), encode_pieces(listing, missing, workers)):
        done += count
        if on_progress is not None:
            on_progress(done, files)
