"""What requests for jams and their answers hold. Knows fields, ranges and how a chord is told; no HTTP."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from sideman.errors import OptionError
from sideman.jamming.jam import JamBar, tones_of
from sideman.music.band import Role
from sideman.music.held import chord_of
from sideman.music.key import Key
from sideman.music.progression import Chord
from sideman.music.symbol import read_chord
from sideman.music.time import COMMON_TIME, Meter
from sideman.web.chord_schemas import LONGEST_KEY, Metre
from sideman.web.option_fields import LiveOptions
from sideman.web.strict import Strict

PITCHES = 128
LONGEST_CHORD = 64  # characters
MOST_BEATS = 4  # of a bar

JamRow = Annotated[
    tuple[int, int, int, int],
    Field(description="Onset and duration in steps, the onset from the bar's beginning; MIDI pitch and velocity."),
]


class JamRequest(LiveOptions):
    """A band to be led bar by bar."""

    metre: Metre = Field(str(COMMON_TIME), description="Of all bars; at most four beats: 4/4, 3/4, 6/8, 12/8 …")
    key: str | None = Field(None, max_length=LONGEST_KEY, description='Such as "Eb major"; null: that of the chords.')

    def read(self) -> tuple[Meter, Key | None]:
        """Metre and key. Raises :class:`OptionError`."""
        return Meter.parse(self.metre), None if self.key is None else Key.named(self.key)


class JamChord(Strict):
    """A chord: by its keys or by its name; neither is the one that holds."""

    pitches: list[Annotated[int, Field(ge=0, lt=PITCHES)]] | None = Field(
        None,
        min_length=1,
        max_length=PITCHES,
        description="MIDI pitches of keys, the lowest of which is the bass: 52, 55, 60 is C/E. Keys that are no chord "
        "change nothing.",
    )
    chord: str | None = Field(None, min_length=1, max_length=LONGEST_CHORD, examples=["Dm7", "C/E"])

    def read(self) -> Chord | None:
        """The chord; None for the one that holds.

        Raises :class:`ChordSyntaxError`, and :class:`OptionError` where it is told twice.
        """
        if self.chord is None:
            return chord_of(self.pitches or ())
        if self.pitches is not None:
            raise OptionError("pitches and chord are told both: give one of them")
        return read_chord(self.chord)


class JamTurn(JamChord):
    """Another chord within the last bar."""

    beat: int = Field(ge=0, lt=MOST_BEATS, description="From which on it holds; the first of the bar is 0.")


class JamView(BaseModel):
    """A jam."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    id: str
    seed: int = Field(description="The one that was given, or a random one: the same chords give the same notes.")
    tempo: float
    metre: Metre
    beats: int = Field(description="Of a bar.")
    steps: int = Field(description="Of a bar, 12 a beat.")
    tracks: list[Role] = Field(description="Who plays.")
    bars: int = Field(description="So far.")
    chart: str | None = Field(description="What was played, as a chart in text; null before the first bar.")


class JamChordView(BaseModel):
    """A chord of a bar."""

    step: int = Field(description="Where it begins, from the bar's beginning.")
    name: str
    tones: list[int] = Field(description="Pitch classes, 0 is C; its bass among them. What rings on may have them.")


class JamBarView(BaseModel):
    """A bar, ready to be heard."""

    number: int = Field(description="From 0.")
    chords: list[JamChordView]
    notes: dict[Role, list[JamRow]]

    @classmethod
    def of(cls, bar: JamBar) -> Self:
        """Of a bar that was composed."""
        return cls(
            number=bar.number,
            chords=[
                JamChordView(step=step, name=chord.written, tones=sorted(tones_of(chord))) for step, chord in bar.chords
            ],
            notes={role: [tuple(row) for row in notes.tolist()] for role, notes in bar.notes.items()},
        )
