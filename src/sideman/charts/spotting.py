"""A chord symbol among texts of any kind, such as the directions of a score or the markers of a MIDI file.

Stricter than :mod:`sideman.charts.symbols`, and as quick for what is no chord: ``do`` and ``a`` are words here.
"""

from __future__ import annotations

import re

from sideman.charts.symbols import read_symbol
from sideman.errors import ChordSyntaxError
from sideman.music.notes import NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.qualities import SPELLINGS

LONGEST = 16  # characters
WORDS = frozenset({"Ao", "Bo", "Co", "Do", "Eo", "Fo", "Go"})  # which would be diminished
SILENCE = frozenset({"N.C.", "N.C", "NC"})
_ROOT = re.compile(r"[A-G](?:##?|bb?)?")
_SIGNS = str.maketrans({"\N{MUSIC SHARP SIGN}": "#", "\N{MUSIC FLAT SIGN}": "b"})


def chord_in(text: str) -> Chord | None:
    """The chord that a text is, None where it is none. Spaces don't count: some programs write ``C M7``."""
    symbol = "".join(text.split()).translate(_SIGNS) if len(text) <= LONGEST else ""
    if symbol in SILENCE:
        return Chord.no_chord()
    root = _ROOT.match(symbol)
    if root is None or symbol in WORDS:
        return None
    suffix, bass = symbol[root.end() :], None
    if suffix not in SPELLINGS and "/" in suffix:
        suffix, _, bass = suffix.rpartition("/")
    if suffix not in SPELLINGS or (bass is not None and bass not in NOTE_NAMES):
        return None
    try:
        return read_symbol(symbol).chord
    except ChordSyntaxError:
        return None
