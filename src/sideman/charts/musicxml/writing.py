"""A chart as a score: one part of chord symbols above slashes, as notation programs read it. Knows no playing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from sideman.charts.form import unfold
from sideman.charts.musicxml.elements import (
    DIVISIONS,
    HEAD,
    direction,
    divisions,
    harmony,
    key_signature,
    tempo_mark,
    text,
    time_signature,
)
from sideman.charts.musicxml.timing import usual_meter
from sideman.charts.sheet import Jump, Measure, Sheet
from sideman.errors import OptionError
from sideman.music.time import Meter


def write(sheet: Sheet) -> str:
    """A sheet as MusicXML 4.0. Reading it gives a sheet that is played alike; unnamed sections are not told."""
    stops = _bracket_ends(sheet.measures)
    bars: list[str] = []
    before: Meter | None = None
    for number, measure in enumerate(sheet.measures):
        meter = measure.meter or sheet.meter
        content = [*_attributes(sheet, meter, before, number)]
        content += _measure(sheet, number, meter, stops.get(number))
        bars.append(f'    <measure number="{number + 1}">\n' + "".join(f"      {line}\n" for line in content))
        before = meter
    return (
        f'{HEAD}<score-partwise version="4.0">\n'
        f"  <work><work-title>{text(sheet.title)}</work-title></work>\n"
        f'  <identification><creator type="composer">{text(sheet.composer)}</creator>'
        "<encoding><software>Sideman</software></encoding></identification>\n"
        '  <part-list><score-part id="P1"><part-name>Chords</part-name></score-part></part-list>\n'
        '  <part id="P1">\n' + "    </measure>\n".join([*bars, ""]) + "  </part>\n</score-partwise>\n"
    )


def _measure(sheet: Sheet, number: int, meter: Meter, stop: str | None) -> Iterator[str]:
    """The lines of a bar after its attributes."""
    measure = sheet.measures[number]
    left = '<repeat direction="forward"/>' if measure.repeat else ""
    if measure.endings:
        left = f'<ending number="{",".join(map(str, measure.endings))}" type="start"/>{left}'
    if left:
        yield f'<barline location="left">{left}</barline>'
    if number == 0:
        yield from _beginning(sheet, usual_meter([bar.meter or sheet.meter for bar in sheet.measures[:2]]))
    if measure.section:
        yield direction(f"<rehearsal>{text(measure.section)}</rehearsal>")
    if measure.segno:
        yield direction("<segno/>", 'segno="segno"')
    if measure.coda:
        yield direction("<coda/>", 'coda="coda"')
    per_tick = divisions(meter)
    yield from (harmony(chord, tick * per_tick) for tick, chord in measure.chords)
    yield f'<note><rest measure="yes"/><duration>{meter.ticks * per_tick}</duration><voice>1</voice></note>'
    if measure.to_coda:
        yield direction("<words>To Coda</words>", 'tocoda="coda"')
    if measure.fine:
        yield direction("<words>Fine</words>", 'fine="yes"')
    if measure.jump:
        sound = 'dacapo="yes"' if measure.jump.to == "beginning" else 'dalsegno="segno"'
        yield direction(f"<words>{_words(measure.jump, sheet.measures)}</words>", sound)
    right = f'<ending number="{_numbers(sheet.measures, number)}" type="{stop}"/>' if stop else ""
    if measure.times:
        right += '<repeat direction="backward"' + (f' times="{measure.times}"/>' if measure.times > 2 else "/>")  # noqa: PLR2004 - a repeat is twice
    if right:
        yield f'<barline location="right">{right}</barline>'


def _attributes(sheet: Sheet, meter: Meter, before: Meter | None, number: int) -> Iterator[str]:
    """The attributes of a bar: what holds from there on."""
    if meter == before:
        return
    time = time_signature(meter)
    if number:
        yield f"<attributes>{time}</attributes>"
        return
    key = "" if sheet.key is None else key_signature(sheet.key)
    clef = "<clef><sign>G</sign><line>2</line></clef>"
    slashes = '<measure-style><slash type="start"/></measure-style>'
    yield f"<attributes><divisions>{DIVISIONS}</divisions>{key}{time}{clef}{slashes}</attributes>"


def _beginning(sheet: Sheet, meter: Meter) -> Iterator[str]:
    """What stands above the first bar: the style and the tempo."""
    if sheet.style:
        yield direction(f"<words>{text(sheet.style)}</words>")
    if sheet.tempo is not None:
        yield tempo_mark(sheet.tempo, meter)


def _words(jump: Jump, measures: Sequence[Measure]) -> str:
    """A jump in words; to the end only where it could be taken to end elsewhere."""
    words = "D.C." if jump.to == "beginning" else "D.S."
    if jump.until == "end":
        return f"{words} to the end" if any(measure.fine or measure.coda for measure in measures) else words
    return f"{words} al {jump.until.capitalize()}"


def _bracket_ends(measures: Sequence[Measure]) -> dict[int, str]:
    """The bars after which a bracket ends, and how: closed, or open where nothing says that it does.

    An open one ends on paper after its first bar, if it is played the same.
    """
    ends: dict[int, int] = {}  # by where they begin
    begin: int | None = None
    for number, measure in enumerate(measures):
        begin = number if measure.endings else begin
        following = measures[number + 1] if number + 1 < len(measures) else Measure(repeat=True)
        if begin is not None and (measure.times or measure.ending_stops or following.endings or following.repeat):
            ends[begin] = number
            begin = None
    is_open = {begin for begin, end in ends.items() if not _is_closed(measures, end)}
    short = [replace(bar, ending_stops=True) if number in is_open else bar for number, bar in enumerate(measures)]
    with suppress(OptionError):  # too long to be played
        if unfold(short) == unfold(measures):
            ends |= {begin: begin for begin in is_open}
    return {end: "discontinue" if begin in is_open else "stop" for begin, end in ends.items()}


def _is_closed(measures: Sequence[Measure], end: int) -> bool:
    """Whether a bracket that ends after a bar is said to."""
    is_followed = end + 1 < len(measures) and bool(measures[end + 1].endings)
    return bool(measures[end].times or measures[end].ending_stops or is_followed)


def _numbers(measures: Sequence[Measure], number: int) -> str:
    """The times of the bracket to which a bar belongs."""
    endings = next(measure.endings for measure in reversed(measures[: number + 1]) if measure.endings)
    return ",".join(map(str, endings))
