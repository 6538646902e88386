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
        "together": Question("Chords that are written at one place", {"shared": "they share the time until the next"}),
        "chord": Question("A chord that is not known, read as the nearest"),
        "meter": Question("A metre that is not known, read as the nearest"),
        "mode": Question("A key signature that tells no mode", {"major": "major", "minor": "its relative minor"}),
        "pickup": Question("An upbeat without chords", {"dropped": "left out", "kept": "a short bar of N.C."}),
        "transposition": Question(
            "Chords in the key of a transposing instrument",
            {"sounding": "moved to where they sound", "written": "as they are written"},
        ),
        "recognised": Question("No chords are written", {"notes": "heard in the notes; so many bars are doubtful"}),
        "markers": Question("Texts of a MIDI file", {"chords": "its chords"}),
        "lead": Question("Silent bars before the music", {"dropped": "left out", "kept": "bars of N.C."}),
        "tempo": Question("A tempo that changes"),
        "ignored": Question("What was passed over"),
    }
)
