"""Where steps stand in a MIDI file, and back. Knows metres and pulses; no events.

A file counts pulses of a quarter. The music counts steps of a beat, which is a quarter, or a dotted one in compound
metres.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sideman.music.time import TICKS_PER_BEAT, TICKS_PER_STEP, BarLines

Ints = npt.NDArray[np.integer]


class Pulses:
    """The pulses, so many to the quarter, of music whose bars begin at ``lines``."""

    def __init__(self, lines: BarLines, per_quarter: int) -> None:
        changes = lines.changes()
        self._ticks = np.array([onset * TICKS_PER_STEP for onset, _ in changes])
        per_beat = [float(per_quarter * meter.quarters_per_beat) for _, meter in changes]
        self._per_tick = np.array(per_beat) / TICKS_PER_BEAT
        self._starts = np.append(0, np.cumsum(np.diff(self._ticks) * self._per_tick[:-1]))

    def of_ticks(self, ticks: Ints | npt.NDArray[np.floating]) -> Ints:
        """The pulses of ticks, which may have fractions."""
        change = np.searchsorted(self._ticks, ticks, "right") - 1
        pulses = np.rint(self._starts[change] + (ticks - self._ticks[change]) * self._per_tick[change])
        return np.asarray(pulses, np.int64)

    def of_steps(self, steps: Ints) -> Ints:
        """The pulses of steps."""
        return self.of_ticks(steps.astype(np.int64) * TICKS_PER_STEP)

    def of_places(self, places: npt.NDArray[np.floating]) -> Ints:
        """The pulses of steps with fractions."""
        return self.of_ticks(places * TICKS_PER_STEP)

    def steps(self, pulses: Ints) -> npt.NDArray[np.int32]:
        """The nearest step to each pulse."""
        change = np.searchsorted(self._starts, pulses, "right") - 1
        since = (pulses - self._starts[change]) / (self._per_tick[change] * TICKS_PER_STEP)
        return np.asarray(self._ticks[change] // TICKS_PER_STEP + np.rint(since), np.int32)
