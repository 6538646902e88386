"""Builds the engine's kernel, src/sideman/model/native/. Knows compilers, not what the kernel computes.

x86-64 gets four libraries and ARM's 64 bits two, for what their CPUs come in, other machines one. The flags keep every
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
    "-O3 -std=c11 -shared -pthread -ffp-contract=off -fno-math-errno -fvisibility=hidden -Wall -Wextra -Werror=implicit"
)
WIDE = "-mavx512vnni -mprefer-vector-width=512"  # clang would cut the vectors in two
# Options for gcc and clang, and for Zig; sideman_level() in the kernel tells which build a CPU runs best.
VARIANTS: dict[str, dict[str, tuple[str, str]]] = {
    "x86_64": {
        "v2": ("-march=x86-64-v2", "-mcpu=x86_64_v2"),
        "v3": ("-march=x86-64-v3", "-mcpu=x86_64_v3"),
        "avxvnni": ("-march=x86-64-v3 -mavxvnni", "-mcpu=x86_64_v3 -mavxvnni"),
        "avx512vnni": (f"-march=x86-64-v4 {WIDE}", f"-mcpu=x86_64_v4 {WIDE}"),
    },
    "aarch64": {
        "v8": ("-march=armv8-a", "-mcpu=generic"),
        "dotprod": ("-march=armv8.2-a+dotprod", "-mcpu=generic+dotprod"),
    },
}
ONLY = ("", "-mcpu=baseline")  # elsewhere: what every CPU of the kind can run
ALIASES = {"amd64": "x86_64", "arm64": "aarch64"}  # Windows' names, and macOS's
ZIG = "ziglang==0.17.1"  # 100 MB to fetch, 470 MB of disk while it compiles
WITHOUT = "no kernel, composing will be slower"
REMEDY = "install a C compiler (Debian, Ubuntu: apt install gcc libc6-dev; macOS: xcode-select --install) and try again"


class Compiler(NamedTuple):
    """How a compiler is called, and which of the options for CPUs it takes."""

    command: list[str]
    dialect: int  # 0: gcc's and clang's, 1: Zig's
    environment: dict[str, str]


def system_compiler(_: Path) -> Compiler:
    """The compiler that the user names, or else the machine's. Raises FileNotFoundError where there is none."""
    command = shlex.split(os.environ.get("CC", "")) or [*filter(shutil.which, ("cc", "gcc", "clang"))][:1]
    if not command:
        raise FileNotFoundError("no cc, gcc or clang")
    return Compiler(command, 0, {})


def fetched_compiler(folder: Path) -> Compiler:
    """Zig's compiler, fetched into the folder. Raises FAILURES where it can't be had."""
    fetch(ZIG, folder)
    caches = dict.fromkeys(("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"), str(folder / "cache"))
    command = [str(folder / "ziglang/zig"), "cc", "-s"]  # it would put the debugger's needs in, 900 kB
    if glibc := os.environ.get("SIDEMAN_GLIBC"):
        command += ["-target", f"{platform.machine()}-linux-gnu.{glibc}"]
    return Compiler(command, 1, caches)


def libraries(machine: str, compiler: Compiler) -> dict[str, list[str]]:
    """Names of the libraries that a machine gets, with the compiler's options for each."""
    kind = ALIASES.get(machine.lower(), machine)
    if kind not in VARIANTS:
        return {"_kernel.so": ONLY[compiler.dialect].split()}
    return {f"_kernel_{name}.so": options[compiler.dialect].split() for name, options in VARIANTS[kind].items()}


def compile_kernel(
    source: Path, folder: Path, compiler: Compiler, machine: str | None = None, system: str | None = None
) -> list[Path]:
    """Make the libraries of a machine and a system, by default these, in the folder. Raises FAILURES."""
    wanted = libraries(machine or platform.machine(), compiler)
    flags = [*FLAGS.split(), *([] if (system or platform.system()) == "Windows" else ["-fPIC"])]

    def make(name: str, options: list[str]) -> Path:
        files = [str(source), "-o", str(folder / name), "-lm"]
        run([*compiler.command, *flags, *options, *files], compiler.environment)
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
