"""The loudness that is told from notes is what is heard, and the band is in balance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.render.conftest import asks_pyloudnorm, heard_by_pyloudnorm, real

import sideman
from sideman.music.band import Band, Note, Role, Track
from sideman.music.mixes import MIXES
from sideman.render import levels
from sideman.render.audio import audio_blocks
from sideman.render.fluidsynth import SAMPLE_RATE
from sideman.render.parts import parts
from sideman.render.playing import total_frames

CHORDS = "C | Am | F | G7"
TOLERANCE = 3  # LU


def notes(*rows: tuple[int, ...]) -> np.ndarray:
    return np.array(rows, np.int32)


def heard(band: Band) -> float:
    """In LUFS, as it is before it is mastered."""
    sound = np.concatenate(list(audio_blocks(band, gain=1.0)))
    return heard_by_pyloudnorm(sound)


@real
@asks_pyloudnorm
@pytest.mark.parametrize(
    ("style", "tempo", "seed"), [("soul", 72, 7), ("metal", 160, 7), ("jazz", 132, 3), ("pop", 100, 1)]
)
def test_each_player_stands_where_it_should(style: str, tempo: float, seed: int) -> None:
    band = sideman.arrange(CHORDS, style=style, tempo=tempo, seed=seed).bands[0]
    stems = {track.role: heard(replace(band, tracks=(track,))) for track in band.tracks if len(track.notes) > 8}
    mix = heard(band)
    together = 10 * np.log10(sum(10 ** (levels.TARGETS[role] / 10) for role in stems))
    for role, loudness in stems.items():
        assert loudness - mix == pytest.approx(levels.TARGETS[role] - together, abs=TOLERANCE), role


@real
@asks_pyloudnorm
@pytest.mark.parametrize(
    "track",
    [
        Track(Role.DRUMS, [Note(step, 1, pitch, 80) for step in range(0, 384, 6) for pitch in (36, 42)]),
        Track(Role.BASS, [Note(step, 11, 36 + step % 7, 90) for step in range(0, 384, 12)]),
        Track(Role.PIANO, [Note(step, 46, pitch, 60) for step in range(0, 384, 48) for pitch in (52, 60, 67)]),
        Track(Role.STRINGS, [Note(step, 96, pitch, 40) for step in range(0, 384, 96) for pitch in (60, 64)]),
        Track(Role.GUITAR, [Note(step, 5, pitch, 100) for step in range(0, 384, 6) for pitch in (52, 56)], program=30),
    ],
    ids=lambda track: track.role,
)
def test_what_is_told_is_what_is_heard(track: Track) -> None:
    band = Band((track,), 384, 100.0)
    (part,) = parts(band)
    told = levels.loudness(track.role, part.program, track.notes, 60 / 100 / 12) + 40 * np.log10(part.level / 100)
    assert told == pytest.approx(heard(band), abs=2)
    assert told == pytest.approx(levels.BAND + levels.TARGETS[track.role], abs=0.01)


def test_twice_the_velocity_is_twelve_decibels() -> None:
    soft, loud = (levels.loudness(Role.PIANO, 0, notes((0, 12, 60, velocity)), 0.04) for velocity in (40, 80))
    assert loud - soft == pytest.approx(40 * np.log10(2))


def test_rests_do_not_count() -> None:
    row = [(step, 12, 60, 80) for step in range(0, 96, 12)]
    later = [(step + 960, *rest) for step, *rest in row]
    assert levels.loudness(Role.BASS, 33, notes(*row, *later), 0.04) == pytest.approx(
        levels.loudness(Role.BASS, 33, notes(*row), 0.04)
    )


def test_who_does_not_play_is_left_alone() -> None:
    assert levels.level(Role.BASS, 33, np.empty((0, 4), np.int32), 0.04) == 100
    assert levels.loudness(Role.BASS, 33, np.empty((0, 4), np.int32), 0.04) == -np.inf


@pytest.mark.parametrize(
    ("role", "program", "row"),
    [
        (Role.DRUMS, 0, "kit 0"),
        (Role.DRUMS, 99, "kit 0"),
        (Role.PIANO, 4, "program 4"),
        (Role.MELODY, 68, "program 66"),
    ],
)
def test_an_instrument_that_was_not_measured_is_taken_for_its_stand_in(role: Role, program: int, row: str) -> None:
    assert levels.key(role, program) == row


@real
def test_the_guitar_is_wide_and_the_bass_is_not() -> None:
    def correlation(role: Role, pitch: int) -> float:
        track = Track(role, [Note(step, 20, pitch, 90) for step in range(0, 192, 24)])
        sound = np.concatenate(list(audio_blocks(Band((track,), 192, 120.0))))
        return float(np.corrcoef(sound.T)[0, 1])

    assert correlation(Role.GUITAR, 57) < 0.9
    assert correlation(Role.BASS, 40) > 0.98


@real
def test_mixes_sound_as_they_say() -> None:
    band = sideman.arrange("C | Am", style="pop", seed=7).band
    sounds = {mix: np.concatenate(list(audio_blocks(replace(band, mix=mix), gain=1.0))) for mix in MIXES}
    end = total_frames(band, tail=False)
    alike = {mix: float(np.corrcoef(sound.T)[0, 1]) for mix, sound in sounds.items()}  # left and right
    assert alike["rhythm"] > alike["studio"] + 0.05 > alike["wide"] + 0.1
    late = {mix: float(np.std(sound[end + SAMPLE_RATE :])) for mix, sound in sounds.items()}
    assert late["stage"] > late["studio"] > late["dry"]
