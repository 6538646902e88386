"""MMA (Musical MIDI Accompaniment) plays for the windows, the one peer that runs anywhere. Knows its language.

A chart of MMA is a tempo, a groove and a line a bar, its chords with the beat on which they begin: ``C@1 F/A@3.5``.
The program is Bob van der Poel's, the package `mma` of Debian and Ubuntu; nothing of it is part of this one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sideman.errors import DataError, MissingLibraryError
from sideman.judging.windows import Window
from sideman.music.band import Band
from sideman.music.progression import Chord
from sideman.music.qualities import MODEL_QUALITIES
from sideman.music.time import STEPS_PER_BAR, STEPS_PER_BEAT, TICKS_PER_STEP
from sideman.render.midi import read_midi

PROGRAM = "mma"
_PATIENCE = 60.0  # seconds for one window
# A groove of MMA's standard library for each style.
GROOVES = {
    "rock": "8Beat",
    "pop": "PopBallad",
    "electronic": "Trance",
    "country": "SlowCountry",
    "soul": "R&B",
    "jazz": "JazzCombo",
    "latin": "BossaNova",
    "blues": "Blues",
    "folk": "Folk",
    "metal": "BasicRock",
    "reggae": "Ska",
    "hip-hop": "R&B",
    "punk": "BasicRock",
    "ambient": "PopBallad",
}
_ANY_GROOVE = "8Beat"
# How MMA spells the qualities that it spells otherwise.
_SPELLINGS = {
    "M7": "maj7",
    "m7-5": "m7b5",
    "7(9)": "9",
    "m7(9)": "m9",
    "mM7": "m(maj7)",
    "7-5": "7b5",
}
_SILENCE = "z"  # chords and bass rest, drums play on


def play_with_mma(windows: Sequence[Window]) -> list[Band]:
    """What MMA plays for each window, of whatever roles its groove has.

    Raises :class:`MissingLibraryError` where the program is not installed, :class:`DataError` where it fails.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise MissingLibraryError("not installed: 'apt install mma' brings it")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda window: _play(program, window), windows))


def _play(program: str, window: Window) -> Band:
    with tempfile.TemporaryDirectory() as folder:
        chart, output = Path(folder) / "window.mma", Path(folder) / "window.mid"
        chart.write_text(mma_chart(window), encoding="ascii")
        command = [program, "-w", "-f", str(output), str(chart)]
        try:
            result = subprocess.run(
                command,
                cwd=folder,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                timeout=_PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DataError(f"{program} fails: {error}") from error
        if result.returncode or not output.exists():
            words = " ".join((result.stdout + result.stderr).split())
            raise DataError(f"{program} fails for {window.progression}: {words}")
        return read_midi(output)


def mma_chart(window: Window) -> str:
    """The window in MMA's language."""
    bars: list[list[str]] = [[] for _ in range(window.bars)]
    before = _SILENCE
    for span in window.progression.spans:
        bar, step = divmod(span.onset // TICKS_PER_STEP, STEPS_PER_BAR)
        bars[bar].append(f"{_name(span.chord)}@{step / STEPS_PER_BEAT + 1:g}")
    lines = []
    for number, chords in enumerate(bars, 1):
        held = [] if chords and chords[0].endswith("@1") else [f"{before}@1"]
        lines.append(f"{number} {' '.join([*held, *chords])}")
        before = (chords or held)[-1].partition("@")[0]
    groove = GROOVES.get(window.style or "", _ANY_GROOVE)
    return "\n".join([f"Tempo {window.band.tempo:g}", f"Groove {groove}", *lines, ""])


def _name(chord: Chord) -> str:
    """A chord as MMA spells it."""
    if chord.root is None:
        return _SILENCE
    quality = MODEL_QUALITIES[chord.model_quality].name
    bass = "" if chord.bass is None else f"/{chord.bass}"
    return f"{chord.root}{_SPELLINGS.get(quality, quality)}{bass}"
