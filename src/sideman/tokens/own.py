"""Somebody's own notes as parts of the language: on its grid, with a count of what that changed. Knows no files."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from sideman.errors import OptionError
from sideman.music.band import ONSET, VELOCITY, NoteArray, Role
from sideman.tokens.chart import Chart
from sideman.tokens.drum_hits import HITS
from sideman.tokens.encode import encode_bars
from sideman.tokens.form import bars_of
from sideman.tokens.grid import DRUM_DURATION, GridLoss, levelled, placed, to_grid
from sideman.tokens.parts import Part, parts_of
from sideman.tokens.vocabulary import LENGTHS, VOCABULARY

Velocities = tuple[int, ...]  # of the notes of a part, by onset, then pitch


def own_parts(role: Role, notes: NoteArray, chart: Chart) -> tuple[tuple[Part, ...], GridLoss]:
    """The part of each bar of a chart, from notes (notes, 4) in steps from its start.

    Raises :class:`OptionError` where none of them can be played there.
    """
    rows, loss = to_grid(role, notes, chart.steps, chart.shift, chart.lines)
    if not len(rows):
        raise OptionError(f"own part of {role}: no note of it lies within the chart and can be played by {role}")
    return _parts(role, rows, chart), loss


def edited_parts(
    role: Role, notes: NoteArray, chart: Chart, bars: Iterable[int]
) -> tuple[tuple[Part, ...], tuple[Velocities, ...], GridLoss]:
    """The parts of some bars of a chart, from their notes (notes, 4), how loud each is, and what the grid changed.

    Where no note is, the role rests.
    """
    rows, loss = placed(role, notes, chart.steps, chart.shift)
    parts, bar = _parts(role, levelled(rows, chart.lines)[0], chart), bars_of(rows[:, ONSET], chart.lines)
    wanted = [*bars]
    velocities = tuple(tuple(rows[bar == number, VELOCITY].tolist()) for number in wanted)
    return tuple(parts[number] for number in wanted), velocities, loss


def _parts(role: Role, rows: NoteArray, chart: Chart) -> tuple[Part, ...]:
    return tuple(bar[role] for bar in parts_of(encode_bars([(role, rows)], chart, density=True)))


def part_notes(part: Part, onset: int, shift: int, velocities: Velocities) -> NoteArray:
    """The notes (notes, 4) of a part of a bar that begins at ``onset``, by onset, then pitch; ``shift`` as in a chart.

    There must be as many ``velocities`` as :func:`note_count` says.
    """
    rows = [
        (onset + step, length, pitch if is_drum else pitch - shift, velocity)
        for (step, length, pitch, is_drum), velocity in zip(_rows(part), velocities, strict=True)
    ]
    return np.array(rows, np.int32).reshape(-1, 4)


def note_count(part: Part) -> int:
    """How many notes a part has."""
    return len(_rows(part))


@lru_cache(4096)  # a piece is read for each request
def _rows(part: Part) -> tuple[tuple[int, int, int, bool], ...]:
    """The step in the bar, length and pitch of each note of a part, and whether it is a drum."""
    rows: list[tuple[int, int, int, bool]] = []
    step, length = 0, 0
    for token in part:
        kind, value = VOCABULARY.kind(token), VOCABULARY.value(token)
        if kind == "position":
            step = value
        elif kind == "length":
            length = LENGTHS[value]
        elif kind == "pitch":
            rows.append((step, length, value, False))
        elif kind == "hit":
            rows += [(step, DRUM_DURATION, pitch, True) for pitch in HITS[value]]
    return tuple(sorted(rows, key=lambda row: (row[0], row[2])))
