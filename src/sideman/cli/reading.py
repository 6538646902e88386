"""Charts on the command line: from an argument, a file, a link or standard input; what was assumed is told."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sideman.cli.terminal import say
from sideman.errors import DataError, OptionError

if TYPE_CHECKING:
    from sideman.charts import Reading

LONGEST_PATH = 4_096
MAX_TOLD = 12  # assumptions


def read_chart(argument: str, choices: Sequence[str] = ()) -> Reading:
    """Read a chart: the argument itself, the file that it names, or standard input for ``-``.

    ``choices`` are written CODE=ANSWER. Raises :class:`ChartError`, :class:`UnreadableError`, :class:`DataError` where
    a file can't be read, and :class:`OptionError` for a choice that is written otherwise.
    """
    from sideman.charts import read

    answers = _answers(choices)
    path = _path(argument)
    if argument == "-":
        return read(_read_stdin(), choices=answers)
    if path is not None:
        return read(_read_file(path), name=path.name, choices=answers)
    return read(argument, choices=answers)


def tell(reading: Reading) -> None:
    """What was assumed, a line each on standard error, with the place and the way to choose otherwise."""
    from sideman.charts import QUESTIONS
    from sideman.errors import line_and_column

    for assumption in reading.assumptions[:MAX_TOLD]:
        question = QUESTIONS.get(assumption.code)
        answers = question.answers if question else {}
        where = ""
        if assumption.places and reading.text:
            line, column = line_and_column(reading.text, assumption.places[0].start)
            more = f" and {len(assumption.places) - 1} more" if len(assumption.places) > 1 else ""
            where = f" (line {line}, column {column}{more})"
        others = ", ".join(f"--choose {assumption.code}={other}" for other in assumption.others[:MAX_TOLD])
        otherwise = f"; otherwise {others}" if others else ""
        name = question.text if question else assumption.code
        say(f"assumed: {name}{where}: {answers.get(assumption.read, assumption.read)}{otherwise}")
    if len(reading.assumptions) > MAX_TOLD:
        say(f"assumed: {len(reading.assumptions) - MAX_TOLD} things more")


def _answers(choices: Sequence[str]) -> Mapping[str, str]:
    answers = {}
    for choice in choices:
        code, equals, answer = choice.partition("=")
        if not equals or not code or not answer:
            raise OptionError(f"unknown choice {choice[:40]!r}: write CODE=ANSWER, as bars=two")
        answers[code] = answer
    return answers


def _path(argument: str) -> Path | None:
    """The file that an argument names; None where it is a chart itself."""
    if argument == "-" or len(argument) > LONGEST_PATH or "\n" in argument or "\0" in argument:
        return None
    path = Path(argument)
    try:
        is_file = path.is_file()
    except OSError:
        return None
    if is_file:
        return path
    if path.suffix.lower() in _SUFFIXES and " " not in argument.strip() and "|" not in argument:
        raise DataError(f"cannot read the chart {argument!r}: there is no such file")
    return None


_NAMES = ".txt .cho .crd .chopro .chordpro .pro .xml .musicxml .mxl .mid .midi .html .htm .ly .abc .mma .lab .csv .md"
_SUFFIXES = frozenset(_NAMES.split())


def _read_file(path: Path) -> bytes:
    from sideman.charts.source import MAX_BYTES
    from sideman.files import read_limited

    return read_limited(path, MAX_BYTES)


def _read_stdin() -> bytes:
    from sideman.charts.source import MAX_BYTES

    if sys.stdin is None:
        raise DataError("cannot read standard input: it is closed, pipe a chart into it")
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        raise DataError(f"cannot read standard input: {error.strerror}, pipe a chart into it") from error
