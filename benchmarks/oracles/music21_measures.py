"""Prints what music21 reads from MusicXML files, as JSON: see :mod:`benchmarks.oracles.musicxml`.

Runs under a Python that has music21, and imports nothing of ours. A file is its bars; a bar is its chords, each with
its onset in quarters, and its root, tones and bass as pitch classes. A file that can't be read is the reason.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from music21 import converter, harmony


def _read(path: str) -> list[list[Any]] | str:
    """The bars of a file."""
    try:
        score = converter.parse(path, forceSource=True)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    part = max(score.parts, key=lambda part: len(list(part.recurse().getElementsByClass(harmony.Harmony))))
    bars = []
    for measure in part.getElementsByClass("Measure"):
        bar: list[Any] = []
        for chord in measure.recurse().getElementsByClass(harmony.ChordSymbol):
            onset = float(chord.getOffsetInHierarchy(measure))
            if isinstance(chord, harmony.NoChord):
                bar.append((onset, None, [], None))
            else:
                tones = sorted(pitch.pitchClass for pitch in chord.pitches)
                bar.append((onset, chord.root().pitchClass, tones, chord.bass().pitchClass))
        bars.append(sorted(bar, key=lambda row: row[0]))
    return bars


if __name__ == "__main__":
    json.dump([_read(path) for path in sys.argv[1:]], sys.stdout)
