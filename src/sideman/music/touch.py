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
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, MIDI_VALUES, ONSET, PITCH, ROLES, VELOCITY, NoteArray, Role
from sideman.music.strokes import Setting, Strokes, sizes, strokes_of

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


def touch(bar: Mapping[Role, NoteArray], setting: Setting) -> dict[Role, NoteArray]:
    """The notes (notes, 4) of roles in a bar, as players strike them: only velocities change, and in new arrays.

    Their mean in a role stays within one of what it was, but where that is next to an end of the range. No role makes a
    difference to another.
    """
    roles = sorted((role for role, notes in bar.items() if len(notes)), key=lambda role: not INSTRUMENTS[role].is_drum)
    if not roles:
        return {role: notes.copy() for role, notes in bar.items()}
    counts = [len(bar[role]) for role in roles]
    notes = np.concatenate([bar[role] for role in roles])
    told = strokes_of(roles, notes, counts, setting)
    players = _players(tuple(roles), setting.seed)
    deviation = _deviation(players, notes[told.order], told, setting)
    softest = players.softest[told.part]
    notes[told.order, VELOCITY] = np.minimum(np.maximum(notes[told.order, VELOCITY] + deviation, softest), _LOUDEST)
    ends = [*accumulate(counts, initial=0)]
    struck = {role: notes[begin:end] for role, begin, end in zip(roles, ends, ends[1:], strict=False)}
    return {role: struck[role] if role in struck else empty.copy() for role, empty in bar.items()}


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


class _Players(NamedTuple):
    """Those of some roles: their tables in a row, with a 0 at the end, and what else a part has."""

    keys: tuple[int, ...]
    is_drum: tuple[bool, ...]
    table: _Ints
    offsets: _Ints  # (parts, features) the row at which the classes of each begin, or that 0
    grain: _Ints  # (parts,)
    softest: _Ints  # (parts,)
    residue: _Ints  # (3, 2, parts)


@lru_cache(maxsize=256)
def _players(roles: tuple[Role, ...], seed: int) -> _Players:
    players = [_player(role, seed) for role in roles]
    table = np.concatenate([*(player.table for player in players), np.zeros(1, np.int64)])
    begins = accumulate((len(player.table) for player in players), initial=0)
    offsets = np.full((len(roles), max(len(sizes(role)) for role in roles)), len(table) - 1)
    for part, (role, begin) in enumerate(zip(roles, begins, strict=False)):
        own = [*sizes(role).values()]
        offsets[part, : len(own)] = np.cumsum([begin, *own[:-1]])
    return _Players(
        tuple(player.key for player in players),
        tuple(INSTRUMENTS[role].is_drum for role in roles),
        table,
        offsets,
        np.array([player.grain for player in players]),
        np.array([_SOFTEST[role] for role in roles]),
        np.concatenate([player.residue for player in players], 2),
    )


def _deviation(players: _Players, rows: NoteArray, told: Strokes, setting: Setting) -> _Ints:
    """(notes,) whole velocities from each note's loudness; ``rows`` in the order of ``told``."""
    part = told.part
    deviation: _Ints = players.table[told.classes + players.offsets[part]].sum(1)
    place, pitch = rows[:, ONSET] - setting.start, rows[:, PITCH]
    lowest = np.where(players.is_drum, 0, pitch[told.begin])
    onsets, figures = place[told.first].astype("<i4").tobytes(), (pitch - lowest[part]).astype("<i4").tobytes()
    marks = []  # of each part: its rhythm, its notes, and these in this bar
    ends = zip([*told.beginning[1:].tolist(), len(told.first)], [*told.begin[1:].tolist(), len(rows)], strict=True)
    begin, beginning = 0, 0
    for key, (end, stop) in zip(players.keys, ends, strict=True):
        rhythm = crc32(onsets[4 * beginning : 4 * end], key)
        figure = crc32(figures[4 * begin : 4 * stop], rhythm)
        marks.append((rhythm, figure, crc32(b"%d" % setting.number, figure)))
        begin, beginning = stop, end
    sources = np.array(marks).T
    which = np.empty((len(RESIDUES), len(rows)), np.int64)
    which[0] = place
    which[1] = (place + 1) * MIDI_VALUES + np.where(np.array(players.is_drum)[part], pitch, told.voice)
    draws = _draw(which, sources.take(part, 1)[:, None])  # (sources, residues, notes)
    left = (draws * players.residue[:, :, part]).sum(0)
    left[1] *= (told.count > 1)[told.onset]
    even = _EVENNESS[sources[0] % len(_EVENNESS)]
    deviation += left.sum(0) * even[part] // (_EVEN * _DRAW_SPREAD)
    return _within(players, deviation, rows[:, VELOCITY], told, sources[2])


def _within(players: _Players, deviation: _Ints, loudness: NoteArray, told: Strokes, bar: _Ints) -> _Ints:
    """Deviations in whole velocities, so small that nothing has to be cut off, and their mean within one of 0.

    ``bar`` (parts,) are numbers of the parts in this bar.
    """
    part, begin = told.part, told.begin
    count = np.bincount(part)
    deviation = deviation - (np.add.reduceat(deviation, begin) // count)[part]
    above = np.maximum(_LOUDEST - bar % _ROOM - np.maximum.reduceat(loudness, begin), 0)
    below = np.maximum(np.minimum.reduceat(loudness, begin) - players.softest, 0)
    highest, lowest = np.maximum.reduceat(deviation, begin), -np.minimum.reduceat(deviation, begin)
    room = above * _FINE
    is_high = highest > room
    share, of = np.where(is_high, room, 1), np.where(is_high, highest, 1)
    lowest = lowest * share // of
    room = below * _FINE
    is_low = lowest > room
    lower, of_low = np.where(is_low, room, 1), np.where(is_low, lowest, 1)
    deviation = deviation * share[part] // of[part] * lower[part] // of_low[part]
    grain = players.grain[part]
    deviation = (deviation + grain * (_FINE // 2)) // (grain * _FINE) * grain
    deviation = np.minimum(deviation, above[part])
    total = np.add.reduceat(deviation, begin)
    drift = bar // _ROOM % (2 * _DRIFT + 1) - _DRIFT  # where their mean is to be, in 1/_DRIFT
    shift = (2 * (drift * count - total * _DRIFT) + count * _DRIFT) // (2 * count * _DRIFT)
    mean = total + shift * count
    shift -= np.where(np.abs(mean) > count, np.where(mean > 0, 1, -1), 0)
    return np.asarray(deviation + shift[part])


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
