"""The command line as a page of the docs."""

from __future__ import annotations

from collections.abc import Iterator

from reference.commands import Command, program


def commands_text() -> str:
    """In Markdown."""
    whole, commands = program()
    lines = ["# The command line", "", f"    {whole.name} {whole.usage}", ""]
    lines += [f"- [{command.name}](#{command.name.replace(' ', '-')}): {command.summary}" for command in commands]
    lines += ["", *(f"{paragraph}\n" for paragraph in whole.paragraphs[1:])]
    for command in commands:
        lines += _section(command)
    return "\n".join(lines) + "\n"


def _section(command: Command) -> Iterator[str]:
    yield f"## {command.name}\n\n    {command.name} {command.usage}\n"
    for paragraph in command.paragraphs:
        yield f"```text\n{paragraph}\n```\n" if "\n" in paragraph else f"{paragraph}\n"
    yield "| | |\n|---|---|"
    for parameter in (*command.arguments, *command.options):
        yield f"| {cell(parameter.term, is_code=True)} | {cell(parameter.meaning)} |"
    yield ""


def cell(text: str, *, is_code: bool = False) -> str:
    """Text in a table."""
    plain = " ".join(text.split()).replace("|", r"\|")
    return f"`{plain}`" if is_code else plain.replace("<", "&lt;").replace("*", r"\*")
