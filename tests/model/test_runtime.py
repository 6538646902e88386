from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.model.conftest import CONFIG, random_checkpoint

from sideman.errors import TokenError
from sideman.model.checkpoint import Checkpoint
from sideman.model.config import GPT2Config
from sideman.model.runtime import FEED_BLOCK, Engine

Integers = npt.NDArray[np.int64]


def random_ids(count: int, seed: int = 0) -> tuple[Integers, Integers]:
    """Ids (count,) and features (count, feature)."""
    generator = np.random.default_rng(seed)
    features = generator.integers(0, CONFIG.features, (count, len(CONFIG.features)))
    return generator.integers(0, CONFIG.vocab, count), features


def torch_logits(checkpoint: Checkpoint, ids: Integers, features: Integers) -> npt.NDArray[np.float32]:
    """Logits (step, vocab) after each id, from the network that is trained."""
    torch = pytest.importorskip("torch")
    from sideman.model.gpt2 import GPT2

    network = GPT2(checkpoint.config).eval()
    network.load_state_dict({name: torch.from_numpy(weight) for name, weight in checkpoint.weights.items()})
    with torch.inference_mode():
        logits = network(torch.from_numpy(ids)[None], torch.from_numpy(features)[None])[0]
    values: npt.NDArray[np.float32] = logits.numpy()
    return values


def assert_close(actual: Any, expected: Any) -> None:  # noqa: ANN401 - arrays of any kind
    assert np.ptp(expected) > 1  # else the comparison says nothing
    np.testing.assert_allclose(actual, expected, atol=2e-5 * np.abs(expected).max(), rtol=0)


@pytest.fixture(scope="module")
def engine(checkpoint: Checkpoint) -> Engine:
    return Engine(checkpoint)


@pytest.mark.parametrize("count", [1, 2, 4, 5, FEED_BLOCK, FEED_BLOCK + 1, CONFIG.context])
def test_feed_agrees_with_the_trained_network(checkpoint: Checkpoint, engine: Engine, count: int) -> None:
    ids, features = random_ids(count)
    logits = engine.feed(engine.cache(1), 0, ids, features)
    assert logits.dtype == np.float32
    assert_close(logits, torch_logits(checkpoint, ids, features)[-1])


def test_a_feed_continues_where_the_last_ended(checkpoint: Checkpoint, engine: Engine) -> None:
    ids, features = random_ids(40)
    expected = torch_logits(checkpoint, ids, features)
    cache = engine.cache(1)
    for start, stop in [(0, 7), (7, 8), (8, 11), (11, 40)]:
        assert_close(engine.feed(cache, 0, ids[start:stop], features[start:stop]), expected[stop - 1])


def test_rows_of_different_lengths_step_together(checkpoint: Checkpoint, engine: Engine) -> None:
    lengths = [3, 20, 1]
    inputs = [random_ids(40, seed) for seed in range(3)]
    expected = [torch_logits(checkpoint, *pair) for pair in inputs]
    cache = engine.cache(3)
    for row, (ids, features) in enumerate(inputs):
        engine.feed(cache, row, ids[: lengths[row]], features[: lengths[row]])
    for rows in ([0, 1, 2], [2, 0], [1], [1, 2], [0, 1, 2]):
        ids = np.array([inputs[row][0][lengths[row]] for row in rows])
        features = np.array([inputs[row][1][lengths[row]] for row in rows])
        logits = engine.step(cache, rows, ids, features)
        assert logits.dtype == np.float32
        for row, row_logits in zip(rows, logits, strict=True):
            assert_close(row_logits, expected[row][lengths[row]])
            lengths[row] += 1
    assert cache.length.tolist() == lengths


def test_a_row_is_bit_for_bit_the_same_in_any_company(engine: Engine) -> None:
    inputs = [random_ids(12 + seed, seed) for seed in range(20)]

    def play(rows: list[int]) -> npt.NDArray[np.float32]:
        """Logits of row 7 after a feed and three steps with ``rows``."""
        cache = engine.cache(20)
        for row in rows:
            engine.feed(cache, row, *inputs[row])
        ids, features = random_ids(20, 99)
        for _ in range(3):
            logits: npt.NDArray[np.float32] = engine.step(cache, rows, ids[rows], features[rows])[rows.index(7)]
        return logits

    alone = play([7])
    for company in (list(range(20)), [7, 0], [19, 3, 7], [1, 2, 7, 4, 5]):
        np.testing.assert_array_equal(play(company), alone)


def test_a_cleared_row_remembers_nothing_and_leaves_the_others(engine: Engine) -> None:
    ids, features = random_ids(30)
    others, other_features = random_ids(30, 1)
    used, fresh = engine.cache(2), engine.cache(1)
    for row in (0, 1):
        engine.feed(used, row, others, other_features)
    used.clear(0)
    assert used.length.tolist() == [0, 30]
    np.testing.assert_array_equal(engine.feed(used, 0, ids, features), engine.feed(fresh, 0, ids, features))
    reference = engine.cache(1)
    engine.feed(reference, 0, others, other_features)
    step = engine.step(used, [1], ids[:1], features[:1])
    np.testing.assert_array_equal(step, engine.step(reference, [0], ids[:1], features[:1]))


def test_a_network_without_features() -> None:
    config = GPT2Config(vocab=11, context=8, layers=1, width=8, heads=2)
    checkpoint = random_checkpoint(config)
    ids, none = np.array([1, 10, 4]), np.empty((3, 0), np.int64)
    bare = Engine(checkpoint)
    assert_close(bare.feed(bare.cache(1), 0, ids, none), torch_logits(checkpoint, ids, none)[-1])


def test_small_and_large_integers_are_ids_alike(engine: Engine) -> None:
    ids, features = random_ids(10)
    expected = engine.feed(engine.cache(1), 0, ids, features)
    for kind in (np.uint8, np.uint16, np.int32):
        logits = engine.feed(engine.cache(1), 0, ids.astype(kind), features.astype(kind))
        np.testing.assert_array_equal(logits, expected)


def test_no_rows_give_no_logits(engine: Engine) -> None:
    none = np.empty(0, np.int64)
    assert engine.step(engine.cache(2), [], none, none.reshape(0, 2)).shape == (0, CONFIG.vocab)


@pytest.mark.parametrize(
    ("ids", "features", "message"),
    [
        ([CONFIG.vocab], [[0, 0]], "outside its range: ids 0 to 22"),
        ([-1], [[0, 0]], "outside its range"),
        ([0], [[5, 0]], "outside its range"),
        ([0], [[0, -1]], "outside its range"),
        ([0], [[0]], "don't match"),
        ([0, 1], [[0, 0]], "don't match"),
        ([], [], "at least one id"),
        ([0] * CONFIG.context, [[0, 0]] * CONFIG.context, "clear the row and feed the last that fit"),
    ],
)
def test_what_cannot_be_read_leaves_the_cache(engine: Engine, ids: Any, features: Any, message: str) -> None:  # noqa: ANN401
    cache = engine.cache(1)
    prefix, prefix_features = random_ids(5)
    engine.feed(cache, 0, prefix, prefix_features)
    keys = cache.keys[:, :, :, :5].copy()
    with pytest.raises(TokenError, match=message):
        engine.feed(cache, 0, np.array(ids), np.array(features))
    assert cache.length.tolist() == [5]
    np.testing.assert_array_equal(cache.keys[:, :, :, :5], keys)


def test_a_full_row_takes_no_step(engine: Engine) -> None:
    cache = engine.cache(2)
    ids, features = random_ids(CONFIG.context)
    engine.feed(cache, 1, ids, features)
    with pytest.raises(TokenError, match="161 ids don't fit the context of 160"):
        engine.step(cache, [0, 1], ids[:2], features[:2])
    assert cache.length.tolist() == [0, CONFIG.context]


@pytest.mark.parametrize("rows", [[0, 0], [0, 2], [-1, 0]])
def test_rows_must_be_distinct_and_there(engine: Engine, rows: list[int]) -> None:
    ids, features = random_ids(2)
    with pytest.raises(TokenError, match="no distinct rows of a cache of 2"):
        engine.step(engine.cache(2), rows, ids, features)


def test_everything_stays_float32(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: set[np.dtype[Any]] = set()
    projection = type(engine._head)
    call = projection.__call__

    def spy(self: Any, x: npt.NDArray[Any], each_row: bool) -> Any:  # noqa: ANN401
        y = call(self, x, each_row)
        kinds.update((x.dtype, self.weight.dtype, self.bias.dtype, y.dtype))
        return y

    monkeypatch.setattr(projection, "__call__", spy)
    ids, features = random_ids(9)
    cache = engine.cache(1)
    engine.feed(cache, 0, ids, features)
    engine.step(cache, [0], ids[:1], features[:1])
    assert kinds == {np.dtype(np.float32)}


@pytest.mark.slow
def test_playing_imports_no_torch() -> None:
    code = "import sys, sideman.model.runtime, sideman.model.sampling; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
