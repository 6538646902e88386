"""A bar that is counted before the music begins: clicks on the drums' channel. Knows bands and metres; no files."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from sideman.music.band import ONSET, Band, Note, Role, Track
from sideman.music.progression import Chord, Progression
from sideman.music.time import STEPS_PER_BEAT, BarLines, Meter

CLICK = 37  # side stick
STRONG, WEAK = 112, 84  # velocities, on one and on the other beats
CLICK_STEPS = 3  # a 16th

AnyBand = TypeVar("AnyBand", bound=Band)


def counted_in(band: AnyBand) -> AnyBand:
    """The band a bar of its first metre later, in which each beat is struck on a side stick.

    A band without drums gets a track for that.
    """
    meter = band.lines.meter(0)
    tracks = {track.role: _moved(track, meter.steps) for track in band.tracks}
    drums = tracks.get(Role.DRUMS, Track(Role.DRUMS))
    tracks[Role.DRUMS] = replace(drums, notes=np.concatenate([Track(Role.DRUMS, clicks(meter)).notes, drums.notes]))
    lines = BarLines((meter, *band.lines.meters))
    return replace(band, tracks=tuple(tracks.values()), steps=band.steps + meter.steps, lines=lines)


def clicks(meter: Meter) -> list[Note]:
    """The beats of a bar; one that is cut short is struck too."""
    return [Note(step, CLICK_STEPS, CLICK, WEAK if step else STRONG) for step in range(0, meter.steps, STEPS_PER_BEAT)]


def silent_bar(progression: Progression, meter: Meter) -> Progression:
    """The progression a bar of a metre later, in which there is no chord."""
    spans = [(Chord.no_chord(), meter.ticks), *((span.chord, span.duration) for span in progression)]
    return Progression.of(spans, BarLines((meter, *progression.lines.meters)))


def _moved(track: Track, later: int) -> Track:
    """A track so many steps later."""
    notes = track.notes.copy()
    notes[:, ONSET] += later
    return replace(track, notes=notes)
