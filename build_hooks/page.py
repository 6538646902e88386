"""Builds the web page, frontend/ to src/sideman/web/page/. Knows how npm is called, not what the page is made of.

An editable install gets it in place, a wheel from wherever it was built. A page holds the digest of what it was built
from, so that it is not built again. ``SIDEMAN_PAGE=off`` in the environment leaves things as they are.

npm and node are the machine's, or those of a wheel that is thrown away afterwards. No package gets to run a script of
its own while it is installed. As with the kernel, what can't be built is left out: the server says what is missing.

    python -m build_hooks.page           # what an editable install does, for the page alone
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from build_hooks.node import Node, fetched_node, system_node
from build_hooks.placing import put_in_place
from build_hooks.programs import FAILURES, lines_of, reason, run

SOURCE = Path("frontend")
PAGE = Path("src/sideman/web/page")
DIGEST = ".sources"  # in the page: of everything that it was built from; in node_modules: of the files below
PACKAGES = ("package.json", "package-lock.json", ".npmrc")
INSTALL = ("ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund")
WITHOUT = "no web page"
OUTDATED = "the web page is the one from before"
REMEDY = "see to a network, or to node 20.19, 22.12 or newer with npm (https://nodejs.org), and try again"
NOISE = re.compile(r"npm warn|(npm error *)?(code|syscall|errno|$)|✗|error during build|Build failed with")


def build(root: Path, folder: Path) -> tuple[Path | None, str]:
    """Make the page in the folder, or none; returns where one is, and the line that says so."""
    source, present = root / SOURCE, root / PAGE
    if os.environ.get("SIDEMAN_PAGE") == "off":
        return None, f"{WITHOUT} built: SIDEMAN_PAGE=off"
    if not (source / PACKAGES[0]).exists():
        return None, f"{WITHOUT}: there is no {SOURCE}/ to build it from"
    try:
        sources = digest(source, _files(source))
        if (present / "index.html").exists() and _holds(present, sources):
            return present, "web page is up to date"
        node, line = find_node(folder / "node")
        bundle(source, folder / "page", node)
        (folder / "page" / DIGEST).write_text(sources, encoding="utf-8")
    except FAILURES as error:
        outcome = OUTDATED if (present / "index.html").exists() else WITHOUT
        return None, f"{outcome}: {why(error)}; {REMEDY}"
    else:
        return folder / "page", line


def find_node(folder: Path) -> tuple[Node, str]:
    """The machine's node or, where it doesn't suit, one fetched into the folder; and the line that says which."""
    try:
        node = system_node()
    except FileNotFoundError as error:
        try:
            node = fetched_node(folder)
        except FAILURES as failure:
            raise FileNotFoundError(f"{error}; {reason(failure)}") from failure
    return node, f"web page built with {node.name}"


def bundle(source: Path, target: Path, node: Node) -> None:
    """Install what the sources need, unless it is there, and build them into the target. Raises FAILURES."""
    packages = digest(source, [source / name for name in PACKAGES])
    variables = {**node.variables, "NODE_ENV": "production"}
    if not _holds(source / "node_modules", packages):
        run([*node.npm, *INSTALL], variables, source)
        (source / "node_modules" / DIGEST).write_text(packages, encoding="utf-8")
    run([*node.npm, "run", "build", "--", "--outDir", str(target), "--emptyOutDir"], variables, source)


def place(page: Path | None, root: Path) -> None:
    """Replace the page of an editable install, if there is another one. Raises OSError."""
    present, arriving = root / PAGE, root / "build/page"
    if page is None or page == present:
        return
    shutil.rmtree(arriving, ignore_errors=True)
    shutil.copytree(page, arriving)  # on the same disk first: the change itself is short
    if present.exists():
        shutil.rmtree(present)
    arriving.rename(present)


def refresh(root: Path) -> str:
    """Build the page in place, if it is not there yet; returns the line that says so."""
    with TemporaryDirectory(prefix="sideman-page-", ignore_cleanup_errors=True) as folder:
        made, line = build(root, Path(folder))
        return put_in_place(root, "page", line, lambda: place(made, root))


def digest(source: Path, files: list[Path]) -> str:
    """What tells whether any of the files was changed, renamed, added or deleted. Raises OSError."""
    total = hashlib.sha256()
    for path in files:
        content = path.read_bytes() if path.exists() else b""
        total.update(f"{path.relative_to(source).as_posix()} {len(content)}\n".encode() + content)
    return total.hexdigest()


def why(error: Exception) -> str:
    """The line of npm's, or of what it ran, that tells most."""
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line).strip() for line in lines_of(error)]
    telling = [line.removeprefix("npm error").strip() for line in lines if not NOISE.match(line)]
    return telling[0] if telling else reason(error)


def _files(source: Path) -> list[Path]:
    """What the page is made of: neither what is installed nor tests, nor what systems and editors hide there."""

    def walk() -> Iterator[Path]:
        for folder, folders, names in os.walk(source):
            folders[:] = [name for name in folders if name != "node_modules"]
            made_of = (
                name
                for name in names
                if name in PACKAGES or not (name[0] == "." or ".test." in name or ".fixture." in name)
            )
            yield from (Path(folder, name) for name in made_of)

    return sorted(walk())


def _holds(folder: Path, expected: str) -> bool:
    path = folder / DIGEST
    return path.exists() and path.read_text(encoding="utf-8") == expected


if __name__ == "__main__":
    sys.stdout.write(f"{refresh(Path(__file__).parents[1])}\n")
