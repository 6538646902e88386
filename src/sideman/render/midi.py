"""Band ↔ standard MIDI file. Knows tracks, chord names and keys; makes no sound.

A file holds one named track a role. The first also carries tempo, metres, the key, and chords and sections as markers.
Every track ends in "all notes off" at the end of the band, so that a silent last bar is kept.

Files are written here and read by symusic: importing that takes 40 ms, ten times as long as writing a song.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sideman.errors import DataError, OptionError
from sideman.files import atomic_write
from sideman.music.band import (
    INSTRUMENTS,
    MIDI_VALUES,
    ONSET,
    Band,
    NoteArray,
    Role,
    Track,
    role_of,
)
from sideman.music.roles import SUNG
from sideman.music.time import (
    COMMON_TIME,
    SECONDS_PER_MINUTE,
    BarLines,
    Meter,
)
from sideman.music.wishes import PlayedSection, beginnings
from sideman.render.envelopes import midi_of, read_file
from sideman.render.key_signatures import key_signature
from sideman.render.parts import MAX_MIDI_TEMPO, MIN_MIDI_TEMPO, Part, parts, sounding, without_overlaps
from sideman.render.pulses import Pulses
from sideman.render.windows import Event, Window

if TYPE_CHECKING:
    from symusic.core import ScoreTick, TrackTick

    from sideman.music.progression import Progression

PULSES_PER_QUARTER = 480  # divides by steps (12) and chord ticks (24), of a beat that may be dotted
CLOCKS_PER_QUARTER = 24  # MIDI's own, in which a time signature tells its beat
ALL_NOTES_OFF = 123  # MIDI controller
NOTE_OFF, NOTE_ON, CONTROL, PROGRAM, META = 0x80, 0x90, 0xB0, 0xC0, 0xFF  # status bytes, of channel 0
TEXT_NAME, TEXT_MARKER, END_OF_TRACK, TEMPO, TIME_SIGNATURE, KEY_SIGNATURE = 0x03, 0x06, 0x2F, 0x51, 0x58, 0x59
THIRTY_SECONDS = 8  # of a quarter
OFF_VELOCITY = 64  # of a keyboard that doesn't measure it
FIRST, ENDING, BEGINNING, LAST = range(4)  # ranks
SHOWN, MAX_NAMES, MAX_DIGITS = 32, 8, 5  # characters and names of tracks in an error; digits of a track's number
MICROSECONDS = 1_000_000
SLOWEST = 2**24 - 1  # microseconds a quarter: what a file holds
DEFAULT_MIDI_TEMPO = 120.0  # of a MIDI file that names none
TEMPO_DIGITS = 2  # MIDI keeps microseconds a beat: exact to .005 beats a minute up to 700
MAX_BEATS = 100_000  # half a day of music: a file that is longer is damaged


def write_midi(
    band: Band,
    path: Path | str,
    *,
    progression: Progression | None = None,
    programs: Mapping[Role, int] | None = None,
    key: str | None = None,
    sections: Sequence[PlayedSection] = (),
) -> None:
    """Write ``band`` to ``path``, whole or not at all; the options are those of :func:`midi_bytes`.

    Raises :class:`DataError` where the file cannot be written.
    """
    data = midi_bytes(band, progression=progression, programs=programs, key=key, sections=sections)
    with atomic_write(path) as temporary:
        temporary.write_bytes(data)


def midi_bytes(
    band: Band,
    *,
    progression: Progression | None = None,
    programs: Mapping[Role, int] | None = None,
    key: str | None = None,
    sections: Sequence[PlayedSection] = (),
    bars: range | None = None,
) -> bytes:
    """``band`` as a standard MIDI file of type 1, or some ``bars`` of it, from 0, which begin the file.

    ``progression`` gives a marker at each change of chord, ``sections`` one in brackets where each begins,
    ``programs`` other General MIDI programs (0-based), ``key`` the key signature (``Eb``, ``F#m``, ``D minor``).
    Notes are cut at the end and where the same pitch begins anew. Raises :class:`OptionError` where the tempo, a
    program or the key is unknown, and for bars that there are not.
    """
    played = parts(band, programs)
    pulses = Pulses(band.lines, PULSES_PER_QUARTER)
    song = list(_metres(band, pulses))
    if key is not None:
        song.append(_meta(0, KEY_SIGNATURE, struct.pack(">bB", *key_signature(key))))
    marks = [
        _meta(int(pulses.of_steps(np.array(band.lines.onset(bar)))), TEXT_MARKER, f"[{name}]".encode())
        for bar, name in beginnings(sections)
    ]
    chords: list[Event] = []
    if progression is not None:
        ticks, names = zip(*_chord_changes(progression), strict=True)
        times = pulses.of_ticks(np.array(ticks)).tolist()
        chords = [_meta(time, TEXT_MARKER, name.encode()) for time, name in zip(times, names, strict=True)]
    window = None if bars is None else Window.of(band, bars, pulses)
    song = [*song, *marks, *chords] if window is None else [*window.held([*song, *chords]), *window.within(marks)]
    chunks = [
        _chunk([*(song if not number else ()), *_events(part, band, pulses, window)])
        for number, part in enumerate(played)
    ]
    return struct.pack(">4sIHHH", b"MThd", 6, 1, len(chunks), PULSES_PER_QUARTER) + b"".join(chunks)


def read_midi(source: Path | str | bytes) -> Band:
    """The band in a MIDI file, or in its bytes: the mirror of :func:`midi_bytes`.

    A track that alone bears the name of a role plays that role; any other is mapped by its drum channel and General
    MIDI program as LPD-5 does, and tracks of one role are merged. Onsets and ends snap to the nearest step. The tempo
    is the first one. The band ends where the tracks do if the file says so, else at the next bar line. Tracks without
    a note are left out. Raises :class:`DataError` where the file cannot be read or holds no note.
    """
    where = "MIDI data" if isinstance(source, bytes) else str(source)
    score = _load(source, where)
    tracks = [track for track in score.tracks if len(track.notes)]
    if not tracks:
        raise DataError(f"{where}: no note in it, give a MIDI file that plays something")
    if score.end() > MAX_BEATS * score.ticks_per_quarter:
        raise DataError(f"{where}: longer than {MAX_BEATS:,} beats, the file is probably damaged")
    lines = _bar_lines(score) or BarLines()
    grid = Pulses(lines, score.ticks_per_quarter)
    steps = _length(tracks, grid, lines)
    names = Counter(track.name.lower() for track in tracks)
    gathered: dict[Role, list[NoteArray]] = {}
    programs: dict[Role, int] = {}
    for track in tracks:
        role = _role(track, named=names[track.name.lower()] == 1)
        gathered.setdefault(role, []).append(_note_array(track, grid))
        programs.setdefault(role, track.program)
    return Band(
        tuple(_track(role, arrays, programs[role], steps) for role, arrays in gathered.items()),
        steps,
        _tempo(score, lines.meter(0)),
        lines,
    )


def read_track(
    source: Path | str | bytes, role: Role, lines: BarLines, track: str = "", where: str = ""
) -> tuple[Track, int]:
    """One track of a MIDI file as a role plays it, in bars that begin at ``lines``; how many onsets were off the steps.

    ``track`` is its name, or its number from 1 among those that have notes. Without it the file's only track is taken,
    or the one that bears the role's name or plays its instruments. A melody is the one that is called so, or the
    only one but drums, and has the file's program. What is on a drum channel drums alone can play. Raises
    :class:`DataError`, which names ``where`` bytes come from, where the file can't be read or has no such track.
    """
    found, moved, _ = read_track_and_lines(source, role, lines, track, where)
    return found, moved


def read_track_and_lines(
    source: Path | str | bytes, role: Role, lines: BarLines, track: str = "", where: str = ""
) -> tuple[Track, int, BarLines | None]:
    """What :func:`read_track` reads, and the bars of the file's own time signatures.

    None where it has no signatures, or they don't add up to bars that are known.
    """
    where = where or ("MIDI data" if isinstance(source, bytes) else str(source))
    score = _load(source, where)
    if score.end() > MAX_BEATS * score.ticks_per_quarter:
        raise DataError(f"{where}: longer than {MAX_BEATS:,} beats, the file is probably damaged")
    tracks = [each for each in score.tracks if len(each.notes)]
    found = _wanted(tracks, role, track)
    playable = [number for number, each in enumerate(tracks, 1) if role is Role.DRUMS or not each.is_drum]
    if len(found) != 1 or (found[0].is_drum and role is not Role.DRUMS):
        what = f"{found[0].name[:SHOWN]!r} is a drum track, not one" if len(found) == 1 else f"{len(found)} tracks"
        names = ", ".join(f"{number} {tracks[number - 1].name[:SHOWN]!r}" for number in playable[:MAX_NAMES])
        nothing = "none, all are drums" if tracks else "none, it has no note"
        raise DataError(f"{where}: {what} for {role}, choose one of: {names or nothing}")
    grid = Pulses(lines, score.ticks_per_quarter)
    notes = _note_array(found[0], grid)
    moved = int((grid.of_steps(notes[:, ONSET]) != found[0].notes.numpy()["time"]).sum())
    return Track(role, notes, found[0].program if role is Role.MELODY else None), moved, _bar_lines(score)


def _wanted(tracks: list[TrackTick], role: Role, track: str) -> list[TrackTick]:
    """The tracks of this name or number; without one those that fit the role best."""
    if track:
        named = [each for each in tracks if each.name.strip().lower() == track.strip().lower()]
        is_number = track.isascii() and track.isdecimal() and len(track) < MAX_DIGITS
        return named or (tracks[int(track) - 1 : int(track)] if is_number and int(track) else [])
    named = [each for each in tracks if each.name.strip().lower() == role]
    if role is Role.MELODY:
        pitched = [each for each in tracks if not each.is_drum]
        fitting = [each for each in pitched if any(word in each.name.lower() for word in SUNG)] or pitched
    else:
        fitting = [each for each in tracks if role_of(each.program, each.is_drum) is role]
    return next((each for each in (tracks, named, fitting) if len(each) == 1), named or fitting or tracks)


def _chord_changes(progression: Progression) -> Iterable[tuple[int, str]]:
    """Time in ticks and name of each chord that differs from the one before."""
    before = None
    for span in progression.spans:
        name = span.chord.written
        if name != before:
            yield span.onset, name
        before = name


def _metres(band: Band, pulses: Pulses) -> Iterator[Event]:
    """Every time signature, and the tempo in quarters, which changes too where beats begin or cease to be dotted."""
    tempi = {change.step: change.tempo for change in band.times.changes}
    quarters = {}
    for onset, meter in band.lines.changes(max(band.steps, 1)):
        pulse = int(pulses.of_steps(np.array(onset)))
        beat = meter.quarters_per_beat if meter.is_compound else Fraction(4, meter.unit)
        clocks = int(CLOCKS_PER_QUARTER * beat)
        yield _meta(pulse, TIME_SIGNATURE, bytes((meter.beats, meter.unit.bit_length() - 1, clocks, THIRTY_SECONDS)))
        quarters[onset] = float(meter.quarters_per_beat)
    tempo, per_beat, told = band.tempo, 1.0, 0.0
    for step in sorted(tempi.keys() | quarters.keys()):
        tempo, per_beat = tempi.get(step, tempo), quarters.get(step, per_beat)
        if tempo * per_beat != told:
            told = tempo * per_beat
            microseconds = min(round(SECONDS_PER_MINUTE * MICROSECONDS / told), SLOWEST)
            yield _meta(int(pulses.of_steps(np.array(step))), TEMPO, microseconds.to_bytes(3, "big"))


def _events(part: Part, band: Band, pulses: Pulses, window: Window | None) -> Iterator[Event]:
    """A part's messages, in any order, to the last at the end of the band, or of the window."""
    channel = part.channel
    yield _meta(0, TEXT_NAME, part.name.encode())
    yield 0, FIRST, bytes((PROGRAM | channel, part.program))
    for controller, value in part.controls:
        yield 0, FIRST, bytes((CONTROL | channel, controller, value))
    notes = sounding(part.role, part.notes if window is None else window.notes(part.notes), band)
    begins, ends = pulses.of_places(notes.begins), pulses.of_places(notes.ends)
    if window is not None:
        begins, ends = window.placed(begins, ends)
    times = begins.tolist(), ends.tolist()
    for begin, over, pitch, velocity in zip(*times, notes.pitches.tolist(), notes.velocities.tolist(), strict=True):
        yield begin, BEGINNING, bytes((NOTE_ON | channel, pitch, velocity))
        yield over, ENDING, bytes((NOTE_OFF | channel, pitch, OFF_VELOCITY))
    end = int(pulses.of_steps(np.array(band.steps))) if window is None else window.length
    yield end, LAST, bytes((CONTROL | channel, ALL_NOTES_OFF, 0))
    yield end, LAST, bytes((META, END_OF_TRACK, 0))


def _meta(pulse: int, kind: int, data: bytes) -> Event:
    return pulse, FIRST, bytes((META, kind)) + _quantity(len(data)) + data


def _chunk(events: list[Event]) -> bytes:
    """A track: each event behind the pulses since the one before."""
    data, before = bytearray(), 0
    for pulse, _, message in sorted(events, key=itemgetter(0, 1)):
        data += _quantity(pulse - before)
        data += message
        before = pulse
    return struct.pack(">4sI", b"MTrk", len(data)) + data


def _quantity(value: int) -> bytes:
    """A number of any size: seven bits a byte, the eighth set in all but the last."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


def _load(source: Path | str | bytes, where: str) -> ScoreTick:
    data = midi_of(source, where) if isinstance(source, bytes) else read_file(Path(source))
    from symusic.core import ScoreTick

    try:
        return ScoreTick.from_midi(data)
    except (RuntimeError, ValueError) as error:
        raise DataError(f"{where}: the MIDI file is damaged: save it anew in the program that made it") from error


def _bar_lines(score: ScoreTick) -> BarLines | None:
    """The bars of a file's time signatures; None where it has none, or they don't add up to bars that are known."""
    changes = {change.time: (change.numerator, change.denominator) for change in score.time_signatures}
    if not changes:
        return None
    changes = {0: (COMMON_TIME.beats, COMMON_TIME.unit), **dict(sorted(changes.items()))}
    meters: list[Meter] = []
    try:
        for (begin, (beats, unit)), end in zip(changes.items(), [*list(changes)[1:], None], strict=True):
            meter = Meter(beats, unit)
            bars = 1 if end is None else Fraction((end - begin) * unit, 4 * score.ticks_per_quarter * beats)
            if bars != int(bars):
                return None
            meters += [meter] * int(bars)
    except OptionError:
        return None
    return BarLines(tuple(meters))


def _tempo(score: ScoreTick, meter: Meter) -> float:
    """The first tempo, in beats; the default where there is none that means anything."""
    tempo = score.tempos[0].qpm / float(meter.quarters_per_beat) if len(score.tempos) else DEFAULT_MIDI_TEMPO
    return round(tempo, TEMPO_DIGITS) if MIN_MIDI_TEMPO <= tempo <= MAX_MIDI_TEMPO else DEFAULT_MIDI_TEMPO


def _length(tracks: list[TrackTick], grid: Pulses, lines: BarLines) -> int:
    """Steps to the end: "all notes off" where that comes after the last note, else the next bar line."""
    last = int(max(_snap(track.notes.numpy(), grid)[1].max() for track in tracks))
    marks = [change.time for track in tracks for change in track.controls if change.number == ALL_NOTES_OFF]
    marked = int(grid.steps(np.array(max(marks, default=0))))
    return marked if marked >= last else lines.onset(lines.count(last))


def _role(track: TrackTick, *, named: bool) -> Role:
    name = track.name.lower()
    if named and name in tuple(Role) and INSTRUMENTS[Role(name)].is_drum == track.is_drum:
        return Role(name)
    return role_of(track.program, track.is_drum)


def _snap(columns: Mapping[str, NoteArray], grid: Pulses) -> tuple[NoteArray, NoteArray]:
    """Onsets and ends in steps, each at least one step apart."""
    onset, end = grid.steps(columns["time"]), grid.steps(columns["time"] + columns["duration"])
    return onset, np.maximum(end, onset + 1)


def _note_array(track: TrackTick, grid: Pulses) -> NoteArray:
    columns = track.notes.numpy()
    onset, end = _snap(columns, grid)
    velocity = np.clip(columns["velocity"], 1, MIDI_VALUES - 1)
    return np.stack([onset, end - onset, columns["pitch"], velocity], 1).astype(np.int32)


def _track(role: Role, arrays: list[NoteArray], program: int, steps: int) -> Track:
    own = None if program == INSTRUMENTS[role].program else program
    merged = Track(role, np.concatenate(arrays), own)
    return Track(role, without_overlaps(merged.notes, steps), own)
