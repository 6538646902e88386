"""Scores, and what they are under the chords of another song."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.tiny import tiny_checkpoint
from tests.tokens.conftest import Song, songs
from tests.training.conftest import TINY

from sideman.errors import CheckpointError, DataError
from sideman.model.checkpoint import save_checkpoint
from sideman.model.gpt2 import GPT2
from sideman.model.numpy_engine import NumpyEngine
from sideman.tokens.decode import decode
from sideman.tokens.encode import Ids, encode_bars
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.batches import validation_rows
from sideman.training.device import choose_device
from sideman.training.evaluate import (
    Scores,
    ShuffledChords,
    evaluate_rows,
    fold_rows,
    replace_chords,
    small_validation,
)
from sideman.training.shards import Dataset
from sideman.training.weights import load_network


def bars_of(song: Song) -> Ids:
    return encode_bars([(role, song.band[role].notes) for role in song.band.roles], song.chart)


def chords(ids: Ids) -> list[int]:
    return [int(token) for token in ids if VOCABULARY.kind(int(token)) in ("chord", "bass")]


def whole(bars: Ids) -> Ids:
    return np.concatenate([[VOCABULARY.id("start")], bars, [VOCABULARY.id("end")]]).astype(np.uint16)


@given(songs(), songs())
def test_only_the_chords_are_replaced(song: Song, other: Song) -> None:
    replaced = replace_chords(bars_of(song), bars_of(other))
    assert decode(whole(replaced)) == decode(whole(bars_of(song)))  # the same notes, and the grammar is kept
    longer = song.chart.bars <= other.chart.bars
    if longer:
        assert chords(replaced)[:-1] == chords(bars_of(other))[: len(chords(replaced)) - 1]


@given(songs())
def test_its_own_chords_change_nothing(song: Song) -> None:
    assert replace_chords(bars_of(song), bars_of(song)).tolist() == bars_of(song).tolist()


@given(songs(), songs())
def test_a_shorter_chart_starts_again(song: Song, other: Song) -> None:
    replaced = replace_chords(bars_of(song), bars_of(other))
    starts = np.flatnonzero(VOCABULARY.kind_numbers[replaced] == VOCABULARY.kinds.index("bar"))
    first = [int(replaced[start + 1]) for start in starts]
    period = other.chart.bars
    assert all(first[bar] == first[bar % period] for bar in range(song.chart.bars))


def test_every_song_gets_the_chords_of_the_next(dataset: Path) -> None:
    plain, shuffled = Dataset(dataset, "valid"), ShuffledChords(dataset, "valid")
    for row, following in zip(plain.rows, [*plain.rows[1:], plain.rows[0]], strict=True):
        expected = replace_chords(plain.ids(row), plain.ids(following))
        assert shuffled.ids(row).tolist() == expected.tolist()
        assert shuffled.ids(row).tolist() != plain.ids(row).tolist()


def test_a_song_gets_chords_of_its_own_metre(dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(dataset, folder)
    lines = (folder / "songs.csv").read_text().splitlines(keepends=True)
    train = [number for number, line in enumerate(lines) if ",train," in line]
    for number in (train[1], train[4]):
        lines[number] = lines[number].replace(",4/4", ",3/4")
    lines[train[2]] = lines[train[2]].replace(",4/4", ",6/8")
    (folder / "songs.csv").write_text("".join(lines))
    plain, shuffled = Dataset(folder, "train"), ShuffledChords(folder, "train")
    assert [row.name for row in shuffled.rows] == [row.name for row in plain.rows if row.meter != "6/8"]
    one, other = (row for row in plain.rows if row.meter == "3/4")
    assert shuffled.ids(one).tolist() == replace_chords(plain.ids(one), plain.ids(other)).tolist()
    assert shuffled.ids(other).tolist() == replace_chords(plain.ids(other), plain.ids(one)).tolist()


def test_one_song_has_no_other_chords(dataset: Path) -> None:
    with pytest.raises(DataError, match="two"):
        ShuffledChords(dataset, "nothing")
    with pytest.raises(DataError, match="no song"):
        fold_rows(Dataset(dataset, "nothing"), 64, ())


def test_rows_of_some_songs(dataset: Path) -> None:
    rows, count = fold_rows(Dataset(dataset, "valid"), 64, ("track", "chord"), songs=2)
    parts = list(rows)
    assert (count, len(parts)) == (2, 2)
    assert {part.features.shape[2] for part in parts} == {2}


def test_network_from_a_file_of_weights(tmp_path: Path) -> None:
    checkpoint = tiny_checkpoint()
    save_checkpoint(checkpoint, tmp_path / "weights.safetensors", np.float32)
    network, features = load_network(tmp_path / "weights.safetensors")
    ids, values = np.array([0, 2, 40]), np.zeros((3, len(features)), np.int64)
    engine = NumpyEngine(checkpoint)
    expected = engine.read(engine.cache(1), [0], ids, values, [3])[0]
    with torch.no_grad():
        logits = network(torch.from_numpy(ids)[None], torch.from_numpy(values)[None])[0, -1].numpy()
    np.testing.assert_allclose(logits, expected, atol=1e-4)


def test_no_network(tmp_path: Path) -> None:
    for name in ("", "missing.safetensors"):
        with pytest.raises(CheckpointError):
            load_network(tmp_path / name)


@given(st.integers(0, 100), st.integers(0, 100))
def test_scores_add_up(bits: int, tokens: int) -> None:
    total = Scores(bits, tokens, 1, 0) + Scores(1.0, 2, 3, 4)
    assert total == Scores(bits + 1.0, tokens + 2, 4, 4)
    assert total.bits_per_note == (bits + 1) / 4
    assert Scores(0.0, 0, 0, 0).bits_per_bar == 0


def test_scores_are_the_cross_entropy_of_what_is_not_forced(dataset: Path) -> None:
    data = Dataset(dataset, "valid")
    torch.manual_seed(0)
    model = GPT2(TINY.network)
    parts = list(validation_rows(data, data.rows, 64, TINY.columns))
    done: list[int] = []
    scores = evaluate_rows(model, parts, choose_device("cpu", "float32"), done.append)
    bits = 0.0
    for part in parts:
        ids, features = (torch.from_numpy(values.astype(np.int64)) for values in (part.ids, part.features))
        with torch.no_grad():
            likelihood = torch.log_softmax(model(ids, features), 2).numpy() / np.log(2)
        chosen = np.take_along_axis(likelihood, part.targets[..., None].astype(np.int64), 2)[..., 0]
        bits -= float(chosen[part.weight].sum())
    assert scores.bits == pytest.approx(bits, rel=1e-5)
    assert scores.tokens == sum(int(part.weight.sum()) for part in parts)
    assert scores.notes == sum(part.notes for part in parts)
    assert scores.bars == sum(part.bars for part in parts)
    assert scores.bits_per_token == pytest.approx(np.log2(TINY.network.vocab), rel=0.05)
    assert done == [1, 2, 3]
    assert model.training


def test_small_validation_is_a_third_of_the_first_songs(dataset: Path) -> None:
    data = Dataset(dataset)
    small = small_validation(data, TINY)
    valid = [row for row in data.rows if row.fold == "valid"]
    whole_rows = list(validation_rows(data, valid[: TINY.validate_songs], TINY.row_tokens, TINY.columns))
    assert len(small) == TINY.validate_songs == 2
    for part, rows in zip(small, whole_rows, strict=True):
        assert np.array_equal(part.ids, rows.ids[::3])
    again = small_validation(data, replace(TINY, seed=7))
    assert all(np.array_equal(one.ids, other.ids) for one, other in zip(small, again, strict=True))


def test_validation_wants_a_song(dataset: Path) -> None:
    with pytest.raises(DataError, match="no song of the valid fold"):
        small_validation(Dataset(dataset, "train"), TINY)
