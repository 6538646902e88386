"""Chords in a list, each with its beats: ``G:maj [2, 7, 11] 7 10``, as programs that harmonise melodies write them.

A line is a chord in Harte's notation, its pitch classes, the lowest of them, and how many beats it lasts.
"""

from __future__ import annotations

import re

from sideman.charts.faults import Faults, moved
from sideman.charts.filling import Filling, length_of
from sideman.charts.harte import read_harte
from sideman.charts.reading import Notes
from sideman.charts.sheet import Sheet
from sideman.charts.source import Source
from sideman.errors import ChordSyntaxError
from sideman.music.song import Place
from sideman.music.time import COMMON_TIME

NAME = "list of chords"
MAX_LINES = 5_000
LOOKED_AT = 3  # lines by which a text is recognised

_LINE = re.compile(r"[ \t]*(\S{1,40})[ \t]+\[[0-9, \t]{0,60}\][ \t]+[0-9]{1,2}[ \t]+([0-9]{1,4})[ \t]*")
_BEAT = length_of(COMMON_TIME) / COMMON_TIME.beats
_ENDS = re.compile(r"\r\n?|\n")


def recognises(source: Source) -> bool:
    """Whether its first lines are such."""
    lines = [line for line in _ENDS.split((source.text or "")[:1_000]) if line.strip()][:LOOKED_AT]
    return bool(lines) and all(map(_LINE.fullmatch, lines))


def read(source: Source, notes: Notes) -> Sheet:
    """Read the chords. Raises :class:`ChartError`."""
    text = source.text or ""
    faults, filling = Faults(text, notes), Filling()
    start = 0
    for line in _ENDS.split(text)[:MAX_LINES]:
        start = text.index(line, start)
        match = _LINE.fullmatch(line)
        if match:
            place = Place(start + match.start(1), start + match.end(1))
            try:
                chord = read_harte(match[1])
            except ChordSyntaxError as error:
                faults.found.append(moved(error, place.start))
            else:
                filling.add(chord, int(match[2]) * _BEAT, place)
        elif line.strip():
            faults.add("not a chord with its beats", line.strip(), start, "write G:maj [2, 7, 11] 7 4")
        start += len(line)
    faults.check()
    notes.note("meter", str(COMMON_TIME))
    return Sheet(filling.measures)
