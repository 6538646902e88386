"""Windows: whose they are, which bars, and that their chords and notes are the song's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sideman.errors import DataError
from sideman.judging.windows import GRID, LENGTHS, choose_windows
from sideman.music.band import Band, Note, Role, Track
from sideman.music.chords import parse
from sideman.music.key import Key
from sideman.music.progression import Progression
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.encode import encode_bars
from sideman.tokens.grid import to_grid
from sideman.training.shards import Dataset, SongRow, write_dataset

CHORDS = parse("Eb|Ab/C|Bb7|Cm|" * 4 + "Eb N.C.|Fm7|Bb7sus4:3|Bb7:1|Eb")


def dataset(folder: Path, band: Band, chords: Progression = CHORDS) -> Dataset:
    """A dataset of one song."""
    chart = chart_of_progression(chords)
    tracks = [(track.role, to_grid(track.role, track.notes, chart.steps, chart.shift)[0]) for track in band.tracks]
    ids = encode_bars(tracks, chart, density=True)
    row = SongRow("song", "valid", "song", chart.bars, 1, 500.0, chart.key.name, "rock", "", 0, 0, 0)
    write_dataset(folder, [(row, ids)], {})
    return Dataset(folder)


def notes(bars: range, pitch: int) -> list[Note]:
    """A note on the first beat of each bar that rings for two bars, told apart by its pitch."""
    return [Note(48 * bar, 96, pitch + bar, 76) for bar in bars]


def test_notes_and_chords_are_the_songs_in_its_own_key(tmp_path: Path) -> None:
    band = Band((Track(Role.PIANO, notes(range(20), 60)), Track(Role.BASS, notes(range(20), 30))), CHORDS.steps)
    assert chart_of_progression(CHORDS).key == Key(3)
    (window, *others) = choose_windows(dataset(tmp_path, band), 5)
    assert len(others) == (20 - window.bars) // 8
    first, last = window.first, window.first + window.bars
    assert window.bars in LENGTHS
    assert first % GRID == 0
    assert [note.pitch for note in window.band[Role.PIANO]] == list(range(60 + first, 60 + last))
    assert [note.onset for note in window.band[Role.PIANO]] == [48 * bar for bar in range(window.bars)]
    assert [note.duration for note in window.band[Role.BASS]] == [96] * (window.bars - 1) + [48]  # cut at the end
    spelled = [str(span) for span in CHORDS.spans if 96 * first <= span.onset < 96 * last]
    assert [str(span) for span in window.progression.spans] == spelled
    assert (window.style, window.band.tempo) == ("rock", 400.0)  # no faster than can be asked for


def test_a_chord_that_the_bar_before_ended_with_is_told_again(tmp_path: Path) -> None:
    """Within the bar there was another one in between."""
    chords = parse("C F|" * 8)
    tracks = (Track(Role.PIANO, notes(range(8), 60)), Track(Role.BASS, notes(range(8), 30)))
    (window,) = choose_windows(dataset(tmp_path, Band(tracks, chords.steps), chords), 1)
    assert str(window.progression) == str(chords)


def test_a_window_begins_where_all_play_if_it_can(tmp_path: Path) -> None:
    late = Track(Role.GUITAR, notes(range(8, 20), 50))
    band = Band((Track(Role.PIANO, notes(range(20), 60)), late), CHORDS.steps)
    for seed in range(5):
        window = choose_windows(dataset(tmp_path, band), 1, seed)[0]
        assert window.first >= 8
        assert window.roles == (Role.PIANO, Role.GUITAR)


def test_who_never_plays_in_the_window_is_not_asked_for(tmp_path: Path) -> None:
    tracks = (Track(Role.DRUMS, [Note(0, 1, 36, 76)]), Track(Role.PIANO, notes(range(20), 60)))
    band = Band((*tracks, Track(Role.BASS, notes(range(4, 20), 30))), CHORDS.steps)
    window = choose_windows(dataset(tmp_path, band), 1)[0]
    assert window.roles == (Role.PIANO, Role.BASS)


def test_drums_alone_are_no_window(tmp_path: Path) -> None:
    band = Band((Track(Role.DRUMS, notes(range(20), 36)), Track(Role.PIANO, notes(range(4), 60))), CHORDS.steps)
    windows = choose_windows(dataset(tmp_path, band), 5)
    assert [window.first for window in windows] == [0]
    alone = Band((Track(Role.PIANO, notes(range(20), 60)),), CHORDS.steps)
    with pytest.raises(DataError, match="no song in 4/4 with 8 bars of two roles"):
        choose_windows(dataset(tmp_path, alone), 5)


def test_every_song_gives_one_before_any_gives_two(songs: Dataset) -> None:
    names = [window.song for window in choose_windows(songs, 30)]
    assert len(set(names[:22])) == 22
    assert len(names) == 30
    assert max(map(names.count, names)) == 2


def test_windows_of_a_song_share_no_bar(songs: Dataset) -> None:
    taken: dict[str, set[int]] = {}
    for window in choose_windows(songs, 1000):
        bars = set(range(window.first, window.first + window.bars))
        assert not bars & taken.setdefault(window.song, set())
        taken[window.song] |= bars


def test_a_seed_always_chooses_the_same_and_each_window_has_a_seed_of_its_own(songs: Dataset) -> None:
    first, again, other = (choose_windows(songs, 22, seed) for seed in (0, 0, 1))
    assert first == again
    assert [window.song for window in first] != [window.song for window in other]
    assert len({window.seed for window in (*first, *other)}) == 44


def test_songs_in_three_are_left_to_others(tmp_path: Path) -> None:
    band = Band((Track(Role.PIANO, notes(range(20), 60)), Track(Role.BASS, notes(range(20), 30))), CHORDS.steps)
    for name in ("four", "three"):
        (tmp_path / name).mkdir()
    songs = dataset(tmp_path / "four", band)
    (row,) = songs.rows
    write_dataset(tmp_path / "three", [(replace(row, meter="3/4"), songs.ids(row))], {})
    with pytest.raises(DataError, match="no song in 4/4 with 8 bars of two roles: encode some"):
        choose_windows(Dataset(tmp_path / "three"), 5)
