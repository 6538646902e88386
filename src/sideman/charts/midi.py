"""MIDI files as charts: by the chords that are written in them, else by those that their notes sound like."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sideman.charts.form import MAX_PLAYED
from sideman.charts.midi_texts import CUE, LYRIC, MARKER, SEQUENCE_NAME, TEXT, Text, read_texts
from sideman.charts.reading import Notes
from sideman.charts.recognised import Chords, recognise_bars
from sideman.charts.sheet import Measure, Sheet
from sideman.charts.source import Source
from sideman.charts.spotting import chord_in
from sideman.errors import OptionError, UnreadableError
from sideman.music.band import MIDI_VALUES, NoteArray, Role, role_of
from sideman.music.key import MAX_FIFTHS, Key
from sideman.music.progression import MAX_BEATS, Chord
from sideman.music.time import COMMON_TIME, EIGHTH, EIGHTHS_OF_DOTTED_BEAT, TICKS_PER_STEP, UNITS, Meter

if TYPE_CHECKING:
    from symusic.core import ScoreTick

NAME = "MIDI"
SIGNATURE, WRAPPED = b"MThd", b"RIFF"
WRAPPER_HEAD = 64  # bytes within which the file begins in a wrapper
IN_BRACKETS = re.compile(r"\[(.+)]")  # a section, even one that is called as a chord is: [A]
WRITTEN = (MARKER, TEXT, LYRIC, CUE)  # kinds of texts that may be chords
MIN_CHORDS = 2
MIN_SHARE = 0.7  # of such texts that are chords
FAR = 12  # quarters: chords of one letter stand closer
LONGEST_SECTION = 40
TITLE = "@T"  # begins a title in a karaoke file


class Bar(NamedTuple):
    """A bar between two ticks of the file."""

    begin: int
    end: int
    meter: Meter


def recognises(source: Source) -> bool:
    """A MIDI file, in a RIFF wrapper too."""
    return _begin(source.data) is not None


def read(source: Source, notes: Notes) -> Sheet:
    """Read a MIDI file. Raises :class:`UnreadableError` for a damaged one, and for one without chords and notes."""
    data = source.data[_begin(source.data) or 0 :]
    score = _score(data)
    texts = read_texts(data)
    written = _written(texts, score.ticks_per_quarter)
    pitched, bass = _notes(score)
    ends = [int((array[:, 0] + array[:, 1]).max()) for array in (pitched,) if len(array)]
    end = max([*ends, *(tick + 1 for tick, _ in written)], default=0)
    if not end:
        raise UnreadableError("the MIDI file has neither notes nor chords")
    begin = min([*pitched[:, 0].tolist(), *(tick for tick, _ in written)])
    bars = _bars(score, end, notes)
    silent = sum(bar.end <= begin for bar in bars)
    if silent and notes.ask("lead", ("dropped", "kept")) == "dropped":
        bars = bars[silent:]
    key = _key(score)
    meters = [bar.meter for bar in bars]
    if written:
        notes.note("markers", "chords", text=" ".join(str(chord) for _, chord in written[:4]))
        chords = _placed(written, bars)
    else:
        chords = recognise_bars(_steps(pitched, bars), _steps(bass, bars), meters, key, notes)
    measures = [Measure(row, bar.meter) for row, bar in zip(chords, bars, strict=True)]
    if not (measures[0].chords and measures[0].chords[0][0] == 0):
        notes.note("start", "silence")
        measures[0].chords = ((0, Chord.no_chord()), *measures[0].chords)
    _name_sections(measures, bars, [text for text in texts if not (written and chord_in(text.text))])
    usual = max(set(meters), key=meters.count)
    for measure in measures:
        measure.meter = None if measure.meter == usual else measure.meter
    return Sheet(
        measures, title=_title(texts, source.name), key=key, tempo=_tempo(score, end, usual, notes), meter=usual
    )


def _begin(data: bytes) -> int | None:
    """Where the file begins, None where it doesn't."""
    if data.startswith(SIGNATURE):
        return 0
    found = data.find(SIGNATURE, 0, WRAPPER_HEAD) if data.startswith(WRAPPED) else -1
    return None if found < 0 else found


def _score(data: bytes) -> ScoreTick:
    from symusic.core import ScoreTick

    try:
        score = ScoreTick.from_midi(data)
    except (RuntimeError, ValueError, OverflowError, MemoryError) as error:
        raise UnreadableError("the MIDI file is damaged: export it again") from error
    if score.ticks_per_quarter <= 0:
        raise UnreadableError("the MIDI file counts no beats: export it with a tempo in beats")
    return score


def _notes(score: ScoreTick) -> tuple[NoteArray, NoteArray]:
    """The notes without drums, and those of a bass: (notes, 4) in ticks of the file."""
    pitched: list[NoteArray] = [np.zeros((0, 4), np.int32)]
    bass: list[NoteArray] = [np.zeros((0, 4), np.int32)]
    for track in score.tracks:
        if track.is_drum or not len(track.notes):
            continue
        columns = track.notes.numpy()
        table = np.stack([columns[name].astype(np.int32) for name in ("time", "duration", "pitch", "velocity")], 1)
        is_sound = (table.min(1) >= 0) & (table[:, 2] < MIDI_VALUES) & (table[:, 1] > 0)
        pitched.append(table[is_sound])
        if role_of(track.program, is_drum=False) is Role.BASS:
            bass.append(pitched[-1])
    return np.concatenate(pitched), np.concatenate(bass)


def _bars(score: ScoreTick, end: int, notes: Notes) -> list[Bar]:
    """The bars up to a tick, by the time signatures: one that comes within a bar cuts it short."""
    signatures = {change.time: (change.numerator, change.denominator) for change in score.time_signatures}
    if signatures and all(count == 1 for count, _ in signatures.values()):
        notes.note("meter", str(COMMON_TIME), text="1/4")  # what programs write that know beats and no bars
        signatures = {}
    changes = sorted({0: (COMMON_TIME.beats, COMMON_TIME.unit), **signatures}.items())
    changes = [change for change in changes if 0 <= change[0] < end]
    bars: list[Bar] = []
    beats = Fraction(0)
    for (begin, (count, unit)), stop in zip(changes, [*(time for time, _ in changes[1:]), end], strict=True):
        meter = _meter(count, unit)
        length = (
            max(4 * score.ticks_per_quarter * count // max(unit, 1), 1) if count > 0 else 4 * score.ticks_per_quarter
        )
        is_last = stop == end
        for start in range(begin, stop, length):
            finish = start + length if is_last else min(start + length, stop)
            own = meter if finish == start + length else _cut(meter, finish - start, length)
            bars.append(Bar(start, finish, own))
            beats += own.felt_beats
            if len(bars) > MAX_PLAYED or beats > MAX_BEATS:
                raise OptionError(f"the file has more than {MAX_PLAYED:,} bars or {MAX_BEATS:,} beats")
    return bars


def _meter(beats: int, unit: int) -> Meter:
    """A metre, or the nearest that is known."""
    try:
        return Meter(beats, unit if unit in UNITS else (2 if unit == 1 else UNITS[-1]))
    except OptionError:
        return COMMON_TIME


def _cut(meter: Meter, ticks: int, length: int) -> Meter:
    """The metre of a bar that is cut short: so many quarters, or eighths, as come nearest."""
    beats = meter.felt_beats * ticks / length
    whole, halves = max(round(beats), 1), max(round(2 * beats), 1)
    if meter.is_compound:
        return Meter(EIGHTHS_OF_DOTTED_BEAT * whole, EIGHTH) if whole > 1 else Meter(1, 4)
    odd = Meter(halves, EIGHTH)
    return Meter(whole, 4) if halves % 2 == 0 or odd.is_compound else odd


def _written(texts: Sequence[Text], quarter: int) -> list[tuple[int, Chord]]:
    """The chords that are written in the file: those of the track and kind of text that has most."""
    rows: dict[tuple[int, int], list[Text]] = defaultdict(list)
    for text in texts:
        if text.kind in WRITTEN and text.text and not IN_BRACKETS.fullmatch(text.text):
            rows[text.track, text.kind].append(text)
    most: list[tuple[int, Chord]] = []
    for row in rows.values():
        found = [(text.tick, chord) for text in row if (chord := chord_in(text.text)) is not None]
        is_fit = len(found) >= max(MIN_CHORDS, MIN_SHARE * len(row)) and not _are_letters(row, quarter)
        most = found if is_fit and len(found) > len(most) else most
    return sorted(most, key=lambda placed: placed[0])


def _are_letters(texts: Sequence[Text], quarter: int) -> bool:
    """Whether texts are rehearsal letters: bare ones, and so far from one another as no chords are."""
    ticks = [text.tick for text in texts]
    distance = (max(ticks) - min(ticks)) / max(len(ticks) - 1, 1)
    return all(len(text.text) == 1 for text in texts) and distance > FAR * quarter


def _placed(written: Sequence[tuple[int, Chord]], bars: Sequence[Bar]) -> list[Chords]:
    """The chords of each bar at their ticks; of several at one the last counts."""
    placed: list[dict[int, Chord]] = [{} for _ in bars]
    begins = np.array([bar.begin for bar in bars])
    for tick, chord in written:
        number = max(int(np.searchsorted(begins, tick, "right")) - 1, 0)
        at = round(_within(tick, bars[number]) * bars[number].meter.steps) * TICKS_PER_STEP
        if at >= bars[number].meter.ticks and number + 1 < len(bars):  # a little early
            number, at = number + 1, 0
        placed[number][min(at, bars[number].meter.ticks - TICKS_PER_STEP)] = chord
    return [tuple(sorted(chords.items(), key=lambda row: row[0])) for chords in placed]


def _within(tick: int, bar: Bar) -> float:
    """Where in a bar a tick stands, 0 to 1."""
    return min(max((tick - bar.begin) / (bar.end - bar.begin), 0.0), 1.0)


def _steps(notes: NoteArray, bars: Sequence[Bar]) -> NoteArray:
    """Notes in steps from the first bar, those that begin before it left out."""
    edges = np.array([*(bar.begin for bar in bars), bars[-1].end], np.float64)
    steps = np.concatenate(([0], np.cumsum([bar.meter.steps for bar in bars]))).astype(np.float64)
    notes = notes[notes[:, 0] >= edges[0]]
    onset = np.rint(np.interp(notes[:, 0], edges, steps))
    end = np.rint(np.interp(notes[:, 0] + notes[:, 1], edges, steps))
    return np.stack([onset, np.maximum(end - onset, 1), notes[:, 2], notes[:, 3]], 1).astype(np.int32)


def _name_sections(measures: Sequence[Measure], bars: Sequence[Bar], texts: Sequence[Text]) -> None:
    """Markers that are no chords name the sections that begin at the bar next to them; some have them in brackets."""
    begins = np.array([bar.begin for bar in bars])
    for text in texts:
        if text.kind == MARKER and 0 < len(text.text) <= LONGEST_SECTION and text.tick < bars[-1].end:
            number = max(int(np.searchsorted(begins, text.tick, "right")) - 1, 0)
            number += number + 1 < len(bars) and _within(text.tick, bars[number]) > 0.5  # noqa: PLR2004 - half a bar
            name = IN_BRACKETS.fullmatch(text.text)
            measures[number].section = text.text if name is None else name[1]


def _key(score: ScoreTick) -> Key | None:
    """The first key signature. C major is what programs write who don't know: it tells nothing."""
    for signature in score.key_signatures:
        if (
            signature.tonality in {0, 1}
            and (signature.key, signature.tonality) != (0, 0)
            and abs(signature.key) <= MAX_FIFTHS
        ):
            return Key.signed(signature.key, minor=signature.tonality == 1)
    return None


def _tempo(score: ScoreTick, end: int, meter: Meter, notes: Notes) -> float | None:
    """The middle one of the tempos by how long they hold, in beats a minute; None where the file tells none."""
    changes = sorted({change.time: change.qpm for change in score.tempos if change.time < end}.items())
    if not changes:
        return None
    lasts = np.diff([*(time for time, _ in changes), end])
    order = np.argsort([tempo for _, tempo in changes], kind="stable")
    middle = order[np.searchsorted(np.cumsum(lasts[order]), lasts.sum() / 2)]
    tempo = notes.tempo(round(float(changes[int(middle)][1]) / float(meter.quarters_per_beat), 2))
    if tempo is not None and len({round(tempo) for _, tempo in changes}) > 1:
        notes.note("tempo", f"{tempo:g}")
    return tempo


def _title(texts: Sequence[Text], name: str) -> str:
    """A karaoke file's title, the name of a first track that is no player's, or that of the file."""
    titles = [text.text.removeprefix(TITLE).strip() for text in texts if text.text.startswith(TITLE)]
    is_alone = all(text.track == 0 for text in texts)
    names = [
        text.text
        for text in texts
        if text.track == 0
        and text.kind == SEQUENCE_NAME
        and (text.silent or is_alone)
        and text.text.lower() not in {*Role}
    ]
    return next(filter(None, titles), None) or next(filter(None, names), None) or PurePath(name).stem
