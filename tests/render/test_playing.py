"""Notes to raw sound: each event on its frame, whether the band is there or still on its way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.render.conftest import FakeSynthesizer, SteadySynthesizer, bars_of, chairs_of, ends_of, piano

from sideman.music.band import Band, Note, NoteArray, Role, Track
from sideman.music.feel import Feel
from sideman.music.time import BarLines, Meter
from sideman.render.fluidsynth import SAMPLE_RATE
from sideman.render.playing import TAIL_SECONDS, LiveBand, render_blocks, total_frames


def test_notes_begin_and_end_on_their_frames() -> None:
    player = FakeSynthesizer()
    list(render_blocks(piano(Note(6, 3, 60, 80), Note(40, 8, 64, 90)), player))
    step = 60 / 120 / 12 * SAMPLE_RATE
    assert player.played == [
        (round(6 * step), 0, 60, 80),
        (round(9 * step), 0, 60, 0),
        (round(40 * step), 0, 64, 90),
        (round(48 * step), 0, 64, 0),
    ]


def test_a_pitch_ends_before_it_begins_anew() -> None:
    player = FakeSynthesizer()
    list(render_blocks(piano(Note(0, 24, 60, 80), Note(12, 12, 60, 70)), player))
    assert [velocity for _, _, _, velocity in player.played] == [80, 0, 70, 0]


def test_each_track_has_its_channel_instrument_and_place(band: Band) -> None:
    player = FakeSynthesizer()
    list(render_blocks(band, player, {Role.BASS: 35}))
    assert player.selected == {0: (0, True), 1: (0, False), 2: (25, False), 3: (35, False), 4: (48, False)}
    controllers = (7, 10, 91, 93)
    assert set(player.controls) == {(channel, controller) for channel in player.selected for controller in controllers}


def test_a_track_is_as_loud_as_its_volume_says(band: Band) -> None:
    bass = replace(band, tracks=tuple(track for track in band.tracks if track.role is Role.BASS))
    soft = replace(bass, tracks=(replace(bass.tracks[0], volume=50),))
    one, other = (np.concatenate(list(render_blocks(each, FakeSynthesizer()))) for each in (bass, soft))
    np.testing.assert_allclose(other, one / 4, rtol=1e-6)
    silent = replace(bass, tracks=(replace(bass.tracks[0], volume=0),))
    assert not np.concatenate(list(render_blocks(silent, FakeSynthesizer()))).any()


def test_blocks_have_the_promised_shape_and_length(band: Band) -> None:
    blocks = list(render_blocks(band, FakeSynthesizer()))
    assert {(block.shape[1], block.dtype) for block in blocks} == {(2, np.dtype(np.float32))}
    assert sum(map(len, blocks)) == total_frames(band) == 2 * SAMPLE_RATE + TAIL_SECONDS * SAMPLE_RATE


def test_the_tail_fades_to_silence() -> None:
    sound = np.concatenate(list(render_blocks(piano(), SteadySynthesizer(1.0))))
    fade = sound[-SAMPLE_RATE:]
    assert np.all(sound[:-SAMPLE_RATE] == 1)
    assert np.all(np.diff(fade[:, 0]) < 0)
    assert abs(fade[-1, 0]) < 1e-4


# A band that is still being composed

METERS = [Meter(4, 4), Meter(3, 4), Meter(6, 8), Meter(7, 8)]


def live(band: Band) -> LiveBand:
    return LiveBand(chairs_of(band), ends_of(band), bars_of(band))


@st.composite
def songs(draw: st.DrawFn) -> Band:
    """Some bars of two roles, of few pitches: notes ring over bar lines and begin anew while they sound."""
    steps = draw(st.integers(1, 192))
    note = st.builds(Note, st.integers(0, steps - 1), st.integers(1, 200), st.sampled_from([60, 61, 64]), st.just(80))
    tracks = (Track(role, draw(st.lists(note, max_size=20))) for role in (Role.DRUMS, Role.BASS))
    lines = BarLines(tuple(draw(st.lists(st.sampled_from(METERS), min_size=1, max_size=3))))
    feel = Feel(draw(st.sampled_from([50, 60, 67, 75])), (Role.DRUMS,), draw(st.sampled_from([0, 0.5, 2])), 7)
    return Band(tuple(tracks), steps, draw(st.sampled_from([60.0, 97.0, 400.0])), lines, feel)


@given(songs())
def test_bar_by_bar_the_same_is_played(band: Band) -> None:
    at_once, bar_by_bar = FakeSynthesizer(), FakeSynthesizer()
    expected = list(render_blocks(band, at_once))
    assert list(map(len, render_blocks(live(band), bar_by_bar))) == list(map(len, expected))
    assert bar_by_bar.played == at_once.played
    assert (bar_by_bar.selected, bar_by_bar.controls) == (at_once.selected, at_once.controls)


def test_a_bar_is_asked_for_when_the_one_before_is_played() -> None:
    player = FakeSynthesizer()
    asked: list[int] = []

    def bars() -> Iterator[dict[Role, NoteArray]]:
        for notes in bars_of(piano(Note(0, 60, 60, 80), Note(96, 10, 62, 80), steps=144)):
            asked.append(player.frame)  # the first note ends in the second bar
            assert player.selected
            yield notes

    coming = LiveBand(Band((Track(Role.PIANO),), 144), [48, 96, 144], bars())
    total = len(np.concatenate(list(render_blocks(coming, player))))
    assert asked == [0, 0, 60 * SAMPLE_RATE // 24]
    assert total == total_frames(piano(steps=144))


def test_notes_are_counted_as_they_come(band: Band) -> None:
    coming = live(band)
    assert coming.note_count == 0
    list(render_blocks(coming, FakeSynthesizer()))
    assert coming.note_count == band.note_count
