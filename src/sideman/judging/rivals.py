"""Who else plays for the windows, so that figures have a scale: the wrong song, block chords, chance. Knows notes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sideman.judging.windows import Window
from sideman.music.adherence import harmonies
from sideman.music.band import INSTRUMENTS, Band, Note, Role, Track
from sideman.music.progression import Progression
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import STEPS_PER_BAR, STEPS_PER_BEAT

_KICK = 36
_VELOCITY = 76
_LOWEST = {Role.PIANO: 60, Role.GUITAR: 52, Role.BASS: 36, Role.STRINGS: 64}  # MIDI pitch of a player's range
_RANGE = 24  # semitones
_KIT = (36, 38, 42, 46, 49, 45)
_SIXTEENTH = STEPS_PER_BEAT // 4


def other_chords(windows: Sequence[Window]) -> list[Progression]:
    """For each window the chords of a window of another song, repeated or cut to its length."""
    others = [_another(windows, number) for number in range(len(windows))]
    return [_fitted(other.progression, window.progression.ticks) for other, window in zip(others, windows, strict=True)]


def _another(windows: Sequence[Window], number: int) -> Window:
    """The next window of another song; the window itself where there is none."""
    following = (windows[(number + step) % len(windows)] for step in range(1, len(windows) + 1))
    return next((other for other in following if other.song != windows[number].song), windows[number])


def _fitted(progression: Progression, ticks: int) -> Progression:
    """A progression from its start again until ``ticks`` are full."""
    chords, end = [], 0
    while end < ticks:
        for span in progression.spans:
            duration = min(span.duration, ticks - end)
            if duration > 0:
                chords.append((span.chord, duration))
                end += duration
    return Progression.of(chords)


def block_chords(window: Window) -> Band:
    """Everybody holds each chord, a bar at most; the bass its bass, the drums beat time."""
    steps = window.band.steps
    notes: dict[Role, list[Note]] = {role: [] for role in window.roles}
    for chord in harmonies(window.progression):
        starts = [chord.onset, *range((chord.onset // STEPS_PER_BAR + 1) * STEPS_PER_BAR, chord.end, STEPS_PER_BAR)]
        for start, end in zip(starts, [*starts[1:], chord.end], strict=True):
            for role in window.roles:
                if INSTRUMENTS[role].is_drum:
                    continue
                low = _LOWEST[role]
                tones = {chord.bass} if role is Role.BASS else chord.pitch_classes
                pitches = sorted(low + (tone - low) % PITCH_CLASSES for tone in tones)
                notes[role] += [Note(start, end - start, pitch, _VELOCITY) for pitch in pitches]
    if Role.DRUMS in notes:
        notes[Role.DRUMS] = [Note(step, 1, _KICK, _VELOCITY) for step in range(0, steps, STEPS_PER_BEAT)]
    return Band(tuple(Track(role, each) for role, each in notes.items()), steps, window.band.tempo)


def at_random(window: Window) -> Band:
    """As many notes of each role as people play, at random: on any sixteenth, of any pitch in two octaves."""
    random = np.random.default_rng(window.seed)
    steps = window.band.steps
    tracks = []
    for track in window.band.tracks:
        onset = random.integers(steps // _SIXTEENTH, size=len(track)) * _SIXTEENTH
        if track.is_drum:
            duration, pitch = np.ones(len(track), np.int64), random.choice(_KIT, len(track))
        else:
            duration = np.minimum(random.choice((3, 6, 12, 24, 48), len(track)), steps - onset)
            pitch = _LOWEST[track.role] + random.integers(_RANGE, size=len(track))
        rows = np.stack([onset, duration, pitch, np.full(len(track), _VELOCITY)], 1)
        _, first = np.unique(rows[:, [0, 2]], axis=0, return_index=True)  # a pitch begins once at a time
        tracks.append(Track(track.role, rows[first].astype(np.int32)))
    return Band(tuple(tracks), steps, window.band.tempo)
