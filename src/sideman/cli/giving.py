"""Somebody's own parts and melody on the command line: of MIDI files and scores, and what was changed in them, told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sideman.cli.terminal import counted, say
from sideman.music.roles import ROLES, Role

if TYPE_CHECKING:
    from sideman.arranging import Plan
    from sideman.music.band import Track
    from sideman.music.time import BarLines
    from sideman.tokens.grid import GridLoss

BETWEEN = "#"  # a file's name and the track in it


def with_own_parts(plan: Plan, wishes: Sequence[str]) -> Plan:
    """The plan around parts that are written TRACK=FILE or TRACK=FILE#NUMBER; tells what the grid changed in them.

    Raises :class:`DataError` for files that can't be read, :class:`OptionError` for roles that don't play.
    """
    if not wishes:
        return plan
    read = read_tracks(plan, wishes, "--given")
    plan, losses = plan.with_own({role: track for role, (track, _) in read.items()})
    for role, loss in losses.items():
        say(f"your {role}: {told(loss, read[role][1])}")
    return plan


def read_tracks(plan: Plan, wishes: Sequence[str], option: str) -> dict[Role, tuple[Track, int]]:
    """Tracks that are written TRACK=FILE or TRACK=FILE#NUMBER, and how many onsets of each were off the grid.

    Raises :class:`DataError` for files that can't be read, a usage error for what is not written so, and for two files
    of one track.
    """
    tracks: dict[Role, tuple[Track, int]] = {}
    for wish in wishes:
        name, _, place = wish.partition("=")
        role = name.lower()
        if role not in ROLES or not place:
            detail = f"{wish!r}: write TRACK=FILE, such as bass=mine.mid, with a track of {', '.join(ROLES)}"
            raise typer.BadParameter(detail, param_hint=option)
        if role in tracks:
            raise typer.BadParameter(f"{role} has two files: give one for a track", param_hint=option)
        tracks[Role(role)] = _read(place, Role(role), plan.progression.lines, plan.bars)
    return tracks


def with_melody(plan: Plan, place: str | None, choices: Mapping[str, str]) -> Plan:
    """The plan with the melody in FILE or FILE#NUMBER; tells what was changed in it. ``choices`` are the chart's.

    Raises as :func:`with_own_parts`.
    """
    if place is None:
        return plan
    track, moved = read_melody(place, plan.progression.lines, plan.bars, choices)
    plan, loss = plan.with_melody(track)
    say(f"your melody: {told(loss, moved)}")
    return plan


def read_melody(place: str, lines: BarLines, bars: int, choices: Mapping[str, str]) -> tuple[Track, int]:
    """The melody in FILE or FILE#NUMBER, in so many bars that begin at ``lines``, and how many onsets were moved.

    ``choices`` are those of the chart, which may be the same score.

    Raises :class:`DataError` for files that can't be read.
    """
    return _read(place, Role.MELODY, lines, bars, choices)


def _read(
    place: str, role: Role, lines: BarLines, bars: int, choices: Mapping[str, str] | None = None
) -> tuple[Track, int]:
    """The track of a file, and how many of its onsets were off the grid; tells where its bars aren't the chart's."""
    from sideman.render.given import read_given_and_metre

    file, wanted = (place, "") if Path(place).exists() else _split(place)
    track, moved, other = read_given_and_metre(Path(file), role, lines, bars, wanted, choices or {})
    if other is not None:
        since = f"from bar {other.bar + 1} " if other.bar else ""
        say(f"your {role}: {since}its file is in {other.file}, the chart in {other.chart}")
    return track, moved


def _split(place: str) -> tuple[str, str]:
    file, _, track = place.rpartition(BETWEEN)
    return (file, track) if file else (place, "")


def told(loss: GridLoss, moved: int) -> str:
    """What became of a part, counted."""
    counts = {
        "moved to the grid": moved,
        "of another length": loss.duration,
        "of another velocity": loss.velocity,
        "of another octave": loss.folded,
        "left out": loss.dropped,
    }
    changes = [f"{count:,} {what}" for what, count in counts.items() if count]
    return f"{counted(loss.notes, 'note')}, {', '.join(changes) or 'all as they are'}"
