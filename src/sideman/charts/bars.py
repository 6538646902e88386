"""Pieces of lines to measures: how chords share a bar, what "again" repeats, where repeats begin and end.

Knows no lines of words and no heads. A cell between bar lines is a bar; a line without bar lines is a chord a bar,
unless dots, slashes or durations count its beats.
"""

from __future__ import annotations

from collections.abc import Sequence

from sideman.charts.heads import meter_of
from sideman.charts.lexing import Piece
from sideman.charts.reading import Notes
from sideman.charts.sheet import MAX_TIMES, Measure
from sideman.charts.spelling import Spelling
from sideman.charts.staff import MAX_MEASURES, Staff
from sideman.charts.timing import (
    bars_of,
    chord_of,
    duration_fault,
    durations,
    has_dots,
    parts,
    row_of,
    share,
    ticks_of,
    timed_words,
    uneven,
    without_separators,
)
from sideman.errors import ChordSyntaxError
from sideman.music.progression import Chord
from sideman.music.song import Place
from sideman.music.time import COMMON_TIME, TICKS_PER_BEAT, Meter

_HELD = ("hold", "again")


class Bars(Staff):
    """The measures of a chart, written line by line. Faults are collected, not raised."""

    def __init__(self, notes: Notes, spelling: Spelling, meter: Meter = COMMON_TIME) -> None:
        super().__init__(notes, meter)
        self.faults: list[ChordSyntaxError] = []
        self._spelling = spelling

    def write_line(self, pieces: Sequence[Piece], *, is_barred: bool) -> None:
        """A line of chords, with bar lines or without. A count may stand before it, ``2x C G``, if it has no other."""
        self.begin_line()
        self._check(pieces)
        lead = _leading_count(pieces)
        rest = [piece for piece in pieces if piece is not lead]
        (self._write_barred if is_barred else self._write_plain)(rest)
        if lead is not None and any(piece.kind == "times" for piece in rest):
            self.pass_over(lead)
        elif lead is not None:
            self.count(lead, whole=False)

    def _write_barred(self, pieces: Sequence[Piece]) -> None:
        """A line with bar lines. Where durations pay no heed to bars, lines between chords are none."""
        timed = [piece for piece in pieces if piece.kind not in ("bar", "comment")]
        if timed and all(piece.duration for piece in timed) and not self._are_bars(pieces):
            self._pour(durations(timed, self.here), Place(timed[0].start, timed[-1].end))
            return
        cell: list[Piece] = []
        bar: Piece | None = None
        for piece in pieces:
            match piece.kind:
                case "bar":
                    if cell:
                        self._write(cell)
                    elif bar is not None and bar.end < piece.start and bar.text == piece.text == "|":
                        self._hold(Place(bar.end, piece.start))
                    cell, bar = [], piece
                    self.cross(piece)
                    continue
                case "open":
                    cell = self._write(cell)
                    self.begin_ending()
                case "close":
                    cell = self._write(cell)
                    if self.measures:
                        self.measures[-1].ending_stops = True
                case "ending":
                    cell = self._write(cell)
                    self.endings = piece.numbers
                case "times" if bar is not None and bar.begins:
                    self.count_ahead(piece)
                case "times":
                    row = int(bool(cell) and row_of(cell) == len(cell))
                    cell = self._write(cell)
                    self.count(piece, whole=True, row=row)
                case "meter":
                    cell = self._write(cell)
                    self._change(piece)
                case "sign":
                    if piece.jump or piece.sign in ("fine", "to coda"):  # it stands behind its bar
                        cell = self._write(cell)
                    self.sign(piece, in_cell=bool(cell))
                case "comment" if piece.text[0] != "(":
                    break
                case "separator" | "comment":
                    continue
                case _:
                    cell.append(piece)
            bar = None
        self._write(cell)

    def _are_bars(self, pieces: Sequence[Piece]) -> bool:
        """Whether timed chords between bar lines last whole bars, or the lines are repeat signs."""
        length, is_whole = 0, True
        for piece in pieces:
            if piece.begins or piece.ends or piece.number:
                return True
            is_whole &= piece.kind != "bar" or length % self.here.ticks == 0
            length = 0 if piece.kind == "bar" else length + ticks_of(piece)
        return is_whole

    def _write_plain(self, pieces: Sequence[Piece]) -> None:
        """A line without bar lines."""
        run: list[Piece] = []
        for piece in pieces:
            match piece.kind:
                case "times":
                    rest = run[: len(run) - row_of(run)]
                    if has_dots(run) or all(piece.of > 1 for piece in rest):
                        rest = run
                    self._spread(rest)
                    before = len(self.measures)
                    self._spread(run[len(rest) :])
                    run = []
                    self.count(piece, whole=self._line == len(self.measures), row=len(self.measures) - before)
                case "sign":
                    self._spread(run)
                    run = []
                    self.sign(piece, in_cell=False)
                case "ending":
                    self._spread(run)
                    run = []
                    self.endings = piece.numbers
                case "meter":
                    self._change(piece)
                case "comment" if piece.text[0] != "(":
                    break
                case "separator" | "open" | "close" | "comment":
                    continue
                case _:
                    run.append(piece)
        self._spread(run)

    # What a line is made of.

    def _check(self, pieces: Sequence[Piece]) -> None:
        """The durations and counts of a line: each that can't be is a fault."""
        for piece in pieces:
            fault = duration_fault(piece) if piece.duration else None
            if fault is not None:
                self.faults.append(fault)
            elif piece.kind == "times" and not 1 <= piece.number <= MAX_TIMES:
                remedy = f"what is played again has x2 to x{MAX_TIMES}; take out what isn't played"
                self.faults.append(ChordSyntaxError("unknown count", piece.text, piece.start + 1, remedy))

    def _write(self, cell: list[Piece]) -> list[Piece]:
        """A cell as a measure, or as several where durations are written. Returns the next cell, empty."""
        if len(cell) == 1 and cell[0].kind == "chord" and not (cell[0].duration or "/" in cell[0].text):
            place = Place(cell[0].start, cell[0].end)
            self.add(Measure(tuple(self._shared(cell, place)), place=place))
            return []
        cell = timed_words(cell, self._spelling.reads)
        self._faults([piece for piece in cell if piece.kind == "word"])
        optional = [piece for piece in cell if piece.kind == "optional"]
        items = [piece for piece in cell if piece.kind in ("chord", "again two", *_HELD)]
        if items and any(self._is_played(piece, likely=False) for piece in optional):
            items = [part for piece in cell for part in (parts(piece) if piece.kind == "optional" else [piece])]
            items = [piece for piece in items if piece.kind in ("chord", "again two", *_HELD)]
        items = items or [part for piece in optional for part in parts(piece)]
        if not items:
            return []
        place = Place(items[0].start, items[-1].end)
        chords = [piece for piece in items if piece.kind == "chord"]
        if not chords:
            self._again(items, place)
        elif any(piece.duration for piece in chords):
            self._pour(durations(items, self.here), place)
        else:
            self.add(Measure(tuple(self._shared(items, place)), place=place))
        return []

    def _is_played(self, piece: Piece, *, likely: bool) -> bool:
        """Whether a chord in parentheses is, beside others: likely in a line without bar lines."""
        answers = ("played", "left out") if likely else ("left out", "played")
        return self._notes.ask("optional", answers, Place(piece.start, piece.end), piece.text) == "played"

    def _again(self, marks: Sequence[Piece], place: Place) -> None:
        """A cell without a chord of its own."""
        if marks[0].kind == "hold":
            self._hold(place)
            return
        count = 2 if marks[0].kind == "again two" else 1
        before = self.measures[-count:]
        if len(before) < count:
            remedy = f"{marks[0].text} repeats what stands before it"
            self.faults.append(ChordSyntaxError("nothing to repeat", marks[0].text, place.start + 1, remedy))
            return
        for measure in [*before]:
            self.add(Measure(measure.chords or self._sounding(), measure.meter, place))

    def _hold(self, place: Place) -> None:
        self.add(Measure(() if self.measures else ((0, Chord.no_chord()),), place=place))

    def _sounding(self) -> tuple[tuple[int, Chord], ...]:
        return next((((0, measure.chords[-1][1]),) for measure in reversed(self.measures) if measure.chords), ())

    def _shared(self, items: Sequence[Piece], place: Place) -> list[tuple[int, Chord]]:
        """The chords of a bar and their onsets in ticks: an even share each, or as many beats as dots."""
        if len(items) == 1 and items[0].kind == "chord":
            chord = self._chord(items[0])
            return [] if chord is None else [(0, chord)]
        onsets, assumed = share(items, self.here)
        if assumed == "even":
            assumed = self._notes.ask("share", ("even", "first longer"), place)
            onsets = onsets if assumed == "even" else uneven(self.here.ticks, len(items))
        elif assumed:
            self._notes.note("share", assumed, (), place)
        found: list[tuple[int, Chord]] = []
        for piece, onset in zip(items, onsets, strict=True):
            if piece.kind == "chord":
                chord = self._chord(piece)
                if chord is not None and onset < self.here.ticks and (not found or onset > found[-1][0]):
                    found.append((onset, chord))
        return found

    def _spread(self, run: Sequence[Piece]) -> None:
        """A line of chords without bar lines."""
        items = self._played(run)
        if not items:
            return
        place = Place(items[0].start, items[-1].end)
        if any(piece.duration for piece in items):
            self._pour(durations(items, self.here), place)
        elif has_dots(items):
            bar, beat = self.here.ticks, TICKS_PER_BEAT
            self._pour([(chord_of(piece), piece.beats * beat // piece.of or bar) for piece in items], place)
        elif any(piece.kind == "hold" and piece.text in "/.-–—_" for piece in items) and items[0].kind == "chord":
            beats = [(chord_of(piece), TICKS_PER_BEAT * max(piece.number, 1) // piece.of) for piece in items]
            self._pour(beats, place)
        elif all(piece.kind != "chord" for piece in items):
            for piece in items:
                self._again_line(piece)
        else:
            self._bar_each(items, place)

    def _played(self, run: Sequence[Piece]) -> list[Piece]:
        """The chords and marks of a line without bar lines."""
        if all(piece.kind == "chord" for piece in run):
            return [*run]
        self._faults([piece for piece in run if piece.kind == "word"])
        optional = [piece for piece in run if piece.kind == "optional"]
        played = [self._is_played(piece, likely=True) for piece in optional if len(optional) < len(run)]
        if not all(played):
            run = [piece for piece in run if piece.kind != "optional"]
        items = [part for piece in run for part in (parts(piece) if piece.kind == "optional" else [piece])]
        return without_separators([piece for piece in items if piece.kind != "word"])

    def _bar_each(self, items: Sequence[Piece], place: Place) -> None:
        bars = bars_of(items)
        answer = self._notes.ask("bars", ("chord", "two", "line"), place) if len(bars) > 1 else "chord"
        count = {"chord": 1, "two": 2, "line": len(bars)}[answer]
        for first in range(0, len(bars), count):
            part = [piece for bar in bars[first : first + count] for piece in bar]
            spot = Place(part[0].start, part[-1].end)
            if part[0].kind != "chord" and all(piece.kind in ("again", "again two", "hold") for piece in part):
                self._again(part[:1], spot)
            else:
                self.add(Measure(tuple(self._shared(part, spot)), place=spot))

    def _again_line(self, piece: Piece) -> None:
        """A mark alone: ``%%`` in a line of its own is the line before, others a bar."""
        place = Place(piece.start, piece.end)
        if piece.text == "%%":
            for measure in self.measures[self._last_line : self._line]:
                self.add(Measure(measure.chords, measure.meter, place))
        else:
            self._again([piece], place)

    def _pour(self, timed: Sequence[tuple[Piece | None, int]], place: Place) -> None:
        """Chords with durations into bars, from the beginning of one on; the last one is held to its end."""
        ticks, onset = self.here.ticks, 0
        bars: list[list[tuple[int, Chord]]] = [[]]
        spots: list[Place] = [place]
        for piece, duration in timed:
            while onset >= ticks and len(bars) + len(self.measures) < MAX_MEASURES:
                bars.append([])
                spots.append(spots[-1])
                onset -= ticks
            if piece is not None:
                chord = self._chord(piece)
                if chord is not None and onset < ticks:
                    spots[-1] = Place(spots[-1].start if bars[-1] else piece.start, piece.end)
                    bars[-1].append((onset, chord))
            onset += duration
        while onset > ticks and len(bars) + len(self.measures) < MAX_MEASURES:
            bars.append([])
            spots.append(spots[-1])
            onset -= ticks
        for chords, spot in zip(bars, spots, strict=True):
            self.add(Measure(tuple(chords), place=spot))

    def _change(self, piece: Piece) -> None:
        meter = meter_of(piece.text)
        if meter is None:
            remedy = "metres are written as 3/4, 4/4, 6/8"
            self.faults.append(ChordSyntaxError("unknown metre", piece.text, piece.start + 1, remedy))
            return
        self.change_meter(meter)

    def _chord(self, piece: Piece) -> Chord | None:
        try:
            return self._spelling.chord(piece.text, piece.start, piece.end)
        except ChordSyntaxError as error:
            self.faults.append(error)
            return None

    def _faults(self, words: Sequence[Piece]) -> None:
        for word in words:
            self._chord(word)


def _leading_count(pieces: Sequence[Piece]) -> Piece | None:
    """The count that stands before the chords of a line, with a bar line before it or without; None where none does."""
    bar = pieces[0] if pieces[0].kind == "bar" else None
    if bar is not None and (bar.begins or bar.ends):
        return None
    lead, *rest = pieces[bar is not None :] or pieces
    followed = rest[:1] if bar is not None else rest  # | x2 | C | counts what is before it
    return lead if lead.kind == "times" and any(piece.kind in ("chord", "optional") for piece in followed) else None
