"""What the page offers: styles, instruments, chords to click, limits. All of it from tables; knows no requests."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field

from sideman.music.band import INSTRUMENTS, Role
from sideman.music.chords import MAX_TEXT, MODEL_QUALITIES
from sideman.music.feel import HANDS
from sideman.music.mixes import MIXES
from sideman.music.notes import MAJOR_ROOTS
from sideman.music.styles import STYLE_PROGRAMS
from sideman.music.time import COMMON_TIME
from sideman.option import Kind, Option
from sideman.options import OPTIONS
from sideman.render import levels
from sideman.render.soundfont import BUNDLED_SOUNDFONT, OFFERED, preset_font
from sideman.web.chart_text import MAX_CHART
from sideman.web.option_fields import MAX_WHOLE
from sideman.web.page import KIT, PROGRAM
from sideman.web.schemas import MAX_NAME
from sideman.web.settings import Settings

DIGITS = 16  # of a hash


@dataclass(frozen=True)
class Example:
    """Chords to begin with, that show something of the language and of the band."""

    name: str
    progression: str
    tempo: float
    style: str | None


EXAMPLES = (
    Example("Four chords", "C | Am | F | G7", 120, None),
    Example("Pop anthem", "D | A/C# | Bm7 | Gadd9 | D | A/C# | Bm7 Asus4 | G", 116, "pop"),
    Example("Ballad", "G | D/F# | Em7 | CM7 | G/B | Am7 | Dsus4 | D7", 72, "soul"),
    Example("Twelve-bar blues", "A7 | D7 | A7 | % | D7 | % | A7 | F#7 | Bm7 | E7 | A7 F#7 | Bm7 E7", 104, "blues"),
    Example("Two five one", "Dm7 | G7 | CM7 | % | Cm7 | F7 | BbM7 | %", 132, "jazz"),
    Example("Minor and moody", "Am | Am/G | FM7 | E7 | Am | Dm6 | Bm7-5 E7b9 | AmM7", 92, "rock"),
    Example("Bossa", "Dm9 | G13 | CM9 | A7b13 | Dm9 | Db7#11 | C69 | %", 128, "latin"),
    Example(
        "Rhythm changes",
        "Bb6 G7 | Cm7 F7 | Dm7 G7 | Cm7 F7 | Fm7 Bb7 | Eb6 Edim7 | Bb6/F G7 | Cm7 F7",
        168,
        "jazz",
    ),
)


class OptionView(BaseModel):
    """What a leader may decide besides the chords: a field of a request."""

    name: str
    kind: Kind = Field(
        description="A number, a whole number, a text (of choices), several of the choices, or true and false."
    )
    help: str
    default: bool | float | str | list[str] | None
    nothing: str | None = Field(description="What null stands for; null: it is not a value.")
    minimum: float | None
    maximum: float | None
    choices: list[str] | None
    shapes: bool = Field(description="Whether another value gives other notes.")
    relative: bool = Field(description="To what the model wants: of another model's piece it says nothing.")
    live: bool = Field(description="Whether a jam has it.")

    @classmethod
    def of(cls, option: Option, max_takes: int) -> Self:
        """Of a row of the table, on a server with this limit."""
        is_number = option.kind in {"number", "whole"}
        most = {"takes": max_takes}.get(option.name, MAX_WHOLE)
        return cls(
            name=option.name,
            kind=option.kind,
            help=option.help,
            default=list(option.default) if isinstance(option.default, tuple) else option.default,
            nothing=option.nothing or None,
            minimum=(0 if option.zero else option.minimum) if is_number else None,
            maximum=min(option.maximum, most) if is_number else None,
            choices=list(option.choices) or None,
            shapes=option.shapes,
            relative=option.relative,
            live=option.live,
        )


class InstrumentView(BaseModel):
    """What a role may play."""

    program: int = Field(description="Of General MIDI, from 0; of drums a kit.")
    name: str
    font: str = Field(description="Where it is as a SoundFont of its own.")
    font_bytes: int = Field(description="How large that is.")
    loudness: list[int] = Field(
        description="Energy of a note of 0.4 s in tenths of a decibel, at velocity and volume 100, at pitches 24, 30 … "
        "102; of a kit at each pitch from 27."
    )
    growth: list[int] = Field(
        description="What is added to that, in tenths of a decibel, after 0.05, 0.1 … 3.2 s; of a kit nothing."
    )

    @classmethod
    def of(cls, role: Role, program: int, name: str) -> Self:
        """Of a program of the bundled SoundFont."""
        is_drum = INSTRUMENTS[role].is_drum
        measured = levels.table()[levels.key(role, program)]
        return cls(
            program=program,
            name=name,
            font=f"/instruments/{KIT if is_drum else PROGRAM}-{program}.sf3?v={_soundfont_hash()}",
            font_bytes=len(preset_font(program, is_drum=is_drum)),
            loudness=measured["hits" if is_drum else "pitches"],
            growth=measured.get("durations", []),
        )


class HandsView(BaseModel):
    """How far a player strays where humanize is 1: standard deviations in milliseconds."""

    drift: float = Field(description="From bar to bar.")
    stroke: float = Field(description="Of what is struck together.")
    finger: float = Field(description="Of each note.")
    lag: float = Field(description="How late on average.")
    touch: float = Field(description="Of the velocity.")


class SeatView(BaseModel):
    """How a player is heard in a mix."""

    pan: int = Field(description="MIDI controller 10.")
    reverb: int = Field(description="MIDI controller 91.")
    chorus: int = Field(description="MIDI controller 93.")
    lift: float = Field(description="LU louder than the track's target.")


class TrackView(BaseModel):
    """A chair in the band, and how it sounds unless told otherwise."""

    role: Role
    is_drum: bool
    program: int = Field(description="Of General MIDI, from 0; of drums a kit.")
    target: float = Field(description="LUFS of a track at volume 100.")
    seats: dict[str, SeatView] = Field(description="How it is heard in each mix.")
    instruments: list[InstrumentView]
    lowest: int = Field(description="MIDI pitch that the instrument has.")
    highest: int = Field(description="MIDI pitch that the instrument has.")
    hands: HandsView

    @classmethod
    def of(cls, role: Role) -> Self:
        """Of a role."""
        instrument = INSTRUMENTS[role]
        offered = [InstrumentView.of(role, program, name) for program, name in OFFERED[role].items()]
        return cls(
            role=role,
            is_drum=instrument.is_drum,
            program=instrument.program,
            target=levels.BAND + levels.TARGETS[role],
            seats={name: SeatView(**seats[role]._asdict()) for name, seats in MIXES.items()},
            instruments=offered,
            lowest=instrument.compass.start,
            highest=instrument.compass[-1],
            hands=HandsView(**HANDS[role]._asdict()),
        )


class QualityView(BaseModel):
    """A chord quality that the model knows."""

    name: str = Field(description="What is written after the root.")
    degrees: str = Field(description="Its tones as musicians count them, such as 1 b3 5.")


class OptionsView(BaseModel):
    """What the page offers."""

    version: str
    model: str = Field(description="Fingerprint of the weights and the engine.")
    options: list[OptionView]
    bar_steps: int = Field(description="Steps of a bar whose metre nobody named.")
    max_bars: int
    max_minutes: float
    max_takes: int
    retention_days: float = Field(description="How long a piece is kept.")
    soundfont: str | None = Field(description="The SoundFont that files of sound are made with; null: the package's.")
    max_text: int = Field(description="Characters of a progression.")
    max_name: int = Field(description="Characters of a name.")
    max_chart: int = Field(description="Characters of a chart's text that is kept with a piece.")
    tracks: list[TrackView]
    style_programs: dict[str, dict[Role, int]] = Field(
        description="What tracks play in a style where that isn't their own program."
    )
    roots: list[str]
    qualities: list[QualityView]
    examples: list[Example]

    @classmethod
    def of(cls, settings: Settings, fingerprint: str) -> Self:
        """Of a server with these settings, and of a model."""
        return cls(
            version=version("sideman"),
            model=fingerprint,
            options=[OptionView.of(option, settings.max_takes) for option in OPTIONS],
            bar_steps=COMMON_TIME.steps,
            max_bars=settings.max_bars,
            max_minutes=settings.max_minutes,
            max_takes=settings.max_takes,
            retention_days=settings.retention_days,
            soundfont=None if settings.soundfont is None else Path(settings.soundfont).stem,
            max_text=MAX_TEXT,
            max_name=MAX_NAME,
            max_chart=MAX_CHART,
            tracks=[TrackView.of(role) for role in Role],
            style_programs={style: dict(programs) for style, programs in STYLE_PROGRAMS.items()},
            roots=list(MAJOR_ROOTS),
            qualities=[QualityView(name=quality.name, degrees=quality.degrees) for quality in MODEL_QUALITIES],
            examples=list(EXAMPLES),
        )


@functools.cache
def _soundfont_hash() -> str:
    return hashlib.sha256(BUNDLED_SOUNDFONT.read_bytes()).hexdigest()[:DIGITS]
