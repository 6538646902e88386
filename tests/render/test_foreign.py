"""MIDI files of other programs sound as they are, whatever state they are in."""

from __future__ import annotations

import contextlib
import io
import struct
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from tests.render.conftest import real

from sideman.errors import DataError, OptionError
from sideman.render.audio import write_file_audio
from sideman.render.envelopes import midi_of
from sideman.render.fluidsynth import SAMPLE_RATE

QUARTER = 480
pytestmark = real


def file_of(*tracks: list[mido.Message | mido.MetaMessage], ticks: int = QUARTER) -> bytes:
    song = mido.MidiFile(ticks_per_beat=ticks)
    song.tracks.extend(mido.MidiTrack(track) for track in tracks)
    written = io.BytesIO()
    song.save(file=written)
    return written.getvalue()


def note(pitch: int, wait: int = 0, length: int = QUARTER, channel: int = 0) -> list[mido.Message]:
    return [
        mido.Message("note_on", note=pitch, velocity=90, time=wait, channel=channel),
        mido.Message("note_off", note=pitch, time=length, channel=channel),
    ]


def tempo(beats: float, wait: int = 0) -> mido.MetaMessage:
    return mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(beats), time=wait)


def rendered(folder: Path, data: bytes) -> tuple[np.ndarray, float, int]:
    """The sound, its length without the tail, and how many notes were played."""
    (folder / "song.mid").write_bytes(data)
    seconds, notes, _ = write_file_audio(folder / "song.mid", folder / "song.wav")
    sound, rate = soundfile.read(folder / "song.wav")
    assert rate == SAMPLE_RATE
    return sound, seconds, notes


def test_every_tempo_holds_for_its_time(tmp_path: Path) -> None:
    track = [tempo(60), *note(60, length=2 * QUARTER), tempo(240), *note(62, length=8 * QUARTER)]
    _, seconds, notes = rendered(tmp_path, file_of(track))
    assert seconds == pytest.approx(4, abs=0.6)  # to the end of a block
    assert notes == 2


def test_of_two_tempos_at_once_the_last_holds(tmp_path: Path) -> None:
    _, seconds, _ = rendered(tmp_path, file_of([tempo(60), tempo(240), *note(60, length=16 * QUARTER)]))
    assert seconds == pytest.approx(4, abs=0.6)


def loudness_at(sound: np.ndarray, second: float) -> float:
    begin = round(second * SAMPLE_RATE)
    return float(np.sqrt(np.mean(sound[begin : begin + SAMPLE_RATE // 4] ** 2)))


def test_the_pedal_holds_notes(tmp_path: Path) -> None:
    pedal = mido.Message("control_change", control=64, value=127)
    short, rest = note(60, length=60), [mido.Message("control_change", control=1, value=0, time=4 * QUARTER)]
    dry, _, _ = rendered(tmp_path, file_of([*short, *rest]))
    held, _, _ = rendered(tmp_path, file_of([pedal, *short, *rest]))
    assert loudness_at(held, 1.5) > 20 * loudness_at(dry, 1.5)


def test_expression_is_heard(tmp_path: Path) -> None:
    softer = mido.Message("control_change", control=11, value=30)
    sound, _, _ = rendered(tmp_path, file_of([*note(60), softer, *note(60)]))
    assert loudness_at(sound, 0.1) > 5 * loudness_at(sound, 0.6)


def test_a_bend_is_heard(tmp_path: Path) -> None:
    def pitch(data: bytes) -> float:
        sound, _, _ = rendered(tmp_path, data)
        spectrum = np.abs(np.fft.rfft(sound[: SAMPLE_RATE // 2, 0]))
        return float(spectrum[200:600].argmax() + 200) * 2

    bend = mido.Message("pitchwheel", pitch=8191)
    plain = pitch(file_of([*note(72, length=2 * QUARTER)]))
    assert pitch(file_of([bend, *note(72, length=2 * QUARTER)])) / plain == pytest.approx(2 ** (2 / 12), abs=0.01)


def test_all_tracks_play_and_keep_their_programs(tmp_path: Path) -> None:
    channels = [channel for channel in range(16) if channel != 9]
    tracks = [
        [mido.Message("program_change", program=8 * number % 128, channel=channel), *note(60, channel=channel)]
        for number, channel in enumerate(channels)
    ]
    _, _, notes = rendered(tmp_path, file_of(*tracks, note(38, channel=9)))
    assert notes == 16


def test_a_note_that_nobody_ends_is_played(tmp_path: Path) -> None:
    sound, _, notes = rendered(tmp_path, file_of([mido.Message("note_on", note=60, velocity=90)]))
    assert notes == 1
    assert np.abs(sound).max() > 0.1
    assert np.abs(sound[-100:]).max() < 1e-3


def test_data_above_127_is_taken(tmp_path: Path) -> None:
    data = file_of([mido.Message("control_change", control=7, value=100), *note(60)])
    assert rendered(tmp_path, data.replace(b"\xb0\x07\x64", b"\xb0\x07\xa8"))[2] == 1


def in_riff(data: bytes) -> bytes:
    chunk = b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"RMID" + chunk


@pytest.mark.parametrize("wrap", [in_riff, lambda data: bytes(128) + data], ids=["RIFF", "MacBinary"])
def test_envelopes_are_opened(tmp_path: Path, wrap: object) -> None:
    data = file_of(note(60))
    assert callable(wrap)
    assert midi_of(wrap(data), "song") == data
    assert rendered(tmp_path, wrap(data))[2] == 1


def test_frames_a_second_are_counted_as_such(tmp_path: Path) -> None:
    data = bytearray(file_of([*note(60, length=4_000)]))
    data[12:14] = struct.pack(">bB", -25, 40)  # 1,000 ticks a second
    _, seconds, notes = rendered(tmp_path, bytes(data))
    assert seconds == pytest.approx(4, abs=0.6)
    assert notes == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "does not begin as one"),
        (b"any text at all, longer than a header would be", "does not begin as one"),
        (file_of([])[:14], "no track in it"),
        (file_of([]), "no note in it"),
        (file_of(note(60))[:12] + b"\0\0" + file_of(note(60))[14:], "its beat has no length"),
    ],
    ids=["empty", "text", "cut off", "silent", "no beat"],
)
def test_what_is_no_music_is_told_and_leaves_no_file(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "song.mid").write_bytes(data)
    with pytest.raises(DataError, match=words):
        write_file_audio(tmp_path / "song.mid", tmp_path / "song.mp3")
    assert [path.name for path in tmp_path.iterdir()] == ["song.mid"]


def test_another_format_is_told(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="unknown audio format"):
        write_file_audio(tmp_path / "song.mid", tmp_path / "song.ogg")


WHOLE = file_of([tempo(240), *note(60, length=100)], note(64, length=100))


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))
def test_damage_ends_in_sound_or_in_our_error(
    tmp_path_factory: pytest.TempPathFactory, place: int, noise: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "damaged.mid").write_bytes(WHOLE[:place] + noise + WHOLE[place + len(noise) :])
    with contextlib.suppress(DataError):
        write_file_audio(folder / "damaged.mid", folder / "damaged.wav")
