"""The same band swung, humanised, at another tempo, in another key: in files as in sound the same music."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.render.conftest import FakeSynthesizer

from sideman.errors import OptionError
from sideman.music.band import Band, Note, Role, Track
from sideman.music.chords import parse
from sideman.music.feel import Feel
from sideman.music.time import BarLines, Meter
from sideman.options import PlayOptions
from sideman.render.midi import midi_bytes
from sideman.render.played import played
from sideman.render.playing import render_blocks
from sideman.render.rendition import Rendition

EIGHTHS = [Note(onset, 6, 60 + onset % 5, 80) for onset in range(0, 96, 6)]
BAND = Rendition(
    (Track(Role.PIANO, EIGHTHS), Track(Role.DRUMS, [Note(6, 1, 42, 70)]), Track(Role.BASS, [Note(0, 48, 28, 90)])),
    96,
    120.0,
    progression=parse("Eb:4|Bb7:4"),
    key="Eb major",
)


def messages(band: Rendition) -> list[Any]:
    """What its MIDI file says, with the pulses from the start."""
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(band, progression=band.progression, key=band.key)))
    found = []
    for track in file.tracks:
        pulse = 0
        for message in track:
            pulse += message.time
            found.append((pulse, message))
    return found


def begins(band: Rendition, channel: int = 0) -> list[int]:
    """The pulses at which notes of a channel begin in its file."""
    return [pulse for pulse, message in messages(band) if message.type == "note_on" and message.channel == channel]


def test_straight_and_exact_is_as_before() -> None:
    assert BAND.played() == BAND
    assert midi_bytes(BAND.played(swing=50, humanize=0)) == midi_bytes(BAND)


@pytest.mark.parametrize(("swing", "off_beat"), [(50, 240), (62, 298), (67, 320), (75, 360)])
def test_off_beats_of_a_file_stand_where_the_swing_says(swing: float, off_beat: int) -> None:
    assert begins(BAND.played(swing=swing))[:4] == [0, off_beat, 480, 480 + off_beat]


def test_who_plays_straight_does_so_in_the_file() -> None:
    straight = BAND.played(swing=67, straight="drums")
    assert (begins(straight, 9), begins(straight)[1]) == ([240], 320)
    assert begins(BAND.played(swing=67), 9) == [320]


def test_six_eight_does_not_swing() -> None:
    band = replace(BAND, lines=BarLines((Meter(6, 8),)))
    assert midi_bytes(band.played(swing=67)) == midi_bytes(band)


def test_sound_is_swung_as_the_file_is() -> None:
    player = FakeSynthesizer()
    list(render_blocks(BAND.played(swing=67), player))
    frames = [frame for frame, part, _, velocity in player.played if part == 1 and velocity]
    assert frames[:4] == [0, round(44_100 / 3), 22_050, 22_050 + round(44_100 / 3)]


def test_the_same_seed_is_the_same_file_and_another_one_is_not() -> None:
    one, same, other = (midi_bytes(BAND.played(humanize=1, humanize_seed=seed)) for seed in (4, 4, 5))
    assert one == same
    assert one not in (other, midi_bytes(BAND))


@given(
    st.lists(
        st.builds(Note, st.integers(0, 95), st.integers(1, 96), st.sampled_from([60, 61, 72]), st.integers(1, 127)),
        min_size=1,
        max_size=30,
    ),
    st.integers(1, 130),
    st.floats(50, 75),
    st.sampled_from([0, 1, 2]),
    st.floats(20, 400),
    st.integers(0, 99),
)
def test_in_a_file_every_note_ends_after_it_begins_and_before_its_pitch_begins_anew(
    notes: list[Note], steps: int, swing: float, humanize: float, tempo: float, seed: int
) -> None:
    band = Rendition((Track(Role.STRINGS, notes),), steps, tempo, feel=Feel(swing, (), humanize, seed))
    sounds: dict[int, int] = {}
    pitches: list[int] = []
    for pulse, message in messages(band):
        if message.type == "note_on":
            assert message.note not in sounds
            sounds[message.note] = pulse
            pitches.append(message.note)
        elif message.type == "note_off":
            assert sounds.pop(message.note) < pulse <= steps * 40
    assert sounds == {}
    straight = [message.note for _, message in messages(replace(band, feel=Feel())) if message.type == "note_on"]
    for pitch in {*pitches}:
        assert pitches.count(pitch) == straight.count(pitch)


def test_another_tempo_is_the_files_and_the_sounds() -> None:
    slow = BAND.played(play_tempo=60)
    assert [message.tempo for _, message in messages(slow) if message.type == "set_tempo"] == [1_000_000]
    assert begins(slow) == begins(BAND)
    assert slow.times.seconds(96) == 2 * BAND.times.seconds(96)


def test_another_key_is_that_of_notes_markers_and_signature() -> None:
    moved = BAND.played(transpose=-1)
    told = [message for _, message in messages(moved)]
    assert [message.text for message in told if message.type == "marker"] == ["D", "A7"]
    assert [message.key for message in told if message.type == "key_signature"] == ["D"]
    assert [note.pitch for note in moved[Role.PIANO]][:2] == [59, 60]
    assert [note.pitch for note in moved[Role.BASS]] == [39]  # the lowest string can't go lower
    assert [note.pitch for note in moved[Role.DRUMS]] == [42]
    assert (moved.key, str(moved.progression)) == ("D major", "D:4|A7:4")
    assert moved.played(transpose=1).key == "Eb major"


@given(st.integers(-11, 11))
def test_a_transposition_moves_chords_and_key_alike(semitones: int) -> None:
    moved = BAND.played(transpose=semitones)
    assert moved.progression is not None
    assert moved.key is not None
    assert moved.key.split()[0] == moved.progression.spans[0].chord.root


def test_a_band_without_chords_is_played_too() -> None:
    band = played(Band(BAND.tracks, 96), PlayOptions(transpose=2, swing=60))
    assert [note.pitch for note in band[Role.BASS]] == [30]
    assert band.feel.swing == 60
    assert Rendition(BAND.tracks, 96).played(transpose=2).key is None


@cases(
    ("wrong", "message"),
    [
        ({"swing": 49}, "swing 49 is out of range: give 50 to 75"),
        ({"straight": "banjo"}, "unknown straight 'banjo'"),
        ({"humanize": 3}, "humanize 3 is out of range: give 0 to 2"),
        ({"play_tempo": 401}, "play_tempo 401 is out of range: give 20 to 400"),
        ({"transpose": 12}, "transpose 12 is out of range: give -11 to 11"),
        ({"humanize_seed": 2**32}, "humanize_seed 4294967296 is out of range"),
    ],
)
def test_what_cannot_be_played_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        BAND.played(**wrong)
