"""`sideman arrange --batch`: every line of a JSON-lines file to MIDI files. A line that fails stops no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from sideman.cli.composing import compose, load_model, read_options
from sideman.cli.outputs import make_folder, safe_id
from sideman.cli.terminal import counted, print_json, progress, read_stdin, say
from sideman.errors import DataError, OptionError, SidemanError
from sideman.options import OPTIONS

if TYPE_CHECKING:
    from sideman.arranging import Model
    from sideman.music.band import Role

PARTIAL_FAILURE = 1  # exit code
MAX_FILE = 1 << 28  # characters of a batch
OWN = tuple(option.name for option in OPTIONS if option.name != "takes")  # what a line may decide for itself


class Prompt(NamedTuple):
    """What a line asks for."""

    chords: str
    wishes: dict[str, Any]  # by the names of the options


@dataclass
class Report:
    """What became of a batch."""

    written: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)

    @property
    def arranged(self) -> int:
        """Lines of which every sample was written."""
        return len({entry["line"] for entry in self.written} - {entry["line"] for entry in self.failed})


def run_batch(
    source: str,
    folder: Path,
    samples: int,
    wishes: Mapping[str, Any],
    programs: Mapping[Role, int],
    weights: Path | None,
    *,
    as_json: bool,
) -> None:
    """Arrange all lines of ``source`` (- for standard input) into ``folder``, each as ``samples`` takes in one batch.

    Files are named ID_SAMPLE.mid, samples counted from 0: the takes of a seed, which is another one for every line
    unless one is given. Exits with 1 where a line failed. Raises
    :class:`OptionError` or :class:`DataError` where nothing can be done at all.
    """
    wishes = {**wishes, "takes": samples}
    read_options(wishes)
    lines = _read_lines(source)
    make_folder(folder)
    model = load_model(weights)
    report = Report()
    names: set[str] = set()
    with progress("arranging", len(lines), "lines") as done:
        for number, line in lines:
            name: str | None = None
            try:
                values = _read_object(line)
                name = _read_name(values)
                if name in names:
                    raise OptionError(f"id {name!r} stands in an earlier line: give every line its own")
                names.add(name)
                for entry in _arrange(name, _read_prompt(values, wishes), folder, programs, model):
                    report.written.append({"line": number, **entry})
            except SidemanError as error:
                report.failed.append({"line": number, "id": name, "error": str(error)})
            done(report.arranged + len(report.failed))
    _show(report, len(lines), folder, as_json=as_json)


def _arrange(
    name: str, prompt: Prompt, folder: Path, programs: Mapping[Role, int], model: Model
) -> Iterator[dict[str, Any]]:
    """Compose and write the samples of a line; an entry of the report for each."""
    from sideman.arranging import arrange

    arrangement = arrange(prompt.chords, read_options(prompt.wishes), model=model)
    bands = compose(arrangement, lambda bars: None)  # noqa: ARG005 - the batch counts lines
    for sample, band in enumerate(bands):
        path = folder / f"{name}_{sample}.mid"
        band.save(path, programs=programs)
        seed = arrangement.plan.options.seed
        yield {"id": name, "sample": sample, "seed": seed, "midi": str(path), "notes": band.note_count}


def _read_lines(source: str) -> list[tuple[int, str]]:
    """The lines that hold something, with their numbers."""
    text = read_stdin(MAX_FILE) if source == "-" else _read_file(source)
    if len(text) > MAX_FILE:
        raise DataError(f"the batch {source!r} has more than {MAX_FILE:,} characters: split it")
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise DataError(f"no line in the batch {source!r}: write one such as " + '{"id": "a", "prompt": "C:4|G:4"}')
    return lines


def _read_file(source: str) -> str:
    """A file's text; what is no UTF-8 is escaped, so that only its lines fail."""
    try:
        with Path(source).open(encoding="utf-8-sig", errors="surrogateescape") as file:
            return file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"cannot read the batch {source!r}: {reason}, give a file of JSON lines") from error


def _read_object(line: str) -> dict[str, Any]:
    """A line's object. Raises :class:`OptionError` where it is none."""
    import json

    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise OptionError(f"not JSON ({error}): write one object a line") from error
    if not isinstance(values, dict):
        raise OptionError('not an object: write {"id": "a", "prompt": "C:4|G:4"}')
    return values


def _read_name(values: Mapping[str, Any]) -> str:
    """How the files of a line begin: its id. Raises :class:`OptionError` where that is missing or no name."""
    identity = values.get("id")
    if isinstance(identity, bool) or not isinstance(identity, str | int):
        raise OptionError('no "id": give every line a text or a whole number of its own')
    return safe_id(str(identity))


def _read_prompt(values: Mapping[str, Any], wishes: Mapping[str, Any]) -> Prompt:
    """What a line asks for; what it leaves out is taken from ``wishes``. Raises :class:`OptionError`."""
    chords = values.get("prompt")
    if not isinstance(chords, str):
        raise OptionError('no "prompt": give the chords as a text')
    own = {name: values[name] for name in OWN if values.get(name) is not None}
    return Prompt(chords, {**wishes, **own})


def _show(report: Report, lines: int, folder: Path, *, as_json: bool) -> None:
    """Tell what became of the batch; failures on standard error."""
    for failure in report.failed:
        name = "" if failure["id"] is None else f" ({failure['id']})"
        say(f"failed: line {failure['line']}{name}: {failure['error']}")
    if as_json:
        print_json({"written": report.written, "failed": report.failed})
    else:
        files = counted(len(report.written), "file")
        typer.echo(f"{report.arranged} of {counted(lines, 'line')} arranged: {files} in {folder}")
    if report.failed:
        raise typer.Exit(PARTIAL_FAILURE)
