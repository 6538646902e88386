"""Somebody's own parts and melody, as requests and answers hold them. Knows no HTTP."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from pydantic import Base64Bytes, BaseModel, Field

from sideman.arranging import Plan
from sideman.errors import DataError, OptionError
from sideman.music.band import Role, Track
from sideman.music.placing import transposed
from sideman.music.qualities import PITCH_CLASSES
from sideman.render.given import read_given
from sideman.render.soundfont import OFFERED, stand_in
from sideman.tokens.grid import GridLoss
from sideman.web.problems import Problem
from sideman.web.strict import Strict

MAX_DATA = 1 << 20  # characters of base 64
MAX_TRACK = 200


class GivenPart(Strict):
    """A part that is not composed: a track of a file. The band plays around it; a melody is a sixth track."""

    track: Annotated[Role, Field(strict=False)] = Field(description="Whose part it is.")
    data: Base64Bytes = Field(
        strict=False, max_length=MAX_DATA, description="A MIDI file, or for a melody a MusicXML score, in base 64."
    )
    part: str = Field(
        "",
        max_length=MAX_TRACK,
        description="Which of its tracks, by name or by number from 1; empty: its only one, or the one of this role.",
    )
    transpose: int = Field(
        0,
        gt=-PITCH_CLASSES,
        lt=PITCH_CLASSES,
        description="Semitones by which it plays higher than in its file; where that leaves the instrument, an octave "
        "back.",
    )

    def read(self, plan: Plan) -> tuple[Track, int]:
        """The track for a plan, and how many onsets were off the steps. Raises :class:`DataError`."""
        track, moved = read_given(self.data, self.track, plan.progression.lines, plan.bars, self.part)
        return replace(track, notes=transposed(self.track, track.notes, self.transpose)), moved


class GivenView(BaseModel):
    """An own part, and what putting it on the grid changed, in notes."""

    track: Role
    program: int | None = Field(None, description="General MIDI program of a melody, from 0.")
    instrument: int | None = Field(None, description="The one of `/api/options` that is nearest to it.")
    notes: int
    moved: int = Field(description="That began off the grid of 12 steps a beat.")
    durations: int = Field(description="Of another length.")
    velocities: int = Field(description="Of another velocity: a bar has one.")
    folded: int = Field(description="Of another octave.")
    dropped: int = Field(description="Left out: after the end, twice at a time, or drums that there are not.")

    @classmethod
    def of(cls, role: Role, loss: GridLoss, moved: int = 0, program: int | None = None) -> GivenView:
        """Of what the grid changed, how many onsets were off it, and what a melody is played by."""
        return cls(
            track=role,
            program=program,
            instrument=None if program is None else stand_in(program, OFFERED[role]),
            notes=loss.notes,
            moved=moved,
            durations=loss.duration,
            velocities=loss.velocity,
            folded=loss.folded,
            dropped=loss.dropped,
        )


def with_given(plan: Plan, parts: list[GivenPart]) -> tuple[Plan, list[GivenView]]:
    """The plan around these parts, and what became of them. Raises :class:`Problem` and :class:`OptionError`."""
    if not parts:
        return plan, []
    if len({part.track for part in parts}) < len(parts):
        raise OptionError("given parts: one for a track")
    try:
        read = {part.track: part.read(plan) for part in parts}
    except DataError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "midi", str(error)) from error
    own: dict[Role, Track] = {role: track for role, (track, _) in read.items() if role is not Role.MELODY}
    plan, losses = plan.with_own(own)
    if Role.MELODY in read:
        plan, losses[Role.MELODY] = plan.with_melody(read[Role.MELODY][0])
    programs = {} if plan.melody is None else {Role.MELODY: plan.melody.program}
    return plan, [GivenView.of(role, loss, read[role][1], programs.get(role)) for role, loss in losses.items()]
