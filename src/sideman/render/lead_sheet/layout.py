"""A lead sheet as pages: its rows below one another, as far apart as the page allows. Knows no files."""

from __future__ import annotations

from collections.abc import Sequence

from sideman.charts.paper.heads import FOOT, MARGIN, facts_of, feet, head
from sideman.charts.paper.marks import Page, Paper, moved
from sideman.charts.paper.readers import Reader
from sideman.render.lead_sheet.form import Lead
from sideman.render.lead_sheet.rows import Set, Setting

SPACES = (5.4, 5.0, 4.7)  # points between lines of a staff: smaller ones where it takes one page by them
APART, FARTHER = 9.0, 16.0  # points between rows at the least, and what may come to it
BELOW_HEAD = 14.0


def pages_of(lead: Lead, paper: Paper, reader: Reader) -> list[Page]:
    """The pages of a lead sheet."""
    tries = (_pages(lead, paper, reader, space) for space in SPACES)
    first = next(tries)
    pages = first if len(first) == 1 else next((pages for pages in tries if len(pages) == 1), first)
    feet(pages, lead.sheet.title, paper)
    return pages


def _pages(lead: Lead, paper: Paper, reader: Reader, space: float) -> list[Page]:
    setting = Setting(lead, reader, paper.width - 2 * MARGIN, space)
    page = Page()
    top = head(page, lead.sheet, facts_of(lead.sheet, lead.meter(0), lead.tonic, reader, minor=lead.minor), paper)
    top += BELOW_HEAD
    end = paper.height - MARGIN
    pages, used = [page], top
    rows: list[Set] = []
    for row in map(setting.set, setting.rows()):
        high = row.bottom - row.top
        if rows and used + high > end:
            _fill(pages[-1], rows, top, end)
            pages.append(Page())
            top = used = MARGIN + FOOT
            rows = []
        rows.append(row)
        used += high + APART
    _fill(pages[-1], rows, top, end)
    return pages


def _fill(page: Page, rows: Sequence[Set], top: float, end: float) -> None:
    """Set rows on a page, from ``top`` to ``end``."""
    left = end - top - sum(row.bottom - row.top for row in rows)
    apart = min(left / max(len(rows) - 1, 1), APART + FARTHER)
    for row in rows:
        page.extend(moved(mark, MARGIN, top - row.top) for mark in row.marks)
        top += row.bottom - row.top + apart
