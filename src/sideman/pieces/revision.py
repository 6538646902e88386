"""A change that was made to a take: the parts that stand in it from then on, and where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np

from sideman.errors import TokenError
from sideman.music.band import MIDI_VALUES, ROLES, NoteArray, Role
from sideman.music.progression import Progression
from sideman.pieces.changes import Change, Origins, Selection
from sideman.pieces.origins import parts_origins
from sideman.tokens.chart import Chart
from sideman.tokens.own import Velocities, note_count, part_notes
from sideman.tokens.parts import Part, Parts

Struck = Mapping[tuple[Role, int], Velocities]


@dataclass(frozen=True, repr=False)
class Revision:
    """A change: other ``parts``, for each role those of the selected bars, of which a long one has several.

    They were composed around the others from ``seed``, or, without one, given. ``velocities`` are those of notes that
    somebody edited, for each part in the order of onsets, then pitches. With ``progression`` the take plays
    other chords from then on, and with ``origins``, as of a :class:`Change`, its bars are others. ``name`` is what a
    person calls it. ``more`` are fields of other versions.
    """

    selection: Selection
    parts: Mapping[Role, tuple[Part, ...]]
    seed: int | None = None
    progression: Progression | None = None
    origins: Origins | None = None
    name: str = ""
    velocities: Mapping[Role, tuple[Velocities, ...]] | None = None
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
        """What it is called: its name, or whom and which bars it changed, from 1: ``edited piano, bars 5–8``."""
        if self.name:
            return self.name
        selection = self.selection
        who = "everybody" if len(selection.roles) == len(ROLES) else ", ".join(selection.roles)
        bars = bars_told(selection.bars)
        if self.progression is None:
            return f"{who}, {bars}" if self.velocities is None else f"edited {who}, {bars}"
        return f"chords, {bars}" if bars else "chords"

    def applied(self, bars: Sequence[Parts], before: Chart, after: Chart) -> Sequence[Parts]:
        """The parts of all bars of the chart ``before``, the selected ones changed: those of the chart ``after``."""
        origins = range(len(bars)) if self.origins is None else parts_origins(before, after, self.origins)
        changed = [{} if origin is None else dict(bars[origin]) for origin in origins]
        for role, parts in self.parts.items():
            for bar, part in zip(after.told(self.selection.bars), parts, strict=True):
                changed[bar][role] = part
        return changed

    def struck(self, before: Struck, old: Chart, new: Chart) -> Struck:
        """How loud edited parts are, by role and bar of the chart ``old`` before: the same of the chart ``new``."""
        kept = range(new.bars) if self.origins is None else parts_origins(old, new, self.origins)
        moved = {
            (role, bar): before[role, origin]
            for bar, origin in enumerate(kept if before else ())
            for role in Role
            if origin is not None and (role, origin) in before
        }
        bars = new.told(self.selection.bars)
        for role in self.selection.roles:
            for bar in bars:
                moved.pop((role, bar), None)
            if self.velocities is not None:
                moved |= {(role, bar): each for bar, each in zip(bars, self.velocities[role], strict=True)}
        return moved

    def check_velocities(self) -> None:
        """Raises :class:`TokenError` where there is not one from 1 to 127 for each note."""
        if self.velocities is None:
            return
        right = self.velocities.keys() == self.parts.keys() and all(
            [len(each) for each in self.velocities[role]] == [note_count(part) for part in parts]
            and all(0 < velocity < MIDI_VALUES for each in self.velocities[role] for velocity in each)
            for role, parts in self.parts.items()
        )
        if not right:
            raise TokenError(
                "a revision of edited notes with more or fewer velocities, or velocities that there are not"
            )

    def notes(self, chart: Chart) -> dict[Role, NoteArray] | None:
        """The notes that somebody gave, on the grid, in steps from the start of the chart after it; None where none."""
        if self.velocities is None:
            return None
        begins = [int(chart.lines[bar]) for bar in chart.told(self.selection.bars)]
        return {
            role: np.concatenate(
                [
                    part_notes(part, begin, chart.shift, velocities)
                    for begin, part, velocities in zip(begins, parts, self.velocities[role], strict=True)
                ]
            )
            for role, parts in self.parts.items()
        }


def bars_told(bars: Iterable[int]) -> str:
    """``bars 1, 5–8`` of 0, 4, 5, 6 and 7."""
    runs = [[bar for _, bar in run] for _, run in groupby(enumerate(bars), lambda entry: entry[1] - entry[0])]
    told = [f"{run[0] + 1}–{run[-1] + 1}" if len(run) > 1 else f"{run[0] + 1}" for run in runs]
    many = len(runs) > 1 or any(len(run) > 1 for run in runs)
    return f"bar{'s' if many else ''} {', '.join(told)}" if runs else ""
