"""What is to be changed in a take: which bars of whom, from which seed, over which chords. Knows no ids of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sideman.arranging import Plan
from sideman.errors import OptionError
from sideman.music.band import Role
from sideman.music.progression import Progression
from sideman.options import MAX_SEED


@dataclass(frozen=True)
class Selection:
    """Some bars, counted from 0, of some roles of a take. Raises :class:`OptionError` for roles that there are not."""

    roles: tuple[Role, ...]
    bars: tuple[int, ...]
    take: int = 0

    def __init__(self, roles: Iterable[Role | str], bars: Iterable[int], take: int = 0) -> None:
        try:
            object.__setattr__(self, "roles", tuple(map(Role, roles)))
        except ValueError as error:
            raise OptionError(f"{error}: roles are {', '.join(Role)}") from error
        object.__setattr__(self, "bars", tuple(bars))
        object.__setattr__(self, "take", take)


@dataclass(frozen=True)
class Change:
    """A revision as it is asked for: what is played anew, from which seed, and over which chords if not the same."""

    selection: Selection
    seed: int
    progression: Progression | None = None


def check_change(plan: Plan, selection: Selection, progression: Progression | None = None) -> None:
    """Raises :class:`OptionError` where a plan has not what is selected, or other chords are of another length."""
    if not 0 <= selection.take < plan.options.takes:
        raise OptionError(f"take {selection.take}: they are counted from 0 to {plan.options.takes - 1}")
    if not selection.roles or not {*selection.roles} <= {*plan.options.roles}:
        raise OptionError(f"roles [{', '.join(selection.roles)}]: one or more of {', '.join(plan.options.roles)}")
    bars = selection.bars
    if not bars or sorted({*bars}) != [*bars] or bars[0] < 0 or bars[-1] >= plan.chart.bars:
        raise OptionError(f"bars of a selection: one or more from 0 to {plan.chart.bars - 1}, each once, in order")
    if progression is not None and progression.steps != plan.progression.steps:
        raise OptionError("a revision with chords that are longer or shorter than the piece")


def check_seed(seed: int) -> None:
    """Raises :class:`OptionError` for a seed out of range."""
    if not 0 <= seed <= MAX_SEED:
        raise OptionError(f"seed {seed} is out of range: give a whole number from 0 to 2^64 - 1")
