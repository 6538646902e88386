"""The page: built where it can be, once for the same sources, and it is said where it can't."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.build_hooks.conftest import Install, Machine

from build_hooks import node, page

BUILT = [".sources", "assets/page-1.js", "index.html"]


@pytest.fixture(autouse=True)
def _no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDEMAN_KERNEL", "off")


def files(project: Path) -> list[str]:
    """What the page is made of."""
    folder = project / page.PAGE
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def heading(project: Path) -> str:
    return (project / page.PAGE / "index.html").read_text()


def test_editable_install_puts_it_in_place(project: Path, install: Install, machine: Machine) -> None:
    machine.has("20.19.0")
    assert install()[1] == "web page built with node 20.19.0\n"
    assert machine.calls == ["ci --include=dev", "run build"]
    assert files(project) == BUILT


def test_same_sources_are_not_built_again(project: Path, install: Install, machine: Machine) -> None:
    machine.has("20.19.0")
    install()
    assert machine.calls
    (project / "frontend/index.html").touch()
    for name in ("src/main.test.ts", "src/band.fixture.ts", ".DS_Store"):  # no part of it
        (project / "frontend" / name).touch()
    assert install()[1] == "web page is up to date\n"
    assert machine.calls == []
    assert files(project) == BUILT


@pytest.mark.parametrize("change", ["edited", "renamed", "added", "deleted"])
def test_other_sources_are_built_with_what_is_installed(
    project: Path, install: Install, machine: Machine, change: str
) -> None:
    machine.has("20.19.0")
    install()
    assert machine.calls
    main = project / "frontend/src/main.ts"
    match change:
        case "edited":
            (project / "frontend/index.html").write_text("<h1>two</h1>")
        case "renamed":
            main.rename(main.with_name("other.ts"))
        case "added":
            main.with_name("more.ts").touch()
        case _:
            main.unlink()
    install()
    assert machine.calls == ["run build"]
    assert (heading(project) == "<h1>two</h1>") is (change == "edited")


@pytest.mark.parametrize("name", page.PACKAGES)
def test_other_packages_are_installed(project: Path, install: Install, machine: Machine, name: str) -> None:
    machine.has("20.19.0")
    install()
    assert machine.calls
    (project / "frontend" / name).write_text("other")
    install()
    assert machine.calls == ["ci --include=dev", "run build"]


def test_page_that_someone_else_built_is_built_again(project: Path, install: Install, machine: Machine) -> None:
    machine.has("20.19.0")
    install()
    (project / page.PAGE / page.DIGEST).unlink()
    (project / page.PAGE / "index.html").write_text("by hand")
    install()
    assert heading(project) == "<h1>one</h1>"


def test_fetched_node_is_the_second_choice(project: Path, install: Install, machine: Machine) -> None:
    machine.has("18.0.0")
    fetched = node.Node([str(machine.path / "npm")], {}, "a fetched node")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "fetched_node", lambda _: fetched)
        assert install()[1] == "web page built with a fetched node\n"
    assert files(project) == BUILT


def test_off_leaves_it_as_it_is(
    project: Path, install: Install, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has("20.19.0")
    install()
    assert machine.calls
    (project / "frontend/index.html").write_text("<h1>two</h1>")
    monkeypatch.setenv("SIDEMAN_PAGE", "off")
    assert install()[1] == "no web page built: SIDEMAN_PAGE=off\n"
    assert machine.calls == []
    assert heading(project) == "<h1>one</h1>"


def test_without_any_node_it_goes_on(install: Install, machine: Machine, project: Path) -> None:
    machine.has("20.19.0")
    (machine.path / "node").unlink()
    said = install()[1]
    assert said.startswith("no web page: no node; ERROR: No matching distribution found; ")
    assert page.REMEDY in said
    assert said.count("\n") == 1
    assert not (project / page.PAGE).exists()


def test_page_that_can_not_be_built_again_stays(project: Path, install: Install, machine: Machine) -> None:
    machine.has("20.19.0")
    install()
    (project / "frontend/index.html").write_text("<h1>two</h1>")
    (machine.path / "node").unlink()
    assert install()[1].startswith("the web page is the one from before: no node; ")
    assert heading(project) == "<h1>one</h1>"
    machine.has("20.19.0")
    install()
    assert heading(project) == "<h1>two</h1>"


@pytest.mark.parametrize("command", ["ci", "run"])
def test_npm_that_fails_is_no_failure_and_names_the_reason(
    project: Path, install: Install, machine: Machine, command: str
) -> None:
    machine.has("20.19.0")
    script = (machine.path / "npm").read_text()
    failing = f'[ "$1" = {command} ] && {{ echo "npm error code X\nnpm error it rains\nnpm error log" >&2; exit 1; }}\n'
    machine.write("npm", script.replace("\n", f"\n{failing}", 1))
    assert install()[1] == f"no web page: it rains; {page.REMEDY}\n"
    assert not (project / page.PAGE).exists()


@pytest.mark.parametrize(
    ("stderr", "line"),
    [
        pytest.param(
            "npm warn old\nnpm error code ENOTFOUND\nnpm error errno ENOTFOUND\nnpm error network request to x failed",
            "network request to x failed",
            id="no network",
        ),
        pytest.param(
            "npm error code EUSAGE\nnpm error\nnpm error not in sync\nnpm error", "not in sync", id="lock file"
        ),
        pytest.param(
            "✗ Build failed\nerror during build:\nBuild failed with 1 error:\n\n\x1b[31m[UNRESOLVED] \x1b[0mno './x'\n",
            "[UNRESOLVED] no './x'",
            id="sources",
        ),
        pytest.param("sh: 1: vite: not found", "sh: 1: vite: not found", id="shell"),
        pytest.param("npm error code X", "npm error code X", id="nothing more"),
    ],
)
def test_why(stderr: str, line: str) -> None:
    assert page.why(subprocess.CalledProcessError(1, "npm", stderr=stderr)) == line


def test_project_without_sources(project: Path, install: Install, machine: Machine) -> None:
    machine.has("20.19.0")
    (project / "frontend/package.json").unlink()
    assert install()[1] == "no web page: there is no frontend/ to build it from\n"
    assert machine.calls == []


def test_nothing_of_the_machines_environment_changes_the_build(
    project: Path, install: Install, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has("20.19.0")
    script = (machine.path / "npm").read_text()
    machine.write("npm", f'{script}\n[ "$1" = run ] && echo "$NODE_ENV" >"$5/index.html"; true\n')
    monkeypatch.setenv("NODE_ENV", "development")
    install()
    assert heading(project) == "production\n"
    assert os.environ["NODE_ENV"] == "development"


def test_refreshed_by_itself(project: Path, machine: Machine) -> None:
    machine.has("20.19.0")
    said = [page.refresh(project) for _ in range(2)]
    assert said == ["web page built with node 20.19.0", "web page is up to date"]
    assert (project / "build/page.log").read_text() == "web page is up to date\n"
    assert files(project) == BUILT
