"""`sideman arrange --batch`: every line of a JSON-lines file to MIDI files. A line that fails stops no other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from sideman.cli.composing import Wishes, compose, load_model, write_take
from sideman.cli.outputs import make_folder, safe_id
from sideman.cli.terminal import print_json, progress, read_stdin, say
from sideman.errors import DataError, OptionError, SidemanError

if TYPE_CHECKING:
    from sideman.arrange import Model
    from sideman.music.band import Role

PARTIAL_FAILURE = 1  # exit code
MAX_FILE = 1 << 28  # characters of a batch read from standard input
# What a line may decide for itself: the types of the value, and in words. Null leaves it to the command line.
OWN_WISHES: dict[str, tuple[tuple[type, ...], str]] = {
    "tempo": ((int, float), "give a number"),
    "style": ((str,), "give a text"),
    "tracks": ((str, list), "give a text such as drums,bass"),
    "seed": ((int,), "give a whole number"),
}


class Prompt(NamedTuple):
    """One line that can be read: the name of its files, its chords and what it asks for."""

    name: str
    chords: str
    wishes: Wishes


@dataclass
class Report:
    """What became of a batch."""

    written: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)

    @property
    def arranged(self) -> int:
        """Lines that became files."""
        return len({entry["line"] for entry in self.written})


def run_batch(
    source: str,
    folder: Path,
    samples: int,
    wishes: Wishes,
    programs: Mapping[Role, int],
    weights: Path | None,
    *,
    as_json: bool,
) -> None:
    """Arrange all lines of ``source`` (- for standard input) into ``folder``, each as ``samples`` takes in one batch.

    Files are named ID_SAMPLE.mid, samples counted from 0. Exits with 1 where a line failed. Raises
    :class:`OptionError` or :class:`DataError` where nothing can be done at all.
    """
    wishes.options(samples)
    lines = _read_lines(source)
    make_folder(folder)
    model = load_model(weights)
    report = Report()
    names: set[str] = set()
    with progress("arranging", len(lines), "lines") as done:
        for number, line in lines:
            label = f"line {number}"
            try:
                prompt = _read_prompt(line, wishes)
                label = prompt.name
                if prompt.name in names:
                    raise OptionError(f"id {prompt.name!r} stands in an earlier line: give every line its own")
                names.add(prompt.name)
                for entry in _arrange(prompt, folder, samples, programs, model):
                    report.written.append({"line": number, **entry})
            except SidemanError as error:
                report.failed.append({"line": number, "id": label, "error": str(error)})
            done(report.arranged + len(report.failed))
    _show(report, len(lines), folder, as_json=as_json)


def _arrange(
    prompt: Prompt, folder: Path, samples: int, programs: Mapping[Role, int], model: Model
) -> Iterator[dict[str, Any]]:
    """Compose and write the samples of a line; an entry of the report for each."""
    from sideman.arrange import arrange

    arrangement = arrange(prompt.chords, prompt.wishes.options(samples), model=model)
    bands = compose(arrangement, lambda bars: None)  # noqa: ARG005 - the batch counts lines
    for sample, band in enumerate(bands):
        path = folder / f"{prompt.name}_{sample}.mid"
        write_take(arrangement, band, path, programs)
        yield {"id": prompt.name, "sample": sample, "midi": str(path), "notes": band.note_count}


def _read_lines(source: str) -> list[tuple[int, str]]:
    """The lines that hold something, with their numbers."""
    try:
        text = read_stdin(MAX_FILE) if source == "-" else Path(source).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, or a NUL character in the name
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"cannot read the batch {source!r}: {reason}, give a file of JSON lines") from error
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise DataError(f"no line in the batch {source!r}: write one such as " + '{"id": "a", "prompt": "C:4|G:4"}')
    return lines


def _read_prompt(line: str, wishes: Wishes) -> Prompt:
    """One line; what it doesn't decide is taken from ``wishes``. Raises :class:`OptionError` where it can't be read."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise OptionError(f"no JSON ({error}): write one object a line") from error
    if not isinstance(values, dict):
        raise OptionError('no object: write {"id": "a", "prompt": "C:4|G:4"}')
    identity, chords = values.get("id"), values.get("prompt")
    if isinstance(identity, bool) or not isinstance(identity, str | int):
        raise OptionError('no "id": give every line a text or a number of its own')
    if not isinstance(chords, str):
        raise OptionError(f'no "prompt" in {str(identity)[:32]!r}: give the chords as a text')
    own = {name: values[name] for name in OWN_WISHES if values.get(name) is not None}
    for name, value in own.items():
        types, wanted = OWN_WISHES[name]
        if isinstance(value, bool) or not isinstance(value, types):
            raise OptionError(f"{name} is {str(value)[:32]!r}: {wanted}")
    if isinstance(own.get("tracks"), list):
        own["tracks"] = ",".join(map(str, own["tracks"]))
    return Prompt(safe_id(str(identity)), chords, replace(wishes, **own))


def _show(report: Report, lines: int, folder: Path, *, as_json: bool) -> None:
    """Tell what became of the batch; failures on standard error."""
    for failure in report.failed:
        say(f"failed: line {failure['line']} ({failure['id']}): {failure['error']}")
    if as_json:
        print_json({"written": report.written, "failed": report.failed})
    else:
        typer.echo(f"{report.arranged} of {lines} lines arranged: {len(report.written)} files in {folder}")
    if report.failed:
        raise typer.Exit(PARTIAL_FAILURE)
