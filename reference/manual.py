"""The man page, man/sideman.1, of the command line's own help. The file is kept: wheels are built without typer.

python -m reference.manual
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import sideman
from reference.commands import Command, Parameter, program
from sideman.web.settings import ENV_PREFIX, Settings

FILE = Path(__file__).parents[1] / "man/sideman.1"
MINUS = r"\-"
EXIT_CODES = {
    "0": "All done.",
    "1": "A part of a batch failed.",
    "2": "An error, which one line on standard error tells, or wrong usage.",
    "130": "Interrupted.",
}


def manual() -> str:
    """The page, in man(7)."""
    whole, commands = program()
    lines = [
        f'.TH SIDEMAN 1 "" "sideman {sideman.__version__}" "User Commands"',
        ".SH NAME",
        f"sideman {MINUS} {_text(whole.summary.rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B sideman\n{_text(whole.usage)}",
        *(f".br\n.B {_text(command.name)}\n{_text(command.usage)}" for command in commands),
        ".SH OPTIONS",
        *_rows(whole.options),
        ".SH COMMANDS",
        *(line for command in commands for line in _section(command)),
        ".SH ENVIRONMENT",
        f".B {_text('sideman serve')}\nis set by these variables; its options come first.",
    ]
    for name, field in Settings.model_fields.items():
        lines += [".TP", f".B {ENV_PREFIX}{name.upper()}", _text(field.description or "")]
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXIT_CODES.items():
        lines += [".TP", f".B {code}", _text(meaning)]
    return "\n".join(lines) + "\n"


def _section(command: Command) -> Iterator[str]:
    yield f".SS {_text(command.name)}"
    for index, paragraph in enumerate(command.paragraphs):
        if index:
            yield ".PP"
        if "\n" in paragraph:
            yield f".nf\n{_text(paragraph)}\n.fi"
        else:
            yield _text(paragraph)
    yield from _rows([*command.arguments, *command.options])


def _rows(parameters: list[Parameter]) -> Iterator[str]:
    for parameter in parameters:
        yield f".TP\n.B {_text(parameter.term)}\n{_text(parameter.meaning)}"


def _text(text: str) -> str:
    """Text in which nothing is a command of troff's, and a hyphen is one that can be copied."""
    escaped = text.replace("\\", r"\e").replace("-", MINUS).replace("'", r"\(aq").replace("`", r"\(ga")
    return "\n".join(rf"\&{line}" if line.startswith(".") else line for line in escaped.split("\n"))


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(manual(), encoding="utf-8")
    sys.stdout.write(f"{FILE}\n")
