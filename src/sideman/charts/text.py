"""Charts typed as text: the reference form ``C:4|Am:4``, grids, lines of chords, and chords above words."""

from __future__ import annotations

from sideman.charts.reading import Notes
from sideman.charts.sheet import Measure, Sheet
from sideman.charts.source import Source
from sideman.errors import ChartError, ChordSyntaxError, UnreadableError
from sideman.music.chords import parse_song

NAME = "text"


def recognises(source: Source) -> bool:
    """Whatever is text."""
    return source.text is not None


def read(source: Source, notes: Notes) -> Sheet:  # noqa: ARG001 - nothing is assumed yet
    """Read a text. Raises :class:`ChartError`."""
    text = source.text
    if text is None:
        raise UnreadableError("this is no text")
    try:
        song = parse_song(text)
    except ChordSyntaxError as error:
        raise ChartError(text, [error]) from error
    return Sheet([Measure(bar.chords, bar.meter, bar.place) for bar in song.sections[0].bars], meter=song.meter)
