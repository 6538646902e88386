"""A chart and a melody as one: which bars are written, and what stands in each. Knows no pages.

Signs of repetition stay where the melody is the same each time. Where it isn't, the chart is written out as it is
played.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sideman.charts.paper.readers import Reader, key_of, moved
from sideman.charts.sheet import Sheet, sheet_of
from sideman.music.band import ONSET, PITCH, NoteArray
from sideman.music.progression import Chord
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import TICKS_PER_STEP, BarLines, Meter
from sideman.render.lead_sheet.melody import Bar, bars_of_melody, top_line
from sideman.render.score.spelling import Spelled, spell

MIDDLE_LINE = 71  # of the treble clef
LOW = 57  # what lies below it in the middle is read in the bass clef, but for transposing instruments
AS_FLATS = {"F#": "Gb", "D#": "Eb"}


@dataclass(frozen=True)
class Lead:
    """A lead sheet: the sheet whose chords are shown, the tonics of its chords and of its notes, and its bars.

    ``is_written_out`` where the chart has signs of repetition that the melody doesn't follow.
    """

    sheet: Sheet
    chords_tonic: str
    tonic: str
    minor: bool
    bars: Sequence[Bar]  # of each measure
    is_low: bool  # read in the bass clef
    left_out: int  # notes of the melody after the chart's end, and below its upper line
    is_written_out: bool

    def meter(self, number: int) -> Meter:
        """The metre of a measure."""
        return self.sheet.measures[number].meter or self.sheet.meter

    def is_new_meter(self, number: int) -> bool:
        """Whether a measure has another metre than the one before."""
        return number == 0 or self.meter(number) != self.meter(number - 1)

    @property
    def is_picked_up(self) -> bool:
        """Whether the first bar is a pick-up: no chord sounds in it, and the melody begins later than it does."""
        first = self.sheet.measures[0]
        is_silent = all(chord.root is None for _, chord in first.chords)
        return bool(is_silent and not first.repeat and self.bars[0] and self.bars[0][0].note is None)


def lead_of(sheet: Sheet, melody: NoteArray, reader: Reader) -> Lead:
    """The lead sheet of a chart and the notes (notes, 4) of a melody, as somebody reads it.

    Instruments read chords and melody moved, in the treble clef; a capo moves the chords alone. Raises
    :class:`OptionError` for a sheet without bars.
    """
    song = sheet.song()
    key, order = key_of(sheet), sheet.order
    lines = sheet.played_lines
    end = lines.onset(len(order))
    line = top_line(melody[melody[:, ONSET] < end])
    shift = _octaves(line, reader.shift) if reader.shift > 0 else 0
    read, tonic = moved(sheet, key, shift % PITCH_CLASSES)
    sounding = _Sounding.of(read, order, lines)
    tonic = _as_spelled(tonic, read)

    there = key.transpose(shift)

    def spelled(pitch: int, step: int) -> Spelled:
        return spell(pitch + shift, there, sounding.at(step), tonic)

    played = bars_of_melody(line, lines, len(order), spelled)
    bars: dict[int, Bar] = {}
    same = all(bars.setdefault(number, bar) == bar for number, bar in zip(order, played, strict=True))
    if not same:
        bars = dict(enumerate(played))
        sheet = replace(sheet_of(song), composer=sheet.composer, style=sheet.style)
    shown, chords_tonic = moved(sheet, key, reader.shift)
    return Lead(
        shown,
        _as_spelled(chords_tonic, shown),
        tonic,
        key.minor,
        [bars.get(number, ()) for number in range(len(shown.measures))],
        is_low=reader.shift <= 0 and _middle(line) < LOW,
        left_out=len(melody) - len(line),
        is_written_out=not same,
    )


def _octaves(line: NoteArray, shift: int) -> int:
    """The shift of an instrument, by octaves more or less where the line would lie far off the treble staff."""
    middle = _middle(line) + shift
    low, high = MIDDLE_LINE - PITCH_CLASSES, MIDDLE_LINE + PITCH_CLASSES
    while middle < low or middle > high:
        by = PITCH_CLASSES if middle < low else -PITCH_CLASSES
        shift, middle = shift + by, middle + by
    return shift


def _middle(line: NoteArray) -> float:
    """The mean of its pitches."""
    return float(line[:, PITCH].mean()) if len(line) else MIDDLE_LINE


def _as_spelled(tonic: str, sheet: Sheet) -> str:
    """A tonic that is spelled in two ways, as the chords are."""
    if tonic not in AS_FLATS:
        return tonic
    roots = [chord.root for measure in sheet.measures for _, chord in measure.chords if chord.root is not None]
    flats, sharps = (sum(sign in root[1:] for root in roots) for sign in "b#")
    return AS_FLATS[tonic] if flats > sharps else tonic


@dataclass(frozen=True)
class _Sounding:
    """The chords as they are played."""

    onsets: Sequence[int]  # steps
    chords: Sequence[Chord]

    @classmethod
    def of(cls, sheet: Sheet, order: Sequence[int], lines: BarLines) -> _Sounding:
        found = [
            (onset + tick // TICKS_PER_STEP, chord)
            for number, onset in zip(order, lines.onsets(len(order)), strict=False)
            for tick, chord in sheet.measures[number].chords
        ]
        return cls([onset for onset, _ in found], [chord for _, chord in found])

    def at(self, step: int) -> Chord | None:
        """The chord that sounds at a step."""
        place = bisect_right(self.onsets, step)
        return self.chords[place - 1] if place else None
