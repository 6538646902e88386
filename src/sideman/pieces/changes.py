"""What is to be changed in a take: which bars of whom, from which seed, over which chords. Knows no ids of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sideman.arranging import Plan
from sideman.errors import OptionError
from sideman.music.band import ROLES, Role
from sideman.music.progression import Progression
from sideman.options import MAX_SEED
from sideman.pieces.melodies import moved_melody
from sideman.pieces.origins import Shape, filled, parts_origins, shapes
from sideman.pieces.sections import moved_sections
from sideman.tokens.parts import rest

Origins = tuple[int | None, ...]


@dataclass(frozen=True)
class Selection:
    """Some bars, counted from 0 as people count them, of some roles of a take.

    Raises :class:`OptionError` for roles that there are not.
    """

    roles: tuple[Role, ...]
    bars: tuple[int, ...]
    take: int = 0

    def __init__(self, roles: Iterable[Role | str], bars: Iterable[int], take: int = 0) -> None:
        try:
            object.__setattr__(self, "roles", tuple(map(Role, roles)))
        except ValueError as error:
            raise OptionError(f"{error}: roles are {', '.join(ROLES)}") from error
        object.__setattr__(self, "bars", tuple(bars))
        object.__setattr__(self, "take", take)


@dataclass(frozen=True)
class Change:
    """A revision as it is asked for: what is played anew, from which seed, and over which chords if not the same.

    ``origins`` says of each bar of these chords which bar of those before it was, None for a new one; without it, each
    is what it was. The selection counts the bars of the new chords.
    """

    selection: Selection
    seed: int
    progression: Progression | None = None
    origins: Origins | None = None

    @property
    def first(self) -> int:
        """The first bar that is not what it was."""
        origins = self.origins or ()
        moved = next((bar for bar, origin in enumerate(origins) if origin != bar), len(origins) or None)
        return min((bar for bar in (*self.selection.bars[:1], moved) if bar is not None), default=0)

    def check(self, plan: Plan) -> Plan:
        """The plan of its take after it. Raises as :func:`check_change`."""
        return check_change(plan, self.selection, self.progression, self.origins)


def composed_roles(plan: Plan) -> tuple[Role, ...]:
    """Who plays, but for somebody's own parts."""
    return tuple(role for role in plan.options.roles if role not in plan.given)


def changed_plan(plan: Plan, progression: Progression | None, origins: Origins | None = None) -> Plan:
    """The plan with other chords; the key stays, and with it what the ids mean, and each bar stays in its section."""
    if progression is None:
        return plan
    changed = replace(plan, progression=progression, key=plan.chart.key, sections=(), given={}, melody=None)
    if origins is None and shapes(changed.chart) == shapes(plan.chart):
        origins = tuple(range(plan.bars))
    before, after = shapes(plan.chart), shapes(changed.chart)
    if origins is None or _misfit(before, after, origins):
        return changed
    bars = filled(origins, before, after)
    kept = parts_origins(plan.chart, changed.chart, bars)
    given = {
        role: tuple(rest(role) if origin is None else parts[origin] for origin in kept)
        for role, parts in plan.given.items()
    }
    melody = plan.melody and moved_melody(plan.melody, bars, bar_lines(plan), bar_lines(changed))
    return replace(changed, sections=moved_sections(plan, origins), given=given, melody=melody)


def bar_lines(plan: Plan) -> list[int]:
    """The steps at which the bars of a plan begin, and the music ends."""
    return [*plan.progression.lines.onsets(plan.bars)[:-1], plan.chart.steps]


def check_change(
    plan: Plan, selection: Selection, progression: Progression | None = None, origins: Origins | None = None
) -> Plan:
    """The plan of the take after a change, whose plan before it is given.

    Raises :class:`OptionError` where it has not what is selected, or the bars of other chords don't follow from these.
    """
    if not 0 <= selection.take < plan.options.takes:
        raise OptionError(f"take {selection.take}: they are counted from 0 to {plan.options.takes - 1}")
    if not selection.roles or not {*selection.roles} <= {*plan.options.roles}:
        raise OptionError(f"tracks [{', '.join(selection.roles)}]: one or more of {', '.join(plan.options.roles)}")
    own = {*selection.roles} & {*plan.given}
    if own and origins is None:
        raise OptionError(f"{', '.join(sorted(own))}: somebody's own part stays as it is, leave it out")
    changed = changed_plan(plan, progression, origins)
    if origins is None and progression is not None and shapes(changed.chart) != shapes(plan.chart):
        raise OptionError(
            "a revision with chords that are longer or shorter than the piece, and no origins of its bars"
        )
    bars = selection.bars
    wrong = sorted({*bars}) != [*bars] or (bars and (bars[0] < 0 or bars[-1] >= changed.bars))
    if wrong or (not bars and origins is None):
        raise OptionError(f"bars of a selection: one or more from 0 to {changed.bars - 1}, each once, in order")
    if origins is not None:
        _check_origins(plan, changed, selection, origins)
    return changed


def _check_origins(plan: Plan, changed: Plan, selection: Selection, origins: Origins) -> None:
    misfit = _misfit(shapes(plan.chart), shapes(changed.chart), origins)
    if misfit:
        raise OptionError(misfit)
    everybody = {*selection.roles} == {*plan.options.roles}
    for bar, origin in enumerate(origins):
        if origin is None and (bar not in selection.bars or not everybody):
            raise OptionError(f"bar {bar} is new: select it, of all who play")


def _misfit(before: Sequence[Shape], after: Sequence[Shape], origins: Origins) -> str:
    """Why bars of these shapes can't have such origins; nothing where they can."""
    if len(origins) != len(after):
        return f"origins of {len(origins)} bars for chords of {len(after)}: give one for each"
    for bar, origin in enumerate(origins):
        if origin is None:
            continue
        if not 0 <= origin < len(before):
            return f"origin {origin} of bar {bar}: there are 0 to {len(before) - 1}"
        if before[origin] != after[bar]:
            return f"origin {origin} of bar {bar} is of another length: make it a new one"
    return ""


def check_seed(seed: int) -> None:
    """Raises :class:`OptionError` for a seed out of range."""
    if not 0 <= seed <= MAX_SEED:
        raise OptionError(f"seed {seed} is out of range: give a whole number from 0 to 2^64 - 1")
