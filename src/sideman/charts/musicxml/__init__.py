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
from typing import NamedTuple

from sideman.charts.musicxml.archive import CONTAINER, is_archive, unpack
from sideman.charts.musicxml.assembly import assemble
from sideman.charts.musicxml.markup import visit
from sideman.charts.musicxml.score import PARTWISE, TAGS, TIMEWISE, Part, Score
from sideman.charts.musicxml.tune import Tune, tune_of
from sideman.charts.musicxml.writing import write
from sideman.charts.reading import NO_CHOICES, Notes, play
from sideman.charts.sheet import Sheet
from sideman.charts.source import Source
from sideman.errors import UnreadableError
from sideman.music.time import BarLines

__all__ = ["NAME", "Tune", "read", "read_tune", "recognises", "write"]

NAME = "MusicXML"
HEAD = 16 << 10  # bytes within which a score's root stands
SUFFIXES = (".mxl", ".musicxml")
# How the form of a score may have been read whose chart is at hand: other answers to these.
FORMS: Sequence[Mapping[str, str]] = (
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


def read_tune(
    source: Source, lines: BarLines, bars: int, part: str = "", choices: Mapping[str, str] = NO_CHOICES
) -> Tune:
    """A melody from a score, as it is played: a part by its name or number, else the sung one, or that with the chords.

    The form is read as for a chart of so many ``bars`` that begin at ``lines``, where it can be; ``choices`` are the
    chart's own. Raises :class:`UnreadableError` as :func:`read`, and where there is no such part, :class:`OptionError`
    where its repeats never end.
    """
    score, sheet, chords, is_certain = _as_chart(source, choices)
    for form in () if is_certain else FORMS:
        if (sheet.played_lines, len(sheet.order)) == (lines, bars):
            break
        other = _as_chart(source, {**form, **choices})
        if (other.sheet.played_lines, len(other.sheet.order)) == (lines, bars):
            score, sheet, chords, _ = other
    return tune_of(score, sheet, chords, part, is_written=choices.get("transposition") == "written")


class _Charted(NamedTuple):
    """A score, its sheet, the part with the chords, and whether its form ``is_certain``."""

    score: Score
    sheet: Sheet
    chords: Part
    is_certain: bool


def _as_chart(source: Source, choices: Mapping[str, str]) -> _Charted:
    """A score as its chart is read."""
    notes = Notes(choices)
    score, chords = _visit(source, notes)
    sheet = assemble(score, chords, notes)
    play(sheet, notes)  # takes the signs away, where that is chosen
    return _Charted(score, sheet, chords, not {"pickup", "form"} & {found.code for found in notes.assumptions})


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
