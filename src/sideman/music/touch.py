"""How hard a player strikes each note. Knows notes, where their bar stands, and the tables beside it; no ids.

The token language keeps one loudness a role and bar. Around it each note has a deviation of three parts, learnt from
people's velocities (``training/touch_fit.py``, docs/adr/0019-touch.md): what all players do in such a place, what this
player does, and what neither tells. A player is a draw of a few numbers from the piece's seed; they weigh tables that
say how players differ: hats softer, backbeats harder, top notes louder. The rest is drawn from the bar's rhythm, its
notes and its number, so that a figure that comes again is played nearly as before.

Everything is whole numbers, so a bar is the same on every processor, and it depends on no other bar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, MIDI_VALUES, ONSET, PITCH, ROLES, VELOCITY, NoteArray, Role
from sideman.music.strokes import Setting, Strokes, sizes, strokes

__all__ = ["LEARNT", "RESIDUES", "SCALE", "Learnt", "pack", "touch", "unpack"]

LEARNT = Path(__file__).with_name("touch.npz")
SCALE = 64  # of a velocity in the tables
RESIDUES = ("onset", "voice")  # what a residue belongs to: all notes of an onset, or one of them
_SOURCES = 3  # of a residue: the bar's rhythm, its notes, its number

_SOFTEST = {role: 12 if role is Role.DRUMS else 16 for role in ROLES}  # what can still be heard
_LOUDEST = MIDI_VALUES - 1
_ROOM = 4  # velocities below the loudest: where bars end that would go past it
_DRAW_MEAN, _DRAW_SPREAD = 510, 148  # of the sum of a draw's four bytes: mean and standard deviation
_FARTHEST = 3 * _DRAW_SPREAD // 2  # of a player from the middle
_EVENNESS = np.array((28, 39, 49, 59, 70, 84, 104, 149))  # eighths of a log-normal spread of .55, in 1/64
_EVEN = 64
_FINE = SCALE * _EVEN  # of a velocity in sums
_APART = 0x9E3779B1  # keeps neighbouring numbers apart, before their bits are stirred
_DRIFT = 100  # parts of the velocity by which a bar's mean may differ from its loudness
_GRAINS = (1, 2, 4, 8)  # velocities between which some players, or their machines, know nothing

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Learnt:
    """What was learnt of a role, in 1/:data:`SCALE` of a velocity.

    ``tables`` (classes, 1 + traits): what each class of each feature adds, for all players and by each trait of one.
    ``residue`` (2, 3): the standard deviation of what is left, of an onset and of a note in it, that is the same in
    bars of one rhythm, in bars of the same notes, and in no other bar.
    """

    tables: _Ints
    residue: _Ints


def touch(role: Role, notes: NoteArray, setting: Setting) -> NoteArray:
    """The notes (notes, 4) of a role in a bar, as a player strikes them: only velocities change.

    Their mean stays within one and a half of what it was.
    """
    if not len(notes):
        return notes
    told = strokes(role, notes, setting)
    deviation = _deviation(role, notes[told.order], told, setting)
    touched = notes.copy()
    loudness = notes[told.order, VELOCITY]
    touched[told.order, VELOCITY] = np.minimum(np.maximum(loudness + deviation, _SOFTEST[role]), _LOUDEST)
    return touched


def pack(learnt: Mapping[Role, Learnt]) -> dict[str, npt.NDArray[np.int16]]:
    """As arrays by name, to be kept in a file."""
    return {
        f"{role}_{name}": getattr(each, name).astype(np.int16)
        for role, each in learnt.items()
        for name in ("tables", "residue")
    }


def unpack(arrays: Mapping[str, npt.NDArray[np.int16]]) -> dict[Role, Learnt]:
    """What :func:`pack` packed."""
    return {
        role: Learnt(arrays[f"{role}_tables"].astype(np.int64), arrays[f"{role}_residue"].astype(np.int64))
        for role in ROLES
    }


@cache
def learnt() -> dict[Role, Learnt]:
    """What comes with the package, loaded once."""
    with np.load(LEARNT) as arrays:
        return unpack(arrays)


class _Player(NamedTuple):
    """Who plays a role in a piece: a number of their own, and what each class of each feature adds when they do."""

    key: int
    table: _Ints  # (classes,) in 1/_FINE of a velocity
    grain: int  # velocities
    residue: _Ints  # (3, 2, 1)


@lru_cache(maxsize=256)
def _player(role: Role, seed: int) -> _Player:
    own = learnt()[role]
    key = crc32(f"{seed} {role}".encode())
    traits = np.clip(_draw(np.arange(1, own.tables.shape[1]), key), -_FARTHEST, _FARTHEST)
    table = own.tables[:, 0] * _EVEN + own.tables[:, 1:] @ traits * _EVEN // _DRAW_SPREAD
    grain = _GRAINS[key // len(_EVENNESS) % len(_GRAINS)]
    return _Player(key, table, grain, own.residue.T[:, :, None] * _EVENNESS[key % len(_EVENNESS)])


def _deviation(role: Role, rows: NoteArray, told: Strokes, setting: Setting) -> _Ints:
    """(notes,) whole velocities from each note's loudness; ``rows`` in the order of ``told``."""
    player = _player(role, setting.seed)
    deviation: _Ints = player.table[told.classes + _offsets(role)].sum(1)
    place = rows[:, ONSET] - setting.start
    is_drum = INSTRUMENTS[role].is_drum
    rhythm = crc32(place[told.first].astype("<i4").tobytes(), player.key)
    figure = crc32((rows[:, PITCH] - (0 if is_drum else rows[0, PITCH])).astype("<i4").tobytes(), rhythm)
    bar = crc32(b"%d" % setting.number, figure)
    which = np.empty((len(RESIDUES), len(rows)), np.int64)
    which[0] = place
    which[1] = (place + 1) * MIDI_VALUES + (rows[:, PITCH] if is_drum else told.voice)
    draws = _draw(which, np.array((rhythm, figure, bar))[:, None, None])  # (sources, residues, notes)
    left = (draws * player.residue).sum(0)
    left[1] *= (told.count > 1)[told.onset]
    deviation += left.sum(0) * int(_EVENNESS[rhythm % len(_EVENNESS)]) // (_EVEN * _DRAW_SPREAD)
    return _within(role, deviation, rows[:, VELOCITY], player, bar)


def _within(role: Role, deviation: _Ints, loudness: NoteArray, player: _Player, bar: int) -> _Ints:
    """Deviations in whole velocities, so small that nothing has to be cut off, and their mean within one of 0."""
    deviation = deviation - deviation.sum() // len(deviation)
    above = max(_LOUDEST - bar % _ROOM - int(loudness.max()), 0)
    below = max(int(loudness.min()) - _SOFTEST[role], 0)
    highest, lowest = int(deviation.max()), -int(deviation.min())
    if highest > above * _FINE:
        deviation = deviation * (above * _FINE) // highest
        lowest = lowest * (above * _FINE) // highest
    if lowest > below * _FINE:
        deviation = deviation * (below * _FINE) // lowest
    deviation = (deviation + player.grain * _FINE // 2) // (player.grain * _FINE) * player.grain
    deviation = np.minimum(deviation, above)
    count, total = len(deviation), int(deviation.sum())
    drift = bar // _ROOM % (2 * _DRIFT + 1) - _DRIFT  # where their mean is to be, in 1/_DRIFT
    shift = (2 * (drift * count - total * _DRIFT) + count * _DRIFT) // (2 * count * _DRIFT)
    if abs(total + shift * count) > count:
        shift -= 1 if total + shift * count > 0 else -1
    return deviation + shift


@cache
def _offsets(role: Role) -> _Ints:
    """(features,) the row of the tables at which each feature's classes begin."""
    offsets: _Ints = np.cumsum([0, *sizes(role).values()][:-1])
    return offsets


def _draw(which: npt.NDArray[np.integer], keys: _Ints | int) -> _Ints:
    """Draws from nearly a normal distribution of :data:`_DRAW_SPREAD`, the same for the same numbers.

    The bits are stirred as in MurmurHash3 (Appleby, public domain).
    """
    bits = (which.astype(np.int64) * _APART + keys).astype(np.uint32)
    bits ^= bits >> np.uint32(16)
    bits *= np.uint32(0x85EBCA6B)
    bits ^= bits >> np.uint32(13)
    bits *= np.uint32(0xC2B2AE35)
    bits ^= bits >> np.uint32(16)
    bytes_ = bits.view(np.uint8).reshape(*bits.shape, 4)
    return np.asarray(bytes_.sum(-1, dtype=np.int64) - _DRAW_MEAN)
