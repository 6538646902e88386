"""MusicXML scores, as ``.musicxml``, ``.xml`` and ``.mxl``: their chord symbols as a chart, and a chart as a score.

archive   the score in an .mxl file
markup    XML in pieces, with bounds
score     bars of parts, as they are written
harmony   a chord symbol
signs     repeats, endings, jumps
assembly  the sheet of a score
tune      a part of a score as a melody
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sideman.charts.musicxml.archive import CONTAINER, is_archive, unpack
from sideman.charts.musicxml.assembly import assemble
from sideman.charts.musicxml.markup import visit
from sideman.charts.musicxml.score import PARTWISE, TAGS, TIMEWISE, Part, Score
from sideman.charts.musicxml.tune import Tune, tune_of
from sideman.charts.musicxml.writing import write
from sideman.charts.reading import Notes, play
from sideman.charts.sheet import Sheet
from sideman.charts.source import Source
from sideman.errors import UnreadableError
from sideman.music.time import BarLines

__all__ = ["NAME", "Tune", "read", "read_tune", "recognises", "write"]

NAME = "MusicXML"
HEAD = 16 << 10  # bytes within which a score's root stands
SUFFIXES = (".mxl", ".musicxml")
# How a score may have been read whose chart is at hand: without its upbeat and with its repeats, or otherwise.
READINGS: Sequence[Mapping[str, str]] = (
    {},
    {"pickup": "kept"},
    {"form": "written"},
    {"pickup": "kept", "form": "written"},
)


def recognises(source: Source) -> bool:
    """An archive with a container, or XML with the root of a score."""
    if is_archive(source.data):
        return CONTAINER.encode() in source.data or source.name.lower().endswith(SUFFIXES)
    head = source.data[:HEAD].replace(b"\0", b"")  # UTF-16 has a NUL beside each of these letters
    return any(f"<{root}".encode() in head for root in (PARTWISE, TIMEWISE)) or source.name.lower().endswith(SUFFIXES)


def read(source: Source, notes: Notes) -> Sheet:
    """Read a score. Raises :class:`UnreadableError` for damaged files and for those without chords and notes."""
    score, part = _visit(source, notes)
    return assemble(score, part, notes)


def read_tune(source: Source, lines: BarLines, bars: int, part: str = "") -> Tune:
    """A melody from a score, as it is played: a part by its name or number, else the one that has the chords.

    The form is read as it was for a chart of so many ``bars`` that begin at ``lines``, where it can be read so. Raises
    :class:`UnreadableError` as :func:`read`, and where there is no such part.
    """
    tunes = []
    for choices in READINGS:
        notes = Notes(choices)
        score, chords = _visit(source, notes)
        sheet = assemble(score, chords, notes)
        play(sheet, notes)
        tunes.append(tune_of(score, sheet, chords, part))
        if (tunes[-1].lines, tunes[-1].bars) == (lines, bars):
            return tunes[-1]
    return tunes[0]


def _visit(source: Source, notes: Notes) -> tuple[Score, Part]:
    """A score, and the part in it that has the chords."""
    data = unpack(source.data) if is_archive(source.data) else source.data
    score = Score(notes)
    visit(data, (PARTWISE, TIMEWISE), TAGS, score.handle)
    if not score.bars:
        raise UnreadableError("the score has no bars")
    part = max(score.parts.values(), key=lambda part: len(part.harmonies))
    if not (part.harmonies or score.sounding):
        raise UnreadableError("the score has neither chord symbols nor notes: write chords above its bars")
    return score, part
