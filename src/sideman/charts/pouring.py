"""Bars that change in lines without bar lines: chords alone, or in brackets among words, each with its beats.

What they mean is for others to read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from sideman.charts.places import Bar, Line, Put, Unit, beats_of, blank, cell, cut, fit, span
from sideman.music.progression import Chord
from sideman.music.time import TICKS_PER_BEAT

MOST_DOTS = 8  # behind a chord
HELD_BAR = "--"  # in a line without bar lines, where a slash would count beats


def poured(line: Line, style: str) -> list[Put] | None:
    """Rows of units that change, each as chords with as many beats as they last."""
    if style == "lines":
        return _with_lines(line) if line.kind == "plain" else None
    puts: list[Put] = []
    at = 0
    while at < len(line.units):
        last = at
        while last < len(line.units) and line.units[last].is_touched:
            last += 1
        if last == at:
            at += 1
            continue
        while at > 0 and _is_held(line.units[at:last]) and not puts:
            at -= 1
        words = _words(line, [bar for unit in line.units[at:last] for bar in unit.after], style)
        if words is None:
            return None
        if not words and last - at == len(line.units) and line.kind == "plain":
            puts.append(blank(line))
        elif not words:
            puts += [cut(line, number) for number in range(at, last)]
        else:
            puts += (_brackets if line.kind == "inline" else _spread)(line, at, last, words)
        at = last
    return puts


def _is_held(row: Sequence[Unit]) -> bool:
    bars = [bar for unit in row for bar in unit.after]
    return bool(bars) and not (bars[0].chords and bars[0].chords[0][0] == 0)


def _words(line: Line, bars: Sequence[Bar], style: str) -> list[str] | None:
    """Chords and marks of bars; None where one can't be written."""
    if not bars:
        return []
    total, onsets = 0, []
    starts = set()
    for bar in bars:
        starts.add(total)
        onsets += [(total + tick, chord) for tick, chord in bar.chords]
        total += bar.meter.ticks
    if not onsets:
        return [HELD_BAR] * len(bars)
    ticks = bars[0].meter.ticks
    words: list[str] = []
    if onsets[0][0]:
        if onsets[0][0] % ticks:
            return None
        words = [HELD_BAR] * (onsets[0][0] // ticks)
    if style == "parts" and any(tick not in starts for tick, _ in onsets):
        return [line.name(chord) for _, chord in onsets]  # where chords share bars
    ends = [*(onset for onset, _ in onsets[1:]), total]
    shared = _sharing(onsets, ends) if style == "dots" else {}
    for (onset, chord), end in zip(onsets, ends, strict=True):
        beat = onset // TICKS_PER_BEAT
        if beat in shared:
            if onset % TICKS_PER_BEAT == 0:
                words.append(f"[{' '.join(map(line.name, shared[beat]))}]")
            continue
        written = _lasting(line, line.name(chord), end - onset, ticks, onset in starts, style)
        if written is None:
            return None
        words += written
    return words


def _sharing(onsets: Sequence[tuple[int, Chord]], ends: Sequence[int]) -> dict[int, list[Chord]]:
    """The beats that chords share evenly, which are written in brackets in a line with dots."""
    by_beat: dict[int, list[int]] = {}
    for at, (onset, _) in enumerate(onsets):
        by_beat.setdefault(onset // TICKS_PER_BEAT, []).append(at)
    found = {}
    for beat, row in by_beat.items():
        even = {ends[at] - onsets[at][0] for at in row} == {TICKS_PER_BEAT // len(row)}
        if len(row) > 1 and even and onsets[row[0]][0] % TICKS_PER_BEAT == 0:
            found[beat] = [onsets[at][1] for at in row]
    return found


def _lasting(line: Line, name: str, duration: int, bar: int, is_first: bool, style: str) -> list[str] | None:
    """A chord with what tells how long it lasts."""
    beats = Fraction(duration, TICKS_PER_BEAT)
    if style in ("durations", "slashes") and line.kind == "inline":
        return None
    if style == "durations":
        return [f"{name}:{beats_of(duration)}"]
    if style == "slashes":
        return [name, *["/"] * (int(beats) - 1)] if beats.denominator == 1 else None
    if duration == bar and style != "dots":
        return [name]
    if is_first and duration % bar == 0:
        return [name, *[HELD_BAR] * (duration // bar - 1)]
    if beats.denominator != 1:
        return None
    if beats <= MOST_DOTS:
        return [name + "." * int(beats)]
    rest = duration % bar
    return [name + "." * (rest // TICKS_PER_BEAT), *[HELD_BAR] * (duration // bar)] if rest else None


def _spread(line: Line, at: int, last: int, words: Sequence[str]) -> list[Put]:
    """Words in place of units: one for one where they are as many, so that each keeps its column."""
    places = [span(line, number) for number in range(at, last)]
    single = min(len(words), len(places)) - 1  # those before have a place each
    puts = [fit(line, *place, word) for place, word in zip(places[:single], words, strict=False)]
    return [*puts, fit(line, places[single][0], places[-1][1], _gap(line).join(words[single:]))]


def _brackets(line: Line, at: int, last: int, words: Sequence[str]) -> list[Put]:
    """Words in place of chords in brackets: one for one, further ones in brackets of their own behind the last."""
    puts = []
    for number, unit in enumerate(range(at, last)):
        start, end = span(line, unit)
        if number >= len(words):
            puts.append(Put(start - 1, end + 1, ""))
        elif unit == last - 1:
            puts.append(Put(start, end, "][".join(words[number:])))
        else:
            puts.append(Put(start, end, words[number]))
    return puts


def _with_lines(line: Line) -> list[Put] | None:
    """The line with bar lines: for what can't be told without."""
    puts = []
    for at, unit in enumerate(line.units):
        start, end = span(line, at)
        cells = [cell(line, bar, "parts") for bar in unit.after]
        if not all(cells):
            return None
        is_last = at == len(line.units) - 1
        written = line.text[start:end] if unit.before == unit.after else " | ".join(cell or "" for cell in cells)
        puts.append(fit(line, start, end, f"{'' if at else '| '}{written} |" if cells or is_last else ""))
    return puts


def _gap(line: Line) -> str:
    """What parts two chords of a line."""
    for (_, end), (start, _) in pairwise(unit.place for unit in line.units):
        between = line.text[end:start]
        if re.fullmatch(r"\s*(?:[-–—,;/→>]{1,2})\s*", between):
            return between
        if between == " ":
            return " "
    return "  "
