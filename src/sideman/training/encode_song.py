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
from sideman.music.recognition import recognise
from sideman.music.time import STEPS_PER_BEAT, TICKS_PER_BEAT, Meter
from sideman.tokens.chart import chart_of_labels
from sideman.tokens.encode import encode_bars
from sideman.tokens.form import measures_of
from sideman.tokens.grid import GridLoss, to_grid
from sideman.training.chunks import Encoded, EncodedSong
from sideman.training.duplicates import sample_phrases
from sideman.training.lpd5 import read_lpd
from sideman.training.metre import Found, find_metre
from sideman.training.midi_folder import SUFFIXES, read_midi_song
from sideman.training.shards import SongRow
from sideman.training.song import TICKS_PER_DOTTED_BEAT, Loss, Song, in_dotted_beats, snap, unusable

# By suffix, in lower case.
READERS: dict[str, Callable[[Path], Song]] = {".npz": read_lpd, **dict.fromkeys(SUFFIXES, read_midi_song)}


def encode_file(path: Path) -> Encoded:
    """Read and encode one file. Whatever is wrong with it becomes the reason why it is skipped."""
    try:
        song = READERS[path.suffix.lower()](path)
        reason = unusable(song)
        return Encoded(skipped=reason) if reason else Encoded(encode_song(song))
    except SidemanError as error:
        # Without its file's name, so that like reasons are counted together.
        return Encoded(skipped=str(error).removeprefix(f"{path}").lstrip(": "))
    except Exception as error:  # one file must not cost the others, whatever it holds
        return Encoded(skipped=f"fails the encoder: {type(error).__name__}")


class InBars(NamedTuple):
    """A song on the grid, from its first bar to its last."""

    song: Song  # in beats of its metre
    tracks: tuple[NoteArray, ...]  # (notes, 4) in steps, one of each of ROLES
    meter: Meter
    bars: int
    loss: Loss


def in_bars(song: Song) -> InBars:
    """Snap one usable song, in the metre that it is in. Silent bars at both ends are left out."""
    tracks, loss = snap(song)
    meter, phase = find_metre(tracks) if song.meter is None else Found(song.meter, 0)
    if meter.is_compound:
        song = in_dotted_beats(song)
        tracks, loss = snap(song)
        phase = phase * TICKS_PER_BEAT // TICKS_PER_DOTTED_BEAT
    tracks, length = _trim(tracks, meter.steps, phase)
    return InBars(song, tracks, meter, length, loss)


def encode_song(song: Song) -> EncodedSong:
    """Snap, label and encode one usable song, in the metre that it is in. Silent bars at both ends are left out."""
    song, tracks, meter, length, loss = in_bars(song)
    beats = meter.steps // STEPS_PER_BEAT
    labels = recognise(np.concatenate(tracks[1:]), tracks[Role.BASS.number], length * beats, beats)
    chart = chart_of_labels(labels, measures_of(meter) * length)
    grid_loss = GridLoss()
    parts = []
    for role, notes in zip(ROLES, tracks, strict=True):
        if len(notes):
            placed, lost = to_grid(role, notes, chart.steps, chart.shift, chart.lines)
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
        meter=str(meter),
    )
    return EncodedSong(row, ids, sample_phrases(song), loss, grid_loss)


def _trim(tracks: Sequence[NoteArray], bar: int, phase: int) -> tuple[tuple[NoteArray, ...], int]:
    """Tracks without silent bars at their start and end, and the number of bars left.

    Bars have ``bar`` steps; one begins at the step ``phase``, and comes to stand on step 0.
    """
    onsets = np.concatenate([notes[:, ONSET] for notes in tracks])
    begin = int(onsets.min()) - (int(onsets.min()) - phase) % bar
    offset = np.array([begin, 0, 0, 0], np.int32)
    return tuple(notes - offset for notes in tracks), -(-(int(onsets.max()) + 1 - begin) // bar)
