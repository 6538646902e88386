"""Chunks of songs to a dataset: near-duplicates left out, folds set, what was lost counted.

Chunks are read one after the other, thrice: for what tells of near-duplicates, for the songs that stay, and for the
files that don't. Of a song a few numbers stay in memory.
"""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.files import atomic_write, reason
from sideman.tokens.encode import Ids
from sideman.tokens.grid import GridLoss
from sideman.training.chunks import Chunk
from sideman.training.clusters import Clusters
from sideman.training.listing import Listing, readable
from sideman.training.shards import SongRow, write_dataset
from sideman.training.song import Loss
from sideman.training.styles import style_of_tags
from sideman.training.work import Piece

SKIPPED = "skipped.csv"
VALID_PERCENT = 2  # of the clusters, where no fold is given
_OPEN = 16  # chunks
_LONG_NUMBER = re.compile(r"\d{4,}")

_Integers = npt.NDArray[np.int64]
_Read = Callable[[Path], Chunk]


class _Songs(NamedTuple):
    """What is kept in memory of all songs, each an array (songs,)."""

    file: array[int]  # number in the listing
    roles: array[int]  # how many play
    notes: array[int]


class _Kept(NamedTuple):
    """The song that stays of a cluster, the one that names it (positions), and its fold."""

    song: int
    named: int
    fold: str


def assemble(listing: Listing, pieces: Sequence[Piece], folder: Path, tags: Mapping[str, str]) -> dict[str, Any]:
    """Make a dataset in ``folder``, which is new, of all files of a listing, whose chunks are done.

    Returns the report. Raises :class:`DataError` where none is a song, a chunk is damaged, or nothing can be written.
    """
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed while it wrote
    try:
        folder.mkdir()
    except OSError as error:
        raise DataError(f"cannot write {folder}: {reason(error)}") from error
    read = lru_cache(_OPEN)(Chunk)
    songs, reasons = _Songs(array("I"), array("B"), array("I")), Counter[str]()
    loss, grid_loss = Loss(), GridLoss()
    with Clusters(folder) as index:
        for piece in pieces:
            chunk = read(piece.target)
            if len(chunk) != piece.last - piece.first:
                raise DataError(f"cannot read {piece.target}: it is of other files; remove it and encode again")
            for sample in chunk.phrases():
                index.add(sample)
            for number in range(len(chunk)):
                why = chunk.skipped(number)
                if why is not None:
                    reasons[why] += 1
                    continue
                row, (lost, grid_lost) = chunk.row(number), chunk.losses(number)
                songs.file.append(piece.first + number)
                songs.roles.append(row.roles.count("|"))
                songs.notes.append(row.notes)
                loss += lost
                grid_loss += grid_lost
        if not songs.file:
            ((why, _),) = reasons.most_common(1)
            raise DataError(f"none of {len(listing)} files is a song to train on, mostly because: {why}; give others")
        cluster = index.find()
    (folder / "samples.bin").unlink()
    kept, of_song = _choose(listing, songs, cluster)
    if not listing.has_folds:
        kept = _with_valid(listing, songs, kept)
    report: dict[str, Any] = {
        "files": len(listing),
        "skipped": _by_reason(reasons),
        "near_duplicates": len(songs.file) - len(kept),
        "snapping": asdict(loss),
        "grid": asdict(grid_loss),
    }
    totals = write_dataset(folder, _rows(listing, pieces, read, songs, kept, tags), report)
    _write_skipped(folder / SKIPPED, listing, pieces, read, songs, of_song)
    return {**totals._asdict(), **report}


def _choose(listing: Listing, songs: _Songs, cluster: _Integers) -> tuple[list[_Kept], _Integers]:
    """One song a cluster: of the valid fold before the train fold, then the one with most roles and notes.

    With it, for every song, which stays of its cluster.
    """

    def preference(song: int) -> tuple[bool, int, int, str]:
        file = songs.file[song]
        return listing.fold(file) == "valid", songs.roles[song], songs.notes[song], listing.name(file)

    kept: list[_Kept] = []
    of_song = np.arange(len(cluster))
    order = np.argsort(cluster, kind="stable")
    for members in _runs(order, cluster):
        song = max(members, key=preference) if len(members) > 1 else members[0]
        named = min(members, key=lambda each: listing.name(songs.file[each])) if len(members) > 1 else song
        of_song[members] = song
        fold = listing.fold(songs.file[song]) or fold_of(listing.name(songs.file[named]))
        kept.append(_Kept(song, named, fold))
    return kept, of_song


def _runs(order: _Integers, cluster: _Integers) -> Iterator[list[int]]:
    """The members of each cluster."""
    ends = np.flatnonzero(np.diff(cluster[order])) + 1
    begin = 0
    for end in (*ends.tolist(), len(order)):
        yield order[begin:end].tolist()
        begin = end


def _with_valid(listing: Listing, songs: _Songs, kept: list[_Kept]) -> list[_Kept]:
    """The songs, one of them in the valid fold where by its hash none would be; a single song can't be spared."""
    if len(kept) < 2 or any(each.fold == "valid" for each in kept):  # noqa: PLR2004 - one of each fold
        return kept
    spared = min(range(len(kept)), key=lambda place: hash_of(listing.name(songs.file[kept[place].named])))
    return [each._replace(fold="valid") if place == spared else each for place, each in enumerate(kept)]


def _rows(
    listing: Listing,
    pieces: Sequence[Piece],
    read: _Read,
    songs: _Songs,
    kept: Iterable[_Kept],
    tags: Mapping[str, str],
) -> Iterator[tuple[SongRow, Ids]]:
    """What the dataset holds of each song that stays."""
    ends = np.array([piece.last for piece in pieces])
    for each in kept:
        file = songs.file[each.song]
        piece = pieces[int(np.searchsorted(ends, file, side="right"))]
        chunk = read(piece.target)
        name, cluster = listing.name(file), listing.name(songs.file[each.named])
        told = tags.get(name) or tags.get(name.rpartition("/")[2], "")
        row = replace(
            chunk.row(file - piece.first),
            name=name,
            fold=each.fold,
            cluster=cluster,
            style=style_of_tags(told) or "",
            tags=told,
        )
        yield row, chunk.ids(file - piece.first)


def _write_skipped(
    path: Path, listing: Listing, pieces: Sequence[Piece], read: _Read, songs: _Songs, of_song: _Integers
) -> None:
    """Which files are not in the dataset, and why: a row each."""
    with atomic_write(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("file", "reason"))
        song = 0
        for piece in pieces:
            chunk = read(piece.target)
            for number in range(piece.first, piece.last):
                why = chunk.skipped(number - piece.first)
                if why is None:
                    stays, song = int(of_song[song]), song + 1
                    if stays == song - 1:
                        continue
                    why = f"near-duplicate of {listing.name(songs.file[stays])}"
                writer.writerow((readable(listing.paths[number]), why))


def _by_reason(counts: Mapping[str, int]) -> dict[str, int]:
    """How often each reason comes, the commonest first; long numbers in them don't make two of one."""
    united = Counter[str]()
    for why, count in counts.items():
        united[_LONG_NUMBER.sub("…", why)] += count
    return dict(sorted(united.items(), key=lambda item: (-item[1], item[0])))


def fold_of(cluster: str) -> str:
    """Fold by a hash of the cluster's name."""
    return "valid" if hash_of(cluster) % 100 < VALID_PERCENT else "train"


def hash_of(cluster: str) -> int:
    """A number that follows from a name."""
    return int.from_bytes(hashlib.sha256(cluster.encode()).digest()[:8], "big")
