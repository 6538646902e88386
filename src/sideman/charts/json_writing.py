"""A chart that was read as JSON, for programs: the song, how it is played, what was assumed and where it stands."""

from __future__ import annotations

import json
from typing import Any

from sideman.charts.questions import QUESTIONS, Question
from sideman.charts.reading import Assumption, Reading
from sideman.charts.sheet import MAX_TEMPO, MIN_TEMPO, Measure
from sideman.music.song import Place, WrittenBar

# The signs at a measure, and what each is in JSON.
SIGNS = {
    "repeat": bool, "times": int, "endings": list, "ending_stops": bool, "segno": bool, "coda": bool, "to_coda": bool,
    "fine": bool, "jump": str,
}  # fmt: skip


def write(reading: Reading) -> str:
    """The reading as JSON. Chords have the tick of their bar, 24 a beat; places count characters of the text from 0.

    Bars have the signs that stand at them, where there are some: ``order`` tells where these lead.
    """
    song, sheet = reading.song, reading.sheet
    measures = iter(sheet.measures)
    tempo = sheet.tempo if sheet.tempo is not None and MIN_TEMPO <= sheet.tempo <= MAX_TEMPO else None
    return json.dumps(
        {
            "format": reading.format,
            "title": sheet.title,
            "composer": sheet.composer,
            "style": sheet.style,
            "key": sheet.key.name if sheet.key else None,
            "tempo": tempo,
            "meter": str(sheet.meter),
            "sections": [
                {
                    "name": section.name,
                    "wishes": str(section.wishes),
                    "bars": [_bar(bar, next(measures, Measure())) for bar in section.bars],
                }
                for section in song.sections
            ],
            "order": [{"section": section, "bars": list(bars)} for section, bars in song.order],
            "progression": song.progression.written,
            "assumptions": [_assumption(assumption) for assumption in reading.assumptions],
        },
        indent=2,
        ensure_ascii=False,
    )


def _bar(bar: WrittenBar, measure: Measure) -> dict[str, Any]:
    signs = {sign: value for sign in SIGNS if (value := getattr(measure, sign))}
    if measure.jump:
        signs["jump"] = str(measure.jump)
    return {
        "chords": [{"tick": tick, "chord": chord.written} for tick, chord in bar.chords],
        "meter": str(bar.meter) if bar.meter else None,
        "place": _place(bar.place),
        **({"signs": signs} if signs else {}),
    }


def _assumption(assumption: Assumption) -> dict[str, Any]:
    return {
        "code": assumption.code,
        "question": QUESTIONS.get(assumption.code, Question(assumption.code)).text,
        "read": assumption.read,
        "others": list(assumption.others),
        "places": [_place(place) for place in assumption.places],
        "text": assumption.text,
    }


def _place(place: Place | None) -> list[int] | None:
    return None if place is None else [place.start, place.end]
