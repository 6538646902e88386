"""One file of a song to ids: read, snap, label with chords, encode.

Knows the formats by their suffix; not what becomes of the ids. Whatever is wrong with a file becomes the
reason why it is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sideman.errors import SidemanError
from sideman.music.band import ONSET, ROLES, NoteArray, Role
from sideman.music.harmony import recognise
from sideman.music.time import BEATS_PER_BAR, STEPS_PER_BAR, bars
from sideman.tokens.chart import chart_of_labels
from sideman.tokens.encode import encode_bars
from sideman.tokens.grid import GridLoss, to_grid
from sideman.training.chunks import Encoded, EncodedSong
from sideman.training.duplicates import fingerprint
from sideman.training.lpd5 import read_lpd
from sideman.training.midi_folder import SUFFIXES, read_midi_song
from sideman.training.shards import SongRow
from sideman.training.song import Song, snap, unusable

# By suffix, in lower case.
READERS: dict[str, Callable[[Path], Song]] = {".npz": read_lpd, **dict.fromkeys(SUFFIXES, read_midi_song)}


class File(NamedTuple):
    """A file of one song and the fold asked for."""

    path: Path
    fold: str | None


def encode_file(file: File) -> Encoded:
    """Read and encode one file. Whatever is wrong with it becomes the reason why it is skipped."""
    try:
        song = READERS[file.path.suffix.lower()](file.path)
        reason = unusable(song)
        return Encoded(file.fold, skipped=reason) if reason else Encoded(file.fold, encode_song(song))
    except SidemanError as error:
        # Without its file's name, so that like reasons are counted together.
        return Encoded(file.fold, skipped=str(error).removeprefix(f"{file.path}").lstrip(": "))
    except Exception as error:  # one file must not cost the others, whatever it holds
        return Encoded(file.fold, skipped=f"fails the encoder: {type(error).__name__}")


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
        name=song.name.encode(errors="replace").decode(),  # a file's name may be no Unicode, the index is
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
