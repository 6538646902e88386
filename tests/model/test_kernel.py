"""What the kernel promises beside what every engine does (test_runtime.py): the same bits, and threads that behave."""

from __future__ import annotations

import gc
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases import cases
from tests.model.conftest import KERNEL_CONFIG, Floats, Integers, assert_close, random_checkpoint, random_ids

from build_hooks import kernel as built
from sideman.errors import OptionError
from sideman.model import kernel
from sideman.model.checkpoint import Checkpoint, shapes
from sideman.model.config import GPT2Config
from sideman.model.kernel import MAX_THREADS, VARIANTS, KernelEngine, load_library, open_library, why_not
from sideman.model.numpy_engine import NumpyEngine
from sideman.model.runtime import open_engine

ROOT = Path(__file__).parents[2]
BUILT = kernel.FOLDER
CONTEXT = KERNEL_CONFIG.context
# Heads narrower than a panel of 64, as wide, wider and twice as wide, fewer and more than threads; outputs that fill
# panels and that don't.
CONFIGS = [
    KERNEL_CONFIG,
    GPT2Config(vocab=64, context=70, layers=2, width=128, heads=2, features=(3,)),
    GPT2Config(vocab=65, context=200, layers=1, width=80, heads=1),
    GPT2Config(vocab=130, context=66, layers=2, width=256, heads=2, features=(2, 4, 6)),
    GPT2Config(vocab=70, context=200, layers=1, width=256, heads=4),
    GPT2Config(vocab=5, context=10, layers=1, width=16, heads=1, features=(3,)),
]
THREADS = [1, 2, 3]
LIMIT = 300  # seconds for a program that should end: on a busy machine it takes long to begin
# Of this kind of processor; none where there is one build alone, _kernel.so.
OURS = next((names for names in VARIANTS.values() if (BUILT / f"_kernel_{names[0]}.so").exists()), ())

Doubles = npt.NDArray[np.float64]

uses_kernel = pytest.mark.usefixtures("needs_kernel")
counts_threads = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="this system can't list threads")


@cache
def network(config: GPT2Config = KERNEL_CONFIG) -> Checkpoint:
    return random_checkpoint(config)


def engine(threads: int = 1, config: GPT2Config = KERNEL_CONFIG) -> KernelEngine:
    """A new one: where other programs have the processors, an engine soon goes on with one thread for a while."""
    return KernelEngine(network(config), threads)


def read_in_pieces(engine: KernelEngine, ids: Integers, features: Integers, pieces: list[int]) -> Floats:
    """Logits (piece, vocab) after each piece of one row."""
    memory, logits, start = engine.cache(1), [], 0
    for count in pieces:
        part = slice(start, start + count)
        logits.append(engine.read(memory, [0], ids[part], features[part], [count])[0])
        start += count
    return np.stack(logits)


@cache
def one_by_one(seed: int = 0, config: GPT2Config = KERNEL_CONFIG) -> Floats:
    """Logits (step, vocab) of random ids, read one by one, alone, on one thread: what all else must be equal to."""
    return read_in_pieces(engine(1, config), *random_ids(config.context, seed, config), [1] * config.context)


# It is there


def test_it_is_built_where_a_compiler_is() -> None:
    compilers = [name for name in ("cc", "gcc", "clang") if shutil.which(name)]
    if os.environ.get("SIDEMAN_KERNEL") == "off" or not compilers:
        pytest.skip(f"SIDEMAN_KERNEL is {os.environ.get('SIDEMAN_KERNEL')}, compilers: {compilers}")
    assert load_library() is not None, "run script/setup: the kernel is missing, or of another version than kernel.py"


def test_what_is_built_is_what_is_looked_for() -> None:
    compiler = built.Compiler(["cc"], 0, {})
    assert {machine: (*variants,) for machine, variants in built.VARIANTS.items()} == VARIANTS
    for machine, variants in VARIANTS.items():
        assert set(built.libraries(machine, compiler)) == {f"_kernel_{variant}.so" for variant in variants}
    assert set(built.libraries("riscv64", compiler)) == {"_kernel.so"}


# The right numbers


def whole(x: npt.NDArray[Any], levels: int = 127, axis: int = -1) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Numbers as whole ones of at most ``levels``, and what 1 is worth along ``axis``."""
    scale = np.abs(x).max(axis=axis, keepdims=True) / levels
    return np.rint(x / np.where(scale, scale, 1)), scale


def rounded(x: npt.NDArray[Any], axis: int = -1) -> npt.NDArray[Any]:
    numbers, scale = whole(x, axis=axis)
    product: npt.NDArray[Any] = numbers * scale
    return product


def rounded_network(checkpoint: Checkpoint, ids: Integers, features: Integers) -> Doubles:
    """Logits (step, vocab) of the network with the kernel's roundings, in 64 bits elsewhere."""
    config, count = checkpoint.config, len(ids)
    weights = {name: weight.astype(np.float64) for name, weight in checkpoint.weights.items()}

    def norm(x: Doubles, name: str) -> Doubles:
        centred = x - x.mean(axis=1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True) + config.norm_epsilon)
        normed: Doubles = centred / deviation * weights[f"{name}.weight"] + weights[f"{name}.bias"]
        return normed

    def project(x: Doubles, name: str) -> Doubles:
        # As 32 bits round them: half of the largest weight lies between two numbers, and is no rare weight.
        product: Doubles = rounded(x) @ rounded(checkpoint.weights[f"{name}.weight"], 0)
        return product + weights[f"{name}.bias"]

    def attend(query: Doubles, key: Doubles, value: Doubles) -> Doubles:
        """(head, step, head_width) each."""
        scores = rounded(query) @ rounded(key).swapaxes(1, 2) / math.sqrt(config.head_width)
        scores += np.triu(np.full((count, count), -np.inf), 1)
        shares = np.exp(scores - scores.max(axis=2, keepdims=True))
        values, value_scales = whole(value)
        # The values' scales go into the shares: (head, step, step)
        numbers, scale = whole(shares * value_scales.swapaxes(1, 2), 255)
        mixed: Doubles = numbers @ values * scale / shares.sum(axis=2, keepdims=True)
        return mixed

    rows = features + np.array([0, *np.cumsum(config.features)[:-1]], np.int64)[: len(config.features)]
    x = weights["transformer.wte.weight"][ids] + weights["transformer.wpe.weight"][:count]
    x += weights["features.weight"][rows].sum(axis=1)
    for layer in range(config.layers):
        name = f"transformer.h.{layer}"
        y = project(norm(x, f"{name}.ln_1"), f"{name}.attn.c_attn")
        # (step, 3 * width) -> (3, head, step, head_width)
        mixed = attend(*y.reshape(count, 3, config.heads, -1).transpose(1, 2, 0, 3))
        x = x + project(mixed.swapaxes(0, 1).reshape(count, -1), f"{name}.attn.c_proj")
        h = project(norm(x, f"{name}.ln_2"), f"{name}.mlp.c_fc")
        h = h / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h**3)))
        x = x + project(h, f"{name}.mlp.c_proj")
    logits: Doubles = rounded(norm(x, "transformer.ln_f")) @ rounded(checkpoint.weights["transformer.wte.weight"].T, 0)
    return logits


@uses_kernel
@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.width} in {config.heads}")
def test_it_is_the_network_rounded_to_8_bits(config: GPT2Config) -> None:
    expected = rounded_network(network(config), *random_ids(config.context, 0, config))
    assert_close(one_by_one(0, config)[:8], expected[:8], 1e-5)
    assert_close(one_by_one(0, config), expected, 3e-2)
    # Here and there a number lies so near the middle between two of 8 bits that 32 bits round it to the other one; in a
    # second layer all that follows hears of it.
    if config.layers == 1:
        far = np.abs(one_by_one(0, config) - expected).max(axis=1) > 2e-6 * np.abs(expected).max()
        assert far.mean() < 0.1


@uses_kernel
def test_zeros_and_enormous_numbers_are_weights_too() -> None:
    checkpoint = random_checkpoint(KERNEL_CONFIG, 5)
    for name in ("mlp.c_fc.weight", "mlp.c_fc.bias", "attn.c_attn.bias", "attn.c_proj.weight"):
        checkpoint.weights[f"transformer.h.0.{name}"][...] = 0
    checkpoint.weights["transformer.h.1.attn.c_attn.weight"][...] *= 1e-30
    checkpoint.weights["transformer.h.1.mlp.c_fc.weight"][...] *= 1e9
    checkpoint.weights["transformer.h.1.mlp.c_proj.weight"][...] *= 1e-9
    ids, features = random_ids(20)
    logits = read_in_pieces(KernelEngine(checkpoint, 1), ids, features, [1] * 20)
    assert_close(logits, rounded_network(checkpoint, ids, features), 3e-2)


# The same bits


@uses_kernel
@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.width} in {config.heads}")
@pytest.mark.parametrize("threads", THREADS)
def test_pieces_and_threads_change_no_bit(config: GPT2Config, threads: int) -> None:
    ids, features = random_ids(config.context, 0, config)
    expected = one_by_one(0, config)
    rest = config.context - 5
    for pieces in ([config.context], [2, 3, rest], [1, 3, 1, rest // 2, rest - rest // 2], [rest, 4, 1]):
        logits = read_in_pieces(engine(threads, config), ids, features, pieces)
        np.testing.assert_array_equal(logits, expected[np.cumsum(pieces) - 1])
    whole = engine(threads, config)
    logits = whole.read(whole.cache(1), [0], ids, features, [len(ids)], every=True)
    np.testing.assert_array_equal(logits, expected)


@st.composite
def schedules(draw: st.DrawFn) -> list[dict[int, int]]:
    """Reads one after the other: how many ids of which rows."""
    counts = st.one_of(st.just(1), st.integers(1, 70))
    reads = draw(st.lists(st.dictionaries(st.integers(0, 19), counts, min_size=1), min_size=1, max_size=6))
    left = dict.fromkeys(range(20), CONTEXT)
    fit = []
    for read in reads:
        fit.append({row: min(count, left[row]) for row, count in read.items() if left[row]})
        for row, count in fit[-1].items():
            left[row] -= count
    return fit


@uses_kernel
@settings(max_examples=15)
@given(schedules(), st.sampled_from(THREADS))
def test_company_changes_no_bit(schedule: list[dict[int, int]], threads: int) -> None:
    memory = engine().cache(20)
    for read in schedule:
        ids: list[int] = []
        features: list[list[int]] = []
        for row, count in read.items():
            part = slice(memory.length[row], memory.length[row] + count)
            row_ids, row_features = random_ids(CONTEXT, row)
            ids += row_ids[part].tolist()
            features += row_features[part].tolist()
        counts = None if set(read.values()) == {1} else [*read.values()]
        for row, logits in zip(read, engine(threads).read(memory, [*read], ids, features, counts), strict=True):
            np.testing.assert_array_equal(logits, one_by_one(row)[memory.length[row] - 1])


@uses_kernel
def test_all_rows_at_once_change_no_bit() -> None:
    inputs = [random_ids(CONTEXT, row) for row in range(20)]
    memory = engine().cache(20)
    for start in range(CONTEXT):
        ids, features = (np.array([pair[part][start] for pair in inputs]) for part in (0, 1))
        logits = engine(2).read(memory, range(20), ids, features)
        np.testing.assert_array_equal(logits, np.stack([one_by_one(row)[start] for row in range(20)]))


@uses_kernel
@pytest.mark.parametrize("threads", THREADS)
def test_calls_at_the_same_time_change_no_bit(threads: int) -> None:
    expected = [one_by_one(row) for row in range(4)]

    def read(shared: KernelEngine, row: int) -> Floats:
        return read_in_pieces(shared, *random_ids(CONTEXT, row), [1] * CONTEXT)

    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            for row, logits in enumerate(pool.map(partial(read, engine(threads)), range(4))):
                np.testing.assert_array_equal(logits, expected[row])


@uses_kernel
def test_workers_that_slept_wake() -> None:
    inputs = random_ids(CONTEXT)
    for _ in range(10):
        sleeping = engine(3)
        time.sleep(0.002)
        np.testing.assert_array_equal(read_in_pieces(sleeping, *inputs, [3, 1]), one_by_one()[[2, 3]])


@uses_kernel
def test_all_variants_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    best = load_library()
    assert best is not None
    paths = [kernel.FOLDER / f"_kernel_{variant}.so" for variant in runnable_variants(best.sideman_level())]
    paths = [path for path in [*paths, kernel.FOLDER / "_kernel.so"] if path.exists()]
    assert Path(best._name) in paths
    for path in paths:
        library = open_library(path)
        assert library is not None, f"{path} is of another version than kernel.py: build it again"
        for config in CONFIGS:
            inputs, expected = random_ids(config.context, 0, config), one_by_one(0, config)
            monkeypatch.setattr(kernel, "load_library", lambda library=library: library)
            variant = KernelEngine(network(config), 2)
            monkeypatch.undo()
            for pieces in ([config.context], [1] * config.context, [3, config.context - 3]):
                logits = read_in_pieces(variant, *inputs, pieces)
                np.testing.assert_array_equal(logits, expected[np.cumsum(pieces) - 1], str(path))


def runnable_variants(level: int) -> list[str]:
    """Those for this processor: all up to its level, but AVX-VNNI came later than AVX512-VNNI."""
    names, cpu = [*OURS[: level + 1]], Path("/proc/cpuinfo")
    if names[-1:] == ["avx512vnni"] and "avx_vnni" not in (cpu.read_text().split() if cpu.exists() else []):
        names.remove("avxvnni")
    return names


FORK = """
import os, signal, sys, threading
import numpy as np
from tests.model.conftest import KERNEL_CONFIG, random_checkpoint, random_ids
from sideman.model.kernel import KernelEngine

checkpoint, (ids, features) = random_checkpoint(KERNEL_CONFIG), random_ids(70)
engine = KernelEngine(checkpoint, 2)

def read(engine):
    cache = engine.cache(1)
    logits = [engine.read(cache, [0], ids[:50], features[:50], [50])]
    logits += [engine.read(cache, [0], ids[i : i + 1], features[i : i + 1]) for i in range(50, 70)]
    return np.concatenate(logits).tobytes()

def read_on(stop):
    while not stop.is_set():
        read(engine)

expected = read(engine)
stop = threading.Event()
reader = threading.Thread(target=read_on, args=[stop])
if BUSY:
    reader.start()
for _ in range(5):
    unused = KernelEngine(checkpoint, 2)
    child = os.fork()
    if not child:
        signal.alarm(200)  # a child that hangs dies
        same = {read(each) for each in (engine, unused, KernelEngine(checkpoint, 2))} == {expected}
        del engine
        os._exit(0 if same else 1) if BUSY else sys.exit(0 if same else 1)
    status = os.waitpid(child, 0)[1]
    if status:
        print("a child ended with", status)
stop.set()
if BUSY:
    reader.join()
print(read(engine) == expected)
"""


@uses_kernel
@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="this system does not fork")
@pytest.mark.parametrize("busy", [False, True])
def test_a_forked_child_reads_too(busy: bool) -> None:
    """Workers stay behind when a process forks; the child works alone, or with workers of its own."""
    command = [sys.executable, "-W", "ignore", "-c", FORK.replace("BUSY", str(busy))]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT)
    assert (result.returncode, result.stdout, result.stderr) == (0, "True\n", "")


# What is not finite


@uses_kernel
@cases("value", [np.nan, np.inf])
@cases("name", shapes(KERNEL_CONFIG))
def test_what_is_not_finite_reaches_the_logits(name: str, value: float) -> None:
    width = KERNEL_CONFIG.width
    for channel in range(0, shapes(KERNEL_CONFIG)[name][-1], width):  # queries, keys and values
        damaged = random_checkpoint(KERNEL_CONFIG)
        damaged.weights[name][..., channel] = value  # behind its back: it refuses them
        with np.errstate(invalid="ignore"):
            broken = KernelEngine(damaged, 1)
        logits = read_in_pieces(broken, np.zeros(5, np.int64), np.zeros((5, 2), np.int64), [5])
        assert not np.isfinite(logits).all()


@uses_kernel
def test_what_grows_past_all_floats_is_not_finite() -> None:
    checkpoint = random_checkpoint(KERNEL_CONFIG)
    checkpoint.weights["transformer.ln_f.weight"][...] = np.finfo(np.float32).max
    assert not np.isfinite(read_in_pieces(KernelEngine(checkpoint), *random_ids(5), [5])).all()


# Threads


def tasks() -> set[str]:
    return {path.name for path in Path("/proc/self/task").iterdir()}


@uses_kernel
@counts_threads
@pytest.mark.parametrize(("threads", "workers"), [(-1, 0), (0, 0), (1, 0), (2, 1), (3, 2), (99, MAX_THREADS - 1)])
def test_closed_engines_leave_no_threads(threads: int, workers: int) -> None:
    before = tasks()
    first, second = (KernelEngine(network(), threads) for _ in range(2))
    new = tasks() - before
    assert len(new) == 2 * workers
    np.testing.assert_array_equal(read_in_pieces(first, *random_ids(CONTEXT), [3])[0], one_by_one()[2])
    del first, second  # one that worked, one that never did
    gc.collect()
    deadline = time.monotonic() + 5  # the system lists a thread a moment longer than it runs
    while tasks() & new and time.monotonic() < deadline:
        time.sleep(0.001)
    assert not tasks() & new


@uses_kernel
@counts_threads
@pytest.mark.parametrize("processors", [1, 2, 4, 8, 64])
@pytest.mark.parametrize("heads", [3, MAX_THREADS + 1])
def test_an_engine_takes_the_processors_there_are(heads: int, processors: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "processors", lambda: processors)
    checkpoint = network(replace(KERNEL_CONFIG, width=16 * heads, heads=heads))
    before = tasks()
    standard = KernelEngine(checkpoint)
    assert len(tasks() - before) == min(processors, heads, MAX_THREADS) - 1
    alone, together = (
        read_in_pieces(each, *random_ids(CONTEXT), [9]) for each in (KernelEngine(checkpoint, 1), standard)
    )
    np.testing.assert_array_equal(together, alone)


EXIT = """
import threading
from tests.model.conftest import KERNEL_CONFIG, random_checkpoint
from sideman.model.kernel import KernelEngine

engine, started = KernelEngine(random_checkpoint(KERNEL_CONFIG), 2), threading.Event()
cache = engine.cache(8)

def read_on():
    while True:
        cache.length[:] = 0
        engine.read(cache, range(8), [0] * 8, [[0, 0]] * 8)
        started.set()

threading.Thread(target=read_on, daemon=True).start()
started.wait()
"""


@uses_kernel
def test_a_program_may_end_while_a_thread_composes() -> None:
    for _ in range(2):
        result = subprocess.run([sys.executable, "-c", EXIT], cwd=ROOT, capture_output=True, check=False, timeout=LIMIT)
        assert (result.returncode, result.stderr) == (0, b"")


# Where there is none


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty one, where the kernel is looked for."""
    monkeypatch.setattr(kernel, "FOLDER", tmp_path)
    load_library.cache_clear()
    yield tmp_path
    load_library.cache_clear()


def write_rubbish(folder: Path, variants: Sequence[str]) -> None:
    for variant in variants:
        (folder / f"_kernel_{variant}.so").write_bytes(b"rubbish")


@pytest.mark.parametrize("variants", [[], *VARIANTS.values()])
def test_a_missing_library_is_told(folder: Path, variants: Sequence[str]) -> None:
    write_rubbish(folder, variants)
    assert load_library() is None
    reason = "it was not built when Sideman was installed: install again where a C compiler is found"
    assert why_not(KERNEL_CONFIG) == reason
    assert isinstance(open_engine(network()), NumpyEngine)
    with pytest.raises(OptionError, match=f"the kernel can't run this: {reason}"):
        open_engine(network(), "kernel")


@uses_kernel
def test_a_library_of_another_version_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    library = load_library()
    assert library is not None
    assert open_library(Path(library._name)) is not None
    monkeypatch.setattr(kernel, "ABI", kernel.ABI + 1)
    assert open_library(Path(library._name)) is None


@uses_kernel
def test_broken_variants_are_passed_over(folder: Path) -> None:
    first = BUILT / (f"_kernel_{OURS[0]}.so" if OURS else "_kernel.so")
    shutil.copy(first, folder)
    write_rubbish(folder, OURS[1:])
    library = load_library()
    assert library is not None
    assert Path(library._name) == folder / first.name


def test_why_not_knows_the_networks_it_cannot_run() -> None:
    for width, heads in ((24, 3), (48, 2), (8, 1)):
        config = GPT2Config(vocab=4, width=width, heads=heads)
        assert why_not(config) == f"heads of {width // heads} channels are not a multiple of 16"
