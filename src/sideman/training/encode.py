"""`sideman encode`: files of songs to a dataset. Lists files, drops near-duplicates, sets folds, reports what was lost.

The work is cut into chunks of files. Each chunk's result is written whole beside the target, so a
killed run goes on where it was; the dataset itself appears at the end, at once. A broken file costs
that file and is counted.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.files import atomic_write, files_below, reason
from sideman.machine import processors
from sideman.tokens.encode import Ids
from sideman.tokens.grid import GridLoss
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.chunks import Encoded, EncodedSong, load_chunk
from sideman.training.duplicates import clusters
from sideman.training.encode_song import READERS, File
from sideman.training.shards import FOLDS, SongRow, write_dataset
from sideman.training.song import Loss
from sideman.training.styles import read_tags, style_of_tags
from sideman.training.workers import Chunk, encode_chunks

CHUNK = 64  # files
VALID_PERCENT = 2  # of the clusters, where no fold is given
_VERSION = 4  # of what a chunk holds
SKIPPED = "skipped.csv"
_LONG_NUMBER = re.compile(r"\d{4,}")
_STAMP = "files.sha256"  # of the files that the chunks are of


@dataclass(frozen=True)
class Source:
    """A folder or file of songs; all its songs go to ``fold``, or by their cluster where it is None."""

    path: Path
    fold: str | None = None

    @classmethod
    def parse(cls, text: str) -> Source:
        """`PATH`, or `train=PATH` and `valid=PATH`."""
        fold, equals, path = text.partition("=")
        if equals and fold in FOLDS:
            return cls(Path(path), fold)
        return cls(Path(text))


def list_files(sources: Sequence[Source]) -> list[File]:
    """All songs of the sources with their folds, in an order that is everywhere the same.

    Raises :class:`DataError` where a source is missing or none has a song.
    """
    found: list[tuple[Path, str | None]] = []
    for source in sources:
        if not source.path.exists():
            raise DataError(f"{source.path} does not exist: give a folder of LPD npz files or of MIDI files")
        paths = (path for path in files_below(source.path, READERS) if path.suffix.lower() in READERS)
        found.extend((path, source.fold) for path in paths)
    if not found:
        raise DataError(f"no .npz or .mid files under {', '.join(str(source.path) for source in sources)}")
    names = _names([path for path, _ in found], sources)
    return [File(path, fold, name) for (path, fold), name in zip(found, names, strict=True)]


def _names(paths: Sequence[Path], sources: Sequence[Source]) -> list[str]:
    """Paths from the folder that all sources have in common, without their suffix unless two would be the same."""
    tops = [source.path.parent if source.path.is_file() else source.path for source in sources]
    top = os.path.commonpath([os.path.abspath(each) for each in tops])  # noqa: PTH100 - links stay as they are
    whole = [Path(os.path.relpath(path, top)) for path in paths]
    count = Counter(path.with_suffix("") for path in whole)
    return [(path if count[path.with_suffix("")] > 1 else path.with_suffix("")).as_posix() for path in whole]


def encode_dataset(
    sources: Sequence[Source],
    output: Path,
    *,
    tags: Path | None = None,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Encode all songs of ``sources`` into the folder ``output``; returns the report (also in dataset.json).

    ``on_progress`` is told files done and files in all. A run that was killed goes on from its finished
    chunks when the same files are given, unchanged. Raises :class:`DataError` where ``output`` exists already.
    """
    if output.exists():
        raise DataError(f"{output} exists already: choose another name or remove it first")
    tags_of_songs = read_tags(tags) if tags is not None else {}
    files = list_files(sources)
    work = output.with_name(f".{output.name}.partial")
    chunks = _chunks(files, work)
    todo = [chunk for chunk in chunks if not chunk.target.exists()]
    done = len(files) - sum(len(chunk.files) for chunk in todo)
    for count in chain((0,), encode_chunks(todo, workers or processors())):
        done += count
        if on_progress is not None:
            on_progress(done, len(files))
    dataset = work / "dataset"
    encoded = [song for chunk in chunks for song in load_chunk(chunk.target)]
    if not any(each.song for each in encoded):
        shutil.rmtree(work, ignore_errors=True)
        ((why, _),) = Counter(each.skipped for each in encoded).most_common(1)
        raise DataError(f"none of {len(files)} files is a song to train on, mostly because: {why}; give others")
    report = _assemble(files, encoded, dataset, tags_of_songs)
    try:
        dataset.rename(output)
    except OSError as error:
        raise DataError(f"cannot write {output}: {reason(error)}") from error
    shutil.rmtree(work, ignore_errors=True)
    return report


def _chunks(files: Sequence[File], work: Path) -> list[Chunk]:
    """Files cut into chunks; results in ``work`` of other files, or of another version, are thrown away."""
    listed = [(str(path), fold, name, *_last_change(path)) for path, fold, name in files]
    listing = json.dumps([_VERSION, VOCABULARY.fingerprint, CHUNK, listed])
    key = hashlib.sha256(listing.encode()).hexdigest()
    stamp = work / _STAMP
    try:
        if work.exists() and (not stamp.exists() or stamp.read_text("utf-8") != key):
            shutil.rmtree(work)
        work.mkdir(parents=True, exist_ok=True)
        stamp.write_text(key, "utf-8")
    except OSError as error:
        raise DataError(f"cannot write {work}: {reason(error)}") from error
    cut = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    return [Chunk(part, work / f"chunk_{number:05d}.npz") for number, part in enumerate(cut)]


def _last_change(path: Path) -> tuple[int, int]:
    """Size and time of a file's last change; of one that is gone by now, nothing."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _assemble(
    files: Sequence[File], encoded: Sequence[Encoded], folder: Path, tags: Mapping[str, str]
) -> dict[str, Any]:
    """Drop near-duplicates, set folds, write the dataset and count what was lost."""
    songs = [(each.song, each.fold) for each in encoded if each.song is not None]
    loss, grid_loss = Loss(), GridLoss()
    for song, _ in songs:
        loss += song.loss
        grid_loss += song.grid_loss
    cluster = clusters([song.phrases for song, _ in songs])
    chosen = list(_choose(songs, cluster, tags))
    if all(file.fold is None for file in files):
        chosen = _with_valid(chosen)
    report: dict[str, Any] = {
        "files": len(encoded),
        "skipped": _count(each.skipped for each in encoded if each.song is None),
        "near_duplicates": len(songs) - len(chosen),
        "snapping": asdict(loss),
        "grid": asdict(grid_loss),
    }
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed while it wrote
    folder.mkdir()
    rows = write_dataset(folder, chosen, report)
    _write_skipped(folder / SKIPPED, files, encoded, cluster, {row.name for row in rows})
    totals = {"tokens": sum(row.tokens for row in rows), "bars": sum(row.bars for row in rows)}
    return {"songs": len(rows), **totals, **report}


def _count(reasons: Iterable[str]) -> dict[str, int]:
    """How often each reason comes, the commonest first; long numbers in them don't make two of one."""
    counts = Counter(_LONG_NUMBER.sub("…", reason) for reason in reasons)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _write_skipped(
    path: Path, files: Sequence[File], encoded: Sequence[Encoded], cluster: npt.NDArray[np.int64], kept: set[str]
) -> None:
    """Which files are not in the dataset, and why: a row each."""
    numbers = iter(cluster.tolist())
    of_song = {file.name: next(numbers) for file, each in zip(files, encoded, strict=True) if each.song is not None}
    kept_of = {of_song[name]: name for name in of_song if _readable(name) in kept}
    with atomic_write(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("file", "reason"))
        for file, each in zip(files, encoded, strict=True):
            if each.song is None:
                writer.writerow((_readable(str(file.path)), each.skipped))
            elif kept_of[of_song[file.name]] != file.name:
                near = _readable(kept_of[of_song[file.name]])
                writer.writerow((_readable(str(file.path)), f"near-duplicate of {near}"))


def _readable(name: str) -> str:
    """A file's name may be no Unicode, the dataset's tables are."""
    return name.encode(errors="replace").decode()


def _with_valid(chosen: Sequence[tuple[SongRow, Ids]]) -> list[tuple[SongRow, Ids]]:
    """The songs, one of them in the valid fold where by its hash none would be; a single song can't be spared."""
    if len(chosen) < 2 or any(row.fold == "valid" for row, _ in chosen):  # noqa: PLR2004 - one of each fold
        return list(chosen)
    spared = min((row.cluster for row, _ in chosen), key=_hash)
    return [(replace(row, fold="valid") if row.cluster == spared else row, ids) for row, ids in chosen]


def _choose(
    songs: Sequence[tuple[EncodedSong, str | None]], cluster: npt.NDArray[np.int64], tags: Mapping[str, str]
) -> Iterator[tuple[SongRow, Ids]]:
    """One song a cluster: of the valid fold before the train fold, then the one with most roles and notes."""
    members: dict[int, list[tuple[EncodedSong, str | None]]] = {}
    for member, number in zip(songs, cluster.tolist(), strict=True):
        members.setdefault(number, []).append(member)
    for group in members.values():
        song, fold = max(group, key=_preference)
        name = min(member.row.name for member, _ in group)
        told = tags.get(song.row.name) or tags.get(song.row.name.rpartition("/")[2], "")
        style = style_of_tags(told) or ""
        yield replace(song.row, fold=fold or _fold(name), cluster=name, style=style, tags=told), song.ids


def _preference(member: tuple[EncodedSong, str | None]) -> tuple[bool, int, int, str]:
    song, fold = member
    return fold == "valid", song.row.roles.count("|"), song.row.notes, song.row.name


def _fold(cluster: str) -> str:
    """Fold by a hash of the cluster's name."""
    return "valid" if _hash(cluster) % 100 < VALID_PERCENT else "train"


def _hash(cluster: str) -> int:
    return int.from_bytes(hashlib.sha256(cluster.encode()).digest()[:8], "big")
