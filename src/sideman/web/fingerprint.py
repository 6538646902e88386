"""A name for what decides the music besides the request: weights and engine. Knows tensors, no music."""

from __future__ import annotations

import hashlib

import numpy as np

from sideman.arrange import Model
from sideman.model.numpy_engine import NumpyEngine

DIGITS = 16  # of the hash


def fingerprint(model: Model) -> str:
    """Such as ``3f0c5d0e9a1b2c4d-kernel``: models with the same one compose the same music."""
    checkpoint = model.checkpoint
    digest = hashlib.sha256(repr((checkpoint.config, checkpoint.vocabulary, checkpoint.features)).encode())
    for name, weight in sorted(checkpoint.weights.items()):
        digest.update(f"{name} {weight.shape}".encode())
        digest.update(np.ascontiguousarray(weight, "<f4").tobytes())
    engine = "numpy" if isinstance(model.engine, NumpyEngine) else "kernel"
    return f"{digest.hexdigest()[:DIGITS]}-{engine}"
