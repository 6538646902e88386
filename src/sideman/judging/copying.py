"""How much of the training songs is played again: by people in songs that nobody trained on, and by the model.

Composes for the windows of held-out songs, as the judge does, and looks for their bars in the songs of the train fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sideman.arranging import ArrangeOptions, Model, default_model
from sideman.errors import DataError
from sideman.judging.composing import Show, composes_with
from sideman.judging.fair import fair
from sideman.judging.memory import Memory, window_ids
from sideman.judging.report import MODEL, PEOPLE
from sideman.judging.statistics import Estimate, mean
from sideman.judging.windows import choose_windows
from sideman.music.band import ROLES
from sideman.tokens.encode import Ids
from sideman.tokens.fingerprints import RUN
from sideman.training.shards import Dataset

NEAREST = 5  # that are shown


@dataclass(frozen=True)
class Nearest:
    """The longest run of a window that a song of the train fold has too; bars count from 1."""

    window: str  # song and bar
    role: str
    bar: int
    bars: int
    song: str
    song_bar: int


@dataclass(frozen=True)
class Copying:
    """Somebody's windows: the share of those with a run of more than four bars, the mean run and the longest ones."""

    name: str
    long: Estimate
    run: Estimate
    nearest: tuple[Nearest, ...]  # the longest first

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "long": self.long._asdict(),
            "run": self.run._asdict(),
            "nearest": [asdict(each) for each in self.nearest],
        }


def measure_copying(
    folder: Path,
    model: Model | None = None,
    options: ArrangeOptions | None = None,
    windows: int = 200,
    seed: int = 0,
    show: Show | None = None,
) -> tuple[Copying, Copying]:
    """People and the model, by so many windows of the valid fold of the dataset in ``folder``.

    Raises :class:`DataError` where one of its folds has no songs.
    """
    show = show or _show_nothing
    show(0, "reading the songs of the train fold")
    learnt = Dataset(folder, "train")
    if not len(learnt):
        raise DataError(f"{folder} has no songs of the train fold: encode some")
    chosen = choose_windows(Dataset(folder, "valid"), windows, seed)
    memory = Memory(ids for _, ids in learnt)
    composed = composes_with(model or default_model(), options or ArrangeOptions(), show)(chosen, 0)
    names = [f"{window.song}, bar {window.first + 1}" for window in chosen]
    songs = np.unique([window.song for window in chosen], return_inverse=True)[1].astype(np.int64)
    rows = []
    for name, bands in ((PEOPLE, [window.band for window in chosen]), (MODEL, composed)):
        ids = [window_ids(fair(band, window), window) for band, window in zip(bands, chosen, strict=True)]
        found = _nearest(ids, names, memory, learnt)
        runs = np.array([each.bars for each in found], np.float64)
        long, run = (
            mean(values, songs, np.random.default_rng(seed)) for values in ((runs >= RUN).astype(np.float64), runs)
        )
        rows.append(Copying(name, long, run, tuple(sorted(found, key=lambda each: -each.bars)[:NEAREST])))
    return rows[0], rows[1]


def _nearest(ids: Sequence[Ids], names: Sequence[str], memory: Memory, learnt: Dataset) -> list[Nearest]:
    found = []
    for each, name in zip(ids, names, strict=True):
        run = memory.nearest(each)
        song = learnt.rows[run.song].name if run.bars else ""
        role = str(ROLES[run.role]) if run.bars else ""
        found.append(Nearest(name, role, run.first + 1, run.bars, song, run.there + 1))
    return found


def _show_nothing(done: float, word: str) -> None:
    """Nobody watches."""
