"""How well the kept bars after a change fit it, by the number of drafts, beside what stood there before.

Bits per id of the kept parts of two bars after a redone selection, under the model that composed both.

    python benchmarks/seams.py
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import product

import numpy as np

from sideman.arranging import Arrangement, Model, Plan, default_model
from sideman.composer import Composer, Take
from sideman.model.sampling import SamplingOptions
from sideman.music.band import ROLES
from sideman.music.chords import parse
from sideman.options import ArrangeOptions
from sideman.pieces.changes import Change, Selection
from sideman.pieces.composition import Composition
from sideman.pieces.drafts import compose, seam_after

CHARTS = (
    "C:4|Am:4|F:4|G7:4|C:4|Am:4|F:4|G7:4|C:4|F:4|G7:4|C:4",
    "Dm7:4|G7:4|CM7:4|A7:4|Dm7:4|G7:4|Em7:2|A7:2|Dm7:2|G7:2|C6:4|Fm6:4|C:4|G7:4",
    "Em:4|C:4|G:4|D:4|Em:4|C:4|G:4|D:4|Am:4|Bm:4|C:4|D:4",
)
SEEDS = (1, 2, 3)
SELECTIONS = (
    (("piano",), range(4, 6)),
    (("bass",), range(4, 6)),
    (("drums",), range(4, 6)),
    (("guitar", "strings"), range(2, 6)),
    (ROLES, range(4, 6)),
)
DRAFTS = (1, 4, 8)


@dataclass
class Result:
    """Bits per id by the number of drafts, those of before, and seconds."""

    bits: list[float]
    before: float
    seconds: list[float]


def bits_of_before(piece: Composition, change: Change, model: Model) -> float:
    """The same of the parts that the change replaces, told in the same order."""
    begun = piece.begin(change, model.sampling)
    parts, plan = piece.parts(change.selection.take), piece.plan
    leader = begun.leader
    vars(leader)["_given"] = parts
    judged = seam_after(change.selection.bars, len(parts))
    take = Take(0, plan.chart, leader, SamplingOptions(), model.sampling, judged=judged)
    compose([take], Composer(model.engine, model.columns, 1))
    return take.bits / take.told


def measure(piece: Composition, change: Change, model: Model) -> Result:
    """One case."""
    bits, seconds = [], []
    for count in DRAFTS:
        begin = time.perf_counter()
        drafts = piece.drafts(change, count, sampling=model.sampling)
        compose(drafts.takes, Composer(model.engine, model.columns, count))
        bits.append(drafts.best()[0].misfit)
        seconds.append(time.perf_counter() - begin)
    return Result(bits, bits_of_before(piece, change, model), seconds)


def main() -> None:
    """Print a table."""
    model = default_model()
    results = []
    for chart, seed in product(CHARTS, SEEDS):
        options = ArrangeOptions(seed=seed, style="pop" if seed == 1 else None)
        piece = Composition.of(Arrangement(Plan(parse(chart), options), model))
        for roles, bars in SELECTIONS:
            results.append(measure(piece, Change(Selection(roles, bars), 100 + seed), model))
    table = np.array([[*result.bits, result.before] for result in results])
    seconds = np.median([result.seconds for result in results], axis=0)
    print(f"{len(results)} cases, bits per id of the two kept bars after a change")
    for name, column in zip([*(f"{count} drafts" for count in DRAFTS), "before"], table.T, strict=True):
        error = column.std(ddof=1) / len(column) ** 0.5
        closer = (column <= table[:, -1]).mean()
        print(f"{name:10} {column.mean():.3f} ± {error:.3f}   as good as before in {closer:.0%}")
    gains = table[:, :1] - table
    for name, column in zip(("4 drafts", "8 drafts", "before"), gains.T[1:], strict=True):
        print(f"less than 1 draft: {name:10} {column.mean():.4f} ± {column.std(ddof=1) / len(column) ** 0.5:.4f}")
    print(
        "seconds, median:", ", ".join(f"{count} drafts {time:.2f}" for count, time in zip(DRAFTS, seconds, strict=True))
    )


if __name__ == "__main__":
    main()
