"""The page's bars are those of the package.

``frontend/src/music/bars.golden.json`` holds bar lines and the bars of steps, by the package's own class. The page's
tests compute the same; with SIDEMAN_WRITE_GOLDEN set, this test writes the file (then `npm run format`).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from sideman.music.chords import parse
from sideman.music.progression import Progression
from sideman.music.time import STEPS_PER_BEAT, BarLines, Meter
from sideman.web.schemas import ChartView

GOLDEN = Path(__file__).parents[2] / "frontend/src/music/bars.golden.json"
BARS = 6
METERS = {
    "common": (Meter(4, 4),),
    "waltz": (Meter(3, 4),),
    "compound": (Meter(6, 8),),
    "changing": (Meter(4, 4), Meter(2, 4), Meter(7, 8), Meter(3, 4)),
}
STEPS = [0, 1, 23, 24, 35, 36, 47, 48, 71, 72, 100, 143, 144, 200, 287, 288, 1000]


def golden() -> dict[str, Any]:
    """Metres, with what the package makes of them."""
    bars = {}
    for name, meters in METERS.items():
        lines = BarLines(meters)
        known = {"lines": lines.onsets(BARS), "bars": [lines.bar_at(step) for step in STEPS]}
        bars[name] = known | {"onsets": [lines.onset(bar) for bar in range(BARS + 4)]}
    return {"stepsPerBeat": STEPS_PER_BEAT, "steps": STEPS, "bars": bars}


def test_the_pages_golden_bars_are_what_the_package_computes() -> None:
    text = json.dumps(golden(), indent=2) + "\n"
    if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
        GOLDEN.write_text(text, "utf-8")
    assert json.loads(GOLDEN.read_text("utf-8")) == json.loads(text)


def test_a_chart_tells_its_bar_lines_and_where_its_chords_are_among_the_steps() -> None:
    chart = ChartView.of(parse("C:4/3|Dm:49t|G:2"))
    assert chart.bar_lines == [0, 48, 96]
    assert [(chord.step, chord.end) for chord in chart.chords] == [(0, 16), (16, 40), (40, 64)]
    waltz = ChartView.of(Progression.of([(parse("C").spans[0].chord, 120)], BarLines((Meter(3, 4),))))
    assert (waltz.bars, waltz.bar_lines) == (2, [0, 36, 72])
