"""A chart as a score: one part of chord symbols above slashes, as notation programs read it. Knows no playing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from html import escape

from sideman.charts.form import unfold
from sideman.charts.musicxml.harmony import NO_CHORD, kind_of
from sideman.charts.musicxml.timing import usual_meter
from sideman.charts.sheet import Jump, Measure, Sheet
from sideman.errors import OptionError
from sideman.music.key import Key
from sideman.music.notes import ACCIDENTALS
from sideman.music.progression import Chord
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import TICKS_PER_BEAT, Meter

DIVISIONS = 2 * TICKS_PER_BEAT  # of a quarter: a tick is two of them, or three where the beat is dotted
SHARPEST = 6  # sharps of a signature; above it stand flats
DECIMALS = 9
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"'
    ' "http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_FORBIDDEN = re.compile("[^\t\n\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")  # in any XML


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
        f'{_HEAD}<score-partwise version="4.0">\n'
        f"  <work><work-title>{_text(sheet.title)}</work-title></work>\n"
        f'  <identification><creator type="composer">{_text(sheet.composer)}</creator>'
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
        yield _direction(f"<rehearsal>{_text(measure.section)}</rehearsal>")
    if measure.segno:
        yield _direction("<segno/>", 'segno="segno"')
    if measure.coda:
        yield _direction("<coda/>", 'coda="coda"')
    divisions = 3 if meter.is_compound else 2  # of a tick
    yield from (_harmony(chord, tick * divisions) for tick, chord in measure.chords)
    yield f'<note><rest measure="yes"/><duration>{meter.ticks * divisions}</duration><voice>1</voice></note>'
    if measure.to_coda:
        yield _direction("<words>To Coda</words>", 'tocoda="coda"')
    if measure.fine:
        yield _direction("<words>Fine</words>", 'fine="yes"')
    if measure.jump:
        sound = 'dacapo="yes"' if measure.jump.to == "beginning" else 'dalsegno="segno"'
        yield _direction(f"<words>{_words(measure.jump, sheet.measures)}</words>", sound)
    right = f'<ending number="{_numbers(sheet.measures, number)}" type="{stop}"/>' if stop else ""
    if measure.times:
        right += '<repeat direction="backward"' + (f' times="{measure.times}"/>' if measure.times > 2 else "/>")  # noqa: PLR2004 - a repeat is twice
    if right:
        yield f'<barline location="right">{right}</barline>'


def _attributes(sheet: Sheet, meter: Meter, before: Meter | None, number: int) -> Iterator[str]:
    """The attributes of a bar: what holds from there on."""
    if meter == before:
        return
    groups = meter.groups if meter != Meter(meter.beats, meter.unit) else (meter.beats,)
    beats = "+".join(map(str, groups))
    time = f"<time><beats>{beats}</beats><beat-type>{meter.unit}</beat-type></time>"
    if number:
        yield f"<attributes>{time}</attributes>"
        return
    key = "" if sheet.key is None else _key(sheet.key)
    clef = "<clef><sign>G</sign><line>2</line></clef>"
    slashes = '<measure-style><slash type="start"/></measure-style>'
    yield f"<attributes><divisions>{DIVISIONS}</divisions>{key}{time}{clef}{slashes}</attributes>"


def _key(key: Key) -> str:
    tonic = key.tonic + 3 if key.minor else key.tonic  # of the major key with the same signature
    fifths = tonic * 7 % PITCH_CLASSES
    fifths -= PITCH_CLASSES if fifths > SHARPEST else 0
    return f"<key><fifths>{fifths}</fifths><mode>{'minor' if key.minor else 'major'}</mode></key>"


def _beginning(sheet: Sheet, meter: Meter) -> Iterator[str]:
    """What stands above the first bar: the style and the tempo."""
    if sheet.style:
        yield _direction(f"<words>{_text(sheet.style)}</words>")
    if sheet.tempo is not None:
        dot = "<beat-unit-dot/>" if meter.is_compound else ""
        count = _decimal(Fraction(str(sheet.tempo)))
        quarters = _decimal(Fraction(str(sheet.tempo)) * meter.quarters_per_beat)
        mark = f"<metronome><beat-unit>quarter</beat-unit>{dot}<per-minute>{count}</per-minute></metronome>"
        yield _direction(mark, f'tempo="{quarters}"')


def _harmony(chord: Chord, offset: int) -> str:
    """A chord symbol, so many divisions after the beginning of its bar."""
    late = f"<offset>{offset}</offset>" if offset else ""
    if chord.root is None:  # the format has no chord without a root: it isn't shown
        root = '<root><root-step text="">C</root-step></root>'
        return f'<harmony>{root}<kind text="{chord}">{NO_CHORD}</kind>{late}</harmony>'
    kind, degrees = kind_of(chord.quality)
    shown = f' text="{escape(chord.quality.name)}"' if chord.quality.name else ""
    bass = "" if chord.bass is None else _note("bass", chord.bass)
    changes = "".join(
        f"<degree><degree-value>{value}</degree-value><degree-alter>{alter}</degree-alter>"
        f"<degree-type>{change}</degree-type></degree>"
        for value, alter, change in degrees
    )
    return f"<harmony>{_note('root', chord.root)}<kind{shown}>{kind}</kind>{bass}{changes}{late}</harmony>"


def _note(name: str, note: str) -> str:
    alter = ACCIDENTALS[note[1:]]
    altered = f"<{name}-alter>{alter}</{name}-alter>" if alter else ""
    return f"<{name}><{name}-step>{note[0]}</{name}-step>{altered}</{name}>"


def _direction(content: str, sound: str = "") -> str:
    told = f"<sound {sound}/>" if sound else ""
    return f'<direction placement="above"><direction-type>{content}</direction-type>{told}</direction>'


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


def _decimal(number: Fraction) -> str:
    return f"{float(number):.{DECIMALS}f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("", text), quote=False)
