"""The page hears players as loud as the package does.

``frontend/src/music/levels.golden.json`` holds notes and, by the package's own functions, how loud they are and the
volume that this asks for. The page's tests compute the same; with SIDEMAN_WRITE_GOLDEN set, this test writes the file
(then `npm run format`).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sideman.music.band import Role
from sideman.render import levels

GOLDEN = Path(__file__).parents[2] / "frontend/src/music/levels.golden.json"
PACE = 60 / 96 / 12  # seconds a step
CASES = {
    (Role.DRUMS, 0): [[step, 1, pitch, 60 + step] for step in range(0, 48, 6) for pitch in (36, 42)]
    + [[12, 2, 99, 90]],
    (Role.PIANO, 0): [[step, 40, pitch, 70] for step in (0, 48, 96) for pitch in (48, 64, 67)] + [[140, 3, 110, 30]],
    (Role.BASS, 33): [[step, 10, 36 + step % 7, 90] for step in range(0, 192, 12)],
    (Role.STRINGS, 48): [[5, 190, 72, 50], [384, 48, 76, 120]],
    (Role.GUITAR, 30): [[0, 6, 52, 8]],
}


def golden() -> list[dict[str, Any]]:
    """Notes, with what the package makes of them."""
    rows = []
    for (role, program), notes in CASES.items():
        measured = levels.table()[levels.key(role, program)]
        array = np.array(notes, np.int32)
        rows.append(
            {
                "role": role,
                "program": program,
                "loudness": measured.get("hits") or measured["pitches"],
                "growth": measured.get("durations", []),
                "notes": notes,
                "secondsPerStep": PACE,
                "target": levels.BAND + levels.TARGETS[role],
                "lufs": levels.loudness(role, program, array, PACE),
                "level": levels.level(role, program, array, PACE),
            }
        )
    return rows


def test_the_pages_golden_levels_are_what_the_package_computes() -> None:
    text = json.dumps(golden(), indent=2) + "\n"
    if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
        GOLDEN.write_text(text, "utf-8")
    for known, row in zip(json.loads(GOLDEN.read_text("utf-8")), json.loads(text), strict=True):
        assert {**known, "lufs": 0, "level": 0} == {**row, "lufs": 0, "level": 0}
        assert (known["lufs"], known["level"]) == pytest.approx((row["lufs"], row["level"]))
