"""`sideman encode`: files of songs to a dataset. Reads, labels, encodes, drops near-duplicates, writes.

The work is cut into chunks of files. Each chunk's result is written whole beside the target, so a
killed run goes on where it was; the dataset itself appears at the end, at once. A broken file costs
that file and is counted.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError, SidemanError
from sideman.model.threads import one_blas_thread
from sideman.music.band import ONSET, ROLES, NoteArray, Role
from sideman.music.harmony import recognise
from sideman.music.time import BEATS_PER_BAR, STEPS_PER_BAR, bars
from sideman.tokens.chart import chart_of_labels
from sideman.tokens.encode import Ids, encode_bars
from sideman.tokens.grid import GridLoss, to_grid
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.chunks import Encoded, EncodedSong, load_chunk, save_chunk
from sideman.training.duplicates import clusters, fingerprint
from sideman.training.lpd5 import find_songs, read_lpd
from sideman.training.midi_folder import find_midi, read_midi_song
from sideman.training.reader import begin_worker
from sideman.training.shards import FOLDS, SongRow, write_dataset
from sideman.training.song import Loss, Song, snap, unusable
from sideman.training.styles import read_styles

CHUNK = 64  # files
VALID_PERCENT = 2  # of the clusters, where no fold is given
_VERSION = 2  # of what a chunk holds
_STAMP = "files.sha256"  # of the files that the chunks are of
_READERS: dict[str, Callable[[Path], Song]] = {".npz": read_lpd, ".mid": read_midi_song, ".midi": read_midi_song}


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


class File(NamedTuple):
    """A file of one song and the fold asked for."""

    path: Path
    fold: str | None


class Chunk(NamedTuple):
    """Files that are read together, and where their result goes."""

    files: Sequence[File]
    target: Path


def encode_song(song: Song) -> EncodedSong:
    """Snap, label and encode one usable song. Bars of silence at both ends are left out."""
    tracks, loss = snap(song)
    tracks, length = _trim(tracks)
    pitched = np.concatenate(tracks[1:])
    chart = chart_of_labels(recognise(pitched, tracks[Role.BASS.number], length * BEATS_PER_BAR))
    grid_loss = GridLoss()
    parts = []
    for role, notes in zip(ROLES, tracks, strict=True):
        if len(notes):
            placed, lost = to_grid(role, notes, chart.steps, chart.shift)
            grid_loss += lost
            if len(placed):
                parts.append((role, placed))
    ids = encode_bars(parts, chart, density=True)
    row = SongRow(
        name=song.name,
        fold="",
        cluster="",
        bars=length,
        notes=sum(len(notes) for _, notes in parts),
        tempo=round(song.tempo, 2),
        key=chart.key.name,
        style="",
        roles="|".join(role for role, _ in parts),
        shard=0,
        offset=0,
        tokens=len(ids),
    )
    return EncodedSong(row, ids, fingerprint(song), loss, grid_loss)


def _trim(tracks: Sequence[NoteArray]) -> tuple[tuple[NoteArray, ...], int]:
    """Tracks without silent bars at their start and end, and the number of bars left."""
    onsets = np.concatenate([notes[:, ONSET] for notes in tracks])
    first = int(onsets.min()) // STEPS_PER_BAR
    offset = np.array([first * STEPS_PER_BAR, 0, 0, 0], np.int32)
    return tuple(notes - offset for notes in tracks), bars(int(onsets.max()) + 1) - first


def encode_file(file: File) -> Encoded:
    """Read and encode one file. Whatever is wrong with it becomes the reason why it is skipped."""
    try:
        song = _READERS[file.path.suffix.lower()](file.path)
        reason = unusable(song)
        return Encoded(file.fold, skipped=reason) if reason else Encoded(file.fold, encode_song(song))
    except SidemanError as error:
        # Without its file's name, so that like reasons are counted together.
        return Encoded(file.fold, skipped=str(error).removeprefix(f"{file.path}").lstrip(": "))
    except Exception as error:  # one file must not cost the others, whatever it holds
        return Encoded(file.fold, skipped=f"fails the encoder: {type(error).__name__}")


def _encode_chunk(chunk: Chunk) -> int:
    """Encode the files of a chunk into its target. Returns their number."""
    with one_blas_thread():  # every core has a process of its own
        save_chunk([encode_file(file) for file in chunk.files], chunk.target)
    return len(chunk.files)


def list_files(sources: Sequence[Source]) -> list[File]:
    """All songs of the sources with their folds, in an order that is everywhere the same.

    Raises :class:`DataError` where a source is missing or none has a song.
    """
    files: list[File] = []
    for source in sources:
        if not source.path.exists():
            raise DataError(f"{source.path} does not exist: give a folder of LPD npz files or of MIDI files")
        found = {*find_songs(source.path), *find_midi(source.path)}
        known = [path for path in found if path.suffix.lower() in _READERS]
        files.extend(File(path, source.fold) for path in sorted(known, key=Path.as_posix))
    if not files:
        raise DataError(f"no .npz or .mid files under {', '.join(str(source.path) for source in sources)}")
    return files


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
    chunks when the same files are given. Raises :class:`DataError` where ``output`` exists already.
    """
    if output.exists():
        raise DataError(f"{output} exists already: choose another name or remove it first")
    styles = read_styles(tags) if tags is not None else {}
    files = list_files(sources)
    work = output.with_name(f".{output.name}.partial")
    chunks = _chunks(files, work)
    todo = [chunk for chunk in chunks if not chunk.target.exists()]
    done = len(files) - sum(len(chunk.files) for chunk in todo)
    for count in chain((0,), _encode_chunks(todo, workers or _cores())):
        done += count
        if on_progress is not None:
            on_progress(done, len(files))
    dataset = work / "dataset"
    report = _assemble([song for chunk in chunks for song in load_chunk(chunk.target)], dataset, styles)
    try:
        dataset.rename(output)
    except OSError as error:
        raise DataError(f"cannot write {output}: {error.strerror}") from error
    shutil.rmtree(work, ignore_errors=True)
    return report


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chunks(files: Sequence[File], work: Path) -> list[Chunk]:
    """Files cut into chunks; results in ``work`` of other files, or of another version, are thrown away."""
    listing = json.dumps([_VERSION, VOCABULARY.fingerprint, [(str(path), fold) for path, fold in files]])
    key = hashlib.sha256(listing.encode()).hexdigest()
    stamp = work / _STAMP
    try:
        if work.exists() and (not stamp.exists() or stamp.read_text() != key):
            shutil.rmtree(work)
        work.mkdir(parents=True, exist_ok=True)
        stamp.write_text(key)
    except OSError as error:
        raise DataError(f"cannot write {work}: {error.strerror}") from error
    cut = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    return [Chunk(part, work / f"chunk_{number:05d}.npz") for number, part in enumerate(cut)]


def _encode_chunks(chunks: Sequence[Chunk], workers: int) -> Iterator[int]:
    """Encode chunks in so many processes; gives the number of files of each as it is done, in their order."""
    if workers == 1 or len(chunks) <= 1:
        yield from map(_encode_chunk, chunks)
        return
    # Processes of their own from the start: a fork would take over locks that a thread of ours holds.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(chunks)), context, begin_worker) as pool:
        try:
            yield from pool.map(_encode_chunk, chunks)
        except BrokenProcessPool as error:
            missing = [chunk for chunk in chunks if not chunk.target.exists()]
            first, last = missing[0].files[0].path, missing[min(workers, len(missing)) - 1].files[-1].path
            raise DataError(
                f"a process died while it read a file from {first} to {last}: "
                "free memory or take the file away, and run again; what is done is kept"
            ) from error


def _assemble(files: Sequence[Encoded], folder: Path, styles: dict[str, str]) -> dict[str, Any]:
    """Drop near-duplicates, set folds, write the dataset and count what was lost."""
    songs = [(file.song, file.fold) for file in files if file.song is not None]
    skipped = Counter(file.skipped for file in files if file.song is None)
    loss, grid_loss = Loss(), GridLoss()
    for song, _ in songs:
        loss += song.loss
        grid_loss += song.grid_loss
    cluster = clusters([song.fingerprint for song, _ in songs])
    chosen = list(_choose(songs, cluster, styles))
    report: dict[str, Any] = {
        "files": len(files),
        "skipped": dict(sorted(skipped.items(), key=lambda item: (-item[1], item[0]))),
        "near_duplicates": len(songs) - len(chosen),
        "snapping": asdict(loss),
        "grid": asdict(grid_loss),
    }
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed while it wrote
    folder.mkdir()
    rows = write_dataset(folder, chosen, report)
    totals = {"tokens": sum(row.tokens for row in rows), "bars": sum(row.bars for row in rows)}
    return {"songs": len(rows), **totals, **report}


def _choose(
    songs: Sequence[tuple[EncodedSong, str | None]], cluster: npt.NDArray[np.int64], styles: dict[str, str]
) -> Iterator[tuple[SongRow, Ids]]:
    """One song a cluster: of the valid fold before the train fold, then the one with most roles and notes."""
    members: dict[int, list[tuple[EncodedSong, str | None]]] = {}
    for member, number in zip(songs, cluster.tolist(), strict=True):
        members.setdefault(number, []).append(member)
    for group in members.values():
        song, fold = max(group, key=_preference)
        name = min(member.row.name for member, _ in group)
        style = styles.get(song.row.name, "")
        yield replace(song.row, fold=fold or _fold(name), cluster=name, style=style), song.ids


def _preference(member: tuple[EncodedSong, str | None]) -> tuple[bool, int, int, str]:
    song, fold = member
    return fold == "valid", song.row.roles.count("|"), song.row.notes, song.row.name


def _fold(cluster: str) -> str:
    """Fold by a hash of the cluster's name."""
    percent = int.from_bytes(hashlib.sha256(cluster.encode()).digest()[:8], "big") % 100
    return "valid" if percent < VALID_PERCENT else "train"
