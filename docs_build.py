"""What mkdocs has called while it builds the site: adds pages that are written by the program, or lie beside docs/.

The start is README.md, and CONTRIBUTING.md and CHANGELOG.md are pages too: their links are turned to where they lead
here. Links to files that are no pages, such as sources, become their names.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from reference.commands_text import commands_text
from reference.http_text import http_text
from reference.library_text import library_text

ROOT = Path(__file__).parent
BESIDE = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, /, *, config: MkDocsConfig) -> Files:
    """Add the pages that are not in docs/."""
    texts = {
        **{page: (ROOT / name).read_text("utf-8") for name, page in BESIDE.items()},
        "reference/commands.md": commands_text(),
        "reference/library.md": library_text(),
        "reference/http.md": http_text(),
    }
    for path, text in texts.items():
        files.append(File.generated(config, path, content=text))
    decisions = [file.src_uri for file in files if file.src_uri.startswith("adr/")]
    section = next(entry for entry in config.nav or [] if "Making of" in entry)
    section["Making of"].append({"Decisions": sorted(decisions)})
    return files


def on_page_markdown(markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Turn links: they are written as they lead in the project's folder."""
    own = page.file.src_uri
    beside = {page_name: name for name, page_name in BESIDE.items()}
    here = Path(beside[own]) if own in beside else Path("docs", own)

    def turn(link: re.Match[str]) -> str:
        sign, text, target, place = link[1], link[2], link[3], link[4] or ""
        path = posixpath.normpath(posixpath.join(here.parent.as_posix(), target))
        page_of = BESIDE.get(path, path.removeprefix("docs/") if path.startswith("docs/") else None)
        if page_of is None or files.get_file_from_path(page_of) is None:
            return text
        return f"{sign}[{text}]({posixpath.relpath(page_of, posixpath.dirname(own) or '.')}{place})"

    return LINK.sub(turn, markdown)
