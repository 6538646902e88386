"""Songs of 4/4 told in three: what stays, what falls out, and that it reads as a song in 3/4."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.tokens.conftest import tokens

from sideman.music.band import DURATION, ONSET, PITCH, Role
from sideman.music.time import Meter
from sideman.tokens.decode import decode
from sideman.tokens.form import measures_of
from sideman.tokens.prefix import FEATURE_NAMES
from sideman.tokens.slices import bars, changes
from sideman.tokens.vocabulary import LENGTHS, VOCABULARY
from sideman.training import batches
from sideman.training.batches import group_rows
from sideman.training.retelling import in_three
from sideman.training.shards import Dataset

START, END = VOCABULARY.id("start"), VOCABULARY.id("end")


def test_a_bar_loses_its_third_beat_and_notes_end_where_it_began() -> None:
    first = "bar chord:0 position:24 chord:7 position:36 chord:9 chord:0"
    notes = "position:0 length:2 pitch:60 position:24 pitch:61 position:30 pitch:62 position:36 pitch:63"
    second = "bar chord:0 chord:0 rest:1 track:0 position:24 hit:0"
    drums = "track:0 loudness:2 position:0 hit:0 position:12 hit:1 position:36 hit:1"
    ids = np.array(tokens(f"{first} track:1 loudness:2 {notes} {drums} {second}"), np.uint16)
    told = in_three(ids)
    band = decode([START, *told.tolist(), END], measures=measures_of(Meter.parse("3/4")) * 2)
    assert band.steps == 72
    assert band.roles == (Role.DRUMS, Role.PIANO)
    assert band[Role.DRUMS].notes[:, ONSET].tolist() == [0, 12, 24]
    assert band[Role.PIANO].notes[:, [ONSET, PITCH]].tolist() == [[0, 60], [24, 63]]
    assert [(change.onset, change.chord) for change in changes(bars(told)[0], 36)] == [(0, 0), (24, 9), (36, 0)]


def test_a_note_that_is_held_over_the_third_beat_is_a_beat_shorter() -> None:
    held = LENGTHS.index(48)
    ids = np.array(tokens(f"bar chord:0 chord:0 track:1 loudness:2 position:0 length:{held} pitch:60"), np.uint16)
    four = decode([START, *ids.tolist(), END])
    three = decode([START, *in_three(ids).tolist(), END], measures=measures_of(Meter.parse("3/4")))
    assert four[Role.PIANO].notes[0, DURATION] == 48
    assert three[Role.PIANO].notes[0, DURATION] == 36


def test_songs_read_as_songs_in_three(dataset: Path) -> None:
    for row, ids in Dataset(dataset):
        told = in_three(ids)
        assert len(bars(told)) == row.bars
        band = decode([START, *told.tolist(), END], measures=measures_of(Meter.parse("3/4")) * row.bars)
        before = decode([START, *ids.tolist(), END])
        assert set(band.roles) == set(before.roles)
        kept = sum(int((track.notes[:, ONSET] % 48 // 12 != 2).sum()) for track in before.tracks)
        assert sum(len(track.notes) for track in band.tracks) == kept


@pytest.mark.parametrize(("often", "metre"), [(0.0, 4), (1.0, 3)])
def test_songs_of_a_group_are_told_in_three_so_often(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, often: float, metre: int
) -> None:
    monkeypatch.setattr(batches, "TOLD_IN_THREE", often)
    data = Dataset(dataset, "train")
    metres = group_rows(data, data.rows, [0], 64, [FEATURE_NAMES.index("metre")]).features
    assert {*np.unique(metres)} == {0, metre}
