"""Chords as corpora of research write them: ``C:min7``, ``Bb:(4,#5,b7)``, ``A:maj/3``, after Harte et al., ISMIR 2005.

Not read among other symbols: ``C:7`` is C major for seven beats in the chord language.
"""

from __future__ import annotations

import re

from sideman.errors import ChordSyntaxError, OptionError
from sideman.music.notes import NATURALS, NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.qualities import ALTERATIONS, DEGREES, PITCH_CLASSES
from sideman.music.symbol import syntax_error
from sideman.music.tones import quality_of

__all__ = ["read_harte"]

_LONGEST = 64  # characters
_SHORTHANDS = {
    "maj": "1 3 5",
    "min": "1 b3 5",
    "dim": "1 b3 b5",
    "aug": "1 3 #5",
    "maj7": "1 3 5 7",
    "min7": "1 b3 5 b7",
    "7": "1 3 5 b7",
    "dim7": "1 b3 b5 bb7",
    "hdim": "1 b3 b5 b7",
    "hdim7": "1 b3 b5 b7",
    "minmaj7": "1 b3 5 7",
    "maj6": "1 3 5 6",
    "6": "1 3 5 6",
    "min6": "1 b3 5 6",
    "9": "1 3 5 b7 9",
    "maj9": "1 3 5 7 9",
    "min9": "1 b3 5 b7 9",
    "11": "1 3 5 b7 9 11",
    "maj11": "1 3 5 7 9 11",
    "min11": "1 b3 5 b7 9 11",
    "13": "1 3 5 b7 9 11 13",
    "maj13": "1 3 5 7 9 11 13",
    "min13": "1 b3 5 b7 9 11 13",
    "sus2": "1 2 5",
    "sus4": "1 4 5",
    "5": "1 5",
    "1": "1",
}
_SYMBOL = re.compile(r"([A-G](?:bb?|##?)?)(?::([a-z0-9]*)(?:\(([^()]*)\))?)?(?:/((?:bb?|##?)?[0-9]+))?")
_DEGREE = re.compile(r"(\*?)((?:bb?|##?)?)([0-9]+)")


def read_harte(text: str) -> Chord:
    """The chord of such a symbol; ``N`` and ``X`` are no chord. Raises :class:`ChordSyntaxError`."""
    if text in {"N", "X"}:
        return Chord.no_chord()
    match = _SYMBOL.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise _error(text)
    root, shorthand, listed, bass = match.groups()
    if shorthand is None and listed is None:
        shorthand = "maj"
    degrees = _SHORTHANDS.get(shorthand or "1")
    if degrees is None:
        raise _error(text)
    tones = {_semitones(degree, text) for degree in degrees.split()}
    for degree in filter(None, re.split(r"[\s,]+", listed or "")):
        if degree.startswith("*"):
            tones.discard(_semitones(degree, text))
        else:
            tones.add(_semitones(degree, text))
    if tones == {0}:
        tones = {0, 7}  # a root alone is heard as its power chord
    try:
        return Chord(root, quality_of(tones), None if bass is None else _note(root, bass, text))
    except OptionError as error:
        raise _error(text) from error


def _semitones(degree: str, text: str) -> int:
    match = _DEGREE.fullmatch(degree)
    if match is None or match[3] not in DEGREES:
        raise _error(text)
    return (DEGREES[match[3]] + sum(map(ALTERATIONS.__getitem__, match[2]))) % PITCH_CLASSES


def _note(root: str, degree: str, text: str) -> str:
    """The name of a chord's degree, on the staff."""
    letters = "".join(NATURALS)
    number = int(degree.lstrip("b#"))
    letter = letters[(letters.index(root[0]) + number - 1) % len(letters)]
    target = (NOTE_NAMES[root] + _semitones(degree, text)) % PITCH_CLASSES
    names = [name for name, pitch in NOTE_NAMES.items() if pitch == target]
    return min(names, key=lambda name: (name[0] != letter, len(name)))


def _error(text: str) -> ChordSyntaxError:
    return syntax_error("unknown chord", text, 1, "chords are written as in C:min7, Bb:(3,5,b7), A:maj/3")
