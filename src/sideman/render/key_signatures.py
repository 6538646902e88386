"""Keys as MIDI files tell them. Knows names of keys; no files."""

from __future__ import annotations

import re

from sideman.errors import OptionError
from sideman.music.key import Key

MINOR = ("m", " minor")
KEY = re.compile(r"([A-G](?:##?|bb?)?)(m| major| minor)?")
SIGNS = str.maketrans("♯♭", "#b")


def key_signature(key: str) -> tuple[int, bool]:
    """Sharps (flats below 0) and whether it is minor, of a key such as ``C``, ``F#m``, ``Eb major``.

    Keys beyond seven accidentals are respelt (``G#`` is ``Ab``). Raises :class:`OptionError` where it is not a key.
    """
    match = KEY.fullmatch(key.translate(SIGNS))
    if match is None:
        raise OptionError(f"unknown key {key!r}: write a letter A to G, # or b, and m for minor, as in 'Eb' or 'F#m'")
    found = Key.of(match[1], match[2] in MINOR)
    return found.fifths, found.minor
