"""Pitches as notes of the staff: a chord's tones as the chord spells them, all others as the key does."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from sideman.music.key import Key
from sideman.music.notes import ACCIDENTALS, NATURALS, NOTE_NAMES, fifths_of
from sideman.music.progression import Chord
from sideman.music.qualities import PITCH_CLASSES

LOWEST, HIGHEST = -5, 6  # fifths from a tonic: bII and #IV are the last that a key spells
SCALES = {False: range(-1, 6), True: (-4, -3, -2, -1, 0, 1, 2, 3, 5)}  # of a minor key with both sixths and sevenths
ON_WHITE_KEYS = ("Cb", "Fb", "B#", "E#")  # names that only a scale or a chord gives them
MOST_SIGNS = 1  # of a tone of a chord; with two it is read more easily as the key has it
LETTERS = "".join(NATURALS)


class Spelled(NamedTuple):
    """A note of the staff: a letter, -1 to 1 for its sign, and the octave that begins with C, middle C's being 4."""

    letter: str
    alter: int
    octave: int


def spell(pitch: int, key: Key, chord: Chord | None, tonic: str | None = None) -> Spelled:
    """A MIDI pitch as it is written in a key, while a chord sounds; ``tonic`` where the key is spelled otherwise."""
    tones = {} if chord is None else _tones(chord)
    names = _names(tonic or key.tonic_name, minor=key.minor)
    name = tones.get(pitch % PITCH_CLASSES) or names[pitch % PITCH_CLASSES]
    alter = ACCIDENTALS[name[1:]]
    return Spelled(name[0], alter, (pitch - alter) // PITCH_CLASSES - 1)


@cache
def _names(tonic: str, *, minor: bool) -> dict[int, str]:
    """For each pitch class the name that lies nearest to the tonic on the line of fifths."""
    names = {}
    for name, pitch_class in NOTE_NAMES.items():
        place = fifths_of(name) - fifths_of(tonic)
        is_strange = abs(ACCIDENTALS[name[1:]]) > MOST_SIGNS or name in ON_WHITE_KEYS
        if place in SCALES[minor] or (LOWEST <= place <= HIGHEST and not is_strange):
            names[pitch_class] = name
    plain = {pitch_class: name for name, pitch_class in reversed(NOTE_NAMES.items())}  # naturals last, and so for good
    return plain | names


@cache
def _tones(chord: Chord) -> dict[int, str]:
    """The tones of a chord, and its bass, as its root has them; without those that would take two signs."""
    if chord.root is None:
        return {}
    names: dict[int, str] = {}
    for degree in chord.quality.degrees.split():
        number = int(degree.lstrip("b#"))
        letter = LETTERS[(LETTERS.index(chord.root[0]) + number - 1) % len(LETTERS)]
        names |= _named(letter, (NOTE_NAMES[chord.root] + _semitones(degree, number)) % PITCH_CLASSES)
    for name in (chord.root, chord.bass):
        if name is not None:
            names |= _named(name[0], NOTE_NAMES[name])
    return names


def _semitones(degree: str, number: int) -> int:
    """Of ``b7`` 10: above the root, within an octave."""
    natural = NATURALS[LETTERS[(number - 1) % len(LETTERS)]]  # those of a major scale are C's
    return (natural + degree.count("#") - degree.count("b")) % PITCH_CLASSES


def _named(letter: str, pitch_class: int) -> dict[int, str]:
    for sign, alter in ACCIDENTALS.items():
        if abs(alter) <= MOST_SIGNS and NOTE_NAMES[letter + sign] == pitch_class:
            return {pitch_class: letter + sign}
    return {}
