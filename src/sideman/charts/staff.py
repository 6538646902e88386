"""Measures under way, one after the other: sections, bar lines, repeats and counts, endings, jumps, metres.

Knows no cells and no lines: what is in a measure it is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sideman.charts.lexing import Piece
from sideman.charts.reading import Notes
from sideman.charts.sheet import Measure, sounding_after
from sideman.music.progression import MAX_BEATS
from sideman.music.song import Place
from sideman.music.time import COMMON_TIME, Meter
from sideman.music.wishes import NO_WISHES, Wishes

MAX_MEASURES = MAX_BEATS


class Staff:
    """The ``measures`` of a chart; ``meter`` is that of the sheet, ``here`` that of the measures to come."""

    def __init__(self, notes: Notes, meter: Meter = COMMON_TIME) -> None:
        self.measures: list[Measure] = []
        self.meter = meter
        self.here = meter
        self.endings: tuple[int, ...] = ()  # the times of a bracket that begins with the next measure
        self._meter_here: Meter | None = None  # where it is not the sheet's
        self._notes = notes
        self._section: str | None = None  # that begins with the next measure
        self._wishes = NO_WISHES  # of it
        self._begins = False  # a repeat, likewise
        self._signs: set[str] = set()
        self._open = 0  # where a repeat begins that nothing opened
        self._bracket = 0  # how many endings the repeat has so far
        self._block = 0  # where the block of lines begins that a count behind it repeats
        self._line = self._last_line = 0  # where the line begins, and the one before
        self._count = 0  # how often the repeat is played that was begun, where its beginning says so
        self._counted = 0  # the measures that there were behind the last count

    def begin_section(self, name: str, wishes: Wishes = NO_WISHES) -> None:
        """The next measure begins a section."""
        self._section, self._wishes = name, wishes
        self.end_block()
        self._open = len(self.measures)

    def end_block(self) -> None:
        """A blank line, or anything else over which a count behind a line does not reach."""
        self._block = len(self.measures)

    def change_meter(self, meter: Meter) -> None:
        """The metre from the next measure on."""
        self.here = meter
        if not self.measures:
            self.meter = meter
        self._meter_here = None if meter == self.meter else meter

    def begin_line(self) -> None:
        """What comes now is a line of its own."""
        if len(self.measures) > self._line:
            self._last_line = self._line
        self._line = len(self.measures)

    def begin_ending(self) -> None:
        """A bracket without a number: the next ending of the repeat."""
        self._bracket += 1
        self.endings = (self._bracket,)

    def write_again(self, first: int, written: Sequence[Measure], place: Place) -> None:
        """Measures once more, as a section that is only named: those from ``first`` on, as they were ``written``.

        Their metres are their own and their repeats are played again; the signs that lead out of them aren't.
        """
        for number, measure in enumerate(written, first):
            chords = measure.chords
            if number == first and not (chords and chords[0][0] == 0):
                chords = ((0, sounding_after(self.measures[:first])), *chords)
            if len(self.measures) < MAX_MEASURES:
                self.add(Measure(chords, place=place, times=measure.times, again=number))
                added = self.measures[-1]
                added.meter = measure.meter
                added.repeat |= measure.repeat
                added.endings, added.ending_stops = measure.endings, measure.ending_stops

    def add(self, measure: Measure) -> None:
        """A measure, with all the signs that were waiting for it."""
        if len(self.measures) >= MAX_MEASURES:
            return
        measure.meter = measure.meter or self._meter_here
        measure.section, measure.repeat, measure.endings = self._section, self._begins, self.endings
        measure.wishes = self._wishes
        self.measures.append(measure)
        self._section, self._wishes, self._begins, self.endings = None, NO_WISHES, False, ()
        if self._signs:
            measure.segno, measure.coda = "segno" in self._signs, "coda" in self._signs
            measure.to_coda = "to coda" in self._signs
            self._signs.clear()

    def cross(self, bar: Piece) -> None:
        """A bar line."""
        if bar.ends and len(self.measures) > 0:
            self._end_repeat(bar.number or 2)
        if bar.begins:
            self._begins, self._open, self._bracket = True, len(self.measures), 0
            self._count = bar.number

    def _end_repeat(self, times: int) -> None:
        last = self.measures[-1]
        last.times = max(last.times, self._count or times)
        if self._count:
            self._count, self._counted = 0, len(self.measures)
        if self._open < len(self.measures):
            self.measures[self._open].repeat = True
        if not last.endings:
            self._open = len(self.measures)

    def count(self, piece: Piece, *, whole: bool, row: int = 0) -> None:
        """A count behind chords, such as ``x2``: a repeat that just ended, a row in brackets, the line, or the block.

        ``whole``: where the block has more lines, all of them are likelier. ``row``: the measures of a row in brackets
        before it. In a line that has a count already, the line begins behind that. What counts no measures, or such as
        are counted already, is passed over.
        """
        times = piece.number
        is_alone = self._line == len(self.measures)
        if self._counted == len(self.measures) or (is_alone and self._block == len(self.measures)):
            self.pass_over(piece)
            return
        last = self.measures[-1]
        if last.times and self._line < len(self.measures):
            last.times = times
        else:
            place = Place(piece.start, piece.end)
            firsts = {"row": len(self.measures) - row, "block": self._block, "line": max(self._line, self._block)}
            if not (whole and self._block < self._line):
                del firsts["block"]
            if not row or firsts["row"] <= firsts["line"]:
                del firsts["row"]
            answer = self._notes.ask("times", tuple(firsts), place, piece.text)
            self.play(times, self._block if is_alone else firsts[answer])
        self._counted = len(self.measures)
        self.end_block()

    def count_ahead(self, piece: Piece) -> None:
        """A count behind the bar line that begins a repeat."""
        if self._count:
            self.pass_over(piece)
        else:
            self._count = piece.number

    def pass_over(self, piece: Piece) -> None:
        """Tell that a piece was passed over."""
        self._notes.note("ignored", piece.text, (), Place(piece.start, piece.end), piece.text)

    def play(self, times: int, first: int) -> None:
        """What was written from a measure on is played so often."""
        written = self.measures[first:]
        if times < 2 or not written:  # noqa: PLR2004 - once is as it stands
            return
        signs = any(measure.repeat or measure.times or measure.endings or measure.jump for measure in written)
        if not signs:
            written[0].repeat, written[-1].times = True, times
            self._open = len(self.measures)
            return
        for _ in range(times - 1):
            for number, measure in enumerate(written, first):
                if len(self.measures) < MAX_MEASURES:
                    self.measures.append(replace(measure, section=None, again=number))

    def sign(self, piece: Piece, *, in_cell: bool) -> None:
        """A segno, coda or fine, or a jump. One that stands in a cell holds for its bar."""
        if piece.jump or piece.sign == "fine" or (piece.sign == "to coda" and not in_cell):
            if self.measures:
                last = self.measures[-1]
                last.jump, last.fine = piece.jump or last.jump, last.fine or piece.sign == "fine"
                last.to_coda = last.to_coda or piece.sign == "to coda"
            else:
                self.pass_over(piece)
            return
        self._signs.add(piece.sign)
