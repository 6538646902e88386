"""Somebody's own parts and melody: tracks of MIDI files, and melodies of scores. Knows no plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sideman.charts import musicxml
from sideman.charts.musicxml.archive import is_archive
from sideman.charts.reading import NO_CHOICES
from sideman.charts.source import Source
from sideman.errors import DataError, OptionError, UnreadableError
from sideman.music.band import DURATION, ONSET, Role, Track
from sideman.music.time import BarLines, Meter
from sideman.render.envelopes import read_bytes
from sideman.render.midi import read_track_and_lines
from sideman.render.pulses import Pulses

PULSES_PER_QUARTER = 5_040  # in which steps of all metres are whole


class OtherMetre(NamedTuple):
    """The first bar, from 0, whose metre a file has otherwise than the chart, and both metres."""

    bar: int
    file: Meter
    chart: Meter


def read_given(
    source: Path | str | bytes,
    role: Role,
    lines: BarLines,
    bars: int,
    part: str = "",
    choices: Mapping[str, str] = NO_CHOICES,
) -> tuple[Track, int]:
    """A part of a MIDI file, or the melody of a MusicXML score, for so many bars that begin at ``lines``.

    Tells how many onsets were off the steps. ``part`` is a name or a number, of a track
    (:func:`~sideman.render.midi.read_track`) or a part of the score, whose melody is else the part that is sung, or
    the one that has the chords. ``choices`` are those of a chart that was read from the same score. Raises
    :class:`DataError` for what can't be read.
    """
    track, moved, _ = read_given_and_metre(source, role, lines, bars, part, choices)
    return track, moved


def read_given_and_metre(
    source: Path | str | bytes,
    role: Role,
    lines: BarLines,
    bars: int,
    part: str = "",
    choices: Mapping[str, str] = NO_CHOICES,
) -> tuple[Track, int, OtherMetre | None]:
    """What :func:`read_given` reads, and where the bars of the file aren't the chart's; None where they are.

    A file that names no metre goes with every chart, and 2/2 with 4/4.
    """
    where, data = ("", source) if isinstance(source, bytes) else (str(source), read_bytes(Path(source)))
    theirs: BarLines | None
    if musicxml.recognises(Source(data, where)) or is_archive(data):
        track, moved, theirs = _of_score(data, where, role, lines, bars, part, choices)
    else:
        track, moved, theirs = read_track_and_lines(data, role, lines, part, where)
    return track, moved, _other_metre(theirs, lines, bars)


def _of_score(
    data: bytes, where: str, role: Role, lines: BarLines, bars: int, part: str, choices: Mapping[str, str]
) -> tuple[Track, int, BarLines]:
    told = where or "the score"
    if role is not Role.MELODY:
        raise DataError(f"{told}: only a melody can be taken from a score, give a MIDI file for {role}")
    try:
        tune = musicxml.read_tune(Source.of(data, where), lines, bars, part, choices)
    except (UnreadableError, OptionError) as error:
        raise DataError(f"{told}: {error}") from error
    notes, moved = tune.notes, tune.moved
    if tune.lines != lines:
        theirs, ours = Pulses(tune.lines, PULSES_PER_QUARTER), Pulses(lines, PULSES_PER_QUARTER)
        begun, ended = theirs.of_steps(notes[:, ONSET]), theirs.of_steps(notes[:, ONSET] + notes[:, DURATION])
        begins, ends = ours.steps(begun), ours.steps(ended)
        moved = max(moved, int((ours.of_steps(begins) != begun).sum()))
        notes[:, ONSET], notes[:, DURATION] = begins, (ends - begins).clip(1)
    return Track(role, notes), moved, tune.lines


def _other_metre(theirs: BarLines | None, lines: BarLines, bars: int) -> OtherMetre | None:
    if theirs is None or all(meter.beats == 1 for meter in theirs.meters):  # 1/4: of programs that know no bars
        return None
    for bar in range(bars):
        file, chart = theirs.meter(bar), lines.meter(bar)
        if (file.steps, file.is_compound) != (chart.steps, chart.is_compound):
            return OtherMetre(bar, file, chart)
    return None
