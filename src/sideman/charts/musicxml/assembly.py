"""The sheet of a score: which part's chords, how long each bar, and where in it they stand. Knows no XML."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import accumulate, groupby

import numpy as np

from sideman.charts.musicxml.score import Bar, Harmony, Note, Part, Score
from sideman.charts.musicxml.signs import settle
from sideman.charts.musicxml.timing import Time, usual_meter
from sideman.charts.reading import Notes
from sideman.charts.recognised import recognise_bars
from sideman.charts.sheet import Measure, Sheet
from sideman.errors import OptionError
from sideman.music.band import AS_COMPOSED
from sideman.music.key import Key, estimate_key
from sideman.music.progression import Chord
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import EIGHTH, EIGHTHS_OF_DOTTED_BEAT, TICKS_PER_BEAT, Meter

Chords = tuple[tuple[int, Chord], ...]
TITLES = ("work-title", "movement-title", "credit title", "credit ")
COMPOSERS = ("composer", "credit composer")


def assemble(score: Score, part: Part, notes: Notes) -> Sheet:
    """The sheet with the chords of a part; where it has none, with those that the notes of all parts sound like."""
    settle(score.measures, score.signs)
    by_bar = _harmonies(part)
    meters = meters_of(score, part)
    semitones = _transposition(part, notes) if part.harmonies else part.transposition
    for number, (bar, (meter, quarters)) in enumerate(zip(score.bars, meters, strict=True)):
        harmonies = by_bar.get(number)
        if harmonies:
            chords = _place(harmonies, quarters, meter, notes)
            bar.measure.chords = tuple((tick, chord.transpose(semitones)) for tick, chord in chords)
        elif number in part.repeated:
            bar.measure.chords = _again(score.measures, number - part.repeated[number], meter)
        bar.measure.meter = meter
    if not part.harmonies:
        _hear(score, meters, notes)
    measures = _without_pickup(score.bars, notes)
    _begin(measures[0], notes)
    meter = usual_meter([measure.meter for measure in measures if measure.meter is not None])
    for measure in measures:
        measure.meter = None if measure.meter == meter else measure.meter
    return Sheet(
        measures,
        title=_first(score.titles, TITLES),
        composer=_first(score.titles, COMPOSERS),
        style=score.style,
        key=_key(score, part, semitones, measures, notes),
        tempo=None if score.tempo is None else notes.tempo(float(score.tempo / meter.quarters_per_beat)),
        meter=meter,
    )


def meters_of(score: Score, part: Part) -> list[tuple[Meter, Fraction]]:
    """The metre that each bar is played in where the chords are those of a part, and its quarters on paper."""
    by_bar = _harmonies(part)
    return [_meter(score.bars, number, by_bar.get(number, [])) for number in range(len(score.bars))]


def _harmonies(part: Part) -> dict[int, list[Harmony]]:
    """The chords of each bar that has some; those in words where no symbol stands."""
    by_bar: dict[int, list[Harmony]] = defaultdict(list)
    written = {(harmony.bar, harmony.at) for harmony in part.harmonies}
    for harmony in (*part.harmonies, *(harmony for harmony in part.words if (harmony.bar, harmony.at) not in written)):
        by_bar[harmony.bar].append(harmony)
    return by_bar


def _hear(score: Score, meters: list[tuple[Meter, Fraction]], notes: Notes) -> None:
    """Set the chords that the notes sound like."""
    onsets = [0, *accumulate(meter.steps for meter, _ in meters)]
    rows = []
    for note in score.sounding:
        meter, quarters = meters[note.bar]
        begin, end = map(round, steps_of(note, meter, quarters))
        if begin < meter.steps:
            rows.append((onsets[note.bar] + begin, max(end - begin, 1), note.pitch, AS_COMPOSED))
    pitched = np.array(rows, np.int32).reshape(-1, 4)
    bars = recognise_bars(pitched, pitched[:0], [meter for meter, _ in meters], None, notes)
    for measure, chords in zip(score.measures, bars, strict=True):
        measure.chords = chords


def steps_of(note: Note, meter: Meter, quarters: Fraction) -> tuple[Fraction, Fraction]:
    """Where a note begins and ends in its bar, in steps; nothing lasts beyond the end of a bar."""
    end = min(note.at + note.quarters, quarters)
    return min(note.at, quarters) * meter.steps / quarters, end * meter.steps / quarters


def _begin(measure: Measure, notes: Notes) -> None:
    """A song begins with a chord: nothing sounds before the first one."""
    chords = measure.chords
    if chords and chords[0][0] == 0:
        return
    notes.note("start", "silence")
    silence = Chord.no_chord()
    measure.chords = ((0, silence), *(chords[1:] if chords and chords[0][1] == silence else chords))


def _meter(bars: list[Bar], number: int, harmonies: list[Harmony]) -> tuple[Meter, Fraction]:
    """The metre that a bar is played in, and the quarters that it has on paper.

    A bar is as long as its time signature says, whatever its notes add up to; but an upbeat, the halves of a bar that
    is cut by a repeat, and a bar that has chords beyond its end are as long as their notes.
    """
    bar = bars[number]
    time, length = bar.time, bar.quarters
    if length and length != time.quarters:
        own = _meter_of(length, time.meter)
        if own is not None and (time.quarters is None or _is_cut(bars, number) or _is_late(harmonies, time, length)):
            return own, length
    return time.meter, time.quarters or Fraction(4)


def _is_late(harmonies: list[Harmony], time: Time, length: Fraction) -> bool:
    return time.quarters is not None and any(time.quarters <= harmony.at < length for harmony in harmonies)


def _is_cut(bars: list[Bar], number: int) -> bool:
    """Whether a bar is an upbeat, or one half of a bar."""
    bar = bars[number]
    whole = bar.time.quarters or 0
    if bar.quarters >= whole:
        return False
    if bar.implicit or number == 0:
        return True
    following = bars[number + 1] if number + 1 < len(bars) else None
    return following is not None and following.implicit and bar.quarters + following.quarters == whole


def _meter_of(quarters: Fraction, usual: Meter) -> Meter | None:
    """The metre of a bar of so many quarters among bars of the usual metre, None where there is none."""
    beats = quarters / usual.quarters_per_beat
    try:
        if usual.is_compound:
            if beats.denominator > 1:
                return None
            return Meter(1, 4) if beats == 1 else Meter(int(beats) * EIGHTHS_OF_DOTTED_BEAT, EIGHTH)
        for unit in (usual.unit, 4, EIGHTH):
            count = quarters * unit / 4
            if count.denominator == 1:
                meter = Meter(int(count), unit)
                return None if meter.is_compound else meter
    except OptionError:
        pass
    return None


def _place(harmonies: list[Harmony], quarters: Fraction, meter: Meter, notes: Notes) -> Chords:
    """The chords of a bar at their ticks. Those that are written at one place share the time until the next."""
    harmonies = sorted(harmonies, key=lambda harmony: harmony.at)
    groups = [
        (at, [harmony.chord for harmony in group]) for at, group in groupby(harmonies, lambda harmony: harmony.at)
    ]
    placed: dict[int, Chord] = {}
    for number, (at, stacked) in enumerate(groups):
        end = groups[number + 1][0] if number + 1 < len(groups) else max(quarters, at)
        chords = [chord for place, chord in enumerate(stacked) if place == 0 or chord != stacked[place - 1]]
        if len(chords) > 1:
            notes.note("together", "shared", text=" ".join(map(str, chords[:4])))
        begin, finish = (min(round(time * meter.ticks / quarters), meter.ticks) for time in (at, end))
        for tick, chord in zip(_shares(begin, finish, len(chords)), chords, strict=True):
            placed[min(tick, meter.ticks - 1)] = chord
    return tuple(placed.items())


def _shares(begin: int, end: int, chords: int) -> list[int]:
    """Where so many chords begin that share some ticks: on beats, the first longest, where there are enough."""
    unit = TICKS_PER_BEAT if end - begin >= chords * TICKS_PER_BEAT else 1
    share, rest = divmod((end - begin) // unit, chords)
    return [begin + unit * (place * share + min(place, rest)) for place in range(chords)]


def _again(measures: list[Measure], number: int, meter: Meter) -> Chords:
    """The chords of an earlier bar, with the one that sounds when it begins."""
    chords = measures[number].chords
    if chords and chords[0][0] == 0:
        return tuple((tick, chord) for tick, chord in chords if tick < meter.ticks)
    before = next((measure.chords[-1][1] for measure in reversed(measures[:number]) if measure.chords), None)
    return chords if before is None else ((0, before), *chords)


def _without_pickup(bars: list[Bar], notes: Notes) -> list[Measure]:
    """The measures. An upbeat without a chord is left out, unless it is to be kept; its signs stand at the next bar."""
    measures = [bar.measure for bar in bars]
    first = measures[0]
    if len(measures) == 1 or first.chords or not (bars[0].quarters and _is_cut(bars, 0)):
        return measures
    if notes.ask("pickup", ("dropped", "kept")) == "kept":
        return measures
    following = measures[1]
    following.repeat |= first.repeat
    following.segno |= first.segno
    following.section = following.section or first.section
    return measures[1:]


def _transposition(part: Part, notes: Notes) -> int:
    """Semitones from the chords as they are written to those that sound: charts of a clarinet are in its key."""
    semitones = part.transposition % PITCH_CLASSES
    return semitones if semitones and notes.ask("transposition", ("sounding", "written")) == "sounding" else 0


def _key(score: Score, part: Part, semitones: int, measures: list[Measure], notes: Notes) -> Key | None:
    """The key as it sounds. A signature that tells no mode is that of two keys: the chords speak for one."""
    told = part if part.fifths is not None else next((other for other in score.parts.values() if other.key), part)
    key = told.key
    if key is None:
        return None
    key = key.transpose(semitones)
    if told.mode:
        return key
    relative = Key.signed(key.fifths, minor=True)
    chords = [chord for measure in measures for _, chord in measure.chords]
    likely = estimate_key(
        np.array([-1 if chord.root_pc is None else chord.root_pc for chord in chords]),
        np.array([chord.model_quality for chord in chords]),
        np.ones(len(chords)),
    )
    modes = ("minor", "major") if likely == relative else ("major", "minor")
    return relative if notes.ask("mode", modes) == "minor" else key


def _first(titles: dict[str, str], names: tuple[str, ...]) -> str:
    return next((titles[name] for name in names if name in titles), "")
