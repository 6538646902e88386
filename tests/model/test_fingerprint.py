"""Names of what decides the ids."""

from __future__ import annotations

import pytest
from tests.tiny import tiny_checkpoint

from sideman.model.checkpoint import Checkpoint
from sideman.model.fingerprint import fingerprint
from sideman.model.runtime import open_engine


def name(checkpoint: Checkpoint, engine: str = "numpy") -> str:
    return fingerprint(checkpoint, open_engine(checkpoint, engine))


def test_a_fingerprint_names_weights_and_engine() -> None:
    checkpoint = tiny_checkpoint()
    same = name(checkpoint)
    assert same == name(tiny_checkpoint())
    assert same.endswith("-numpy")
    checkpoint.weights["transformer.ln_f.bias"][0] += 1
    assert name(checkpoint) != same


@pytest.mark.usefixtures("needs_kernel")
def test_another_engine_has_another_fingerprint() -> None:
    checkpoint = tiny_checkpoint()
    weights, engine = name(checkpoint, "kernel").split("-")
    assert engine == "kernel"
    assert weights == name(checkpoint).split("-")[0]
