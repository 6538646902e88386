"""What `sideman evaluate --music` and `--memory` do: judge a model by the music that it makes, without torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sideman.cli.composing import read_options
from sideman.cli.outputs import check_output
from sideman.cli.terminal import print_json, progress, table
from sideman.errors import MissingLibraryError

if TYPE_CHECKING:
    from sideman.judging.statistics import Estimate


@dataclass(frozen=True)
class Judgement:
    """What is to be judged, as it was written; the fields are those of the command line."""

    weights: Path | None  # None: those of the package
    dataset: Path
    fold: str
    windows: int
    seed: int
    form: int
    temperature: float | None  # None: as ever
    top_p: float | None
    plot: Path | None
    as_json: bool
    workers: int | None = None  # None: this process alone
    cluster: str | None = None


def evaluate_music(wanted: Judgement) -> None:
    """Judge, draw and print."""
    from sideman.arranging import Model, default_model
    from sideman.judging.composing import composes_in
    from sideman.judging.judge import TAKES, judge
    from sideman.judging.plot import SUFFIXES, plot
    from sideman.training.shards import Dataset
    from sideman.workers.opening import open_workers

    if wanted.plot is not None:
        check_output(wanted.plot, SUFFIXES)
        if find_spec("matplotlib") is None:
            raise MissingLibraryError("--plot needs matplotlib: run 'pip install sideman[plot]'")
    options = read_options({"temperature": wanted.temperature, "top_p": wanted.top_p})
    dataset = Dataset(wanted.dataset, wanted.fold)
    with (
        _weights(wanted.weights) as weights,
        progress("evaluate", wanted.windows + TAKES + 2 * wanted.form, "bands") as show,
    ):
        model = default_model() if wanted.weights is None else Model.load(weights)
        compose = None
        if wanted.workers is not None or wanted.cluster is not None:
            compose = composes_in(open_workers(wanted.workers, wanted.cluster), weights, options, show)
        report = judge(
            dataset, model, options, wanted.windows, wanted.seed, compose=compose, form=wanted.form, show=show
        )
    if wanted.plot is not None:
        plot(report, wanted.plot)
    if wanted.as_json:
        print_json(report.to_dict())
    else:
        typer.echo(report.text())


def evaluate_memory(
    weights: Path | None, dataset: Path, windows: int, seed: int, wishes: Mapping[str, Any], *, as_json: bool
) -> None:
    """Compose, look for it in the songs of the train fold, and print."""
    from sideman.arranging import Model
    from sideman.judging.copying import measure_copying

    options = read_options(dict(wishes))
    with _weights(weights) as path, progress("evaluate", windows, "bands") as show:
        rows = measure_copying(dataset, Model.load(path), options, windows, seed, show)
    if as_json:
        print_json({row.name: row.to_dict() for row in rows})
        return
    lines: list[tuple[str, object]] = []
    for row in rows:
        lines += [
            (row.name.capitalize(), ""),
            ("of the pieces have more than four bars in a row of a training song", _told(row.long)),
            ("bars in a row, on average", _told(row.run)),
        ]
        for near in row.nearest:
            where = f"{near.window}: {near.role} from bar {near.bar} on" if near.bars else near.window
            lines.append((where, f"{near.bars} bars of {near.song}, bar {near.song_bar}" if near.bars else "nothing"))
    typer.echo(table(lines))


def _told(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} (95 %: {estimate.low:.3f} to {estimate.high:.3f})"


@contextmanager
def _weights(path: Path | None) -> Iterator[Path]:
    """A file with the weights of a file or of a run's folder, or those of the package."""
    from sideman.arranging import DEFAULT_WEIGHTS

    if path is None or not path.is_dir():
        yield path or DEFAULT_WEIGHTS
        return
    if find_spec("torch") is None:
        raise MissingLibraryError(
            f"to read the run {path} needs torch: export it where there is, or run 'pip install sideman[train]'"
        )
    import tempfile

    from sideman.training.export import export_run

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.safetensors"
        export_run(path, file)
        yield file
