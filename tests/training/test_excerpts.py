"""Excerpts that read as songs of their own."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.music.band import DURATION, ONSET, Band
from sideman.tokens.decode import decode
from sideman.tokens.encode import Ids
from sideman.tokens.form import Form
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.vocabulary import NO_CHORD, VOCABULARY
from sideman.training.excerpts import GRID, LENGTH, MIN_BARS, cuts, excerpt
from sideman.training.shards import Dataset

START, END = VOCABULARY.id("start"), VOCABULARY.id("end")


def band_of(bars: Ids) -> Band:
    """The band of some bars; decoding checks the grammar on the way."""
    return decode([START, *bars.tolist(), END])


@given(st.integers(1, 300), st.integers(0, 2**32))
def test_cuts_hold_every_bar_once(bars: int, seed: int) -> None:
    found = cuts(bars, np.random.default_rng(seed))
    assert [place for first, last in found for place in range(first, last)] == list(range(bars))
    assert all(first % GRID == 0 for first, _ in found)
    assert len(found) == 1 or min(last - first for first, last in found) >= MIN_BARS


def test_cuts_differ_and_leave_some_songs_whole() -> None:
    rng = np.random.default_rng(0)
    counts = np.array([len(cuts(100, rng)) for _ in range(300)])
    assert 60 < (counts == 1).sum() < 100
    assert 100 / LENGTH - 1 < counts[counts > 1].mean() < 100 / LENGTH + 1


@pytest.mark.parametrize("place", [1, 3, 5])
def test_excerpts_play_the_same_notes(dataset: Path, place: int) -> None:
    data = Dataset(dataset)
    for row in data.rows:
        ids = data.ids(row)
        whole = band_of(ids)
        parts = [band_of(excerpt(ids, 0, place)), band_of(excerpt(ids, place, row.bars))]
        assert [part.steps for part in parts] == [48 * place, 48 * (row.bars - place)]
        for track in whole.tracks:
            first, second = (part[track.role].notes for part in parts)
            moved = second + np.array([48 * place if column == ONSET else 0 for column in range(4)], np.int32)
            assert np.array_equal(np.concatenate([first, moved]), track.notes)
            assert not len(first) or (first[:, DURATION] > 0).all()


def test_an_excerpt_tells_no_chord_after_its_last_bar(dataset: Path) -> None:
    data = Dataset(dataset)
    ids = excerpt(data.ids(data.rows[0]), 2, 4)
    prefix = Prefix(Form.plain(2))
    for token in [START, *ids.tolist()]:
        prefix.push(token)
        if prefix.stage is Stage.HEAD and prefix.bar == 1:
            assert prefix.head[-1].chord == NO_CHORD
    assert prefix.bar == 1


def test_the_whole_song_is_left_as_it_is(dataset: Path) -> None:
    data = Dataset(dataset)
    ids = data.ids(data.rows[1])
    assert np.array_equal(excerpt(ids, 0, data.rows[1].bars), ids)
