"""A network of two layers with random weights, small enough to compose hundreds of bars in a test."""

from __future__ import annotations

import numpy as np

from sideman.model.checkpoint import Checkpoint, Weights, shapes
from sideman.model.config import GPT2Config
from sideman.tokens.prefix import FEATURE_NAMES, FEATURE_SIZES
from sideman.tokens.vocabulary import VOCABULARY

WEIGHT_STD = 0.08


def tiny_checkpoint(context: int = 256) -> Checkpoint:
    """Width 32, all features; the same weights every time."""
    config = GPT2Config(VOCABULARY.size, context, layers=2, width=32, heads=2, features=FEATURE_SIZES)
    return Checkpoint(config, random_weights(config), VOCABULARY.fingerprint, FEATURE_NAMES)


def random_weights(config: GPT2Config) -> Weights:
    """Norms as they start, biases zero, the rest normal."""
    random = np.random.default_rng(0)
    weights = {}
    for name, shape in shapes(config).items():
        if name.endswith("bias"):
            weights[name] = np.zeros(shape, np.float32)
        elif ".ln_" in name:
            weights[name] = np.ones(shape, np.float32)
        else:
            weights[name] = random.normal(0, WEIGHT_STD, shape).astype(np.float32)
    return weights
