"""The door to lead sheets: a chart that was read, and a melody, as a file of PDF or SVG."""

from __future__ import annotations

from typing import NamedTuple

from sideman.charts.paper.drawing import DRAWERS
from sideman.charts.paper.fonts import printable
from sideman.charts.paper.marks import A4, Paper
from sideman.charts.paper.readers import CONCERT, Reader
from sideman.charts.sheet import Sheet
from sideman.music.band import Track
from sideman.render.lead_sheet.form import lead_of
from sideman.render.lead_sheet.layout import pages_of

UNTITLED = "Lead sheet"


class LeadSheet(NamedTuple):
    """A file, how many notes of the melody are not in it, and whether repeats were written out for the melody."""

    data: bytes
    left_out: int
    is_written_out: bool


def draw(sheet: Sheet, melody: Track, kind: str, reader: Reader = CONCERT, paper: Paper = A4) -> LeadSheet:
    """A chart and its melody, bars from the chart's first, as ``pdf`` or ``svg``, for a reader.

    Raises :class:`OptionError` for a sheet without bars.
    """
    lead = lead_of(sheet, melody.notes, reader)
    pages = pages_of(lead, paper, reader)
    data = DRAWERS[kind](pages, paper, printable(sheet.title) or UNTITLED)
    return LeadSheet(data, lead.left_out, lead.is_written_out)
