"""MIDI files as charts: what is written in them, else what they sound like."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.cases import cases

from sideman.charts import Reading, read
from sideman.charts.midi_texts import CUE, LYRIC, MARKER, SEQUENCE_NAME, TEXT, read_texts
from sideman.errors import OptionError, SidemanError, UnreadableError

QUARTER = 96  # ticks
BAR = 4 * QUARTER
TRIADS = {"C": (48, 64, 67), "Am": (45, 60, 64), "F": (41, 57, 60), "G": (43, 59, 62)}

Event = tuple[int, bytes]


def quantity(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


def meta(tick: int, kind: int, data: bytes | str) -> Event:
    raw = data.encode() if isinstance(data, str) else data
    return tick, bytes([0xFF, kind]) + quantity(len(raw)) + raw


def time(tick: int, beats: int, unit: int) -> Event:
    return meta(tick, 0x58, bytes([beats, unit.bit_length() - 1, 24, 8]))


def tempo(tick: int, beats_a_minute: float) -> Event:
    return meta(tick, 0x51, round(60_000_000 / beats_a_minute).to_bytes(3, "big"))


def chord(tick: int, pitches: Sequence[int], length: int = BAR, channel: int = 0) -> list[Event]:
    on = [(tick, bytes([0x90 | channel, pitch, 80])) for pitch in pitches]
    return on + [(tick + length, bytes([0x80 | channel, pitch, 64])) for pitch in pitches]


def track(events: Sequence[Event]) -> bytes:
    data, before = b"", 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        data += quantity(tick - before) + message
        before = tick
    data += b"\x00\xff\x2f\x00"
    return b"MTrk" + len(data).to_bytes(4, "big") + data


def midi(*tracks: Sequence[Event], division: int = QUARTER) -> bytes:
    head = (1).to_bytes(2, "big") + len(tracks).to_bytes(2, "big") + division.to_bytes(2, "big")
    return b"MThd" + len(head).to_bytes(4, "big") + head + b"".join(map(track, tracks))


def song(*names: str) -> list[Event]:
    """A bar of each triad."""
    return [event for number, name in enumerate(names) for event in chord(number * BAR, TRIADS[name])]


def chords(reading: Reading) -> list[str]:
    return [
        " ".join(f"{chord}@{tick}" if tick else str(chord) for tick, chord in measure.chords)
        for measure in reading.sheet.measures
    ]


def codes(reading: Reading) -> list[tuple[str, str]]:
    return [(assumption.code, assumption.read) for assumption in reading.assumptions]


def test_notes_tell_the_chords_where_none_are_written() -> None:
    reading = read(midi(song("C", "Am", "F", "G")))
    assert reading.format == "MIDI"
    assert chords(reading) == ["C", "Am", "F", "G"]
    assert [(told.code, told.read, told.text) for told in reading.assumptions] == [("recognised", "notes", "0/4")]


def test_drums_are_no_chords() -> None:
    drums = [event for beat in range(16) for event in chord(beat * QUARTER, (36, 42), 10, channel=9)]
    assert chords(read(midi(song("C", "Am", "F", "G"), drums))) == ["C", "Am", "F", "G"]
    with pytest.raises(UnreadableError, match="neither notes nor chords"):
        read(midi(drums))


def test_where_the_chords_hang_on_the_melody_they_are_doubtful() -> None:
    high = [(72, 76, 79), (77, 81, 84)]
    told = read(midi([event for bar, notes in enumerate(high) for event in chord(bar * BAR, notes)])).assumptions[0]
    assert (told.code, told.text) == ("recognised", "2/2")


@pytest.mark.parametrize("kind", [MARKER, TEXT, LYRIC, CUE])
def test_written_chords_count_more_than_notes(kind: int) -> None:
    written = [meta(0, kind, "C M7"), meta(BAR, kind, "Dm7"), meta(BAR + 2 * QUARTER, kind, "G7/B")]
    reading = read(midi(written, song("C", "Am")))
    assert chords(reading) == ["CM7", "Dm7 G7/B@48"]
    assert codes(reading) == [("markers", "chords")]


def test_a_chord_that_comes_a_little_early_is_that_of_the_bar() -> None:
    written = [meta(0, MARKER, "Am7"), meta(BAR - 1, MARKER, "D7")]
    assert chords(read(midi(written, song("C", "Am")))) == ["Am7", "D7"]


def test_chords_alone_are_a_chart() -> None:
    assert chords(read(midi([meta(0, MARKER, "Cm"), meta(BAR, MARKER, "Fm")]))) == ["Cm", "Fm"]


def test_words_that_look_like_chords_are_words() -> None:
    words = [meta(number * QUARTER, LYRIC, word) for number, word in enumerate(("A", "ma", "zing", "Am", "I"))]
    assert codes(read(midi(words, song("C", "Am"))))[0][0] == "recognised"


def test_markers_name_sections_and_letters_are_no_chords() -> None:
    letters = [meta(number * 4 * BAR, MARKER, letter) for number, letter in enumerate("ABA")]
    reading = read(midi(letters, song(*["C", "Am", "F", "G"] * 3)))
    assert [section.name for section in reading.song.sections] == ["A", "B", "A"]
    named = read(midi([meta(0, MARKER, "Verse 1"), meta(2 * BAR - 5, MARKER, "Chorus")], song("C", "Am", "F", "G")))
    assert [(section.name, len(section.bars)) for section in named.song.sections] == [("Verse 1", 2), ("Chorus", 2)]


def test_time_signatures_are_the_bars_and_one_within_a_bar_cuts_it() -> None:
    signs = [time(0, 3, 4), time(3 * QUARTER + 2 * QUARTER, 6, 8)]
    reading = read(midi(signs, chord(0, TRIADS["C"], 10 * QUARTER)))
    meters = [str(measure.meter or reading.sheet.meter) for measure in reading.sheet.measures]
    assert meters == ["3/4", "2/4", "6/8", "6/8"]


def test_a_bar_of_one_beat_is_no_metre() -> None:
    reading = read(midi([time(0, 1, 4)], song("C", "Am")))
    assert str(reading.sheet.meter) == "4/4"
    assert ("meter", "4/4") in codes(reading)


def test_odd_metres_are_heard_too() -> None:
    seven = [event for number, name in enumerate("CF") for event in chord(number * 336, TRIADS[name], 336)]
    assert chords(read(midi([time(0, 7, 8)], seven))) == ["C", "F"]


def test_silent_bars_before_the_music_are_left_out_and_can_be_kept() -> None:
    data = midi([(tick + 2 * BAR, message) for tick, message in song("C", "Am")])
    reading = read(data)
    assert chords(reading) == ["C", "Am"]
    assert codes(reading)[0] == ("lead", "dropped")
    assert chords(read(data, choices={"lead": "kept"})) == ["N.C.", "", "C", "Am"]


def test_title_key_and_tempo_are_read() -> None:
    head = [meta(0, SEQUENCE_NAME, "A Song"), meta(0, 0x59, bytes([253, 1])), tempo(0, 100), tempo(BAR * 2, 50)]
    reading = read(midi(head, song("C", "Am", "F")), name="file.mid")
    sheet = reading.sheet
    assert sheet.key is not None
    assert (sheet.title, sheet.key.name, sheet.tempo) == ("A Song", "C minor", 100)
    assert ("tempo", "100") in codes(reading)
    flats = read(midi([meta(0, 0x59, bytes([250, 0]))], song("C")))
    assert flats.sheet.key is not None
    assert flats.sheet.key.name == "Gb major"
    plain = read(midi([meta(0, 0x59, bytes([0, 0]))], [meta(0, SEQUENCE_NAME, "Piano"), *song("C")]), name="file.mid")
    assert (plain.sheet.title, plain.sheet.key, plain.sheet.tempo) == ("file", None, None)


@cases(
    ("tracks", "title"),
    [
        ([[meta(0, SEQUENCE_NAME, "A Song"), *song("C")]], "A Song"),  # all in one track
        ([[meta(0, SEQUENCE_NAME, "A Song")], song("C")], "A Song"),
        ([[meta(0, SEQUENCE_NAME, "Steinway"), *song("C")], [meta(0, SEQUENCE_NAME, "P-Bass"), *song("C")]], "file"),
        ([[meta(0, SEQUENCE_NAME, "Drums"), *song("C")]], "file"),
    ],
)
def test_no_player_is_taken_for_a_title(tracks: list[list[tuple[int, bytes]]], title: str) -> None:
    assert read(midi(*tracks), name="file.mid").sheet.title == title


def test_a_tempo_out_of_range_is_told() -> None:
    reading = read(midi([tempo(0, 5)], song("C")))
    assert reading.sheet.tempo is None
    assert ("value", "tempo") in codes(reading)


def test_a_dotted_beat_counts_the_tempo() -> None:
    assert read(midi([time(0, 6, 8), tempo(0, 120)], song("C"))).sheet.tempo == 80


def test_a_file_in_a_wrapper_is_read() -> None:
    data = midi(song("C", "Am"))
    assert chords(read(b"RIFF" + bytes(4) + b"RMIDdata" + len(data).to_bytes(4, "little") + data)) == ["C", "Am"]


def test_texts_are_found_whatever_stands_between_them() -> None:
    events = [
        (0, b"\xf0\x03abc"),
        (0, b"\xc0\x05"),
        meta(1, TEXT, "a"),
        (2, b"\x90\x40\x50"),
        (3, b"\x40\x00"),
        meta(4, MARKER, "Größe".encode("cp1252")),
    ]
    assert [(text.tick, text.text, text.silent) for text in read_texts(midi(events))] == [
        (1, "a", False),
        (4, "Größe", False),
    ]
    assert [text.silent for text in read_texts(midi(events[:3], events))] == [True, False, False]


@cases(
    "data",
    [
        b"MThd",
        b"MThd" + bytes(20),
        midi(song("C"), division=0),
        midi(song("C"), division=0xE728),
        midi(song("C"))[:40],
        midi(),
    ],
)
def test_what_is_damaged_ends_in_words_of_ours(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(data)


def test_a_file_without_an_end_is_refused() -> None:
    with pytest.raises(OptionError, match="more than"):
        read(midi(chord(0, TRIADS["C"], 1 << 27)))
    with pytest.raises(OptionError, match="more than"):
        read(midi([time(0, 1, 64), time(1, 255, 64)], chord(0, TRIADS["C"], 1 << 27), division=1))


def test_damage_anywhere_ends_in_errors_of_ours() -> None:
    whole = midi([time(0, 3, 4), tempo(0, 90), meta(0, MARKER, "Am"), meta(BAR, MARKER, "Dm")], song("C", "Am"))
    for place in range(len(whole)):
        for data in (whole[:place], whole[:place] + b"\xff" + whole[place + 1 :], whole[:place] + whole[place + 1 :]):
            try:
                read(data)
            except SidemanError:
                continue
