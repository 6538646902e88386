"""The docs as a site: every page is in it, and the pages that the program writes name all that there is."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import sideman
from reference.commands_text import commands_text
from reference.http_text import http_text, openapi
from reference.library_text import library_text
from sideman.cli import command_line

ROOT = Path(__file__).parents[2]
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
GENERATED = {
    "index.md",
    "contributing.md",
    "changelog.md",
    *(f"reference/{name}.md" for name in ("commands", "library", "http")),
}


def pages(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    else:
        for entry in nav.values() if isinstance(nav, dict) else nav:  # type: ignore[attr-defined]
            yield from pages(entry)


def test_every_page_is_in_the_site() -> None:
    there = {path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md")}
    apart = {
        *SITE["not_in_nav"].split(),
        *(name for name in there if name.startswith("adr/")),
    }  # docs_build.py adds these
    assert {*pages(SITE["nav"])} == (there - apart) | GENERATED


def test_library_has_a_section_for_each_name() -> None:
    sections = re.findall(r"^## sideman\.(\w+)$", text := library_text(), re.MULTILINE)
    assert sections == sideman.__all__
    assert "### Rendition.save" in text
    assert not re.search(r":\w+:`|0x[0-9a-f]{6}", text)


def test_commands_have_a_section_each() -> None:
    text = commands_text()
    commands = getattr(command_line(), "commands", {})
    assert re.findall(r"^## sideman (\w+)$", text, re.MULTILINE) == [*commands]
    for name, command in commands.items():
        section = text.split(f"\n## sideman {name}\n")[1].split("\n## ")[0]
        options = [option for parameter in command.params for option in parameter.opts if option.startswith("-")]
        assert [option for option in options if option not in section] == [], name


def test_http_has_a_section_for_each_request_and_type() -> None:
    text, told = http_text(), openapi()
    requests = [f"{method.upper()} {path}" for path, methods in told["paths"].items() for method in methods]
    assert re.findall(r"^## ([A-Z]+ \S+)$", text, re.MULTILINE) == requests
    assert re.findall(r"^### (\w+)$", text, re.MULTILINE) == sorted(told["components"]["schemas"])
    links = {*re.findall(r"\]\(#(\w+)\)", text)}
    assert links <= {name.lower() for name in told["components"]["schemas"]}


@pytest.mark.slow
@pytest.mark.skipif(
    not importlib.util.find_spec("material"), reason="THE DOCS WERE NOT BUILT AS A SITE: script/docs installs mkdocs"
)
def test_site_is_built_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", tmp_path],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    start = (tmp_path / "index.html").read_text("utf-8")
    assert 'href="page.html"' in start
    assert "Composition.alternatives" in (tmp_path / "reference/library.html").read_text("utf-8")
    assert not re.findall(r'(?:src|href)="https?://[^"]+\.(?:js|css|woff2?)"', start)
