"""The page shows chords to whoever reads them as paper does.

``frontend/src/music/display.golden.json`` holds chords and, by the package's own functions, how each reader sees them.
The page's tests see the same; with SIDEMAN_WRITE_GOLDEN set, this test writes the file (then `npm run format`).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from sideman.charts.paper.readers import READERS, moved, shown
from sideman.charts.sheet import Measure, Sheet
from sideman.music.chords import parse
from sideman.music.key import Key

GOLDEN = Path(__file__).parents[2] / "frontend/src/music/display.golden.json"
CHORDS = "C Am7 F/A G7 Dbmaj7 Ebm7b5/Gb F#dim7 Absus4 Bb7#9 Em7 C#m B7/D# N.C. Gaug Cb/Eb E#m"
KEYS = ("C major", "Eb major", "E major", "F# minor", "C minor", "Ab major", "Gb major", "B minor")


def golden() -> list[dict[str, object]]:
    """For each key and reader the chords as they are set."""
    chords = tuple(span.chord for span in parse(CHORDS.replace(" ", "|")))
    rows: list[dict[str, object]] = []
    for name in KEYS:
        key = Key.named(name)
        for reader in READERS.values():
            sheet, tonic = moved(Sheet([Measure(((0, chord),)) for chord in chords]), key, reader.shift)
            seen = [
                str(shown(measure.chords[0][1], tonic, minor=key.minor, numbers=reader.numbers))
                for measure in sheet.measures
            ]
            rows.append({"key": name, "reader": reader.name, "shown": " ".join(seen)})
    return rows


def test_page_and_paper_show_the_same() -> None:
    rows = {"chords": CHORDS, "rows": golden()}
    if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
        GOLDEN.write_text(json.dumps(rows, ensure_ascii=False) + "\n", "utf-8")
    assert json.loads(GOLDEN.read_text("utf-8")) == rows
