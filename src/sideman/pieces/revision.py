"""A change that was made to a take: the parts that stand in it from then on, and where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sideman.music.band import ROLES, Role
from sideman.music.progression import Progression
from sideman.pieces.changes import Change, Origins, Selection
from sideman.pieces.origins import parts_origins
from sideman.tokens.chart import Chart
from sideman.tokens.parts import Part, Parts


@dataclass(frozen=True, repr=False)
class Revision:
    """A change: other ``parts``, for each role those of the selected bars, of which a long one has several.

    They were composed around the others from ``seed``, or, without one, given. With ``progression`` the take plays
    other chords from then on, and with ``origins``, as of a :class:`Change`, its bars are others. ``name`` is what a
    person calls it. ``more`` are fields of other versions.
    """

    selection: Selection
    parts: Mapping[Role, tuple[Part, ...]]
    seed: int | None = None
    progression: Progression | None = None
    origins: Origins | None = None
    name: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        selection = self.selection
        where = f"bars {', '.join(map(str, selection.bars))} of {', '.join(selection.roles)}"
        return f"<Revision of take {selection.take}: {where}, {'given' if self.seed is None else f'seed {self.seed}'}>"

    @classmethod
    def of(cls, change: Change, bars: Sequence[Parts], chart: Chart) -> Revision:
        """Of a change that was composed, with the parts of all bars of the ``chart`` after it."""
        selection = change.selection
        parts = {role: tuple(bars[bar][role] for bar in chart.told(selection.bars)) for role in selection.roles}
        return cls(selection, parts, change.seed, change.progression, change.origins)

    @property
    def title(self) -> str:
        """What it is called: its name, or whom and which bars it changed, from 1: ``piano, bars 5–8``."""
        if self.name:
            return self.name
        selection = self.selection
        who = "everybody" if len(selection.roles) == len(ROLES) else ", ".join(selection.roles)
        bars = bars_told(selection.bars)
        if self.progression is None:
            return f"{who}, {bars}"
        return f"chords, {bars}" if bars else "chords"

    def applied(self, bars: Sequence[Parts], before: Chart, after: Chart) -> Sequence[Parts]:
        """The parts of all bars of the chart ``before``, the selected ones changed: those of the chart ``after``."""
        origins = range(len(bars)) if self.origins is None else parts_origins(before, after, self.origins)
        changed = [{} if origin is None else dict(bars[origin]) for origin in origins]
        for role, parts in self.parts.items():
            for bar, part in zip(after.told(self.selection.bars), parts, strict=True):
                changed[bar][role] = part
        return changed


def bars_told(bars: Iterable[int]) -> str:
    """``bars 1, 5–8`` of 0, 4, 5, 6 and 7."""
    runs = [[bar for _, bar in run] for _, run in groupby(enumerate(bars), lambda entry: entry[1] - entry[0])]
    told = [f"{run[0] + 1}–{run[-1] + 1}" if len(run) > 1 else f"{run[0] + 1}" for run in runs]
    many = len(runs) > 1 or any(len(run) > 1 for run in runs)
    return f"bar{'s' if many else ''} {', '.join(told)}" if runs else ""
