"""Reads MIDI files as songs of the band.

Knows MIDI through symusic, and which role a source track plays, the way LPD-5 was made from MIDI;
not what is done with a song. Only music in 4/4 from the first tick to the last is taken.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from symusic.core import ScoreTick, TrackTick

from sideman.errors import DataError
from sideman.files import read_limited
from sideman.music.band import (
    DURATION,
    INSTRUMENTS,
    MIDI_VALUES,
    ONSET,
    PITCH,
    ROLES,
    VELOCITY,
    NoteArray,
    Role,
    role_of,
)
from sideman.music.time import COMMON_TIME, TICKS_PER_BEAT
from sideman.training.song import MAX_TICKS, Loss, Song, unite

MAX_FILE_BYTES = 8 << 20
SUFFIXES = (".mid", ".midi", ".kar")

_MICROSECONDS_PER_MINUTE = 60_000_000
_DEFAULT_BEAT = 500_000  # microseconds: MIDI's 120 beats a minute until a tempo is told
_NOTE_COLUMNS = ("time", "duration", "pitch", "velocity")


def read_midi_song(path: Path) -> Song:
    """The song in the MIDI file at ``path``, its onsets and ends at the nearest of 24 ticks a beat.

    Raises :class:`DataError`, which begins with the path, for what is no MIDI or not 4/4 throughout.
    """
    score = _score(path)
    resolution = score.ticks_per_quarter
    parts: dict[Role, list[NoteArray]] = {role: [] for role in ROLES}
    for track in score.tracks:
        notes = _notes(track)
        if len(notes):
            _check(notes, resolution, path)
            parts[role_of(track.program, track.is_drum)].append(notes)
    made = (unite(parts[role], resolution, is_drum=INSTRUMENTS[role].is_drum) for role in ROLES)
    tracks, losses = zip(*made, strict=True)
    length = max((int((notes[:, ONSET] + notes[:, DURATION]).max()) for notes in tracks if len(notes)), default=0)
    end = length * resolution // TICKS_PER_BEAT  # in the file's own ticks
    _require_common_time(score, end, path)
    return Song(path.stem, tracks, length, _tempo(score, end), sum(losses, Loss()))


def _score(path: Path) -> ScoreTick:
    data = read_limited(path, MAX_FILE_BYTES)
    try:
        score = ScoreTick.from_midi(data)
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise DataError(f"{path}: not a sound MIDI file: {reason}") from error
    if score.ticks_per_quarter < 1:
        raise DataError(f"{path}: gives no ticks a beat")
    return score


def _notes(track: TrackTick) -> NoteArray:
    """(notes, 4) of one source track in the file's own ticks, without the silent ones."""
    columns = track.notes.numpy()
    notes = np.stack([columns[name].astype(np.int32) for name in _NOTE_COLUMNS], axis=1)
    return notes[notes[:, VELOCITY] > 0]


def _check(notes: NoteArray, resolution: int, path: Path) -> None:
    """Values that MIDI allows, and times that a song can have."""
    end = notes[:, ONSET].astype(np.int64) + notes[:, DURATION]
    if notes.min() < 0 or notes[:, PITCH:].max() >= MIDI_VALUES:
        raise DataError(f"{path}: a note is outside MIDI's range")
    if int(end.max()) * TICKS_PER_BEAT > MAX_TICKS * resolution:
        raise DataError(f"{path}: a note ends after {MAX_TICKS // TICKS_PER_BEAT:,} beats")


def _require_common_time(score: ScoreTick, end: int, path: Path) -> None:
    """4/4 from the start to ``end``, its bars counted from tick 0."""
    bar = COMMON_TIME.beats * score.ticks_per_quarter
    for change in score.time_signatures:
        if change.time >= end:
            continue
        if (change.numerator, change.denominator) != (COMMON_TIME.beats, COMMON_TIME.unit):
            raise DataError(f"{path}: is in {change.numerator}/{change.denominator}; only 4/4 is taken")
        if change.time % bar:
            raise DataError(f"{path}: a bar of its 4/4 is cut short at tick {change.time}")


def _tempo(score: ScoreTick, end: int) -> float:
    """Median over the beats up to ``end``, as LPD's tempo for every step gives it, in beats a minute."""
    changes = score.tempos.numpy()
    time = np.concatenate(([0], changes["time"].astype(np.int64)))
    beat: npt.NDArray[np.int64] = np.concatenate(([_DEFAULT_BEAT], changes["mspq"].astype(np.int64)))
    order = np.argsort(time, kind="stable")
    time, beat = time[order], np.maximum(beat[order], 1)
    lasts = np.diff(np.minimum(time, end), append=end)
    if end <= 0:
        return _MICROSECONDS_PER_MINUTE / float(beat[-1])
    slowest = np.argsort(-beat, kind="stable")
    half = np.searchsorted(np.cumsum(lasts[slowest]), end / 2)
    return _MICROSECONDS_PER_MINUTE / float(beat[slowest[half]])
