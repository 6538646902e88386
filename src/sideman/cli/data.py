"""`sideman encode`, `inspect` and `fingerprint`: songs to a dataset, and what is in it. Needs no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from sideman.cli.outputs import check_output
from sideman.cli.terminal import CLUSTER_HELP, counted, print_json, progress, table
from sideman.errors import OptionError

# What the report counts, in words.
SNAPPING = {
    "notes": "notes read",
    "moved": "onset between two steps, moved to the musical neighbour",
    "merged": "fell together with a note of the same pitch",
    "rounded": "duration rounded to steps",
    "stretched": "of these shorter than a step, made one",
    "resampled": "onset or end between two 24ths of a beat, moved to the nearest",
}
GRID = {
    "duration": "duration rounded to a length of the vocabulary",
    "velocity": "velocity rounded to the bar's loudness",
    "dropped": "dropped",
    "folded": "moved by octaves into MIDI's range",
}


def encode(
    source: Annotated[
        list[str],
        typer.Argument(help="Folders or files of LPD-5 or MIDI songs; train=PATH and valid=PATH set the fold."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the dataset; must not exist.")],
    tags: Annotated[Path | None, typer.Option(help="CSV with a song column and a column of genre 'tags'.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; one a core if left out.")] = None,
    cluster: Annotated[str | None, typer.Option(metavar="ADDRESS", help=f"The {CLUSTER_HELP}")] = None,
    part: Annotated[
        str | None,
        typer.Option(metavar="NUMBER/COUNT", help="Encode this part of the files alone, such as 3/16; then --merge."),
    ] = None,
    merge: Annotated[bool, typer.Option("--merge", help="Make the dataset of parts that are all encoded.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Encode songs as a dataset to train on: chords are recognised, near-duplicates left out.

    A run that was killed goes on where it was when it is started again with the same arguments; files that changed
    since, or are new, are read.

    \b
    Examples:
      sideman encode lpd_5/ -o data/lpd5
      sideman encode train=songs/train valid=songs/valid -o data/songs --tags tags.csv
      sideman encode midi/ -o data/midi --part 3/16   # on each of 16 machines, that share a disk
      sideman encode midi/ -o data/midi --merge
      sideman encode midi/ -o data/midi --cluster auto
    """  # noqa: D301 - \b keeps typer from filling the lines
    from sideman.training.encode import Part, Source, encode_dataset, encode_part
    from sideman.workers.opening import open_workers

    sources = [Source.parse(text) for text in source]
    if merge and (part is not None or workers is not None or cluster is not None):
        raise OptionError("--merge encodes nothing: leave out --part, --workers and --cluster")
    if part is not None and tags is not None:
        raise OptionError("--tags with --part: give them with --merge")
    own = None if part is None else Part.parse(part)
    shared = open_workers(workers, cluster)
    with progress("encoding", 1.0) as bar:

        def show(done: int, total: int) -> None:
            bar(done / max(1, total), f"{done:,} of {total:,} files")

        if own is not None:
            report = encode_part(sources, output, own, workers=shared, on_progress=show)
        else:
            report = encode_dataset(sources, output, tags=tags, workers=shared, merge=merge, on_progress=show)
    if as_json:
        print_json(report)
    elif own is not None:
        count = counted(report["files"], "file")
        typer.echo(f"part {part}: {count} encoded; when all parts are, --merge makes {output} of them")
    else:
        typer.echo(table(_report_rows(report)))


def _report_rows(report: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The report of an encoding as a table's rows."""
    yield "files read", report["files"]
    yield "songs kept", report["songs"]
    yield "near-duplicates left out", report["near_duplicates"]
    yield "bars", report["bars"]
    yield "tokens", report["tokens"]
    yield "tokens a bar", f"{report['tokens'] / max(1, report['bars']):.1f}"
    yield from _loss_rows(report)


def _loss_rows(report: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """What was lost on the way into a dataset, as it was counted when that was made."""
    if report.get("skipped"):
        yield "Skipped", ""
        yield from report["skipped"].items()
    yield "Notes of all songs read, and what the grid cost", ""
    snapping, grid = report.get("snapping", {}), report.get("grid", {})
    notes = max(1, snapping.get("notes", 0))
    for counts, words in ((snapping, SNAPPING), (grid, GRID)):
        for name, text in words.items():
            count = counts.get(name, 0)
            yield text, count if name == "notes" else f"{count:,} ({count / notes:.1%})"


def fingerprint(
    dataset: Annotated[Path, typer.Argument(help="Folder that `sideman encode` made.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write: the weights' name, .memory.npz.")],
    workers: Annotated[int | None, typer.Option(help="Processes; one a core if left out.")] = None,
    cluster: Annotated[str | None, typer.Option(metavar="ADDRESS", help=f"The {CLUSTER_HELP}")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Take fingerprints of the train fold's songs: beside the weights they keep a band from playing them again.

    They hold no notes and no names. A band of the weights beside which they lie draws a part again with which it would
    play more than four bars in a row of a song.

    \b
    Example:
      sideman fingerprint data/lpd5 -o band.memory.npz
      sideman arrange "C|Am|F|G" -o song.mid --weights band.safetensors
    """  # noqa: D301 - \b keeps typer from filling the lines
    from sideman.tokens.fingerprints import SUFFIX
    from sideman.training.known import fingerprints_of
    from sideman.workers.opening import open_workers

    if not output.name.endswith(SUFFIX):
        raise OptionError(f"cannot write {output}: its name must end in {SUFFIX}, as in band{SUFFIX}")
    check_output(output, (Path(SUFFIX).suffix,))
    shared, songs = open_workers(workers, cluster), 0
    with progress("reading", 1.0) as bar:

        def show(done: int, total: int) -> None:
            nonlocal songs
            songs = total
            bar(done / max(1, total), f"{done:,} of {total:,} songs")

        known = fingerprints_of(dataset, shared, show)
    known.save(output)
    if as_json:
        print_json({"file": str(output), "songs": songs, "runs": len(known), "bytes": output.stat().st_size})
    else:
        typer.echo(f"{output}: {len(known):,} runs of bars of {songs:,} songs")


def inspect(
    dataset: Annotated[Path, typer.Argument(help="Folder that `sideman encode` made.")],
    song: Annotated[
        str | None, typer.Option(help="A song by its name or number: print --bar of it, or plot it.")
    ] = None,
    bar: Annotated[int | None, typer.Option(help="With --song: the bar to print, from 1.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Picture to write: .png, .svg or .pdf.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Print what is in a dataset, or a bar of a song as the network reads it.

    \b
    Examples:
      sideman inspect data/lpd5
      sideman inspect data/lpd5 --song 12 --bar 9
      sideman inspect data/lpd5 --plot lpd5.png
    """  # noqa: D301 - \b keeps typer from filling the lines
    from sideman.training import inspect as inspection
    from sideman.training.shards import Dataset

    if bar is not None and song is None:
        raise typer.BadParameter("it takes --song NAME", param_hint="--bar")
    if plot is not None:
        check_output(plot, inspection.SUFFIXES)
    songs = Dataset(dataset)
    value: dict[str, Any]
    if plot is not None:
        inspection.plot(songs, plot, song or "1")
        value, text = {"picture": str(plot)}, str(plot)
    elif song is not None:
        text = inspection.dump_bar(songs, song, 1 if bar is None else bar)
        value = {"lines": text.splitlines()}
    else:
        value = inspection.statistics(songs).to_dict()
        text = table(_statistics_rows(value))
    if as_json:
        print_json(value)
    else:
        typer.echo(text)


def _statistics_rows(values: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Figures as a table's rows: plain ones first, then each group under its heading, at last what was lost."""
    lost = values["lost"]
    groups = {name: group for name, group in values.items() if isinstance(group, Mapping) and group is not lost}
    for name, value in values.items():
        if not isinstance(value, Mapping):
            yield name.replace("_", " "), f"{value:.2f}" if isinstance(value, float) else value
    yield "files read", lost.get("files", 0)
    yield "near-duplicates left out", lost.get("near_duplicates", 0)
    for name, group in groups.items():
        yield name.replace("_", " ").capitalize(), ""
        yield from ((key.replace("_", " "), count) for key, count in group.items())
    yield from _loss_rows(lost)
