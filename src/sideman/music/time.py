"""Steps, ticks, beats, bars and seconds. Knows no notes.

A *step* is the grid on which notes stand, a *tick* the finer unit of chord durations and of LPD's
piano-rolls. Every bar is 4/4.
"""

from __future__ import annotations

STEPS_PER_BEAT = 12  # divides into 16ths (3) and triplets (4)
BEATS_PER_BAR = 4  # 4/4
STEPS_PER_BAR = STEPS_PER_BEAT * BEATS_PER_BAR  # 48
TICKS_PER_BEAT = 24  # the chord language's `t`, and LPD's beat_resolution
TICKS_PER_STEP = TICKS_PER_BEAT // STEPS_PER_BEAT  # 2
SECONDS_PER_MINUTE = 60.0


def seconds(steps: float, tempo: float) -> float:
    """Length of ``steps`` at ``tempo`` beats a minute, in seconds."""
    return steps / STEPS_PER_BEAT * SECONDS_PER_MINUTE / tempo


def bars(steps: int) -> int:
    """Number of bars that ``steps`` touch; a bar begun counts whole."""
    return -(-steps // STEPS_PER_BAR)
