"""The door to charts on paper: a chart that was read as a file of PDF or SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sideman.charts.paper.fonts import printable
from sideman.charts.paper.layout import pages_of
from sideman.charts.paper.marks import A4, PAPERS, Paper
from sideman.charts.paper.pdf import pdf
from sideman.charts.paper.readers import CONCERT, Reader
from sideman.charts.paper.svg import svg
from sideman.charts.sheet import Sheet
from sideman.errors import OptionError

UNTITLED = "Chord chart"
DRAWERS: Mapping[str, Callable[..., bytes]] = MappingProxyType({"pdf": pdf, "svg": svg})


def draw(sheet: Sheet, kind: str, reader: Reader = CONCERT, paper: Paper = A4) -> bytes:
    """A chart as ``pdf`` or ``svg``, for a reader. Raises :class:`OptionError` for a sheet without bars."""
    return DRAWERS[kind](pages_of(sheet, paper, reader), paper, printable(sheet.title) or UNTITLED)


def paper_of(name: str) -> Paper:
    """The paper of a name, in whatever case. Raises :class:`OptionError` for another."""
    paper = PAPERS.get(name.lower())
    if paper is None:
        raise OptionError(f"unknown paper {name[:20]!r}: give {' or '.join(PAPERS)}")
    return paper
