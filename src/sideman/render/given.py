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
from sideman.render.midi import read_lines, read_track
from sideman.render.pulses import Pulses

PULSES_PER_QUARTER = 5_040  # in which steps of all metres are whole


class OtherMetre(NamedTuple):
    """The first bar, from 0, whose metre a file has otherwise than the chart, and both metres."""

    bar: int
    file: Meter
    chart: Meter


def read_given(
    source: Path | str | bytes | Source,
    role: Role,
    lines: BarLines,
    bars: int,
    part: str = "",
    choices: Mapping[str, str] = NO_CHOICES,
) -> tuple[Track, int]:
    """One part of a file as a role plays it, in so many ``bars`` that begin at ``lines``; how many onsets were moved.

    Of MIDI files a track, see :func:`sideman.render.midi.read_track`. Of a MusicXML score the melody as it is played:
    ``part`` is the name of its part, or its number from 1 among those with notes; without it the sung one is taken, or
    the one that has the chords. ``choices`` are those of a chart that was read from the same score. Raises
    :class:`DataError` for what can't be read.
    """
    opened = open_given(source)
    where = opened.name or "the score"
    if not _is_score(opened):
        return read_track(opened.data, role, lines, part, opened.name)
    if role is not Role.MELODY:
        raise DataError(f"{where}: only a melody can be taken from a score, give a MIDI file for {role}")
    try:
        tune = musicxml.read_tune(Source.of(opened.data, opened.name), lines, bars, part, choices)
    except (UnreadableError, OptionError) as error:
        raise DataError(f"{where}: {error}") from error
    notes, moved = tune.notes, tune.moved
    if tune.lines != lines:
        theirs, ours = Pulses(tune.lines, PULSES_PER_QUARTER), Pulses(lines, PULSES_PER_QUARTER)
        begun, ended = theirs.of_steps(notes[:, ONSET]), theirs.of_steps(notes[:, ONSET] + notes[:, DURATION])
        begins, ends = ours.steps(begun), ours.steps(ended)
        moved = max(moved, int((ours.of_steps(begins) != begun).sum()))
        notes[:, ONSET], notes[:, DURATION] = begins, (ends - begins).clip(1)
    return Track(role, notes), moved


def other_metre(
    source: Path | str | bytes | Source, lines: BarLines, bars: int, choices: Mapping[str, str] = NO_CHOICES
) -> OtherMetre | None:
    """Where the bars of a file, of which :func:`read_given` has read a part, aren't the chart's; None where they are.

    A file that names no metre goes with every chart, and 2/2 with 4/4.
    """
    opened = open_given(source)
    if _is_score(opened):
        theirs: BarLines | None = musicxml.read_tune(opened, lines, bars, choices=choices).lines
    else:
        theirs = read_lines(opened.data)
    if theirs is None or all(meter.beats == 1 for meter in theirs.meters):  # 1/4: of programs that know no bars
        return None
    for bar in range(bars):
        file, chart = theirs.meter(bar), lines.meter(bar)
        if (file.steps, file.is_compound) != (chart.steps, chart.is_compound):
            return OtherMetre(bar, file, chart)
    return None


def open_given(source: Path | str | bytes | Source) -> Source:
    """A file, read once for both of these. Raises :class:`DataError` where it can't be read."""
    if isinstance(source, Source):
        return source
    return Source(source) if isinstance(source, bytes) else Source(read_bytes(Path(source)), str(source))


def _is_score(source: Source) -> bool:
    return musicxml.recognises(source) or is_archive(source.data)
