"""A piece as it is kept: what was asked for, the takes that were composed, and what was changed in them since.

The truth is ids, one part a role and bar: a composition makes the same notes of them at any time, without a model. A
revision puts other parts in the place of some; what it doesn't name stays, note for note. Knows no files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sideman.arranging import Arrangement, Bar, Model, Performance, Plan, default_model, perform
from sideman.composer import SAMPLING, Composer, Take
from sideman.errors import OptionError, TokenError
from sideman.model.sampling import SamplingDefaults
from sideman.music.band import Role
from sideman.music.progression import Progression
from sideman.options import MAX_SEED, PlayOptions, random_seed
from sideman.render.rendition import Rendition
from sideman.tokens.decode import decode_bars
from sideman.tokens.parts import Part, Parts, parts_of


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


@dataclass(frozen=True, repr=False)
class Revision:
    """A change: other ``parts``, for each role one a selected bar.

    They were composed around the others from ``seed``, or, without one, given. With ``progression`` the take plays
    other chords from then on. ``more`` are fields of other versions.
    """

    selection: Selection
    parts: Mapping[Role, tuple[Part, ...]]
    seed: int | None = None
    progression: Progression | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        selection = self.selection
        where = f"bars {', '.join(map(str, selection.bars))} of {', '.join(selection.roles)}"
        return f"<Revision of take {selection.take}: {where}, {'given' if self.seed is None else f'seed {self.seed}'}>"

    def applied(self, bars: Sequence[Parts]) -> Sequence[Parts]:
        """The parts of all bars, the selected ones changed."""
        changed = [dict(bar) for bar in bars]
        for role, parts in self.parts.items():
            for bar, part in zip(self.selection.bars, parts, strict=True):
                changed[bar][role] = part
        return changed


@dataclass(frozen=True, repr=False)
class Composition:
    """A piece: its plan, the parts of each take's bars as first composed, and the revisions since, in their order.

    ``weights`` is the fingerprint of the model that composed it, see :attr:`Model.fingerprint`. ``more`` and
    ``request_more`` are fields of other versions. Raises :class:`OptionError` and :class:`TokenError` where these don't
    fit together.
    """

    plan: Plan
    takes: tuple[Sequence[Parts], ...]
    weights: str
    revisions: tuple[Revision, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    request_more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted, bars = {*self.plan.options.roles}, self.plan.chart.bars
        if len(self.takes) != self.plan.options.takes:
            raise TokenError(f"{len(self.takes)} takes of {self.plan.options.takes} that were asked for")
        for number, take in enumerate(self.takes):
            if len(take) != bars or any(bar.keys() != wanted for bar in take):
                raise TokenError(f"take {number}: parts of {len(take)} bars, not one of each role in {bars}")
        for revision in self.revisions:
            check_change(self.plan, revision.selection, revision.progression)
            if any(len(parts) != len(revision.selection.bars) for parts in revision.parts.values()):
                raise TokenError("a revision with more or fewer parts than bars")
            if revision.parts.keys() != {*revision.selection.roles}:
                raise TokenError("a revision whose parts are of other roles than it names")

    @classmethod
    def of(cls, arrangement: Arrangement) -> Composition:
        """What a model composes; waits for it."""
        _ = arrangement.bands
        return cls.played(arrangement, arrangement.model.fingerprint)

    @classmethod
    def played(cls, performance: Performance, weights: str) -> Composition:
        """What was composed by a model, known by its fingerprint; all takes must be done."""
        takes = tuple(parts_of(take.ids) for take in performance.takes)
        return cls(performance.plan, takes, weights)

    def __repr__(self) -> str:
        chart, options = self.plan.chart, self.plan.options
        counts = f"takes {options.takes}, revisions {len(self.revisions)}"
        return f"<Composition of {chart.bars} bars in {chart.key.name}: {counts}, weights {self.weights}>"

    def _repr_html_(self) -> str:
        """All takes as they are now, for a notebook."""
        return "".join(band._repr_html_() for band in self.bands)

    @cached_property
    def bands(self) -> tuple[Rendition, ...]:
        """All takes as they are now. Raises as :meth:`rendition`."""
        return tuple(self.rendition(take) for take in range(len(self.takes)))

    @property
    def band(self) -> Rendition:
        """The first take as it is now."""
        return self.bands[0]

    def rendition(self, take: int = 0, playing: PlayOptions | None = None) -> Rendition:
        """A take as it is now, played as the piece says, or otherwise.

        Raises :class:`TokenError` where the grammar doesn't allow its parts.
        """
        plan = self._plan(take)
        return perform(plan, plan.leader().ids(self.parts(take)), playing)

    def parts(self, take: int = 0) -> Sequence[Parts]:
        """The parts of a take's bars as they are now."""
        bars = self.takes[take]
        for revision in self.revisions:
            bars = revision.applied(bars) if revision.selection.take == take else bars
        return bars

    def bars(self, take: int = 0) -> list[Bar]:
        """The bars of a take as they are now and as they are heard. Raises as :meth:`rendition`."""
        plan = self._plan(take)
        ids = plan.leader().ids(self.parts(take))
        return [Bar(take, bar.number, plan.heard(bar)) for bar in decode_bars(ids, plan.chart)]

    def begin(
        self,
        selection: Selection,
        seed: int,
        sampling: SamplingDefaults = SAMPLING,
        progression: Progression | None = None,
    ) -> Take:
        """A take in which all but the selection is given, the rest yet to be composed; :meth:`revised` takes it.

        ``sampling`` is how the weights are drawn from; with ``progression`` the band hears other chords from now on.
        What is given stays as it is, whatever the chords. Raises :class:`OptionError` for a selection, a seed or chords
        that don't fit.
        """
        check_change(self.plan, selection, progression)
        if not 0 <= seed <= MAX_SEED:
            raise OptionError(f"seed {seed} is out of range: give a whole number from 0 to 2^64 - 1")
        given = [
            {role: part for role, part in bar.items() if number not in selection.bars or role not in selection.roles}
            for number, bar in enumerate(self.parts(selection.take))
        ]
        return self._plan(selection.take, progression).take(selection.take, sampling, given=given, seed=seed)

    def revised(
        self, selection: Selection, seed: int, take: Take, progression: Progression | None = None
    ) -> Composition:
        """With what a take that :meth:`begin` gave, of the same arguments, has composed."""
        bars = parts_of(take.ids)
        parts = {role: tuple(bars[bar][role] for bar in selection.bars) for role in selection.roles}
        return replace(self, revisions=(*self.revisions, Revision(selection, parts, seed, progression)))

    def redo(
        self,
        selection: Selection,
        seed: int | None = None,
        model: Model | None = None,
        progression: Progression | None = None,
    ) -> Composition:
        """With the selection composed anew around all else, which stays note for note. Raises as :meth:`begin`.

        Without a ``seed`` it is another one each time, without a ``model`` the package's own plays. With
        ``progression`` the take has other chords from then on.
        """
        seed = random_seed() if seed is None else seed
        model = model or default_model()
        take = self.begin(selection, seed, model.sampling, progression)
        composer = Composer(model.engine, model.columns, 1)
        composer.join(take)
        while composer:
            composer.step()
        return self.revised(selection, seed, take, progression)

    def _plan(self, take: int, progression: Progression | None = None) -> Plan:
        """The plan of a take, with the chords that it has now, or with others."""
        changed = [each.progression for each in self.revisions if each.progression and each.selection.take == take]
        latest = progression or next(reversed(changed), None)
        return replace(self.plan, progression=latest, key=self.plan.chart.key) if latest else self.plan


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
