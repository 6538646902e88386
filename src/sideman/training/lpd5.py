"""Reads piano-rolls as the Lakh Pianoroll Dataset publishes them: LPD-5, and LPD with all tracks.

Knows pypianoroll's npz files, of its old format (`beat_resolution`, uint8) and its new (`resolution`,
bool), and which role a track plays; not what is done with a song. Nothing is sampled away: a run of
cells of one pitch and one velocity is one note; where the velocity changes, another begins.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.music.band import INSTRUMENTS, MIDI_VALUES, ROLES, NoteArray, Role, role_of
from sideman.music.time import TICKS_PER_BEAT
from sideman.training.npz import array, read_members
from sideman.training.song import MAX_TICKS, Loss, Song, in_order, unite

DEFAULT_LPD_TEMPO = 120.0  # pypianoroll's, for a file that tells none
DEFAULT_VELOCITY = 100  # of a bool piano-roll
MAX_RESOLUTION = 1 << 12  # steps a beat

_WANTED = re.compile(r"info\.json|tempo\.npy|pianoroll_\d{1,3}_csc_(?:data|indices|indptr|shape)\.npy")
_ROLL = re.compile(r"pianoroll_(\d{1,3})_csc_data\.npy")
_EMPTY: Final = np.zeros((0, 4), np.int32)


def read_lpd(path: Path) -> Song:
    """The song in the npz file at ``path``.

    Tracks go to the role of their program, as LPD-5 made its five; several of one role become one.
    Raises :class:`DataError`, which begins with the path, for anything that isn't a sound piano-roll.
    """
    members = read_members(path, lambda name: _WANTED.fullmatch(name) is not None)
    info = _info(members, path)
    resolution = info.get("resolution", info.get("beat_resolution"))
    if type(resolution) is not int or not 1 <= resolution <= MAX_RESOLUTION:
        raise DataError(f"{path}: info.json gives no resolution between 1 and {MAX_RESOLUTION}")
    parts: dict[Role, list[NoteArray]] = {role: [] for role in ROLES}
    length = 0
    for index in sorted(int(match[1]) for match in map(_ROLL.fullmatch, members) if match):
        notes, steps = _notes(members, f"{path}: pianoroll_{index}", f"pianoroll_{index}_csc_")
        length = max(length, steps)
        if len(notes):
            parts[_role(info.get(str(index)), index)].append(notes)
    _require_rolls(info, members, path)
    tracks, losses = zip(*(_track(role, parts[role], resolution) for role in ROLES), strict=True)
    length = -(-length * TICKS_PER_BEAT // resolution)
    return Song(path.stem, tracks, length, _tempo(members, path), sum(losses, Loss()))


def _info(members: dict[str, bytes], path: Path) -> dict[str, Any]:
    try:
        info = json.loads(members["info.json"])
    except KeyError:
        raise DataError(f"{path}: has no info.json; is it a piano-roll of pypianoroll?") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: info.json cannot be read: {error}") from error
    if not isinstance(info, dict):
        raise DataError(f"{path}: info.json is not an object")
    return info


def _require_rolls(info: dict[str, Any], members: dict[str, bytes], path: Path) -> None:
    """Every track that info.json tells of has its piano-roll."""
    for key in info:
        if key.isdecimal() and f"pianoroll_{key}_csc_data.npy" not in members:
            raise DataError(f"{path}: info.json tells of track {key}, which has no pianoroll_{key}")


def _role(entry: object, index: int) -> Role:
    """The role of a track by its program; failing that by its name, or by LPD-5's order."""
    if isinstance(entry, dict):
        program, is_drum, name = (entry.get(key) for key in ("program", "is_drum", "name"))
        if is_drum is True or type(program) is int:
            return role_of(program if type(program) is int else 0, is_drum is True)
        if isinstance(name, str) and name.lower() in list(ROLES):
            return Role(name.lower())
    return ROLES[index] if index < len(ROLES) else Role.STRINGS


def _track(role: Role, parts: list[NoteArray], resolution: int) -> tuple[NoteArray, Loss]:
    """One role's notes in ticks from its source tracks, in steps of ``resolution`` a beat, and what that cost."""
    if resolution == TICKS_PER_BEAT and len(parts) == 1:  # a piano-roll's notes don't overlap
        return in_order(parts[0]), Loss()
    return unite(parts, resolution, is_drum=INSTRUMENTS[role].is_drum)


def _tempo(members: dict[str, bytes], path: Path) -> float:
    """Median over time in beats a minute, whether told once, for every step, or not at all."""
    if "tempo.npy" not in members:
        return DEFAULT_LPD_TEMPO
    tempo = array(members["tempo.npy"], f"{path}: tempo").ravel()
    if not tempo.size:
        return DEFAULT_LPD_TEMPO
    if not np.isfinite(tempo).all():
        raise DataError(f"{path}: tempo is not a number everywhere")
    return float(tempo[0] if tempo[0] == tempo.min() == tempo.max() else np.median(tempo))


def _notes(members: dict[str, bytes], where: str, prefix: str) -> tuple[NoteArray, int]:
    """The notes of one piano-roll by pitch, then onset, in its own steps; and its number of steps."""
    try:
        data, indices, indptr, shape = (
            array(members[f"{prefix}{part}.npy"], f"{where} {part}") for part in ("data", "indices", "indptr", "shape")
        )
    except KeyError as error:
        raise DataError(f"{where}: {error.args[0]} is missing") from None
    if any(part.ndim != 1 for part in (data, indices, indptr, shape)) or shape.shape != (2,):
        raise DataError(f"{where}: not the four parts of a csc matrix")
    if any(part.dtype.kind not in "iu" for part in (indices, indptr, shape)):
        raise DataError(f"{where}: indices are not integers")
    steps, pitches = (int(size) for size in shape)
    if not 0 <= steps <= MAX_TICKS or pitches != MIDI_VALUES:
        raise DataError(f"{where}: shape ({steps}, {pitches}) is not (steps, {MIDI_VALUES})")
    bounds = indptr.astype(np.int64)
    counts: npt.NDArray[np.int64] = bounds[1:] - bounds[:-1]
    if len(indptr) != MIDI_VALUES + 1 or bounds[0] != 0 or counts.min() < 0:
        raise DataError(f"{where}: indptr does not ascend over {MIDI_VALUES} pitches")
    if not len(data) == len(indices) == bounds[-1]:
        raise DataError(f"{where}: {len(data)} values for {len(indices)} indices, and indptr ends at {bounds[-1]}")
    if not len(indices):
        return _EMPTY, steps
    if indices.min() < 0 or indices.max() >= steps:
        raise DataError(f"{where}: an index is outside its {steps} steps")
    return _runs(_velocities(data, where), indices.astype(np.int32), counts, where), steps


def _velocities(data: npt.NDArray[Any], where: str) -> npt.NDArray[Any]:
    """Velocities 0 to 127 from what a piano-roll's cells hold."""
    if data.dtype.kind == "b":
        return data.astype(np.uint8) * np.uint8(DEFAULT_VELOCITY)
    if data.dtype.kind == "f":
        if not np.isfinite(data).all():
            raise DataError(f"{where}: a velocity is not a number")
        data = np.rint(data)
    if data.min() < 0:
        raise DataError(f"{where}: a velocity is below 0")
    velocity: npt.NDArray[Any] = np.minimum(data, MIDI_VALUES - 1)
    return velocity


def _runs(velocity: npt.NDArray[Any], step: NoteArray, counts: npt.NDArray[np.int64], where: str) -> NoteArray:
    """The notes of one csc matrix: ``velocity`` and ``step`` of its cells, ``counts`` of them per pitch.

    A cell continues the note of the cell before when that is a step earlier, of the same pitch and
    the same velocity.
    """
    # Cells of a pitch end up two apart from those of the next, so that no run crosses pitches.
    cell = step + np.repeat(np.arange(MIDI_VALUES, dtype=np.int64) * (MAX_TICKS + 2), counts)
    apart = np.diff(cell)
    if len(apart) and apart.min() <= 0:
        order = np.argsort(cell, kind="stable")
        cell, velocity = cell[order], velocity[order]
        apart = np.diff(cell)
        if apart.min() == 0:
            raise DataError(f"{where}: a cell is given twice")
    breaks = np.flatnonzero((apart != 1) | (velocity[1:] != velocity[:-1])) + 1
    first = np.concatenate((np.zeros(1, np.int64), breaks))
    duration = np.diff(first, append=len(cell))
    pitch, onset = np.divmod(cell[first], MAX_TICKS + 2)
    notes = np.stack((onset, duration, pitch, velocity[first]), axis=1).astype(np.int32)
    return notes[notes[:, 3] > 0]
