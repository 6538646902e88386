"""Revisions as requests and pieces hold them: what is composed anew after the takes, or given. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import ConfigDict, Field

from sideman.errors import OptionError
from sideman.music.band import MIDI_VALUES, Note, NoteArray, Role, Track
from sideman.music.chords import MAX_BEATS, Progression, parse
from sideman.music.time import STEPS_PER_BEAT, BarLines
from sideman.options import MAX_TAKES, random_seed
from sideman.pieces.changes import Change, Selection
from sideman.pieces.edits import Edit
from sideman.pieces.revision import Revision
from sideman.web.chord_schemas import TRACKS, Chords, Metre, lines_of
from sideman.web.option_fields import MAX_WHOLE
from sideman.web.strict import Strict

MAX_NOTES = 4_096  # of a track
MAX_STEPS = MAX_BEATS * STEPS_PER_BEAT

GivenRow = Annotated[
    tuple[
        Annotated[int, Field(ge=0, lt=MAX_STEPS)],
        Annotated[int, Field(ge=1, le=MAX_STEPS)],
        Annotated[int, Field(ge=0, lt=MIDI_VALUES)],
        Annotated[int, Field(ge=1, lt=MIDI_VALUES)],
    ],
    Field(
        strict=False,
        description="Onset and duration in steps, the onset from the start of the piece; MIDI pitch and velocity.",
    ),
]
GivenNotes = Annotated[
    dict[Annotated[Role, Field(strict=False)], Annotated[list[GivenRow], Field(max_length=MAX_NOTES)]],
    Field(min_length=1),
]


def tracks_of(notes: GivenNotes) -> dict[Role, Track]:
    """The notes for :mod:`sideman.pieces`."""
    return {role: Track(role, [Note(*row) for row in rows]) for role, rows in notes.items()}


class RevisionBase(Strict):
    """From which seed bars are composed anew, and over which chords."""

    seed: int | None = Field(None, ge=0, le=MAX_WHOLE, description="Null: another one each time.")
    progression: Chords | None = Field(None, description="Chords that the take has from then on; null: the same.")
    meters: list[Metre] | None = Field(
        None, min_length=1, max_length=MAX_BEATS, description="Of these chords' first bars; null: those of before."
    )
    origins: list[Annotated[int, Field(ge=0, lt=MAX_BEATS)] | None] | None = Field(
        None,
        max_length=MAX_BEATS,
        description="For each bar of these chords the bar before that it was, from 0, or null where it is new; "
        "null in place of the list: each is what it was.",
    )

    def chords(self, before: BarLines) -> Progression | None:
        """The chords, in bars like those ``before`` unless told otherwise.

        Raises :class:`OptionError` and :class:`ChordSyntaxError`.
        """
        lines = before if self.meters is None else lines_of(self.meters)
        return None if self.progression is None else replace(parse(self.progression, lines.meters[0]), lines=lines)


class RevisionRequest(RevisionBase):
    """Some bars of some tracks of a take, composed anew around all else, which stays note for note."""

    tracks: list[Annotated[Role, Field(strict=False)]] = Field(
        min_length=1, max_length=len(TRACKS.choices), json_schema_extra={"uniqueItems": True}
    )
    bars: list[Annotated[int, Field(ge=0, lt=MAX_BEATS)]] = Field(
        max_length=MAX_BEATS,
        description="From 0, in their order; none only where bars have other origins.",
        json_schema_extra={"uniqueItems": True},
    )
    take: int = Field(0, ge=0, lt=MAX_TAKES)
    notes: GivenNotes | None = Field(
        None,
        description="What these tracks play in these bars, where that is given: then there are no seed and no chords.",
    )

    def change(self, lines: BarLines) -> Change | Edit:
        """The same for :mod:`sideman.pieces`, in a piece with these bars.

        Raises :class:`OptionError` and :class:`ChordSyntaxError`.
        """
        if self.notes is not None:
            if {*self.notes} != {*self.tracks} or (self.seed, self.progression, self.origins) != (None, None, None):
                raise OptionError("a revision with notes: give them for each of its tracks, and no seed and no chords")
            return Edit(tracks_of(self.notes), self.bars, self.take)
        seed = random_seed() if self.seed is None else self.seed
        origins = None if self.origins is None else tuple(self.origins)
        selection = Selection(TRACKS.check(self.tracks), self.bars, self.take)
        return Change(selection, seed, self.chords(lines), origins)


class RevisionView(RevisionRequest):
    """What was composed anew after the takes."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    seed: int | None = Field(description="The one that was given, or a random one; null where notes were given.")

    @classmethod
    def of(cls, change: Change | Edit | Revision, notes: Mapping[Role, NoteArray] | None = None) -> RevisionView:
        """Of a change, an edit, or a revision, of one that was given with its ``notes``."""
        if isinstance(change, Edit):
            notes = {role: track.notes for role, track in change.tracks.items()}
            change = Revision(change.selection, {})
        selection, progression, origins = change.selection, change.progression, change.origins
        return cls.model_construct(
            tracks=list(selection.roles),
            bars=list(selection.bars),
            take=selection.take,
            seed=change.seed,
            progression=None if progression is None else progression.written,
            meters=None if progression is None else [str(meter) for meter in progression.lines.meters],
            origins=None if origins is None else list(origins),
            notes=None
            if notes is None
            else {role: [tuple(row) for row in rows.tolist()] for role, rows in notes.items()},
        )
