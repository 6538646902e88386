"""Pages as PDF. Knows no music."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from sideman.charts.paper.fonts import load
from sideman.charts.paper.glyphs import UNITS, outlines
from sideman.charts.paper.marks import Dot, Glyph, Mark, Page, Paper, Shape, Stroke

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

POINT = 2  # numbers


def pdf(pages: Sequence[Page], paper: Paper, title: str, author: str = "") -> bytes:
    """The document. The same pages give the same bytes."""
    from reportlab.pdfgen.canvas import Canvas

    load()
    data = BytesIO()
    canvas = Canvas(data, pagesize=paper, invariant=1)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setCreator("Sideman")
    for page in pages:
        for mark in page.marks:
            _draw(canvas, mark, paper.height)
        canvas.showPage()
    canvas.save()
    return data.getvalue()


def _draw(canvas: Canvas, mark: Mark, height: float) -> None:
    """A mark; PDF counts from the lower left corner."""
    if isinstance(mark, Stroke):
        canvas.setLineWidth(mark.width)
        canvas.line(mark.x1, height - mark.y1, mark.x2, height - mark.y2)
    elif isinstance(mark, Dot):
        canvas.setLineWidth(mark.line or 1)
        canvas.circle(mark.x, height - mark.y, mark.radius, stroke=mark.line is not None, fill=mark.line is None)
    elif isinstance(mark, Glyph):
        _draw_glyph(canvas, mark, height)
    elif isinstance(mark, Shape):
        path = canvas.beginPath()
        path.moveTo(mark.x, height - mark.y)
        for piece in mark.pieces:
            points = [height - value if place % 2 else value for place, value in enumerate(piece)]
            (path.lineTo if len(points) == POINT else path.curveTo)(*points)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    else:
        canvas.setFont(mark.font, mark.size)
        canvas.drawString(mark.left, height - mark.y, mark.words)


def _draw_glyph(canvas: Canvas, mark: Glyph, height: float) -> None:
    """A glyph: its outline stands in the document once, and is drawn wherever it is needed."""
    if not canvas.hasForm(mark.name):
        outline = outlines()[mark.name]
        canvas.beginForm(mark.name, outline.left, outline.bottom, outline.right, outline.top)
        path = canvas.beginPath()
        draw: dict[str, Callable[..., None]] = {"M": path.moveTo, "L": path.lineTo, "C": path.curveTo, "Z": path.close}
        for letter, values in outline.commands():
            draw[letter](*values)
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.endForm()
    canvas.saveState()
    canvas.translate(mark.x, height - mark.y)
    canvas.scale(mark.space / UNITS, mark.space / UNITS)
    canvas.doForm(mark.name)
    canvas.restoreState()
