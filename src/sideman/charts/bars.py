"""Pieces of lines to measures: how chords share a bar, what "again" repeats, where repeats begin and end.

Knows no lines of words and no heads. A cell between bar lines is a bar; a line without bar lines is a chord a bar,
unless dots, slashes or durations count its beats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sideman.charts.heads import meter_of
from sideman.charts.lexing import Piece
from sideman.charts.reading import Notes
from sideman.charts.sheet import Measure
from sideman.charts.spelling import Spelling
from sideman.charts.timing import chord_of, durations, parts, share, timed_words, without_separators
from sideman.errors import ChordSyntaxError
from sideman.music.progression import MAX_BEATS, Chord
from sideman.music.song import Place
from sideman.music.time import COMMON_TIME, TICKS_PER_BEAT, Meter

MAX_MEASURES = MAX_BEATS
_HELD = ("hold", "again")


class Bars:
    """The measures of a chart, written one after the other. Faults are collected, not raised."""

    def __init__(self, notes: Notes, spelling: Spelling, meter: Meter = COMMON_TIME) -> None:
        self.measures: list[Measure] = []
        self.faults: list[ChordSyntaxError] = []
        self.meter = meter  # the sheet's
        self._here = meter
        self._notes = notes
        self._spelling = spelling
        self._section: str | None = None  # that begins with the next measure
        self._begins = False  # a repeat, likewise
        self._endings: tuple[int, ...] = ()
        self._signs: set[str] = set()
        self._open = 0  # where a repeat begins that nothing opened
        self._bracket = 0  # how many endings the repeat has so far
        self._block = 0  # where the block of lines begins that a count behind it repeats
        self._line = self._last_line = 0  # where the line begins, and the one before
        self._count = 0  # how often the repeat is played that was begun, where its beginning says so

    def begin_section(self, name: str) -> None:
        """The next measure begins a section."""
        self._section = name
        self.end_block()
        self._open = len(self.measures)

    def end_block(self) -> None:
        """A blank line, or anything else over which a count behind a line does not reach."""
        self._block = len(self.measures)

    def change_meter(self, meter: Meter) -> None:
        """The metre from the next measure on."""
        self._here = meter
        if not self.measures:
            self.meter = meter

    def write_barred(self, pieces: Sequence[Piece]) -> None:
        """A line with bar lines."""
        self._begin_line()
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
                    self._cross(piece)
                    continue
                case "open":
                    cell = self._write(cell)
                    self._bracket += 1
                    self._endings = (self._bracket,)
                case "close":
                    cell = self._write(cell)
                    if self.measures:
                        self.measures[-1].ending_stops = True
                case "ending":
                    cell = self._write(cell)
                    self._endings = piece.numbers
                case "times":
                    cell = self._write(cell)
                    self._play(piece.number, self._block, piece)
                case "meter":
                    cell = self._write(cell)
                    self._change(piece)
                case "sign":
                    self._sign(piece, bool(cell))
                case "comment" if piece.text[0] != "(":
                    break
                case "separator" | "comment":
                    continue
                case _:
                    cell.append(piece)
            bar = None
        self._write(cell)

    def write_plain(self, pieces: Sequence[Piece]) -> None:
        """A line without bar lines."""
        self._begin_line()
        run: list[Piece] = []
        for piece in pieces:
            match piece.kind:
                case "times":
                    self._spread(run)
                    run = []
                    whole = self._line == len(self.measures)
                    self._play(piece.number, self._block if whole else self._line, piece)
                case "sign":
                    self._spread(run)
                    run = []
                    self._sign(piece, False)
                case "ending":
                    self._spread(run)
                    run = []
                    self._endings = piece.numbers
                case "meter":
                    self._change(piece)
                case "comment" if piece.text[0] != "(":
                    break
                case "separator" | "open" | "close" | "comment":
                    continue
                case _:
                    run.append(piece)
        self._spread(run)

    def write_again(self, first: int, last: int, place: Place) -> None:
        """Measures once more, as a section that is only named: from ``first`` to before ``last``."""
        for measure in self.measures[first:last]:
            self._add(replace(measure, place=place, section=None))

    def play(self, times: int, first: int) -> None:
        """What was written from a measure on is played so often."""
        self._repeat(times, first)

    # What a line is made of.

    def _begin_line(self) -> None:
        if len(self.measures) > self._line:
            self._last_line = self._line
        self._line = len(self.measures)

    def _write(self, cell: list[Piece]) -> list[Piece]:
        """A cell as a measure, or as several where durations are written. Returns the next cell, empty."""
        cell = timed_words(cell, self._spelling.reads)
        self._faults([piece for piece in cell if piece.kind == "word"])
        optional = [piece for piece in cell if piece.kind == "optional"]
        items = [piece for piece in cell if piece.kind in ("chord", "again two", *_HELD)]
        for piece in optional if items else ():
            self._notes.note("optional", "left out", (), Place(piece.start, piece.end), piece.text)
        items = items or [part for piece in optional for part in parts(piece)]
        if not items:
            return []
        place = Place(items[0].start, items[-1].end)
        chords = [piece for piece in items if piece.kind == "chord"]
        if not chords:
            self._again(items, place)
        elif any(piece.duration for piece in chords):
            self._pour(durations(items, self._here), place)
        else:
            self._add(Measure(tuple(self._shared(items, place)), place=place))
        return []

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
            self._add(Measure(measure.chords or self._sounding(), measure.meter, place))

    def _hold(self, place: Place) -> None:
        self._add(Measure(() if self.measures else ((0, Chord.no_chord()),), place=place))

    def _sounding(self) -> tuple[tuple[int, Chord], ...]:
        return next((((0, measure.chords[-1][1]),) for measure in reversed(self.measures) if measure.chords), ())

    def _shared(self, items: Sequence[Piece], place: Place) -> list[tuple[int, Chord]]:
        """The chords of a bar and their onsets in ticks: an even share each, or as many beats as dots."""
        onsets, assumed = share(items, self._here)
        if assumed:
            self._notes.note("share", assumed, (), place)
        found: list[tuple[int, Chord]] = []
        for piece, onset in zip(items, onsets, strict=True):
            if piece.kind == "chord":
                chord = self._chord(piece)
                if chord is not None and onset < self._here.ticks and (not found or onset > found[-1][0]):
                    found.append((onset, chord))
        return found

    def _spread(self, run: Sequence[Piece]) -> None:
        """A line of chords without bar lines."""
        self._faults([piece for piece in run if piece.kind == "word"])
        items = [part for piece in run for part in (parts(piece) if piece.kind == "optional" else [piece])]
        items = without_separators([piece for piece in items if piece.kind != "word"])
        if not items:
            return
        place = Place(items[0].start, items[-1].end)
        if any(piece.duration for piece in items):
            self._pour(durations(items, self._here), place)
        elif any(piece.beats for piece in items):
            bar, beat = self._here.ticks, TICKS_PER_BEAT
            self._pour([(chord_of(piece), piece.beats * beat // piece.of or bar) for piece in items], place)
        elif any(piece.kind == "hold" and piece.text in "/.-–—_" for piece in items) and items[0].kind == "chord":
            self._pour([(chord_of(piece), TICKS_PER_BEAT * max(piece.number, 1)) for piece in items], place)
        elif all(piece.kind != "chord" for piece in items):
            for piece in items:
                self._again_line(piece)
        else:
            self._bar_each(items, place)

    def _bar_each(self, items: Sequence[Piece], place: Place) -> None:
        answer = self._notes.ask("bars", ("chord", "two", "line"), place) if len(items) > 1 else "chord"
        count = {"chord": 1, "two": 2, "line": len(items)}[answer]
        for first in range(0, len(items), count):
            part = items[first : first + count]
            spot = Place(part[0].start, part[-1].end)
            if all(piece.kind in ("again", "again two", "hold") for piece in part):
                self._again(part[:1], spot)
            else:
                self._add(Measure(tuple(self._shared(part, spot)), place=spot))

    def _again_line(self, piece: Piece) -> None:
        """A mark alone: ``%%`` in a line of its own is the line before, others a bar."""
        place = Place(piece.start, piece.end)
        if piece.text == "%%":
            for measure in self.measures[self._last_line : self._line]:
                self._add(replace(measure, place=place, section=None))
        else:
            self._again([piece], place)

    def _pour(self, timed: Sequence[tuple[Piece | None, int]], place: Place) -> None:
        """Chords with durations into bars, from the beginning of one on; the last one is held to its end."""
        ticks, onset = self._here.ticks, 0
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
            self._add(Measure(tuple(chords), place=spot))

    # Signs.

    def _add(self, measure: Measure) -> None:
        """A measure, with all the signs that were waiting for it."""
        if len(self.measures) >= MAX_MEASURES:
            return
        measure = replace(
            measure,
            meter=measure.meter or (None if self._here == self.meter else self._here),
            section=self._section,
            repeat=self._begins,
            times=0,
            endings=self._endings,
            ending_stops=False,
            segno="segno" in self._signs,
            coda="coda" in self._signs,
            to_coda="to coda" in self._signs,
            fine=False,
            jump=None,
        )
        self.measures.append(measure)
        self._section, self._begins, self._endings, self._signs = None, False, (), set()

    def _cross(self, bar: Piece) -> None:
        """A bar line."""
        if bar.ends and len(self.measures) > 0:
            self._end_repeat(bar.number or 2)
        if bar.begins:
            self._begins, self._open, self._bracket = True, len(self.measures), 0
            self._count = bar.number

    def _end_repeat(self, times: int) -> None:
        last = self.measures[-1]
        last.times = max(last.times, self._count or times)
        self._count = 0
        if self._open < len(self.measures):
            self.measures[self._open].repeat = True
        if not last.endings:
            self._open = len(self.measures)

    def _play(self, times: int, first: int, piece: Piece) -> None:
        """A count behind chords, such as ``x2``: a repeat that just ended, the line, or all lines of the block."""
        last = self.measures[-1] if self.measures else None
        if last is None:
            return
        if last.times and self._line < len(self.measures):
            last.times = times
        else:
            self._notes.note(
                "times", "block" if first < self._line else "line", (), Place(piece.start, piece.end), piece.text
            )
            self._repeat(times, first)
        self.end_block()

    def _repeat(self, times: int, first: int) -> None:
        written = self.measures[first:]
        if times < 2 or not written:  # noqa: PLR2004 - once is as it stands
            return
        signs = any(measure.repeat or measure.times or measure.endings or measure.jump for measure in written)
        if not signs:
            written[0].repeat, written[-1].times = True, times
            self._open = len(self.measures)
            return
        for _ in range(times - 1):
            for measure in written:
                if len(self.measures) < MAX_MEASURES:
                    self.measures.append(replace(measure, section=None))

    def _sign(self, piece: Piece, in_cell: bool) -> None:
        """A segno, coda or fine, or a jump. One that stands in a cell holds for its bar."""
        if piece.jump or piece.sign == "fine" or (piece.sign == "to coda" and not in_cell):
            if self.measures:
                last = self.measures[-1]
                last.jump, last.fine = piece.jump or last.jump, last.fine or piece.sign == "fine"
                last.to_coda = last.to_coda or piece.sign == "to coda"
            return
        self._signs.add(piece.sign)

    def _change(self, piece: Piece) -> None:
        meter = meter_of(piece.text)
        if meter is None:
            remedy = "metres are written as 3/4, 4/4, 6/8"
            self.faults.append(ChordSyntaxError("unknown metre", piece.text, piece.start + 1, remedy))
            return
        self.change_meter(meter)

    def _chord(self, piece: Piece) -> Chord | None:
        try:
            return self._spelling.chord(piece.text, Place(piece.start, piece.end))
        except ChordSyntaxError as error:
            self.faults.append(error)
            return None

    def _faults(self, words: Sequence[Piece]) -> None:
        for word in words:
            try:
                self._spelling.chord(word.text, Place(word.start, word.end))
            except ChordSyntaxError as error:
                self.faults.append(error)
