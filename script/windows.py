#!/usr/bin/env python3
r"""What script/setup, script/server and script/test do, where there is no bash: on Windows.

    py script\windows.py setup [--dev]
    py script\windows.py server [options of `sideman serve`]
    py script\windows.py test [arguments of pytest]

With Python 3.11 or newer and a network, and without a compiler: the kernel is built by Zig's, fetched for that. It does
the same on every system; elsewhere the other scripts say more where something is missing. The versions are those of
requirements/. SIDEMAN_KERNEL, SIDEMAN_PAGE, SIDEMAN_OPEN: as those scripts have it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "sideman-windows"
CHECKS = (["ruff", "format", "--check"], ["ruff", "check"], ["mypy"], ["lint-imports", "--no-logo"])
LISTENING = re.compile(r"Sideman plays at (\S+)")


def program(name: str) -> str:
    """A program of the environment."""
    return str(PROGRAMS / name)


def pip(*arguments: str) -> None:
    """Have pip do something, or end."""
    command = [program("python"), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("script/windows.py: installing failed, see above")


def contents(mode: str) -> str:
    """What tells whether the environment is of these sources."""
    files = [ROOT / "pyproject.toml", ROOT / "hatch_build.py", *(ROOT / "build_hooks").glob("*.py")]
    files += [
        *(ROOT / "requirements").glob("*.txt"),
        *(ROOT / "src/sideman/model/native").glob("*.[ch]"),
        Path(__file__),
    ]
    return mode + hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def setup(mode: str) -> None:
    """Make the environment, unless it is there and of these sources; the page in any case."""
    found = STAMP.read_text("utf-8") if STAMP.exists() else ""
    mode = "development" if found.startswith("development") else mode  # one with the developer's tools keeps them
    if found == contents(mode):
        subprocess.run([program("python"), "-m", "build_hooks.page"], cwd=ROOT, check=True)
        return
    if not Path(program("python")).with_suffix(".exe" if os.name == "nt" else "").exists():
        venv.create(VENV, with_pip=True)
    pip("install", "--require-hashes", "--requirement", f"requirements/{mode}.txt")
    if mode == "development":
        (torch,) = re.findall(r"^TORCH=(\S+)", (ROOT / "script/setup").read_text("utf-8"), re.MULTILINE)
        pip("install", f"torch=={torch}")
        npm = shutil.which("npm")
        if npm:
            subprocess.run([npm, "ci", "--include=dev", "--silent"], cwd=ROOT / "frontend", check=False)
    pip("install", "--no-build-isolation", "--no-deps", "--editable", ".")
    for name in ("kernel", "page"):
        say((ROOT / f"build/{name}.log").read_text("utf-8").strip())
    STAMP.write_text(contents(mode), "utf-8")


def serve(arguments: list[str]) -> int:
    """The server, and its page in a browser as soon as it listens. Ctrl-C is for the server alone."""
    command = [program("sideman"), "serve", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8", errors="replace") as server:
        while True:
            try:
                for line in server.stderr or ():
                    sys.stderr.write(line)
                    found = LISTENING.search(line)
                    if found and os.environ.get("SIDEMAN_OPEN") != "off" and "CI" not in os.environ:
                        webbrowser.open(found[1])
                return server.wait()
            except KeyboardInterrupt:  # the server has it too, and ends what it is at
                continue


def test(arguments: list[str]) -> int:
    """All checks, whatever one of them says."""
    failed = [
        check for check in CHECKS if subprocess.run([program(check[0]), *check[1:]], cwd=ROOT, check=False).returncode
    ]
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [program("pytest"), "-n", "4", "--dist", "loadgroup", *arguments]
    tests = subprocess.run(command, cwd=ROOT, env=os.environ | one, check=False).returncode
    for check in failed:
        say(f"failed before the tests: {' '.join(check)}")
    return tests or bool(failed)


def say(line: str) -> None:
    """A line of what was done."""
    sys.stdout.write(f"script/windows.py: {line}\n")


def main() -> int:
    """Do what is asked for."""
    what, *arguments = sys.argv[1:] or [""]
    if what not in {"setup", "server", "test"} or (what == "setup" and arguments not in ([], ["--dev"])):
        sys.stderr.write("usage: script/windows.py setup [--dev] | server … | test …\n")
        return 2
    setup("development" if what == "test" or arguments == ["--dev"] else "playing")
    return serve(arguments) if what == "server" else test(arguments) if what == "test" else 0


if __name__ == "__main__":
    sys.exit(main())
