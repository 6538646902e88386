"""Bands made by hand, and datasets: of made-up songs, and of songs that the bundled weights composed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.training.conftest import band_file

from sideman.arranging import DEFAULT_WEIGHTS, ArrangeOptions, default_model
from sideman.judging.composing import composes_with
from sideman.judging.memory import window_ids
from sideman.judging.windows import Window
from sideman.music.band import Band, Note, Role, Track
from sideman.music.chords import parse
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.encode import Ids
from sideman.training.encode import Source, encode_dataset
from sideman.training.shards import Dataset, SongRow, write_dataset

COMPOSED_SONGS = 20
LOOPS = ("C|Am|F|G7", "C|G/B|Am7|F", "Am|F|C|G", "C|F|C|G", "Dm7|G7|CM7|Am7", "C|Em|F|G", "F|G|Em|Am", "C|Bb|F|C")
BANDS = ((Role.DRUMS, Role.BASS, Role.PIANO), (Role.DRUMS, Role.BASS, Role.PIANO, Role.GUITAR))
STYLES = (None, "rock", "pop", "country", "soul")


def band(steps: int, **notes: list[tuple[int, int, int]]) -> Band:
    """A band by role: onset, duration and pitch of its notes."""
    tracks = [Track(Role(role), [Note(*note, 76) for note in each]) for role, each in notes.items()]
    return Band(tuple(tracks), steps)


def window(chords: str, *, song: str = "song", seed: int = 1, **notes: list[tuple[int, int, int]]) -> Window:
    """A window over ``chords`` in which people play ``notes``."""
    progression = parse(chords)
    return Window(song, 0, None, progression, band(progression.steps, **notes), seed)


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of 22 songs of drums, piano and bass to judge by, and four others to train on."""
    folder = tmp_path_factory.mktemp("made_up")
    for seed in range(22):
        band_file(seed, bars=20).write(folder / "valid" / f"song{seed}.npz")
    for seed in range(100, 104):
        band_file(seed, bars=20).write(folder / "train" / f"song{seed}.npz")
    encode_dataset([Source(folder / "train", "train"), Source(folder / "valid", "valid")], folder / "data", workers=1)
    return folder / "data"


@pytest.fixture
def songs(made_up: Path) -> Dataset:
    """Its valid fold."""
    return Dataset(made_up, "valid")


@pytest.fixture(scope="session")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of songs that the bundled weights composed: who they are like is known for certain."""
    if not DEFAULT_WEIGHTS.exists():
        pytest.skip("the package holds no weights to play with")
    random = np.random.default_rng(0)
    asked = []
    for number in range(COMPOSED_SONGS):
        loop, roles = LOOPS[number % len(LOOPS)], BANDS[number % len(BANDS)]
        chords = parse("|".join([loop, loop])).transpose(int(random.integers(12)))
        empty = Band(tuple(Track(role) for role in roles), chords.steps, float(random.integers(80, 140)))
        asked.append(Window(f"song{number}", 0, STYLES[number % len(STYLES)], chords, empty, 1000 + number))
    bands = composes_with(default_model(), ArrangeOptions())(asked, 0)
    folder = tmp_path_factory.mktemp("composed")
    write_dataset(folder, [song(window, each) for window, each in zip(asked, bands, strict=True)], {})
    return folder


def song(asked: Window, played: Band) -> tuple[SongRow, Ids]:
    """A band as a song of a dataset's valid fold."""
    key = chart_of_progression(asked.progression).key
    ids = window_ids(played, asked)
    roles = "|".join(played.roles)
    row = SongRow(
        asked.song,
        "valid",
        asked.song,
        asked.bars,
        played.note_count,
        played.tempo,
        key.name,
        asked.style or "",
        roles,
        0,
        0,
        0,
    )
    return row, ids
