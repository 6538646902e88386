"""What a style's songs do otherwise is found, and what few do is not taken for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sideman.errors import DataError
from sideman.music.band import Note, Role
from sideman.music.chords import parse
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.encode import Ids, encode_bars
from sideman.tokens.styling import SCALE, SHAPES
from sideman.tokens.vocabulary import STYLES, VOCABULARY
from sideman.training.shards import Dataset
from sideman.training.style_fit import Counts, count, learn

CHART = chart_of_progression(parse("C:16"))
JAZZ, ROCK = STYLES.index("jazz"), STYLES.index("rock")
RIDE, HAT = 51, 42


def song(drum: int, off_beat: int) -> Ids:
    """Four bars: a drum on each beat and a while after it."""
    steps = [step + after for step in range(0, 192, 12) for after in (0, off_beat)]
    notes = np.array([Note(step, 1, drum, 76) for step in steps], np.int32)
    return encode_bars([(Role.DRUMS, notes)], CHART, density=True)


def counted(songs: int, drum: int, off_beat: int) -> Counts:
    counts = Counts()
    for _ in range(songs):
        counts.add(song(drum, off_beat))
    return counts


def test_where_and_what_a_style_plays_is_likelier() -> None:
    table = learn({"jazz": counted(50, RIDE, 8), "rock": counted(50, HAT, 6), None: counted(50, HAT, 6)})
    assert {kind: array.shape for kind, array in table.items()} == dict(SHAPES)
    positions = table["position"][:, 0] / SCALE
    assert positions[JAZZ, 8] > 0.5
    assert positions[JAZZ, 6] < 0
    assert positions[ROCK, 6] > 0 > positions[ROCK, 8]
    assert positions[JAZZ, 0] == positions[ROCK, 0] == 0
    ride, hat = (int(VOCABULARY.values[song(drum, 6)[-1]]) for drum in (RIDE, HAT))
    assert table["hit"][JAZZ, 0, ride] > 0 > table["hit"][JAZZ, 0, hat]
    assert table["hit"][JAZZ].max() <= 2.5 * SCALE
    assert not table["position"][STYLES.index("folk")].any()


def test_what_one_song_does_says_less_than_what_all_do() -> None:
    usual = counted(500, HAT, 6)
    for _ in range(500):
        usual.add(song(HAT, 8))
    one, many = (learn({"jazz": counted(songs, HAT, 8), None: usual})["position"][JAZZ, 0, 8] for songs in (1, 60))
    assert one == 0 < many


def test_a_song_counts_once_however_long_it_is() -> None:
    once, twice = Counts(), Counts()
    once.add(song(RIDE, 8))
    twice.add(np.concatenate([song(RIDE, 8)] * 2))
    assert (once.ids == twice.ids).all()
    assert (once.hits == twice.hits).all()


def test_without_styles_there_is_nothing_to_learn() -> None:
    with pytest.raises(DataError, match="--tags"):
        learn({None: counted(3, HAT, 6)})


def test_songs_are_counted_by_their_styles(dataset: Path) -> None:
    songs = Dataset(dataset, "train")
    counts = count(songs)
    assert set(counts) == {row.style or None for row in songs.rows}
    assert sum(each.songs for each in counts.values()) == sum(row.meter == "4/4" for row in songs.rows) > 0
