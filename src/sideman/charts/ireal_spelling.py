"""How iReal Pro spells what it knows: keys, notes, qualities. What it doesn't know gets the nearest it has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from sideman.charts.symbols import read_symbol
from sideman.music.key import Key
from sideman.music.notes import MAJOR_ROOTS, NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.qualities import Quality

MAJOR_KEYS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MINOR_KEYS = ("C-", "C#-", "D-", "Eb-", "E-", "F-", "F#-", "G-", "G#-", "A-", "Bb-", "B-")
NOTES = frozenset({*"CDEFGAB", *("Cb", "Db", "Eb", "Gb", "Ab", "Bb"), *("C#", "D#", "F#", "G#", "A#")})

# Every suffix of the app; the first of those that mean the same is written.
SUFFIXES = (
    "^7 - -7 7 7sus sus 6 -6 o o7 h7 h + 5 add9 2 ^ ^9 ^13 69 -69 -^7 -^9 -9 -11 -7b5 h9 -b6 -#5 ^7#11 ^9#11 ^7#5 "
    "9 11 13 9sus 13sus 7b9 7#9 7b5 7#5 7#11 7b13 9b5 9#5 9#11 13b9 13#9 13#11 7b9b5 7b9#5 7b9#9 7b9#11 7b9b13 "
    "7#9b5 7#9#5 7#9#11 7alt alt 7b9sus 7b13sus 7susadd3"
)
MEANINGS: Mapping[str, str] = MappingProxyType({"^": "M7", "2": "add9"})  # where others mean something else by them

# What another tone weighs: third and seventh make a chord, the fifth colours it, the rest is ornament.
WEIGHTS = {3: 4, 4: 4, 10: 4, 11: 4, 6: 2, 7: 2, 8: 2}


class Spelled(NamedTuple):
    """A chord in the app's spelling, and whether that is just what it is."""

    text: str
    is_exact: bool


@cache
def spell(chord: Chord) -> Spelled:
    """The app's spelling of a chord."""
    if chord.root is None:
        return Spelled("n", is_exact=True)
    suffix, quality = _nearest(chord.quality)
    root, bass = _note(chord.root), None if chord.bass is None else _note(chord.bass)
    is_exact = quality == chord.quality and root == chord.root and bass == chord.bass
    return Spelled(f"{root}{suffix}{'' if bass is None else f'/{bass}'}", is_exact)


def spell_key(key: Key) -> str:
    """The app's name of a key."""
    return (MINOR_KEYS if key.minor else MAJOR_KEYS)[key.tonic]


def read_suffix(suffix: str) -> str:
    """What a suffix of the app is called everywhere else."""
    return MEANINGS.get(suffix, suffix)


def _note(name: str) -> str:
    return name if name in NOTES else MAJOR_ROOTS[NOTE_NAMES[name]]


@cache
def _suffixes() -> dict[Quality, str]:
    """The suffix of each quality that the app has."""
    found = {read_symbol("C").chord.quality: ""}
    for suffix in SUFFIXES.split():
        found.setdefault(read_symbol(f"C{read_suffix(suffix)}").chord.quality, suffix)
    return found


@cache
def _nearest(quality: Quality) -> tuple[str, Quality]:
    """The suffix of a quality or of the one next to it, and that."""
    suffixes = _suffixes()
    if quality in suffixes:
        return suffixes[quality], quality
    tones = set(quality.intervals)

    def distance(other: Quality) -> tuple[int, int]:
        different = tones.symmetric_difference(other.intervals)
        return sum(WEIGHTS.get(tone, 1) for tone in different), len(other.intervals)

    nearest = min(suffixes, key=distance)
    return suffixes[nearest], nearest
