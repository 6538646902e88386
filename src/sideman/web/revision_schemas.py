"""What requests and answers about a piece's history hold: redoing, candidates, positions, names. Knows no HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sideman.music.band import Role
from sideman.music.chords import MAX_BEATS
from sideman.options import MAX_TAKES, random_seed
from sideman.pieces.changes import Change, Selection, composed_roles
from sideman.pieces.composition import Composition
from sideman.pieces.drafts import DRAFTS, MAX_DRAFTS
from sideman.pieces.edits import Edit
from sideman.pieces.revision import Revision
from sideman.web.chord_schemas import TRACKS
from sideman.web.given_schemas import GivenView
from sideman.web.revised_schemas import GivenNotes, RevisionBase, tracks_of
from sideman.web.schemas import BarsDone, Name
from sideman.web.section_schemas import PlayedSectionView
from sideman.web.strict import Strict

MAX_ALTERNATIVES = 8
NEW_BARS = "null: those that the chords touch, or all."


class Redoing(RevisionBase):
    """What is to be played anew in a piece, and how many ways to choose from."""

    tracks: list[Annotated[Role, Field(strict=False)]] | None = Field(
        None,
        min_length=1,
        max_length=len(TRACKS.choices),
        description="Null: all who play.",
        json_schema_extra={"uniqueItems": True},
    )
    bars: list[Annotated[int, Field(ge=0, lt=MAX_BEATS)]] | None = Field(
        None,
        min_length=1,
        max_length=MAX_BEATS,
        description=f"From 0, in their order; {NEW_BARS}",
        json_schema_extra={"uniqueItems": True},
    )
    take: int = Field(0, ge=0, lt=MAX_TAKES)
    anticipate: bool = Field(False, description="Whether the bar before a chord that changed is played anew too.")
    drafts: int = Field(
        DRAFTS, ge=1, le=MAX_DRAFTS, description="Composed each time; the one stands that the bars after it fit best."
    )
    takes: int = Field(
        1, ge=1, le=MAX_ALTERNATIVES, description="Ways to play it; of several one is chosen among the candidates."
    )

    def change(self, piece: Composition) -> Change:
        """The same for :mod:`sideman.pieces`. Raises :class:`OptionError` and :class:`ChordSyntaxError`."""
        seed = random_seed() if self.seed is None else self.seed
        lines = piece.plan_of(min(self.take, len(piece.takes) - 1)).progression.lines
        progression = self.chords(lines)
        if progression is not None and self.bars is None:
            origins = None if self.origins is None else tuple(self.origins)
            return piece.chart_change(progression, seed, take=self.take, origins=origins, anticipate=self.anticipate)
        plan = piece.plan_of(min(self.take, len(piece.takes) - 1))
        roles = composed_roles(plan) if self.tracks is None else TRACKS.check(self.tracks)
        bars = range(plan.bars) if self.bars is None else self.bars
        origins = None if self.origins is None else tuple(self.origins)
        return Change(Selection(roles, bars, self.take), seed, progression, origins)


class Editing(Strict):
    """Notes that stand in some bars of a piece from now on, in the place of those that were there."""

    notes: GivenNotes = Field(description="By track; one without notes rests in these bars.")
    bars: list[Annotated[int, Field(ge=0, lt=MAX_BEATS)]] = Field(
        min_length=1,
        max_length=MAX_BEATS,
        description="From 0, in their order; all notes begin in them.",
        json_schema_extra={"uniqueItems": True},
    )
    take: int = Field(0, ge=0, lt=MAX_TAKES)

    def edit(self) -> Edit:
        """The same for :mod:`sideman.pieces`."""
        return Edit(tracks_of(self.notes), self.bars, self.take)


class RevisionTold(BaseModel):
    """A revision of the history, or a candidate for one."""

    name: str = Field(description="What it is called: whom and which bars it changed, unless somebody named it.")
    tracks: list[Role]
    bars: list[int] = Field(description="That were played anew, from 0.")
    take: int
    seed: int | None = Field(description="With which it was composed; null where it was given.")
    changes_chords: bool

    @classmethod
    def of(cls, revision: Revision) -> RevisionTold:
        """Of one."""
        selection = revision.selection
        return cls(
            name=revision.title,
            tracks=list(selection.roles),
            bars=list(selection.bars),
            take=selection.take,
            seed=revision.seed,
            changes_chords=revision.progression is not None,
        )


class TakeChart(BaseModel):
    """The chords of a take as they are now."""

    progression: str
    meters: list[str]
    bars: int
    bar_lines: list[int] = Field(description="The step at which each bar begins, and that at which the last one ends.")
    sections: list[PlayedSectionView] = Field(description="Of these bars, in the order of playing.")


class HistoryView(BaseModel):
    """What was changed in a piece; the first ``position`` revisions stand, the others were undone."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    position: int
    revisions: list[RevisionTold]
    candidates: list[RevisionTold] = Field(description="Of which one can be chosen.")
    composing: BarsDone | None = Field(description="How far a revision has come that is composed now.")
    charts: list[TakeChart] = Field(description="Of each take.")

    @classmethod
    def of(cls, piece: Composition, composing: BarsDone | None) -> HistoryView:
        """Of a piece."""
        plans = [piece.plan_of(take) for take in range(len(piece.takes))]
        return cls(
            position=len(piece.revisions),
            revisions=[RevisionTold.of(revision) for revision in piece.history],
            candidates=[RevisionTold.of(revision) for revision in piece.candidates],
            composing=composing,
            charts=[
                TakeChart(
                    progression=plan.progression.written,
                    meters=[str(meter) for meter in plan.progression.lines.meters],
                    bars=plan.bars,
                    bar_lines=plan.progression.lines.onsets(plan.bars),
                    sections=[PlayedSectionView.of(section) for section in plan.sections],
                )
                for plan in plans
            ],
        )


class EditedView(HistoryView):
    """The history after an edit, and what became of the notes."""

    edited: list[GivenView] = Field(description="What the grid changed, for each track.")


class Moving(Strict):
    """Where in its history a piece shall stand: undo and redo."""

    position: int = Field(ge=0, description="How many revisions stand.")


class RevisionNaming(Strict):
    """What a revision is called."""

    name: Name
