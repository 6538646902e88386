"""A band, finished or still being composed → raw sound. Knows parts, frames and blocks; no files and no mastering.

The synthesizer is behind a port. What it is told depends on the notes alone, not on when they come: a band played
while it is composed sounds, to the last bit, as it does afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, ONSET, Band, NoteArray, Role
from sideman.music.placing import earliest
from sideman.music.time import TimeMap
from sideman.render.fluidsynth import SAMPLE_RATE, Event, Stems
from sideman.render.levels import FULL
from sideman.render.mastering import spooled
from sideman.render.parts import VOLUME, Part, parts, sounding, without_overlaps

Block = npt.NDArray[np.float32]  # (frames, 2), full scale is ±1
Events = npt.NDArray[np.float64]  # (events, 4): place, player, pitch, velocity
Piece = tuple[int, Mapping[Role, NoteArray]]  # a step, and the notes that begin before it and in no piece before

CHANNELS = 2
BLOCK_FRAMES = SAMPLE_RATE // 2
TAIL_SECONDS = 3.0  # after the band's last step: releases and reverb
FADE_SECONDS = 1.0  # at the end of the tail, so that it ends in silence


# Who plays on which of two synthesizers that work side by side: as measured, each has about half of the work.
SIDES: Mapping[Role, int] = {
    Role.DRUMS: 0,
    Role.PIANO: 0,
    Role.GUITAR: 1,
    Role.BASS: 1,
    Role.STRINGS: 0,
    Role.MELODY: 1,
}


class Synthesizer(Protocol):
    """Something that plays notes of some players, who are told apart by their numbers, into blocks of frames."""

    def select(self, player: int, program: int, *, is_drum: bool) -> None:
        """Give a player an instrument."""

    def control(self, player: int, controller: int, value: int) -> None:
        """Turn a MIDI controller."""

    def render(self, out: Stems, events: Iterable[Event] = ()) -> None:
        """Add what sounds next to ``out``, with these events in their order."""


class LiveBand:
    """A band that is still being composed: who plays for how long is known, the notes come bar by bar.

    ``chairs`` is the band before anybody plays. ``bars`` gives for each bar in order the notes of every role that begin
    in it, (notes, 4) each, onsets counted from the start of the song; ``ends`` are the steps at which they end. It can
    be played once.
    """

    def __init__(self, chairs: Band, ends: Sequence[int], bars: Iterable[Mapping[Role, NoteArray]]) -> None:
        self.chairs = chairs
        self.steps = chairs.steps
        self.times = chairs.times
        self.notes: dict[Role, list[NoteArray]] = {role: [] for role in chairs.roles}  # so far
        self._ends = ends
        self._bars = bars

    def pieces(self) -> Iterator[Piece]:
        """The bars, as they come."""
        for end, notes in zip(self._ends, self._bars, strict=True):
            for role, rows in self.notes.items():
                rows.append(notes[role])
            yield end, notes

    @property
    def note_count(self) -> int:
        """How many notes have come."""
        return sum(len(rows) for bars in self.notes.values() for rows in bars)

    @property
    def so_far(self) -> Band:
        """The band with the notes that have come."""
        tracks = (
            replace(track, notes=np.concatenate([track.notes, *self.notes[track.role]])) for track in self.chairs.tracks
        )
        return replace(self.chairs, tracks=tuple(tracks))


def sides(band: Band | LiveBand) -> list[int]:
    """Of each player, which of two synthesizers plays for it."""
    tracks = (band.chairs if isinstance(band, LiveBand) else band).tracks
    return [SIDES[track.role] for track in tracks]


def total_frames(band: Band | LiveBand, *, tail: bool = True) -> int:
    """Frames of the band's audio: its own length and the release ``tail``."""
    return _frame(band.steps, band.times) + (round(TAIL_SECONDS * SAMPLE_RATE) if tail else 0)


def render_blocks(
    band: Band | LiveBand, synthesizer: Synthesizer, programs: Mapping[Role, int] | None = None
) -> Iterator[Block]:
    """What ``synthesizer`` makes of ``band``, mixed, in blocks of half a second; neither mastered nor clipped.

    How loud a player should be is known when all has been played: of a band that is still being composed the sound of
    each is kept until then.
    """
    stems = render_stems(band, synthesizer, programs)
    if isinstance(band, LiveBand):
        with spooled(stems) as kept:
            gains = _gains(band.so_far, programs)
            for stem in kept:
                yield _mixed(stem, gains)
    else:
        gains = _gains(band, programs)
        for stem in stems:
            yield _mixed(stem, gains)


def _gains(band: Band, programs: Mapping[Role, int] | None) -> Block:
    """(players,): what each is multiplied with."""
    return np.array([part.gain for part in parts(band, programs)], np.float32)


def _mixed(stems: Stems, gains: Block) -> Block:
    return np.ascontiguousarray(np.einsum("p,pcf->fc", gains, stems))


def render_stems(
    band: Band | LiveBand, synthesizer: Synthesizer, programs: Mapping[Role, int] | None = None
) -> Iterator[Stems]:
    """What ``synthesizer`` makes of each player, all as loud as their notes, in blocks of half a second.

    Instruments are chosen before the first bar is asked for, each next bar once all blocks that need none of it have
    been played.
    """
    if isinstance(band, LiveBand):
        chairs, pieces = band.chairs, band.pieces()
        played = parts(chairs, programs)
    else:
        chairs = band
        played = parts(band, programs)
        pieces = iter([(band.steps, {part.role: part.notes for part in played})])
    for player, part in enumerate(played):
        synthesizer.select(player, part.program, is_drum=part.is_drum)
        for controller, value in part.controls:
            synthesizer.control(player, controller, FULL if controller == VOLUME else value)
    total, times = total_frames(band), chairs.times
    timed = (
        (_frame(place, times), player, pitch, velocity)
        for place, player, pitch, velocity in events(played, pieces, chairs)
    )
    coming = chain(timed, [(total, 0, 0, 0)])
    frame, player, pitch, velocity = next(coming)
    for start in range(0, total, BLOCK_FRAMES):
        block = np.zeros((len(played), CHANNELS, min(BLOCK_FRAMES, total - start)), np.float32)
        within: list[Event] = []
        while frame < start + block.shape[2]:
            within.append((frame - start, player, pitch, velocity))
            frame, player, pitch, velocity = next(coming)
        synthesizer.render(block, within)
        _fade(block, total - start)
        yield block


def events(played: Sequence[Part], pieces: Iterable[Piece], band: Band) -> Iterator[tuple[float, int, int, int]]:
    """(place, player, pitch, velocity) in order of time; velocity 0 ends a note, before any that begins then.

    Asks for a piece when the events of those before it are over. A note that rings into the next piece is held back
    with its end: there its pitch may begin anew. So is what the hands play so late that something of the next piece may
    come first.
    """
    ringing = {part.role: part.notes[:0] for part in played}
    waiting: Events = np.empty((0, 4))
    start, steps = 0, band.steps
    early = earliest(band.feel, band.tempo)
    for end, notes in pieces:
        rows = [waiting]
        for player, part in enumerate(played):
            known = without_overlaps(np.concatenate([ringing[part.role], notes[part.role]]), steps)
            stop = known[:, ONSET] + known[:, DURATION]
            over = (stop < end) | (end >= steps)
            begins = known[:, ONSET] >= start
            heard = sounding(part.role, known, band)
            rows.append(_rows(player, heard.begins[begins], heard.pitches[begins], heard.velocities[begins]))
            rows.append(_rows(player, heard.ends[over], heard.pitches[over], np.zeros_like(stop[over])))
            ringing[part.role] = known[~over]
        start = end
        table = np.concatenate(rows)
        table = table[np.lexsort((table[:, 2], table[:, 1], table[:, 3] > 0, table[:, 0]))]
        count = len(table) if end >= steps else int(np.searchsorted(table[:, 0], end - early))
        waiting = table[count:]
        for place, player, pitch, velocity in table[:count].tolist():
            yield place, int(player), int(pitch), int(velocity)


def _rows(player: int, place: Events, pitch: NoteArray, velocity: NoteArray) -> Events:
    return np.stack([place, np.full_like(place, player), pitch, velocity], 1)


def _frame(step: float, times: TimeMap) -> int:
    return round(times.seconds(step) * SAMPLE_RATE)


def _fade(block: Stems, left: int) -> None:
    """Fade ``block``, which begins ``left`` frames before the end, as far as it lies in the fade."""
    length = round(FADE_SECONDS * SAMPLE_RATE)
    frames = block.shape[2]
    if left - frames < length:
        remaining = np.arange(left, left - frames, -1, dtype=np.float32)
        block *= np.minimum(remaining / length, 1)
