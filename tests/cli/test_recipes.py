"""The recipes ask for what there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.cli.conftest import Run

RECIPES = (Path(__file__).parents[2] / "docs/recipes.md").read_text("utf-8")


def test_every_option_of_the_recipes_is_one(run: Run) -> None:
    commands = re.findall(r"^sideman (\w+) (.+)$", RECIPES, re.MULTILINE)
    assert len(commands) > 10
    helps = {command: run(command, "--help").out for command in {name for name, _ in commands}}
    for command, arguments in commands:
        for option in re.findall(r"(?<=\s)--?[a-z][\w-]*", f" {' '.join(shlex.split(arguments))}"):
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", helps[command]), (command, option)
