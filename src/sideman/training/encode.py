"""`sideman encode`: files of songs to a dataset. Reads, labels, encodes, drops near-duplicates, writes.

The work is cut into chunks of files. Each chunk's result is written whole beside the target, so a
killed run goes on where it was; the dataset itself appears at the end, at once. A broken file costs
that file and is counted.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sideman.errors import DataError
from sideman.files import atomic_write
from sideman.music.band import ONSET, ROLES, NoteArray, Role
from sideman.music.harmony import recognise
from sideman.music.time import BEATS_PER_BAR, STEPS_PER_BAR, bars
from sideman.tokens.chart import chart_of_labels
from sideman.tokens.encode import Ids, encode_bars
from sideman.tokens.grid import GridLoss, to_grid
from sideman.training.duplicates import Fingerprint, clusters, fingerprint
from sideman.training.lpd5 import find_songs, read_lpd
from sideman.training.midi_folder import find_midi, read_midi_song
from sideman.training.shards import FOLDS, SongRow, write_dataset
from sideman.training.song import Loss, Song, snap, unusable
from sideman.training.styles import read_styles

CHUNK = 64  # files
VALID_PERCENT = 2  # of the clusters, where no fold is given
_VERSION = 1  # of the chunks' format
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


@dataclass(frozen=True)
class Encoded:
    """One song as ids, or why it was left out."""

    path: str
    fold: str | None
    skipped: str | None = None  # the reason
    row: SongRow | None = None
    ids: Ids | None = None
    fingerprint: Fingerprint | None = None
    loss: Loss = Loss()
    grid_loss: GridLoss = GridLoss()


def encode_song(song: Song) -> Encoded:
    """Snap, label and encode one song. Bars of silence at both ends are left out."""
    reason = unusable(song)
    if reason is not None:
        return Encoded(song.name, None, reason)
    tracks, loss = snap(song)
    tracks, length = _trim(tracks)
    pitched = np.concatenate(tracks[1:])
    chart = chart_of_labels(recognise(pitched, tracks[Role.BASS.index], length * BEATS_PER_BAR))
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
    return Encoded(song.name, None, None, row, ids, fingerprint(song), loss, grid_loss)


def _trim(tracks: Sequence[NoteArray]) -> tuple[tuple[NoteArray, ...], int]:
    """Tracks without silent bars at their start and end, and the number of bars left."""
    onsets = np.concatenate([notes[:, ONSET] for notes in tracks])
    first = int(onsets.min()) // STEPS_PER_BAR
    offset = np.array([first * STEPS_PER_BAR, 0, 0, 0], np.int32)
    return tuple(notes - offset for notes in tracks), bars(int(onsets.max()) + 1) - first


def _encode_file(path: Path, fold: str | None) -> Encoded:
    try:
        return replace(encode_song(_READERS[path.suffix.lower()](path)), path=str(path), fold=fold)
    except DataError as error:
        return Encoded(str(path), fold, _reason(error, path))


def _reason(error: DataError, path: Path) -> str:
    """The error without its file's name, so that like reasons are counted together."""
    return str(error).removeprefix(f"{path}").lstrip(": ")


def _encode_chunk(files: Sequence[tuple[Path, str | None]], target: Path) -> int:
    """Encode a chunk of files into ``target``. Returns the number of files."""
    done = [_encode_file(path, fold) for path, fold in files]
    with atomic_write(target) as temporary:
        temporary.write_bytes(pickle.dumps(done, protocol=pickle.HIGHEST_PROTOCOL))
    return len(files)


def list_files(sources: Sequence[Source]) -> list[tuple[Path, str | None]]:
    """All songs of the sources with their folds, in an order that is everywhere the same."""
    files: list[tuple[Path, str | None]] = []
    for source in sources:
        if not source.path.exists():
            raise DataError(f"{source.path} does not exist: give a folder of LPD npz files or of MIDI files")
        found = [*find_songs(source.path), *find_midi(source.path)]
        files.extend((path, source.fold) for path in found if path.suffix.lower() in _READERS)
    if not files:
        raise DataError(f"no .npz or .mid files under {', '.join(str(source.path) for source in sources)}")
    return files


def encode_dataset(
    sources: Sequence[Source],
    output: Path,
    *,
    tags: Path | None = None,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
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
    done = sum(len(chunk) for chunk, target in chunks if target.exists())
    on_progress(done, len(files))
    todo = [(chunk, target) for chunk, target in chunks if not target.exists()]
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        for count in pool.map(_encode_chunk, *zip(*todo, strict=True)) if todo else ():
            done += count
            on_progress(done, len(files))
    report = _assemble([target for _, target in chunks], work, styles)
    for _, target in chunks:
        target.unlink()
    work.rename(output)
    return report


def _chunks(files: Sequence[tuple[Path, str | None]], work: Path) -> list[tuple[Sequence[tuple[Path, str | None]], Path]]:
    """Files cut into chunks with the path of each one's result; results of other files or versions are thrown away."""
    listing = json.dumps([_VERSION, [(str(path), fold) for path, fold in files]])
    key = hashlib.sha256(listing.encode()).hexdigest()
    stamp = work / "files.sha256"
    try:
        if work.exists() and (not stamp.exists() or stamp.read_text() != key):
            shutil.rmtree(work)
        work.mkdir(parents=True, exist_ok=True)
        stamp.write_text(key)
    except OSError as error:
        raise DataError(f"cannot write {work}: {error.strerror}") from error
    cut = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    return [(chunk, work / f"chunk_{number:05d}.pickle") for number, chunk in enumerate(cut)]


def _assemble(targets: Sequence[Path], work: Path, styles: dict[str, str]) -> dict[str, Any]:
    """Drop near-duplicates, set folds, write the dataset and count what was lost."""
    done: list[Encoded] = [song for target in targets for song in pickle.loads(target.read_bytes())]  # noqa: S301 - our own
    kept = [song for song in done if song.row is not None]
    skipped = Counter(song.skipped for song in done if song.skipped is not None)
    loss, grid_loss = Loss(), GridLoss()
    for song in kept:
        loss += song.loss
        grid_loss += song.grid_loss
    cluster = clusters([song.fingerprint for song in kept if song.fingerprint is not None])
    chosen = list(_choose(kept, cluster, styles))
    report: dict[str, Any] = {
        "files": len(done),
        "skipped": dict(skipped.most_common()),
        "near_duplicates": len(kept) - len(chosen),
        "snapping": asdict(loss),
        "grid": asdict(grid_loss),
    }
    rows = write_dataset(work, chosen, report)
    (work / "files.sha256").unlink()
    return {"songs": len(rows), "tokens": sum(row.tokens for row in rows), "bars": sum(row.bars for row in rows), **report}


def _choose(
    songs: Sequence[Encoded], cluster: np.ndarray[Any, Any], styles: dict[str, str]
) -> Iterator[tuple[SongRow, Ids]]:
    """One song a cluster: of the valid fold before the train fold, then the one with most roles and notes."""
    members: dict[int, list[Encoded]] = {}
    for song, number in zip(songs, cluster.tolist(), strict=True):
        members.setdefault(number, []).append(song)
    best = [max(group, key=_preference) for group in members.values()]
    for group, song in zip(members.values(), best, strict=True):
        row, ids = song.row, song.ids
        assert row is not None and ids is not None  # noqa: S101, PT018 - songs that were kept have both
        name = min(member.row.name for member in group if member.row is not None)
        fold = song.fold or _fold(name)
        yield replace(row, fold=fold, cluster=name, style=styles.get(row.name, "")), ids


def _preference(song: Encoded) -> tuple[bool, int, int, str]:
    row = song.row
    assert row is not None  # noqa: S101
    return song.fold == "valid", row.roles.count("|"), row.notes, row.name


def _fold(cluster: str) -> str:
    """Fold by a hash of the cluster's name."""
    percent = int.from_bytes(hashlib.sha256(cluster.encode()).digest()[:8], "big") % 100
    return "valid" if percent < VALID_PERCENT else "train"
