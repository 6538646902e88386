"""How high players play is counted as it sounds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sideman.errors import DataError
from sideman.music.band import Role
from sideman.music.key import SHIFTS, Key
from sideman.tokens import slices
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.register_fit import learn
from sideman.training.shards import Dataset


def test_notes_are_counted_as_they_sound(dataset: Path) -> None:
    songs = Dataset(dataset, "train")
    table = learn(songs)
    shifts = [Key.named(row.key).shift for row in songs.rows]
    assert table["keys"].tolist() == [shifts.count(shift) for shift in SHIFTS]
    heard: Counter[tuple[int, int]] = Counter()
    for row, shift in zip(songs.rows, shifts, strict=True):
        for bar in slices.bars(songs.ids(row)):
            for part in slices.parts(bar):
                pitches = [VOCABULARY.value(token) for token in part.tolist() if VOCABULARY.kind(token) == "pitch"]
                heard.update((int(slices.ROLE[part[0]]), pitch - shift) for pitch in pitches)
    counted = table["pitches"]
    assert {(role, pitch): counted[role, pitch] for role, pitch in np.argwhere(counted).tolist()} == heard
    assert not counted[Role.DRUMS.number].any()


def test_without_notes_there_is_nothing_to_learn(dataset: Path) -> None:
    songs = Dataset(dataset, "train")
    songs.rows = []
    with pytest.raises(DataError, match="no note"):
        learn(songs)
