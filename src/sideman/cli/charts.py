"""`sideman chart`: a chart in any format, read and written in another; what was assumed is told beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sideman.cli.giving import read_melody
from sideman.cli.reading import read_chart, read_choices, tell_assumptions
from sideman.cli.terminal import counted, say

if TYPE_CHECKING:
    from sideman.charts.reading import Reading


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
    reader: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="READER", help="Who reads it: Bb, Eb or F instruments, capo1 to capo7, or numbers (paper)."
        ),
    ] = None,
    melody: Annotated[
        str | None,
        typer.Option(
            metavar="FILE[#TRACK]",
            help="MIDI file or MusicXML score of the melody, to stand on a staff below the chords (paper).",
        ),
    ] = None,
    paper: Annotated[str, typer.Option(metavar="SIZE", help="Paper of a PDF or SVG: a4 or letter.")] = "a4",
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON: as --to json.")] = False,
) -> None:
    """Read a chart as people have it, and write it in another format, or on paper.

    Without -o it goes to standard output, as text unless --to says otherwise. What the chart leaves
    open is told on standard error: where, how it was read, and how to choose another reading.

    \b
    Examples:
      sideman chart song.txt
      sideman chart lead-sheet.musicxml -o song.txt
      sideman chart song.irealb -o song.pdf
      sideman chart song.irealb -o trumpet.pdf --for Bb --paper letter
      sideman chart song.txt --melody tune.mid -o lead-sheet.pdf
      sideman chart "C Am F G" --choose bars=two --to reference
      cat tune.abc | sideman chart - -o tune.cho
    """  # noqa: D301 - \b keeps typer from filling the lines
    from sideman.charts.writing import DRAWN, format_of, write
    from sideman.cli.outputs import check_output

    if to is None:
        to = "json" if as_json else "text" if output is None else format_of(output.suffix)
    if output is not None:
        check_output(output, (output.suffix.lower(),))
    if to == "pdf" and output is None:
        raise typer.BadParameter("a PDF is no text: give -o song.pdf", param_hint="--to")
    if melody is not None and to not in DRAWN:
        raise typer.BadParameter("a melody is for paper: give -o song.pdf or song.svg", param_hint="--melody")
    reading = read_chart(chart, choose or [])
    if to in DRAWN:
        written = _drawn(reading, to, reader or "concert", paper, melody, read_choices(choose or []))
    else:
        written = write(_read_by(reading, reader), to).encode()
    if output is not None:
        _save(output, written)
    else:
        typer.echo(written, nl=False)
    tell_assumptions(reading)


def _drawn(
    reading: Reading, kind: str, reader: str, paper: str, melody: str | None, choices: Mapping[str, str]
) -> bytes:
    """The chart on paper, with a melody or without; tells what became of that."""
    from sideman.charts.paper.drawing import draw, paper_of
    from sideman.charts.paper.readers import reader_of

    who, size = reader_of(reader), paper_of(paper)
    if melody is None:
        return draw(reading.sheet, kind, who, size)
    from sideman.render.lead_sheet import drawing

    track, _ = read_melody(melody, reading.sheet.played_lines, len(reading.sheet.order), choices)
    sheet = drawing.draw(reading.sheet, track, kind, who, size)
    if sheet.left_out:
        say(f"your melody: {counted(sheet.left_out, 'note')} left out, below its upper line or after the chart's end")
    if sheet.is_written_out:
        say("your melody differs from one time to another: repeats are written out")
    return sheet.data


def _read_by(reading: Reading, reader: str | None) -> Reading:
    """The chart as text for somebody who reads it higher than it sounds. Raises :class:`OptionError` for numbers."""
    if reader is None:
        return reading
    from sideman.charts.paper.readers import key_of, moved, moved_song, reader_of
    from sideman.errors import OptionError

    wanted = reader_of(reader)
    if wanted.numbers:
        raise OptionError("numbers are for paper: give -o song.pdf or song.svg")
    key = key_of(reading.sheet)
    sheet, _ = moved(reading.sheet, key, wanted.shift)
    return replace(reading, sheet=sheet, song=moved_song(reading.song, key, wanted.shift))


def _save(output: Path, written: bytes) -> None:
    """Write the file, whole or not at all."""
    from sideman.files import atomic_write

    with atomic_write(output) as path:
        path.write_bytes(written)
