"""Some bars of a MIDI file: they begin it, have exactly their length, and sound as in the whole."""

from __future__ import annotations

import io
from typing import Any

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.errors import OptionError
from sideman.music.band import Note, Role, Track
from sideman.music.chords import parse
from sideman.music.time import BarLines, Meter
from sideman.music.wishes import PlayedSection
from sideman.options import PlayOptions
from sideman.render.rendition import Rendition

CHORDS = "C:4|Am:3|F:2|F:2|G7:6"
METERS = (Meter(4, 4), Meter(3, 4), Meter(4, 4), Meter(6, 4))
LINES = BarLines(METERS)
QUARTER = 480
SECTIONS = (PlayedSection("Verse", (0, 1)), PlayedSection("Chorus", (0, 1)))
NOTES = [Note(step, 9, 40 + step % 5, 50 + step % 70) for step in range(0, 204, 6)]


def band(notes: list[Note] = NOTES, playing: PlayOptions | None = None) -> Rendition:
    tracks = tuple(Track(role, notes, volume=80) for role in (Role.PIANO, Role.BASS))
    progression = parse(CHORDS, LINES.meters[0])
    plain = Rendition(tracks, 204, 96.0, LINES, progression=progression, key="C major", sections=SECTIONS)
    return plain.played(playing or PlayOptions())


def read(data: bytes) -> list[list[tuple[int, Any]]]:
    """The messages of each track, with their pulses."""
    song = mido.MidiFile(file=io.BytesIO(data))
    assert song.ticks_per_beat == QUARTER
    tracks = []
    for track in song.tracks:
        now, told = 0, []
        for message in track:
            now += message.time
            told.append((now, message))
        tracks.append(told)
    return tracks


def notes_of(track: list[tuple[int, Any]]) -> list[tuple[int, int, int, int]]:
    """Begin, length, pitch and velocity of each note, by their begins."""
    held: dict[int, tuple[int, int]] = {}
    found = []
    for now, message in track:
        if message.type == "note_on" and message.velocity:
            held[message.note] = (now, message.velocity)
        elif message.type.startswith("note"):
            begin, velocity = held.pop(message.note)
            found.append((begin, now - begin, message.note, velocity))
    assert not held
    return sorted(found)


def test_what_holds_where_the_bars_begin_is_told_at_the_beginning() -> None:
    whole, some = read(band().midi()), read(band().midi(bars=range(2, 3)))
    told = [(now, message) for now, message in some[0] if message.is_meta]
    assert [(now, m.numerator, m.denominator) for now, m in told if m.type == "time_signature"] == [(0, 4, 4)]
    assert [(now, m.tempo) for now, m in told if m.type == "set_tempo"] == [(0, 625_000)]
    assert [(now, m.key) for now, m in told if m.type == "key_signature"] == [(0, "C")]
    assert [(now, m.text) for now, m in told if m.type == "marker"] == [(0, "F"), (0, "[Chorus]")]
    later = [(now, m.text) for now, m in read(band().midi(bars=range(1, 2)))[0] if m.type == "marker"]
    assert later == [(0, "Am")]  # its section has begun before
    for one, other in zip(whole, some, strict=True):
        sounding = [[m for _, m in track if m.type in ("program_change", "control_change")] for track in (one, other)]
        assert [(m.type, m.bytes()) for m in sounding[0]] == [(m.type, m.bytes()) for m in sounding[1]]
        assert other[-1][0] == 4 * QUARTER  # the end of each track


@pytest.mark.parametrize("bars", [range(1), range(1, 3), range(3, 4), range(4)], ids=str)
def test_they_have_the_notes_of_the_whole_moved_to_the_beginning(bars: range) -> None:
    begin, end = (QUARTER * LINES.onset(bar) // 12 for bar in (bars.start, bars.stop))
    for whole, some in zip(read(band().midi()), read(band().midi(bars=bars)), strict=True):
        expected = [
            (at - begin, min(length, end - at), pitch, velocity)
            for at, length, pitch, velocity in notes_of(whole)
            if begin <= at < end
        ]
        assert notes_of(some) == expected


def test_swing_and_hands_are_those_of_the_whole() -> None:
    playing = PlayOptions(swing=66, humanize=1.0, humanize_seed=3)
    whole = [notes_of(track) for track in read(band(playing=playing).midi())]
    parts = [
        [notes_of(track) for track in read(band(playing=playing).midi(bars=range(bar, bar + 1)))] for bar in range(4)
    ]
    for number, track in enumerate(whole):
        onsets = [QUARTER * LINES.onset(bar) // 12 for bar in range(5)]
        moved = [
            (at + onsets[bar], pitch, velocity, at)
            for bar, tracks in enumerate(parts)
            for at, _, pitch, velocity in tracks[number]
        ]
        assert len(moved) == len(track)
        for (at, _, pitch, velocity), (now, other, loud, within) in zip(track, moved, strict=True):
            assert (pitch, velocity) == (other, loud)
            assert now == at or (within == 0 and now > at)  # what came before its bar sounds at once


def test_a_ritardando_slows_down_where_it_does_in_the_whole() -> None:
    slow = band(playing=PlayOptions(ritardando=True))
    whole = [(now, m.tempo) for now, m in read(slow.midi())[0] if m.type == "set_tempo"]
    begin = QUARTER * LINES.onset(3) // 12
    some = [(now, m.tempo) for now, m in read(slow.midi(bars=range(3, 4)))[0] if m.type == "set_tempo"]
    before = [tempo for now, tempo in whole if now <= begin][-1]
    assert some == [(0, before), *((now - begin, tempo) for now, tempo in whole if now > begin)]


@given(st.lists(st.builds(Note, st.integers(0, 203), st.integers(1, 90), st.integers(36, 90), st.integers(1, 127))))
def test_no_note_is_left_without_an_end(notes: list[Note]) -> None:
    hands = PlayOptions(humanize=2.0, humanize_seed=1, swing=75)
    for bar in range(4):
        for track in read(band(notes, hands).midi(bars=range(bar, bar + 1))):
            counts = {kind: sum(m.type == kind for _, m in track) for kind in ("note_on", "note_off")}
            assert counts["note_on"] == counts["note_off"]
            assert track[-1][0] == QUARTER * METERS[bar].steps // 12


@cases("bars", [range(4, 5), range(3, 5), range(2, 2), range(-1, 1), range(0, 4, 2)])
def test_bars_that_there_are_not(bars: range) -> None:
    with pytest.raises(OptionError, match="counted from 0 to 3"):
        band().midi(bars=bars)
