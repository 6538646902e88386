"""The melodies that music21 reads from MusicXML scores, each bar as it is written, beside ours.

    SIDEMAN_MUSIC21=m21/bin/python python -m benchmarks.oracles.tunes FOLDER

music21 is an outside program, see :mod:`benchmarks.oracles.musicxml`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.oracles.musicxml import ask
from sideman.charts import read
from sideman.music.band import Role
from sideman.music.time import STEPS_PER_BEAT
from sideman.render.given import read_given

SCRIPT = Path(__file__).with_name("music21_tunes.py")
WRITTEN = {"pickup": "kept", "form": "written"}  # each bar once
Bar = Sequence[tuple[float, int]]  # onsets in quarters, and pitches


def ours(path: Path) -> list[Bar]:
    """The notes that begin in each written bar."""
    reading = read(path.read_bytes(), name=path.name, choices=WRITTEN)
    lines, bars = reading.sheet.played_lines, len(reading.sheet.order)
    track, _ = read_given(path, Role.MELODY, lines, bars)
    found: list[list[tuple[float, int]]] = [[] for _ in range(bars)]
    for onset, _, pitch, _ in track.notes.tolist():
        bar = lines.bar_at(onset)
        quarters = float(lines.meter(bar).quarters_per_beat)
        found[bar].append(((onset - lines.onset(bar)) * quarters / STEPS_PER_BEAT, pitch))
    return [*found]


def theirs(paths: Sequence[Path]) -> list[list[Bar]]:
    """The same by music21. Raises as :func:`benchmarks.oracles.musicxml.measures`."""
    return [
        [[(onset, pitch) for onset, pitch, is_tied in bar if not is_tied] for bar in score]
        for score in ask(SCRIPT, paths)
    ]


def main(folder: Path) -> None:
    """Print which bars are read otherwise, and the share of notes that both read."""
    paths = sorted(folder.glob("*.mxl"))
    both = mine = other = 0
    for path, score in zip(paths, theirs(paths), strict=True):
        for number, (our, their) in enumerate(zip(ours(path), score, strict=False), 1):
            both += sum((Counter(our) & Counter(their)).values())
            mine, other = mine + len(our), other + len(their)
            if sorted(our) != sorted(their):
                print(path.stem, "bar", number, *our, "by music21:", *their)
    print(f"{len(paths)} scores: {both} notes by both, {mine} by us, {other} by music21")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
