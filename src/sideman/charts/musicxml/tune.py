"""A part of a score as a melody: the upper line of its first voice, as it is played. Knows no XML and no files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from sideman.charts.musicxml.assembly import meters_of
from sideman.charts.musicxml.score import Note, Part, Score
from sideman.charts.sheet import Sheet
from sideman.errors import UnreadableError
from sideman.music.band import NoteArray
from sideman.music.roles import SUNG
from sideman.music.time import BarLines, Meter

VELOCITY = 80  # of all notes: a score's loudness isn't read
MAX_DIGITS = 5  # of a part's number
MAX_NAMES, SHOWN = 8, 32  # names of parts in an error, and their characters


class Tune(NamedTuple):
    """A melody: (notes, 4) in steps, the bars in which it stands, and how many onsets were off the grid."""

    notes: NoteArray
    lines: BarLines
    bars: int
    moved: int


def tune_of(score: Score, sheet: Sheet, chords: Part, wanted: str = "") -> Tune:
    """The melody of a score whose ``sheet`` has the chords of a part. ``wanted`` is a part's name, or its number.

    Tied notes are one. Raises :class:`UnreadableError` where there is no such part.
    """
    part = _choose(score, chords, wanted)
    lines = _lines(note for note in score.sounding if note.part == part)
    for bar, before in score.parts[part].repeated.items():
        lines.setdefault(bar, lines.get(bar - before, []))
    meters = meters_of(score, chords)
    upbeat = len(score.bars) - len(sheet.measures)  # bars that the sheet leaves out
    rows: list[list[int]] = []
    onset = moved = 0
    for number in sheet.order:
        meter, quarters = meters[upbeat + number]
        placed = [(*_place(note, meter, quarters), note) for note in lines.get(upbeat + number, [])]
        for begin, end, note in placed:
            last = rows[-1] if rows else None
            at, over = onset + round(begin), onset + round(end)
            if note.tied and last is not None and last[2] == note.pitch and last[0] + last[1] == at:
                last[1] = over - last[0]
            else:
                rows.append([at, max(over - at, 1), note.pitch, VELOCITY])
                moved += begin.denominator > 1
        onset += meter.steps
    notes = np.array(rows, np.int32).reshape(-1, 4)
    return Tune(notes, sheet.played_lines, len(sheet.order), moved)


def _place(note: Note, meter: Meter, quarters: Fraction) -> tuple[Fraction, Fraction]:
    """Where a note begins and ends in its bar, in steps."""
    return note.at * meter.steps / quarters, (note.at + note.quarters) * meter.steps / quarters


def _lines(notes: Iterable[Note]) -> dict[int, list[Note]]:
    """The highest of the notes that begin together, of the first voice, in each bar that has some."""
    voice = None
    highest: dict[tuple[int, Fraction], Note] = {}
    for note in notes:
        voice = note.voice if voice is None else voice
        place = note.bar, note.at
        if note.voice == voice and (place not in highest or highest[place].pitch < note.pitch):
            highest[place] = note
    lines: dict[int, list[Note]] = defaultdict(list)
    for (bar, _), note in sorted(highest.items()):
        lines[bar].append(note)
    return dict(lines)


def _choose(score: Score, chords: Part, wanted: str) -> int | str:
    """The part of this name or number; without one the sung part, that with the chords, or the first one."""
    playing = list(dict.fromkeys(note.part for note in score.sounding))
    names = [score.names.get(str(part), "") or str(part) for part in playing]
    if wanted:
        named = [part for part, name in zip(playing, names, strict=True) if name.lower() == wanted.strip().lower()]
        is_number = wanted.isascii() and wanted.isdecimal() and len(wanted) < MAX_DIGITS and int(wanted)
        found: Sequence[int | str] = named or (playing[int(wanted) - 1 : int(wanted)] if is_number else [])
    else:
        sung = [part for part, name in zip(playing, names, strict=True) if any(word in name.lower() for word in SUNG)]
        found = sung if len(sung) == 1 else [part for part in playing if score.parts[part] is chords] or playing[:1]
    if len(found) != 1:
        shown = ", ".join(f"{number} {name[:SHOWN]!r}" for number, name in enumerate(names[:MAX_NAMES], 1))
        raise UnreadableError(f"{len(found)} parts for the melody, choose one of: {shown or 'none, it has no note'}")
    return found[0]
