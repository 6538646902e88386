"""hatch_build.py, which makes the kernel's libraries where it can and says so where it can't."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import hatch_build
import pytest
from hatchling.builders.wheel import WheelBuilder

KERNEL = '__attribute__((visibility("default"))) float half(float x) { return x / 2; }'
PROJECT = """
[project]
name = "sideman"
version = "0"
[tool.hatch.build.targets.wheel]
packages = ["src/sideman"]
exclude = ["_kernel*.so"]
[tool.hatch.build.targets.wheel.hooks.custom]
path = "hatch_build.py"
"""
GCC = hatch_build.Compiler(["gcc"], "-march=x86-64-{}", [], {})
ZIG = hatch_build.Compiler(["zig", "cc"], "-mcpu=x86_64_{}", ["-mcpu=baseline"], {})
NAMES = sorted(hatch_build.libraries(platform.machine(), GCC))

FETCH = hatch_build.fetched_compiler  # before the tests replace it

with_compiler = pytest.mark.skipif(
    not any(map(shutil.which, ("cc", "gcc", "clang"))), reason="this machine has no C compiler"
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is set where the tests run matters to them, and nothing is ever fetched."""
    for name in ("CC", "SIDEMAN_KERNEL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(hatch_build, "fetched_compiler", unreachable)


def unreachable(_: Path) -> hatch_build.Compiler:
    raise subprocess.CalledProcessError(1, "pip", stderr="WARNING: Retrying\nERROR: No matching distribution found\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one small package, with the library of an installation that an older compiler made."""
    root = tmp_path / "project"
    native = root / "src/sideman/model/native"
    native.mkdir(parents=True)
    (native / "kernel.c").write_text(KERNEL)
    (native.parent / "__init__.py").touch()
    (native / "_kernel_old.so").touch()
    (root / "pyproject.toml").write_text(PROJECT)
    shutil.copy(hatch_build.__file__, root)
    return root


def libraries(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*.so*"))


def hook(root: Path) -> hatch_build.KernelBuildHook:
    config: Any = None  # what hatchling knows of the project: the hook needs none of it
    return hatch_build.KernelBuildHook(str(root), {}, config, config, str(root), "wheel")


def install(root: Path) -> str:
    """Do what an editable install does, and return what it logs."""
    editable = hook(root)
    build_data: dict[str, Any] = {}
    editable.initialize("editable", build_data)
    editable.finalize("editable", build_data, "")
    return (root / "build/kernel.log").read_text()


def test_x86_64_gets_a_library_for_each_level() -> None:
    assert hatch_build.libraries("x86_64", GCC) == hatch_build.libraries("AMD64", GCC)
    assert {name: options[0] for name, options in hatch_build.libraries("x86_64", GCC).items()} == {
        "_kernel_avx512vnni.so": "-march=x86-64-v4",
        "_kernel_avxvnni.so": "-march=x86-64-v3",
        "_kernel_v3.so": "-march=x86-64-v3",
        "_kernel_v2.so": "-march=x86-64-v2",
    }
    assert hatch_build.libraries("x86_64", ZIG)["_kernel_v3.so"] == ["-mcpu=x86_64_v3"]


@pytest.mark.parametrize("machine", ["aarch64", "arm64", "riscv64", ""])
def test_other_machines_get_one(machine: str) -> None:
    assert hatch_build.libraries(machine, GCC) == {"_kernel.so": []}
    assert hatch_build.libraries(machine, ZIG) == {"_kernel.so": ["-mcpu=baseline"]}


@with_compiler
def test_editable_install_puts_libraries_beside_the_source(project: Path) -> None:
    said = install(project)
    assert said.startswith("kernel built with ")
    assert libraries(project) == NAMES  # the old one is gone
    for name in NAMES:
        half = ctypes.CDLL(str(project / "src/sideman/model/native" / name)).half
        half.argtypes, half.restype = [ctypes.c_float], ctypes.c_float
        assert half(3) == 1.5
        assert name in said


@with_compiler
def test_editable_install_follows_the_source(project: Path) -> None:
    contents = []
    for source in (KERNEL, KERNEL.replace("2", "4")):
        (project / "src/sideman/model/native/kernel.c").write_text(source)
        install(project)
        contents.append([path.read_bytes() for path in sorted(project.rglob("*.so"))])
    assert all(old != new for old, new in zip(*contents, strict=True))


@with_compiler
def test_wheel_holds_the_libraries_and_names_its_platform(project: Path, tmp_path: Path) -> None:
    (path,) = WheelBuilder(str(project)).build(directory=str(tmp_path), versions=["standard"])
    tag = Path(path).stem.split("-", 2)[2]
    assert tag.startswith("py3-none-")
    assert tag.endswith(platform.machine().lower())
    assert "manylinux" not in tag
    with zipfile.ZipFile(path) as wheel:
        assert sorted(name for name in wheel.namelist() if name.endswith(".so")) == [
            f"sideman/model/native/{name}" for name in NAMES
        ]
        (metadata,) = (wheel.read(name).decode() for name in wheel.namelist() if name.endswith("/WHEEL"))
    assert f"Tag: {tag}" in metadata
    assert "Root-Is-Purelib: false" in metadata
    assert libraries(project) == ["_kernel_old.so"]  # the source is left as it was


def test_wheel_without_kernel_is_for_every_platform(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDEMAN_KERNEL", "off")
    (path,) = WheelBuilder(str(project)).build(directory=str(tmp_path), versions=["standard"])
    assert Path(path).name.endswith("-none-any.whl")
    with zipfile.ZipFile(path) as wheel:
        assert not [name for name in wheel.namelist() if name.endswith(".so")]


def test_off_builds_none_and_takes_the_old_away(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDEMAN_KERNEL", "off")
    assert install(project) == "no kernel, composing will be slower: SIDEMAN_KERNEL=off\n"
    assert libraries(project) == []


def test_without_any_compiler_it_goes_on(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    said = install(project)
    assert "no cc, gcc or clang; ERROR: No matching distribution found; install a C compiler" in said
    assert said.count("\n") == 1
    assert libraries(project) == []


def test_compiler_that_cannot_be_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)  # no uv
    with pytest.raises(subprocess.CalledProcessError) as caught:
        FETCH(tmp_path)
    assert "ziglang" in hatch_build.reason(caught.value)


@with_compiler
def test_error_in_the_source_is_named(project: Path) -> None:
    (project / "src/sideman/model/native/kernel.c").write_text("int broken(void) { return nothing; }\n")
    said = install(project)
    assert "kernel.c:1:" in said
    assert "nothing" in said
    assert libraries(project) == []


@pytest.mark.parametrize("compiler", ["no-such-compiler -m64", "'", "false"])
def test_compiler_that_does_not_work_is_no_failure(
    project: Path, monkeypatch: pytest.MonkeyPatch, compiler: str
) -> None:
    monkeypatch.setenv("CC", compiler)
    assert install(project).startswith("no kernel, ")


@with_compiler
def test_named_compiler_is_used(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", f"{shutil.which('env')} cc")
    assert install(project).startswith("kernel built with env: ")


@with_compiler
def test_fetched_compiler_is_the_second_choice(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hatch_build, "fetched_compiler", lambda _: GCC._replace(command=["cc"]))
    monkeypatch.setenv("CC", "false")
    assert install(project).startswith("kernel built with cc: ")


def test_folder_that_cannot_be_written_is_no_failure(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "build").touch()
    with pytest.raises(NotADirectoryError):
        install(project)  # there is no log to read
    assert "no kernel, composing will be slower: [Errno" in capsys.readouterr().err
