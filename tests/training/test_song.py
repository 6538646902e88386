"""The common song: snapping to the grid, what it costs, merging tracks, what is unusable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.training.conftest import Row, note_array

from sideman.music.band import ROLES
from sideman.training.song import MAX_BARS, Loss, Song, in_order, merge, snap, to_ticks, unite, unusable

ROWS = st.lists(
    st.tuples(st.integers(0, 2_000), st.integers(1, 200), st.integers(58, 62), st.integers(1, 127)), max_size=40
)


def song(*tracks: list[Row], tempo: float = 120.0) -> Song:
    filled = [*tracks, *([] for _ in ROLES[len(tracks) :])]
    return Song("song", tuple(merge([note_array(rows)]) for rows in filled), 0, tempo)


def piano(rows: list[Row]) -> tuple[list[list[int]], Loss]:
    tracks, loss = snap(song([], rows))
    return tracks[1].tolist(), loss


def cells(rows: list[Row]) -> set[tuple[int, int]]:
    return {(tick, pitch) for onset, duration, pitch, _ in rows for tick in range(onset, onset + duration)}


STRAIGHT = [(96, 6, 50, 80), (102, 6, 50, 80), (114, 6, 50, 80)]
TRIPLETS = [(96, 8, 50, 80), (104, 8, 50, 80), (112, 8, 50, 80)]


@cases(
    ("context", "tick", "step"),
    [
        *[(STRAIGHT, 2 * step, step) for step in range(12)],
        *[(TRIPLETS, 2 * step, step) for step in range(12)],
        *[
            (STRAIGHT, tick, step)
            for tick, step in [(23, 12), (1, 0), (5, 3), (7, 3), (11, 6), (13, 6), (17, 9), (19, 9)]
        ],
        *[
            (TRIPLETS, tick, step)
            for tick, step in [(23, 12), (1, 0), (7, 4), (9, 4), (11, 6), (13, 6), (15, 8), (17, 8)]
        ],
    ],
)
def test_an_onset_goes_to_its_musical_neighbour(context: list[Row], tick: int, step: int) -> None:
    notes, loss = piano([*context, (240 + tick, 24, 70, 80)])
    assert [note[0] for note in notes if note[2] == 70] == [120 + step]
    assert loss.moved == tick % 2


def test_a_track_without_evidence_follows_the_song() -> None:
    straight, triplets = [(7, 6, 70, 80)], [(7, 6, 70, 80)]
    assert snap(song([], straight, STRAIGHT))[0][1][0, 0] == 3
    assert snap(song([], triplets, TRIPLETS))[0][1][0, 0] == 4


def test_a_track_that_plays_triplets_keeps_them_in_a_straight_song() -> None:
    tracks, _ = snap(song([], [(7, 6, 70, 80), *TRIPLETS], STRAIGHT * 5))
    assert tracks[1][0, 0] == 4


@cases(
    ("onset", "duration", "snapped", "rounded", "stretched"),
    [
        (0, 24, (0, 12), 0, 0),
        (0, 23, (0, 12), 1, 0),  # LPD leaves a gap of a tick before the next note
        (23, 24, (12, 12), 0, 0),
        (0, 1, (0, 1), 1, 1),
        (0, 2, (0, 1), 0, 0),
    ],
)
def test_a_note_lasts_to_its_snapped_end(
    onset: int, duration: int, snapped: tuple[int, int], rounded: int, stretched: int
) -> None:
    notes, loss = piano([(onset, duration, 60, 80)])
    assert tuple(notes[0][:2]) == snapped
    assert (loss.rounded, loss.stretched) == (rounded, stretched)


def test_notes_that_fall_together_become_the_longest_and_loudest_and_are_counted() -> None:
    notes, loss = piano([(11, 1, 60, 100), (12, 12, 60, 80), (12, 6, 64, 70)])
    assert notes == [[6, 6, 60, 100], [6, 3, 64, 70]]
    assert loss == Loss(notes=3, moved=1, merged=1, rounded=1, stretched=1)


def test_a_drum_lasts_a_step_and_loses_nothing() -> None:
    tracks, loss = snap(song([(0, 1, 36, 90), (24, 48, 38, 90)]))
    assert tracks[0].tolist() == [[0, 1, 36, 90], [12, 1, 38, 90]]
    assert loss == Loss(notes=2)


def test_losses_add_up() -> None:
    assert sum([Loss(1, 2, 3, 4, 5, 6), Loss(10, 20, 30, 40, 50, 60)], Loss()) == Loss(11, 22, 33, 44, 55, 66)


def test_what_reading_cost_is_part_of_the_loss() -> None:
    reading = Loss(notes=2, merged=2, resampled=3)
    source = Song("song", tuple(note_array(rows) for rows in ([], [(1, 2, 60, 80)], [], [], [])), 0, 120.0, reading)
    assert snap(source)[1] == Loss(notes=3, moved=1, merged=2, rounded=1, resampled=3)
    silence = Song("song", tuple(note_array([]) for _ in ROLES), 0, 120.0, reading)
    assert snap(silence)[1] == reading


@pytest.mark.parametrize(("is_drum", "resampled"), [(False, 3), (True, 2)])
def test_uniting_source_tracks_counts_what_is_gone_and_what_stood_between_two_ticks(
    is_drum: bool, resampled: int
) -> None:
    parts = [
        note_array([(0, 480, 60, 80), (481, 479, 60, 80), (960, 471, 64, 80)]),  # on ticks; onset off; end off
        note_array([(0, 240, 60, 90), (490, 10, 67, 80)]),  # as the first; onset off
    ]
    track, loss = unite(parts, 480, is_drum=is_drum)
    assert track.tolist() == [[0, 24, 60, 90], [24, 24, 60, 80], [25, 1, 67, 80], [48, 24, 64, 80]]
    assert loss == Loss(notes=1, merged=1, resampled=resampled)


def test_an_empty_song_snaps_to_five_empty_tracks() -> None:
    tracks, loss = snap(song())
    assert [track.shape for track in tracks] == [(0, 4)] * 5
    assert loss == Loss()


@given(st.lists(ROWS, min_size=5, max_size=5))
def test_snapped_tracks_are_sound(tracks: list[list[Row]]) -> None:
    source = song(*tracks)
    snapped, loss = snap(source)
    assert loss.notes - loss.merged == sum(map(len, snapped))
    for before, after in zip(source.ticks, snapped, strict=True):
        assert set(after[:, 2].tolist()) == set(before[:, 2].tolist())
        assert after.tolist() == in_order(after).tolist()
        for pitch in set(after[:, 2].tolist()):
            onset, duration = after[after[:, 2] == pitch][:, :2].T
            assert (duration >= 1).all()
            assert (onset[1:] >= onset[:-1] + duration[:-1]).all()
        if len(before):
            nearest = np.abs(before[:, :1] / 2 - after[None, :, 0]).min(1)
            assert nearest.max() <= 0.5


@given(ROWS, ROWS)
def test_merged_tracks_sound_as_they_did_together(one: list[Row], other: list[Row]) -> None:
    merged = [tuple(row) for row in merge([note_array(one), note_array(other)]).tolist()]
    assert cells(merged) == cells([*one, *other])
    assert sum(row[1] for row in merged) == len(cells(merged))  # none overlaps
    assert {(row[0], row[2]) for row in merged} == {(row[0], row[2]) for row in [*one, *other]}  # every onset stays


@cases(
    ("resolution", "onset", "end", "ticks"),
    [(4, 1, 2, (6, 6)), (480, 119, 240, (6, 6)), (480, 130, 131, (7, 1)), (24, 5, 6, (5, 1)), (1, 2, 3, (48, 24))],
)
def test_other_resolutions_go_to_the_nearest_tick(
    resolution: int, onset: int, end: int, ticks: tuple[int, int]
) -> None:
    assert to_ticks(note_array([(onset, end - onset, 60, 80)]), resolution).tolist() == [[*ticks, 60, 80]]


BARS = [(96 * bar, 24, 60, 80) for bar in range(8)]


@cases(
    ("tracks", "tempo", "reason"),
    [
        ((BARS, BARS), 120.0, None),
        (([], BARS, BARS), 30.0, None),
        ((BARS,), 120.0, "no pitched notes"),
        (([],), 120.0, "no pitched notes"),
        (([], BARS), 120.0, "fewer than 2 roles play"),
        ((BARS[1:], BARS[:-2]), 120.0, None),
        ((BARS[1:], BARS[1:]), 120.0, "fewer than 8 bars with notes"),
        ((BARS, [(96 * MAX_BARS, 1, 60, 80)]), 120.0, "longer than 1,000 bars"),
        ((BARS, [(96 * MAX_BARS - 1, 1, 60, 80)]), 120.0, None),
        ((BARS, BARS), 29.9, "tempo outside 30 to 300"),
        ((BARS, BARS), 301.0, "tempo outside 30 to 300"),
        ((BARS, BARS), float("nan"), "tempo outside 30 to 300"),
    ],
)
def test_why_a_song_is_unusable(tracks: tuple[list[Row], ...], tempo: float, reason: str | None) -> None:
    assert unusable(song(*tracks, tempo=tempo)) == reason
