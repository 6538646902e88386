"""A name for what decides the ids besides prompt, options and seed: weights, how they are sampled, and engine."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from sideman.model.checkpoint import Checkpoint
from sideman.model.engine import Engine
from sideman.model.numpy_engine import NumpyEngine
from sideman.model.sampling import SamplingDefaults

DIGITS = 16  # of the hash


def fingerprint(checkpoint: Checkpoint, sampling: SamplingDefaults, engine: Engine, *, table: str = "") -> str:
    """Such as ``3f0c5d0e9a1b2c4d-kernel``: from the same prompt and seed, those with the same one draw the same ids.

    ``table`` names what else is added to logits.
    """
    digest = hashlib.sha256(repr((checkpoint.config, checkpoint.vocabulary, checkpoint.features)).encode())
    digest.update(json.dumps(sampling.to_dict(), sort_keys=True).encode() + table.encode())
    for name, weight in sorted(checkpoint.weights.items()):
        digest.update(f"{name} {weight.shape}".encode())
        digest.update(np.ascontiguousarray(weight, "<f4").tobytes())
    kind = "numpy" if isinstance(engine, NumpyEngine) else "kernel"
    return f"{digest.hexdigest()[:DIGITS]}-{kind}"
