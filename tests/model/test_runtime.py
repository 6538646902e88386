"""What every engine promises, and which one is opened."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from tests.model.conftest import (
    CONFIG,
    KERNEL_CONFIG,
    Floats,
    assert_close,
    random_checkpoint,
    random_ids,
    torch_logits,
)

from sideman.errors import OptionError, TokenError
from sideman.model import kernel
from sideman.model.checkpoint import Checkpoint
from sideman.model.config import GPT2Config
from sideman.model.engine import Cache, Engine
from sideman.model.kernel import KernelEngine
from sideman.model.numpy_engine import NumpyEngine
from sideman.model.runtime import open_engine

CONTEXT = KERNEL_CONFIG.context  # not a multiple of the kernel's blocks
# Of the largest logit. The kernel computes with 8 bits, which networks with random weights feel more than trained ones;
# test_kernel.py compares it with the same roundings written plainly.
TOLERANCES = {KernelEngine: 5e-2, NumpyEngine: 2e-5}


@pytest.fixture(scope="module")
def network() -> Checkpoint:
    return random_checkpoint(KERNEL_CONFIG)


@pytest.fixture(scope="module", params=["kernel", "numpy"])
def name(request: pytest.FixtureRequest) -> str:
    """An engine's name; the kernel's tests are skipped where there is none."""
    if request.param == "kernel":
        request.getfixturevalue("needs_kernel")
    return str(request.param)


@pytest.fixture(scope="module")
def engine(network: Checkpoint, name: str) -> Engine:
    return open_engine(network, name)


def tolerance(engine: Engine) -> float:
    return next(share for kind, share in TOLERANCES.items() if isinstance(engine, kind))


def read(engine: Engine, cache: Cache, row: int, ids: Any, features: Any) -> Floats:  # noqa: ANN401
    """Read ids of one row."""
    logits: Floats = engine.read(cache, [row], ids, features, [len(ids)])[0]
    return logits


def contents(cache: Cache) -> tuple[bytes, bytes, list[int]]:
    return cache.keys.tobytes(), cache.values.tobytes(), cache.length.tolist()


# What is read


@pytest.mark.parametrize("count", [1, 2, 3, 7, 63, 64, 65, 128, 129, CONTEXT])
def test_it_agrees_with_the_trained_network(network: Checkpoint, engine: Engine, count: int) -> None:
    ids, features = random_ids(count)
    logits = engine.read(engine.cache(1), [0], ids, features, [count])
    assert (logits.dtype.name, logits.shape) == ("float32", (1, CONFIG.vocab))
    assert_close(logits[0], torch_logits(network, ids, features)[-1], tolerance(engine))


def test_reading_continues_where_it_ended(network: Checkpoint, engine: Engine) -> None:
    ids, features = random_ids(CONTEXT)
    expected = torch_logits(network, ids, features)
    cache = engine.cache(1)
    for start, stop in [(0, 7), (7, 8), (8, 11), (11, 90), (90, 159), (159, 160)]:
        logits = read(engine, cache, 0, ids[start:stop], features[start:stop])
        assert_close(logits, expected[stop - 1], tolerance(engine))
        assert cache.length.tolist() == [stop]


def test_rows_of_different_lengths_and_counts_are_read_together(network: Checkpoint, engine: Engine) -> None:
    inputs = [random_ids(CONTEXT, seed) for seed in range(3)]
    expected = [torch_logits(network, *pair) for pair in inputs]
    lengths = [0, 0, 0]
    cache = engine.cache(3)
    steps: list[tuple[list[int], list[int] | None]] = [
        ([0, 1, 2], [3, 70, 1]),
        ([0, 1, 2], None),
        ([2, 0], None),
        ([1, 0], [65, 2]),
        ([2], [9]),
        ([1], None),
        ([2, 1, 0], [40, 1, 100]),
        ([0, 1, 2], None),
    ]
    for rows, counts in steps:
        parts = [slice(lengths[row], lengths[row] + count) for row, count in zip(rows, counts or [1] * 3, strict=False)]
        ids, features = (
            np.concatenate([inputs[row][part][span] for row, span in zip(rows, parts, strict=True)]) for part in (0, 1)
        )
        logits = engine.read(cache, rows, ids, features, counts)
        assert (logits.dtype.name, logits.shape) == ("float32", (len(rows), CONFIG.vocab))
        for row, span, row_logits in zip(rows, parts, logits, strict=True):
            lengths[row] = span.stop
            assert_close(row_logits, expected[row][span.stop - 1], tolerance(engine))
        assert cache.length.tolist() == lengths


def test_logits_after_every_id(network: Checkpoint, engine: Engine) -> None:
    inputs, counts = [random_ids(CONTEXT, seed) for seed in range(3)], [CONTEXT, 1, 66]
    parts = [(ids[:count], features[:count]) for (ids, features), count in zip(inputs, counts, strict=True)]
    expected = np.concatenate([torch_logits(network, *part) for part in parts])
    ids, features = (np.concatenate([part[number] for part in parts]) for number in (0, 1))
    cache = engine.cache(3)
    logits = engine.read(cache, [2, 0, 1], ids, features, counts, every=True)
    assert (logits.dtype.name, logits.shape) == ("float32", (sum(counts), CONFIG.vocab))
    assert_close(logits, expected, tolerance(engine))
    assert cache.length.tolist() == [1, 66, CONTEXT]
    last = engine.read(engine.cache(3), [2, 0, 1], ids, features, counts)
    np.testing.assert_array_equal(last, logits[np.cumsum(counts) - 1])
    ones = [engine.read(engine.cache(2), [0, 1], *random_ids(2), every=every) for every in (False, True)]
    np.testing.assert_array_equal(ones[0], ones[1])


def test_a_row_is_bit_for_bit_the_same_in_any_company(engine: Engine) -> None:
    inputs = [random_ids(12 + seed, seed) for seed in range(20)]

    def play(rows: list[int]) -> Floats:
        """Logits of row 7 after a read of many ids and three of one with ``rows``."""
        cache = engine.cache(20)
        ids, features = (np.concatenate([inputs[row][part] for row in rows]) for part in (0, 1))
        engine.read(cache, rows, ids, features, [len(inputs[row][0]) for row in rows])
        ids, features = random_ids(20, 99)
        for _ in range(3):
            logits = engine.read(cache, rows, ids[rows], features[rows])
        mine: Floats = logits[rows.index(7)]
        return mine

    alone = play([7])
    for company in (list(range(20)), [7, 0], [19, 3, 7], [1, 2, 7, 4, 5]):
        np.testing.assert_array_equal(play(company), alone)


def test_a_cleared_row_remembers_nothing_and_leaves_the_others(engine: Engine) -> None:
    ids, features = random_ids(30)
    others = random_ids(30, 1)
    used, fresh, reference = engine.cache(2), engine.cache(1), engine.cache(1)
    for row in (0, 1):
        read(engine, used, row, *others)
    used.clear(0)
    assert used.length.tolist() == [0, 30]
    np.testing.assert_array_equal(read(engine, used, 0, ids, features), read(engine, fresh, 0, ids, features))
    read(engine, reference, 0, *others)
    step = engine.read(used, [1], ids[:1], features[:1])
    np.testing.assert_array_equal(step, engine.read(reference, [0], ids[:1], features[:1]))


@pytest.mark.parametrize("back", [0, 1, 63, 64, 65, 100])
def test_what_is_set_back_was_never_read(engine: Engine, back: int) -> None:
    ids, features = random_ids(CONTEXT)
    others, other_features = random_ids(CONTEXT, 1)
    used, fresh = engine.cache(1), engine.cache(1)
    for cache in (used, fresh):
        if back:
            read(engine, cache, 0, ids[:back], features[:back])
    read(engine, used, 0, others[back:], other_features[back:])
    used.length[0] = back
    for start, stop in ((back, 120), (120, 121), (121, CONTEXT)):
        again, first = (read(engine, cache, 0, ids[start:stop], features[start:stop]) for cache in (used, fresh))
        np.testing.assert_array_equal(again, first)


def test_a_network_without_features(name: str) -> None:
    config = GPT2Config(vocab=11, context=8, layers=1, width=16, heads=1)
    network = random_checkpoint(config)
    ids, none = np.array([1, 10, 4]), np.empty((3, 0), np.int64)
    bare = open_engine(network, name)
    expected = torch_logits(network, ids, none)[-1]
    assert_close(read(bare, bare.cache(1), 0, ids, none), expected, tolerance(bare))
    assert_close(bare.read(bare.cache(1), [0], ids, [], [3])[0], expected, tolerance(bare))


def test_all_kinds_of_integers_are_ids_alike(engine: Engine) -> None:
    ids, features = random_ids(10)
    expected = read(engine, engine.cache(1), 0, ids, features)
    for kind in (np.uint8, np.uint16, np.int32, np.uint64):
        logits = read(engine, engine.cache(1), 0, ids.astype(kind), features.astype(kind))
        np.testing.assert_array_equal(logits, expected)
    np.testing.assert_array_equal(read(engine, engine.cache(1), 0, ids.tolist(), features.tolist()), expected)


@pytest.mark.parametrize("counts", [None, []])
def test_no_rows_give_no_logits(engine: Engine, counts: list[int] | None) -> None:
    cache = engine.cache(2)
    assert engine.read(cache, [], [], np.empty((0, 2), np.int64), counts).shape == (0, CONFIG.vocab)
    assert cache.length.tolist() == [0, 0]


# What can't be read


@pytest.mark.parametrize(
    ("number", "features"),
    [
        *((number, [0, 0]) for number in (CONFIG.vocab, -1, 2**32, 2**40 + 1, -(2**32))),
        *((0, features) for features in ([5, 0], [0, 7], [0, -1], [2**32, 0])),
    ],
)
def test_ids_and_features_out_of_range_leave_the_cache(engine: Engine, number: int, features: list[int]) -> None:
    cache = engine.cache(2)
    read(engine, cache, 1, *random_ids(5))
    before = contents(cache)
    for ids in ([0, number], [number, 0]):
        places = [features if id_ == number else [0, 0] for id_ in ids]
        for rows, counts in (([0, 1], None), ([1], [2])):
            with pytest.raises(TokenError, match="an id or feature is outside its range: ids 0 to 22"):
                engine.read(cache, rows, ids, places, counts)
    assert contents(cache) == before


@pytest.mark.parametrize(
    ("ids", "features"),
    [
        ([0], [[0, 0]]),
        ([0, 0, 0], [[0, 0]] * 3),
        ([0, 0], [[0, 0]]),
        ([0, 0], [[0], [0]]),
        ([0, 0], [0, 0]),
        ([0, 0], []),
        ([[0, 0]], [[0, 0]] * 2),
    ],
)
def test_ids_and_features_of_another_number_leave_the_cache(
    engine: Engine, ids: list[Any], features: list[Any]
) -> None:
    cache = engine.cache(2)
    read(engine, cache, 1, *random_ids(5))
    before = contents(cache)
    for rows, counts in (([0, 1], None), ([1], [2])):
        with pytest.raises(TokenError, match="don't match 2 ids and 2 features: give one id and all features for each"):
            engine.read(cache, rows, ids, features, counts)
    assert contents(cache) == before


@pytest.mark.parametrize("counts", [[1, 0], [0, 2], [3, -1], [2], [1, 1, 0], []])
def test_every_row_reads_something(engine: Engine, counts: list[int]) -> None:
    cache = engine.cache(2)
    before = contents(cache)
    with pytest.raises(TokenError, match="for 2 rows: give each row at least one id"):
        engine.read(cache, [0, 1], *random_ids(2), counts)
    assert contents(cache) == before


@pytest.mark.parametrize(("rows", "counts"), [([0, 1], None), ([1, 0], [1, 1]), ([0], [CONTEXT + 1]), ([0, 1], [9, 1])])
def test_what_does_not_fit_the_context_is_not_read(
    engine: Engine, rows: Sequence[int], counts: Sequence[int] | None
) -> None:
    cache = engine.cache(2)
    read(engine, cache, 1, *random_ids(CONTEXT))
    before = contents(cache)
    with pytest.raises(TokenError, match="161 ids don't fit the context of 160: clear the row and read the last"):
        engine.read(cache, rows, *random_ids(sum(counts or [1, 1])), counts)
    assert contents(cache) == before


@pytest.mark.parametrize("rows", [[0, 0], [0, 2], [-1, 0]])
def test_rows_must_be_distinct_and_there(engine: Engine, rows: list[int]) -> None:
    cache = engine.cache(2)
    before = contents(cache)
    for counts in (None, [1, 1]):
        with pytest.raises(TokenError, match="not distinct rows of a cache of 2"):
            engine.read(cache, rows, *random_ids(2), counts)
    assert contents(cache) == before


# Which engine


@pytest.mark.usefixtures("needs_kernel")
def test_the_kernel_is_opened_where_it_is(network: Checkpoint) -> None:
    assert isinstance(open_engine(network), KernelEngine)
    assert isinstance(open_engine(network, "auto"), KernelEngine)
    assert isinstance(open_engine(network, "kernel"), KernelEngine)


def test_numpy_is_opened_where_it_is_named(network: Checkpoint) -> None:
    assert isinstance(open_engine(network, "numpy"), NumpyEngine)


def test_unknown_engines_are_refused(network: Checkpoint) -> None:
    for unknown in ("torch", "", "Kernel"):
        with pytest.raises(OptionError, match=f"unknown engine '{unknown}': one of auto, kernel, numpy"):
            open_engine(network, unknown)


@pytest.mark.parametrize(("width", "heads"), [(24, 3), (48, 6), (40, 1)])
def test_numpy_runs_what_the_kernel_cannot(width: int, heads: int) -> None:
    network = random_checkpoint(dataclasses.replace(CONFIG, width=width, heads=heads))
    engine = open_engine(network)
    assert isinstance(engine, NumpyEngine)
    ids, features = random_ids(20)
    assert_close(read(engine, engine.cache(1), 0, ids, features), torch_logits(network, ids, features)[-1], 2e-5)
    with pytest.raises(OptionError, match=f"heads of {width // heads} channels are not a multiple of 16"):
        open_engine(network, "kernel")


def test_numpy_runs_where_no_kernel_was_built(network: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "load_library", lambda: None)
    assert isinstance(open_engine(network), NumpyEngine)
    with pytest.raises(OptionError, match=r"it was not built .* install again where a C compiler is found"):
        open_engine(network, "kernel")


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["kernel", "numpy_engine"])
def test_playing_imports_no_torch(engine: str) -> None:
    code = f"import sys, sideman.model.{engine}, sideman.model.sampling; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
