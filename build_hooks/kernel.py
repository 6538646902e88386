"""Builds the engine's kernel, src/sideman/model/native/. Knows compilers, not what the kernel computes.

x86-64 gets four libraries, for what its CPUs come in, other machines one. The flags keep every
operation as it is written: all of them give the same bits. ``SIDEMAN_KERNEL=off`` in the environment builds none.

The compiler is $CC or the first of cc, gcc and clang. Where none is found, or it fails, Zig's is fetched, a wheel, and
thrown away afterwards. It is not a build requirement (``dependencies()``): where one can't be had, pip gives up the
whole installation, and Sideman plays without a kernel too, only slower. ``SIDEMAN_GLIBC=2.17`` asks for Zig's alone,
and for libraries that run from that glibc on.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from build_hooks.programs import FAILURES, fetch, reason, run

SOURCE = Path("src/sideman/model/native/kernel.c")
FLAGS = (
    "-O3 -std=c11 -fPIC -shared -pthread -ffp-contract=off -fno-math-errno -fvisibility=hidden "
    "-Wall -Wextra -Werror=implicit"
)
VARIANTS = {  # of x86-64: level and options; sideman_level() in the kernel tells which one a CPU runs best
    "v2": ("v2", []),
    "v3": ("v3", []),
    "avxvnni": ("v3", ["-mavxvnni"]),
    "avx512vnni": ("v4", ["-mavx512vnni", "-mprefer-vector-width=512"]),  # clang would cut the vectors in two
}
ZIG = "ziglang==0.17.1"  # 100 MB to fetch, 470 MB of disk while it compiles
WITHOUT = "no kernel, composing will be slower"
REMEDY = "install a C compiler (Debian, Ubuntu: apt install gcc libc6-dev; macOS: xcode-select --install) and try again"


class Compiler(NamedTuple):
    """How a compiler is called, and how it is told for which CPUs."""

    command: list[str]
    level: str  # x86-64: the option, with a place for the level's name
    any_cpu: list[str]  # elsewhere: what every CPU of the kind can run
    environment: dict[str, str]


def system_compiler(_: Path) -> Compiler:
    """The compiler that the user names, or else the machine's. Raises FileNotFoundError where there is none."""
    command = shlex.split(os.environ.get("CC", "")) or [*filter(shutil.which, ("cc", "gcc", "clang"))][:1]
    if not command:
        raise FileNotFoundError("no cc, gcc or clang")
    return Compiler(command, "-march=x86-64-{}", [], {})


def fetched_compiler(folder: Path) -> Compiler:
    """Zig's compiler, fetched into the folder. Raises FAILURES where it can't be had."""
    fetch(ZIG, folder)
    caches = dict.fromkeys(("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"), str(folder / "cache"))
    command = [str(folder / "ziglang/zig"), "cc", "-s"]  # it would put the debugger's needs in, 900 kB
    if glibc := os.environ.get("SIDEMAN_GLIBC"):
        command += ["-target", f"{platform.machine()}-linux-gnu.{glibc}"]
    return Compiler(command, "-mcpu=x86_64_{}", ["-mcpu=baseline"], caches)


def libraries(machine: str, compiler: Compiler) -> dict[str, list[str]]:
    """Names of the libraries that a machine gets, with the compiler's options for each."""
    if machine.lower() not in {"x86_64", "amd64"}:
        return {"_kernel.so": compiler.any_cpu}
    return {
        f"_kernel_{name}.so": [compiler.level.format(level), *options] for name, (level, options) in VARIANTS.items()
    }


def compile_kernel(source: Path, folder: Path, compiler: Compiler) -> list[Path]:
    """Make this machine's libraries in the folder. Raises FAILURES."""
    wanted = libraries(platform.machine(), compiler)

    def make(name: str, options: list[str]) -> Path:
        files = [str(source), "-o", str(folder / name), "-lm"]
        run([*compiler.command, *FLAGS.split(), *options, *files], compiler.environment)
        return folder / name

    with ThreadPoolExecutor() as pool:
        return [*pool.map(make, wanted, wanted.values())]


def build(root: Path, folder: Path) -> tuple[list[Path], str]:
    """Make the libraries in the folder, or none; returns them and the line that says so."""
    if os.environ.get("SIDEMAN_KERNEL") == "off":
        return [], f"{WITHOUT}: SIDEMAN_KERNEL=off"
    failures = []
    finders = (fetched_compiler,) if os.environ.get("SIDEMAN_GLIBC") else (system_compiler, fetched_compiler)
    for find in finders:
        try:
            made = compile_kernel(root / SOURCE, folder, compiler := find(folder / "compiler"))
        except FAILURES as error:
            failures.append(reason(error))
        else:
            return made, f"kernel built with {Path(compiler.command[0]).name}: {', '.join(path.name for path in made)}"
    return [], f"{WITHOUT}: {'; '.join(failures)}; {REMEDY}"


def place(made: list[Path], root: Path) -> None:
    """Replace the libraries beside the source, each at once: a program may be running it. Raises OSError."""
    folder = root / SOURCE.parent
    for path in made:
        shutil.copy(path, folder / f"{path.name}.new")
        (folder / f"{path.name}.new").replace(folder / path.name)
    for old in {*folder.glob("_kernel*.so")} - {folder / path.name for path in made}:
        old.unlink()
