"""Somebody's own track as parts of the language: on its grid, with a count of what that changed. Knows no files."""

from __future__ import annotations

from sideman.errors import OptionError
from sideman.music.band import NoteArray, Role
from sideman.tokens.chart import Chart
from sideman.tokens.encode import encode_bars
from sideman.tokens.grid import GridLoss, to_grid
from sideman.tokens.parts import Part, parts_of


def own_parts(role: Role, notes: NoteArray, chart: Chart) -> tuple[tuple[Part, ...], GridLoss]:
    """The part of each bar of a chart, from notes (notes, 4) in steps from its start.

    Raises :class:`OptionError` where none of them can be played there.
    """
    placed, loss = to_grid(role, notes, chart.steps, chart.shift, chart.lines)
    if not len(placed):
        raise OptionError(f"own part of {role}: no note of it lies within the chart and can be played by {role}")
    bars = parts_of(encode_bars([(role, placed)], chart, density=True))
    return tuple(bar[role] for bar in bars), loss
