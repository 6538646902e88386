"""ABC notation: the chord names above its notes (``"Am"A2 Bc``), with bars, repeats, endings and parts.

A chord falls where its note does: lengths are counted with tuplets and broken rhythm. Upbeats without a chord of their
own are left out. Of several tunes in a text one is chosen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from sideman.charts.abc_bars import Bar, Bars
from sideman.charts.abc_tunes import Tune, chord_names, has_chords, tunes_of, voice_of
from sideman.charts.faults import Faults
from sideman.charts.filling import beats_a_minute, length_of, meter_of_length, tick_of
from sideman.charts.form import MAX_PLAYED
from sideman.charts.reading import Notes
from sideman.charts.sheet import MAX_TIMES, Measure, Sheet
from sideman.charts.source import Source
from sideman.charts.symbols import dialect_of
from sideman.errors import OptionError, UnreadableError
from sideman.music.key import Key
from sideman.music.notes import NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.time import Meter

NAME = "ABC"
MAX_TITLE = 200
_HEADED = re.compile(r"^X:\s*[0-9]", re.MULTILINE)
_BARE = re.compile(r'"[A-G][^"\n]{0,12}"\s*[_=^]{0,2}[A-Ga-gz\[(]')
_KEY = re.compile(r"([A-G])([#b]?)\s*([A-Za-z]*)")
_TEMPO = re.compile(r"(?:\"[^\"]*\"\s*)?(?:([0-9]{1,2})/([0-9]{1,2})[0-9/ ]*=\s*)?([0-9]{1,9})")
_MINOR_MODES = ("m", "min", "aeo", "dor", "phr", "loc")


def recognises(source: Source) -> bool:
    """Whether it has the head of a tune, or chord names in quotes before notes, between bar lines."""
    text = source.text
    if text is None:
        return False
    if _HEADED.search(text) and re.search(r"^K:", text, re.MULTILINE):
        return True
    line = next((line for line in text.splitlines() if len(_BARE.findall(line)) > 1), "")
    return "|" in line and "[" not in line.split('"')[0]


def read(source: Source, notes: Notes) -> Sheet:
    """Read one tune. Raises :class:`ChartError`, :class:`UnreadableError` where no tune has chords."""
    text = source.text or ""
    tunes = [tune for tune in tunes_of(text) if any(has_chords(line) for _, line in tune.body)]
    if not tunes:
        raise UnreadableError('this ABC tune has no chord names: they stand in quotes before the notes, "Am"A2')
    tune = tunes[0]
    if len(tunes) > 1:
        titles = _distinct([tune.title or f"X:{tune.fields.get('X', '?')}" for tune in tunes])
        tune = tunes[titles.index(notes.ask("song", titles))]
    symbols = [name for _, line in tune.body for name in chord_names(line)]
    faults = Faults(text, notes, dialect_of(symbols, notes))
    reader = Bars(tune, notes, faults)
    for offset, line in voice_of(tune.body):
        reader.line(offset, line)
    reader.flush("|]")
    faults.check()
    sheet = Sheet(title=tune.title[:MAX_TITLE], composer=tune.fields.get("C", "")[:MAX_TITLE])
    sheet.style = tune.fields.get("R", "")[:MAX_TITLE]
    sheet.key = _key(tune.fields.get("K", ""))
    sheet.meter = reader.sheet_meter()
    tempo = _tempo(tune.fields.get("Q", ""), reader.unit, sheet.meter)
    if tempo is not None:
        sheet.tempo = notes.tempo(tempo, tune.places["Q"], tune.fields["Q"])
    sheet.measures = _in_order(_measures(reader.bars, sheet.meter, reader.scale), tune, notes)
    if not sheet.measures:
        raise UnreadableError("this ABC tune has no bars: notes stand between bar lines")
    if not (sheet.measures[0].chords and sheet.measures[0].chords[0][0] == 0):
        notes.note("start", "silence", (), sheet.measures[0].place)
    return sheet


def _measures(bars: Sequence[Bar], meter: Meter, scale: Fraction) -> list[Measure]:
    """The bars as measures: upbeats without a chord of their own are left out, halves of a bar joined."""
    measures: list[Measure] = []
    held: Measure | None = None  # an upbeat that is left out: its signs are those of the next measure
    joins = False
    for number, bar in enumerate(bars):
        own = bar.meter or meter
        full = length_of(own)
        length = bar.length * scale
        behind = bars[number + 1] if number + 1 < len(bars) else None
        if held is not None:
            bar.measure.repeat |= held.repeat
            bar.measure.section = bar.measure.section or held.section
            bar.measure.segno |= held.segno
            held = None
        if joins:
            joins = False
            if bar.chords:
                before = measures[-1]
                shift = tick_of(full - length, own)
                before.chords = (*before.chords, *((shift + tick, chord) for tick, chord in _ticks(bar, own, scale)))
            continue
        if length < full and bar.begins_part and not bar.ends_part and behind is not None:
            chords = [chord for _, chord in bar.chords]
            if not chords or (behind.chords and chords == [behind.chords[0][1]]):
                held = bar.measure
                continue
            own = meter_of_length(length) or own
        elif length > full:
            own = meter_of_length(length) or own
        elif length < full and behind is not None and (bar.length + behind.length) * scale == full:
            joins = not (bar.measure.times or behind.measure.repeat or behind.measure.endings or behind.measure.section)
        bar.measure.chords = tuple(_ticks(bar, own, scale))
        bar.measure.meter = None if own == meter else own
        measures.append(bar.measure)
    return measures


def _ticks(bar: Bar, meter: Meter, scale: Fraction) -> list[tuple[int, Chord]]:
    """The chords of a bar at their ticks; those beyond its end don't sound."""
    placed: dict[int, Chord] = {}
    for at, chord in bar.chords:
        placed.setdefault(tick_of(at * scale, meter), chord)
    return sorted(((tick, chord) for tick, chord in placed.items() if tick < meter.ticks), key=lambda item: item[0])


def _in_order(measures: list[Measure], tune: Tune, notes: Notes) -> list[Measure]:
    """The measures as the head's ``P:`` says, written out: ``ABA``, ``A2(BC)2``; as they stand where it names none."""
    order = tune.fields.get("P", "")[:MAX_TITLE]
    parts: dict[str, list[Measure]] = {}
    name = ""
    for measure in measures:
        name = measure.section or name
        parts.setdefault(name, []).append(measure)
    letters = _expanded(order)
    if len(letters) < 2 or any(letter not in parts for letter in letters):  # noqa: PLR2004 - an order has two parts
        return measures
    if any(not 0 < int(count) <= MAX_TIMES for count in re.findall("[0-9]+", order)):
        notes.note("value", "count", (), tune.places["P"], order)
    if sum(len(parts[letter]) for letter in letters) > MAX_PLAYED:
        raise OptionError(f"the parts of the tune have more than {MAX_PLAYED:,} bars")
    return [replace(measure) for letter in letters for measure in parts[letter]]


def _expanded(order: str) -> list[str]:
    """The parts of ``A2(BC)2``, one after the other."""
    stack: list[list[str]] = [[]]
    for match in re.finditer(r"([A-Z])([0-9]*)|(\()|\)([0-9]*)", order):
        if match[1]:
            stack[-1] += [match[1]] * _count(match[2])
        elif match[3]:
            stack.append([])
        elif len(stack) > 1:
            inner = stack.pop()
            stack[-1] += (inner * _count(match[4]))[:MAX_PLAYED]
        if len(stack[-1]) > MAX_PLAYED:
            break
    return [letter for letters in stack for letter in letters]


def _count(text: str) -> int:
    """How often a part is played, 1 to as often as a count may say."""
    return min(max(int(text or 1), 1), MAX_TIMES)


def _key(text: str) -> Key | None:
    """The key of ``G``, ``F#m``, ``Ador``, ``D mix``; church modes by their third."""
    match = _KEY.match(text.strip())
    if not match or match[1] + match[2] not in NOTE_NAMES:
        return None
    mode = match[3].lower()
    return Key.of(match[1] + match[2], mode.startswith(_MINOR_MODES) and not mode.startswith(("maj", "mix")))


def _tempo(text: str, unit: Fraction, meter: Meter) -> float | None:
    """The tempo of ``1/4=120``, or of ``120``, which counts the tune's unit; 0 for one over 0, None where none is."""
    match = _TEMPO.match(text.strip())
    if not match:
        return None
    over, under = (int(match[1]), int(match[2])) if match[1] else unit.as_integer_ratio()
    return beats_a_minute(float(match[3]), Fraction(over, under), meter) if under else 0.0


def _distinct(titles: Sequence[str]) -> list[str]:
    """Titles that can be told apart: a second of a name gets a number."""
    seen: Counter[str] = Counter()
    found = []
    for title in titles:
        seen[title] += 1
        found.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return found
