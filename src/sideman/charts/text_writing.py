"""Sheets as text, as :mod:`sideman.charts.text` reads it: a head, ``[Section]`` lines, four bars a line.

Signs are kept where the text is read as the same bars; else all that is played is written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from sideman.charts import text as text_format
from sideman.charts.cells import is_again, parts, spelled
from sideman.charts.labels import label
from sideman.charts.reading import Notes
from sideman.charts.sheet import MAX_TEMPO, MIN_TEMPO, Measure, Sheet, sheet_of
from sideman.charts.source import Source
from sideman.charts.symbols import ANY, is_symbol
from sideman.errors import SidemanError
from sideman.music.progression import Progression
from sideman.music.time import COMMON_TIME, TICKS_PER_BEAT, Meter
from sideman.music.wishes import Wishes

BARS_A_LINE = 4
MOST_PARTS = 8  # of a bar; where it takes more, durations are written
HOLD, AGAIN = "/", "%"
_NO_BRACES = str.maketrans("{}|", "()/")


def write(sheet: Sheet) -> str:
    """The text of a sheet. Raises :class:`OptionError` where there is nothing to play."""
    song = sheet.song()
    text = _text(sheet)
    if is_read_as(text, song.progression):
        return text
    return _text(replace(sheet_of(song), composer=sheet.composer, style=sheet.style))


def head(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Names and values of what the head says."""
    for name, value in (("Title", sheet.title), ("Composer", sheet.composer), ("Style", sheet.style)):
        if value.strip():
            yield name, " ".join(value.replace("|", "/").split())  # a bar line would make a line of chords of it
    if sheet.key is not None:
        yield "Key", sheet.key.name
    if sheet.tempo is not None and MIN_TEMPO <= sheet.tempo <= MAX_TEMPO:
        yield "Tempo", f"{sheet.tempo:g}"
    if sheet.meter != COMMON_TIME:
        yield "Time", str(sheet.meter)


def _text(sheet: Sheet) -> str:
    """The text with all signs."""
    lines = [f"{name}: {value}" for name, value in head(sheet)]
    lines += [""] if lines else []
    row: list[str] = []
    bars = 0
    here = sheet.meter
    for number, measure in enumerate(sheet.measures):
        meter = measure.meter or sheet.meter
        if measure.section:
            lines += [" ".join(row)] if row else []
            lines += [""] if lines and lines[-1] else []
            lines.append(_section(measure.section, measure.wishes))
            row, bars = [], 0
        row += _bar(sheet.measures, number, meter, here, is_first=not row)
        here = meter
        bars += 1
        after = _after(measure)
        row += after
        if bars == BARS_A_LINE or after or measure.times > 2:  # noqa: PLR2004 - a count stands at the end of a line
            lines.append(" ".join(row))
            row, bars = [], 0
    lines += [" ".join(row)] if row else []
    return "\n".join(lines) + "\n"


def _section(name: str, wishes: Wishes) -> str:
    """A line that names a section and what is wanted of it: in brackets, where it is read as the same name."""
    name = " ".join(name.split())
    wanted = f" {wishes}".rstrip()
    found = label(f"[{name}]")
    is_safe = found is not None and found.name == name and found.times == 1 and not is_symbol(name, ANY)
    if is_safe or (len(name) == 1 and name.isupper() and name.isascii()):
        return f"[{name}{wanted}]"
    return f"{{start_of_verse: {name.translate(_NO_BRACES)}{wanted}}}"


def _bar(measures: Sequence[Measure], number: int, meter: Meter, here: Meter, *, is_first: bool) -> list[str]:
    """A bar with the signs before and in it and the bar line behind it; the first of a line has one before it."""
    measure = measures[number]
    words = ["|:"] if measure.repeat else ["|"] if is_first else []
    words += [str(meter)] if meter != here else []
    if measure.endings:
        words.append(f"{','.join(map(str, measure.endings))}.")
    words += ["segno"] if measure.segno else []
    words += ["coda"] if measure.coda else []
    words += _cell(measures, number, meter)
    words += ["to coda"] if measure.to_coda else []
    if measure.ending_stops and not measure.times and number + 1 < len(measures):
        words += [] if measures[number + 1].endings or measures[number + 1].repeat else ["]"]
    words.append(":|" if measure.times else "|")
    if measure.times > 2:  # noqa: PLR2004 - twice is what the sign means
        words.append(f"x{measure.times}")
    return words


def _cell(measures: Sequence[Measure], number: int, meter: Meter) -> list[str]:
    measure = measures[number]
    if not measure.chords:
        return [HOLD] if number else ["N.C."]
    if is_again(measures, number) and not measure.section:
        return [AGAIN]
    found = parts(measure, meter, HOLD)
    return found if len(found) <= MOST_PARTS else _timed(measure, meter)


def _timed(measure: Measure, meter: Meter) -> list[str]:
    """Chords with their durations."""
    ends = [*(tick for tick, _ in measure.chords[1:]), meter.ticks]
    timed = [f"{spelled(chord)}:{_beats(end - tick)}" for (tick, chord), end in zip(measure.chords, ends, strict=True)]
    return timed if measure.chords[0][0] == 0 else [HOLD, *timed]


def _beats(ticks: int) -> str:
    beats = Fraction(ticks, TICKS_PER_BEAT)
    return str(float(beats)) if beats.denominator in (2, 4, 8) else str(beats)


def _after(measure: Measure) -> list[str]:
    """The signs behind a bar."""
    words = ["Fine"] if measure.fine else []
    return [*words, str(measure.jump)] if measure.jump else words


def is_read_as(text: str, progression: Progression) -> bool:
    """Whether a text is read as these chords, whatever is struck anew."""
    try:
        song = text_format.read(Source.of(text), Notes()).song()
    except SidemanError:
        return False
    return sounding(song.progression) == sounding(progression)


def sounding(progression: Progression) -> list[tuple[int, str]]:
    """Where another chord begins, and which: two spans of one chord are as one."""
    found: list[tuple[int, str]] = []
    for span in progression:
        if not found or found[-1][1] != str(span.chord):
            found.append((span.onset, str(span.chord)))
    return [*found, (progression.ticks, "")]
