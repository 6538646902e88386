"""Every question that a chart can leave open, and its answers: data for doors that ask people, and for their language.

A question is one row. An answer is a short name with a text in plain words; a question without answers takes any,
such as the titles of a playlist. Knows no format.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Question(NamedTuple):
    """What is asked, and what each answer means."""

    text: str
    answers: Mapping[str, str] = MappingProxyType({})


QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        "bars": Question(
            "A line of chords without bar lines",
            {"chord": "a bar for each chord", "two": "two chords a bar", "line": "all its chords in one bar"},
        ),
        "form": Question("The order of playing"),
        "start": Question("Nothing sounds before the first chord", {"silence": "N.C. until then"}),
        "meter": Question("No metre is told: what most bars have"),
        "song": Question("Which of several songs"),
        "tempo": Question("Chords at times in seconds: how many beats a minute these are"),
        "nearest": Question("A chord whose tones have no name here: the nearest that has one is taken"),
        "ignored": Question("What was passed over"),
    }
)
