"""What is told of a dataset is what is in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from tests.cases import cases

from sideman.errors import DataError, MissingLibraryError
from sideman.music.band import Band, Note, Role, Track
from sideman.music.chords import MODEL_QUALITIES
from sideman.music.key import Key
from sideman.music.time import Meter
from sideman.tokens.chart import Change, Chart
from sideman.tokens.encode import encode_bars
from sideman.tokens.form import common_time, measures_of
from sideman.tokens.vocabulary import NO_CHORD, VOCABULARY
from sideman.training.inspect import band_of, dump_bar, find_song, piano_roll, plot, statistics
from sideman.training.shards import Dataset, SongRow, write_dataset

MINOR = next(index for index, quality in enumerate(MODEL_QUALITIES) if quality.name == "m")
QUALITIES = len(MODEL_QUALITIES)


@pytest.fixture
def small(tmp_path: Path) -> Dataset:
    """One song of three bars: C, C | C, then Am on the third beat | N.C."""
    chart = Chart(
        (Change(0, 0), Change(48 + 24, 9 * QUALITIES + MINOR, 4), Change(96, NO_CHORD)),
        144,
        Key(0, minor=False),
        common_time(144),
    )
    bass = Track(Role.BASS, [Note(onset, 12, 36, 88) for onset in (0, 24, 48)])
    drums = Track(Role.DRUMS, [Note(0, 1, 36, 100), Note(0, 1, 42, 100)])
    ids = encode_bars([(track.role, track.notes) for track in (drums, bass)], chart, density=True)
    row = SongRow("song", "train", "song", 3, 5, 99.5, "C major", "", "drums|bass", 0, 0, 0)
    write_dataset(tmp_path, [(row, ids)], {"files": 3, "skipped": {"broken": 2}})
    return Dataset(tmp_path)


def test_a_song_in_three_is_told_as_such(tmp_path: Path) -> None:
    chart = Chart((Change(0, 0),), 72, Key(0, minor=False), measures_of(Meter(3, 4)) * 2)
    bass = Track(Role.BASS, [Note(onset, 12, 36, 88) for onset in (0, 24, 36)])
    ids = encode_bars([(Role.BASS, bass.notes)], chart, density=True)
    row = SongRow("waltz", "train", "waltz", 2, 3, 100.0, "C major", "", "bass", 0, 0, 0, meter="3/4")
    write_dataset(tmp_path, [(row, ids)], {})
    data = Dataset(tmp_path)
    assert statistics(data).meters == {"3/4": 1}
    assert dump_bar(data, "waltz", 2).splitlines() == [
        "waltz: 3/4, C major, 100 beats a minute",
        "bar 2    C then N.C.",
        "bass     density:0 @0 12: C2",
    ]
    band = band_of(data, "waltz", 16)
    assert (band.steps, [int(note[0]) for note in band[Role.BASS].notes]) == (72, [0, 24, 36])
    lines = np.flatnonzero((piano_roll(band, 36)[0] == 220).all(1))
    assert lines.tolist() == [0, 36]


def test_statistics_of_a_song(small: Dataset) -> None:
    found = statistics(small)
    assert (found.songs, found.bars, found.notes, found.tokens) == (1, 3, 5, small.rows[0].tokens)
    assert (found.tokens_per_bar, found.tokens_per_note) == (found.tokens / 3, found.tokens / 5)
    assert {name: count for name, count in found.chord_qualities.items() if count} == {"major": 1, "m": 1, "N.C.": 1}
    assert {name: count for name, count in found.chord_roots.items() if count} == {"C": 1, "A": 1, "N.C.": 1}
    assert {name: count for name, count in found.chords.items() if count} == {"C": 1, "Am": 1, "N.C.": 1}
    assert found.meters == {"4/4": 1}
    assert found.roles == {"drums": 1, "piano": 0, "guitar": 0, "bass": 1, "strings": 0}
    assert (found.keys, found.styles, found.roles_of_a_song, found.bands) == (
        {"C major": 1},
        {"none told": 1},
        {"2": 1},
        0,
    )
    assert found.kinds["bar"] == 3
    assert found.kinds["rest"] == 2 + 1
    assert found.lost == {"files": 3, "skipped": {"broken": 2}}


def test_statistics_of_a_dataset(dataset: Path) -> None:
    data = Dataset(dataset)
    found = statistics(data)
    assert found.folds == {"train": 8, "valid": 3}
    assert found.bands == 11
    assert found.tokens == sum(found.kinds.values()) == sum(len(ids) for _, ids in data)
    assert found.bars == found.kinds["bar"]
    assert found.bars_of_a_song == {"5 %": 12, "50 %": 12, "95 %": 12, "99 %": 12}
    assert found.tempo["50 %"] == 100
    assert sum(found.keys.values()) == 11
    counts = list(found.chords.values())
    assert counts == sorted(counts, reverse=True)
    assert counts[0] <= sum(counts) <= sum(found.chord_roots.values())
    assert sum(found.chord_roots.values()) == sum(found.chord_qualities.values()) >= 11
    counted: Counter[str] = Counter()
    for _, ids in data:
        counted.update(VOCABULARY.kind(int(token)) for token in ids)
    assert {kind: count for kind, count in found.kinds.items() if count} == counted
    json.dumps(found.to_dict())


def test_an_empty_fold_is_an_error(small: Dataset) -> None:
    with pytest.raises(DataError, match="no song"):
        statistics(Dataset(small.folder, "valid"))


def test_songs_are_found_by_name_or_number(dataset: Path) -> None:
    data = Dataset(dataset)
    assert find_song(data, "song3").name == find_song(data, "train/song3").name == "train/song3"
    assert find_song(data, "1") == data.rows[0]
    assert find_song(data, "11") == data.rows[-1]


@cases("song", ["", "0", "12", "song", "-1", "²"])
def test_unknown_songs_are_errors(dataset: Path, song: str) -> None:
    with pytest.raises(DataError, match="a number from 1 to 11"):
        find_song(Dataset(dataset), song)


def test_a_bar_is_dumped(small: Dataset) -> None:
    title, *lines = dump_bar(small, "song", 2).splitlines()
    assert title == "song: 4/4, C major, 99.5 beats a minute"
    words = {line.split()[0]: line.split()[1:] for line in lines}
    assert words == {
        "bar": ["2", "C", "@24", "Am/E", "then", "N.C."],
        "drums": ["rest"],
        "bass": ["density:0", "@0", "12:", "C2"],
    }


def test_the_first_and_the_last_bar_are_dumped(dataset: Path) -> None:
    data = Dataset(dataset)
    for bar in (1, 12):
        lines = dump_bar(data, "song0", bar).splitlines()
        assert [line.split()[0] for line in lines[1:]] == ["bar", "drums", "piano", "bass"]
        assert lines[1].split()[1] == str(bar)


@pytest.mark.parametrize("bar", [0, -1, 4])
def test_unknown_bars_are_errors(small: Dataset, bar: int) -> None:
    with pytest.raises(DataError, match="in the 3 bars of song"):
        dump_bar(small, "song", bar)


def test_the_beginning_of_a_song_is_a_band(small: Dataset) -> None:
    band = band_of(small, "song", 1)
    assert (band.steps, band.tempo, band.roles) == (48, 99.5, (Role.DRUMS, Role.BASS))
    assert [len(track) for track in band.tracks] == [2, 2]
    assert band_of(small, "song", 99).steps == 144


def test_piano_roll_shows_the_notes() -> None:
    band = Band(
        (Track(Role.BASS, [Note(0, 12, 36, 100), Note(48, 96, 0, 100)]), Track(Role.PIANO, [Note(4, 2, 127, 1)])), 96
    )
    picture = piano_roll(band)
    assert picture.dtype == np.uint8
    assert picture.shape[1:] == (96, 3)
    coloured = picture[:, :, 0] != picture[:, :, 2]  # the background is grey
    assert np.flatnonzero(coloured.any(0)).tolist() == [*range(12), *range(48, 96)]
    high, low = np.flatnonzero(coloured[:, 4])[[0, -1]]
    assert high == 0
    assert low > len(picture) / 2
    assert (picture[low, 4] != picture[0, 4]).any()


@pytest.mark.xdist_group("matplotlib")  # which takes a second to import
@pytest.mark.parametrize("name", ["picture.png", "picture.SVG", "picture.pdf"])
def test_a_picture_is_drawn(small: Dataset, name: str) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    plot(small, small.folder / name)
    assert (small.folder / name).stat().st_size > 5_000


def test_what_cannot_be_drawn_is_an_error(small: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match=r"picture\.txt"):
        plot(small, small.folder / "picture.txt")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingLibraryError, match="pip install matplotlib"):
        plot(small, small.folder / "picture.png")
    assert not (small.folder / "picture.png").exists()


def test_data_needs_no_torch() -> None:
    code = """
import importlib, sys
for module in ["config", "batches", "shards", "encode", "inspect", "chunks", "styles"]:
    importlib.import_module(f"sideman.training.{module}")
    assert not {"torch", "matplotlib"} & {*sys.modules}, module
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
