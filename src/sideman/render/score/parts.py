"""Players as parts of a score: their staves and clefs, and what stands in each bar of them. Knows no XML.

What is written is as :mod:`~sideman.render.score.voices` reads it. Drums are read from where they are struck alone: a
stroke is written as long as it is until the next one, within its beat, hands in the first voice and feet in the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from sideman.music.band import Role
from sideman.music.time import STEPS_PER_BEAT, BarLines
from sideman.render.parts import Part
from sideman.render.score.drums import drum_of
from sideman.render.score.rhythm import Grid, beats_of
from sideman.render.score.voices import Struck, Tone, Voice, bars_of, on_staff, voices_of, written

MIDDLE_C = 60
# How long what was struck may be written as going on beside what is struck next, in steps; of the others, nothing may.
OVERLAPS = {Role.PIANO: STEPS_PER_BEAT, Role.STRINGS: STEPS_PER_BEAT}


class Clef(NamedTuple):
    """A sign, the line on which it stands, and how many octaves lower than written it sounds."""

    sign: str  # of MusicXML
    line: int | None
    octaves: int = 0


TREBLE, BASS, GUITAR, LOW, DRUMS = (
    Clef("G", 2), Clef("F", 4), Clef("G", 2, -1), Clef("F", 4, -1), Clef("percussion", None),
)  # fmt: skip
CLEFS: dict[Role, tuple[Clef, ...]] = {
    Role.MELODY: (TREBLE,),
    Role.PIANO: (TREBLE, BASS),
    Role.GUITAR: (GUITAR,),
    Role.STRINGS: (TREBLE, BASS),
    Role.BASS: (LOW,),
    Role.DRUMS: (DRUMS,),
}  # in the order of a score


@dataclass(frozen=True)
class Staves:
    """A player's staves: for each bar its grid, and for each staff the voices of each bar."""

    part: Part
    clefs: tuple[Clef, ...]
    grids: tuple[Grid, ...]
    staves: tuple[tuple[list[Voice], ...], ...]


def staves_of(part: Part, lines: BarLines, steps: int) -> Staves:
    """What a player reads."""
    notes, grids = written(part.notes, lines, steps, overlap=OVERLAPS.get(part.role, steps))
    onsets = lines.onsets(len(grids))
    struck = bars_of(notes, onsets)
    clefs = CLEFS[part.role]
    if part.is_drum:
        staves = [[_drum_voices(bar, grid) for bar, grid in zip(struck, grids, strict=True)]]
    elif len(clefs) == 1:
        staves = [[voices_of(bar) for bar in struck]]
    else:
        staves = [
            [voices_of(on_staff(bar, above=MIDDLE_C)) for bar in struck],
            [voices_of(on_staff(bar, below=MIDDLE_C)) for bar in struck],
        ]
    return Staves(part, clefs, tuple(grids), tuple(map(tuple, staves)))


def _drum_voices(struck: Sequence[Struck], grid: Grid) -> list[Voice]:
    """Hands and feet; feet are a voice of their own in any bar where they play."""
    tones = [(chord.start, tone) for chord in struck for tone in chord.tones if not tone.is_tied_back]
    voices: list[Voice] = []
    for foot in (False, True):
        by_start: dict[int, list[Tone]] = {}
        for start, tone in tones:
            if drum_of(tone.note.pitch).is_foot == foot:
                by_start.setdefault(start, []).append(tone._replace(is_tied_on=False))
        ends = pairwise([*sorted(by_start), grid.meter.steps])
        voices.append([Struck(start, _written_end(start, end, grid), tuple(by_start[start])) for start, end in ends])
    return voices if any(voices) else []


def _written_end(start: int, following: int, grid: Grid) -> int:
    """Where a stroke ends that is followed there: within its beat, and not tied."""
    beat = next(beat for beat in beats_of(grid.meter) if start < beat.end)
    value = next(grid.values(start, min(following, beat.end)))
    return value.start + value.steps
