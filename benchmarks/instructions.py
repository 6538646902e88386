"""How many instructions 64-bit ARM takes for an id, with its products of four and without, counted in an emulator.

    python -m benchmarks.instructions

Cross-compiles the kernel, has the package's weights read ids one by one, and four rows at once, and counts what is
executed between a short and a long reading: no clock, so it is the same on a busy machine. Instructions are not time;
they say what a processor is asked to do. Needs Debian's gcc, gcc-aarch64-linux-gnu, libc6-dev-arm64-cross, qemu-user.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from tests.model.test_other_machines import AARCH64, LEVELS, QEMU, REPLAY, ROOT, Recorder, recording

from build_hooks import kernel as built
from build_hooks.programs import run
from sideman.arranging import DEFAULT_WEIGHTS
from sideman.model.checkpoint import load_checkpoint
from sideman.model.kernel import KernelCache

PROMPT, STEPS = 400, 8
# What counts, as a plugin of the emulator: its header is not packaged everywhere, so what is used of it stands here.
COUNTER = """
#include <stdint.h>
#include <stdio.h>
extern void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*call)(uint64_t id, void *block));
extern size_t qemu_plugin_tb_n_insns(const void *block);
extern void qemu_plugin_register_vcpu_tb_exec_inline(void *block, int add, void *to, uint64_t number);
extern void qemu_plugin_register_atexit_cb(uint64_t id, void (*call)(uint64_t id, void *data), void *data);
int qemu_plugin_version = 1;
static uint64_t count;
static void translated(uint64_t id, void *block) {
  qemu_plugin_register_vcpu_tb_exec_inline(block, 0, &count, qemu_plugin_tb_n_insns(block));
}
static void ended(uint64_t id, void *data) { fprintf(stderr, "instructions: %lu\\n", count); }
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv) {
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, ended, NULL);
  return 0;
}
"""


def readings(rows: int) -> list[bytes]:
    """A prompt of each row, and the same with some steps more, as replay.c reads them."""
    made = []
    for steps in (0, STEPS):
        engine = Recorder(load_checkpoint(DEFAULT_WEIGHTS), 1)
        engine.reads = []
        cache = engine.cache(rows)
        assert isinstance(cache, KernelCache)
        draw = np.random.default_rng(1)
        ids = draw.integers(0, engine.config.vocab, (rows, PROMPT + STEPS))
        features = draw.integers(0, engine.config.features, (rows, PROMPT + STEPS, len(engine.config.features)))
        engine.read(
            cache,
            range(rows),
            ids[:, :PROMPT].ravel(),
            features[:, :PROMPT].reshape(rows * PROMPT, -1),
            [PROMPT] * rows,
        )
        for place in range(PROMPT, PROMPT + steps):
            engine.read(cache, range(rows), ids[:, place], features[:, place])
        made.append(recording(engine, cache, 1))
    return made


def main() -> None:
    """Print instructions a step, and the ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "counter.c").write_text(COUNTER, encoding="utf-8")
        counter = folder / "counter.so"
        run(["cc", "-O2", "-fPIC", "-shared", str(folder / "counter.c"), "-o", str(counter)], {})
        libraries = built.compile_kernel(ROOT / built.SOURCE, folder, AARCH64, "aarch64", "Linux")
        for rows in (1, 4):
            blobs = readings(rows)
            steps: dict[str, int] = {}
            for library in libraries:
                program = folder / "replay"
                run([*AARCH64.command, "-O1", str(REPLAY), str(library), "-Wl,-rpath,$ORIGIN", "-o", str(program)], {})
                counts = []
                for blob in blobs:
                    (folder / "in").write_bytes(blob)
                    command = [*QEMU, "-cpu", LEVELS[library.name], "-plugin", str(counter), str(program), "in", "out"]
                    said = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stderr
                    found = re.search(r"instructions: (\d+)", said)
                    assert found, said
                    counts.append(int(found[1]))
                steps[library.name] = (counts[1] - counts[0]) // STEPS
            plain, four = steps.values()
            print(f"{rows} rows, context {PROMPT}: {steps}, {plain / four:.2f} times fewer")


if __name__ == "__main__":
    main()
