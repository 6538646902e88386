"""What music21 reads from a MusicXML score, the chords of each written bar, beside what we read.

    python -m benchmarks.oracles.musicxml FOLDER

music21 is in no environment of ours. It runs as an outside program: ``SIDEMAN_MUSIC21`` names a Python that has it,
made by ``python -m venv m21 && m21/bin/pip install music21``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from sideman.charts import read
from sideman.music.progression import Chord
from sideman.music.time import TICKS_PER_BEAT, Meter

VARIABLE = "SIDEMAN_MUSIC21"
SCRIPT = Path(__file__).with_name("music21_measures.py")
SECONDS = 600  # for all files of a call


class OracleMissingError(Exception):
    """music21 can't be asked; the message says why."""


class Heard(NamedTuple):
    """A chord: where it begins in its bar, in quarters; all else as pitch classes. ``N.C.`` has no root."""

    onset: float
    root: int | None
    pitch_classes: frozenset[int]
    bass: int | None


def measures(path: Path) -> list[list[Heard]]:
    """The chords of each written bar of a score. Raises :class:`OracleMissingError`, or ValueError for a bad file."""
    return measures_of([path])[0]


def measures_of(paths: Sequence[Path]) -> list[list[list[Heard]]]:
    """The chords of each written bar of many scores; music21 takes seconds to start."""
    return [
        [[Heard(onset, root, frozenset(tones), bass) for onset, root, tones, bass in bar] for bar in score]
        for score in ask(SCRIPT, paths)
    ]


def ask(script: Path, paths: Sequence[Path]) -> list[Any]:
    """What a script of music21's prints of each score. Raises as :func:`measures`."""
    python = os.environ.get(VARIABLE)
    if not python:
        raise OracleMissingError(f"set {VARIABLE} to a Python that has music21")
    command = [python, str(script), *map(str, paths)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except OSError as error:
        raise OracleMissingError(f"{VARIABLE}={python} can't be run: {error.strerror}") from error
    if done.returncode != 0:
        raise OracleMissingError(f"music21 failed: {done.stderr.strip().splitlines()[-1:]}")
    scores: list[Any] = json.loads(done.stdout)
    for path, score in zip(paths, scores, strict=True):
        if isinstance(score, str):
            raise ValueError(f"{path}: music21 can't read it: {score}")  # noqa: TRY004 - of the file, not a type
    return scores


def heard(chords: Iterable[tuple[int, Chord]], meter: Meter) -> list[Heard]:
    """Our chords of a bar, as they are compared."""
    return [
        Heard(
            float(Fraction(tick, TICKS_PER_BEAT) * meter.quarters_per_beat),
            chord.root_pc,
            chord.pitch_classes | (frozenset() if chord.bass_pc is None else {chord.bass_pc}),
            chord.bass_pc,
        )
        for tick, chord in chords
    ]


def agree(ours: Sequence[Heard], theirs: Sequence[Heard]) -> bool:
    """Whether two say the same of a bar.

    ``N.C.`` doesn't count: music21 knows none in words, and says nothing before the first chord. Of chords that are
    written at one place, music21 has all begin there; we share the time among them.
    """
    ours, theirs = ([chord for chord in bar if chord.root is not None] for bar in (ours, theirs))
    return [chord[1:] for chord in ours] == [chord[1:] for chord in theirs] and all(
        our.onset == their.onset
        for our, their, before in zip(ours, theirs, [None, *theirs], strict=False)
        if before is None or before.onset != their.onset
    )


def _show(folder: Path) -> None:
    """Print which bars of the scores in a folder are read otherwise, and the share that is read alike."""
    paths = sorted(path for suffix in ("*.mxl", "*.musicxml", "*.xml") for path in folder.glob(suffix))
    alike = total = 0
    for path, bars in zip(paths, measures_of(paths), strict=True):
        sheet = read(path.read_bytes(), name=path.name, choices={"pickup": "kept"}).sheet
        total += max(len(bars), len(sheet.measures))
        for number, (measure, theirs) in enumerate(zip(sheet.measures, bars, strict=False), 1):
            ours = heard(measure.chords, measure.meter or sheet.meter)
            if agree(ours, theirs):
                alike += 1
            else:
                print(path.stem, "bar", number, *map(str, ours), "by music21:", *map(str, theirs))
    print(f"{len(paths)} scores, {alike} of {total} bars alike: {alike / max(total, 1):.2%}")


if __name__ == "__main__":
    _show(Path(sys.argv[1]))
