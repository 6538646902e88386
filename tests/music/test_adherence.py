"""How closely a band keeps to its chords."""

import math

import pytest

from sideman.music.adherence import adherence, bass_on_root, chord_tone_ratio, harmonies
from sideman.music.band import Band, Note, NoteArray, Role, Track
from sideman.music.chords import parse

CHART = harmonies(parse("C:4|Am/E:2|N.C.:2|G7:4"))


def notes(*rows: tuple[int, int, int]) -> NoteArray:
    return Track(Role.PIANO, [Note(onset, duration, pitch, 80) for onset, duration, pitch in rows]).notes


def test_harmonies_leave_out_no_chord_and_keep_the_slash_bass() -> None:
    assert [(chord.onset, chord.end, chord.bass) for chord in CHART] == [(0, 48, 0), (48, 72, 4), (96, 144, 7)]
    assert CHART[1].pitch_classes == {9, 0, 4}


def test_ratio_weighs_by_sounding_time_and_follows_the_change() -> None:
    # E sounds through C and half of Am/E, D beside it for 12 steps of C.
    assert chord_tone_ratio([notes((0, 60, 64)), notes((0, 12, 62))], CHART) == pytest.approx(60 / 72)


def test_ratio_ignores_what_sounds_without_a_chord() -> None:
    assert chord_tone_ratio([notes((72, 24, 61), (96, 12, 67))], CHART) == 1.0


def test_ratio_of_nothing_is_not_a_number() -> None:
    assert math.isnan(chord_tone_ratio([notes()], CHART))


def test_bass_counts_the_lowest_first_note_of_the_first_beat() -> None:
    bass = notes((0, 12, 36), (0, 12, 43), (54, 6, 45), (108, 12, 43))
    # C begins on C; Am/E on A where E was asked for; G7 has no bass within its first beat.
    assert bass_on_root(bass, CHART) == 0.5


def test_adherence_leaves_drums_out() -> None:
    tracks = (Track(Role.DRUMS, [Note(0, 1, 37, 90)]), Track(Role.BASS, [Note(0, 24, 36, 90)]))
    assert adherence(Band(tracks, 144), CHART) == (1.0, 1.0)
