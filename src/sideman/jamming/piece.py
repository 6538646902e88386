"""What was jammed → a piece that can be kept, and its chart. Knows bars, chords and bands; no files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from sideman.charts import Reading, sheet_of
from sideman.errors import OptionError
from sideman.jamming.jam import Chords, JamBar, damped
from sideman.music.band import ONSET, NoteArray, Role, Track
from sideman.music.progression import MAX_BEATS, Chord, Progression
from sideman.music.song import Song
from sideman.music.styles import style_program
from sideman.music.time import STEPS_PER_BEAT, TICKS_PER_STEP, BarLines, Meter
from sideman.options import ArrangeOptions
from sideman.render.rendition import Rendition


def most_bars(meter: Meter) -> int:
    """How many bars a piece may have."""
    return MAX_BEATS * STEPS_PER_BEAT // meter.steps


def piece_of(bars: Sequence[JamBar], options: ArrangeOptions, meter: Meter) -> Rendition:
    """The band that played these bars, one after the other. Raises :class:`OptionError` where there is none."""
    if not bars:
        raise OptionError("nothing was played: there is no piece")
    steps, lines = meter.steps, BarLines((meter,))
    lengths = _joined([bar.chords for bar in bars], steps)
    progression = Progression.of([(chord, length * TICKS_PER_STEP) for chord, length in lengths], lines)
    changes = [(span.onset // TICKS_PER_STEP, span.chord) for span in progression]
    tracks = []
    for role in bars[0].notes:
        rows = [_later(bar.notes[role], number * steps) for number, bar in enumerate(bars)]
        notes = np.concatenate(rows)
        if role is not Role.DRUMS:
            for step, chord in changes:
                notes = damped(notes, step, chord)
        tracks.append(Track(role, notes, style_program(options.style, role)))
    return Rendition(
        tuple(tracks),
        len(bars) * steps,
        options.tempo,
        lines,
        options.feel,
        mix=options.mix,
        progression=progression,
        key=progression.key.name,
    )


def chart_of(piece: Rendition) -> Reading:
    """The chords of such a piece, as a chart that was read."""
    assert piece.progression is not None
    song = replace(Song.of(piece.progression), tempo=piece.tempo, key=piece.progression.key)
    return Reading(song, sheet_of(song), "jam", ())


def _joined(bars: Sequence[Chords], steps: int) -> Iterator[tuple[Chord, int]]:
    """Each chord and how many steps it lasts, over the bar lines."""
    onsets = [(number * steps + onset, chord) for number, chords in enumerate(bars) for onset, chord in chords]
    changes = [onsets[0], *(now for before, now in pairwise(onsets) if now[1] != before[1])]
    ends = [*(onset for onset, _ in changes[1:]), len(bars) * steps]
    for (onset, chord), end in zip(changes, ends, strict=True):
        yield chord, end - onset


def _later(notes: NoteArray, steps: int) -> NoteArray:
    moved = notes.copy()
    moved[:, ONSET] += steps
    return moved
