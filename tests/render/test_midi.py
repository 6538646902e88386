from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman import charts
from sideman.charts.midi_texts import MARKER, read_texts
from sideman.errors import DataError, OptionError
from sideman.music.band import INSTRUMENTS, ROLES, Band, Note, Role, Track
from sideman.music.chords import parse
from sideman.music.time import BarLines, Meter
from sideman.music.wishes import PlayedSection
from sideman.render.key_signatures import key_signature
from sideman.render.midi import midi_bytes, read_midi, write_midi
from sideman.render.parts import without_overlaps


def notes() -> st.SearchStrategy[Note]:
    return st.builds(Note, st.integers(0, 95), st.integers(1, 96), st.integers(0, 127), st.integers(1, 127))


@st.composite
def bands(draw: st.DrawFn) -> Band:
    """Bands that MIDI can tell apart: no empty track, no note beyond the end or across its own pitch."""
    steps = draw(st.integers(96, 200))
    tracks = []
    for role in draw(st.sets(st.sampled_from(ROLES), min_size=1)):
        program = draw(st.none() | st.integers(0, 127))
        track = Track(role, draw(st.lists(notes(), min_size=1, max_size=12)))
        if program == INSTRUMENTS[role].program:
            program = None  # the same to a MIDI file
        tracks.append(Track(role, without_overlaps(track.notes, steps), program))
    return Band(tuple(tracks), steps, draw(st.integers(3000, 30000)) / 100, draw(LINES))


# Every metre is reached within 96 steps: a file doesn't tell what would come after its end.
METERS = st.sampled_from([Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(7, 8), Meter(2, 2)])
LINES = st.lists(METERS, min_size=1, max_size=2).map(lambda meters: BarLines(tuple(meters)))


@given(bands())
def test_a_band_comes_back_from_its_bytes(original: Band) -> None:
    assert read_midi(midi_bytes(original)) == original


@given(bands())
def test_mido_reads_the_same_notes(original: Band) -> None:
    simple = replace(original, lines=BarLines())
    for track, read in zip(original.tracks, read_with_mido(midi_bytes(simple)).tracks, strict=True):
        assert sounding(read) == [Note(*row) for row in track.notes.tolist()]


@given(st.binary(max_size=200), st.integers(0, 400), st.binary(max_size=4))
def test_bytes_that_are_no_music_raise_our_error(noise: bytes, place: int, damage: bytes) -> None:
    good = midi_bytes(Band((Track(Role.PIANO, [Note(0, 6, 60, 80)]),), 48))
    for data in (noise, good[:place], good[:place] + damage + good[place + len(damage) :]):
        try:
            read_midi(data)
        except DataError as error:
            assert "\n" not in str(error)  # noqa: PT017


def test_tracks_channels_and_programs(band: Band) -> None:
    tracks = read_with_mido(midi_bytes(band, programs={Role.STRINGS: 89})).tracks
    assert [track.name for track in tracks] == ["Drums", "Piano", "Guitar", "Bass", "Strings"]
    assert [{message.channel for message in track if not message.is_meta} for track in tracks] == [
        {9}, {0}, {1}, {2}, {3}
    ]  # fmt: skip
    assert [message.program for track in tracks for message in track if message.type == "program_change"] == [
        0, 0, 25, 33, 89
    ]  # fmt: skip


def test_tempo_key_and_time_signature(band: Band) -> None:
    meta = {
        message.type: message for message in read_with_mido(midi_bytes(band, key="Ebm")).tracks[0] if message.is_meta
    }
    assert meta["set_tempo"].tempo == 500_000
    assert (meta["time_signature"].numerator, meta["time_signature"].denominator) == (4, 4)
    assert meta["key_signature"].key == "Ebm"


def events(band: Band, chords: str = "", meter: Meter = Meter(4, 4)) -> list[tuple[float, str]]:  # noqa: B008
    """Metres, tempi, markers and the onsets of the first track, each at its quarter."""
    data = midi_bytes(band, progression=parse(chords, meter) if chords else None)
    time, found = 0, []
    for message in read_with_mido(data).tracks[0]:
        time += message.time
        if message.type == "time_signature":
            found.append((time / 480, f"{message.numerator}/{message.denominator} {message.clocks_per_click}"))
        elif message.type == "set_tempo":
            found.append((time / 480, f"{mido.tempo2bpm(message.tempo):.1f}"))
        elif message.type == "marker":
            found.append((time / 480, message.text))
        elif message.type == "note_on" and message.velocity:
            found.append((time / 480, str(message.note)))
    return found


def test_a_waltz() -> None:
    waltz = Track(Role.PIANO, [Note(36 * bar + beat, 12, 60 + bar, 80) for bar in range(2) for beat in (0, 12, 24)])
    band = Band((waltz,), 72, 90.0, BarLines((Meter(3, 4),)))
    assert events(band, "C | G7 Am:1", Meter(3, 4)) == [
        *((0, "3/4 24"), (0, "90.0"), (0, "C"), (0, "60"), (1, "60"), (2, "60")),
        *((3, "G7"), (3, "61"), (4, "61"), (5, "Am"), (5, "61")),
    ]
    assert read_midi(midi_bytes(band)) == band


def test_metres_change_and_dotted_beats_are_longer() -> None:
    notes = [Note(onset, 4, 60, 80) for onset in (0, 48, 52, 60, 72, 84)]  # a bar of 4/4, one of 6/8, one of 3/4
    band = Band((Track(Role.PIANO, notes),), 108, 80.0, BarLines((Meter(4, 4), Meter(6, 8), Meter(3, 4))))
    assert events(band) == [
        *((0, "4/4 24"), (0, "80.0"), (0, "60")),
        *((4, "6/8 36"), (4, "120.0"), (4, "60"), (4.5, "60"), (5.5, "60")),
        *((7, "3/4 24"), (7, "80.0"), (7, "60"), (8, "60")),
    ]
    assert read_midi(midi_bytes(band)) == band


@pytest.mark.parametrize("signatures", [[(0, 4, 16)], [(0, 77, 4)], [(0, 3, 4), (500, 4, 4)], [(700, 3, 4)]])
def test_metres_that_make_no_bars_are_read_as_four_quarters(signatures: list[tuple[int, int, int]]) -> None:
    file = mido.MidiFile(ticks_per_beat=480)
    before = 0
    track = mido.MidiTrack([])
    for time, numerator, denominator in signatures:
        track.append(
            mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator, time=time - before)
        )
        before = time
    track.append(mido.Message("note_on", note=60, velocity=80))
    track.append(mido.Message("note_off", note=60, time=480))
    file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    band = read_midi(buffer.getvalue())
    assert band.lines == BarLines()
    assert band.steps % 48 == 0


def test_chord_names_are_markers_at_each_change(band: Band) -> None:
    data = midi_bytes(band, progression=parse("C:1|C:1|Am7:1.5|F/A:0.5"))
    time, markers = 0, []
    for message in read_with_mido(data).tracks[0]:
        time += message.time
        if message.type == "marker":
            markers.append((message.text, time / 480))
    assert markers == [("C", 0), ("Am7", 2), ("F/A", 3.5)]


def test_a_silent_last_bar_is_kept(band: Band) -> None:
    assert read_midi(midi_bytes(Band(band.tracks, 100))).steps == 100


def test_other_files_end_on_a_bar_line_and_snap_to_the_grid() -> None:
    read = read_midi(foreign(("", 0, 0, [(50, 420), (470, 20)])))
    assert read.steps == 48
    assert read[Role.PIANO].notes.tolist() == [[1, 11, 60, 64], [12, 1, 60, 64]]
    assert read.tempo == 120.0


def test_other_files_are_mapped_by_drum_channel_and_program_family() -> None:
    read = read_midi(
        foreign(("a", 9, 5, [(0, 9)]), ("b", 0, 3, [(0, 9)]), ("c", 1, 30, [(0, 9)]), ("d", 2, 35, [(0, 9)]),
                ("e", 3, 61, [(0, 9)]))
    )  # fmt: skip
    assert [(track.role, track.program) for track in read.tracks] == [
        (Role.DRUMS, 5), (Role.PIANO, 3), (Role.GUITAR, 30), (Role.BASS, 35), (Role.STRINGS, 61)
    ]  # fmt: skip


def test_a_tempo_of_no_length_is_ignored(band: Band) -> None:
    data = midi_bytes(band)
    assert read_midi(data.replace(b"\xff\x51\x03\x07\xa1\x20", b"\xff\x51\x03\x00\x00\x00")).tempo == 120.0


def test_a_name_in_another_encoding_is_no_obstacle(band: Band) -> None:
    assert read_midi(midi_bytes(band).replace(b"Piano", b"Pi\xe4no")) == band


def test_tracks_of_one_role_are_merged() -> None:
    read = read_midi(foreign(("left", 0, 0, [(0, 480)]), ("right", 1, 1, [(480, 480)])))
    assert read[Role.PIANO].notes.tolist() == [[0, 12, 60, 64], [12, 12, 60, 64]]


def test_a_role_in_the_name_counts_only_where_one_track_bears_it() -> None:
    assert read_midi(foreign(("Bass", 0, 0, [(0, 480)]))).roles == (Role.BASS,)
    both = foreign(("Bass", 0, 0, [(0, 480)]), ("bass", 1, 24, [(0, 480)]))
    assert read_midi(both).roles == (Role.PIANO, Role.GUITAR)


@cases(
    ("key", "fifths", "minor"),
    [("C", 0, False), ("Am", 0, True), ("Eb", -3, False), ("F#m", 3, True), ("B♭ minor", -5, True),
     ("C# major", 7, False), ("G#", -4, False), ("Fb", 4, False), ("D#m", 6, True)],
)  # fmt: skip
def test_keys(key: str, fifths: int, minor: bool) -> None:
    assert key_signature(key) == (fifths, minor)


@cases("key", ["", "H", "c", "Cmin", "C###", "Am "])
def test_what_is_no_key(band: Band, key: str) -> None:
    with pytest.raises(OptionError, match="unknown key"):
        midi_bytes(band, key=key)


def test_golden_bytes(band: Band, golden: Callable[[str, str], None]) -> None:
    """The bytes of one bar, message by message; the file's diff is what a change has to explain."""
    golden("one_bar.mid.txt", annotated(midi_bytes(band, progression=parse("C:2|G7:2"), key="C")))


def test_a_file_is_written_and_read(band: Band, tmp_path: Path) -> None:
    write_midi(band, tmp_path / "song.mid")
    assert read_midi(tmp_path / "song.mid") == band
    assert [path.name for path in tmp_path.iterdir()] == ["song.mid"]


def test_errors_name_the_file(band: Band, tmp_path: Path) -> None:
    (tmp_path / "silent.mid").write_bytes(midi_bytes(Band((Track(Role.PIANO),), 48)))
    with pytest.raises(DataError, match=r"silent\.mid: no note in it"):
        read_midi(tmp_path / "silent.mid")
    with pytest.raises(DataError, match=r"cannot read .*missing\.mid: No such file"):
        read_midi(tmp_path / "missing.mid")
    with pytest.raises(DataError, match="it is a folder"):
        write_midi(band, tmp_path)


def read_with_mido(data: bytes) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(data))


def sounding(track: mido.MidiTrack) -> list[Note]:
    """The notes that mido hears, in steps."""
    begun, heard, time = {}, [], 0
    for message in track:
        time += message.time
        if message.type == "note_on":
            assert message.note not in begun
            begun[message.note] = time, message.velocity
        elif message.type == "note_off":
            onset, velocity = begun.pop(message.note)
            heard.append(Note(onset // 40, (time - onset) // 40, message.note, velocity))
    assert not begun
    return sorted(heard, key=lambda note: (note.onset, note.pitch))


def foreign(*tracks: tuple[str, int, int, list[tuple[int, int]]]) -> bytes:
    """A file by mido: (name, channel, program, [(onset, duration)]) at 480 a beat, all on middle C."""
    file = mido.MidiFile(ticks_per_beat=480)
    for name, channel, program, spans in tracks:
        events = [mido.MetaMessage("track_name", name=name, time=0)]
        events.append(mido.Message("program_change", channel=channel, program=program, time=0))
        time = 0
        for onset, duration in spans:
            events.append(mido.Message("note_on", channel=channel, note=60, velocity=64, time=onset - time))
            events.append(mido.Message("note_off", channel=channel, note=60, time=duration))
            time = onset + duration
        file.tracks.append(mido.MidiTrack(events))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def annotated(data: bytes) -> str:
    """Every message with its time in pulses and its bytes."""
    lines = [f"header {data[:14].hex(' ')}"]
    for track in read_with_mido(data).tracks:
        lines.append(f"track {track.name}")
        time = 0
        for message in track:
            time += message.time
            encoded = bytes(message.bytes()).hex(" ")
            values = " ".join(
                f"{name}={value}" for name, value in message.dict().items() if name not in {"type", "time"}
            )
            lines.append(f"  {time:5} {message.type:16} {encoded:24} {values}".rstrip())
    return "\n".join(lines) + "\n"


def test_sections_are_markers_and_read_back_as_sections() -> None:
    band = Band((Track(Role.PIANO, [Note(0, 192, 60, 90)]),), 4 * 48)
    sections = (PlayedSection("A", (0,)), PlayedSection("", (0,)), PlayedSection("Chorus & more", (0, 1)))
    data = midi_bytes(band, progression=parse("C|Am|F|G"), sections=sections)
    texts = [(text.tick // (4 * 480), text.text) for text in read_texts(data) if text.kind == MARKER]
    assert texts == [(0, "[A]"), (0, "C"), (1, "Am"), (2, "[Chorus & more]"), (2, "F"), (3, "G")]
    song = charts.read(data).song
    assert [(section.name, len(section.bars)) for section in song.sections] == [("A", 2), ("Chorus & more", 2)]
    assert str(song.progression) == "C:4|Am:4|F:4|G:4"
