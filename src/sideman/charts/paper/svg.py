"""Pages as an SVG picture, one below the other. Knows no music.

Words are words: they can be searched and read out. Each says how wide it is, so that it fits in whatever font.
"""

from __future__ import annotations

from collections.abc import Sequence

from sideman.charts.musicxml.elements import text
from sideman.charts.paper.fonts import BOLD, FAMILY, width
from sideman.charts.paper.glyphs import UNITS, outlines
from sideman.charts.paper.marks import Dot, Glyph, Mark, Page, Paper, Shape, Stroke, Words

INK = "#111"
PREFIX = "music-"  # of the names of outlines
POINT = 2  # numbers


def svg(pages: Sequence[Page], paper: Paper, title: str) -> bytes:
    """The picture; ``title`` is what it is called where it is read out."""
    height = paper.height * len(pages)
    body = "".join(
        f'<g transform="translate(0 {_number(number * paper.height)})">{"".join(map(_mark, page.marks))}</g>\n'
        for number, page in enumerate(pages)
    )
    written = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_number(paper.width)}pt" height="{_number(height)}pt"'
        f' viewBox="0 0 {_number(paper.width)} {_number(height)}" role="img" font-family="{FAMILY}" fill="{INK}">\n'
        f'<title>{text(title)}</title>\n<rect width="100%" height="100%" fill="#fff"/>\n{_glyphs(pages)}{body}</svg>\n'
    )
    return written.encode()


def _mark(mark: Mark) -> str:
    if isinstance(mark, Stroke):
        return (
            f'<path d="M{_number(mark.x1)} {_number(mark.y1)}L{_number(mark.x2)} {_number(mark.y2)}"'
            f' stroke="{INK}" stroke-width="{_number(mark.width)}"/>'
        )
    if isinstance(mark, Dot):
        look = "" if mark.line is None else f' fill="none" stroke="{INK}" stroke-width="{_number(mark.line)}"'
        return f'<circle cx="{_number(mark.x)}" cy="{_number(mark.y)}" r="{_number(mark.radius)}"{look}/>'
    if isinstance(mark, Glyph):
        scale = f"{mark.space / UNITS:.5f}".rstrip("0")
        place = f"translate({_number(mark.x)} {_number(mark.y)}) scale({scale} -{scale})"
        return f'<use href="#{PREFIX}{mark.name}" transform="{place}"/>'
    if isinstance(mark, Shape):
        pieces = "".join(f"{'L' if len(each) == POINT else 'C'}{' '.join(map(_number, each))}" for each in mark.pieces)
        return f'<path d="M{_number(mark.x)} {_number(mark.y)}{pieces}Z"/>'
    return _words(mark)


def _glyphs(pages: Sequence[Page]) -> str:
    """The outlines that are used, each once."""
    names = sorted({mark.name for page in pages for mark in page.marks if isinstance(mark, Glyph)})
    paths = "".join(f'<path id="{PREFIX}{name}" d="{outlines()[name].path}"/>' for name in names)
    return f"<defs>{paths}</defs>\n" if names else ""


def _words(mark: Words) -> str:
    weight = ' font-weight="bold"' if mark.font == BOLD else ""
    wide = _number(width(mark.words, mark.font, mark.size))
    return (
        f'<text x="{_number(mark.left)}" y="{_number(mark.y)}" font-size="{_number(mark.size)}"{weight}'
        f' textLength="{wide}" lengthAdjust="spacingAndGlyphs">{text(mark.words)}</text>'
    )


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
