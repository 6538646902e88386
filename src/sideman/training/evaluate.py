"""Validation loss: bits a note, a token and a bar of what is not forced. Knows no music beyond counting."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention

from sideman.errors import DataError
from sideman.model.gpt2 import GPT2
from sideman.training.batches import Rows, validation_rows
from sideman.training.config import TrainConfig
from sideman.training.device import Device
from sideman.training.shards import Dataset

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
