from __future__ import annotations

import numpy as np
import pytest
from tests.cases import cases

from sideman.errors import OptionError
from sideman.music.band import ROLES, Band, Note, Role, Track
from sideman.music.mixes import MIXES, STUDIO
from sideman.render.parts import parts, without_overlaps


def cut(*notes: Note, steps: int = 100) -> list[Note]:
    return [Note(*row) for row in without_overlaps(Track(Role.PIANO, notes).notes, steps).tolist()]


def test_a_note_ends_where_its_pitch_begins_anew() -> None:
    assert cut(Note(0, 20, 60, 80), Note(6, 20, 60, 70)) == [Note(0, 6, 60, 80), Note(6, 20, 60, 70)]


def test_other_pitches_overlap_freely() -> None:
    chord = [Note(0, 20, 60, 80), Note(0, 20, 64, 80), Note(6, 20, 67, 80)]
    assert cut(*chord) == chord


def test_of_two_equal_onsets_the_longer_stays() -> None:
    assert cut(Note(0, 20, 60, 70), Note(0, 3, 60, 90)) == [Note(0, 20, 60, 70)]


def test_notes_end_with_the_band() -> None:
    assert cut(Note(90, 20, 60, 80), Note(100, 5, 62, 80)) == [Note(90, 10, 60, 80)]


def test_the_track_itself_is_left_alone() -> None:
    track = Track(Role.PIANO, [Note(0, 20, 60, 80), Note(6, 20, 60, 70)])
    before = track.notes.copy()
    without_overlaps(track.notes, 10)
    assert np.array_equal(track.notes, before)


def test_no_notes_at_all() -> None:
    assert cut() == []


def test_programs_come_from_the_choice_then_the_track_then_the_role() -> None:
    band = Band((Track(Role.PIANO, program=4), Track(Role.GUITAR, program=27), Track(Role.BASS)), 48)
    assert [part.program for part in parts(band, {Role.PIANO: 0})] == [0, 27, 33]


def test_each_part_has_a_channel_of_its_own() -> None:
    band = Band(tuple(map(Track, ROLES)), 48)
    assert [part.channel for part in parts(band)] == [9, 0, 1, 2, 3]


def test_a_program_outside_general_midi_is_an_error_even_for_an_absent_role() -> None:
    with pytest.raises(OptionError, match="bass: program 128 is outside 0-127"):
        parts(Band((), 48), {Role.BASS: 128})


@cases("mix", MIXES)
def test_every_role_has_its_seat_in_a_mix(mix: str) -> None:
    assert tuple(MIXES[mix]) == tuple(Role)
    for role, seat in MIXES[mix].items():
        (part,) = parts(Band((Track(role),), 48, mix=mix))
        assert part.controls == ((7, 100), (10, seat.pan), (91, seat.reverb), (93, seat.chorus))
        assert all(0 <= value < 128 for _, value in part.controls)


@cases("mix", MIXES)
def test_a_mix_lifts_a_player_by_decibels(mix: str) -> None:
    track = Track(Role.DRUMS, [Note(0, 12, 38, 90), Note(24, 12, 38, 90)])
    (usual,), (part,) = (parts(Band((track,), 48, mix=name)) for name in (STUDIO, mix))
    assert 20 * np.log10(part.gain / usual.gain) == pytest.approx(MIXES[mix][Role.DRUMS].lift)


@cases(("volume", "controller"), [(100, 100), (50, 50), (1, 1), (0, 0), (127, 127)])
def test_a_volume_scales_the_level(volume: int, controller: int) -> None:
    (part,) = parts(Band((Track(Role.PIANO, volume=volume),), 48))
    assert (part.volume, part.level) == (controller, volume)
    assert part.gain == pytest.approx((volume / 100) ** 2)


def test_no_volume_is_beyond_midi() -> None:
    (part,) = parts(Band((Track(Role.BASS, [Note(0, 12, 40, 12)]),), 48))
    assert part.volume == 127 < part.level


@cases("tempo", [0, -5, 1, 1e9, float("nan")])
def test_a_tempo_that_no_file_can_keep_is_an_error(tempo: float) -> None:
    with pytest.raises(OptionError, match="is outside 4-1000 beats a minute"):
        parts(Band((), 48, tempo))
