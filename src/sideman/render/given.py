"""Somebody's own parts and melody, from the files that they have them in: MIDI, or a melody in a score. No planning."""

from __future__ import annotations

from pathlib import Path

from sideman.charts import musicxml
from sideman.charts.source import MAX_BYTES, Source
from sideman.errors import DataError, OptionError, UnreadableError
from sideman.music.band import DURATION, ONSET, Role, Track
from sideman.music.time import BarLines
from sideman.render.midi import read_track
from sideman.render.pulses import Pulses

PULSES_PER_QUARTER = 5_040  # in which steps of all metres are whole


def read_given(source: Path | str | bytes, role: Role, lines: BarLines, bars: int, part: str = "") -> tuple[Track, int]:
    """One part of a file as a role plays it, in so many ``bars`` that begin at ``lines``; how many onsets were moved.

    Of MIDI files a track, see :func:`sideman.render.midi.read_track`. Of a MusicXML score the melody as it is played:
    ``part`` is the name of its part, or the number from 1; without it the sung one is taken, or the one that has the
    chords. Raises :class:`DataError` for what can't be read.
    """
    where = "the score" if isinstance(source, bytes) else str(source)
    try:
        score = _score(source)
        if score is None:
            return read_track(source, role, lines, part)
        if role is not Role.MELODY:
            raise DataError(f"{where}: of a score the melody is read, give a MIDI file for {role}")
        tune = musicxml.read_tune(score, lines, bars, part)
    except (UnreadableError, OptionError) as error:
        raise DataError(f"{where}: {error}") from error
    notes = tune.notes
    if tune.lines != lines:
        theirs, ours = Pulses(tune.lines, PULSES_PER_QUARTER), Pulses(lines, PULSES_PER_QUARTER)
        begins = ours.steps(theirs.of_steps(notes[:, ONSET]))
        ends = ours.steps(theirs.of_steps(notes[:, ONSET] + notes[:, DURATION]))
        notes[:, ONSET], notes[:, DURATION] = begins, (ends - begins).clip(1)
    return Track(role, notes), tune.moved


def _score(source: Path | str | bytes) -> Source | None:
    """The file as a score where it is one. What can't be opened is for the reader of MIDI files to tell."""
    if isinstance(source, bytes):
        score = Source(source)
    else:
        path = Path(source)
        try:
            with path.open("rb") as file:
                score = Source(file.read(MAX_BYTES + 1), path.name)
        except (OSError, ValueError):
            return None
    return Source.of(score.data, score.name) if musicxml.recognises(score) else None
