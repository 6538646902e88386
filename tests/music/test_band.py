"""Notes, tracks and bands: what they keep, in which order, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cases import cases

from sideman.errors import OptionError
from sideman.music.band import INSTRUMENTS, ROLES, Band, Note, Role, Track, role_of

NOTES = [Note(12, 6, 64, 80), Note(0, 6, 67, 80), Note(0, 12, 60, 90)]


def test_roles_are_lpds_tracks_in_their_order() -> None:
    assert [str(role) for role in ROLES] == ["drums", "piano", "guitar", "bass", "strings"]
    assert [role.number for role in ROLES] == [0, 1, 2, 3, 4]
    assert Role.MELODY.number == len(ROLES)
    assert tuple(INSTRUMENTS) == (*ROLES, Role.MELODY)


@cases(
    ("program", "role"),
    [
        *((0, "piano"), (7, "piano"), (24, "guitar"), (31, "guitar"), (32, "bass"), (39, "bass")),
        *((8, "strings"), (23, "strings"), (40, "strings"), (127, "strings")),
    ],
)
def test_a_program_belongs_to_a_role(program: int, role: str) -> None:
    assert role_of(program, is_drum=False) == Role(role)
    assert role_of(program, is_drum=True) == Role.DRUMS


def test_a_role_plays_a_program_of_its_own() -> None:
    for role in ROLES:
        assert role_of(INSTRUMENTS[role].program, INSTRUMENTS[role].is_drum) == role


def test_a_track_keeps_its_notes_in_order_and_read_only() -> None:
    track = Track(Role.PIANO, NOTES)
    assert list(track) == sorted(NOTES, key=lambda note: (note.onset, note.pitch))
    assert (len(track), str(track.notes.dtype), track.notes.shape) == (3, "int32", (3, 4))
    with pytest.raises(ValueError, match="read-only"):
        track.notes[0, 0] = 1
    given = np.array(NOTES, np.int32)
    kept = Track(Role.PIANO, given)
    given[:] = 0
    assert kept == track
    assert hash(kept) == hash(track)


def test_tracks_differ_by_role_program_volume_and_notes() -> None:
    tracks = [Track(Role.PIANO, NOTES), Track(Role.BASS, NOTES), Track(Role.PIANO, NOTES, 4), Track(Role.PIANO)]
    tracks.append(Track(Role.PIANO, NOTES, volume=99))
    assert len(set(tracks)) == 5
    assert tracks[0] != NOTES
    assert [track.is_drum for track in (tracks[0], Track(Role.DRUMS))] == [False, True]


@cases(
    ("note", "problem"),
    [
        (Note(-1, 6, 60, 80), "onset is below 0"),
        (Note(0, 0, 60, 80), "duration below 1"),
        (Note(0, 6, -1, 80), "pitch is outside"),
        (Note(0, 6, 128, 80), "pitch is outside"),
        (Note(0, 6, 60, 0), "velocity outside"),
        (Note(0, 6, 60, 128), "velocity outside"),
    ],
)
def test_values_out_of_range_are_refused(note: Note, problem: str) -> None:
    with pytest.raises(OptionError, match=f"piano: .*{problem}"):
        Track(Role.PIANO, [NOTES[0], note])


@pytest.mark.parametrize("program", [-1, 128])
def test_programs_out_of_range_are_refused(program: int) -> None:
    with pytest.raises(OptionError, match=f"bass: program {program} is outside 0-127"):
        Track(Role.BASS, program=program)


@pytest.mark.parametrize("volume", [-1, 128])
def test_volumes_out_of_range_are_refused(volume: int) -> None:
    with pytest.raises(OptionError, match=f"bass: volume {volume} is outside 0-127"):
        Track(Role.BASS, volume=volume)


def test_a_band_has_one_track_a_role_in_lpds_order() -> None:
    bass, drums = Track(Role.BASS, NOTES), Track(Role.DRUMS)
    band = Band((bass, drums), 48, 90.0)
    assert (band.tracks, band.roles, band.note_count) == ((drums, bass), (Role.DRUMS, Role.BASS), 3)
    assert band[Role.BASS] is bass
    with pytest.raises(KeyError):
        band[Role.PIANO]
    with pytest.raises(OptionError, match="one track a role, not bass, drums, bass"):
        Band((bass, drums, bass), 48)
