"""Sheets as iReal Pro links: what :mod:`sideman.charts.ireal` reads, the other way round.

Signs are kept where the app would follow them to the same bars; else all that is played is written out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sideman.charts.form import unfold
from sideman.charts.ireal_chords import HOLD, bars_of
from sideman.charts.ireal_link import Tune, encode_tune
from sideman.charts.ireal_measures import ROW, measures_of
from sideman.charts.ireal_signs import names_section, sign
from sideman.charts.ireal_spelling import spell, spell_key
from sideman.charts.reading import Notes
from sideman.charts.sheet import Measure, Sheet, sheet_of
from sideman.errors import OptionError
from sideman.music.key import estimate_key
from sideman.music.time import Meter

METERS = "2/2, 3/2, 2/4, 3/4, 4/4, 5/4, 6/4, 7/4, 2/8, 3/8, 4/8, 5/8, 6/8, 7/8, 9/8, 12/8"
MARKS = {"Intro": "*i", "Verse": "*v"}
ABOVE = "*74"  # words above the staff
ENDINGS = range(1, 4)
DEFAULT_STYLE = "Medium Swing"
MAX_TEMPO = 360


class Change(NamedTuple):
    """What the app cannot tell: the number of the measure in the sheet, what is in it, and what is written."""

    measure: int
    was: str
    written: str


class Link(NamedTuple):
    """A link, and where it differs from the sheet."""

    text: str
    changes: tuple[Change, ...]


def write(sheet: Sheet) -> str:
    """The link of a sheet; :func:`link` tells what it changes. Raises :class:`OptionError` as that does."""
    return link(sheet).text


def link(sheet: Sheet) -> Link:
    """The ``irealb://`` link of a sheet.

    Raises :class:`OptionError` where there is nothing to play, and for a metre that the app doesn't have.
    """
    song = sheet.song()
    music, changes = _music(sheet)
    if not _is_followed(music, sheet):
        written_out = replace(sheet_of(song), composer=sheet.composer, style=sheet.style)
        music, changes = _music(written_out)
    key = sheet.key
    if key is None:
        spans = song.progression.spans
        roots = [-1 if span.chord.root_pc is None else span.chord.root_pc for span in spans]
        qualities = [span.chord.model_quality for span in spans]
        key = estimate_key(np.array(roots), np.array(qualities), np.array([span.duration for span in spans]))
    tune = Tune(
        title=re.sub(r"^The (.+)", r"\1, The", sheet.title),
        composer=sheet.composer,
        style=sheet.style or DEFAULT_STYLE,
        key=spell_key(key),
        music=music,
        tempo=None if sheet.tempo is None else min(max(round(sheet.tempo), 1), MAX_TEMPO),
    )
    return Link(encode_tune(tune), tuple(changes))


def _is_followed(music: str, sheet: Sheet) -> bool:
    """Whether the signs that are written lead to the bars that are played. The app knows no bare D.C. or D.S."""
    if any(measure.jump and measure.jump.until == "end" for measure in sheet.measures):
        return False
    notes = Notes()
    measures, bars = measures_of(bars_of(music, notes), notes)
    sign(bars, measures, notes)
    return len(measures) == len(sheet.measures) and unfold(measures) == sheet.order


def _music(sheet: Sheet) -> tuple[str, list[Change]]:
    """The chord string of a sheet."""
    changes: list[Change] = []
    parts: list[str] = []
    meter: Meter | None = None
    measures = sheet.measures
    for number, measure in enumerate(measures):
        following = measures[number + 1] if number + 1 < len(measures) else None
        own = measure.meter or sheet.meter
        parts.append(_begin(measure, parts[-1] if parts else "", number, changes))
        if own != meter:
            parts.append(_time(own))
            meter = own
        parts.append(_words(measure))
        parts.append(_cells(measure, own, number, changes))
        parts.append(_close(measure, following))
    return "".join(parts), changes


def _begin(measure: Measure, line: str, number: int, changes: list[Change]) -> str:
    """What stands before the time signature: bar line, section, segno and coda."""
    opening = "{" if measure.repeat else "[" if line in ("", "]") else ""
    section = measure.section or ""
    mark = MARKS.get(section, f"*{section}" if re.fullmatch("[A-UW-Z]", section) else "")
    if section and not mark:
        plain = " ".join(re.sub(r"[<>*=]", " ", section).split())
        if names_section(plain):
            mark = f"<{ABOVE}{plain}>"
        if plain != section or not mark:
            changes.append(Change(number, section, plain if mark else ""))
    return f"{opening}{mark}{'S' if measure.segno else ''}{'Q' if measure.coda else ''}"


def _time(meter: Meter) -> str:
    if str(meter) not in METERS.split(", "):
        raise OptionError(f"iReal Pro has no bars of {meter}: it has {METERS}")
    return "T12" if meter.beats > 9 else f"T{meter.beats}{meter.unit}"  # noqa: PLR2004 - two digits: 12/8


def _words(measure: Measure) -> str:
    """Endings, and words that tell where to go."""
    words = [f"N{number}" for number in measure.endings]
    if measure.times > 2:  # noqa: PLR2004 - two is what a repeat sign says
        words.append(f"<{measure.times}x>")
    if measure.fine:
        words.append("<Fine>")
    if measure.jump:
        until = {"fine": " al Fine", "coda": " al Coda"}.get(measure.jump.until, "")
        words.append(f"<D.{'S' if measure.jump.to == 'segno' else 'C'}.{until}>")
    return "".join(words)


def _close(measure: Measure, following: Measure | None) -> str:
    if measure.times:
        return "}"
    if following is None:
        return "Z"
    is_end = measure.jump or measure.ending_stops or following.repeat or following.section is not None or following.coda
    return "]" if is_end else "|"


def _cells(measure: Measure, meter: Meter, number: int, changes: list[Change]) -> str:
    """The cells of a bar: four, or one for each beat."""
    beats = _beats(measure, meter)
    cells: list[str] = [""] * beats
    place = -1
    chords = measure.chords
    for index, (tick, chord) in enumerate(chords):
        spelled = spell(chord)
        wanted = round(tick * beats / meter.ticks)
        place = max(place + 1, min(wanted, beats - len(chords) + index))
        if place >= beats:
            changes.append(Change(number, chord.written, ""))
            continue
        cells[place] = spelled.text
        if not spelled.is_exact:
            changes.append(Change(number, chord.written, spelled.text))
        if place * meter.ticks != tick * beats:
            changes.append(Change(number, f"{chord.written} at {tick}t", f"{spelled.text} in cell {place + 1}"))
    return _lay_out(cells, "Q" if measure.to_coda else "")


def _beats(measure: Measure, meter: Meter) -> int:
    """Parts of a bar that are told apart: its beats, or eighths where dotted beats are not enough."""
    felt = int(meter.felt_beats) if meter.is_compound else meter.beats
    if felt == 2:  # noqa: PLR2004 - half of a row's cells: each can be parted
        return ROW if all(tick * ROW % meter.ticks == 0 for tick, _ in measure.chords) else meter.beats
    is_enough = all(tick * felt % meter.ticks == 0 for tick, _ in measure.chords)
    return felt if is_enough or not meter.is_compound else meter.beats


def _lay_out(cells: list[str], last_mark: str) -> str:
    """Cells as text. A bar begins with something; one of three beats is stretched to fill its place in the row.

    A mark belongs to the cell behind it, so ``last_mark`` stands before the last.
    """
    begin = next((place for place, cell in enumerate(cells) if cell), 1)
    cells = [HOLD] * begin + cells[begin:]
    if not any(cells[1:]):
        cells = cells[:1] + [""] * (ROW - 1)
    elif len(cells) == ROW - 1:
        cells = [cells[0], "", *(cell or HOLD for cell in cells[1:])]
    texts = [f"{cell}," if cell and cell != HOLD and after else cell or " " for cell, after in pairwise([*cells, "|"])]
    return "".join([*texts[:-1], last_mark, texts[-1]])
