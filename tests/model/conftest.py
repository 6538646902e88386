from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sideman.model.checkpoint import Checkpoint, shapes
from sideman.model.config import GPT2Config

CONFIG = GPT2Config(vocab=23, context=160, layers=2, width=24, heads=3, features=(5, 7))
# The kernel wants heads of 16 channels or a multiple.
KERNEL_CONFIG = GPT2Config(vocab=23, context=160, layers=2, width=48, heads=3, features=(5, 7))

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


def random_checkpoint(config: GPT2Config, seed: int = 0) -> Checkpoint:
    """Weights large enough that every part of the network shows in the logits; 16-bit floats hold them exactly."""
    generator = np.random.default_rng(seed)
    weights = {
        name: generator.normal(0.1, 0.4, shape).astype(np.float16).astype(np.float32)
        for name, shape in shapes(config).items()
    }
    names = tuple(f"feature {index}" for index in range(len(config.features)))
    return Checkpoint(config, weights, "abc123", names, {"steps": 7, "losses": [2.5, 1.25]})


def random_ids(count: int, seed: int = 0, config: GPT2Config = CONFIG) -> tuple[Integers, Integers]:
    """Ids (count,) and features (count, feature)."""
    generator = np.random.default_rng(seed)
    features = generator.integers(0, config.features, (count, len(config.features)))
    return generator.integers(0, config.vocab, count), features


def torch_logits(checkpoint: Checkpoint, ids: Integers, features: Integers) -> Floats:
    """Logits (step, vocab) after each id, from the network that is trained."""
    torch = pytest.importorskip("torch")
    from sideman.model.gpt2 import GPT2

    network = GPT2(checkpoint.config).eval()
    network.load_state_dict({name: torch.from_numpy(weight) for name, weight in checkpoint.weights.items()})
    with torch.inference_mode():
        logits = network(torch.from_numpy(ids)[None], torch.from_numpy(features)[None])[0]
    values: Floats = logits.numpy()
    return values


def assert_close(actual: Any, expected: Any, tolerance: float) -> None:  # noqa: ANN401 - arrays of any kind
    """``tolerance`` is a share of the largest logit."""
    assert np.ptp(expected) > 1  # else the comparison says nothing
    np.testing.assert_allclose(actual, expected, atol=tolerance * np.abs(expected).max(), rtol=0)


@pytest.fixture(scope="session")
def checkpoint() -> Checkpoint:
    return random_checkpoint(CONFIG)
