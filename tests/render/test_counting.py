"""A bar of clicks before the music: all else is what it was, a bar later."""

from __future__ import annotations

import io
from pathlib import Path

import mido
import numpy as np
import pytest
from tests.cases import cases

from sideman.music.band import ONSET, Note, Role, Track
from sideman.music.chords import parse
from sideman.music.time import BarLines, Meter
from sideman.render.counting import CLICK, STRONG
from sideman.render.midi import midi_bytes, read_midi
from sideman.render.rendition import Rendition

METRES = [("3/4", [0, 12, 24]), ("4/4", [0, 12, 24, 36]), ("6/8", [0, 12]), ("5/4", [0, 12, 24, 36, 48])]
METRES += [("7/8", [0, 12, 24, 36]), ("12/8", [0, 12, 24, 36])]


def band(metre: str, *roles: Role) -> Rendition:
    meter = Meter.parse(metre)
    progression = parse("C | F", meter)
    notes = {Role.DRUMS: Note(0, 3, 36, 90), Role.BASS: Note(meter.steps, 12, 40, 80)}
    tracks = tuple(Track(role, [notes[role]]) for role in roles)
    return Rendition(tracks, 2 * meter.steps, 90.0, BarLines((meter,)), progression=progression, key="C major")


@cases(("metre", "beats"), METRES)
@cases("roles", [(Role.DRUMS, Role.BASS), (Role.BASS,)])
def test_a_bar_of_the_metre_comes_first(metre: str, beats: list[int], roles: tuple[Role, ...]) -> None:
    before = band(metre, *roles)
    after = before.counted_in()
    bar = Meter.parse(metre).steps
    clicks = [note for note in after[Role.DRUMS] if note.onset < bar]
    assert [note.onset for note in clicks] == beats
    assert {note.pitch for note in clicks} == {CLICK}
    assert [note.velocity == STRONG for note in clicks] == [beat == 0 for beat in beats]
    for role in roles:
        moved = after[role].notes[after[role].notes[:, ONSET] >= bar]
        assert np.array_equal(moved - [bar, 0, 0, 0], before[role].notes)
    assert (after.steps, after.lines.onsets(3)) == (before.steps + bar, [0, bar, 2 * bar, 3 * bar])
    assert after.tempo == before.tempo


def test_chords_and_signatures_come_a_bar_later() -> None:
    meters = (Meter(3, 4), Meter(5, 4))
    progression = parse("C:3|F:5")
    lines = BarLines(meters)
    whole = Rendition((Track(Role.BASS, [Note(0, 4, 40, 80)]),), 96, 120.0, lines, progression=progression)
    counted = whole.counted_in()
    data = midi_bytes(counted, progression=counted.progression)
    time, told = 0, []
    for message in mido.MidiFile(file=io.BytesIO(data)).tracks[0]:
        time += message.time
        if message.type == "time_signature":
            told.append((time / 480, f"{message.numerator}/{message.denominator}"))
        elif message.type == "marker":
            told.append((time / 480, message.text))
    assert sorted(told) == [(0, "3/4"), (0, "N.C."), (3, "C"), (6, "5/4"), (6, "F")]
    assert read_midi(data).lines == BarLines((Meter(3, 4), *meters))


def test_sound_is_a_bar_longer(tmp_path: Path) -> None:
    before = band("3/4", Role.DRUMS, Role.BASS)
    before.save(tmp_path / "before.wav")
    before.counted_in().save(tmp_path / "after.wav")
    longer = (tmp_path / "after.wav").stat().st_size - (tmp_path / "before.wav").stat().st_size
    assert longer == pytest.approx(2.0 * 44_100 * 4, rel=0.01)  # three beats at 90
