"""What stands over the first page and at the foot of each: title, composer, what holds for all, and page numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sideman.charts.paper.fonts import BOLD, REGULAR, fitted, width
from sideman.charts.paper.marks import Page, Paper, Words
from sideman.charts.paper.readers import Reader, printed
from sideman.charts.sheet import Sheet
from sideman.music.time import Meter

MARGIN = 42.0
TITLE, SMALLEST_TITLE, COMPOSER, FOOT = 20.0, 12.0, 10.0, 8.0


def facts_of(sheet: Sheet, meter: Meter, tonic: str, reader: Reader, *, minor: bool) -> list[str]:
    """Style, tempo, key, and who reads it."""
    tempo = "" if sheet.tempo is None else f"{'♩.' if meter.is_compound else '♩'} = {sheet.tempo:g}"
    return [sheet.style, tempo, f"{printed(tonic)} {'minor' if minor else 'major'}", reader.about]


def head(page: Page, sheet: Sheet, facts: Iterable[str], paper: Paper) -> float:
    """Title, composer, and the facts that are not empty; gives the line on which they stand."""
    inner, y = paper.width - 2 * MARGIN, MARGIN + TITLE
    if sheet.title:
        size = max(min(TITLE, TITLE * inner / max(width(sheet.title, BOLD, TITLE), 1)), SMALLEST_TITLE)
        page.add(Words(paper.width / 2, y, fitted(sheet.title, BOLD, size, inner), size, BOLD, "middle"))
        y += COMPOSER + 8
    composer = fitted(sheet.composer, REGULAR, COMPOSER, inner / 2 - COMPOSER)
    room = inner - width(composer, REGULAR, COMPOSER) - COMPOSER
    page.add(Words(MARGIN, y, fitted(" · ".join(fact for fact in facts if fact), REGULAR, COMPOSER, room), COMPOSER))
    if composer:
        page.add(Words(paper.width - MARGIN, y, composer, COMPOSER, REGULAR, "end"))
    return y


def feet(pages: Sequence[Page], title: str, paper: Paper) -> None:
    """Number the pages, where there are several."""
    if len(pages) == 1:
        return
    for number, page in enumerate(pages, 1):
        words = f"{fitted(title, REGULAR, FOOT, paper.width / 2 - MARGIN) or 'Chart'} · {number}/{len(pages)}"
        page.add(Words(paper.width / 2, paper.height - MARGIN / 2, words, FOOT, REGULAR, "middle"))
