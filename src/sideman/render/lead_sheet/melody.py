"""A melody as it is read: one line, bar by bar, in note values with rests, ties and triplets. Knows no pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sideman.music.band import Note, NoteArray, Role, Track
from sideman.music.time import STEPS_PER_BEAT, BarLines
from sideman.render.score.rhythm import HALF_BAR, Grid, Value, beats_of
from sideman.render.score.spelling import Spelled
from sideman.render.score.voices import Struck, bars_of, written

WIDE_TRIPLETS = {8: "quarter", 16: "half"}  # three quarters in the time of two: values by their steps
QUARTER = 4  # the unit of metres that have them


class Piece(NamedTuple):
    """A note, or a rest, as it is written; tied where a note goes on from the piece before, or into the next."""

    value: Value
    note: Spelled | None
    is_tied_back: bool = False
    is_tied_on: bool = False


Bar = tuple[Piece, ...]  # empty where it rests
Spelling = Callable[[int, int], Spelled]  # of a pitch at a step


def top_line(notes: NoteArray) -> NoteArray:
    """The upper line of notes (notes, 4): never two at once.

    Of what begins together the highest stays. A note that lies below another for more than half of its time is left
    out; where two overlap otherwise the first one ends.
    """
    kept: list[Note] = []
    for row in sorted(notes.tolist(), key=lambda row: (row[0], -row[2])):
        note = Note(*row)
        if kept and kept[-1].onset + kept[-1].duration > note.onset:
            before = kept[-1]
            beside = min(before.onset + before.duration, note.onset + note.duration) - note.onset
            if before.onset == note.onset or (before.pitch > note.pitch and 2 * beside > note.duration):
                continue
            kept[-1] = before._replace(duration=note.onset - before.onset)
        kept.append(note)
    return Track(Role.MELODY, kept).notes


def bars_of_melody(notes: NoteArray, lines: BarLines, count: int, spelled: Spelling) -> list[Bar]:
    """So many bars of a line (notes, 4), whose notes all begin within them."""
    onsets = lines.onsets(count)
    held, grids = written(notes, lines, onsets[-1], overlap=onsets[-1])
    struck = bars_of([note for note in held if note.end > note.start], onsets)
    return [_bar(_line(row), grid, spelled) for row, grid in zip(struck, grids, strict=True)]


def _line(struck: Sequence[Struck]) -> list[Struck]:
    """What is struck, without what is read as struck at the same time, or beside it."""
    line: list[Struck] = []
    for each in struck:
        if line and each.start == line[-1].start:
            line[-1] = max(each, line[-1], key=lambda one: one.tones[-1].note.pitch)
        else:
            if line and line[-1].end > each.start:
                tones = tuple(tone._replace(is_tied_on=False) for tone in line[-1].tones)
                line[-1] = Struck(line[-1].start, each.start, tones)
            line.append(each)
    return line


def _bar(line: Sequence[Struck], grid: Grid, spelled: Spelling) -> Bar:
    if not line:
        return ()
    wide = _wide_triplets(line, grid)
    pieces: list[Piece] = []
    place = 0
    for struck in line:
        pieces += [Piece(value, None) for value in _values(place, struck.start, grid, wide, is_rest=True)]
        tone = struck.tones[-1]
        values = [*_values(struck.start, struck.end, grid, wide)]
        note = spelled(tone.note.pitch, tone.note.start)
        for number, value in enumerate(values):
            is_last = number == len(values) - 1
            pieces.append(Piece(value, note, number > 0 or tone.is_tied_back, not is_last or tone.is_tied_on))
        place = struck.end
    rests = _values(place, grid.meter.steps, grid, wide, is_rest=True)
    return (*pieces, *(Piece(value, None) for value in rests))


def _wide_triplets(line: Sequence[Struck], grid: Grid) -> set[int]:
    """Where halves of the bar begin that are read as three quarters in the time of two."""
    if grid.meter.unit != QUARTER:
        return set()
    edges = {edge for struck in line for edge in (struck.start, struck.end)}
    found = set()
    for start in range(0, grid.meter.steps - HALF_BAR + 1, HALF_BAR):
        within = {edge - start for edge in edges if start < edge < start + HALF_BAR}
        if within and within <= WIDE_TRIPLETS.keys():
            found.add(start)
    return found


def _values(start: int, end: int, grid: Grid, wide: set[int], *, is_rest: bool = False) -> Iterator[Value]:
    """The note values from one step of a bar to another."""
    while start < end:
        half = start // HALF_BAR * HALF_BAR
        if half in wide:
            stop = min(end, half + HALF_BAR)
            if stop - start in WIDE_TRIPLETS:
                yield Value(start, stop - start, WIDE_TRIPLETS[stop - start], is_tuplet=True)
            else:
                yield from grid.values(start, stop)
        else:
            stop = min([end, *(each for each in wide if each > start)])
            yield from _rests(start, stop, grid) if is_rest else grid.values(start, stop)
        start = stop


def _rests(start: int, end: int, grid: Grid) -> Iterator[Value]:
    """Rests show the beats: none goes over one, but for those of half a bar."""
    while start < end:
        beat = next(beat for beat in beats_of(grid.meter) if start < beat.end)
        stop = min(end, beat.end)
        is_half = start % HALF_BAR == 0 and start + HALF_BAR <= end and grid.meter.unit == QUARTER
        if is_half and (grid.meter.steps % HALF_BAR == 0 or grid.meter.steps > HALF_BAR + STEPS_PER_BEAT):
            stop = start + HALF_BAR
        yield from grid.values(start, stop)
        start = stop
