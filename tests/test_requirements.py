"""requirements/, which script/setup installs, agrees with pyproject.toml, and holds what each package needs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
GROUPS = PROJECT["dependency-groups"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
ENTRY = re.compile(r"^(\S+)==(\S+)(?: ; .+?)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)
REMEDY = "pyproject.toml and requirements/ differ: run script/lock"


def locked(name: str) -> dict[str, list[Version]]:
    """The versions of a file, more than one where Pythons or platforms get different ones."""
    versions: dict[str, list[Version]] = {}
    for package, version, _ in ENTRY.findall((ROOT / f"requirements/{name}.txt").read_text("utf-8")):
        versions.setdefault(canonicalize_name(package), []).append(Version(version))
    return versions


def group(name: str) -> Iterator[Requirement]:
    for entry in GROUPS[name]:
        if isinstance(entry, dict):
            yield from group(entry["include-group"])
        else:
            yield Requirement(entry)


PLAYING = [*map(Requirement, PROJECT["project"]["dependencies"]), *group("build")]
DEVELOPMENT = [*PLAYING, *group("dev"), *map(Requirement, [*EXTRAS["train"], *EXTRAS["plot"]])]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("playing", PLAYING), ("development", DEVELOPMENT), ("release", [*group("release")]), ("docs", [*group("docs")])],
)
def test_locked_versions_are_what_the_project_asks_for(name: str, wanted: list[Requirement]) -> None:
    versions = locked(name)
    for requirement in wanted:
        if requirement.name != "torch":  # script/setup takes the CPU build
            found = versions.get(canonicalize_name(requirement.name), [])
            assert found, f"{requirement.name} is not locked: {REMEDY}"
            assert [version for version in found if version not in requirement.specifier] == [], REMEDY


@pytest.mark.parametrize("name", ["playing", "development"])
def test_what_a_locked_package_needs_is_locked(name: str) -> None:
    """By what is installed here. Pip would stop at the first package that has no hash."""
    versions = locked(name)
    for package in versions:
        try:
            needs = [Requirement(line) for line in requires(package) or []]
        except PackageNotFoundError:
            continue  # for another platform
        here = [need for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
        assert {canonicalize_name(need.name) for need in here} <= versions.keys(), f"{package}: {REMEDY}"


def test_builder_is_locked() -> None:
    assert {*PROJECT["build-system"]["requires"]} < {*GROUPS["build"]}


def test_who_develops_plays_with_the_same_versions() -> None:
    development = locked("development")
    assert {name: development.get(name) for name in locked("playing")} == locked("playing")


@pytest.mark.parametrize("name", ["docs", "playing", "development", "release"])
def test_every_entry_has_hashes_and_none_names_an_index(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text("utf-8")
    assert len(ENTRY.findall(text)) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)) > 0
    assert re.findall(r"://|^ *--(?!hash)\S+", text, re.MULTILINE) == []
    assert "torch" not in locked(name)


def test_lock_knows_what_torch_needs() -> None:
    script = (ROOT / "script/lock").read_text("utf-8")
    told = re.findall(r"^requires-dist = \[(.+)\]$", script, re.MULTILINE)
    needs = [Requirement(line) for line in requires("torch") or []]
    always = {str(need) for need in needs if not need.marker}
    assert {str(Requirement(text)) for text in re.findall(r'"(.+?)"', told[0])} == always
