"""What is drawn on a page, in points from its upper left corner. Knows no music."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from sideman.charts.paper.fonts import REGULAR, width

Anchor = Literal["start", "middle", "end"]


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


Mark = Words | Stroke | Dot


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
