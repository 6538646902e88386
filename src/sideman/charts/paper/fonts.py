"""The two fonts of charts on paper, and how wide words are in them. Knows no layout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "SidemanPaper", "SidemanPaperBold"
FAMILY = "DejaVu Sans Condensed, DejaVuSansCondensed, Arial Narrow, Arial, sans-serif"  # where a font isn't embedded
_FILES = {REGULAR: "DejaVuSansCondensed.ttf", BOLD: "DejaVuSansCondensed-Bold.ttf"}


@cache
def load() -> None:
    """Have reportlab know the fonts."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(Path(__file__).parent / "data" / file)))


def width(words: str, font: str, size: float) -> float:
    """How wide words are, in points."""
    load()
    return float(pdfmetrics.stringWidth(words, font, size))
