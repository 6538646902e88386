"""What holds for the project as a whole: its layers, what it exports, and that its documents tell the truth."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

import pytest
import typer

import sideman

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "sideman"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
DOCUMENTS = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]
LAYERS, CIRCLE, TORCH, DETOUR, WEB, MANY = (contract["name"] for contract in CONTRACTS)

SCRIPTS = [
    *(
        "script/docs",
        "script/lock",
        "script/release",
        "script/screenshots",
        "script/server",
        "script/setup",
        "script/test",
    ),
    ".ci/run",
]

# The public door: a change here is a change of the interface.
EXPORTED = [
    *("ArrangeOptions", "Arrangement", "Band", "Bar", "Composition", "Model", "Note", "Progression", "Rendition"),
    *("Role", "Selection", "SidemanError", "Track", "__version__", "arrange", "parse"),
    *("read_composition", "read_midi", "write_audio", "write_composition", "write_midi"),
]


def run(*command: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's folder, or another, and capture what it says."""
    return subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=120
    )


# Layers


def contracts_report(source: Path) -> str:
    """What is said of the package below ``source``."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache', '--no-logo'])"
    result = run(sys.executable, "-c", command, PYTHONPATH=str(source), NO_COLOR="1", COLUMNS="200")
    assert result.returncode == (" BROKEN" in result.stdout), result.stdout + result.stderr
    return result.stdout


BREAKS = [  # a line of a module, the contract that it breaks, and what is said of it
    pytest.param("errors.py", "import sideman.music", LAYERS, "errors -> sideman.music", id="upwards"),
    pytest.param(
        "composer.py",
        "import sideman.arranging",
        LAYERS,
        "composer -> sideman.arranging",
        id="from the composer upwards",
    ),
    pytest.param(
        "tokens/__init__.py", "import sideman.render", LAYERS, "tokens -> sideman.render", id="between siblings"
    ),
    pytest.param("helper.py", "", LAYERS, "- sideman.helper", id="a module without a layer"),
    pytest.param(
        "model/engine.py",
        "def f(): import sideman.model.runtime",
        CIRCLE,
        ".engine -> .runtime",
        id="a circle in a package",
    ),
    pytest.param(
        "render/__init__.py", "import torch", TORCH, "sideman.render -> torch", id="torch outside of training"
    ),
    pytest.param(
        "arranging.py", "import sideman.model.gpt2", DETOUR, "arranging -> sideman.model.gpt2", id="torch by a detour"
    ),
    pytest.param(
        "model/kernel.py",
        "import sideman.model.gpt2",
        DETOUR,
        "kernel -> sideman.model.gpt2",
        id="torch behind the kernel",
    ),
    pytest.param(
        "music/__init__.py", "import fastapi", WEB, "sideman.music -> fastapi", id="a web framework outside of the web"
    ),
    pytest.param(
        "web/store.py",
        "import sqlalchemy",
        MANY,
        "sideman.web.store -> sqlalchemy",
        id="what many machines need in a server of one",
    ),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a copy of the package whose contracts are broken in all these ways."""
    copy = tmp_path_factory.mktemp("broken")
    shutil.copytree(SOURCE, copy / "sideman", ignore=shutil.ignore_patterns("__pycache__", "data", "weights"))
    for each in BREAKS:
        module, line, *_ = each.values
        with (copy / "sideman" / str(module)).open("a") as file:
            file.write(f"\n{line}\n")
    return contracts_report(copy)


@pytest.mark.parametrize(("module", "line", "contract", "said"), BREAKS)
def test_contract_is_broken_by(broken: str, module: str, line: str, contract: str, said: str) -> None:
    assert said in broken.split(f"\n{contract}\n---")[1].split("\n---", maxsplit=1)[0], (module, line)


def test_contracts_are_kept() -> None:
    assert " BROKEN" not in contracts_report(SOURCE.parent)


def test_architecture_shows_the_layers_that_are_checked() -> None:
    checked = [re.findall(r"\w+", row) for row in CONTRACTS[0]["layers"]]
    section = ARCHITECTURE.split("## Layers")[1].split("\n## ")[0]
    shown = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in section.splitlines() if row.startswith("| `")]
    assert shown == checked


def test_playing_needs_no_torch() -> None:
    modules = ("sideman", "sideman.arranging", "sideman.cli", "sideman.model.kernel", "sideman.model.numpy_engine")
    heavy = {"torch", "transformers", "tensorboard", "matplotlib", "mido"}
    lines = [f"import {module}; print({module!r}, {heavy} & {{*sys.modules}})" for module in modules]
    result = run(sys.executable, "-c", "\n".join(["import sys", *lines]))
    told = [f"{module} set()" for module in modules]
    assert (result.returncode, result.stdout.splitlines(), result.stderr) == (0, told, "")


def test_torch_is_no_requirement_of_playing() -> None:
    assert [line for line in requires("sideman") or [] if line.startswith("torch") and "extra ==" not in line] == []


# Names


def test_exported_names() -> None:
    assert sorted(sideman.__all__) == EXPORTED
    assert [name for name in EXPORTED if not hasattr(sideman, name)] == []


def test_entry_point() -> None:
    module, _, function = PROJECT["project"]["scripts"]["sideman"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_installed_version_is_the_projects() -> None:
    assert version("sideman") == sideman.__version__ == PROJECT["project"]["version"]


def test_the_package_runs_as_a_module() -> None:
    result = run(sys.executable, "-m", "sideman", "--version")
    assert (result.returncode, result.stdout) == (0, f"sideman {version('sideman')}\n")


# Documents


def test_readme_starts_with_the_two_commands() -> None:
    commands = [line.split()[0] for line in README.splitlines()[:6] if line.startswith("    ")]
    assert commands == ["script/server", "script/test"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_can_be_run(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    assert run("bash", "-n", script).stderr == ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_readme_tree_is_the_folder() -> None:
    tree = README.split("## What is where")[1].split("```")[1]
    shown = re.findall(r"^  ([\w.]+)", tree, re.MULTILINE)
    there = {path.name for path in SOURCE.iterdir()} - {"__pycache__", "py.typed"}
    assert sorted(shown) == sorted(there)
    assert [name for name in re.findall(r"^([\w/]+)/ ", tree, re.MULTILINE) if not (ROOT / name).is_dir()] == []


def test_readme_commands_exist_with_their_options() -> None:
    from sideman.cli import command_line

    group: Any = command_line()
    whole, commands = typer.Context(group, **group.context_settings), group.commands
    lines = re.findall(r"^ *sideman (.+?)(?:  #.*)?$", README, re.MULTILINE)
    assert {line.split()[0] for line in lines} <= commands.keys()
    assert [name for name in commands if f"sideman {name}" not in README] == []
    for line in lines:
        name, *arguments = re.sub(r'"[^"]*"', "TEXT", line).split()
        options = [parameter.opts + parameter.secondary_opts for parameter in commands[name].params]
        known = {option for spellings in options for option in spellings}
        assert [word for word in arguments if word.startswith("-") and word not in known] == [], line
        # Raises where one is missing. The command is everybody's, and keeps the options that it makes here.
        words = re.sub(r'"[^"]*"', "TEXT", line).split()[1:]
        commands[name].make_context(name, words, parent=whole)


def test_readme_leads_to_every_document() -> None:
    documents = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((*ROOT.glob("docs/*.md"), *ROOT.glob("docs/tutorials/*.md")))
    ]
    assert sorted({*re.findall(r"\]\((docs/[^)#]+\.md)\)", README)}) == documents


@pytest.mark.slow
@pytest.mark.skipif(not [*SOURCE.rglob("*.safetensors")], reason="the package holds no weights to play with")
def test_readme_quick_start_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sideman.cli import main

    section = README.split("## Quick start")[1].split("\n## ")[0]
    (shell,) = re.findall(r"```sh\n(.+?)```", section, re.DOTALL)
    python = "".join(re.findall(r"```python\n(.+?)```", section, re.DOTALL))
    monkeypatch.chdir(tmp_path)
    for line in shell.splitlines():
        if line.startswith("printf "):
            assert run("bash", "-ec", line, folder=tmp_path).returncode == 0
        elif line.startswith("sideman "):  # in this process: another one for each would start for a second
            monkeypatch.setattr(sys, "argv", shlex.split(line, comments=True))
            with pytest.raises(SystemExit) as ended:
                main()
            assert not ended.value.code, line
    for name in re.findall(r"\w+\.(?:mid|mp3|wav)", shell):
        assert (tmp_path / name).stat().st_size > 0
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(python, "README.md", "exec"), {})
    assert printed.getvalue()


def test_package_index_shows_no_picture_and_no_link_that_leads_nowhere() -> None:
    text = (ROOT / PROJECT["project"]["readme"]).read_text("utf-8")
    assert re.findall(r"!\[", text) == []
    assert re.findall(r"\]\((?!https://)", text) == []


def test_release_does_what_scripts_do() -> None:
    workflow = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
    commands = re.findall(r"^ *- run: (.+)$", workflow, re.MULTILINE)
    assert commands == [".ci/run", "script/release"]
    assert set(re.findall(r"uses: (\S+)/\S+@", workflow)) == {"actions", "pypa"}
    assert "secrets." not in workflow


def test_contributing_names_what_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = {
        name
        for name in re.findall(r"`([\w.-]+(?:/[\w.-]+)+/?)(?:::\w+)?`", text)
        if "NAME" not in name and not name.startswith("build/")
    }
    places = (ROOT, SOURCE, ROOT / "tests/web")
    assert [name for name in sorted(named) if not any((place / name).exists() for place in places)] == []
    assert len(named) > 40
    tables = re.findall(r"`([A-Z_]{4,})`", text)
    code = "".join(path.read_text("utf-8") for path in (*SOURCE.rglob("*.py"), *ROOT.glob("frontend/src/**/*.ts")))
    assert [name for name in tables if name != "NAME" and not re.search(rf"\b{name}\b.* =", code)] == []


def test_every_decision_is_listed() -> None:
    decisions = sorted(path.name for path in ROOT.glob("docs/adr/*.md"))
    assert re.findall(r"\(adr/(.+?)\)", ARCHITECTURE) == decisions


def test_changelog_knows_the_version() -> None:
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[0] == PROJECT["project"]["version"]


def test_torch_version_is_the_same_in_all_places() -> None:
    (pinned,) = re.findall(r"^TORCH=(\S+)", (ROOT / "script/setup").read_text(), re.MULTILINE)
    assert f"torch=={pinned.rpartition('.')[0]}.*" in PROJECT["project"]["optional-dependencies"]["train"]
    assert set(re.findall(r"torch==([\d.]+)", README)) == {pinned}


def test_credit_and_licence_travel_with_the_package() -> None:
    assert PROJECT["project"]["license-files"] == ["LICENSE", "NOTICE"]
    notice = (ROOT / "NOTICE").read_text()
    for name in ("Dong", "Hsiao", "Li-Chia Yang", "Yi-Hsuan Yang", "Raffel", "CC BY 4.0", "FluidR3"):
        assert name in notice
        assert name in README
