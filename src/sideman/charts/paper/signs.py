"""What stands above and below bars: sections in boxes, brackets over endings, and where playing goes on elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sideman.charts.paper.fonts import BOLD, fitted, width
from sideman.charts.paper.marks import Mark, Stroke, Words
from sideman.charts.paper.setting import SMALL, THIN, coda, segno
from sideman.charts.sheet import Measure

LABEL_PADDING = 5.0
BOX, BELOW_LINE = 16.0, 3.0  # how high a box is, and how far it reaches below the line of its words
LABEL_SIZE = SMALL + 2


def section_width(name: str, room: float) -> float:
    """How wide the box of a section is that has so much room."""
    return width(fitted(name, BOLD, LABEL_SIZE, room - 2 * LABEL_PADDING), BOLD, LABEL_SIZE) + 2 * LABEL_PADDING


def section_box(name: str, x: float, y: float, room: float) -> Iterator[Mark]:
    """The name of a section in a box that begins at ``x``; its words stand a point above ``y``."""
    words = fitted(name, BOLD, LABEL_SIZE, room - 2 * LABEL_PADDING)
    right, bottom = x + section_width(name, room), y + BELOW_LINE
    top = bottom - BOX
    yield Stroke(x, top, right, top, THIN)
    yield Stroke(x, bottom, right, bottom, THIN)
    yield Stroke(x, top, x, bottom, THIN)
    yield Stroke(right, top, right, bottom, THIN)
    yield Words(x + LABEL_PADDING, y - 1, words, LABEL_SIZE, BOLD)


def signs(measure: Measure, x: float, y: float) -> Iterator[Mark]:
    """Signs to which others lead, from ``x`` on."""
    if measure.segno:
        yield from segno(x, y)
        x += 16
    if measure.coda:
        yield from coda(x, y)


def jumps(measure: Measure, x: float, y: float) -> Iterator[Mark]:
    """Where playing goes on elsewhere, at the right end of a bar."""
    words = [
        *(["To Coda"] if measure.to_coda else []),
        *(["Fine"] if measure.fine else []),
        *([str(measure.jump)] if measure.jump is not None else []),
        *([f"{measure.times}×"] if measure.times > 2 else []),  # noqa: PLR2004 - a repeat is twice
    ]
    if words:
        yield Words(x, y, " · ".join(words), SMALL, BOLD, "end")


def brackets(measures: Sequence[Measure], bars: range, edges: Sequence[float], y: float) -> Iterator[Mark]:
    """Brackets over the endings of a row, whose bars have these ``edges``; one goes on where the next row does."""
    for number, x, end in zip(bars, edges, edges[1:], strict=False):
        begin = _bracket(measures, number)
        if begin is None:
            continue
        yield Stroke(x + 2, y, end - 2, y, THIN)
        if begin == number:
            yield Stroke(x + 2, y, x + 2, y + 10, THIN)
            names = ", ".join(f"{ending}." for ending in measures[number].endings)
            yield Words(x + 6, y + 9, names, SMALL)
        if _bracket(measures, number + 1) != begin:
            yield Stroke(end - 2, y, end - 2, y + 10, THIN)


def _bracket(measures: Sequence[Measure], number: int) -> int | None:
    """The bar at which the bracket over a bar begins, if there is one."""
    if number >= len(measures):
        return None
    for begin in range(number, -1, -1):
        if measures[begin].endings:
            return begin
        before = measures[begin - 1] if begin else None
        if before is None or before.times or before.ending_stops or measures[begin].repeat:
            return None
        if measures[begin].section is not None:
            return None
    return None
