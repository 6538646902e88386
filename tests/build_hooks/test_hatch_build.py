"""hatch_build.py as hatchling calls it: what gets into a wheel, and what an installation says that can't write."""

from __future__ import annotations

import json
import platform
import tarfile
import zipfile
from pathlib import Path

import hatch_build
import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from tests.build_hooks.conftest import ROOT, Install, Machine
from tests.build_hooks.test_kernel import NAMES, with_compiler

from build_hooks import node, page


def wheel(project: Path, folder: Path) -> tuple[str, list[str], str]:
    """The tag of the project's wheel, the names of its files, and its WHEEL file."""
    (path,) = WheelBuilder(str(project)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        (metadata,) = (archive.read(name).decode() for name in names if name.endswith("/WHEEL"))
    return Path(path).stem.split("-", 2)[2], sorted(names), metadata


@with_compiler
def test_wheel_holds_what_was_made_and_names_its_platform(project: Path, tmp_path: Path, machine: Machine) -> None:
    machine.has("20.19.0")
    tag, names, metadata = wheel(project, tmp_path)
    assert tag.startswith("py3-none-")
    assert tag.endswith(platform.machine().lower())
    assert "manylinux" not in tag
    assert f"Tag: {tag}" in metadata
    assert "Root-Is-Purelib: false" in metadata
    assert [name for name in names if name.endswith(".so")] == [f"sideman/model/native/{name}" for name in NAMES]
    assert [name for name in names if name.startswith("sideman/web/page/")] == [
        f"sideman/web/page/{name}" for name in (".sources", "assets/page-1.js", "index.html")
    ]
    assert sorted(path.name for path in project.rglob("*.so")) == ["_kernel_old.so"]  # the source is left as it was
    assert not (project / "src/sideman/web/page").exists()


def test_wheel_without_kernel_is_for_every_platform(
    project: Path, tmp_path: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has("20.19.0")
    monkeypatch.setenv("SIDEMAN_KERNEL", "off")
    tag, names, _ = wheel(project, tmp_path)
    assert tag.endswith("none-any")
    assert not [name for name in names if name.endswith(".so")]
    assert "sideman/web/page/index.html" in names


def test_wheel_of_a_machine_that_has_nothing(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    stale = project / "src/sideman/web/page"
    stale.mkdir()
    (stale / "index.html").write_text("of other sources")
    tag, names, _ = wheel(project, tmp_path)
    assert tag.endswith("none-any")
    assert not [name for name in names if name.endswith(".so") or "/page/" in name]


@pytest.mark.parametrize(("lacking", "said"), [("SIDEMAN_KERNEL", "no kernel"), ("SIDEMAN_PAGE", "no web page")])
def test_wheel_that_is_to_be_complete_is_none_without(
    project: Path, tmp_path: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch, lacking: str, said: str
) -> None:
    machine.has("20.19.0")
    monkeypatch.setenv("SIDEMAN_STRICT", "on")
    monkeypatch.setenv(lacking, "off")
    with pytest.raises(Exception, match=f"{said}.*{lacking}=off"):  # hatchling loads a class of its own
        wheel(project, tmp_path)
    assert not [*tmp_path.glob("*.whl")]


def test_wheel_of_macos_is_for_the_system_that_it_was_compiled_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    monkeypatch.setenv("MACOSX_DEPLOYMENT_TARGET", "11.0")
    assert hatch_build.platform_tag() == "macosx_11_0_arm64"


def test_wheel_takes_the_page_that_is_in_place(
    project: Path, tmp_path: Path, install: Install, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDEMAN_KERNEL", "off")
    machine.has("20.19.0")
    install()
    assert machine.calls
    _, names, _ = wheel(project, tmp_path)
    assert machine.calls == []
    assert "sideman/web/page/index.html" in names


def test_folder_that_cannot_be_written_is_no_failure(
    project: Path, install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "build").touch()
    with pytest.raises(NotADirectoryError):
        install()  # there is no log to read
    said = capsys.readouterr().err
    assert said.count("could not be put into place: [Errno") == 2


@pytest.mark.slow
def test_source_distribution_can_build_both(tmp_path: Path) -> None:
    (path,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for needed in ("hatch_build.py", "build_hooks/page.py", "frontend/package-lock.json", "frontend/.npmrc"):
        assert needed in names
    assert "src/sideman/model/native/kernel.c" in names
    made = [name for name in names if "node_modules" in name or name.endswith(".so") or "/web/page/" in name]
    assert made == []


@pytest.mark.slow
def test_wheel_has_the_licences_of_what_its_page_was_built_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDEMAN_KERNEL", "off")
    monkeypatch.setattr(page, "find_node", unreachable)
    if page.build(ROOT, tmp_path)[0] is None:
        pytest.skip("THE PAGE IS NOT BUILT FROM THESE SOURCES, so its licences were not tested: run script/setup")
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(path) as archive:
        licences = archive.read("sideman/web/page/licences.txt").decode()
        (notice,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("/NOTICE"))
    for name in json.loads((ROOT / "frontend/package.json").read_text("utf-8"))["dependencies"]:
        assert f"\n{name} (" in licences
    assert "sideman/web/page/licences.txt" in notice


def unreachable(_folder: Path) -> tuple[node.Node, str]:
    raise FileNotFoundError("no node")
