"""Reads MIDI files as songs of the band.

Knows MIDI through symusic, and which role a source track plays, the way LPD-5 was made from MIDI;
not what is done with a song. Of a file whose metre changes the longest stretch in one metre is taken.
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
from sideman.training.told_metre import TAKEN, Signature, longest_stretch

MAX_FILE_BYTES = 8 << 20
SUFFIXES = (".mid", ".midi", ".kar")

_MICROSECONDS_PER_MINUTE = 60_000_000
_DEFAULT_BEAT = 500_000  # microseconds: MIDI's 120 beats a minute until a tempo is told
_NOTE_COLUMNS = ("time", "duration", "pitch", "velocity")


def read_midi_song(path: Path) -> Song:
    """The song in the MIDI file at ``path``, its onsets and ends at the nearest of 24 ticks a beat.

    Raises :class:`DataError`, which begins with the path, for what is no MIDI, or in metres that are not taken.
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
    end = max((int((notes[:, ONSET] + notes[:, DURATION]).max()) for notes in tracks if len(notes)), default=0)
    signatures = [Signature(each.time, each.numerator, each.denominator) for each in score.time_signatures]
    stretch = longest_stretch(signatures, -(-end * resolution // TICKS_PER_BEAT), resolution)
    if stretch is None:
        raise DataError(f"{path}: is in {signatures[0].numerator}/{signatures[0].denominator}; {TAKEN} are taken")
    first, last = (min(end, time * TICKS_PER_BEAT // resolution) for time in (stretch.begin, stretch.end))
    meter = None if stretch.meter == COMMON_TIME else stretch.meter
    cut = tuple(_cut(notes, first, last) for notes in tracks)
    return Song(path.stem, cut, last - first, _tempo(score, stretch.begin, stretch.end), sum(losses, Loss()), meter)


def _cut(notes: NoteArray, first: int, last: int) -> NoteArray:
    """The notes that begin from one tick up to before another, none of which rings on."""
    inside = notes[(notes[:, ONSET] >= first) & (notes[:, ONSET] < last)]
    inside[:, DURATION] = np.minimum(inside[:, DURATION], last - inside[:, ONSET])
    inside[:, ONSET] -= first
    return inside


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


def _tempo(score: ScoreTick, begin: int, end: int) -> float:
    """Median over the beats between two times, as LPD's tempo for every step gives it, in beats a minute."""
    changes = score.tempos.numpy()
    time = np.concatenate(([0], changes["time"].astype(np.int64)))
    beat: npt.NDArray[np.int64] = np.concatenate(([_DEFAULT_BEAT], changes["mspq"].astype(np.int64)))
    order = np.argsort(time, kind="stable")
    time, beat = time[order], np.maximum(beat[order], 1)
    lasts = np.diff(np.clip(time, begin, end), append=end)
    if end <= begin:
        return _MICROSECONDS_PER_MINUTE / float(beat[-1])
    slowest = np.argsort(-beat, kind="stable")
    half = np.searchsorted(np.cumsum(lasts[slowest]), (end - begin) / 2)
    return _MICROSECONDS_PER_MINUTE / float(beat[slowest[half]])
