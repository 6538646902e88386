"""Notes, tracks and the band of five, with a melody or without. Knows no chords, ids or files.

A track keeps its notes as one read-only int32 array of shape (notes, 4): a song of five thousand
notes is then a handful of numpy operations to encode, and still iterates as :class:`Note`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.errors import OptionError
from sideman.music.feel import AS_WRITTEN, Feel
from sideman.music.mixes import STUDIO
from sideman.music.roles import ROLES as ROLES  # noqa: PLC0414 - readers of this module find it here too
from sideman.music.roles import Role as Role  # noqa: PLC0414 - readers of this module find it here too
from sideman.music.slowing import times_of
from sideman.music.time import COMMON_BARS, STEPS_PER_BEAT, BarLines, TimeMap

ONSET, DURATION, PITCH, VELOCITY = range(4)  # columns of a note array
NoteArray = npt.NDArray[np.int32]  # (notes, 4)
MIDI_VALUES = 128
MAX_PROGRAM = MIDI_VALUES - 1
AS_COMPOSED = 100  # the volume of a track that nobody turned up or down


class Instrument(NamedTuple):
    """What a role plays unless told otherwise, and which General MIDI programs belong to it."""

    program: int  # General MIDI, 0-based
    family: range  # programs that LPD-5 gives to this role; strings take what is left
    is_drum: bool = False
    voices: int = MIDI_VALUES  # notes that one player can begin at once
    compass: range = range(MIDI_VALUES)  # pitches that it has


INSTRUMENTS: dict[Role, Instrument] = {
    Role.DRUMS: Instrument(0, range(0), is_drum=True),
    Role.PIANO: Instrument(0, range(8), voices=10, compass=range(21, 109)),
    Role.GUITAR: Instrument(25, range(24, 32), voices=6, compass=range(40, 89)),
    Role.BASS: Instrument(33, range(32, 40), voices=2, compass=range(28, 68)),
    Role.STRINGS: Instrument(48, range(0), voices=8, compass=range(28, 104)),
    Role.MELODY: Instrument(73, range(0), compass=range(36, 103)),
}


def role_of(program: int, is_drum: bool) -> Role:
    """The role that LPD-5 gives a source track of this General MIDI program."""
    if is_drum:
        return Role.DRUMS
    for role, instrument in INSTRUMENTS.items():
        if program in instrument.family:
            return role
    return Role.STRINGS


class Note(NamedTuple):
    """One note: onset and duration in steps, MIDI pitch and velocity."""

    onset: int
    duration: int
    pitch: int
    velocity: int


@dataclass(frozen=True, eq=False, repr=False)
class Track:
    """The notes of one role, sorted by onset, then pitch.

    ``notes`` takes any iterable of notes or an array of shape (notes, 4) and is kept read-only. ``volume``, 0 to 127,
    scales the role's own place in the mix; it is about the sound, not the music, and no MIDI file gives it back.
    Raises :class:`OptionError` where a value is out of range.
    """

    role: Role
    notes: NoteArray
    program: int | None = None  # None: the role's own
    volume: int = AS_COMPOSED

    def __init__(
        self,
        role: Role,
        notes: NoteArray | Iterable[Note] = (),
        program: int | None = None,
        volume: int = AS_COMPOSED,
    ) -> None:
        array = np.array(notes if isinstance(notes, np.ndarray) else list(notes), np.int32).reshape(-1, 4)
        array = array[np.lexsort((array[:, DURATION], array[:, PITCH], array[:, ONSET]))]
        if len(array):
            low, high = array.min(0), array.max(0)
            if low[ONSET] < 0 or low[DURATION] < 1:
                raise OptionError(f"{role}: an onset is below 0 or a duration below 1 step")
            if low[PITCH] < 0 or high[PITCH] >= MIDI_VALUES or low[VELOCITY] < 1 or high[VELOCITY] >= MIDI_VALUES:
                raise OptionError(f"{role}: a pitch is outside 0-127 or a velocity outside 1-127")
        if program is not None and not 0 <= program <= MAX_PROGRAM:
            raise OptionError(f"{role}: program {program} is outside 0-127 (General MIDI counted from 0)")
        if not 0 <= volume < MIDI_VALUES:
            raise OptionError(f"{role}: volume {volume} is outside 0-127 ({AS_COMPOSED} is as composed)")
        array.flags.writeable = False
        object.__setattr__(self, "role", Role(role))
        object.__setattr__(self, "notes", array)
        object.__setattr__(self, "program", program)
        object.__setattr__(self, "volume", volume)

    @property
    def is_drum(self) -> bool:
        """Whether this track plays on MIDI's drum channel."""
        return INSTRUMENTS[self.role].is_drum

    def __iter__(self) -> Iterator[Note]:
        return (Note(*row) for row in self.notes.tolist())

    def __len__(self) -> int:
        return len(self.notes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Track):
            return NotImplemented
        same = (self.role, self.program, self.volume) == (other.role, other.program, other.volume)
        return same and np.array_equal(self.notes, other.notes)

    def __hash__(self) -> int:
        return hash((self.role, self.program, self.volume, self.notes.tobytes()))

    def __repr__(self) -> str:
        program = "" if self.program is None else f", program {self.program}"
        volume = "" if self.volume == AS_COMPOSED else f", volume {self.volume}"
        return f"<Track {self.role}: {len(self)} notes{program}{volume}>"


@dataclass(frozen=True, eq=False, repr=False)
class Band:
    """Up to five tracks and a melody, at most one a role, that play for ``steps`` steps at ``tempo`` beats a minute.

    Its bars begin at ``lines``; ``feel`` is how the notes are played, ``mix`` how they are
    heard, one of :data:`~sideman.music.mixes.MIXES`. Bands are equal that play the same, whatever else
    a subclass knows of them.
    """

    tracks: tuple[Track, ...]
    steps: int
    tempo: float = 120.0
    lines: BarLines = COMMON_BARS
    feel: Feel = AS_WRITTEN
    mix: str = STUDIO

    def __post_init__(self) -> None:
        roles = [track.role for track in self.tracks]
        if len(set(roles)) < len(roles):
            raise OptionError(f"a band has one track a role, not {', '.join(roles)}")
        object.__setattr__(self, "tracks", tuple(sorted(self.tracks, key=lambda track: track.role.number)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Band):
            return NotImplemented
        return self._played() == other._played()

    def __hash__(self) -> int:
        return hash(self._played())

    def __repr__(self) -> str:
        notes = ", ".join(f"{track.role} {len(track)}" for track in self.tracks)
        return f"<{type(self).__name__} of {self.steps / STEPS_PER_BEAT:g} beats at {self.tempo:g}: {notes} notes>"

    def __getitem__(self, role: Role) -> Track:
        for track in self.tracks:
            if track.role == role:
                return track
        raise KeyError(role)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that have a track, in LPD-5's order."""
        return tuple(track.role for track in self.tracks)

    @property
    def times(self) -> TimeMap:
        """When its steps are heard, as they are written; what feel makes of them are places between them."""
        return times_of(self.tempo, self.lines, self.steps, slows=self.feel.ritardando)

    def _played(self) -> tuple[object, ...]:
        return self.tracks, self.steps, self.tempo, self.lines, self.feel, self.mix

    @property
    def note_count(self) -> int:
        """Notes of all tracks together."""
        return sum(map(len, self.tracks))
