"""The page's figures of how the notes keep to their chords are those of the package.

``frontend/src/music/harmony.golden.json`` holds a small piece and, by the package's own functions, how it keeps to each
chord. The page's tests compute the same from it; with SIDEMAN_WRITE_GOLDEN set, this test writes the file
(then `npm run format`).
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from sideman.music.adherence import bass_on_root, chord_tone_ratio, harmonies
from sideman.music.band import Band, Note, Role, Track
from sideman.music.chords import parse
from sideman.music.time import COMMON_TIME
from sideman.web.schemas import ChartView

GOLDEN = Path(__file__).parents[2] / "frontend" / "src" / "music" / "harmony.golden.json"

# A slash chord, no chord, thirds of beats, an odd tick, a chord without a bass note and one in which nothing sounds.
PROGRESSION = "C:4|Am/E:2|N.C.:2|G7:4|F:4/3|Dm7-5:4/3|Bb6:4/3|C7(9):49t|Fm:47t|G:4|Cadd9:4"
# Onset, duration, pitch and velocity. Notes are held over changes, into N.C. and over the end.
TRACKS: dict[Role, list[Note]] = {
    Role.DRUMS: [Note(0, 1, 37, 90), Note(144, 1, 42, 60)],
    Role.BASS: [
        *(Note(0, 12, 36, 90), Note(0, 12, 43, 90)),  # two at once: the lowest counts
        *(Note(54, 6, 45, 90), Note(58, 3, 40, 90)),  # the first counts, which is not the slash bass
        *(Note(108, 12, 43, 90), Note(144, 16, 41, 80), Note(150, 4, 40, 80)),  # G7: after the first beat
        *(Note(160, 2, 38, 80), Note(176, 16, 34, 80), Note(192, 12, 48, 80)),
        *(Note(216, 24, 41, 80), Note(288, 90, 36, 100)),
    ],
    Role.PIANO: [
        *(Note(0, 60, 64, 80), Note(0, 12, 62, 80), Note(40, 30, 57, 70), Note(66, 40, 61, 70)),
        *(Note(96, 12, 67, 80), Note(100, 100, 65, 64), Note(200, 20, 70, 64), Note(214, 5, 68, 64)),
    ],
    Role.STRINGS: [Note(90, 150, 60, 50), Note(288, 48, 74, 50), Note(300, 6, 75, 50)],
}


def number(value: float) -> float | None:
    """The value, or None for "not a number", which JSON doesn't know."""
    return None if math.isnan(value) else value


def golden() -> dict[str, Any]:
    """The piece as the page gets it, and its figures."""
    progression = parse(PROGRESSION)
    band = Band(tuple(Track(role, notes) for role, notes in TRACKS.items()), progression.steps)
    chart = ChartView.of(progression).model_dump(include={"progression", "chords"})
    bars: list[dict[str, list[list[int]]]] = [{} for _ in range(progression.bars)]
    for track in band.tracks:
        for note in track:
            bars[note.onset // COMMON_TIME.steps].setdefault(str(track.role), []).append(list(note))
    pitched = [track.notes for track in band.tracks if not track.is_drum]
    fits: dict[str, Any] = {}
    for chord in harmonies(progression):
        on_root = number(bass_on_root(band[Role.BASS].notes, [chord]))
        inside = number(chord_tone_ratio(pitched, [chord]))
        fits[str(chord.onset)] = {"inside": inside, "bassOnRoot": None if on_root is None else bool(on_root)}
    ratio = chord_tone_ratio(pitched, harmonies(progression))
    return {"chart": chart, "bars": bars, "fits": fits, "chord_tone_ratio": ratio}


def test_the_pages_golden_case_is_what_the_package_computes() -> None:
    text = json.dumps(golden(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("SIDEMAN_WRITE_GOLDEN"):
        GOLDEN.write_text(text, "utf-8")
    assert json.loads(GOLDEN.read_text("utf-8")) == json.loads(text)


def test_the_golden_case_holds_what_can_go_wrong() -> None:
    fits = list(golden()["fits"].values())
    assert {fit["bassOnRoot"] for fit in fits} == {True, False, None}
    assert {fit["inside"] for fit in fits} > {None}
    assert any(fit["inside"] not in (None, 0.0, 1.0) for fit in fits)
