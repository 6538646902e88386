"""Sheets as ChordPro: directives of the head, and a grid a section, a cell a beat.

Plain repeats keep their signs; endings and jumps, which grids tell in as many ways as there are programs, are written
out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sideman.charts.cells import is_again, parts
from sideman.charts.sheet import Measure, Sheet, sheet_of
from sideman.charts.text_writing import BARS_A_LINE, head, is_read_as
from sideman.music.progression import Chord
from sideman.music.time import Meter

HOLD, AGAIN = ".", "%"
_KINDS = ("chorus", "bridge")  # sections that have a directive of their own; others are verses
_NO_BRACES = str.maketrans("{}", "()")


def write(sheet: Sheet) -> str:
    """The ChordPro text of a sheet. Raises :class:`OptionError` where there is nothing to play."""
    song = sheet.song()
    text = _text(sheet)
    if any(bar.endings or bar.jump for bar in sheet.measures) or not is_read_as(text, song.progression):
        text = _text(replace(sheet_of(song), composer=sheet.composer, style=sheet.style))
    return text


def _text(sheet: Sheet) -> str:
    """The text with plain repeats."""
    lines = [_directive(name.lower(), value) for name, value in head(sheet)]
    begins = [number for number, measure in enumerate(sheet.measures) if number == 0 or measure.section]
    here = sheet.meter
    for begin, end in zip(begins, [*begins[1:], len(sheet.measures)], strict=True):
        name = sheet.measures[begin].section
        kind = next((kind for kind in _KINDS if name and name.lower().startswith(kind)), "verse")
        lines.append("")
        lines += [_directive(f"start_of_{kind}", name)] if name else []
        here = _grids(lines, sheet, begin, end, here)
        lines += [f"{{end_of_{kind}}}"] if name else []
    return "\n".join(lines).lstrip("\n") + "\n"


def _directive(name: str, value: str) -> str:
    words = " ".join(value.split()).translate(_NO_BRACES)
    return f"{{meta: style {words}}}" if name == "style" else f"{{{name}: {words}}}"


def _grids(lines: list[str], sheet: Sheet, begin: int, end: int, here: Meter) -> Meter:
    """The measures of a section, a grid for each metre; gives the last one's."""
    row: list[str] = []
    bars = 0
    open_grid = False
    for number in range(begin, end):
        measure = sheet.measures[number]
        meter = measure.meter or sheet.meter
        if meter != here and open_grid:
            lines += [" ".join(row)] if row else []
            lines.append("{end_of_grid}")
            row, bars, open_grid = [], 0, False
        lines += [f"{{time: {meter}}}"] if meter != here else []
        here = meter
        lines += [] if open_grid else ["{start_of_grid}"]
        open_grid = True
        row += ["|:"] if measure.repeat else [] if row else ["|"]
        row += _cell(sheet.measures, number, meter, begin)
        row.append(":|" if measure.times else "|")
        row += [f"x{measure.times}"] if measure.times > 2 else []  # noqa: PLR2004 - twice is what the sign means
        bars += 1
        if bars == BARS_A_LINE or measure.times > 2:  # noqa: PLR2004
            lines.append(" ".join(row))
            row, bars = [], 0
    lines += [" ".join(row)] if row else []
    lines.append("{end_of_grid}")
    return here


def _cell(measures: Sequence[Measure], number: int, meter: Meter, begin: int) -> list[str]:
    measure = measures[number]
    if number > begin and is_again(measures, number):
        return [AGAIN]
    if number == 0 and not (measure.chords and measure.chords[0][0] == 0):
        measure = replace(measure, chords=((0, Chord.no_chord()), *measure.chords))
    beats = meter.felt_beats
    return parts(measure, meter, HOLD, int(beats) if beats.denominator == 1 else meter.beats)
