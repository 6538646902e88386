"""Strudel's and Tidal's mini-notation for chords: ``<C^7 A7b13 Dm7 G7>``, a chord a bar, ``[Dm7 G7]`` two in one."""

from __future__ import annotations

import re
from fractions import Fraction

from sideman.charts.faults import Faults
from sideman.charts.filling import Filling, length_of
from sideman.charts.reading import Notes
from sideman.charts.sheet import Sheet
from sideman.charts.source import Source
from sideman.charts.symbols import is_symbol
from sideman.errors import OptionError, UnreadableError
from sideman.music.progression import Chord
from sideman.music.song import Place
from sideman.music.time import COMMON_TIME

NAME = "Strudel"
MAX_TIMES = 999
_WHOLE = re.compile(r"\s*(?:\w+\(\s*)?[\"'`]?<(?P<inside>[^<>{}=]*)>[\"'`]?(?:\)[.\w()\"']*)?;?\s*")
_TOKEN = re.compile(
    r"(?P<open>\[)|(?P<close>\])(?:@(?P<long>[0-9]{1,3}))?|(?P<word>[^\s\[\]@!]+)(?:@(?P<bars>[0-9]{1,3}))?|!(?P<again>[0-9]{1,3})?"
)
_SILENT = frozenset({"~", "N.C.", "NC"})


def recognises(source: Source) -> bool:
    """Whether all of it stands between ``<`` and ``>``, and its first word is a chord."""
    match = _WHOLE.fullmatch(source.text[:20_000]) if source.text else None
    words = match["inside"].strip(" [").split() if match else []
    return bool(words) and is_symbol(re.split(r"[@!\]]", words[0])[0])


def read(source: Source, notes: Notes) -> Sheet:
    """Read the pattern. Raises :class:`ChartError`."""
    text = source.text or ""
    match = _WHOLE.fullmatch(text)
    if match is None:
        raise UnreadableError("this is not a pattern of chords: write <C Am F G>")
    faults = Faults(text, notes)
    steps: list[tuple[list[tuple[Chord | None, Place]], int]] = []  # the chords of each, and how many bars it lasts
    inner: list[tuple[Chord | None, Place]] | None = None
    offset = match.start("inside")
    for token in _TOKEN.finditer(match["inside"]):
        if token["open"]:
            inner = []
        elif token["close"]:
            steps += [(inner, int(token["long"] or 1))] if inner else []
            inner = None
        elif token["word"]:
            start = offset + token.start("word")
            word = token["word"]
            chord = Chord.no_chord() if word in _SILENT else faults.chord(word, start)
            sound = [(chord, Place(start, start + len(word)))]
            if inner is None:
                steps.append((sound, int(token["bars"] or 1)))
            else:
                inner += sound
        elif steps:
            steps += [steps[-1]] * min(int(token["again"] or 2) - 1, MAX_TIMES)
    faults.check()
    filling = Filling()
    for sounds, bars in steps:
        for chord, place in sounds:
            filling.add(chord, length_of(COMMON_TIME) * bars * Fraction(1, len(sounds)), place)
    if not filling.measures:
        raise OptionError("a chart has at least one bar")
    return Sheet(filling.measures)
