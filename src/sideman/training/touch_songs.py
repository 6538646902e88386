"""People's velocities, to learn a touch from: what each note of a song tells, and how hard it was struck.

Knows songs; not what is fitted. Many tracks were never played: all their notes have one velocity, or
one a bar. They say nothing about a player and are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sideman.music.band import MIDI_VALUES, ONSET, PITCH, ROLES, VELOCITY, NoteArray, Role
from sideman.music.strokes import Setting, Strokes, settings, strokes
from sideman.tokens.form import bar_lines, bars_of, measures_of
from sideman.tokens.grid import to_grid
from sideman.training.encode_song import in_bars
from sideman.training.song import Song

VARIES = 0.5  # of the bars with several onsets: so many have several velocities where somebody played


@dataclass(frozen=True, eq=False)
class PlayedBar:
    """A bar of a role: its ``notes`` (notes, 4) as they would be composed, all of one loudness, and what they ``told``.

    ``velocity`` (notes,) is how hard each was struck. Both are sorted by onset, then pitch.
    """

    setting: Setting
    notes: NoteArray
    told: Strokes
    velocity: npt.NDArray[np.int64]

    @property
    def onsets(self) -> int:
        """How many notes or chords begin."""
        return int(self.told.onset[-1]) + 1


def played(song: Song, style: str | None = None) -> dict[Role, list[PlayedBar]]:
    """The bars of each role in which it plays, of a usable song."""
    _, tracks, meter, count, _ = in_bars(song)
    lines = bar_lines(measures_of(meter) * count)
    made = settings(lines.tolist(), style)
    return {
        role: _bars(role, notes, to_grid(role, notes, int(lines[-1]), 0, lines)[0], made, lines)
        for role, notes in zip(ROLES, tracks, strict=True)
    }


def is_played(bars: Sequence[PlayedBar]) -> bool:
    """Whether somebody played this track: most of its bars with several onsets have several velocities."""
    several = [np.ptp(bar.velocity) > 0 for bar in bars if bar.onsets > 1]
    return bool(several) and float(np.mean(several)) >= VARIES


def _bars(
    role: Role, notes: NoteArray, placed: NoteArray, made: Sequence[Setting], lines: npt.NDArray[np.int64]
) -> list[PlayedBar]:
    """The bars of one track: ``notes`` as they were, and as they are ``placed`` on the grid."""
    if not len(placed):
        return []
    key, wanted = _key(notes), _key(placed)
    found = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    same = key[found] == wanted  # all but those of pitches that were folded
    placed, velocity = placed[same], notes[found[same], VELOCITY].astype(np.int64)
    number = bars_of(placed[:, ONSET], lines)
    cuts = np.flatnonzero(np.diff(number)) + 1
    bars = []
    for rows, struck in zip(np.split(placed, cuts), np.split(velocity, cuts), strict=True):
        if len(rows):
            setting = made[int(bars_of(rows[:1, ONSET], lines)[0])]
            told = strokes(role, rows, setting)
            bars.append(PlayedBar(setting, rows[told.order], told, struck[told.order]))
    return bars


def _key(notes: NoteArray) -> npt.NDArray[np.int64]:
    """(notes,) one number for onset and pitch, ascending as notes are sorted."""
    return notes[:, ONSET].astype(np.int64) * MIDI_VALUES + notes[:, PITCH]
