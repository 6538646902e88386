"""What is drawn on a page, in points from its upper left corner. Knows no music."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from sideman.charts.paper.fonts import REGULAR, width
from sideman.charts.paper.glyphs import UNITS, outlines

Anchor = Literal["start", "middle", "end"]
LETTERS = 0.73  # of the size of words, how high large letters are


class Words(NamedTuple):
    """A row of words on a baseline."""

    x: float
    y: float
    words: str
    size: float
    font: str = REGULAR
    anchor: Anchor = "start"

    @property
    def left(self) -> float:
        """Where they begin."""
        wide = width(self.words, self.font, self.size)
        return self.x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]


class Stroke(NamedTuple):
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float = 1.0


class Dot(NamedTuple):
    """A filled circle; an empty one where it has a ``line``."""

    x: float
    y: float
    radius: float
    line: float | None = None


class Glyph(NamedTuple):
    """A clef, head, rest or sign, by SMuFL's name; ``space`` is how far apart the lines of the staff are."""

    x: float
    y: float
    name: str
    space: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        outline, scale = outlines()[self.name], self.space / UNITS
        left, right = self.x + outline.left * scale, self.x + outline.right * scale
        return left, self.y - outline.top * scale, right, self.y - outline.bottom * scale


class Shape(NamedTuple):
    """A filled outline: where it begins, then lines (x, y) and curves (two points that draw them, and where they end).

    It closes by itself.
    """

    x: float
    y: float
    pieces: tuple[tuple[float, ...], ...]


Mark = Words | Stroke | Dot | Glyph | Shape


def extent(mark: Mark) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a mark: of words what of the large letters stands on the line."""
    if isinstance(mark, Words):
        left = mark.left
        return left, mark.y - LETTERS * mark.size, left + width(mark.words, mark.font, mark.size), mark.y
    if isinstance(mark, Glyph):
        return mark.box
    if isinstance(mark, Dot):
        return mark.x - mark.radius, mark.y - mark.radius, mark.x + mark.radius, mark.y + mark.radius
    if isinstance(mark, Shape):
        points = [mark[:2], *(each[at : at + 2] for each in mark.pieces for at in range(0, len(each), 2))]
    else:
        points = [mark[:2], mark[2:4]]
    across, down = [point[0] for point in points], [point[1] for point in points]
    return min(across), min(down), max(across), max(down)


def moved(mark: Mark, right: float, down: float) -> Mark:
    """The same elsewhere."""
    if isinstance(mark, Stroke):
        return mark._replace(x1=mark.x1 + right, y1=mark.y1 + down, x2=mark.x2 + right, y2=mark.y2 + down)
    if isinstance(mark, Shape):
        by = right, down
        pieces = tuple(tuple(value + by[place % 2] for place, value in enumerate(each)) for each in mark.pieces)
        return Shape(mark.x + right, mark.y + down, pieces)
    return mark._replace(x=mark.x + right, y=mark.y + down)


class Paper(NamedTuple):
    """A size of paper, in points."""

    width: float
    height: float


A4, LETTER = Paper(595.28, 841.89), Paper(612.0, 792.0)
PAPERS = {"a4": A4, "letter": LETTER}


@dataclass
class Page:
    """A page and what stands on it."""

    marks: list[Mark] = field(default_factory=list)

    def add(self, *marks: Mark) -> None:
        """Draw something more."""
        self.marks += marks

    def extend(self, marks: Iterable[Mark]) -> None:
        """Draw all of these."""
        self.marks += marks
