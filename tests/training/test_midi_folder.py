"""MIDI files as songs: roles, ticks, tempo, and what is refused."""

from __future__ import annotations

import random
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.conftest import Row

from sideman.errors import DataError
from sideman.music.band import ROLES
from sideman.music.time import Meter
from sideman.training import midi_folder
from sideman.training.midi_folder import read_midi_song
from sideman.training.song import Loss

DRUM_CHANNEL = 9
Part = tuple[int, int, list[Row]]  # channel, program, notes in the file's own ticks


def midi(path: Path, *parts: Part, resolution: int = 480, meta: tuple[mido.MetaMessage, ...] = ()) -> Path:
    """A file of one track a part; ``meta`` messages carry absolute times."""
    file = mido.MidiFile(ticks_per_beat=resolution)
    events = [[(message.time, message) for message in meta]]
    for channel, program, rows in parts:
        track = [(0, mido.Message("program_change", channel=channel, program=program))]
        for onset, duration, pitch, velocity in rows:
            track.append((onset, mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)))
            track.append((onset + duration, mido.Message("note_off", channel=channel, note=pitch)))
        events.append(track)
    for track in events:
        now = 0
        messages = []
        for time, message in sorted(track, key=lambda event: event[0]):
            messages.append(message.copy(time=time - now))
            now = time
        file.tracks.append(mido.MidiTrack(messages))
    file.save(path)
    return path


def signature(numerator: int, denominator: int, time: int = 0) -> mido.MetaMessage:
    return mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator, time=time)


def tempo(bpm: float, time: int = 0) -> mido.MetaMessage:
    return mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm), time=time)


PIANO: Part = (0, 4, [(0, 480, 60, 90), (480, 240, 62, 80)])


def test_tracks_go_to_the_role_of_their_channel_and_program(tmp_path: Path) -> None:
    row = [(0, 480, 60, 90)]
    path = midi(
        tmp_path / "a.mid", (DRUM_CHANNEL, 30, row), (0, 7, row), (1, 31, row), (2, 32, row), (3, 65, row), (4, 8, row)
    )
    song = read_midi_song(path)
    assert [len(track) for track in song.ticks] == [1] * len(ROLES)  # sax and celesta are both strings, in unison
    assert (song.name, song.length, song.tempo) == ("a", 24, 120.0)


def test_reading_counts_what_it_costs(tmp_path: Path) -> None:
    unison: Part = (1, 0, [(0, 480, 60, 70), (485, 235, 64, 70)])  # one note that the piano has; one between two ticks
    drums: Part = (DRUM_CHANNEL, 0, [(0, 7, 36, 90)])  # a drum's end is nothing
    song = read_midi_song(midi(tmp_path / "a.mid", PIANO, unison, drums))
    assert song.loss == Loss(notes=1, merged=1, resampled=1)


def test_source_tracks_of_a_role_are_merged(tmp_path: Path) -> None:
    song = read_midi_song(midi(tmp_path / "a.mid", PIANO, (1, 0, [(240, 480, 60, 70), (0, 240, 67, 60)])))
    assert song.ticks[1].tolist() == [[0, 12, 60, 90], [0, 12, 67, 60], [12, 24, 60, 70], [24, 12, 62, 80]]


@pytest.mark.parametrize(
    ("resolution", "onset", "tick"), [(480, 470, 24), (480, 469, 23), (96, 47, 12), (7, 2, 7), (24, 5, 5)]
)
def test_onsets_go_to_the_nearest_tick(tmp_path: Path, resolution: int, onset: int, tick: int) -> None:
    path = midi(tmp_path / "a.mid", (0, 0, [(onset, resolution, 60, 90)]), resolution=resolution)
    assert read_midi_song(path).ticks[1][0, :2].tolist() == [tick, 24]


@pytest.mark.parametrize(
    ("changes", "median"),
    [
        ((), 120.0),
        ((tempo(90),), 90.0),
        ((tempo(90), tempo(200, 480)), 90.0),
        ((tempo(90), tempo(200, 180)), 200.0),
        ((tempo(60), tempo(90, 200), tempo(240, 520)), 90.0),
        ((tempo(90, 400),), 120.0),
        ((tempo(90), tempo(30, 100_000)), 90.0),
    ],
)
def test_the_tempo_is_the_median_over_the_beats(
    tmp_path: Path, changes: tuple[mido.MetaMessage, ...], median: float
) -> None:
    assert read_midi_song(midi(tmp_path / "a.mid", PIANO, meta=changes)).tempo == pytest.approx(median, abs=1e-3)


QUARTERS: Part = (0, 0, [(480 * beat, 480, 60 + beat, 90) for beat in range(16)])


@pytest.mark.parametrize(
    ("changes", "meter", "pitches"),
    [
        ((), None, range(60, 76)),
        ((signature(4, 4),), None, range(60, 76)),
        ((signature(4, 4), signature(1, 4)), None, range(60, 76)),  # an exporter that knows no metre
        ((signature(2, 4),), None, range(60, 76)),
        ((signature(2, 2), signature(4, 4, 8 * 480)), None, range(60, 76)),
        ((signature(4, 4), signature(4, 4, 4 * 480)), None, range(60, 76)),
        ((signature(4, 4), signature(3, 4, 99 * 480)), None, range(60, 76)),
        ((signature(3, 4),), "3/4", range(60, 76)),
        ((signature(6, 8),), "6/8", range(60, 76)),
        ((signature(1, 8), signature(4, 4, 480)), None, range(61, 76)),  # a pick-up
        ((signature(4, 4), signature(4, 4, 480)), None, range(61, 76)),
        ((signature(4, 4), signature(5, 4, 12 * 480)), None, range(60, 72)),
        ((signature(7, 8), signature(3, 4, 7 * 480), signature(4, 4, 13 * 480)), "3/4", range(67, 73)),
    ],
)
def test_the_longest_stretch_in_a_known_metre_is_taken(
    tmp_path: Path, changes: tuple[mido.MetaMessage, ...], meter: str | None, pitches: range
) -> None:
    song = read_midi_song(midi(tmp_path / "a.mid", QUARTERS, meta=changes))
    assert song.meter == (meter and Meter.parse(meter))
    assert song.ticks[1].tolist() == [[24 * beat, 24, pitch, 90] for beat, pitch in enumerate(pitches)]
    assert song.length == 24 * len(pitches)


def test_what_rings_into_another_metre_ends_there_and_its_tempo_counts(tmp_path: Path) -> None:
    changes = (signature(4, 4), signature(5, 4, 1920), tempo(90), tempo(200, 1920))
    song = read_midi_song(midi(tmp_path / "a.mid", (0, 0, [(960, 9000, 60, 90)]), meta=changes))
    assert (song.ticks[1].tolist(), round(song.tempo)) == ([[48, 48, 60, 90]], 90)


def test_other_metres_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is in 5/4; 4/4, 3/4 and 6/8 are taken"):
        read_midi_song(midi(tmp_path / "a.mid", QUARTERS, meta=(signature(5, 4),)))


def test_a_file_without_notes_is_an_empty_song(tmp_path: Path) -> None:
    song = read_midi_song(midi(tmp_path / "a.mid", (0, 0, []), meta=(tempo(75),)))
    assert (song.note_count, song.length, song.bars) == (0, 0, 0)
    assert song.tempo == pytest.approx(75)


def test_a_note_beyond_all_songs_is_refused(tmp_path: Path) -> None:
    path = midi(tmp_path / "a.mid", (0, 0, [(200_000_000, 10, 60, 90)]), resolution=24)
    with pytest.raises(DataError, match="a note ends after"):
        read_midi_song(path)


def test_what_is_no_file_or_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path, tmp_path / "missing.mid"):
        with pytest.raises(DataError, match="cannot be read"):
            read_midi_song(path)
    monkeypatch.setattr(midi_folder, "MAX_FILE_BYTES", 20)
    with pytest.raises(DataError, match="larger than"):
        read_midi_song(midi(tmp_path / "a.mid", PIANO))


@pytest.mark.parametrize("content", [b"", b"MThd", b"RIFF" * 20])
def test_what_is_no_midi(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mid").write_bytes(content)
    with pytest.raises(DataError, match="not a sound MIDI file") as caught:
        read_midi_song(tmp_path / "a.mid")
    assert "\n" not in str(caught.value)


@given(st.integers(0, 1 << 32), st.integers(1, 20), st.floats(0, 1))
def test_spoilt_bytes_raise_our_error_only(scratch: Path, seed: int, changes: int, kept: float) -> None:
    path = midi(scratch / "a.mid", PIANO, (DRUM_CHANNEL, 0, [(0, 10, 36, 90)]), meta=(tempo(90), signature(4, 4)))
    content, rng = bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(changes):
        content[rng.randrange(len(content))] = rng.randrange(256)
    path.write_bytes(content[: round(kept * len(content))] if rng.random() < kept else content)
    message = f"{path}: "
    try:
        assert len(read_midi_song(path).ticks) == len(ROLES)
    except DataError as error:
        message = str(error)
    assert message.startswith(f"{path}: ")
