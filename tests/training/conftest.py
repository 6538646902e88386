"""Small songs in the formats of the Lakh Pianoroll Dataset, written with numpy alone, and a dataset of them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sideman.music.band import NoteArray
from sideman.training.batches import Groups
from sideman.training.config import TrainConfig
from sideman.training.encode import Source, encode_dataset
from sideman.training.reader import Read

LPD5_TRACKS = (
    {"program": 0, "is_drum": True, "name": "Drums"},
    {"program": 0, "is_drum": False, "name": "Piano"},
    {"program": 24, "is_drum": False, "name": "Guitar"},
    {"program": 32, "is_drum": False, "name": "Bass"},
    {"program": 48, "is_drum": False, "name": "Strings"},
)
Row = tuple[int, int, int, int]  # onset, duration, pitch, velocity


def note_array(rows: Iterable[Row]) -> NoteArray:
    return np.array(list(rows), np.int32).reshape(-1, 4)


def npy(array: npt.NDArray[Any], *, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


@dataclass(frozen=True)
class LpdFile:
    """What stands in one npz file: piano-rolls (steps, 128), empty ones as None, as LPD publishes them."""

    rolls: Sequence[npt.NDArray[Any] | None]
    tracks: Sequence[dict[str, Any]] = LPD5_TRACKS
    resolution: int = 24
    new: bool = False  # pypianoroll 1.x
    tempo: npt.NDArray[Any] | None = None

    @classmethod
    def of(cls, *tracks: Iterable[Row], steps: int = 960) -> LpdFile:
        """From the notes of each track, in steps."""
        rolls: list[npt.NDArray[Any] | None] = []
        for rows in tracks:
            notes = list(rows)
            roll = np.zeros((steps, 128), np.uint8)
            for onset, duration, pitch, velocity in notes:
                roll[onset : onset + duration, pitch] = velocity
            rolls.append(roll if notes else None)
        return cls(rolls, LPD5_TRACKS[: len(rolls)], tempo=np.full(steps, 100.0))

    def with_changes(self, **changes: Any) -> LpdFile:  # noqa: ANN401 - the fields themselves
        return replace(self, **changes)

    def members(self) -> dict[str, bytes]:
        """The archive's members by name, for a test to spoil."""
        info: dict[str, Any] = {"resolution" if self.new else "beat_resolution": self.resolution, "name": "song"}
        members = {} if self.tempo is None else {"tempo.npy": npy(self.tempo)}
        members["downbeat.npy"] = npy(np.arange(96) == 0)
        for index, (roll, track) in enumerate(zip(self.rolls, self.tracks, strict=True)):
            info[str(index)] = track
            cells = np.zeros((0, 128), bool) if roll is None else roll
            pitch, step = np.nonzero(cells.T)
            parts = {
                "data": cells[step, pitch],
                "indices": step.astype(np.int32),
                "indptr": np.searchsorted(pitch, np.arange(129)).astype(np.int32),
                "shape": np.array(cells.shape),
            }
            members |= {f"pianoroll_{index}_csc_{name}.npy": npy(part) for name, part in parts.items()}
        members["info.json"] = json.dumps(info).encode()
        return members

    def write(self, path: Path) -> Path:
        return write_zip(path, self.members())


def write_zip(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", method, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for properties, whose many examples may write over one another."""
    return tmp_path_factory.mktemp("scratch")


def band_file(seed: int, bars: int = 12) -> LpdFile:
    """A song of drums, piano and bass that no other seed's song resembles."""
    rng = np.random.default_rng(seed)
    steps = bars * 96
    roots = rng.integers(0, 12, bars)
    drums = [(onset, 1, int(rng.choice([36, 38, 42])), 100) for onset in range(0, steps, 24)]
    piano = [
        (96 * bar + 48 * half, 36, 60 + int(root + interval) % 12, 80)
        for bar, root in enumerate(roots)
        for half in (0, 1)
        for interval in (0, rng.choice([3, 4]), 7)
    ]
    melody = [(onset, 12, 74 + int(rng.integers(0, 14)), 70) for onset in range(0, steps, 24)]
    bass = [(96 * bar + 24 * beat, 20, 36 + int(root), 90) for bar, root in enumerate(roots) for beat in range(4)]
    return LpdFile.of(drums, sorted({*piano, *melody}), [], bass, [], steps=steps)


KICK, SNARE, HAT = 36, 38, 42
# Drums of a bar: (step, pitch).
METRED_BARS: dict[str, tuple[int, list[tuple[int, int]]]] = {
    "waltz": (36, [(0, KICK), (0, HAT), (12, SNARE), (12, HAT), (24, SNARE), (24, HAT)]),
    "six eight": (36, [(0, KICK), (18, SNARE), *((step, HAT) for step in range(0, 36, 6))]),
    "common": (48, [(0, KICK), (12, SNARE), (24, KICK), (36, SNARE), *((step, HAT) for step in range(0, 48, 6))]),
    "five four": (60, [(0, KICK), (12, SNARE), (24, SNARE), (36, KICK), (48, SNARE)]),
    "seven": (42, [(0, KICK), (12, SNARE), (24, KICK), (36, SNARE)]),
}


def metred_band(kind: str, bars: int = 80, seed: int = 0, *, drums: bool = True, first: int = 0) -> list[NoteArray]:
    """A song of five tracks in steps, whose bars are of one kind and whose first begins at a step."""
    length, hits = METRED_BARS[kind]
    beats = [step for step, _ in hits if step % 12 == 0 or kind == "six eight"]
    rng = np.random.default_rng(seed)
    rows: list[list[Row]] = [[] for _ in range(5)]
    for bar in range(bars):
        start = first + bar * length
        root = int(rng.choice([0, 5, 7]))
        rows[0] += [(start + step, 1, pitch, 100) for step, pitch in hits if drums]
        rows[3].append((start, 12, 36 + root, 90))
        for step in sorted({*beats}):
            if step and rng.random() < 0.9:
                rows[1] += [(start + step, 6, 60 + (root + interval) % 12, 70) for interval in (0, 4, 7)]
        rows[4] += [
            (start + int(step), 6, 72 + int(rng.integers(0, 12)), 80) for step in rng.choice(length // 6, 2) * 6
        ]
    return [note_array(sorted(set(each))) for each in rows]


TRAIN_SONGS, VALID_SONGS = range(8), range(100, 103)


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small songs: ``train`` and ``valid``."""
    folder = tmp_path_factory.mktemp("songs")
    for seed in TRAIN_SONGS:
        band_file(seed).write(folder / "train" / f"song{seed}.npz")
    for seed in VALID_SONGS:
        band_file(seed).write(folder / "valid" / f"song{seed}.npz")
    return folder


@pytest.fixture(scope="session")
def dataset(songs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """These songs, encoded."""
    output = tmp_path_factory.mktemp("data") / "dataset"
    encode_dataset([Source(songs / "train", "train"), Source(songs / "valid", "valid")], output, workers=1)
    return output


@contextmanager
def reading_thread(groups: Groups) -> Iterator[Read]:
    """In place of a process that reads: a thread, which begins at once."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda epoch, group: pool.submit(groups.rows, epoch, group)


TINY = TrainConfig(
    layers=1,
    width=16,
    heads=2,
    context=128,
    row_tokens=64,
    batch_tokens=256,
    tokens=256 * 12,
    warmup=1 / 6,
    decay=1 / 3,
    validate_tokens=1024,
    validate_songs=2,
    threads=1,
    precision="float32",
    attention="fused",
)
