"""Pages as PDF. Knows no music."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from sideman.charts.paper.fonts import load
from sideman.charts.paper.marks import Dot, Mark, Page, Paper, Stroke

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


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
    else:
        canvas.setFont(mark.font, mark.size)
        canvas.drawString(mark.left, height - mark.y, mark.words)
