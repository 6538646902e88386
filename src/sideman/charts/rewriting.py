"""Bars in a text written anew, in the notation of their lines. What they mean is for others to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from sideman.charts.places import BETWEEN_BARS, Line, Put, Unit, cell, cut, fit, lines_of, names_of, span
from sideman.charts.pouring import poured

STYLES = ("parts", "beats", "dots", "slashes", "durations", "lines")


def rewrite(text: str, units: Sequence[Unit], style: str) -> str | None:
    """The text with other bars, written in one of :data:`STYLES`; None where that has no way to write them."""
    names = names_of(text, units)
    puts: list[Put] = []
    for line in lines_of(text, units, names):
        if not any(unit.is_touched for unit in line.units):
            continue
        found = _barred(line, style) if line.kind == "barred" else poured(line, style)
        if found is None:
            return None
        puts += found
    for put in sorted(puts, reverse=True):
        text = text[: put.start] + put.text + text[put.end :]
    return text


def _barred(line: Line, style: str) -> list[Put] | None:
    puts: list[Put] = []
    between = _separator(line) or " | "
    for at, unit in enumerate(line.units):
        if not unit.is_touched:
            continue
        start, end = span(line, at)
        if not unit.after:
            puts.append(cut(line, at))
            continue
        cells = [cell(line, bar, style) for bar in unit.after]
        if len(cells) > 1 and unit.before[0] in unit.after:
            cells[unit.after.index(unit.before[0])] = line.text[start:end]  # others come before or behind it
        written = [cell for cell in cells if cell is not None]
        if len(written) < len(cells):
            return None
        puts.append(fit(line, start, end, between.join(written)))
    return puts


def _separator(line: Line) -> str:
    """What stands between two bars of a line with bar lines, nothing where there aren't two."""
    for (_, end), (start, _) in pairwise(unit.place for unit in line.units):
        if BETWEEN_BARS.fullmatch(line.text, end, start):
            return re.sub(r"\s+", " ", line.text[end:start])
    return ""
