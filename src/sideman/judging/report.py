"""What the judge found, as text for people and as plain values for programs. Measures nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sideman.judging.musegan import MEASURES
from sideman.judging.repetition import DISTANCES
from sideman.judging.statistics import Estimate

PEOPLE, MODEL, MMA, BLOCKS, RANDOM = "people", "sideman", "MMA", "block chords", "random"
OTHER = "another song's chords"
TOLD = "sideman, told sections"
TELLING = 12  # features that the table shows


class Column(NamedTuple):
    """A figure by name, its heading and how many digits tell."""

    figure: str
    heading: str
    digits: int = 3


KEEPING_AND_LIKENESS = (
    Column("root", "root"),
    Column("majmin", "majmin"),
    Column("tetrads", "tetrads"),
    Column("tones", "chord tones"),
    Column("bass", "bass: root"),
    Column("slash", "bass: slash"),
    Column("overlap", "overlap"),
    Column("frechet", "Fréchet", 2),
    Column("auc", "AUC"),
    Column("score", "score"),
)
FORM = (
    Column("repeated", "repeated"),
    *(Column(f"repeated {distance}", f"{distance} before") for distance in DISTANCES),
    Column("empty", "empty"),
    Column("silence", "N.C."),
    Column("notes", "notes a bar", 1),
    Column("diversity", "diversity"),
    Column("run", "known run", 2),
    Column("longest run", "longest", 0),
    Column("run together", "together", 2),
    Column("longest run together", "longest", 0),
)

PASSAGES = (
    Column("within", "within sections"),
    Column("all", "all passages"),
    Column("ratio", "ratio", 2),
    Column("loop 4", "loop: 4 before"),
    Column("loop 8", "8 before"),
    Column("loop 16", "16 before"),
    Column("loop repeated", "repeated"),
)


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
class Form:
    """The figures of longer pieces: of people, of ours over the same chords alone, and of ours told the sections."""

    songs: int  # with sections
    loops: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Report:
    """All figures of a judgement. ``missing`` says of whoever didn't play why."""

    windows: int
    songs: int
    bars: int
    seed: int
    rows: tuple[Row, ...]  # people first, then the model
    missing: dict[str, str]
    features: tuple[Feature, ...]  # by how well they tell the model from people
    form: Form | None = None

    def row(self, name: str) -> Row:
        """Somebody's row by name."""
        return next(row for row in self.rows if row.name == name)

    def score(self, name: str) -> float:
        """Chords kept times likeness to people: neither makes up for the other, more than people have earns nothing."""
        people, values = self.rows[0].values, self.row(name).values
        kept = values["majmin"].value / people["majmin"].value
        return min(1.0, kept) * min(1.0, values["overlap"].value)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; what is not known is None."""
        rows = _plain_rows(self.rows)
        for name, values in rows.items():
            values["score"] = {"value": self.score(name)}
        return {
            "windows": self.windows,
            "songs": self.songs,
            "bars": self.bars,
            "seed": self.seed,
            "rows": rows,
            "missing": self.missing,
            "features": [feature._asdict() for feature in self.features],
            "form": self.form
            and {"songs": self.form.songs, "loops": self.form.loops, "rows": _plain_rows(self.form.rows)},
        }

    def text(self) -> str:
        """Tables for people; behind each value half of its interval."""
        lines = [f"{self.windows} windows of {self.songs} songs, {self.bars:,} bars, seed {self.seed}"]
        lines += ["", *self._table(self.rows, KEEPING_AND_LIKENESS)]
        lines += [f"{name}: {reason}" for name, reason in self.missing.items()]
        lines += ["", *self._table(self.rows, FORM)]
        told = [[f.name, f"{f.auc:.3f}", f"{f.ours:.2f}", f"{f.people:.2f}"] for f in self.features[:TELLING]]
        lines += ["", *_columns([["told from people by", "AUC", MODEL, PEOPLE], *told])]
        shown = [[name, *(self._cell(row, Column(name, name)) for row in self.rows)] for name in MEASURES]
        lines += ["", *_columns([["MuseGAN's measures", *(row.name for row in self.rows)], *shown])]
        if self.form is not None:
            lines += ["", f"{self.form.songs} songs with sections, {self.form.loops} that loop four bars of chords"]
            lines += ["", *self._table(self.form.rows, PASSAGES)]
        return "\n".join(lines)

    def _table(self, rows: Iterable[Row], columns: Sequence[Column]) -> list[str]:
        told = [[row.name, *(self._cell(row, column) for column in columns)] for row in rows]
        return _columns([["", *(column.heading for column in columns)], *told])

    def _cell(self, row: Row, column: Column) -> str:
        if column.figure == "score":
            return _number(self.score(row.name), column.digits)
        value, low, high = row.values.get(column.figure, (math.nan,) * 3)
        if math.isnan(value):
            return "–"
        around = f"±{_number((high - low) / 2, column.digits)}" if high > low else ""
        return f"{_number(value, column.digits)}{around}"


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removeprefix("0") if text.startswith("0.") else text


def _plain_rows(rows: Iterable[Row]) -> dict[str, dict[str, dict[str, float | None]]]:
    return {row.name: {name: _plain(value) for name, value in row.values.items()} for row in rows}


def _plain(estimate: Estimate) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in estimate._asdict().items()}


def _columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows of cells lined up, the first cell to the left, the others to the right."""
    cells = list(rows)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = []
    for first, *others in cells:
        padded = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        lines.append("  ".join([first.ljust(widths[0]), *padded]).rstrip())
    return lines
