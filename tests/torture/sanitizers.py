"""The kernel in C under the compiler's sanitizers: its own tests, with a build that looks at every access."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.torture.faults import Run, Scenario, Skipped
from tests.torture.fuzzing import show

from build_hooks.kernel import SOURCE, Compiler, compile_kernel

ROOT = Path(__file__).parents[2]
TESTS = "tests/model/test_kernel.py"
FINDINGS = ("ERROR: AddressSanitizer", "WARNING: ThreadSanitizer", "runtime error:")
# What a sanitizer is called, its library, what it is told, and tests that say nothing under it: those that build the
# kernel themselves or start processes of their own, and those that measure.
BUILDS = {
    "address": ("libasan.so", {"ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}),
    "undefined": ("libubsan.so", {"UBSAN_OPTIONS": "print_stacktrace=1"}),
    "thread": ("libtsan.so", {"TSAN_OPTIONS": "report_signal_unsafe=0"}),
}


def _sanitized(run: Run, *, kind: str) -> None:
    gcc = shutil.which("gcc")
    library, options = BUILDS[kind]
    if gcc is None or platform.system() != "Linux":
        raise Skipped("no gcc: install it (Debian, Ubuntu: apt install gcc libc6-dev)")
    preload = subprocess.run([gcc, f"-print-file-name={library}"], capture_output=True, text=True, check=True)
    if not Path(preload.stdout.strip()).is_absolute():
        raise Skipped(f"gcc has no {library}: install the libraries of its sanitizers")
    source = run.folder / "src"
    shutil.copytree(
        ROOT / "src/sideman", source / "sideman", ignore=shutil.ignore_patterns("_kernel*", "page", "__pycache__")
    )
    command = [gcc, "-g", "-fno-omit-frame-pointer", f"-fsanitize={kind}", "-fno-sanitize-recover=undefined"]
    for made in compile_kernel(ROOT / SOURCE, run.folder, Compiler(command, 0, {})):
        shutil.copy(made, source / SOURCE.relative_to("src").parent)
    environment = {
        **os.environ,
        **options,
        "LD_PRELOAD": preload.stdout.strip(),
        "PYTHONPATH": os.pathsep.join((str(source), str(ROOT))),
        "OPENBLAS_NUM_THREADS": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(run.folder / "hypothesis"),
    }
    asked = [sys.executable, "-m", "pytest", TESTS, "-q", "-p", "no:cacheprovider", "--rootdir", str(ROOT), "-s"]
    log = run.folder / f"{kind}.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [*asked, "-k", "not built and not compiler and not process and not time"],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            code: int | None = process.wait(run.seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = None
    text = log.read_text("utf-8", "replace")
    found = [line for line in text.splitlines() if any(finding in line for finding in FINDINGS)]
    last = text.strip().splitlines()[-1] if text.strip() else ""
    run.check(not found, f"{kind}: {len(found)} findings: {found[:3]} ({log})")
    run.check(code is not None, f"{kind}: not done in {run.seconds:.0f} s: give more --minutes ({log})")
    run.check(not code, f"{kind}: {last} ({log})")
    show(f"{run.name}: {last}, {len(found)} findings")


SANITIZERS = tuple(
    Scenario(f"kernel-{kind}", f"the kernel's tests under the {kind} sanitizer", partial(_sanitized, kind=kind))
    for kind in BUILDS
)
