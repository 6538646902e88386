"""A band in another tempo, key, feel or mix. Knows options of playing; no files and no sound."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from sideman.music.band import Band, Track
from sideman.music.placing import transposed
from sideman.music.progression import Progression
from sideman.music.slowing import times_of
from sideman.options import PlayOptions

AnyBand = TypeVar("AnyBand", bound=Band)


def played(band: AnyBand, options: PlayOptions) -> AnyBand:
    """The band as it stands, played so: its own tempo where the options name none, moved from the key it is in."""
    tracks = tuple(
        Track(track.role, transposed(track.role, track.notes, options.transpose), track.program, track.volume)
        for track in band.tracks
    )
    tempo = band.tempo if options.play_tempo is None else options.play_tempo
    kept = tracks if options.transpose else band.tracks
    return replace(band, tracks=kept, tempo=tempo, feel=options.feel, mix=options.mix)


def seconds_of(progression: Progression, tempo: float, playing: PlayOptions) -> float:
    """How long a progression plays that was composed for a tempo, in beats a minute."""
    tempo = playing.play_tempo or tempo
    return times_of(tempo, progression.lines, progression.steps, slows=playing.ritardando).seconds(progression.steps)
