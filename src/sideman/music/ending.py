"""How a piece ends: on a chord that rings, for which it may need a bar more. Knows chords and bars; no notes."""

from __future__ import annotations

from dataclasses import replace

from sideman.music.progression import Chord, Progression
from sideman.music.time import TICKS_PER_STEP


def with_ending(progression: Progression) -> Progression:
    """The same, so that its last bar is one chord to end on.

    That is so where it is one chord on the key's tonic, with or without that bar, or on the root with which the
    progression begins. Else a bar is added with the tonic's chord as it stands in the progression, or with the first
    one; a last bar that is cut short is filled before. What was given an ending has it already.
    """
    lines, last = progression.lines, progression.bars - 1
    line = lines.onset(last) * TICKS_PER_STEP
    end = line + lines.meter(last).ticks
    final = progression.spans[-1]
    first = next((span.chord for span in progression if span.chord.root_pc is not None), final.chord)
    homes = {progression.key.tonic, first.root_pc, _tonic_before(progression, line)}
    if progression.ticks == end and final.onset <= line and final.chord.root_pc in homes:
        return progression
    chords = [(span.chord, span.duration) for span in progression]
    chords[-1] = final.chord, end - final.onset
    tonic = Progression.of(chords, lines).key.tonic
    home: Chord = next((span.chord for span in progression if span.chord.root_pc == tonic), first)
    return Progression.of([*chords, (replace(home, bass=None), lines.meter(last + 1).ticks)], lines)


def _tonic_before(progression: Progression, end: int) -> int | None:
    """The tonic of what is played before a tick; None where that is nothing."""
    chords = [(span.chord, min(span.duration, end - span.onset)) for span in progression if span.onset < end]
    return Progression.of(chords, progression.lines).key.tonic if chords else None
