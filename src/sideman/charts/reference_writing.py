"""What is played in the reference form, ``C:4|Am:4``: every chord with its beats, one after the other."""

from __future__ import annotations

from sideman.charts.reading import Reading


def write(reading: Reading) -> str:
    """The progression of a chart."""
    return str(reading.song.progression)
