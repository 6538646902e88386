"""A run's checkpoint to the file of weights that the engine plays. Knows torch's weights, no music."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from sideman.composer import SAMPLING
from sideman.errors import CheckpointError
from sideman.model.checkpoint import Checkpoint, save_checkpoint
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.config import TrainConfig
from sideman.training.state import RunFolder, sound
from sideman.training.weights import of_state

WHICH = ("best", "newest")


def export_run(run: Path, output: Path, meta: Mapping[str, Any] | None = None, *, which: str = "best") -> Checkpoint:
    """Write a run's weights as float16 safetensors to ``output`` and return them.

    ``which``: "best" by validation (the newest where none was kept), or "newest". ``meta`` says what else is to be
    known of them: data, credit, another sampling than that of the weights that the run began with. Steps, tokens,
    seconds of training and bits a note on the validation rows are added.
    Raises :class:`CheckpointError` where the run has no checkpoint that is whole.
    """
    if which not in WHICH:
        raise CheckpointError(f"no checkpoint is called {which!r}: choose {' or '.join(WHICH)}")
    folder = RunFolder(run)
    state = (folder.load_best() if which == "best" else None) or folder.load()
    with sound(run):
        trained = of_state(state)
        config = TrainConfig.of(state["config"])
        facts = {"sampling": SAMPLING.to_dict(), **trained.facts, **(meta or {})}
        checkpoint = checkpoint_of(trained.weights, config, facts)
    save_checkpoint(checkpoint, output)
    return checkpoint


def checkpoint_of(weights: Mapping[str, Tensor], config: TrainConfig, meta: Mapping[str, Any]) -> Checkpoint:
    """A network in training as the engine takes it: numpy weights, the names of its features, the vocabulary."""
    arrays = {name: weight.detach().float().cpu().numpy() for name, weight in weights.items()}
    return Checkpoint(config.network, arrays, VOCABULARY.fingerprint, config.feature_names, meta)
