"""Prints the melodies that music21 reads from MusicXML files, as JSON: see :mod:`benchmarks.oracles.tunes`.

Runs under a Python that has music21, and imports nothing of ours. A file is the bars of the part that has the chords; a
bar is its notes, of the first voice and of several at once the highest, each with its onset in quarters, its pitch, and
whether it is tied to the note before. A file that can't be read is the reason.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from music21 import converter, harmony


def _read(path: str) -> list[list[Any]] | str:
    """The bars of a file."""
    try:
        score = converter.parse(path, forceSource=True).toSoundingPitch()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    part = max(score.parts, key=lambda part: len(list(part.recurse().getElementsByClass(harmony.Harmony))))
    return [
        [
            (float(note.offset), max(pitch.midi for pitch in note.pitches), _is_tied(note))
            for note in (measure.voices[0] if measure.voices else measure).notes
            if not isinstance(note, harmony.Harmony) and not note.duration.isGrace and note.pitches
        ]
        for measure in part.getElementsByClass("Measure")
    ]


def _is_tied(note: Any) -> bool:  # noqa: ANN401 - music21's
    return note.tie is not None and note.tie.type in {"stop", "continue"}


if __name__ == "__main__":
    json.dump([_read(path) for path in sys.argv[1:]], sys.stdout)
