"""What the judge found, as text for people and as plain values for programs. Measures nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sideman.judging.statistics import Estimate

# Figure, heading and digits of each column.
COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("root", "root", 3),
    ("majmin", "majmin", 3),
    ("tetrads", "tetrads", 3),
    ("tones", "chord tones", 3),
    ("bass", "bass: root", 3),
    ("slash", "bass: slash", 3),
    ("silence", "N.C.", 2),
    ("overlap", "overlap", 3),
    ("frechet", "Fréchet", 2),
    ("auc", "AUC", 3),
    ("repeated", "repeated", 3),
    ("empty", "empty", 3),
    ("notes", "notes a bar", 1),
    ("score", "score", 3),
)
TELLING = 12  # features that the table shows


class Feature(NamedTuple):
    """A feature, how well it alone tells us from people (AUC; below .5: we have less of it), and both means."""

    name: str
    auc: float
    ours: float
    people: float


@dataclass(frozen=True)
class Row:
    """The figures of somebody, by name."""

    name: str
    values: dict[str, Estimate]


@dataclass(frozen=True)
class Report:
    """All figures of a judgement."""

    windows: int
    songs: int
    bars: int
    seed: int
    rows: tuple[Row, ...]  # people first, then the model
    features: tuple[Feature, ...]  # by how well they tell the model from people
    diversity: Estimate

    def row(self, name: str) -> Row:
        """Somebody's row by name."""
        return next(row for row in self.rows if row.name == name)

    def score(self, name: str) -> float:
        """Likeness to people times chords kept: both must be there, and more chords than people keep are no merit."""
        people, values = self.rows[0].values, self.row(name).values
        kept = min(1.0, values["majmin"].value / people["majmin"].value)
        return kept * min(1.0, values["overlap"].value)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; what is not known is None."""
        return {
            "windows": self.windows,
            "songs": self.songs,
            "bars": self.bars,
            "seed": self.seed,
            "rows": {
                row.name: {name: _plain(value) for name, value in row.values.items()} | {"score": self.score(row.name)}
                for row in self.rows
            },
            "features": [feature._asdict() for feature in self.features],
            "diversity": _plain(self.diversity),
        }

    def text(self) -> str:
        """Tables for people; behind each value the half of its interval."""
        heads = ["", *(heading for _, heading, _ in COLUMNS)]
        table = [[row.name, *(self._cell(row, name, digits) for name, _, digits in COLUMNS)] for row in self.rows]
        lines = [f"{self.windows} windows of {self.songs} songs, {self.bars:,} bars, seed {self.seed}", ""]
        lines += _columns([heads, *table])
        told = [[f.name, f"{f.auc:.3f}", f"{f.ours:.2f}", f"{f.people:.2f}"] for f in self.features[:TELLING]]
        lines += ["", *_columns([["told from people by", "AUC", "sideman", "people"], *told])]
        return "\n".join(lines)

    def _cell(self, row: Row, name: str, digits: int) -> str:
        if name == "score":
            return _number(self.score(row.name), digits)
        value, low, high = row.values[name]
        if math.isnan(value):
            return "–"
        return f"{_number(value, digits)} ±{_number((high - low) / 2, digits)}"


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removeprefix("0") if text.startswith("0.") else text


def _plain(estimate: Estimate) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in estimate._asdict().items()}


def _columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows of cells lined up, the first cell to the left, the others to the right."""
    cells = list(rows)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return [
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
