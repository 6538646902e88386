"""Somebody's own parts and melody: tracks of MIDI files, and melodies of scores. Knows no plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sideman.charts import musicxml
from sideman.charts.musicxml.archive import is_archive
from sideman.charts.reading import NO_CHOICES
from sideman.charts.source import Source
from sideman.errors import DataError, OptionError, UnreadableError
from sideman.music.band import DURATION, ONSET, Role, Track
from sideman.music.time import BarLines
from sideman.render.envelopes import read_bytes
from sideman.render.midi import read_track
from sideman.render.pulses import Pulses

PULSES_PER_QUARTER = 5_040  # in which steps of all metres are whole


def read_given(
    source: Path | str | bytes,
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
    where, data = ("", source) if isinstance(source, bytes) else (str(source), read_bytes(Path(source)))
    score = Source(data, where)
    if not (musicxml.recognises(score) or is_archive(data)):
        return read_track(data, role, lines, part, where)
    where = where or "the score"
    if role is not Role.MELODY:
        raise DataError(f"{where}: only a melody can be taken from a score, give a MIDI file for {role}")
    try:
        tune = musicxml.read_tune(Source.of(data, where), lines, bars, part, choices)
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
