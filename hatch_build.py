"""Builds the engine's kernel, src/sideman/model/native/, whenever hatchling makes a wheel or an editable install.

x86-64 gets four libraries, for what its CPUs come in, other machines one. The flags keep every
operation as it is written: all of them give the same bits. ``SIDEMAN_KERNEL=off`` in the environment builds none.

The compiler is $CC or the first of cc, gcc and clang. Where none is found, or it fails, Zig's is fetched, a wheel, and
thrown away afterwards. It is no build requirement (``dependencies()``): where one can't be had, pip gives up the whole
installation, and Sideman plays without a kernel too, only slower. So nothing here fails; one line says what was built,
or why nothing was. As pip keeps it to itself, an editable install writes it to build/kernel.log.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilderConfig
from packaging.tags import platform_tags

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
TIME_LIMIT = 600  # seconds, for fetching and for each library
WITHOUT = "no kernel, composing will be slower"
REMEDY = "install a C compiler (Debian, Ubuntu: apt install gcc libc6-dev; macOS: xcode-select --install) and try again"
FAILURES = (OSError, ValueError, subprocess.SubprocessError)


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
    install = "install", "--quiet", "--no-deps", "--target", str(folder), ZIG
    try:  # -I: pip hides itself from the builds that it runs by means of PYTHONPATH
        run([sys.executable, "-I", "-m", "pip", *install], {"PIP_RETRIES": "1"})
    except FAILURES:
        if not shutil.which("uv"):
            raise
        run(["uv", "pip", *install], {})  # environments made by uv hold no pip
    caches = dict.fromkeys(("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"), str(folder / "cache"))
    command = [str(folder / "ziglang/zig"), "cc", "-s"]  # it would put the debugger's needs in, 900 kB
    return Compiler(command, "-mcpu=x86_64_{}", ["-mcpu=baseline"], caches)


def run(command: list[str], variables: dict[str, str]) -> None:
    """Run a program, whose words ``reason`` reads. Raises FAILURES."""
    subprocess.run(command, env=os.environ | variables, check=True, capture_output=True, text=True, timeout=TIME_LIMIT)


def reason(error: Exception) -> str:
    """The line that tells most of what went wrong."""
    said = error.stderr.strip() if isinstance(error, subprocess.CalledProcessError) else ""
    lines = (said or str(error)).splitlines()
    return next((line for line in lines if "error:" in line.lower()), lines[-1])


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


def build(source: Path, folder: Path) -> tuple[list[Path], str]:
    """Make the libraries in the folder, or none; returns them and the line that says so."""
    if os.environ.get("SIDEMAN_KERNEL") == "off":
        return [], f"{WITHOUT}: SIDEMAN_KERNEL=off"
    failures = []
    for find in (system_compiler, fetched_compiler):
        try:
            made = compile_kernel(source, folder, compiler := find(folder / "compiler"))
        except FAILURES as error:
            failures.append(reason(error))
        else:
            return made, f"kernel built with {Path(compiler.command[0]).name}: {', '.join(path.name for path in made)}"
    return [], f"{WITHOUT}: {'; '.join(failures)}; {REMEDY}"


def place(made: list[Path], line: str, root: Path) -> None:
    """Replace the libraries beside the source, each at once: a program may be running it. Log the line."""
    folder, log = root / SOURCE.parent, root / "build/kernel.log"
    for path in made:
        shutil.copy(path, folder / f"{path.name}.new")
        (folder / f"{path.name}.new").replace(folder / path.name)
    for old in {*folder.glob("_kernel*.so")} - {folder / path.name for path in made}:
        old.unlink()
    log.parent.mkdir(exist_ok=True)
    log.write_text(f"{line}\n", encoding="utf-8")


class KernelBuildHook(BuildHookInterface[WheelBuilderConfig]):
    """What pyproject.toml has hatchling call."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before hatchling builds: make the libraries; put them beside the source, or name them for the wheel."""
        self.folder = TemporaryDirectory(prefix="sideman-kernel-", ignore_cleanup_errors=True)
        made, line = build(Path(self.root, SOURCE), Path(self.folder.name))
        if version == "editable":
            try:
                place(made, line, Path(self.root))
            except OSError as error:
                line = f"{WITHOUT}: {error}"
        elif made:  # manylinux would promise more than a compiler's defaults keep
            platform_tag = next(tag for tag in platform_tags() if not tag.startswith(("manylinux", "musllinux")))
            build_data["tag"], build_data["pure_python"] = f"py3-none-{platform_tag}", False
            build_data["force_include"] |= {str(path): f"sideman/model/native/{path.name}" for path in made}
        self.app.display_warning(line)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """After hatchling built."""
        self.folder.cleanup()
