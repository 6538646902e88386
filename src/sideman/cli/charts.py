"""`sideman chart`: a chart in any format, read and written in another; what was assumed is told beside it."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sideman.cli.terminal import read_stdin_bytes, say
from sideman.errors import ChartError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sideman.charts import Assumption, Reading
    from sideman.errors import ChordSyntaxError

MAX_SHOWN = 50  # faults, and places of an assumption
WIDTH = 100  # characters of a line of the chart that are shown
FAILED = 2  # exit code
LONGEST_NAME = 4_096  # characters of a path
# An argument that looks so is the name of a file, and no chord.
_FILE_NAME = re.compile(r"[^\n|]{1,4000}\.(?:[a-z][a-z0-9]{1,9})", re.IGNORECASE)


def chart(
    chart: Annotated[str, typer.Argument(help="A file, a link, chords as text, or - for standard input.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; its suffix tells the format.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Format to write: text, reference, chordpro, json …")
    ] = None,
    choose: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE=ANSWER", help="Answer a question that the chart leaves open. May be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON: as --to json.")] = False,
) -> None:
    """Read a chart as people have it, and write it in another format.

    Without -o it goes to standard output, as text unless --to says otherwise. What the chart leaves
    open is told on standard error: where, how it was read, and how to choose another reading.

    \b
    Examples:
      sideman chart song.txt
      sideman chart lead-sheet.musicxml -o song.txt
      sideman chart "C Am F G" --choose bars=two --to reference
      cat tune.abc | sideman chart - -o tune.cho
    """  # noqa: D301 - \b keeps typer from filling the lines
    from sideman.charts import read
    from sideman.charts.writing import format_of, write
    from sideman.cli.outputs import check_output

    choices = _choices(choose or [])
    if to is None:
        to = "json" if as_json else "text" if output is None else format_of(output.suffix)
    if output is not None:
        check_output(output, (output.suffix.lower(),))
    data, name = _source(chart)
    try:
        reading = read(data, name=name, choices=choices)
    except ChartError as error:
        _tell_faults(error)
        raise typer.Exit(FAILED) from error
    _check_choices(choices, reading)
    written = write(reading, to)
    if output is not None:
        _save(output, written)
    else:
        typer.echo(written, nl=False)
    _tell_assumptions(reading)


def _source(chart: str) -> tuple[str | bytes, str]:
    """What is to be read, and the name of its file where it has one."""
    from sideman.charts.source import MAX_BYTES
    from sideman.files import read_limited

    if chart == "-":
        return read_stdin_bytes(MAX_BYTES), ""
    if "\n" not in chart and len(chart) < LONGEST_NAME and "\0" not in chart:
        path = Path(chart)
        try:
            exists = path.exists()
        except OSError:  # a text that is too long for a name
            exists = False
        if exists or (_FILE_NAME.fullmatch(chart) and "://" not in chart):
            return read_limited(path, MAX_BYTES), path.name
    return chart, ""


def _choices(pairs: Sequence[str]) -> Mapping[str, str]:
    """Answers by the codes of their questions."""
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


def _save(output: Path, written: str) -> None:
    """Write the file, whole or not at all."""
    from sideman.files import atomic_write

    with atomic_write(output) as path:
        path.write_text(written, encoding="utf-8", newline="\n")


def _tell_faults(error: ChartError) -> None:
    """All faults on standard error: line, column, what is wrong, and the line with a mark below the place."""
    lines = _Lines(error.text)
    for fault in error.faults[:MAX_SHOWN]:
        line, column = lines.place(fault.position - 1)
        typer.echo(f"{line}:{column}: {_printable(_message(fault))}", err=True)
        for row in lines.shown(fault.position - 1, len(fault.value.removesuffix("…"))):
            typer.echo(f"    {row}", err=True)
    if len(error.faults) > MAX_SHOWN:
        say(f"and {len(error.faults) - MAX_SHOWN} more")
    count = len(error.faults)
    say(f"error: {count} place{'' if count == 1 else 's'} in the chart cannot be read; nothing was written")


def _message(fault: ChordSyntaxError) -> str:
    """The fault without its position in characters: line and column are told."""
    return f"{fault.finding.removesuffix(f' at character {fault.position}')}: {fault.remedy}"


def _tell_assumptions(reading: Reading) -> None:
    """A table on standard error: where, the question and the answer taken, and the other answers."""
    if not reading.assumptions:
        return
    lines = _Lines(reading.text)
    rows = [_row(assumption, lines) for assumption in reading.assumptions]
    width = max(len(place) for place, _, _ in rows)
    say(f"read as {reading.format}, assumed:")
    for place, text, others in rows:
        say(f"  {place:{width}}  {_printable(text)}")
        for other in others:
            say(f"  {'':{width}}    {_printable(other)}")


def _row(assumption: Assumption, lines: _Lines) -> tuple[str, str, list[str]]:
    from sideman.charts import QUESTIONS, Question

    question = QUESTIONS.get(assumption.code, Question(assumption.code))
    place = ""
    if assumption.places:
        place = "{}:{}".format(*lines.place(assumption.places[0].start))
        more = len(assumption.places) - 1
        place += f" +{more}" if more else ""

    def meaning(answer: str) -> str:
        return question.answers.get(answer, answer)

    others = [f"--choose {assumption.code}={answer}: {meaning(answer)}" for answer in assumption.others[:MAX_SHOWN]]
    return place, f"{question.text}: {meaning(assumption.read)}", others


class _Lines:
    """Where the lines of a text begin: places to lines and columns, and what is shown of a line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def shown(self, offset: int, length: int) -> tuple[str, str]:
        """The line of a character, or what is around it of a long one, and carets below so many characters."""
        line, column = self.place(offset)
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self._text)
        begin = start if column <= WIDTH * 2 // 3 else offset - WIDTH // 2
        shown = _printable(self._text[begin : min(end, begin + WIDTH)])
        return shown, " " * (offset - begin) + "^" * max(min(length, len(shown) - (offset - begin)), 1)


def _printable(text: str) -> str:
    """A text without what a terminal would obey; every character keeps its place."""
    return "".join(character if character.isprintable() else " " for character in text)
