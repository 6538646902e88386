"""MusicXML scores, as ``.musicxml``, ``.xml`` and ``.mxl``: their chord symbols as a chart, and a chart as a score.

archive   the score in an .mxl file
markup    XML in pieces, with bounds
score     bars of parts, as they are written
harmony   a chord symbol
signs     repeats, endings, jumps
assembly  the sheet of a score
"""

from __future__ import annotations

from sideman.charts.musicxml.archive import CONTAINER, is_archive, unpack
from sideman.charts.musicxml.assembly import assemble
from sideman.charts.musicxml.markup import visit
from sideman.charts.musicxml.score import PARTWISE, TAGS, TIMEWISE, Score
from sideman.charts.musicxml.writing import write
from sideman.charts.reading import Notes
from sideman.charts.sheet import Sheet
from sideman.charts.source import Source
from sideman.errors import UnreadableError

__all__ = ["NAME", "read", "recognises", "write"]

NAME = "MusicXML"
HEAD = 16 << 10  # bytes within which a score's root stands
SUFFIXES = (".mxl", ".musicxml")


def recognises(source: Source) -> bool:
    """An archive with a container, or XML with the root of a score."""
    if is_archive(source.data):
        return CONTAINER.encode() in source.data or source.name.lower().endswith(SUFFIXES)
    head = source.data[:HEAD].replace(b"\0", b"")  # UTF-16 has a NUL beside each of these letters
    return any(f"<{root}".encode() in head for root in (PARTWISE, TIMEWISE)) or source.name.lower().endswith(SUFFIXES)


def read(source: Source, notes: Notes) -> Sheet:
    """Read a score. Raises :class:`UnreadableError` for damaged files and for those without chords and notes."""
    data = unpack(source.data) if is_archive(source.data) else source.data
    score = Score(notes)
    visit(data, (PARTWISE, TIMEWISE), TAGS, score.handle)
    if not score.bars:
        raise UnreadableError("the score has no bars")
    part = max(score.parts.values(), key=lambda part: len(part.harmonies))
    if not (part.harmonies or score.sounding):
        raise UnreadableError("the score has neither chord symbols nor notes: write chords above its bars")
    return assemble(score, part, notes)
