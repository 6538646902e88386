"""Notes of one player as voices on staves: what is held together, what is held beside it, and what is tied.

A bar has at most two voices a staff. Where more would be held at once, one voice says all, with ties. Knows no files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sideman.music.band import NoteArray
from sideman.music.time import BarLines
from sideman.render.score.rhythm import EIGHTH, Grid

LONGEST_GAP = 4 * EIGHTH  # steps: what is followed later than this isn't written as held until then


class Held(NamedTuple):
    """A note as it is written, and as it is played: steps of the song."""

    start: int
    end: int
    pitch: int
    velocity: int
    onset: int
    release: int


class Tone(NamedTuple):
    """A note within a chord of a bar; tied where it goes on from a bar or chord, or into one."""

    note: Held
    is_tied_back: bool
    is_tied_on: bool


@dataclass(frozen=True)
class Struck:
    """Tones that begin and end together: steps of their bar."""

    start: int
    end: int
    tones: tuple[Tone, ...]  # from the lowest

    @property
    def height(self) -> float:
        """The middle of its pitches."""
        return sum(tone.note.pitch for tone in self.tones) / len(self.tones)


Voice = list[Struck]  # one after the other


def written(notes: NoteArray, lines: BarLines, steps: int, *, overlap: int) -> tuple[list[Held], list[Grid]]:
    """Notes (notes, 4) as they are written, on the grids of the bars; notes of one pitch never overlap.

    What is struck together is written as held together. It is held until something else is struck where it sounds for
    half of that time at least, and no longer, unless it goes on for more than ``overlap`` steps beside that.
    """
    rows = notes.tolist()
    grid = _Grids.of(rows, lines, steps)
    chords: defaultdict[int, dict[int, Held]] = defaultdict(dict)  # by where they are written, and by pitch
    for onset, duration, pitch, velocity in rows:
        start = grid.nearest(onset)
        chords[start][pitch] = Held(start, 0, pitch, velocity, onset, onset + duration)
    held = []
    for start, following in pairwise([*sorted(chords), grid.end]):
        release = max((note.release for note in chords[start].values()), default=start)
        end = min(grid.after(max(release, start + 1)), grid.end)
        fills = following - start <= LONGEST_GAP and 2 * (release - start) >= following - start
        if (end < following and fills) or 0 < end - following <= overlap:
            end = following
        held += [note._replace(end=end) for note in chords[start].values()]
    return _apart(held), grid.bars


@dataclass(frozen=True)
class _Grids:
    """The grids of all bars, as one."""

    lines: BarLines
    onsets: Sequence[int]  # of the bars, and where the last one ends
    bars: list[Grid]

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]], lines: BarLines, steps: int) -> _Grids:
        """Those that fit the notes best, of those that write no two of one pitch at one place."""
        onsets = lines.onsets(lines.count(steps))
        begun: list[list[int]] = [[] for _ in onsets[1:]]
        for onset, *_ in rows:
            bar = lines.bar_at(onset)
            begun[bar].append(onset - onsets[bar])
        grids = cls(lines, onsets, [Grid.of(lines.meter(bar), each) for bar, each in enumerate(begun)])
        while clashes := grids._clashes(rows):
            for onset in clashes:
                bar = lines.bar_at(onset)
                grids.bars[bar] = grids.bars[bar].finest(onset - onsets[bar])
        return grids

    @property
    def end(self) -> int:
        """Where the last bar ends."""
        return self.onsets[-1]

    def nearest(self, step: int) -> int:
        """The place next to a step; of the last ones the last place of all."""
        bar = self.lines.bar_at(step)
        place = self.onsets[bar] + self.bars[bar].nearest(step - self.onsets[bar])
        return place if place < self.end else self.onsets[bar] + self.bars[bar].before_end

    def after(self, step: int) -> int:
        """The place at a step, or the first after it."""
        if step >= self.end:
            return self.end
        bar = self.lines.bar_at(step)
        return self.onsets[bar] + self.bars[bar].after(step - self.onsets[bar])

    def _clashes(self, rows: Sequence[Sequence[int]]) -> set[int]:
        """Onsets of different notes of one pitch that would be written at one place."""
        there: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        for onset, _, pitch, _ in rows:
            there[self.nearest(onset), pitch].add(onset)
        return {onset for onsets in there.values() if len(onsets) > 1 for onset in onsets}


def _apart(notes: Iterable[Held]) -> list[Held]:
    """End notes where their pitch begins anew."""
    by_pitch: defaultdict[int, list[Held]] = defaultdict(list)
    for note in sorted(notes):
        row = by_pitch[note.pitch]
        if row and row[-1].end > note.start:
            row[-1] = row[-1]._replace(end=note.start)
        row.append(note)
    return sorted(note for row in by_pitch.values() for note in row)


def bars_of(notes: Sequence[Held], onsets: Sequence[int]) -> list[list[Struck]]:
    """For each bar what is struck in it, or goes on into it."""
    bars: list[dict[tuple[int, int], list[Tone]]] = [{} for _ in onsets[1:]]
    starts = np.array(onsets)
    for note in notes:
        first, last = np.searchsorted(starts, (note.start, note.end - 1), "right") - 1
        for bar in range(int(first), int(last) + 1):
            start, end = max(note.start, onsets[bar]), min(note.end, onsets[bar + 1])
            tone = Tone(note, start > note.start, end < note.end)
            bars[bar].setdefault((start - onsets[bar], end - onsets[bar]), []).append(tone)
    return [[Struck(*span, tuple(tones)) for span, tones in sorted(bar.items())] for bar in bars]


def voices_of(struck: Sequence[Struck]) -> list[Voice]:
    """What is struck in a bar on one staff, as one voice or two; the first is the higher one."""
    if not struck:
        return []
    if all(one.end <= other.start for one, other in pairwise(struck)):
        return [list(struck)]
    return _two_voices(struck) or [_tied(struck)]


def _two_voices(struck: Sequence[Struck]) -> list[Voice]:
    """Two voices; none where three would be needed."""
    upper: Voice = []
    lower: Voice = []
    for cluster in _clusters(struck):
        voices: tuple[Voice, Voice] = [], []
        for chord in sorted(cluster, key=lambda chord: (chord.start, -chord.height)):
            free = [voice for voice in voices if not voice or voice[-1].end <= chord.start]
            if not free:
                return []
            free[0].append(chord)
        if voices[1] and _height(voices[1]) > _height(voices[0]):
            voices = voices[1], voices[0]
        upper += voices[0]
        lower += voices[1]
    return [upper, lower]


def _height(voice: Voice) -> float:
    return sum(chord.height for chord in voice) / len(voice)


def _clusters(struck: Sequence[Struck]) -> list[list[Struck]]:
    """Chords that overlap, if by others between them."""
    clusters: list[list[Struck]] = []
    end = -1
    for chord in struck:
        if chord.start >= end:
            clusters.append([])
        clusters[-1].append(chord)
        end = max(end, chord.end)
    return clusters


def _tied(struck: Sequence[Struck]) -> Voice:
    """All in one voice: what goes on while something begins or ends is tied."""
    places = sorted({place for chord in struck for place in (chord.start, chord.end)})
    voice: Voice = []
    for start, end in pairwise(places):
        tones = [
            Tone(tone.note, tone.is_tied_back or start > chord.start, tone.is_tied_on or end < chord.end)
            for chord in struck
            if chord.start <= start and end <= chord.end
            for tone in chord.tones
        ]
        if tones:
            voice.append(Struck(start, end, tuple(sorted(tones, key=lambda tone: tone.note.pitch))))
    return voice


def on_staff(struck: Sequence[Struck], *, above: int | None = None, below: int | None = None) -> list[Struck]:
    """What of it lies at or above a pitch, or below one."""
    kept = []
    for chord in struck:
        tones = tuple(
            tone
            for tone in chord.tones
            if (above is None or tone.note.pitch >= above) and (below is None or tone.note.pitch < below)
        )
        if tones:
            kept.append(replace(chord, tones=tones))
    return kept
