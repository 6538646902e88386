"""The kernel on machines and systems that are not this one: cross-compiled, run in an emulator, the same bits as here.

What reads there is replay.c, a program of its own: it needs no Python of that machine.
"""

from __future__ import annotations

import shutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tests.model.conftest import Floats, random_ids
from tests.model.test_kernel import CONFIGS, network, runnable_variants

from build_hooks import kernel as built
from build_hooks.programs import run
from sideman.model.engine import Cache, Inputs
from sideman.model.kernel import KernelCache, KernelEngine, load_library

ROOT = Path(__file__).parents[2]
REPLAY = Path(__file__).with_name("replay.c")
THREADS = 2
AARCH64 = built.Compiler(["aarch64-linux-gnu-gcc"], 0, {})
QEMU = ("qemu-aarch64", "-L", "/usr/aarch64-linux-gnu")
LEVELS = {"_kernel_v8.so": "cortex-a53", "_kernel_dotprod.so": "max"}  # a processor that is not better than the build

pytestmark = pytest.mark.usefixtures("needs_kernel")


class Recorder(KernelEngine):
    """Keeps what it reads, and what came of it."""

    reads: list[tuple[Inputs, Inputs | None, Floats]]

    def _read(self, cache: Cache, inputs: Inputs, wanted: Inputs | None) -> Floats:
        logits = super()._read(cache, inputs, wanted)
        self.reads.append((inputs, wanted, logits))
        return logits


def recording(engine: Recorder, cache: KernelCache, threads: int = THREADS) -> bytes:
    """What was read, as replay.c reads it."""
    config, arrays = engine.config, engine._packed
    sizes = [array.nbytes for array in (*arrays, cache.keys, cache.values, cache.scales)]
    parts: list[npt.NDArray[np.int32] | npt.NDArray[np.float32]] = []

    def add(*numbers: int) -> None:
        parts.append(np.array(numbers, np.int32))

    add(config.layers, config.width, config.heads, config.context, config.vocab, len(engine._sizes))
    parts.append(np.array([config.norm_epsilon], np.float32))
    add(threads, len(cache.length), *sizes, len(engine.reads))
    blob = b"".join(part.tobytes() for part in parts) + b"".join(array.tobytes() for array in arrays)
    for inputs, wanted, _ in engine.reads:
        blob += np.array([len(inputs), -1 if wanted is None else len(wanted)], np.int32).tobytes() + inputs.tobytes()
        blob += b"" if wanted is None else wanted.tobytes()
    return blob


@cache
def recorded(number: int) -> tuple[bytes, bytes]:
    """What this machine read of a network, and its logits: several rows, at once, in pieces and one by one."""
    config = CONFIGS[number]
    engine = Recorder(network(config), THREADS)
    engine.reads = []
    cache = engine.cache(3)
    assert isinstance(cache, KernelCache)
    ids, features = random_ids(config.context, number, config)
    half = config.context // 2
    engine.read(cache, [0], ids, features, [config.context], every=True)
    engine.read(cache, [1, 2], ids[: half + 3], features[: half + 3], [half, 3])
    for place in range(3, half):
        engine.read(cache, [2, 1], ids[place : place + 2], features[place : place + 2])
    return recording(engine, cache), b"".join(logits.tobytes() for *_, logits in engine.reads)


def missing(*programs: str) -> list[str]:
    return [program for program in programs if not shutil.which(program)]


def level_and_bits(replay: list[str], number: int, folder: Path, variables: dict[str, str] | None = None) -> int:
    """Have a network read by a program: the same bits. Returns the level that the kernel told there."""
    blob, logits = recorded(number)
    (folder / "in").write_bytes(blob)
    run([*replay, "in", "out"], variables or {}, folder)
    result = (folder / "out").read_bytes()
    assert len(result) == 4 + len(logits)
    np.testing.assert_array_equal(np.frombuffer(result, np.uint32, offset=4), np.frombuffer(logits, np.uint32))
    return int(np.frombuffer(result, np.int32, 1)[0])


@pytest.mark.slow
def test_64_bit_arm_gives_the_same_bits(tmp_path: Path) -> None:
    """Both builds; each on a processor that has no more than it asks for tells that level."""
    if lacking := missing(*AARCH64.command, QEMU[0]):
        pytest.skip(f"no {', '.join(lacking)}: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user")
    libraries = built.compile_kernel(ROOT / built.SOURCE, tmp_path, AARCH64, "aarch64", "Linux")
    assert {library.name for library in libraries} == {*LEVELS}
    for level, library in enumerate(libraries):
        program = tmp_path / f"replay_{level}"
        run([*AARCH64.command, "-O1", str(REPLAY), str(library), "-Wl,-rpath,$ORIGIN", "-o", str(program)], {})
        replay = [*QEMU, "-cpu", LEVELS[library.name], str(program)]
        assert {level_and_bits(replay, number, tmp_path) for number in range(len(CONFIGS))} == {level}


@pytest.mark.slow
def test_windows_gives_the_same_bits(tmp_path: Path) -> None:
    """What Zig's compiler makes for it, as in a wheel, with its threads; Wine runs it on this processor."""
    zig = find_spec("ziglang")
    if zig is None or not zig.origin or missing("wine"):
        pytest.skip(f"no Zig or no Wine: pip install {built.ZIG}, apt-get install wine wine64")
    caches = dict.fromkeys(("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"), str(tmp_path / "cache"))
    command = [str(Path(zig.origin).with_name("zig")), "cc", "-s", "-target", "x86_64-windows-gnu"]
    compiler = built.Compiler(command, 1, caches)
    libraries = built.compile_kernel(ROOT / built.SOURCE, tmp_path, compiler, "AMD64", "Windows")
    best = load_library()
    assert best is not None
    wine = {"WINEPREFIX": str(tmp_path / "wine"), "WINEDEBUG": "-all", "DISPLAY": ""}
    for library in libraries:
        if library.stem.removeprefix("_kernel_") not in runnable_variants(best.sideman_level()):
            continue
        program = tmp_path / f"{library.stem}.exe"
        named = shutil.copy(library, program.with_suffix(".dll"))  # the linker goes by the ending, Windows doesn't
        run([*command, "-O1", str(REPLAY), str(named), "-o", str(program)], caches)
        levels = {level_and_bits(["wine", program.name], number, tmp_path, wine) for number in range(len(CONFIGS))}
        assert levels == {best.sideman_level()}
