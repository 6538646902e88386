"""`sideman redo` and `sideman history`: a piece changed in part, by its document; changes undone and done again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sideman.cli.composing import load_model
from sideman.cli.outputs import MIDI_SUFFIXES, PIECE_SUFFIXES, SCORE_SUFFIXES, check_output, numbered
from sideman.cli.reading import read_chart, tell_assumptions
from sideman.cli.terminal import counted, print_json, progress, say
from sideman.errors import OptionError
from sideman.options import OPTIONS, random_seed

if TYPE_CHECKING:
    from sideman.pieces.changes import Change
    from sideman.pieces.composition import Composition

_BARS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")

Piece = Annotated[Path, typer.Argument(metavar="PIECE", help="A piece's document, as `arrange --piece` writes it.")]
Outputs = Annotated[
    list[Path],
    typer.Option(
        "--output",
        "-o",
        help="File to write: .json is the piece, .mid, .musicxml, .mp3, .wav or .flac the take. May be repeated.",
    ),
]
TakeNumber = Annotated[int, typer.Option(min=1, help="Which take of the piece, from 1.")]


def redo(  # noqa: PLR0913, PLR0917 - one argument an option
    piece: Piece,
    output: Outputs,
    tracks: Annotated[str | None, typer.Option(help="Who plays anew, such as piano,bass; all if left out.")] = None,
    bars: Annotated[
        str | None, typer.Option(help="Which bars, from 1, such as 5-8,12; all, or those that --chords touches.")
    ] = None,
    chords: Annotated[
        str | None, typer.Option(metavar="CHART", help="A chart in place of the piece's; bars it leaves alone stay.")
    ] = None,
    anticipate: Annotated[
        bool, typer.Option(help="With --chords: the bar before a chord that changed is played anew too.")
    ] = False,
    take: TakeNumber = 1,
    takes: Annotated[int, typer.Option(min=1, max=16, help="Ways to play it: a_1.json, a_2.json and so on.")] = 1,
    drafts: Annotated[
        int, typer.Option(min=1, max=16, help="Composed each time; the one stands that the bars after it fit best.")
    ] = 4,
    seed: Annotated[int | None, typer.Option(help="Same seed, same music; another one each time if left out.")] = None,
    weights: Annotated[Path | None, typer.Option(help="Other weights than those of the package.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Have some bars of some tracks of a piece played anew; all else stays, note for note.

    \b
    Examples:
      sideman redo song.json --tracks piano --bars 5-8 -o song.json -o song.mid
      sideman redo song.json --tracks drums,bass --bars 3 --takes 4 --seed 7 -o other.json
      sideman redo song.json --chords "C:4|Am:4|Dm:4|G7:4|C:4" -o longer.json

    \b
    With --chords, bars that kept metre and chords keep their parts, however many come or go, and the
    others are played anew by everybody; with --bars too, these bars alone are.
    """  # noqa: D301 - \b keeps typer from filling the lines
    from sideman.composer import Composer
    from sideman.pieces.document import read_composition
    from sideman.pieces.drafts import BATCH, compose

    check_outputs(output, takes)
    before = read_composition(piece)
    change = _change(before, tracks, bars, chords, take - 1, random_seed() if seed is None else seed, anticipate)
    model = load_model(weights)
    drawn = before.drafts(change, drafts, takes, model.sampling)
    composer = Composer(model.engine, model.columns, min(len(drawn.takes), BATCH))
    with progress("composing", sum(len(each.leader.chart.spans) for each in drawn.takes), "bars") as done:
        compose(drawn.takes, composer, done)
    made = [before.taking(change, draft) for draft in drawn.best()]
    reports, told = [], []
    for number, each in enumerate(made):
        names = write_piece(each, [numbered(path, takes)[number] for path in output], take - 1)
        revision = each.revisions[-1]
        told.append(f"{' and '.join(names)}: {revision.title}, seed {revision.seed}")
        reports.append({"files": names, "name": revision.title, "seed": revision.seed})
    if as_json:
        print_json({"bars": made[0].plan_of(take - 1).bars, "takes": reports})
        return
    typer.echo("\n".join(told))


def history(
    piece: Piece,
    at: Annotated[
        int | None, typer.Option(min=0, help="Let so many changes stand: undo and redo. Writes the piece.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="What the last change that stands is called. Writes the piece.")
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", help="File to write, as of redo, in place of the piece. May be repeated."),
    ] = None,
    take: TakeNumber = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Show what was changed in a piece; undo it, and do it again.

    \b
    Examples:
      sideman history song.json
      sideman history song.json --at 1
      sideman history song.json --at 0 -o first.mid
    """  # noqa: D301 - \b keeps typer from filling the lines
    from sideman.pieces.document import read_composition

    check_outputs(output or [], 1)
    composition = read_composition(piece)
    if not 0 < take <= len(composition.takes):
        raise OptionError(f"take {take}: there are 1 to {len(composition.takes)}")
    if at is not None:
        composition = composition.at(at)
    if name is not None:
        if not composition.revisions:
            raise OptionError(f"no change stands in {piece}, so there is nothing to name: make one with `sideman redo`")
        composition = composition.renamed(len(composition.revisions) - 1, name)
    changed = at is not None or name is not None
    written = write_piece(composition, output or ([piece] if changed else []), take - 1)
    if as_json:
        entries = [
            {"name": each.title, "take": each.selection.take + 1, "seed": each.seed} for each in composition.history
        ]
        print_json({"position": len(composition.revisions), "changes": entries, "files": written})
        return
    standing = len(composition.revisions)
    typer.echo(f"{piece}: {counted(standing, 'change')} of {len(composition.history)}")
    for number, each in enumerate(composition.history, 1):
        whose = f", take {each.selection.take + 1}" if len(composition.takes) > 1 else ""
        typer.echo(f"{'*' if number <= standing else ' '} {number:3}  {each.title}{whose}")
    if written:
        say(f"written: {', '.join(written)}")


def _change(
    piece: Composition,
    tracks: str | None,
    bars: str | None,
    chords: str | None,
    take: int,
    seed: int,
    anticipate: bool,
) -> Change:
    """What is asked for. Raises :class:`OptionError` where the piece has it not."""
    from sideman.pieces.changes import Change, Selection, composed_roles

    if not take < len(piece.takes):
        raise OptionError(f"take {take + 1}: there are 1 to {len(piece.takes)}")
    plan = piece.plan_of(take)
    progression = None
    if chords is not None:
        reading = read_chart(chords)
        tell_assumptions(reading)
        progression = reading.song.progression
        if bars is None and tracks is None:
            return piece.chart_change(progression, seed, take=take, anticipate=anticipate)
    option = next(option for option in OPTIONS if option.attribute == "roles")
    roles = composed_roles(plan) if tracks is None else option.check(tracks)
    return Change(Selection(roles, read_bars(bars, plan.bars), take), seed, progression)


def read_bars(text: str | None, bars: int) -> list[int]:
    """Bars, from 0, of a text such as ``5-8,12``, which counts those of a piece of ``bars`` from 1; None are all.

    Raises :class:`OptionError`.
    """
    if text is None:
        return [*range(bars)]
    wanted: set[int] = set()
    for word in text.replace(" ", "").split(","):
        found = _BARS.fullmatch(word)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 0 < first <= last <= bars:
            raise OptionError(f"bars {word!r}: give bars from 1 to {bars}, such as 5-8,12")
        wanted |= {*range(first - 1, last)}
    return sorted(wanted)


def check_outputs(paths: Sequence[Path], takes: int = 1) -> None:
    """Make sure that these files can be written, of several takes one each. Raises as :func:`check_output`."""
    from sideman.render.audio import WRITERS

    for path in paths:
        for each in numbered(path, takes):
            check_output(each, (*PIECE_SUFFIXES, *MIDI_SUFFIXES, *SCORE_SUFFIXES, *WRITERS))


def write_piece(piece: Composition, paths: Sequence[Path], take: int) -> list[str]:
    """Write a piece, or a take of it, by the files' suffixes; their names."""
    from sideman.pieces.document import write_composition

    for path in paths:
        if path.suffix.lower() in PIECE_SUFFIXES:
            write_composition(piece, path)
        else:
            piece.rendition(take).save(path)
    return [str(path) for path in paths]
