"""The command line as it tells itself: commands, their texts, arguments and options. Knows no format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sideman.cli import command_line

AS_IT_IS = "\b\n"  # before a paragraph whose lines stay as they are


@dataclass(frozen=True)
class Parameter:
    """An argument or an option, as `--help` shows it: ``-o, --output <path>`` and what it does."""

    term: str
    meaning: str


@dataclass(frozen=True)
class Command:
    """A command; ``paragraphs`` are its text, those with several lines as they are."""

    name: str
    usage: str
    paragraphs: list[str]
    arguments: list[Parameter]
    options: list[Parameter]

    @property
    def summary(self) -> str:
        """What it does, in a sentence or two."""
        return self.paragraphs[0]


def program() -> tuple[Command, list[Command]]:
    """The program itself, and its commands in the order of `sideman --help`."""
    group: Any = command_line()
    context = group.make_context(group.name, [], resilient_parsing=True)
    commands = [
        _command(command, command.make_context(command.name, [], parent=context, resilient_parsing=True))
        for command in group.commands.values()
    ]
    return _command(group, context), commands


def _command(command: Any, context: Any) -> Command:  # noqa: ANN401 - click's, which typer brings along
    arguments: list[Parameter] = []
    options: list[Parameter] = []
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record:
            row = Parameter(" ".join(record[0].split()), " ".join(record[1].split()))
            (arguments if parameter.param_type_name == "argument" else options).append(row)
    usage = " ".join(command.collect_usage_pieces(context))
    paragraphs = [*_paragraphs(command.help or ""), *_paragraphs(command.epilog or "")]
    return Command(context.command_path, usage, paragraphs, arguments, options)


def _paragraphs(text: str) -> list[str]:
    """One line each, but for those whose lines stay as they are."""
    texts = (part.strip("\n") for part in re.split(r"\n *\n", text))
    return [
        part.removeprefix(AS_IT_IS) if part.startswith(AS_IT_IS) else " ".join(part.split()) for part in texts if part
    ]
