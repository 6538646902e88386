"""A project of one small package, a machine whose node and npm are shell scripts, and a network that has nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hatch_build
import pytest

from build_hooks import kernel, node

ROOT = Path(__file__).parents[2]
KERNEL = '__attribute__((visibility("default"))) float half(float x) { return x / 2; }'
PROJECT = """
[project]
name = "sideman"
version = "0"
[tool.hatch.build.targets.wheel]
packages = ["src/sideman"]
exclude = ["_kernel*.so", "/src/sideman/web/page"]
[tool.hatch.build.targets.wheel.hooks.custom]
path = "hatch_build.py"
"""
NPM = """#!/bin/sh
case $1 in
  --version) echo {version} ;;
  *) echo "$@" >>{calls} ;;
esac
case $1 in
  ci) mkdir node_modules 2>/dev/null || true ;;
  run) mkdir -p "$5/assets" && cp index.html "$5/" && cp index.html "$5/assets/page-1.js" ;;
esac
"""
NOTHING = subprocess.CalledProcessError(1, "pip", stderr="WARNING: Retrying\nERROR: No matching distribution found\n")


class Machine:
    """What is installed where the project is built."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "bin"
        self.path.mkdir()
        self._calls = folder / "calls"

    def has(self, node: str, npm: str = "10.9.0") -> None:
        """Put a node in, which says that it is of a version, and its npm."""
        self.write("node", f"#!/bin/sh\necho v{node}\n")
        self.write("npm", NPM.format(version=npm, calls=self._calls))

    def write(self, name: str, script: str) -> None:
        (self.path / name).write_text(script)
        (self.path / name).chmod(0o755)

    @property
    def calls(self) -> list[str]:
        """What npm was asked to do, with what; and forgets it."""
        if not self._calls.exists():
            return []
        said = self._calls.read_text().splitlines()
        self._calls.unlink()
        return [" ".join(line.split()[:2]) for line in said]


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Nothing that is set or installed where the tests run matters to them, but a compiler; nothing is ever fetched."""
    for name in ("CC", "MACOSX_DEPLOYMENT_TARGET", "SIDEMAN_GLIBC", "SIDEMAN_KERNEL", "SIDEMAN_PAGE", "SIDEMAN_STRICT"):
        monkeypatch.delenv(name, raising=False)
    machine = Machine(tmp_path)
    for name in ("as", "cc", "cp", "env", "false", "gcc", "clang", "ld", "mkdir"):
        if found := shutil.which(name):
            (machine.path / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(machine.path))
    for module in (kernel, node):
        monkeypatch.setattr(module, "fetch", unreachable)
    monkeypatch.setattr(sys, "path", [*sys.path])  # hatch_build.py adds to it
    return machine


def unreachable(_requirement: str, _folder: Path) -> None:
    raise NOTHING


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project, with the library of an installation that an older compiler made."""
    root = tmp_path / "project"
    native = root / "src/sideman/model/native"
    native.mkdir(parents=True)
    (native / "kernel.c").write_text(KERNEL)
    (native.parent / "__init__.py").touch()
    (native / "_kernel_old.so").touch()
    (root / "src/sideman/web").mkdir()
    (root / "frontend/src").mkdir(parents=True)
    (root / "frontend/index.html").write_text("<h1>one</h1>")
    for name in ("package.json", "package-lock.json", "src/main.ts"):
        (root / "frontend" / name).write_text("{}")
    (root / "pyproject.toml").write_text(PROJECT)
    shutil.copy(ROOT / "hatch_build.py", root)
    shutil.copytree(ROOT / "build_hooks", root / "build_hooks", ignore=shutil.ignore_patterns("__pycache__"))
    return root


Install = Callable[[], tuple[str, str]]


@pytest.fixture
def install(project: Path) -> Install:
    """Does what an editable install does, and returns what it logs of the kernel and of the page."""

    def run() -> tuple[str, str]:
        config: Any = None  # what hatchling knows of the project: the hook needs none of it
        editable = hatch_build.SidemanBuildHook(str(project), {}, config, config, str(project), "wheel")
        build_data: dict[str, Any] = {}
        editable.initialize("editable", build_data)
        editable.finalize("editable", build_data, "")
        assert build_data == {}
        return (project / "build/kernel.log").read_text(), (project / "build/page.log").read_text()

    return run
