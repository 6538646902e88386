"""The recipes and tutorials ask for what there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from tests.cli.conftest import Run

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    "document", [DOCS / "recipes.md", *sorted(DOCS.glob("tutorials/*.md"))], ids=lambda path: path.stem
)
def test_every_option_of_the_recipes_is_one(run: Run, document: Path) -> None:
    commands = re.findall(r"^sideman (\w+) (.+)$", document.read_text("utf-8"), re.MULTILINE)
    assert len(commands) > 5
    helps = {command: run(command, "--help").out for command in {name for name, _ in commands}}
    for command, arguments in commands:
        for option in re.findall(r"(?<=\s)--?[a-z][\w-]*", f" {' '.join(shlex.split(arguments))}"):
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", helps[command]), (command, option)
