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
from sideman.music.band import NoteArray, Role, Track
from sideman.music.progression import Progression
from sideman.options import PlayOptions, random_seed
from sideman.pieces.changes import Change, Origins, Selection, changed_plan, check_change, check_seed
from sideman.pieces.drafts import BATCH, DRAFTS, SPARE, Draft, Drafts, compose, seam_after
from sideman.pieces.edits import Edit
from sideman.pieces.origins import following, origins_of
from sideman.pieces.revision import Revision, Struck
from sideman.render.rendition import Rendition
from sideman.tokens.decode import decode_bars
from sideman.tokens.grid import GridLoss
from sideman.tokens.kit import Other
from sideman.tokens.parts import Parts, parts_of


@dataclass(frozen=True, repr=False)
class Composition:
    """A piece: its plan, the parts of each take's bars as first composed, and the revisions since, in their order.

    ``undone`` are revisions that stood and can stand again, in their order; ``candidates`` are alternatives of which
    one may be chosen. ``weights`` is the fingerprint of the model that composed it, see :attr:`Model.fingerprint`.
    ``more`` and ``request_more`` are fields of other versions. Raises :class:`OptionError` and :class:`TokenError`
    where these don't fit together.
    """

    plan: Plan
    takes: tuple[Sequence[Parts], ...]
    weights: str
    revisions: tuple[Revision, ...] = ()
    undone: tuple[Revision, ...] = ()
    candidates: tuple[Revision, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    request_more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted, bars = {*self.plan.options.roles}, self.plan.chart.bars
        if len(self.takes) != self.plan.options.takes:
            raise TokenError(f"{len(self.takes)} takes of {self.plan.options.takes} that were asked for")
        for number, take in enumerate(self.takes):
            if len(take) != bars or any(bar.keys() != wanted for bar in take):
                raise TokenError(f"take {number}: parts of {len(take)} bars, not one of each role in {bars}")
        plans: dict[int, Plan] = {}
        for revision in self.revisions:
            plans[revision.selection.take] = self._checked(revision, plans)
        for revision in self.candidates:
            self._checked(revision, plans)
        for revision in self.undone:
            plans[revision.selection.take] = self._checked(revision, plans)

    def _checked(self, revision: Revision, plans: Mapping[int, Plan]) -> Plan:
        """The plan of a revision's take after it; ``plans`` are those before, where they are not the first."""
        selection = revision.selection
        plan = check_change(plans.get(selection.take, self.plan), selection, revision.progression, revision.origins)
        bars = plan.chart.told(selection.bars)
        if any(len(parts) != len(bars) for parts in revision.parts.values()):
            raise TokenError("a revision with more or fewer parts than bars")
        if revision.parts.keys() != {*selection.roles}:
            raise TokenError("a revision whose parts are of other roles than it names")
        revision.check_velocities()
        return plan

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
        plan, options = self.plan, self.plan.options
        counts = f"takes {options.takes}, revisions {len(self.revisions)}"
        return f"<Composition of {plan.bars} bars in {plan.told_key.name}: {counts}, weights {self.weights}>"

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
        plan = self.plan_of(take)
        return perform(plan, plan.leader().ids(self.parts(take)), playing)

    def parts(self, take: int = 0) -> Sequence[Parts]:
        """The parts of a take's bars as they are now."""
        bars, plan = self.takes[take], self.plan
        for revision in self.revisions:
            if revision.selection.take == take:
                before, plan = plan, changed_plan(plan, revision.progression, revision.origins)
                bars = revision.applied(bars, before.chart, plan.chart)
        return bars

    def bars(self, take: int = 0) -> list[Bar]:
        """The bars of a take as they are now and as they are heard. Raises as :meth:`rendition`."""
        plan = self.plan_of(take)
        ids = plan.leader().ids(self.parts(take))
        return plan.wholes(take, decode_bars(ids, plan.chart))

    def plan_of(self, take: int = 0) -> Plan:
        """The plan of a take, with the chords that it has now, and how loud what was edited is."""
        plan = self.plan
        velocities: Struck = {}
        for revision in self.revisions:
            if revision.selection.take == take:
                before, plan = plan, changed_plan(plan, revision.progression, revision.origins)
                velocities = revision.struck(velocities, before.chart, plan.chart)
        return replace(plan, velocities=velocities) if velocities else plan

    @property
    def given(self) -> list[dict[Role, NoteArray] | None]:
        """Of each revision that stands the notes that somebody gave, on the grid; None where it was composed."""
        plans: dict[int, Plan] = {}
        found = []
        for revision in self.revisions:
            take = revision.selection.take
            plans[take] = changed_plan(plans.get(take, self.plan), revision.progression, revision.origins)
            found.append(revision.notes(plans[take].chart))
        return found

    # Edited notes

    def edited(
        self, tracks: Mapping[Role, Track] | Mapping[str, Track], bars: Iterable[int], take: int = 0
    ) -> tuple[Composition, dict[Role, GridLoss]]:
        """With these notes in the place of those that roles play in some bars, and what the grid changed in them.

        Onsets count in steps from the start of the piece. All else stays, note for note; velocities stay as given.
        Raises :class:`OptionError` for bars, roles or a take that there are not, somebody's own part, and notes that
        begin outside of the bars.
        """
        return self.with_edit(Edit(tracks, bars, take))

    def with_edit(self, edit: Edit) -> tuple[Composition, dict[Role, GridLoss]]:
        """The same of an edit. Raises as :meth:`edited`."""
        take = edit.selection.take
        revision, losses = edit.made(self.plan_of(take if 0 <= take < len(self.takes) else 0))
        return self.with_revision(revision), losses

    # Composing anew

    def begin(self, change: Change, sampling: SamplingDefaults = SAMPLING) -> Take:
        """A take in which all but the selection is given, the rest yet to be composed; :meth:`revised` takes it.

        ``sampling`` is how the weights are drawn from; with a progression the band hears other chords from now on.
        What is given stays as it is, whatever the chords. A single bar, and one that is the same as a
        kept one, is told as a new one and drawn again while it is what it was. The bars after the selection are judged.
        Raises :class:`OptionError` for a selection, a seed or chords that don't fit.
        """
        selection = change.selection
        before = self.plan_of(selection.take)
        plan = change.check(before)
        check_seed(change.seed)
        moved = Revision(selection, {}, None, change.progression, change.origins)
        selected = {*plan.chart.told(selection.bars)}
        bars = moved.applied(self.parts(selection.take), before.chart, plan.chart)
        given = [
            {role: part for role, part in bar.items() if number not in selected or role not in selection.roles}
            | {role: parts[number] for role, parts in plan.given.items()}
            for number, bar in enumerate(bars)
        ]

        def comes_again(role: Role, number: int) -> bool:
            source = plan.leads.echoes[number].bar
            return source >= 0 and role in given[source] and given[source][role] == bars[number][role]

        others = [
            Other(role, number, bars[number][role])
            for number in selected
            for role in selection.roles
            if role in bars[number] and (len(selection.bars) == 1 or comes_again(role, number))
        ]
        judged = seam_after(selected, len(given))
        return plan.take(
            selection.take, sampling, given=given, seed=change.seed, judged=judged, others=others, present=bars
        )

    def drafts(
        self, change: Change, drafts: int = DRAFTS, takes: int = 1, sampling: SamplingDefaults = SAMPLING
    ) -> Drafts:
        """So many drafts of each of some alternatives to a change, yet to be composed. Raises as :meth:`begin`."""
        selection = change.selection
        plan = change.check(self.plan_of(selection.take))
        check_seed(change.seed)
        pays = bool(seam_after(selection.bars, plan.bars)) or len(selection.bars) <= SPARE
        return Drafts(
            lambda seed: self.begin(replace(change, seed=seed), sampling),
            change.seed,
            drafts if pays else 1,
            takes,
            self.parts(selection.take),
        )

    def revised(self, change: Change, take: Take) -> Composition:
        """With what a take that :meth:`begin` gave for this change has composed."""
        return self.with_revision(Revision.of(change, parts_of(take.ids), take.leader.chart))

    def taking(self, change: Change, draft: Draft) -> Composition:
        """With a draft of a change."""
        return self.revised(replace(change, seed=draft.seed), draft.take)

    def redo(
        self,
        selection: Selection,
        seed: int | None = None,
        model: Model | None = None,
        progression: Progression | None = None,
        drafts: int = DRAFTS,
    ) -> Composition:
        """With the selection composed anew around all else, which stays note for note. Raises as :meth:`begin`.

        Without a ``seed`` it is another one each time, without a ``model`` the package's own plays. With
        ``progression`` the take has other chords from then on. Of several ``drafts`` the one is taken that the bars
        after it fit best; the revision has its seed, with which it comes again as the only draft.
        """
        (composition,) = self.alternatives(selection, 1, seed, model, progression, drafts)
        return composition

    def alternatives(
        self,
        selection: Selection,
        count: int,
        seed: int | None = None,
        model: Model | None = None,
        progression: Progression | None = None,
        drafts: int = DRAFTS,
    ) -> tuple[Composition, ...]:
        """So many ways to compose the selection anew; the first is :meth:`redo`, whatever the count. Raises as that."""
        change = Change(selection, random_seed() if seed is None else seed, progression)
        return self.changed(change, count, model, drafts)

    def with_chart(
        self,
        progression: Progression,
        seed: int | None = None,
        model: Model | None = None,
        *,
        take: int = 0,
        origins: Origins | None = None,
        anticipate: bool = False,
        drafts: int = DRAFTS,
    ) -> Composition:
        """With other chords, of any length, in which bars that kept metre and chords keep their parts bit for bit.

        The others are played anew by everybody. ``origins``, as of a :class:`Change`, says which bar is which; else as
        many as possible stay. With ``anticipate`` the bar before a chord that changed is played anew too. Raises as
        :meth:`begin`.
        """
        change = self.chart_change(
            progression, random_seed() if seed is None else seed, take=take, origins=origins, anticipate=anticipate
        )
        (composition,) = self.changed(change, 1, model, drafts)
        return composition

    def chart_change(
        self,
        progression: Progression,
        seed: int,
        *,
        take: int = 0,
        origins: Origins | None = None,
        anticipate: bool = False,
    ) -> Change:
        """What :meth:`with_chart` plays anew."""
        if not 0 <= take < len(self.takes):
            raise OptionError(f"take {take}: they are counted from 0 to {len(self.takes) - 1}")
        plan = self.plan_of(take)
        before, after = plan.chart, changed_plan(plan, progression).chart
        kept = origins_of(before, after, origins)
        if anticipate:
            others = following(before, after, kept)
            kept = tuple(None if bar in others else origin for bar, origin in enumerate(kept))
        touched = [bar for bar, origin in enumerate(kept) if origin is None]
        return Change(Selection(self.plan.options.roles, touched, take), seed, progression, kept)

    def changed(
        self, change: Change, count: int = 1, model: Model | None = None, drafts: int = DRAFTS
    ) -> tuple[Composition, ...]:
        """So many ways to make a change. Raises as :meth:`begin`."""
        model = model or default_model()
        composed = self.drafts(change, drafts, count, model.sampling)
        compose(composed.takes, Composer(model.engine, model.columns, min(len(composed.takes), BATCH)))
        return tuple(self.taking(change, draft) for draft in composed.best())

    # History

    @property
    def history(self) -> tuple[Revision, ...]:
        """All revisions, those that were undone last; the first ``len(revisions)`` stand."""
        return (*self.revisions, *self.undone)

    def at(self, position: int) -> Composition:
        """With so many revisions of the history standing: undo and redo. Raises :class:`OptionError`."""
        history = self.history
        if not 0 <= position <= len(history):
            raise OptionError(f"position {position} in the history: there are 0 to {len(history)}")
        return replace(self, revisions=history[:position], undone=history[position:], candidates=())

    def renamed(self, number: int, name: str) -> Composition:
        """With another name for a revision of the history. Raises :class:`OptionError`."""
        if not 0 <= number < len(self.history):
            raise OptionError(f"revision {number}: they are counted from 0 to {len(self.history) - 1}")
        named = tuple(replace(each, name=name) if place == number else each for place, each in enumerate(self.history))
        position = len(self.revisions)
        return replace(self, revisions=named[:position], undone=named[position:])

    def with_revision(self, revision: Revision) -> Composition:
        """With one revision more. What was undone, and candidates that were not chosen, are gone."""
        return replace(self, revisions=(*self.revisions, revision), undone=(), candidates=())

    def offering(self, alternatives: Sequence[Composition]) -> Composition:
        """With the last revisions of others as candidates, in place of those that there are; none drops them."""
        return replace(self, candidates=tuple(piece.revisions[-1] for piece in alternatives))

    def choosing(self, candidate: int) -> Composition:
        """With one of the candidates standing. Raises :class:`OptionError`."""
        if not 0 <= candidate < len(self.candidates):
            raise OptionError(f"candidate {candidate}: there are {len(self.candidates)}")
        return self.with_revision(self.candidates[candidate])
