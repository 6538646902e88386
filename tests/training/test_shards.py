"""A dataset on disk: what is written is read, and what is damaged says so."""

from __future__ import annotations

import contextlib
import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.errors import DataError, TokenError
from sideman.tokens.encode import Ids
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training import shards
from sideman.training.batches import group_rows, validation_rows
from sideman.training.shards import Dataset, SongRow, Totals, write_dataset


def row(name: str, fold: str = "train", roles: str = "drums|bass|piano") -> SongRow:
    return SongRow(name, fold, name, 8, 100, 120.5, "A minor", "jazz", roles, 0, 0, 0, 'amg:Jazz|lastfm:live, "1"')


def bars_of_noise(rng: np.random.Generator, size: int) -> Ids:
    """As many bars as a row tells of, and anything in them."""
    ids = rng.integers(100, 600, size, dtype=np.uint16)
    ids[:8] = VOCABULARY.id("bar")
    return ids


def test_songs_are_read_as_written_over_several_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_TOKENS", 100)
    rng = np.random.default_rng(0)
    songs = [
        (row(f"n{index}", ("train", "valid")[index % 2]), bars_of_noise(rng, size))
        for index, size in enumerate((60, 50, 50, 250, 10, 8))
    ]
    written = write_dataset(tmp_path, songs, {"files": 6})
    data = Dataset(tmp_path)
    assert written == Totals(6, 428, 48)
    assert [(each.shard, each.offset) for each in data.rows] == [(0, 0), (1, 0), (1, 50), (2, 0), (3, 0), (3, 10)]
    assert (len(data), data.header["files"], data.header["songs"]) == (6, 6, 6)
    for (got, ids), (_, expected) in zip(data, songs, strict=True):
        assert got.tokens == len(expected)
        assert ids.dtype == np.uint16
        assert np.array_equal(ids, expected)
    assert [each.name for each in Dataset(tmp_path, "valid").rows] == ["n1", "n3", "n5"]


def test_an_index_without_tags_is_read(tmp_path: Path) -> None:
    write_dataset(tmp_path, [(row("a"), np.zeros(3, np.uint16))], {})
    rows = [line.split(",")[:12] for line in (tmp_path / "songs.csv").read_text().splitlines()]
    (tmp_path / "songs.csv").write_text("".join(",".join(values) + "\n" for values in rows))
    (read,) = Dataset(tmp_path).rows
    assert (read.name, read.tokens, read.tags) == ("a", 3, "")


def test_no_songs_are_a_dataset_too(tmp_path: Path) -> None:
    write_dataset(tmp_path, [], {})
    assert len(Dataset(tmp_path)) == 0


@pytest.mark.parametrize(
    ("roles", "band"),
    [("drums|bass|strings", True), ("drums|piano|bass", True), ("drums|bass", False), ("bass|piano|guitar", False)],
)
def test_a_band_has_drums_bass_and_harmony(roles: str, band: bool) -> None:
    assert row("a", roles=roles).has_band is band


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("dataset.json", None, id="no header"),
        pytest.param("dataset.json", "{", id="damaged header"),
        pytest.param("dataset.json", "[]", id="header of another kind"),
        pytest.param("dataset.json", "{}", id="header without vocabulary"),
        pytest.param("dataset.json", '{"vocabulary": []}', id="a list for a vocabulary"),
        pytest.param("dataset.json", "[" * 99_999, id="header nested too deep"),
        pytest.param("dataset.json", '{"songs": ' + "9" * 5_000, id="header with a long number"),
        pytest.param("songs.csv", None, id="no index"),
        pytest.param("songs.csv", "name,fold\na,train\n", id="index without columns"),
        pytest.param("songs.csv", "\x00", id="index of noise"),
    ],
)
def test_a_damaged_dataset_is_an_error(dataset: Path, tmp_path: Path, name: str, content: str | None) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(dataset, folder)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content)
    with pytest.raises(DataError, match="encode"):
        Dataset(folder)


def test_another_vocabulary_is_an_error(dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(dataset, folder)
    header = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps(header | {"vocabulary": "0" * 16}))
    with pytest.raises(DataError, match=r"0{16}.*encode it again"):
        Dataset(folder)


@pytest.mark.parametrize("size", [None, 0, 100])
def test_a_missing_or_short_shard_is_an_error(dataset: Path, tmp_path: Path, size: int | None) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(dataset, folder)
    shard = folder / "tokens_000.bin"
    content = shard.read_bytes()
    shard.unlink()
    if size is not None:
        shard.write_bytes(content[:size])
    data = Dataset(folder)
    with pytest.raises(DataError, match=r"tokens_000\.bin"):
        data.ids(data.rows[-1])


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("bars", "-1", "bars is -1"),
        ("bars", "9" * 30, "bars is 9999"),
        ("bars", "9" * 5_000, "Exceeds the limit"),
        ("tokens", "1e3", "invalid literal"),
        ("offset", "-5", "offset is -5"),
        ("tempo", "nan", "tempo is nan"),
        ("tempo", "0", "tempo is 0"),
        ("meter", "4/3", "unknown metre 4/3"),
    ],
)
def test_a_damaged_row_is_named_by_its_line(
    dataset: Path, tmp_path: Path, column: str, value: str, message: str
) -> None:
    folder = spoilt_index(dataset, tmp_path, column, value)
    with pytest.raises(DataError, match=f"songs.csv, line 3: .*{message}.*encode"):
        Dataset(folder)


@pytest.mark.parametrize("bars", ["11", "13", "999999999"])
def test_bars_are_counted_before_they_are_believed(dataset: Path, tmp_path: Path, bars: str) -> None:
    data = Dataset(spoilt_index(dataset, tmp_path, "bars", bars))
    row = data.rows[1]
    with pytest.raises(DataError, match=rf"tokens_000.bin: the \d+ ids of {row.name} from \d+ on are not {bars} bars"):
        data.ids(row)


@pytest.mark.parametrize("value", [VOCABULARY.size, 0xFFFF])
def test_ids_of_no_vocabulary_are_an_error(dataset: Path, tmp_path: Path, value: int) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(dataset, folder)
    ids = np.fromfile(folder / "tokens_000.bin", "<u2")
    data = Dataset(folder)
    ids[data.rows[0].tokens - 1] = value
    ids.astype("<u2").tofile(folder / "tokens_000.bin")
    with pytest.raises(DataError, match=f"ids of {data.rows[0].name} from 0 on are not 12 bars"):
        data.ids(data.rows[0])


@given(st.data())
def test_noise_in_place_of_a_song_raises_our_error_only(dataset: Path, data: st.DataObject) -> None:
    songs = Dataset(dataset)
    row = songs.rows[0]
    ids = songs.ids(row).copy()
    for _ in range(data.draw(st.integers(1, 5))):
        ids[data.draw(st.integers(1, len(ids) - 1))] = data.draw(st.integers(0, VOCABULARY.size - 1))
    row = replace(row, bars=int((ids == VOCABULARY.id("bar")).sum()))
    songs.ids = lambda row: ids  # type: ignore[method-assign] # noqa: ARG005 - whatever the row
    with contextlib.suppress(DataError, TokenError):
        group_rows(songs, [row], [0], 64, [0])
    with contextlib.suppress(DataError, TokenError):
        list(validation_rows(songs, [row], 64, [0]))


def spoilt_index(dataset: Path, tmp_path: Path, column: str, value: str) -> Path:
    """A copy of a dataset whose second row has another value."""
    folder = tmp_path / "copy"
    shutil.copytree(dataset, folder)
    with (folder / "songs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[1][column] = value
    with (folder / "songs.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder
