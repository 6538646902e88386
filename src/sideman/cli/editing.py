"""`sideman edit`: notes of MIDI files in the place of those of a piece, by its document."""

from __future__ import annotations

from typing import Annotated

import typer

from sideman.cli.giving import read_tracks, told
from sideman.cli.redoing import Outputs, Piece, TakeNumber, check_outputs, read_bars, write_piece
from sideman.cli.terminal import print_json, say
from sideman.errors import OptionError


def edit(
    piece: Piece,
    notes: Annotated[
        list[str],
        typer.Option(metavar="TRACK=FILE[#NUMBER]", help="A track of a MIDI file, by name or number. May be repeated."),
    ],
    output: Outputs,
    bars: Annotated[str | None, typer.Option(help="Which bars, from 1, such as 5-8,12; all if left out.")] = None,
    take: TakeNumber = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Put notes of a MIDI file, whose bars are the piece's, in the place of a track's; all else stays.

    \b
    Examples:
      sideman edit song.json --notes piano=mine.mid --bars 5-6 -o song.json -o song.mid
      sideman edit song.json --notes drums=mine.mid#2 --notes bass=low.mid --bars 3 -o other.json

    \b
    Onsets go to the grid of 12 steps a beat, lengths to the nearest that it has; velocities stay. Later
    `redo` plays the others around these notes, or these bars anew where it names them.
    """  # noqa: D301 - \b keeps typer from filling the lines
    from sideman.music.band import ONSET, Track
    from sideman.pieces.document import read_composition

    check_outputs(output)
    before = read_composition(piece)
    if not take <= len(before.takes):
        raise OptionError(f"take {take}: there are 1 to {len(before.takes)}")
    plan = before.plan_of(take - 1)
    wanted = read_bars(bars, plan.bars)
    read = read_tracks(plan, notes, "--notes")
    lines = plan.progression.lines
    tracks = {}
    for role, (track, _) in read.items():
        rows = track.notes[track.notes[:, ONSET] < plan.chart.steps]
        tracks[role] = Track(role, rows[[bar in wanted for bar in lines.bars_at(rows[:, ONSET]).tolist()]])
    after, losses = before.edited(tracks, wanted, take - 1)
    names = write_piece(after, output, take - 1)
    for role, loss in losses.items():
        moved = read[role][1]
        say(f"your {role}: {told(loss, moved if bars is None else 0)}")
        if moved and bars is not None:
            say(f"your {role}: {moved:,} notes of its file, all bars counted, were moved to the grid")
    title = after.revisions[-1].title
    if as_json:
        counts = {role: {"notes": loss.notes, "dropped": loss.dropped} for role, loss in losses.items()}
        print_json({"files": names, "name": title, "tracks": counts})
        return
    typer.echo(f"{' and '.join(names)}: {title}")
