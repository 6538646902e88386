"""Keys as MIDI files tell them. Knows names of keys; no files."""

from __future__ import annotations

import re

from sideman.errors import OptionError
from sideman.music.key import MAX_FIFTHS

FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}  # sharps of each letter's major key
FIFTHS_PER_ACCIDENTAL = {"#": 7, "♯": 7, "b": -7, "♭": -7}
MINOR_FIFTHS = -3  # A minor has the sharps of C
FIFTHS_PER_CIRCLE = 12
MINOR = ("m", " minor")
KEY = re.compile(r"([A-G])([#♯b♭]{0,2})(m| major| minor)?")


def key_signature(key: str) -> tuple[int, bool]:
    """Sharps (flats below 0) and whether it is minor, of a key such as ``C``, ``F#m``, ``Eb major``.

    Keys beyond seven accidentals are respelt (``G#`` is ``Ab``). Raises :class:`OptionError` where it is not a key.
    """
    match = KEY.fullmatch(key)
    if match is None:
        raise OptionError(f"unknown key {key!r}: write a letter A to G, # or b, and m for minor, as in 'Eb' or 'F#m'")
    letter, accidentals, mode = match.groups()
    minor = mode in MINOR
    fifths = FIFTHS[letter] + sum(FIFTHS_PER_ACCIDENTAL[sign] for sign in accidentals) + MINOR_FIFTHS * minor
    if abs(fifths) > MAX_FIFTHS:
        half = FIFTHS_PER_CIRCLE // 2
        fifths = (fifths + half) % FIFTHS_PER_CIRCLE - half
    return fifths, minor
