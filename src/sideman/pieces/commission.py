"""A piece that is yet to be composed, from its request and its revisions: the same model makes the same piece of them.

The takes come first, then the changes, one after the other. Knows no threads: whoever has a composer composes what is
next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from sideman.arranging import Performance, Plan
from sideman.composer import SAMPLING, Take
from sideman.model.sampling import SamplingDefaults
from sideman.pieces.changes import Change
from sideman.pieces.composition import Composition
from sideman.pieces.edits import Edit


class Commission:
    """A plan and the changes after it, under way. Raises :class:`OptionError` for a change that doesn't fit the plan.

    ``weights`` is the fingerprint of the model, ``sampling`` how it is drawn from. ``composition`` is there when
    all takes are composed; the piece itself when :meth:`next` gives nothing more.
    """

    def __init__(
        self,
        plan: Plan,
        changes: Iterable[Change | Edit] = (),
        weights: str = "",
        sampling: SamplingDefaults = SAMPLING,
    ) -> None:
        self.plan = plan
        self.changes = tuple(changes)
        plans: dict[int, Plan] = {}
        for change in self.changes:
            take = change.selection.take
            plans[take] = change.check(plans.get(take, plan))
        self._plans = [plans.get(take, plan) for take in range(plan.options.takes)]  # in the end
        self.performance = Performance(plan, sampling)
        self.composition: Composition | None = None
        self._weights = weights
        self._sampling = sampling
        self._left = deque(self.changes)
        self._under_way: tuple[Change, Take] | None = None

    @property
    def bars(self) -> tuple[int, ...]:
        """How many bars each take has in the end."""
        return tuple(plan.bars for plan in self._plans)

    def unchanged(self, take: int) -> int:
        """How many of a take's first bars no change names: these stay as they are first composed.

        In a piece of another length none does: notes are cut where it ends.
        """
        if self._plans[take].chart.steps != self.plan.chart.steps:
            return 0
        first = [change.first for change in self.changes if change.selection.take == take]
        return min((self.plan.bars, self.bars[take], *first))

    def next(self) -> Take | None:
        """The next change as a take to be composed, once the takes and the one before are done; None after the last."""
        piece = self.composition or Composition.played(self.performance, self._weights)
        if self._under_way is not None:
            piece = piece.revised(*self._under_way)
        self._under_way = None
        while self._left and self._under_way is None:
            change = self._left.popleft()
            if isinstance(change, Edit):
                piece, _ = piece.with_edit(change)
                continue
            take = piece.begin(change, self._sampling)
            if take.done:  # nothing in it was a choice
                piece = piece.revised(change, take)
            else:
                self._under_way = change, take
        self.composition = piece
        return self._under_way[1] if self._under_way else None
