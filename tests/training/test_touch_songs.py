"""People's velocities: what they were, and which tracks somebody played."""

from __future__ import annotations

from tests.training.conftest import note_array

from sideman.music.band import ROLES, VELOCITY, NoteArray, Role
from sideman.training.song import Song
from sideman.training.touch_songs import is_played, played

BARS = 8
TICKS = 96  # of a bar


def song(drums: NoteArray, piano: NoteArray) -> Song:
    """Eight bars of a C major chord."""
    bass = note_array((TICKS * bar, 90, 36, 80) for bar in range(BARS))
    tracks = {Role.DRUMS: drums, Role.PIANO: piano, Role.BASS: bass}
    return Song("a", tuple(tracks.get(role, note_array([])) for role in ROLES), TICKS * BARS, 120.0)


def hats(*velocities: int) -> NoteArray:
    """Quarters, struck in turn as hard as this."""
    return note_array((24 * beat, 6, 42, velocities[beat % len(velocities)]) for beat in range(4 * BARS))


def chords(*velocities: int) -> NoteArray:
    rows = ((48 * half, 40, pitch) for half in range(2 * BARS) for pitch in (60, 64, 67))
    return note_array((*row, velocities[index % len(velocities)]) for index, row in enumerate(rows))


def test_notes_have_one_loudness_a_bar_and_the_velocities_that_they_had() -> None:
    bars = played(song(hats(90, 60), chords(70, 80, 90)), "jazz")
    assert [len(bars[role]) for role in ROLES] == [BARS, BARS, 0, BARS, 0]
    first = bars[Role.DRUMS][0]
    assert first.velocity.tolist() == [90, 60, 90, 60]
    assert len({*first.notes[:, VELOCITY].tolist()}) == 1
    assert (first.onsets, first.setting.style, first.setting.steps) == (4, "jazz", 48)
    later = bars[Role.PIANO][3]
    assert later.setting.number == 3
    assert later.velocity.tolist() == [70, 80, 90] * 2


def test_a_track_of_one_velocity_a_bar_was_not_played() -> None:
    bars = played(song(hats(90, 60), chords(80)))
    assert is_played(bars[Role.DRUMS])
    assert not is_played(bars[Role.PIANO])
    assert not is_played(bars[Role.BASS])  # a note a bar says nothing
    assert not is_played([])
