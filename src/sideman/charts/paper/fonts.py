"""The two fonts of charts on paper, and how wide words are in them. Knows no layout."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

REGULAR, BOLD = "SidemanPaper", "SidemanPaperBold"
FAMILY = "DejaVu Sans Condensed, DejaVuSansCondensed, Arial Narrow, Arial, sans-serif"  # where a font isn't embedded
_FILES = {REGULAR: "DejaVuSansCondensed.ttf", BOLD: "DejaVuSansCondensed-Bold.ttf"}


@cache
def load() -> Callable[[str, str, float], float]:
    """Have reportlab know the fonts; gives what measures words. It is imported by what is drawn first, not before."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(Path(__file__).parent / "data" / file)))
    return pdfmetrics.stringWidth


def width(words: str, font: str, size: float) -> float:
    """How wide words are, in points."""
    return float(load()(words, font, size))


def printable(words: str) -> str:
    """Words as one line, without what can't be printed."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def fitted(words: str, font: str, size: float, room: float) -> str:
    """Words as one line that is not wider than ``room``: an ellipsis stands for the rest."""
    words = printable(words)
    if width(words, font, size) <= room:
        return words
    shortest, longest = 0, len(words)
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        if width(f"{words[:middle]}…", font, size) <= room:
            shortest = middle
        else:
            longest = middle - 1
    return f"{words[:shortest].rstrip()}…"
