"""What requests and answers hold, as the OpenAPI document shows it. Knows fields and ranges; no HTTP, no storage."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sideman.music.band import Role
from sideman.music.chords import Progression
from sideman.music.key import Key
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import COMMON_TIME, TICKS_PER_BEAT, TICKS_PER_STEP
from sideman.music.wishes import PlayedSection
from sideman.options import MAX_TAKES, PLAYING, PlayOptions
from sideman.pieces.changes import Change
from sideman.pieces.edits import Edit
from sideman.render.played import seconds_of
from sideman.tokens.chart import chart_of_progression
from sideman.web.chart_text import ChartText
from sideman.web.chord_schemas import LONGEST_KEY, ChordText, Metre, NoteRow, lines_of
from sideman.web.given_schemas import GivenPart, GivenView
from sideman.web.option_fields import Options, Playing
from sideman.web.revised_schemas import RevisionRequest, RevisionView
from sideman.web.section_schemas import MAX_SECTIONS, PlayedSectionRequest, PlayedSectionView
from sideman.web.store import State

MAX_NAME = 200
MAX_REVISIONS = 256  # of a request
MAX_HISTORY = 1_024  # of a piece: edits of notes are many

Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME, description="What the list calls it.")]


class ArrangementRequest(Options, ChordText):
    """A band to be composed."""

    revisions: list[RevisionRequest] = Field(
        default_factory=list, max_length=MAX_REVISIONS, description="What is composed anew after it, one by one."
    )
    sections: list[PlayedSectionRequest] = Field(
        default_factory=list,
        max_length=MAX_SECTIONS,
        description="Those of the piece, in the order of playing; together they have its bars. Without any it is one.",
    )
    given: list[GivenPart] = Field(
        default_factory=list,
        max_length=len(Role),
        description="Parts that are not composed, one a track, and a melody, which the band avoids clashing with.",
    )
    name: Name | None = None
    title: str = Field("", max_length=MAX_NAME, description="What the chart is called; unless named, the piece too.")
    chart: ChartText | None = Field(
        None, description="The chart as somebody wrote it, to go on with: it is kept, and changes no note."
    )
    key: str | None = Field(
        None,
        max_length=LONGEST_KEY,
        description="The key that the chart names, such as Gb major, for signatures; that of the chords if left out.",
    )
    model: str | None = Field(
        None, max_length=64, description="Fingerprint that the server's model must have: for a link to an exact piece."
    )

    def signature(self) -> Key | None:
        """The key that the chart names. Raises :class:`OptionError` where it is not one."""
        return _key_of(self.key)

    def played_sections(self) -> tuple[PlayedSection, ...]:
        """The sections for :mod:`sideman.arranging`. Raises :class:`OptionError`."""
        return tuple(section.read() for section in self.sections)

    def changes(self) -> list[Change | Edit]:
        """The revisions for :mod:`sideman.pieces`. Raises :class:`OptionError` and :class:`ChordSyntaxError`."""
        lines = [lines_of(self.meters)] * MAX_TAKES
        changes: list[Change | Edit] = []
        for revision in self.revisions:
            change = revision.change(lines[revision.take])
            if change.progression is not None:
                lines[revision.take] = change.progression.lines
            changes.append(change)
        return changes


def _key_of(name: str | None) -> Key | None:
    return None if name is None else Key.named(name)


class Changing(Playing):
    """Another name, key, text of the chart or way to play what was composed; what is not there stays as it is."""

    name: Name | None = None
    chart: ChartText | None = Field(None, description="The chart as it is written now; null: nothing of it is kept.")
    key: str | None = Field(
        None,
        max_length=LONGEST_KEY,
        description="The key that the chart names now, such as Gb major, for signatures; null: that of the chords.",
    )

    @property
    def names_key(self) -> bool:
        """Whether a key is there, or that of the chords is asked for."""
        return "key" in self.model_fields_set

    def signature(self) -> Key | None:
        """The key. Raises :class:`OptionError` where it is not one."""
        return _key_of(self.key)

    @property
    def told(self) -> dict[str, Any]:
        """The options of playing that are there, and the chart, by name.

        Raises :class:`OptionError` for a value out of range.
        """
        told = {option.name: option for option in PLAYING if option.name in self.model_fields_set}
        playing = {name: option.check(getattr(self, name)) for name, option in told.items()}
        return playing | ({"chart": self.chart} if "chart" in self.model_fields_set else {})


class ChordRequest(ChordText):
    """Chords to be read."""

    transpose: int = Field(0, gt=-PITCH_CLASSES, lt=PITCH_CLASSES, description="Semitones to move them.")


class ChordView(BaseModel):
    """A chord in time."""

    name: str
    root: str | None = Field(description="As it is written; null for N.C.")
    quality: str = Field(description="What is written behind the root; N.C. for no chord.")
    slash: str | None = Field(description="The bass note behind a slash; null where there is none.")
    text: str = Field(description="With its duration, such as Bbmaj7:4: joined by | a progression.")
    bar: int = Field(description="The bar in which it begins, from 0.")
    onset: float = Field(description="Where it begins, in beats from the start.")
    duration: float = Field(description="In beats.")
    step: int = Field(description="Where it begins on the grid of the notes, in steps from the start.")
    end: int = Field(description="The first step after it.")
    pitch_classes: list[int] = Field(description="Its tones, 0 is C; without a slash bass.")
    bass: int | None = Field(description="Pitch class of its lowest note; null for N.C.")


class ChartView(BaseModel):
    """Chords as they were understood."""

    progression: str = Field(description="In the form C:4|Am:4, each chord as it was spelled.")
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
                name=span.chord.written,
                root=span.chord.root,
                quality=span.chord.quality.name if span.chord.suffix is None else span.chord.suffix,
                slash=span.chord.bass,
                text=span.written,
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
        chart = chart_of_progression(progression)
        return cls(
            progression=progression.written,
            key=chart.key.name,
            bars=progression.bars,
            bar_lines=progression.lines.onsets(progression.bars),
            beats=float(progression.beats),
            chords=chords,
        )


class Description(Options, ChordText):
    """A piece as it was asked for, and what followed from the chords alone; kept as long as the piece."""

    seed: int = Field(description="The one that was given, or a random one.")
    progression: str = Field(description="In the form C:4|Am:4, each chord as it was spelled.")
    meters: list[Metre] = Field([str(COMMON_TIME)], description="Of its first bars; the last one holds from there on.")
    title: str = Field("", description="What the chart is called.")
    chart: ChartText | None = Field(None, description="The chart as somebody wrote it, where that was told.")
    key: str
    bars: int = Field(description="Of each take.")
    beats: float
    seconds: float = Field(description="How long it plays.")
    model: str = Field(description="Fingerprint of the weights and the engine.")
    sections: list[PlayedSectionView] = Field(
        default_factory=list, description="In the order of playing; none where the piece is one."
    )
    programs: dict[Role, int] = Field(
        default_factory=dict, description="General MIDI programs of players, from 0, where they aren't the style's."
    )
    given: list[GivenView] = Field(
        default_factory=list, description="Somebody's own parts: without their files it is not made again."
    )
    revisions: list[RevisionView] = Field(
        default_factory=list, description="With chords, options, seeds and model they make the same piece again."
    )

    @property
    def heard(self) -> list[Role]:
        """Who plays, with a melody where there is one."""
        return [*self.tracks, *(Role.MELODY for part in self.given if part.track is Role.MELODY)]

    @property
    def playing(self) -> PlayOptions:
        """How it is played."""
        return PlayOptions(**{option.attribute: getattr(self, option.name) for option in PLAYING})

    @property
    def asked_style(self) -> str | None:
        """The style, whose instruments are played."""
        style: str | None = dict(self)["style"]
        return style

    def chords_of(self, take: int) -> Progression:
        """The chords of a take after the revisions."""
        told = (each for each in reversed(self.revisions) if each.take == take and each.progression is not None)
        chords = self.read()
        return next((revision.chords(chords.lines) for revision in told), None) or chords

    def seconds_at(self, playing: PlayOptions, progression: Progression | None = None) -> float:
        """How long it plays so, or would with other chords."""
        return seconds_of(progression or self.read(), self.tempo, playing)


class BarsDone(BaseModel):
    """How much is composed."""

    bars: int = Field(description="Bars that are there, of all takes.")
    of: int = Field(description="Bars that there will be.")


class BarComposed(BaseModel):
    """A bar of a take."""

    take: int = Field(description="From 0.")
    bar: int = Field(description="From 0; those of a take come in order.")
    notes: dict[Role, list[NoteRow]]
    candidate: int | None = Field(None, description="Of a revision, which of several candidates.")


class Ending(BaseModel):
    """How a piece ended; the name of the event tells the rest."""

    detail: str = Field("", description="Why it was stopped or failed.")


class ArrangementView(Description):
    """A piece. Its files are at ``/api/arrangements/{id}/`` once it is done."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    id: str
    name: str
    file_name: str = Field(description="How names of its files begin: the name, as far as every system takes it.")
    state: Annotated[State, Field(strict=False)]
    detail: str | None = Field(description="Why it was stopped or failed.")
    created: datetime
    progress: BarsDone


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
