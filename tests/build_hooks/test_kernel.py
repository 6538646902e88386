"""The kernel's libraries: made where they can be, and it is said where they can't."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.build_hooks.conftest import KERNEL, NOTHING, Install

from build_hooks import kernel

GCC = kernel.Compiler(["gcc"], 0, {})
ZIG = kernel.Compiler(["zig", "cc"], 1, {})
NAMES = sorted(kernel.libraries(platform.machine(), GCC))

with_compiler = pytest.mark.skipif(
    not any(map(shutil.which, ("cc", "gcc", "clang"))), reason="this machine has no C compiler"
)


def libraries(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*.so*"))


def test_x86_64_gets_a_library_for_each_level() -> None:
    assert kernel.libraries("x86_64", GCC) == kernel.libraries("AMD64", GCC)
    assert {name: options[0] for name, options in kernel.libraries("x86_64", GCC).items()} == {
        "_kernel_avx512vnni.so": "-march=x86-64-v4",
        "_kernel_avxvnni.so": "-march=x86-64-v3",
        "_kernel_v3.so": "-march=x86-64-v3",
        "_kernel_v2.so": "-march=x86-64-v2",
    }
    assert kernel.libraries("x86_64", ZIG)["_kernel_v3.so"] == ["-mcpu=x86_64_v3"]


def test_64_bit_arm_gets_one_with_products_of_four() -> None:
    for machine_name in ("aarch64", "arm64", "ARM64"):
        assert kernel.libraries(machine_name, GCC) == {
            "_kernel_v8.so": ["-march=armv8-a"],
            "_kernel_dotprod.so": ["-march=armv8.2-a+dotprod"],
        }
    assert kernel.libraries("aarch64", ZIG)["_kernel_dotprod.so"] == ["-mcpu=generic+dotprod"]


@pytest.mark.parametrize("machine_name", ["riscv64", ""])
def test_other_machines_get_one(machine_name: str) -> None:
    assert kernel.libraries(machine_name, GCC) == {"_kernel.so": []}
    assert kernel.libraries(machine_name, ZIG) == {"_kernel.so": ["-mcpu=baseline"]}


@with_compiler
def test_editable_install_puts_libraries_beside_the_source(project: Path, install: Install) -> None:
    said, _ = install()
    assert said.startswith("kernel built with ")
    assert libraries(project) == NAMES  # the old one is gone
    for name in NAMES:
        half = ctypes.CDLL(str(project / "src/sideman/model/native" / name)).half
        half.argtypes, half.restype = [ctypes.c_float], ctypes.c_float
        assert half(3) == 1.5
        assert name in said


@with_compiler
def test_editable_install_follows_the_source(project: Path, install: Install) -> None:
    contents = []
    for source in (KERNEL, KERNEL.replace("2", "4")):
        (project / "src/sideman/model/native/kernel.c").write_text(source)
        install()
        contents.append([path.read_bytes() for path in sorted(project.rglob("*.so"))])
    assert all(old != new for old, new in zip(*contents, strict=True))


def test_off_builds_none_and_takes_the_old_away(
    project: Path, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDEMAN_KERNEL", "off")
    assert install()[0] == "no kernel, composing will be slower: SIDEMAN_KERNEL=off\n"
    assert libraries(project) == []


def test_without_any_compiler_it_goes_on(project: Path, install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    said, _ = install()
    assert "no cc, gcc or clang; ERROR: No matching distribution found; install a C compiler" in said
    assert said.count("\n") == 1
    assert libraries(project) == []


@with_compiler
def test_error_in_the_source_is_named(project: Path, install: Install) -> None:
    (project / "src/sideman/model/native/kernel.c").write_text("int broken(void) { return nothing; }\n")
    said, _ = install()
    assert "kernel.c:1:" in said
    assert "nothing" in said
    assert libraries(project) == []


@pytest.mark.parametrize("compiler", ["no-such-compiler -m64", "'", "false"])
def test_compiler_that_does_not_work_is_no_failure(
    install: Install, monkeypatch: pytest.MonkeyPatch, compiler: str
) -> None:
    monkeypatch.setenv("CC", compiler)
    assert install()[0].startswith("no kernel, ")


@with_compiler
def test_named_compiler_is_used(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", f"{shutil.which('env')} cc")
    assert install()[0].startswith("kernel built with env: ")


@with_compiler
def test_fetched_compiler_is_the_second_choice(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "fetched_compiler", lambda _: GCC._replace(command=["cc"]))
    monkeypatch.setenv("CC", "false")
    assert install()[0].startswith("kernel built with cc: ")


def test_older_glibc_is_for_the_fetched_compiler_alone(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[kernel.Compiler] = []

    def compiled(_source: Path, _folder: Path, compiler: kernel.Compiler) -> list[Path]:
        used.append(compiler)
        return []

    monkeypatch.setattr(kernel, "fetch", lambda *_: None)
    monkeypatch.setattr(kernel, "compile_kernel", compiled)
    monkeypatch.setenv("SIDEMAN_GLIBC", "2.17")
    assert install()[0].startswith("kernel built with zig: ")
    assert [compiler.command[-2:] for compiler in used] == [["-target", f"{platform.machine()}-linux-gnu.2.17"]]


def test_what_zig_caches_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = []
    monkeypatch.setattr(kernel, "fetch", lambda *arguments: fetched.append(arguments))
    compiler = kernel.fetched_compiler(tmp_path)
    assert fetched == [(kernel.ZIG, tmp_path)]
    assert all(Path(folder).is_relative_to(tmp_path) for folder in compiler.environment.values())
    assert Path(compiler.command[0]).is_relative_to(tmp_path)


def test_compiler_that_cannot_be_fetched_says_so(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        kernel.fetched_compiler(tmp_path)
    assert caught.value is NOTHING
