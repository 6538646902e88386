"""`sideman arrange --batch`: every line of a JSON-lines file to MIDI files. A line that fails stops no other.

Lines may be shared out between processes; each composes with the same weights, and one thread. Beside the files stands
what became of each line, told as it is finished: from there a batch goes on that was stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import typer

from sideman.cli.composing import compose, load_model, read_options
from sideman.cli.outputs import make_folder, safe_id
from sideman.cli.terminal import counted, print_json, progress, read_stdin, say
from sideman.errors import DataError, OptionError, SidemanError
from sideman.files import reason
from sideman.options import OPTIONS
from sideman.workers.port import Ended, Workers

if TYPE_CHECKING:
    from sideman.arranging import Model
    from sideman.music.band import Role

PARTIAL_FAILURE = 1  # exit code
MAX_FILE = 1 << 28  # characters of a batch
OWN = tuple(option for option in OPTIONS if option.name != "takes")  # what a line may decide for itself
KEYS = frozenset({"id", "prompt", *(option.name for option in OWN)})
MEANT = {word: option.name for option in OWN for word in (option.attribute, option.name)}
SHOWN, MAX_NAMES = 32, 8  # characters of a key, and keys, that are told
ALMOST = 0.8  # how alike, of 1, a key and an option are that is mistyped: what is further off is another program's
REPORT = "report.jsonl"  # in the batch's folder
_ENDS_ITS_PROCESS = "ends the process that composes it, as for want of memory: try it alone"


class Prompt(NamedTuple):
    """What a line asks for."""

    chords: str
    wishes: dict[str, Any]  # by the names of the options


class Job(NamedTuple):
    """A line that can be composed, with all that it takes; it may travel to another process."""

    line: int
    name: str
    prompt: Prompt
    folder: Path  # absolute, as the weights
    programs: Mapping[Role, int]
    weights: Path | None
    threads: int | None  # None: as many as help


class Outcome(NamedTuple):
    """The samples of a line that were written, entries of the report, and why the next one was not."""

    written: list[dict[str, Any]]
    error: str | None


@dataclass
class Report:
    """What became of a batch."""

    written: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)  # written by an earlier run
    ignored: Counter[str] = field(default_factory=Counter)  # keys that mean nothing here, with their lines

    @property
    def arranged(self) -> int:
        """Lines of which every sample is there."""
        done = {entry["line"] for entry in (*self.written, *self.kept)}
        return len(done - {entry["line"] for entry in self.failed})


def run_batch(  # noqa: PLR0913 - the command's options
    source: str,
    folder: Path,
    samples: int,
    wishes: Mapping[str, Any],
    programs: Mapping[Role, int],
    weights: Path | None,
    *,
    workers: Workers,
    resume: bool,
    as_json: bool,
) -> None:
    """Arrange all lines of ``source`` (- for standard input) into ``folder``, each as ``samples`` takes in one batch.

    Files are named ID_SAMPLE.mid, samples counted from 0: the takes of a seed, which is another one for every line
    unless one is given. A chart's own tempo and style hold where neither its line nor ``wishes`` name them. With
    ``resume`` lines are left out that an earlier run finished, with the same wishes and weights. Exits with 1 where a
    line failed. Raises :class:`OptionError` or :class:`DataError` where nothing can be done at all.
    """
    wishes = {**wishes, "takes": samples}
    read_options(wishes)
    lines = _read_lines(source)
    make_folder(folder)
    weights = None if weights is None else weights.absolute()
    threads = None if workers.count == 1 else 1
    model = _model(weights, threads)
    report = Report()
    before = _read_report(folder) if resume else {}
    asked: dict[int, str] = {}

    def jobs() -> Iterator[Job]:
        names: set[str] = set()
        for number, line in lines:
            name: str | None = None
            try:
                values = _read_object(line)
                name = _read_name(values)
                if name in names:
                    raise OptionError(f"id {name!r} stands in an earlier line: give every line its own")
                names.add(name)
                prompt = _read_prompt(values, wishes)
                report.ignored.update(_others(values))
            except SidemanError as error:
                report.failed.append({"line": number, "id": name, "error": str(error)})
                continue
            asked[number] = _digest(prompt, programs, model)
            done = before.get((name, asked[number]), [])
            if len(done) == samples and all((folder / Path(entry["midi"]).name).is_file() for entry in done):
                report.kept += [{**entry, "line": number} for entry in done]
            else:
                yield Job(number, name, prompt, folder.absolute(), programs, weights, threads)

    with progress("arranging", len(lines), "lines") as show, _Log(folder / REPORT, fresh=not resume) as log:
        todo: list[Job] = []  # handed out, in their order

        def noted() -> Iterator[Job]:
            for job in jobs():
                todo.append(job)
                yield job

        for number, outcome in enumerate(workers.run(_arrange, noted())):
            job = todo[number]
            told = Outcome([], _ENDS_ITS_PROCESS) if isinstance(outcome, Ended) else outcome
            entries = [
                {"line": job.line, **entry, "midi": str(folder / f"{job.name}_{entry['sample']}.mid")}
                for entry in told.written
            ]
            report.written += entries
            if told.error is not None:
                report.failed.append({"line": job.line, "id": job.name, "error": told.error})
            else:
                log.add(entries, asked[job.line])
            show(report.arranged + len(report.failed))
    report.failed.sort(key=lambda failure: failure["line"])
    _show(report, len(lines), folder, as_json=as_json)


def _arrange(job: Job) -> Outcome:
    """Compose and write the samples of a line."""
    from sideman.arranging import arrange

    written: list[dict[str, Any]] = []
    try:
        wishes = {name: value for name, value in job.prompt.wishes.items() if value is not None}
        arrangement = arrange(job.prompt.chords, model=_model(job.weights, job.threads), **wishes)
        bands = compose(arrangement, lambda bars: None)  # noqa: ARG005 - the batch counts lines
        seed = arrangement.plan.options.seed
        for sample, band in enumerate(bands):
            band.save(job.folder / f"{job.name}_{sample}.mid", programs=job.programs)
            written.append({"id": job.name, "sample": sample, "seed": seed, "midi": "", "notes": band.note_count})
    except SidemanError as error:
        return Outcome(written, str(error))
    return Outcome(written, None)


@lru_cache(maxsize=1)
def _model(weights: Path | None, threads: int | None) -> Model:
    """The model of this process, loaded once."""
    return load_model(weights, threads)


class _Log:
    """The report in the batch's folder: a line of JSON for each sample, once all of its line are written."""

    def __init__(self, path: Path, *, fresh: bool) -> None:
        self.path = path
        try:
            self._file = path.open("w" if fresh else "a", encoding="utf-8")
            if not fresh:
                self._file.write("\n")  # the last line may have been cut short
        except OSError as error:
            raise DataError(f"cannot write {path}: {reason(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def add(self, entries: list[dict[str, Any]], request: str) -> None:
        """What became of a line."""
        try:
            self._file.writelines(json.dumps({**entry, "request": request}) + "\n" for entry in entries)
            self._file.flush()
        except OSError as error:
            raise DataError(f"cannot write {self.path}: {reason(error)}") from error


def _read_report(folder: Path) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The samples of each id and request that an earlier run wrote; what can't be read is of no use."""
    found: dict[tuple[str, str], dict[int, dict[str, Any]]] = {}
    try:
        text = (folder / REPORT).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    for line in text.splitlines():
        try:
            entry = json.loads(line)
            key, sample = (entry["id"], entry.pop("request")), int(entry["sample"])
            if not {"midi", "seed", "notes"} <= entry.keys():
                continue
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            continue
        found.setdefault(key, {})[sample] = entry
    return {key: [samples[number] for number in sorted(samples)] for key, samples in found.items()}


def _digest(prompt: Prompt, programs: Mapping[Role, int], model: Model) -> str:
    """What decides the files of a line, but for a seed that it leaves open."""
    asked = [prompt.chords, sorted(prompt.wishes.items()), sorted(programs.items()), model.fingerprint]
    return hashlib.sha256(json.dumps(asked, default=str).encode(errors="replace")).hexdigest()[:16]


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
    own = {option.name: values[option.name] for option in OWN if values.get(option.name) is not None}
    return Prompt(chords, {**wishes, **own})


def _others(values: Mapping[str, Any]) -> list[str]:
    """The keys of a line that are none of ours. Raises :class:`OptionError` where one may be meant for an option."""
    others = [key for key in values if key not in KEYS]
    for key in others:
        if key == "takes":
            raise OptionError("takes are as many for all lines: give --samples")
        near = get_close_matches(key[:SHOWN].lower(), MEANT, 1, ALMOST)
        if near:
            raise OptionError(f"unknown key {key[:SHOWN]!r}: perhaps {MEANT[near[0]]}; else give it another name")
    return others


def _show(report: Report, lines: int, folder: Path, *, as_json: bool) -> None:
    """Tell what became of the batch; on standard error what was ignored, and failures."""
    if report.ignored:
        told = [f"{key[:SHOWN]!r} ({counted(count, 'line')})" for key, count in report.ignored.most_common(MAX_NAMES)]
        more = f", and {len(report.ignored) - MAX_NAMES} more" if len(report.ignored) > MAX_NAMES else ""
        say(f"ignored: {', '.join(told)}{more}")
    for failure in report.failed:
        name = "" if failure["id"] is None else f" ({failure['id']})"
        say(f"failed: line {failure['line']}{name}: {failure['error']}")
    if as_json:
        print_json({"written": report.written, "failed": report.failed, "kept": report.kept, "ignored": report.ignored})
    else:
        files = counted(len(report.written), "file")
        kept = f", {counted(len(report.kept), 'file')} kept" if report.kept else ""
        typer.echo(f"{report.arranged} of {counted(lines, 'line')} arranged: {files} in {folder}{kept}")
    if report.failed:
        raise typer.Exit(PARTIAL_FAILURE)
