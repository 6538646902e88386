"""`sideman chart`: a chart in any format, read and written in another; what was assumed is told beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sideman.cli.reading import read_chart, tell_assumptions


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
    from sideman.charts.writing import format_of, write
    from sideman.cli.outputs import check_output

    if to is None:
        to = "json" if as_json else "text" if output is None else format_of(output.suffix)
    if output is not None:
        check_output(output, (output.suffix.lower(),))
    reading = read_chart(chart, choose or [])
    written = write(reading, to)
    if output is not None:
        _save(output, written)
    else:
        typer.echo(written, nl=False)
    tell_assumptions(reading)


def _save(output: Path, written: str) -> None:
    """Write the file, whole or not at all."""
    from sideman.files import atomic_write

    with atomic_write(output) as path:
        path.write_text(written, encoding="utf-8", newline="\n")
