"""The chart of what a band plays, written out: as a sheet, and on paper, with the melody where the band has one."""

from __future__ import annotations

from collections.abc import Sequence

from sideman.charts.sheet import Sheet, sheet_of
from sideman.errors import OptionError
from sideman.music.band import Band, Role
from sideman.music.key import Key
from sideman.music.progression import Progression
from sideman.music.song import Song
from sideman.music.wishes import PlayedSection, beginnings


def chart_of(
    band: Band, progression: Progression, key: str | None, sections: Sequence[PlayedSection], title: str
) -> Sheet:
    """The chart of what a band plays, written out, with its sections."""
    sheet = sheet_of(Song.of(progression))
    sheet.title, sheet.tempo = title, band.tempo
    sheet.key = progression.key if key is None else Key.named(key)
    for bar, name in beginnings(sections):
        if bar < len(sheet.measures):
            sheet.measures[bar].section = name
    return sheet


def on_paper(band: Band, sheet: Sheet, kind: str, reader: str = "concert", paper: str = "a4") -> bytes:
    """A band's chart as ``pdf`` or ``svg``: a lead sheet where the band has a melody, else its chords.

    ``reader`` and ``paper`` are named as for ``sideman chart``. Raises :class:`OptionError` for other names.
    """
    from sideman.charts.paper import drawing
    from sideman.charts.paper.readers import reader_of
    from sideman.render.lead_sheet.drawing import draw

    who, size = reader_of(reader), drawing.paper_of(paper)
    melody = next((track for track in band.tracks if track.role is Role.MELODY and len(track)), None)
    if melody is None:
        return drawing.draw(sheet, kind, who, size)
    return draw(sheet, melody, kind, who, size).data


def check_chords(progression: Progression | None) -> Progression:
    """The chords of a band. Raises :class:`OptionError` where it has none."""
    if progression is None:
        raise OptionError("a band without chords has no chart: give its progression")
    return progression
