"""A band, finished or still being composed → raw sound. Knows parts, frames and blocks; no files and no loudness.

The synthesizer is behind a port. What it is told depends on the notes alone, not on when they come: a band played
while it is composed sounds, to the last bit, as it does afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sideman.music.band import DURATION, ONSET, PITCH, VELOCITY, Band, NoteArray, Role, Track
from sideman.music.time import TimeMap
from sideman.render.fluidsynth import SAMPLE_RATE
from sideman.render.parts import PAN, VOLUME, Part, parts, without_overlaps

Block = npt.NDArray[np.float32]  # (frames, 2), full scale is ±1
Piece = tuple[int, Mapping[Role, NoteArray]]  # a step, and the notes that begin before it and in no piece before

CHANNELS = 2
BLOCK_FRAMES = SAMPLE_RATE // 2
TAIL_SECONDS = 3.0  # after the band's last step: releases and reverb
FADE_SECONDS = 1.0  # at the end of the tail, so that it ends in silence


class Synthesizer(Protocol):
    """Something that plays notes on MIDI channels (0-based) into blocks of frames."""

    def select(self, channel: int, program: int, *, is_drum: bool) -> None:
        """Give ``channel`` an instrument."""

    def control(self, channel: int, controller: int, value: int) -> None:
        """Turn a MIDI controller."""

    def note_on(self, channel: int, pitch: int, velocity: int) -> None:
        """Begin a note."""

    def note_off(self, channel: int, pitch: int) -> None:
        """End a note."""

    def render(self, out: Block) -> None:
        """Fill ``out`` with what sounds next."""


class LiveBand:
    """A band that is still being composed: who plays for how long is known, the notes come bar by bar.

    ``bars`` gives for each bar in order the notes of every role that begin in it, (notes, 4) each, onsets counted from
    the start of the song; ``ends`` are the steps at which they end. It can be played once.
    """

    def __init__(
        self,
        roles: Iterable[Role],
        steps: int,
        tempo: float,
        ends: Sequence[int],
        bars: Iterable[Mapping[Role, NoteArray]],
    ) -> None:
        self.chairs = Band(tuple(map(Track, roles)), steps, tempo)  # nobody plays yet
        self.steps = steps
        self.times = self.chairs.times
        self.note_count = 0  # so far
        self._ends = ends
        self._bars = bars

    def pieces(self) -> Iterator[Piece]:
        """The bars, as they come."""
        for end, notes in zip(self._ends, self._bars, strict=True):
            self.note_count += sum(map(len, notes.values()))
            yield end, notes


def total_frames(band: Band | LiveBand) -> int:
    """Frames of the band's audio: its own length and the release tail."""
    return _frame(band.steps, band.times) + round(TAIL_SECONDS * SAMPLE_RATE)


def render_blocks(
    band: Band | LiveBand, synthesizer: Synthesizer, programs: Mapping[Role, int] | None = None
) -> Iterator[Block]:
    """What ``synthesizer`` makes of ``band``, in blocks of half a second; neither normalised nor clipped.

    Instruments are chosen before the first bar is asked for, each next bar once what came before it has been played.
    """
    if isinstance(band, LiveBand):
        played, pieces = parts(band.chairs, programs), band.pieces()
    else:
        played = parts(band, programs)
        pieces = iter([(band.steps, {part.role: part.notes for part in played})])
    for part in played:
        synthesizer.select(part.channel, part.program, is_drum=part.is_drum)
        synthesizer.control(part.channel, VOLUME, part.placement.volume)
        synthesizer.control(part.channel, PAN, part.placement.pan)
    total = total_frames(band)
    events = chain(_events(played, pieces, band.steps, band.times), [(total, 0, 0, 0)])
    frame, channel, pitch, velocity = next(events)
    for start in range(0, total, BLOCK_FRAMES):
        block = np.zeros((min(BLOCK_FRAMES, total - start), CHANNELS), np.float32)
        done = 0
        while frame < start + len(block):
            if frame - start > done:
                synthesizer.render(block[done : frame - start])
                done = frame - start
            if velocity:
                synthesizer.note_on(channel, pitch, velocity)
            else:
                synthesizer.note_off(channel, pitch)
            frame, channel, pitch, velocity = next(events)
        synthesizer.render(block[done:])
        _fade(block, total - start)
        yield block


def _events(
    played: Sequence[Part], pieces: Iterable[Piece], steps: int, times: TimeMap
) -> Iterator[tuple[int, int, int, int]]:
    """(frame, channel, pitch, velocity) in order of time; velocity 0 ends a note, before any that begins then.

    Asks for a piece when the events of those before it are over. A note that rings into the next piece is held back
    with its end: there its pitch may begin anew.
    """
    ringing = {part.role: part.notes[:0] for part in played}
    start = 0
    for end, notes in pieces:
        rows = []
        for part in played:
            known = without_overlaps(np.concatenate([ringing[part.role], notes[part.role]]), steps)
            stop = known[:, ONSET] + known[:, DURATION]
            over = (stop < end) | (end >= steps)
            begins = known[known[:, ONSET] >= start]
            rows.append(_rows(part.channel, begins[:, ONSET], begins[:, PITCH], begins[:, VELOCITY]))
            rows.append(_rows(part.channel, stop[over], known[over, PITCH], np.zeros_like(stop[over])))
            ringing[part.role] = known[~over]
        start = end
        table = np.concatenate(rows) if rows else np.empty((0, 4), np.int32)
        order = np.lexsort((table[:, 2], table[:, 1], table[:, 3] > 0, table[:, 0]))
        for step, channel, pitch, velocity in table[order].tolist():
            yield _frame(step, times), channel, pitch, velocity


def _rows(channel: int, step: NoteArray, pitch: NoteArray, velocity: NoteArray) -> NoteArray:
    return np.stack([step, np.full_like(step, channel), pitch, velocity], 1)


def _frame(step: int, times: TimeMap) -> int:
    return round(times.seconds(step) * SAMPLE_RATE)


def _fade(block: Block, left: int) -> None:
    """Fade ``block``, which begins ``left`` frames before the end, as far as it lies in the fade."""
    length = round(FADE_SECONDS * SAMPLE_RATE)
    if left - len(block) < length:
        remaining = np.arange(left, left - len(block), -1, dtype=np.float32)
        block *= np.minimum(remaining / length, 1)[:, None]
