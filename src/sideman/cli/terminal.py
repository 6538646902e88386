"""What the commands have in common towards the user: error lines, progress bars, tables, JSON, standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import typer

from sideman.errors import DataError

CLUSTER_HELP = "Ray cluster that does the work: auto, HOST:PORT, or local to start one here."


def say(message: str) -> None:
    """One line on standard error, whatever stands in the message."""
    typer.echo(" ".join(message.splitlines()), err=True)


def is_given(context: typer.Context, name: str) -> bool:
    """Whether somebody gave this parameter of a command."""
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def print_json(value: Mapping[str, Any]) -> None:
    """A result for a program, on standard output."""
    import json

    typer.echo(json.dumps(value, indent=2))


def counted(count: int, noun: str) -> str:
    """``1 bar``, ``2 bars``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def table(rows: Iterable[tuple[str, object]]) -> str:
    """Two columns; whole numbers get thousands separators. A row with the value "" is a heading."""
    texts = [(label, f"{value:,}" if isinstance(value, int) else str(value)) for label, value in rows]
    left = max((len(label) for label, value in texts if value), default=0)
    right = max((len(value) for _, value in texts), default=0)
    lines = (f"{label:{left}}  {value:>{right}}" if value else f"\n{label}" for label, value in texts)
    return "\n".join(lines).lstrip("\n")


def read_stdin(limit: int) -> str:
    """Standard input as text, of an endless one a little more than ``limit`` characters; no UTF-8 is escaped.

    Raises :class:`DataError` where it is closed or can't be read.
    """
    if sys.stdin is None:
        raise DataError("cannot read standard input: it is closed, pipe a text into it")
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    try:
        text = sys.stdin.read(limit + 2)
    except OSError as error:
        raise DataError(f"cannot read standard input: {error.strerror}, pipe a text into it") from error
    return text.removeprefix("\ufeff")  # the mark with which Windows begins its texts


def read_stdin_bytes(limit: int) -> bytes:
    """Standard input as it comes, of an endless one a little more than ``limit`` bytes.

    Raises :class:`DataError` where it is closed or can't be read.
    """
    if sys.stdin is None:
        raise DataError("cannot read standard input: it is closed, pipe a chart into it")
    try:
        return sys.stdin.buffer.read(limit + 1)
    except OSError as error:
        raise DataError(f"cannot read standard input: {error.strerror}, pipe a chart into it") from error


class Show(Protocol):
    """Takes what is done so far, and a word on it."""

    def __call__(self, done: float, word: str = "", /) -> None:
        """Show it."""


def is_watched() -> bool:
    """Whether progress can be shown: standard error is a terminal."""
    return sys.stderr.isatty()


@contextmanager
def progress(description: str, total: float, unit: str = "") -> Iterator[Show]:
    """A bar on standard error where that is a terminal; gives the function to call with what is done so far."""
    if not is_watched():
        yield lambda done, word="": None  # noqa: ARG005 - nobody watches
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn(f"{{task.completed:,.0f}} of {{task.total:,.0f}} {unit}" if unit else "{task.percentage:.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[word]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=total, word="")
        yield lambda done, word="": bar.update(task, completed=done, word=word)
