"""A name for what decides the ids besides prompt and seed: weights and engine. Knows tensors, no music."""

from __future__ import annotations

import hashlib

import numpy as np

from sideman.model.checkpoint import Checkpoint
from sideman.model.engine import Engine
from sideman.model.numpy_engine import NumpyEngine

DIGITS = 16  # of the hash


def fingerprint(checkpoint: Checkpoint, engine: Engine) -> str:
    """Such as ``3f0c5d0e9a1b2c4d-kernel``: from the same prompt and seed, those with the same one draw the same ids."""
    digest = hashlib.sha256(repr((checkpoint.config, checkpoint.vocabulary, checkpoint.features)).encode())
    for name, weight in sorted(checkpoint.weights.items()):
        digest.update(f"{name} {weight.shape}".encode())
        digest.update(np.ascontiguousarray(weight, "<f4").tobytes())
    kind = "numpy" if isinstance(engine, NumpyEngine) else "kernel"
    return f"{digest.hexdigest()[:DIGITS]}-{kind}"
