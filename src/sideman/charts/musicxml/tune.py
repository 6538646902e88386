"""A part of a score as a melody: the upper line of its first voice, as it is played. Knows no XML and no files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from sideman.charts.musicxml.assembly import meters_of, steps_of
from sideman.charts.musicxml.score import Note, Part, Score
from sideman.charts.sheet import Sheet
from sideman.errors import UnreadableError
from sideman.music.band import NoteArray
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.roles import SUNG
from sideman.music.time import BarLines

VELOCITY = 80  # of all notes: a score's loudness isn't read
MAX_NOTES = 50_000  # as it is played: hours
MAX_DIGITS = 5  # of a part's number
MAX_NAMES, SHOWN = 8, 32  # names of parts in an error, and their characters


class Tune(NamedTuple):
    """A melody: (notes, 4) in steps, the bars in which it stands, and how many onsets were off the grid."""

    notes: NoteArray
    lines: BarLines
    moved: int


def tune_of(score: Score, sheet: Sheet, chords: Part, wanted: str = "", *, is_written: bool = False) -> Tune:
    """The melody of a score whose ``sheet`` has the chords of a part. ``wanted`` is a part's name, or its number.

    Tied notes are one. It sounds where the part's instrument does; one that ``is_written`` stands as on paper. Raises
    :class:`UnreadableError` where there is no such part, and for more than :data:`MAX_NOTES` notes.
    """
    name = _choose(score, chords, wanted)
    part = score.parts[name]
    lines = _lines((note for note in score.sounding if note.part == name), part.voice)
    for bar, before in part.repeated.items():
        lines.setdefault(bar, lines.get(bar - before, []))
    meters = meters_of(score, chords)
    shift = _written(part) if is_written else 0
    upbeat = len(score.bars) - len(sheet.measures)  # bars that the sheet leaves out
    rows: list[list[int]] = []
    onset = moved = 0
    is_open = False  # a tie, at the last note
    for number in sheet.order:
        meter, quarters = meters[upbeat + number]
        for note in lines.get(upbeat + number, []):
            begin, end = steps_of(note, meter, quarters)
            at, over = onset + round(begin), onset + round(end)
            last = rows[-1] if rows else [0, 0, -1, 0]
            if is_open and note.ends and last[2] == note.pitch + shift and last[0] + last[1] == at:
                last[1] = over - last[0]
            elif begin < meter.steps:
                rows.append([at, max(over - at, 1), note.pitch + shift, VELOCITY])
                moved += begin.denominator > 1
            is_open = note.begins
        onset += meter.steps
        if len(rows) > MAX_NOTES:
            raise UnreadableError(f"the melody has more than {MAX_NOTES:,} notes, with its repeats played")
    return Tune(np.array(rows, np.int32).reshape(-1, 4), sheet.played_lines, moved)


def _written(part: Part) -> int:
    """Semitones from what sounds to what is written, as chords are moved: whole octaves are not."""
    half = PITCH_CLASSES // 2
    return half - (part.transposition + half) % PITCH_CLASSES


def _lines(notes: Iterable[Note], voice: str | None) -> dict[int, list[Note]]:
    """The highest of the notes of a voice that begin together, in each bar that has some."""
    highest: dict[tuple[int, Fraction], Note] = {}
    for note in notes:
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
    names = {part: score.names.get(str(part), "") or str(part) for part in playing}
    if not playing:
        raise UnreadableError("the score has no notes with pitches: give one that has a melody")
    if not wanted:
        sung = [part for part, name in names.items() if any(word in name.lower() for word in SUNG)]
        return [*sung, *(part for part in playing if score.parts[part] is chords), *playing][0]
    found = [part for part, name in names.items() if name.lower() == wanted.strip().lower()]
    if not found and wanted.isascii() and wanted.isdecimal() and len(wanted) < MAX_DIGITS and int(wanted):
        found = playing[int(wanted) - 1 : int(wanted)]
    if len(found) != 1:
        shown = ", ".join(f"{number} {name[:SHOWN]!r}" for number, name in enumerate([*names.values()][:MAX_NAMES], 1))
        raise UnreadableError(f"{len(found)} parts are called {wanted[:SHOWN]!r}: choose one of {shown}")
    return found[0]
