"""The chords of iReal Pro's bars: symbols read, signs such as ``x`` and ``W/Bb`` followed, cells turned into ticks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, chain

from sideman.charts.ireal_chords import BAR_AGAIN, BLANK, DOUBLE, HOLD, SILENCE, TWO_BARS_AGAIN, Bar, Cell
from sideman.charts.ireal_spelling import read_suffix
from sideman.charts.reading import Notes
from sideman.charts.sheet import Measure
from sideman.charts.symbols import read_symbol
from sideman.errors import ChordSyntaxError, UnreadableError
from sideman.music.progression import Chord
from sideman.music.song import Place
from sideman.music.time import COMMON_TIME, Meter

INVISIBLE = "W"
ROW = 4  # cells of a bar, as the app lays out most
_PARTS = re.compile(r"([A-G][b#]?)(.*?)(/[A-G][b#]?)?", re.DOTALL)

Chords = tuple[tuple[int, Chord], ...]


def measures_of(bars: Sequence[Bar], notes: Notes) -> tuple[list[Measure], list[Bar]]:
    """A measure for each bar, without signs; and the bars, of which two are where one sign stands for two.

    Every measure has its metre. Raises :class:`UnreadableError` for more chords than a bar can hold.
    """
    alternatives = [cell for bar in bars for cell in bar.cells if cell.alternative]
    above = False
    for cell in alternatives:
        text = f"({cell.alternative})"
        above = notes.ask("alternatives", ("written", "above"), cell.place, text) == "above"
    expanded = list(_with_second_bars(bars))
    measures: list[Measure] = []
    sounding, meter = Chord.no_chord(), COMMON_TIME
    begun: list[Chord] = []  # what sounds when each measure begins
    for number, bar in enumerate(expanded):
        meter = bar.meter or meter
        contents = [cell.content for cell in bar.cells]
        back = 2 if TWO_BARS_AGAIN in contents or _is_second(expanded, number) else 1
        again = BAR_AGAIN in contents or TWO_BARS_AGAIN in contents or _is_second(expanded, number)
        is_chosen = above and any(cell.alternative for cell in bar.cells)
        if again and not is_chosen and number >= back:
            chords = _again(measures[number - back], begun[number - back], meter)
        else:
            chords = _timed(_alternatives(bar.cells) if is_chosen else bar.cells, meter, sounding, notes)
        begun.append(chords[0][1] if chords and chords[0][0] == 0 else sounding)
        sounding = chords[-1][1] if chords else sounding
        measures.append(Measure(chords, meter, _place(bar.cells)))
    return measures, expanded


def _with_second_bars(bars: Sequence[Bar]) -> Iterator[Bar]:
    """The bars, and the second of the two for which a sign stands: the blank one behind it, or a bar more."""
    for number, bar in enumerate(bars):
        yield bar
        if any(cell.content == TWO_BARS_AGAIN for cell in bar.cells):
            following = bars[number + 1] if number + 1 < len(bars) else None
            if following is None or not following.is_blank or bar.closing in DOUBLE:
                second = Bar(closing=bar.closing)
                bar.closing = "|"
                yield second


def _is_second(bars: Sequence[Bar], number: int) -> bool:
    """Whether a bar is the second of two for which the sign stands in the first."""
    is_second = number > 0 and bars[number].is_blank
    return is_second and any(cell.content == TWO_BARS_AGAIN for cell in bars[number - 1].cells)


def _again(measure: Measure, begun: Chord, meter: Meter) -> Chords:
    """The chords of a measure once more, with the one that goes on into it."""
    chords = tuple((tick, chord) for tick, chord in measure.chords if tick < meter.ticks)
    return chords if chords and chords[0][0] == 0 else ((0, begun), *chords)


def _alternatives(cells: Sequence[Cell]) -> list[Cell]:
    """The cells with the chords in parentheses in place of those below them."""
    chosen = [cell._replace(content=cell.alternative or cell.content) for cell in cells]
    return [cell._replace(content=HOLD) if cell.content == BAR_AGAIN else cell for cell in chosen]


def _timed(cells: Sequence[Cell], meter: Meter, sounding: Chord, notes: Notes) -> Chords:
    """The chords of cells, each at its tick; a bar begins with its first cell that has something in it."""
    contents: list[Cell] = []
    widths: list[int] = []
    for cell in cells:
        if cell.content != BLANK:
            contents.append(cell)
            widths.append(1)
        elif widths:
            widths[-1] += 1
    chords = []
    for tick, cell in zip(_ticks(widths, meter), contents, strict=True):
        if cell.content not in (HOLD, BAR_AGAIN, TWO_BARS_AGAIN):
            sounding = _chord(cell, sounding, notes)
            chords.append((tick, sounding))
    return tuple(chords)


def _ticks(widths: list[int], meter: Meter) -> list[int]:
    """The ticks at which things begin that are so many cells wide.

    Where cells and beats don't agree, blank cells are taken away, or wide things made wider, until they do.
    """
    if len(widths) > meter.ticks:
        raise UnreadableError(f"an iReal Pro bar of {meter} has {len(widths):,} chords: bar lines are missing")
    if len(widths) < 2:  # noqa: PLR2004 - alone it begins the bar, however wide it is
        return [0] * len(widths)
    beats = int(meter.felt_beats) if meter.is_compound else meter.beats
    if sum(widths) < min(ROW, beats):  # somebody left out the last blanks: ``D-7 G7|``
        widths = [*widths[:-1], max(widths[-1], min(widths[:-1]))]
    whole = sum(widths)
    is_even = meter.ticks % whole == 0 and (whole % beats == 0 or beats % whole == 0 or whole == meter.beats)
    widths = widths if is_even else _fitted(widths, beats)
    whole = sum(widths)
    return [onset * meter.ticks // whole for onset in accumulate(chain([0], widths[:-1]))]


def _fitted(widths: list[int], beats: int) -> list[int]:
    """Widths that add up to the beats, where there are enough of them."""
    whole = sum(widths)
    if len(widths) > beats:
        return [1] * len(widths)
    if whole < beats:
        shares = [divmod(width * beats, whole) for width in widths]
        longest = sorted(range(len(widths)), key=lambda place: -shares[place][1])
        longer = set(longest[: beats - sum(share for share, _ in shares)])
        return [share + (place in longer) for place, (share, _) in enumerate(shares)]
    widths = [min(width, beats) for width in widths]
    for _ in range(sum(widths) - beats):
        widths[widths.index(max(widths))] -= 1
    return widths


def _chord(cell: Cell, sounding: Chord, notes: Notes) -> Chord:
    """The chord of a cell, after the one that sounds before it."""
    symbol = cell.content
    if symbol == SILENCE:
        return Chord.no_chord()
    if symbol.startswith(INVISIBLE):
        bass = symbol.partition("/")[2]
        if bass and sounding.root is None:
            notes.note("ignored", symbol, place=cell.place, text=symbol)
        return replace(sounding, bass=bass) if bass and sounding.root is not None else sounding
    parts = _PARTS.fullmatch(symbol.replace("*", ""))
    assert parts is not None, symbol  # the pattern of a cell has them
    root, quality, bass = parts.groups(default="")
    for end in range(len(quality), -1, -1):
        spelled = read_suffix(quality[:end])
        try:
            chord, answers = read_symbol(f"{root}{spelled}{bass}")
        except ChordSyntaxError:
            continue
        if end < len(quality):
            notes.note("ignored", f"{quality[end:]} in {symbol}", place=cell.place, text=symbol)
        for code, answer, others in answers:
            notes.note(code, answer, others, cell.place, symbol)
        return chord
    raise AssertionError(symbol)  # a root alone can be read


def _place(cells: Sequence[Cell]) -> Place | None:
    places = [cell.place for cell in cells if cell.place and cell.content != BLANK]
    return Place(places[0].start, places[-1].end) if places else None
