"""The styles that the page lets people hear are composed with the weights that come with the package.

``frontend/src/music/previews.json`` holds four bars of each; with SIDEMAN_WRITE_GOLDEN set, this test writes it. Their
tempi are the medians of the styles' songs in the train fold of LPD-5-cleansed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import sideman
from sideman.music.styles import STYLES

PREVIEWS = Path(__file__).parents[2] / "frontend/src/music/previews.json"
CHORDS = "C | Am7 | Dm7 | G7"
SEED = 1
TEMPI = dict(zip(sorted(STYLES), (96, 120, 110, 126, 106, 96, 110, 105, 125, 110, 140, 112, 117, 105), strict=True))


def preview(style: str) -> dict[str, Any]:
    """Four bars as the page plays them: notes as [onset, duration, pitch, velocity] in steps from the first bar."""
    piece = sideman.arrange(CHORDS, style=style, tempo=TEMPI[style], seed=SEED)
    bars = [{role.value: rows.tolist() for role, rows in bar.notes.items() if len(rows)} for bar in piece]
    return {"tempo": TEMPI[style], "bars": bars}


def test_there_is_one_of_each_style() -> None:
    assert list(json.loads(PREVIEWS.read_text("utf-8"))) == list(TEMPI)


@pytest.mark.usefixtures("needs_kernel")
def test_they_are_what_the_weights_play() -> None:
    if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
        PREVIEWS.write_text(
            json.dumps({style: preview(style) for style in TEMPI}, separators=(",", ":")) + "\n", "utf-8"
        )
    known = json.loads(PREVIEWS.read_text("utf-8"))
    for style in ("jazz", "metal", "reggae"):
        assert known[style] == preview(style)
