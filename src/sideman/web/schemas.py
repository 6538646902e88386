"""What requests and answers hold, as the OpenAPI document shows it. Knows fields and ranges; no HTTP, no storage."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sideman.arranging import MAX_TAKES, MAX_TEMPO, MIN_TEMPO, ArrangeOptions
from sideman.model.sampling import MAX_TEMPERATURE, SamplingOptions, random_seed
from sideman.music.band import ROLES, Role
from sideman.music.chords import MAX_TEXT, Progression
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import TICKS_PER_BEAT, TICKS_PER_STEP
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.vocabulary import DENSITIES, STYLES
from sideman.web.store import State

MAX_NAME = 200
MAX_SEED = 2**53 - 1  # the largest that JavaScript reads without loss

Chords = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_TEXT,
        description="Chords such as C:4|Am:4 or C Am | F G7.",
        examples=["C:4|Am:4|F:4|G7:4"],
    ),
]
NoteRow = Annotated[
    tuple[int, int, int, int],
    Field(description="Onset and duration in steps, the onset from the start of the piece; MIDI pitch and velocity."),
]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME, description="What the list calls it.")]


class Strict(BaseModel):
    """No field but those named, and no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Options(Strict):
    """What the leader decides besides the chords."""

    tempo: float = Field(120.0, ge=MIN_TEMPO, le=MAX_TEMPO, allow_inf_nan=False, description="Beats a minute.")
    style: str | None = Field(None, json_schema_extra={"enum": [*STYLES, None]}, description="Null for any.")
    tracks: Annotated[
        list[Annotated[Role, Field(strict=False)]],
        Field(min_length=1, max_length=len(ROLES), json_schema_extra={"uniqueItems": True}, description="Who plays."),
    ] = list(ROLES)
    seed: int = Field(
        default_factory=random_seed,
        ge=0,
        le=MAX_SEED,
        description="Same chords, options, seed and model: same music. A random one if left out.",
    )
    takes: int = Field(1, ge=1, le=MAX_TAKES, description="Versions to compose; a server may allow fewer.")
    density: int | None = Field(None, ge=0, lt=DENSITIES, description="0 (sparse) to 4 (busy); null: the band decides.")
    temperature: float = Field(
        SamplingOptions.temperature,
        ge=0,
        le=MAX_TEMPERATURE,
        allow_inf_nan=False,
        description="How daring: scales the temperatures of the model, which are 1; 0 takes the likeliest.",
    )
    top_p: float | None = Field(
        None, gt=0, le=1, allow_inf_nan=False, description="Share of the likeliest to choose from; null: the model's."
    )

    def arrange_options(self) -> ArrangeOptions:
        """The same for :mod:`sideman.arranging`. Raises :class:`OptionError` for a value out of range."""
        return ArrangeOptions(
            tempo=self.tempo,
            style=self.style,
            density=self.density,
            roles=tuple(self.tracks),
            takes=self.takes,
            sampling=SamplingOptions(self.temperature, self.top_p, self.seed),
        )


class ArrangementRequest(Options):
    """A band to be composed."""

    progression: Chords
    name: Name | None = None
    model: str | None = Field(
        None, max_length=64, description="Fingerprint that the server's model must have: for a link to an exact piece."
    )


class Renaming(Strict):
    """A new name."""

    name: Name


class ChordText(Strict):
    """Chords to be read."""

    progression: Chords
    transpose: int = Field(0, gt=-PITCH_CLASSES, lt=PITCH_CLASSES, description="Semitones to move them.")


class ChordView(BaseModel):
    """A chord in time."""

    name: str
    root: str | None = Field(description="As it is written; null for N.C.")
    quality: str = Field(description="What is written behind the root; N.C. for no chord.")
    slash: str | None = Field(description="The bass note behind a slash; null where there is none.")
    text: str = Field(description="With its duration in the canonical form, such as C:4: joined by | a progression.")
    bar: int = Field(description="The bar in which it begins, from 0.")
    onset: float = Field(description="Where it begins, in beats from the start.")
    duration: float = Field(description="In beats.")
    step: int = Field(description="Where it begins on the grid of the notes, in steps from the start.")
    end: int = Field(description="The first step after it.")
    pitch_classes: list[int] = Field(description="Its tones, 0 is C; without a slash bass.")
    bass: int | None = Field(description="Pitch class of its lowest note; null for N.C.")


class ChartView(BaseModel):
    """Chords as they were understood."""

    progression: str = Field(description="In the canonical form.")
    key: str
    bars: int = Field(description="A bar begun counts whole.")
    bar_lines: list[int] = Field(description="The step at which each bar begins, and that at which the last one ends.")
    beats: float
    chords: list[ChordView]

    @classmethod
    def of(cls, progression: Progression) -> ChartView:
        """Of a progression that was read."""
        bars = progression.lines.bars_at(np.array([span.onset // TICKS_PER_STEP for span in progression]))
        chords = [
            ChordView(
                name=str(span.chord),
                root=span.chord.root,
                quality=span.chord.quality.name,
                slash=span.chord.bass,
                text=str(span),
                bar=int(bar),
                onset=span.onset / TICKS_PER_BEAT,
                duration=span.duration / TICKS_PER_BEAT,
                step=span.onset // TICKS_PER_STEP,
                end=(span.onset + span.duration) // TICKS_PER_STEP,
                pitch_classes=sorted(span.chord.pitch_classes),
                bass=span.chord.bass_pc,
            )
            for span, bar in zip(progression, bars, strict=True)
        ]
        return cls(
            progression=str(progression),
            key=chart_of_progression(progression).key.name,
            bars=progression.bars,
            bar_lines=progression.lines.onsets(progression.bars),
            beats=float(progression.beats),
            chords=chords,
        )


class Description(Options):
    """A piece as it was asked for, and what followed from the chords alone; kept as long as the piece."""

    progression: str = Field(description="In the canonical form.")
    key: str
    bars: int = Field(description="Of each take.")
    beats: float
    seconds: float = Field(description="How long it plays.")
    model: str = Field(description="Fingerprint of the weights and the engine.")


class Progress(BaseModel):
    """How much is composed."""

    bars: int = Field(description="Bars that are there, of all takes.")
    of: int = Field(description="Bars that there will be.")


class BarComposed(BaseModel):
    """A bar of a take."""

    take: int = Field(description="From 0.")
    bar: int = Field(description="From 0; those of a take come in order.")
    notes: dict[Role, list[NoteRow]]


class Ending(BaseModel):
    """How a piece ended; the name of the event tells the rest."""

    detail: str = Field("", description="Why it was stopped or failed.")


class ArrangementView(Description):
    """A piece. Its files are at ``/api/arrangements/{id}/`` once it is done."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    id: str
    name: str
    state: Annotated[State, Field(strict=False)]
    detail: str | None = Field(description="Why it was stopped or failed.")
    created: datetime
    progress: Progress


class ArrangementList(BaseModel):
    """The pieces of this session, the latest first."""

    arrangements: list[ArrangementView]


class Health(BaseModel):
    """The server's word that it is well."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    status: Literal["ok"] = "ok"
    version: str
    model: str
    waiting: int = Field(description="Takes that wait for their turn.")
