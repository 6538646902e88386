"""Notes that somebody gives for some bars: they stand there from then on, as loud as they were given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sideman.arranging import Plan
from sideman.errors import OptionError
from sideman.music.band import ONSET, Role, Track
from sideman.pieces.changes import Selection, check_change
from sideman.pieces.revision import Revision
from sideman.tokens.grid import GridLoss
from sideman.tokens.own import edited_parts


@dataclass(frozen=True)
class Edit:
    """A revision that is given: for each role the notes that it plays in some bars, in steps from the piece's start.

    Nothing of it is composed. Raises :class:`OptionError` for roles that there are not.
    """

    selection: Selection
    tracks: Mapping[Role, Track]
    progression: ClassVar[None] = None  # the chords stay

    def __init__(self, tracks: Mapping[Role, Track] | Mapping[str, Track], bars: Iterable[int], take: int = 0) -> None:
        object.__setattr__(self, "selection", Selection(tracks, bars, take))
        object.__setattr__(self, "tracks", dict(zip(self.selection.roles, tracks.values(), strict=True)))

    @property
    def first(self) -> int:
        """The first bar that is not what it was."""
        return self.selection.bars[0]

    def check(self, plan: Plan) -> Plan:
        """The plan of its take, which stays. Raises :class:`OptionError` where it has not what is edited."""
        check_change(plan, self.selection)
        lines = plan.chart.lines
        inside = np.zeros(plan.chart.bars, np.bool_)
        inside[plan.chart.told(self.selection.bars)] = True
        for role, track in self.tracks.items():
            onsets = track.notes[:, ONSET]
            bars = np.searchsorted(lines, onsets, side="right") - 1
            outside = (onsets >= plan.chart.steps) | ~inside[np.minimum(bars, plan.chart.bars - 1)]
            if outside.any():
                step = int(onsets[outside][0])
                raise OptionError(f"{role}: a note at step {step} begins outside of the bars that are edited")
        return plan

    def made(self, plan: Plan) -> tuple[Revision, dict[Role, GridLoss]]:
        """The revision of its take, and what the grid changed in the notes of each role. Raises as :meth:`check`."""
        chart = self.check(plan).chart
        told = chart.told(self.selection.bars)
        made = {role: edited_parts(role, track.notes, chart, told) for role, track in self.tracks.items()}
        revision = Revision(
            self.selection,
            {role: parts for role, (parts, _, _) in made.items()},
            velocities={role: velocities for role, (_, velocities, _) in made.items()},
        )
        return revision, {role: loss for role, (_, _, loss) in made.items()}
