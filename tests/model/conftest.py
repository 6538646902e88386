from __future__ import annotations

import numpy as np
import pytest

from sideman.model.checkpoint import Checkpoint, shapes
from sideman.model.config import GPT2Config

CONFIG = GPT2Config(vocab=23, context=160, layers=2, width=24, heads=3, features=(5, 7))


def random_checkpoint(config: GPT2Config, seed: int = 0) -> Checkpoint:
    """Weights large enough that every part of the network shows in the logits."""
    generator = np.random.default_rng(seed)
    weights = {name: generator.normal(0.1, 0.4, shape).astype(np.float32) for name, shape in shapes(config).items()}
    names = tuple(f"feature {index}" for index in range(len(config.features)))
    return Checkpoint(config, weights, "abc123", names, {"steps": 7, "losses": [2.5, 1.25]})


@pytest.fixture(scope="session")
def checkpoint() -> Checkpoint:
    return random_checkpoint(CONFIG)
