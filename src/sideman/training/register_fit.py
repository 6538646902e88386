"""Counts how high players play, and in which keys songs are. Knows datasets and ids; no sound."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sideman.errors import DataError
from sideman.music.band import MIDI_VALUES, ROLES
from sideman.music.key import SHIFTS, Key
from sideman.tokens import slices
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.shards import Dataset

_PITCHES = slices.are_of_kind("pitch")


def learn(dataset: Dataset) -> dict[str, npt.NDArray[np.uint32]]:
    """The table of :mod:`sideman.tokens.register`.

    ``pitches`` (roles, 128) are the notes of each pitch as it sounds, ``keys`` (shifts,) the songs that are heard so
    many semitones higher. Raises :class:`DataError` where no song has a note.
    """
    pitches = np.zeros((len(ROLES), MIDI_VALUES), np.uint32)
    keys = np.zeros(len(SHIFTS), np.uint32)
    for row in dataset.rows:
        ids, shift = dataset.ids(row), Key.named(row.key).shift
        keys[SHIFTS.index(shift)] += 1
        sounds = np.flatnonzero(_PITCHES[ids])
        roles = slices.roles_at(ids)[sounds]
        np.add.at(pitches, (roles, VOCABULARY.values[ids[sounds]] - shift), 1)
    if not pitches.any():
        raise DataError(f"{dataset.folder} has no note with a pitch: encode songs with players")
    return {"pitches": pitches, "keys": keys}
