"""What the numpy engine promises beside what every engine does (test_runtime.py)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.model.conftest import CONFIG, assert_close, random_ids, torch_logits
from threadpoolctl import threadpool_info

from sideman.model.checkpoint import Checkpoint
from sideman.model.numpy_engine import FEED_BLOCK, Affine, NumpyEngine


@pytest.fixture(scope="module")
def engine(checkpoint: Checkpoint) -> NumpyEngine:
    return NumpyEngine(checkpoint)


@pytest.mark.parametrize("count", [FEED_BLOCK, FEED_BLOCK + 1])
def test_blocks_of_a_long_read_join(checkpoint: Checkpoint, engine: NumpyEngine, count: int) -> None:
    ids, features = random_ids(count)
    logits = engine.read(engine.cache(1), [0], ids, features, [count])
    assert_close(logits[0], torch_logits(checkpoint, ids, features)[-1], 2e-5)


def test_all_is_float32_on_one_thread(engine: NumpyEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: set[np.dtype[Any]] = set()
    threads: set[int] = set()
    call = Affine.__call__

    def spy(self: Affine, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        y = call(self, x)
        kinds.update((x.dtype, self.weight.dtype, self.bias.dtype, y.dtype))
        threads.update(library["num_threads"] for library in threadpool_info() if "numpy" in library["filepath"])
        return y

    monkeypatch.setattr(Affine, "__call__", spy)
    cache = engine.cache(2)
    engine.read(cache, [0, 1], *random_ids(9), [3, 6])
    logits = engine.read(cache, [1], *random_ids(1))
    assert kinds == {np.dtype(np.float32)}
    assert threads <= {1}
    assert logits.shape == (1, CONFIG.vocab)
    assert {cache.keys.dtype, cache.values.dtype} == kinds
