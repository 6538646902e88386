"""Charts on the command line: from an argument, a file, a link or standard input; faults and what was assumed, told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sideman.cli.terminal import read_stdin_bytes, say
from sideman.errors import line_and_column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sideman.charts import Assumption, Reading
    from sideman.errors import ChartError

MAX_SHOWN = 50  # faults, and answers to a question
WIDTH = 100  # characters of a line of the chart that are shown
LONGEST_NAME = 4_096  # characters of a path
# An argument that looks so is the name of a file, and not a chart.
_FILE_NAME = re.compile(r"[^\n|]{1,4000}\.(?:[a-z][a-z0-9]{1,9})", re.IGNORECASE)


def read_chart(argument: str, choices: Sequence[str] = ()) -> Reading:
    """Read a chart: the argument itself, the file that it names, or standard input for ``-``.

    ``choices`` are written CODE=ANSWER. Raises :class:`ChartError`, :class:`UnreadableError`, and :class:`DataError`
    where a file can't be read.
    """
    from sideman.charts import read

    answers = read_choices(choices)
    data, name = _source(argument)
    reading = read(data, name=name, choices=answers)
    _check_choices(answers, reading)
    return reading


def tell_faults(error: ChartError) -> None:
    """All faults on standard error; in a text of several lines each with its line, and a mark below the place."""
    for fault in error.faults[:MAX_SHOWN]:
        say(f"error: {_printable(error.told(fault))}")
        if "\n" in error.text:
            for row in _shown(error.text, fault.position - 1, len(fault.value.removesuffix("…"))):
                typer.echo(f"    {row}", err=True)
    if len(error.faults) > MAX_SHOWN:
        say(f"and {len(error.faults) - MAX_SHOWN} more")


def tell_assumptions(reading: Reading) -> None:
    """A table on standard error: where, the question and the answer taken, and the other answers."""
    if not reading.assumptions:
        return
    rows = [_row(assumption, reading.text) for assumption in reading.assumptions]
    width = max(len(place) for place, _, _ in rows)
    say(f"read as {reading.format}, assumed:")
    for place, text, others in rows:
        say(f"  {place:{width}}  {_printable(text)}")
        for other in others:
            say(f"  {'':{width}}    {_printable(other)}")


def _row(assumption: Assumption, chart: str) -> tuple[str, str, list[str]]:
    from sideman.charts import question_of

    question = question_of(assumption.code)
    place = ""
    if assumption.places:
        place = "{}:{}".format(*line_and_column(chart, assumption.places[0].start))
        more = len(assumption.places) - 1
        place += f" +{more}" if more else ""

    others = [
        f"--choose {assumption.code}={answer}: {question.meaning(answer)}" for answer in assumption.others[:MAX_SHOWN]
    ]
    return place, f"{question.text}: {question.meaning(assumption.read)}", others


def _shown(text: str, offset: int, length: int) -> tuple[str, str]:
    """The line of a character, or what is around it of a long one, and carets below so many characters."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    begin = start if offset - start < WIDTH * 2 // 3 else offset - WIDTH // 2
    shown = _printable(text[begin : min(end if end >= 0 else len(text), begin + WIDTH)])
    return shown, " " * (offset - begin) + "^" * max(min(length, len(shown) - (offset - begin)), 1)


def _printable(text: str) -> str:
    """A text without what a terminal would obey; every character keeps its place."""
    return "".join(character if character.isprintable() else " " for character in text)


def _source(chart: str) -> tuple[str | bytes, str]:
    """What is to be read, and the name of its file where it has one."""
    from sideman.charts.source import MAX_BYTES
    from sideman.files import read_limited

    if chart == "-":
        return read_stdin_bytes(MAX_BYTES), ""
    if "\n" not in chart and len(chart) < LONGEST_NAME and "\0" not in chart:
        path = Path(chart)
        try:
            exists = chart.strip() != "" and path.exists()
        except OSError:  # a text that is too long for a name
            exists = False
        if exists or (_FILE_NAME.fullmatch(chart) and "://" not in chart):
            return read_limited(path, MAX_BYTES), path.name
    return chart, ""


def read_choices(pairs: Sequence[str]) -> Mapping[str, str]:
    """What is written CODE=ANSWER: answers by the codes of their questions."""
    choices: dict[str, str] = {}
    for pair in pairs:
        code, equals, answer = pair.partition("=")
        if not equals or not code.strip():
            raise typer.BadParameter(f"{pair!r} is not CODE=ANSWER, such as bars=two", param_hint="--choose")
        choices[code.strip()] = answer.strip()
    return choices


def _check_choices(choices: Mapping[str, str], reading: Reading) -> None:
    """Say which answers were not asked for, or are none: they change nothing."""
    asked = {assumption.code: assumption for assumption in reading.assumptions}
    for code, answer in choices.items():
        if code not in asked:
            say(f"--choose {code}={answer}: the chart doesn't ask that")
        elif asked[code].read != answer:
            possible = ", ".join((asked[code].read, *asked[code].others))
            say(f"--choose {code}={answer}: the answers are {possible}")
