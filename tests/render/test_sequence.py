"""MIDI files as messages in seconds, compared with mido; damaged ones are told."""

from __future__ import annotations

import contextlib
import io
from functools import cache

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.errors import DataError
from sideman.music.band import Band, Note, Role, Track
from sideman.music.feel import Feel
from sideman.music.time import BarLines, Meter
from sideman.render.midi import midi_bytes
from sideman.render.sequence import sequence_of


@cache
def song() -> bytes:
    """Two players in 6/8 that slow down."""
    tracks = [
        Track(Role.DRUMS, [Note(step, 1, 36, 90) for step in range(0, 96, 12)]),
        Track(Role.BASS, [Note(step, 12, 40 + step // 24, 80) for step in range(0, 96, 24)]),
    ]
    return midi_bytes(Band(tuple(tracks), 96, 100.0, BarLines((Meter(6, 8),)), Feel(ritardando=True)))


def test_the_messages_are_those_that_mido_plays() -> None:
    found = sequence_of(song(), "song")
    second, wanted = 0.0, []
    for message in mido.MidiFile(file=io.BytesIO(song())):
        second += message.time
        if not message.is_meta:
            wanted.append((second, tuple(message.bytes())))
    assert sorted(message for _, message in found.messages) == sorted(message for _, message in wanted)
    assert np.allclose(sorted(time for time, _ in found.messages), sorted(time for time, _ in wanted))
    assert found.seconds == pytest.approx(second)
    assert found.notes == 12


def test_the_clock_ticks_24_times_a_quarter_at_the_files_tempi() -> None:
    ticks = [*sequence_of(song(), "song").clock()]
    assert len(ticks) == 12 * 24 + 1  # 4 bars of three quarters
    gaps = np.diff(ticks)
    assert gaps[0] == pytest.approx(60 / 150 / 24)
    assert gaps[-1] == pytest.approx(gaps[0] / 0.6, rel=0.02)


def test_running_status_and_what_is_no_channels_are_read() -> None:
    track = bytes.fromhex("00 90 3c 40 10 3c 00 00 f0 03 01 02 f7 00 ff 01 02 68 69 00 c1 05 60 e0 00 40 00 ff 2f 00")
    data = b"MThd" + bytes.fromhex("00000006 0000 0001 0060") + b"MTrk" + len(track).to_bytes(4, "big") + track
    found = sequence_of(data, "song")
    assert [message for _, message in found.messages] == [
        (0x90, 0x3C, 0x40), (0x90, 0x3C, 0), (0xC1, 5), (0xE0, 0, 0x40)
    ]  # fmt: skip
    assert found.seconds == pytest.approx(0.5 * (0x10 + 0x60) / 0x60)


@given(st.integers(14, len(song()) - 1), st.binary(min_size=1, max_size=4))
def test_damaged_files_are_told_or_read(place: int, bytes_: bytes) -> None:
    data = bytearray(song())
    data[place : place + len(bytes_)] = bytes_
    with contextlib.suppress(DataError):
        assert sequence_of(bytes(data[:-3]), "song").seconds >= 0


def test_a_file_that_is_cut_off_is_told() -> None:
    with pytest.raises(DataError, match=r"^song: the MIDI file is damaged"):
        sequence_of(song()[:200], "song")
