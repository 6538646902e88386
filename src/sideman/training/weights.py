"""Trained weights from a file or a run's folder, and a new network that begins with them. Knows ids, no music."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from sideman.errors import CheckpointError
from sideman.model.checkpoint import grow, load_checkpoint
from sideman.model.config import GPT2Config
from sideman.model.gpt2 import GPT2
from sideman.tokens.prefix import FEATURES
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.config import TrainConfig
from sideman.training.state import RunFolder, sound

_WORDS, _PLACES, _TABLES = "transformer.wte.weight", "transformer.wpe.weight", "features.weight"
_SHAPE = ("layers", "width", "heads")  # what a network that begins with weights shares with them
_DIGITS = 4  # of what is measured
_TOLD_OF_PARENT = ("steps", "tokens", "best_bits_per_note", "data", "settings", "began_with")


class Trained(NamedTuple):
    """Weights (name → tensor), the network's shape, the names of its features, and what is known of the training."""

    config: GPT2Config
    features: tuple[str, ...]
    weights: Mapping[str, Tensor]
    facts: dict[str, Any]


def read_weights(path: Path) -> Trained:
    """What a file of weights holds, or a run's weights that validated best (the newest where it never validated).

    Raises :class:`CheckpointError` where there are none, or they speak another vocabulary.
    """
    if path.is_dir():
        run = RunFolder(path)
        with sound(path):
            return of_state(run.load_best() or run.load())
    checkpoint = load_checkpoint(path, VOCABULARY.sizes)
    try:
        checkpoint = grow(checkpoint, VOCABULARY.fingerprint, VOCABULARY.size, dict(FEATURES))
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from error
    weights = {name: torch.from_numpy(value) for name, value in checkpoint.weights.items()}
    return Trained(checkpoint.config, checkpoint.features, weights, dict(checkpoint.meta))


def of_state(state: Mapping[str, Any]) -> Trained:
    """The weights in a run's checkpoint. Steps, tokens and seconds include those of the weights it began with.

    Its weights are to be sampled as those were. What they were trained on and how, the seed among it, is the run's;
    that of the weights it began with stands below ``began_with``.
    """
    config = TrainConfig.of(state["config"])
    place, before = state["place"], state.get("parent", {})
    facts: dict[str, Any] = {
        "steps": place["step"] + before.get("steps", 0),
        "tokens": place["tokens"] + before.get("tokens", 0),
        "seconds": round(place["seconds"] + before.get("seconds", 0)),
    }
    if "data" in state:
        facts["data"] = state["data"]
    facts["settings"] = config.to_dict()
    if before:
        facts["began_with"] = {name: before[name] for name in _TOLD_OF_PARENT if name in before}
    if "sampling" in before:
        facts["sampling"] = before["sampling"]
    if math.isfinite(place["best"]):
        facts["best_bits_per_note"] = round(place["best"], _DIGITS)
    return Trained(config.network, config.feature_names, state["weights"], facts)


def load_network(path: Path) -> tuple[GPT2, tuple[str, ...]]:
    """The network of :func:`read_weights`, and its features' names. Raises :class:`CheckpointError` as it does."""
    trained = read_weights(path)
    model = GPT2(trained.config)
    with sound(path):
        model.load_state_dict(dict(trained.weights))
    return model, trained.features


def begin_with(model: GPT2, features: tuple[str, ...], path: Path) -> dict[str, Any]:
    """Give a new network, whose features are these, the weights at ``path``. Returns what is known of them.

    What the weights don't have begins at zero: ids and features that came later, positions past their context. So
    the network computes what they compute. Raises :class:`CheckpointError` where they are of another shape.
    """
    trained = read_weights(path)
    for name in _SHAPE:
        mine, theirs = getattr(model.config, name), getattr(trained.config, name)
        if mine != theirs:
            raise CheckpointError(f"{path} has {name} {theirs}, the network {mine}: begin with the same {name}")
    lost = [name for name in trained.features if name not in features]
    if lost:
        raise CheckpointError(f"{path} was trained with the features {', '.join(lost)}: they can't be left out now")
    with sound(path):
        model.load_state_dict(_grown(trained, model, features))
    return trained.facts


def _grown(trained: Trained, model: GPT2, features: tuple[str, ...]) -> dict[str, Tensor]:
    """The weights with tables as large as the model's, what is new at zero."""
    weights = dict(trained.weights)
    for name in (_WORDS, _PLACES):
        weights[name] = _fit(weights[name], len(model.state_dict()[name]))
    tables = dict(zip(trained.features, weights[_TABLES].split([*trained.config.features]), strict=True))
    empty = weights[_TABLES].new_zeros((0, model.config.width))
    grown = [_fit(tables.get(name, empty), size) for name, size in zip(features, model.config.features, strict=True)]
    weights[_TABLES] = torch.cat(grown) if grown else torch.zeros_like(model.features.weight)
    return weights


def _fit(table: Tensor, rows: int) -> Tensor:
    """The first ``rows`` of a table; those that it doesn't have are zero."""
    return torch.cat([table[:rows], table.new_zeros((max(0, rows - len(table)), table.shape[1]))])
