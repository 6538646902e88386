"""What MIDI and audio share: each track as the part an instrument can play.

A MIDI instrument knows a note by its pitch alone, so a pitch that sounds twice at once is ambiguous; parts never hold
one. Knows no files and no synthesizer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sideman.errors import OptionError
from sideman.music.band import (
    AS_COMPOSED,
    DURATION,
    INSTRUMENTS,
    MAX_PROGRAM,
    MIDI_VALUES,
    ONSET,
    PITCH,
    VELOCITY,
    Band,
    NoteArray,
    Role,
    Track,
)
from sideman.music.mixes import MIXES, Seat
from sideman.music.placing import Places, places, touched
from sideman.render.levels import FULL, level
from sideman.tokens.grid import GridLoss

DRUM_CHANNEL = 9  # MIDI's tenth
VOLUME, PAN, REVERB, CHORUS = 7, 10, 91, 93  # MIDI controllers
MIN_MIDI_TEMPO, MAX_MIDI_TEMPO = 4, 1000  # beats a minute; a MIDI file holds none below 3.6


@dataclass(frozen=True)
class Part:
    """One track, ready to play: ``notes`` of shape (notes, 4) end with the band and never overlap on a pitch."""

    role: Role
    channel: int  # of MIDI, 0-based
    program: int  # General MIDI, 0-based; for drums the kit
    level: float  # in the scale of MIDI's controller 7, which ends at 127
    seat: Seat
    notes: NoteArray

    @property
    def gain(self) -> float:
        """What its level does to amplitudes, beside those of volume 100."""
        return (self.level / FULL) ** 2

    @property
    def volume(self) -> int:
        """The nearest that MIDI's controller 7 has."""
        return min(round(self.level), MIDI_VALUES - 1)

    @property
    def controls(self) -> tuple[tuple[int, int], ...]:
        """MIDI controllers and their values: how loud, and where, it is heard."""
        pan, reverb, chorus, _ = self.seat
        return (VOLUME, self.volume), (PAN, pan), (REVERB, reverb), (CHORUS, chorus)

    @property
    def name(self) -> str:
        """The track's name in a file, such as ``Drums``."""
        return self.role.capitalize()

    @property
    def is_drum(self) -> bool:
        """Whether it plays on the drum channel."""
        return INSTRUMENTS[self.role].is_drum


class Sounding(NamedTuple):
    """Notes as they sound, a row each: where they begin and end, places of the straight grid, and how loud."""

    begins: Places
    ends: Places
    pitches: NoteArray  # (notes,)
    velocities: NoteArray  # (notes,)


def sounding(role: Role, notes: NoteArray, band: Band) -> Sounding:
    """The notes (notes, 4) of a part as they sound where ``band`` plays; they may be those of a few bars."""
    rows = touched(role, notes, band.feel)
    onsets, pitches = rows[:, ONSET], rows[:, PITCH]
    begins, ends = (
        places(role, steps, pitches, band.feel, band.tempo, band.lines, band.steps)
        for steps in (onsets, onsets + rows[:, DURATION])
    )
    return Sounding(begins, ends, pitches, rows[:, VELOCITY])


def parts(band: Band, programs: Mapping[Role, int] | None = None) -> tuple[Part, ...]:
    """The band's tracks as parts, in its order.

    Each is as loud as :mod:`sideman.render.levels` and the band's mix want it, and as the track's volume says.
    ``programs`` replaces the General MIDI programs of some roles. Raises :class:`OptionError` where one is outside
    0-127, or where no file can keep the tempo.
    """
    if not MIN_MIDI_TEMPO <= band.tempo <= MAX_MIDI_TEMPO:
        raise OptionError(f"tempo {band.tempo:g} is outside {MIN_MIDI_TEMPO}-{MAX_MIDI_TEMPO} beats a minute")
    chosen = dict(programs or {})
    for role, program in chosen.items():
        if not 0 <= program <= MAX_PROGRAM:
            raise OptionError(f"{role}: program {program} is outside 0-127 (General MIDI counted from 0)")
    free = iter(range(DRUM_CHANNEL))  # more than there are roles
    pace = band.times.seconds(band.steps) / max(band.steps, 1)
    result = []
    for track in band.tracks:
        usual = INSTRUMENTS[track.role].program if track.program is None else track.program
        notes = without_overlaps(track.notes, band.steps)
        channel = DRUM_CHANNEL if track.is_drum else next(free)
        program = chosen.get(track.role, usual)
        seat = MIXES[band.mix][track.role]
        own = level(track.role, program, notes, pace, seat.lift) * track.volume / AS_COMPOSED
        result.append(Part(track.role, channel, program, own, seat, notes))
    return tuple(result)


def without_overlaps(notes: NoteArray, steps: int) -> NoteArray:
    """``notes`` cut where the same pitch begins anew and at ``steps``; of two equal onsets the longer stays.

    Takes and gives (notes, 4), sorted by onset, then pitch, then duration.
    """
    notes = notes[notes[:, ONSET] < steps]
    by_pitch = notes[np.lexsort((notes[:, DURATION], notes[:, ONSET], notes[:, PITCH]))]
    limit = np.full(len(by_pitch), steps, np.int32)  # the step at which each note must have ended
    same = by_pitch[1:, PITCH] == by_pitch[:-1, PITCH]
    limit[:-1][same] = by_pitch[1:, ONSET][same]
    by_pitch[:, DURATION] = np.minimum(by_pitch[:, DURATION], limit - by_pitch[:, ONSET])
    by_pitch = by_pitch[by_pitch[:, DURATION] > 0]
    return by_pitch[np.lexsort((by_pitch[:, PITCH], by_pitch[:, ONSET]))]


def cut_melody(track: Track, steps: int) -> tuple[Track, GridLoss]:
    """A track as a melody that ends with the band, each pitch where it begins anew; and what that changed.

    Whoever plays it, it keeps its program. Raises :class:`OptionError` where nothing is left of it, or it is no track.
    """
    if not isinstance(track, Track):
        raise OptionError(f"melody is of type {type(track).__name__}: give a Track, such as read_track returns")
    notes = without_overlaps(track.notes, steps)
    if not len(notes):
        raise OptionError("melody: no note of it lies within the chart")
    program = INSTRUMENTS[track.role].program if track.program is None else track.program
    cut = {*map(tuple, notes.tolist())} - {*map(tuple, track.notes.tolist())}
    loss = GridLoss(len(track), duration=len(cut), dropped=len(track) - len(notes))
    return Track(Role.MELODY, notes, program), loss
