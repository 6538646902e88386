"""The chord that somebody holds on a keyboard, from its keys alone. Knows no time and no key of the piece.

Of all ways to name the tones the commonest quality wins, where one whose root is the lowest key is taken before one
that would be a slash chord: E G C is C/E, C E G A is C6 and A C E G Am7. A lowest key may be the slash bass of a chord
that it doesn't belong to: F C E G is C/F, G D F A C is Dm7/G. One key alone, in however many octaves, is its major
chord.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from sideman.errors import OptionError
from sideman.music.notes import MAJOR_ROOTS, MINOR_ROOTS
from sideman.music.progression import MAJOR_THIRD, MINOR_THIRD, Chord
from sideman.music.qualities import PITCH_CLASSES, QUALITIES, Quality
from sideman.music.tones import quality_of

__all__ = ["chord_of"]

# Costs, in rows of the table of qualities, the commonest of which is 0.
_INVERTED = 16  # a chord tone other than the root is the lowest key
_FOREIGN_BASS = 40  # the lowest key is no chord tone
_UNCOMMON = len(QUALITIES)  # no row of the table

_RANKS = {quality: rank for rank, quality in enumerate(QUALITIES)}


def chord_of(pitches: Collection[int]) -> Chord | None:
    """The chord of these keys, MIDI pitches; None where there are none, or no chord has their tones."""
    if not pitches:
        return None
    return _chord(frozenset(pitch % PITCH_CLASSES for pitch in pitches), min(pitches) % PITCH_CLASSES)


@lru_cache(maxsize=4096)
def _chord(tones: frozenset[int], bass: int) -> Chord | None:
    if len(tones) == 1:
        return Chord(MAJOR_ROOTS[bass])
    found = []
    for root in range(PITCH_CLASSES):
        if root in tones:
            found.append(_reading(root, tones, _INVERTED * (root != bass)))
        if root in tones - {bass} and len(tones) > len(QUALITIES[0].intervals):
            found.append(_reading(root, tones - {bass}, _FOREIGN_BASS))
    readings = [reading for reading in found if reading is not None]
    if not readings:
        return None
    _, root, quality = min(readings, key=lambda reading: reading[0])
    is_minor = MINOR_THIRD in quality.intervals and MAJOR_THIRD not in quality.intervals
    return Chord((MINOR_ROOTS if is_minor else MAJOR_ROOTS)[root], quality, MAJOR_ROOTS[bass] if bass != root else None)


def _reading(root: int, tones: frozenset[int], cost: int) -> tuple[int, int, Quality] | None:
    """What it costs to hear these tones as a chord on a root, and that chord."""
    try:
        quality = quality_of([tone - root for tone in tones])
    except OptionError:
        return None
    return cost + _RANKS.get(quality, _UNCOMMON + len(quality.name)), root, quality
