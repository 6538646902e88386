"""Validation loss: bits a note, a token and a bar of what is not forced. Knows ids, no music beyond counting."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention

from sideman.errors import DataError
from sideman.model.gpt2 import GPT2
from sideman.tokens.chart import SILENCE
from sideman.tokens.encode import Ids, head_ids
from sideman.tokens.prefix import FEATURE_NAMES
from sideman.tokens.slices import bars, changes, head
from sideman.training.batches import Rows, validation_rows
from sideman.training.config import TrainConfig
from sideman.training.device import Device
from sideman.training.shards import Dataset, SongRow

_ROWS_AT_ONCE = 8
_SMALL = 3  # one row of so many


@dataclass(frozen=True)
class Scores:
    """Cross-entropy of what is not forced. Notes and bars are those among the targets; ``bits`` is the sum."""

    bits: float
    tokens: int
    notes: int
    bars: int

    @property
    def bits_per_note(self) -> float:
        """The figure by which models are compared: it doesn't depend on how music is cut into tokens."""
        return self.bits / max(1, self.notes)

    @property
    def bits_per_token(self) -> float:
        """Depends on the token language."""
        return self.bits / max(1, self.tokens)

    @property
    def bits_per_bar(self) -> float:
        """Bits of all parts of a bar."""
        return self.bits / max(1, self.bars)

    def __add__(self, other: Scores) -> Scores:
        return Scores(
            self.bits + other.bits, self.tokens + other.tokens, self.notes + other.notes, self.bars + other.bars
        )


def small_validation(dataset: Dataset, config: TrainConfig) -> list[Rows]:
    """A third of the rows of the first songs of the valid fold, one part a song, the same for every run."""
    songs = [row for row in dataset.rows if row.fold == "valid" and (config.songs == "all" or row.has_band)]
    if not songs:
        raise DataError(f"{dataset.folder} has no song of the valid fold: encode some with valid=PATH")
    rows = validation_rows(dataset, songs[: config.validate_songs], config.row_tokens, config.columns)
    return [part.take(slice(None, None, _SMALL)) for part in rows]


@torch.no_grad()
def evaluate_rows(
    model: GPT2,
    parts: Iterable[Rows],
    device: Device,
    on_progress: Callable[[int], None] | None = None,
) -> Scores:
    """Scores of a model on the rows of songs, one part a song; ``on_progress`` is told how many songs are done."""
    total = Scores(0.0, 0, 0, 0)
    model.eval()
    for number, part in enumerate(parts, 1):
        for start in range(0, len(part.ids), _ROWS_AT_ONCE):
            total += _evaluate(model, part.take(slice(start, start + _ROWS_AT_ONCE)), device)
        if on_progress is not None:
            on_progress(number)
    model.train()
    return total


def _evaluate(model: GPT2, rows: Rows, device: Device) -> Scores:
    ids, features, targets = (
        torch.from_numpy(part.astype(np.int64)).to(device.device) for part in (rows.ids, rows.features, rows.targets)
    )
    with device.autocast():
        logits = model(ids, features)
    loss = F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction="none")
    weight = torch.from_numpy(rows.weight.ravel()).to(device.device)
    return Scores(float(loss[weight].sum()) / math.log(2), int(weight.sum()), rows.notes, rows.bars)


class ShuffledChords(Dataset):
    """A dataset in which every song stands on the chords of the next one in its metre, the last on the first's.

    Both are in the normalised key. How much worse a model does here says how much of the chords its band hears. A song
    whose metre no other has is left out. Raises :class:`DataError` where the fold has no two songs of one metre.
    """

    def __init__(self, folder: Path, fold: str) -> None:
        super().__init__(folder, fold)
        self._next: dict[str, SongRow] = {}
        for meter in {row.meter for row in self.rows}:
            alike = [row for row in self.rows if row.meter == meter]
            if len(alike) > 1:
                self._next |= zip((row.name for row in alike), [*alike[1:], alike[0]], strict=True)
        self.rows = [row for row in self.rows if row.name in self._next]
        if not self.rows:
            raise DataError(f"{folder} has no two songs of one metre in the {fold} fold: to shuffle chords takes two")

    def ids(self, row: SongRow) -> Ids:
        """Ids of a song's bars under the other song's chords."""
        return replace_chords(super().ids(row), super().ids(self._next[row.name]))


def replace_chords(ids: Ids, other: Ids) -> Ids:
    """The bars of a song with the chords of another, whose chart starts again where it is shorter.

    The chord told ahead is again the one that begins the next bar, and N.C. in the last. Parts stay as they are.
    """
    charts = [changes(bar) for bar in bars(other)]
    own = bars(ids)
    out: list[Ids] = []
    for number, bar in enumerate(own):
        chart, following = charts[number % len(charts)], charts[(number + 1) % len(charts)]
        ahead = SILENCE if number == len(own) - 1 else following[0]
        chords = head_ids((*chart[:-1], replace(ahead, onset=chart[-1].onset)))
        out += [bar[:1], np.array(chords, np.uint16), bar[len(head(bar)) :]]
    return np.concatenate(out)


def fold_rows(dataset: Dataset, steps: int, features: Iterable[str], songs: int = 0) -> tuple[Iterator[Rows], int]:
    """Rows of ``steps`` of every song of a dataset (of the first ``songs``, if above 0), and the number of songs.

    Raises :class:`DataError` where there is none.
    """
    chosen = dataset.rows[:songs] if songs else dataset.rows
    if not chosen:
        raise DataError(f"{dataset.folder} has no song of this fold: encode some with valid=PATH")
    columns = [FEATURE_NAMES.index(name) for name in features]
    return validation_rows(dataset, chosen, steps, columns), len(chosen)
