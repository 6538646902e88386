"""The last bars of a piece, played ever slower. Knows tempi and bar lines; no notes.

The shape is that of Friberg and Sundberg, "Does music performance allude to locomotion? A model of final ritardandi
derived from measurements of stopping runners", J. Acoust. Soc. Am. 105 (1999): the tempo over the score falls as
``(1 + (w^q - 1) x)^(1/q)`` from 1 to ``w``, with q = 3.
"""

from __future__ import annotations

from sideman.music.time import STEPS_PER_BEAT, BarLines, TempoChange, TimeMap

SLOWING_BARS = 2  # before the last bar
LEFT = 0.6  # of the tempo, in the last bar: w
_CURVATURE = 3  # q


def ritardando(tempo: float, lines: BarLines, steps: int) -> tuple[TempoChange, ...]:
    """The tempo of each beat of the two bars before the last one of so many steps, and of that: once for all of it."""
    last = max(lines.count(steps) - 1, 0)
    first = max(last - SLOWING_BARS, 0)
    begin, end = lines.onset(first), lines.onset(last)
    beats = [
        beat for bar in range(first, last) for beat in range(lines.onset(bar), lines.onset(bar + 1), STEPS_PER_BEAT)
    ]
    places = [((beat + min(beat + STEPS_PER_BEAT, end)) / 2 - begin) / (end - begin) for beat in beats]
    changes = [(beat, _slowed(place)) for beat, place in zip(beats, places, strict=True)]
    if beats:
        changes.append((end, LEFT))
    return tuple(TempoChange(step, tempo * left) for step, left in changes if step)


def times_of(tempo: float, lines: BarLines, steps: int, *, slows: bool) -> TimeMap:
    """When the steps of a piece of so many are heard, played straight; at its end slower where it ``slows``."""
    return TimeMap(tempo, changes=ritardando(tempo, lines, steps) if slows else ())


def _slowed(place: float) -> float:
    """What is left of the tempo at a place, 0 to 1, of the ritardando."""
    return float((1 + (LEFT**_CURVATURE - 1) * place) ** (1 / _CURVATURE))
