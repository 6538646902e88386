"""A band as a picture: a piano roll in SVG, as a notebook shows it. Knows notes and colours; no files, no sound."""

from __future__ import annotations

from html import escape

import numpy as np

from sideman.music.band import DURATION, ONSET, PITCH, Band, NoteArray, Role, Track
from sideman.music.progression import Progression
from sideman.music.time import TICKS_PER_STEP

COLOURS = {
    Role.DRUMS: 0x8C8C8C,
    Role.PIANO: 0x4C78A8,
    Role.GUITAR: 0x54A24B,
    Role.BASS: 0xE45756,
    Role.STRINGS: 0xB279A2,
    Role.MELODY: 0xF58518,
}

# In pixels.
_STEP = 2
_ROW = 4  # of a pitch, or of a drum
_BETWEEN = 1  # a note and the next one
_SHORTEST = 3
_LINE = 16  # of text
_LEGEND = 72  # of a role


def svg_roll(band: Band, progression: Progression | None = None) -> str:
    """``band`` as an SVG element: time to the right, pitches upwards, below them a row for each drum.

    The chords of ``progression`` stand above. All text is escaped.
    """
    pitched = [track for track in band.tracks if not track.is_drum]
    drums = [track for track in band.tracks if track.is_drum]
    used = _pitches(pitched)
    pitches = range(used[-1], used[0] - 1, -1) if used else range(0)
    floor = _LINE + _ROW * (len(pitches) + 1)
    rows = {pitch: _LINE + _ROW * row for row, pitch in enumerate(pitches)}
    drum_rows = {pitch: floor + _ROW * row for row, pitch in enumerate(reversed(_pitches(drums)))}
    bottom = floor + _ROW * (len(drum_rows) + 1)
    width, height = max(_STEP * band.steps, _LEGEND * len(band.tracks)), bottom + _LINE
    onsets = (step for step in band.lines.onsets(band.lines.count(band.steps)) if step <= band.steps)
    bars = [f"M{_STEP * step} {_LINE}V{bottom}" for step in onsets]
    shapes = [
        f'<path stroke="currentColor" opacity=".2" d="{"".join(bars)}"/>',
        *(_notes(track, rows) for track in pitched),
        *(_notes(track, drum_rows) for track in drums),
        *(_text(_LEGEND * number, height - _ROW, track.role, track.role) for number, track in enumerate(band.tracks)),
    ]
    if progression is not None:
        chords = ((span.onset // TICKS_PER_STEP, span.chord.written) for span in progression.spans)
        shapes += [_text(_STEP * step, _LINE - _ROW, name) for step, name in chords]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(repr(band))}" font-family="sans-serif" font-size="11" fill="currentColor">'
        f"{''.join(shapes)}</svg>"
    )


def _pitches(tracks: list[Track]) -> list[int]:
    """All pitches of some tracks, rising."""
    notes: list[NoteArray] = [track.notes for track in tracks]
    return np.unique(np.concatenate(notes)[:, PITCH]).tolist() if notes else []


def _notes(track: Track, rows: dict[int, int]) -> str:
    """All notes of a track as one path: a thick stroke each."""
    strokes = [
        f"M{_STEP * onset} {rows[pitch]}h{max(_STEP * duration - _BETWEEN, _SHORTEST)}"
        for onset, duration, pitch in track.notes[:, [ONSET, DURATION, PITCH]].tolist()
    ]
    return f'<path stroke="{_colour(track.role)}" stroke-width="{_ROW - _BETWEEN}" d="{"".join(strokes)}"/>'


def _text(x: int, y: int, text: str, role: Role | None = None) -> str:
    fill = "" if role is None else f' fill="{_colour(role)}"'
    return f'<text x="{x}" y="{y}"{fill}>{escape(text)}</text>'


def _colour(role: Role) -> str:
    return f"#{COLOURS[role]:06x}"
