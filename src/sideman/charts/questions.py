"""Every question that a chart can leave open, and its answers: data for doors that ask people, and for their language.

A question is one row. An answer is a short name with a text in plain words; a question without answers takes any,
such as the titles of a playlist. Knows no format.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sideman.charts.heads import MAX_CAPO
from sideman.charts.sheet import MAX_TEMPO, MAX_TIMES, MIN_TEMPO


class Question(NamedTuple):
    """What is asked, and what each answer means."""

    text: str
    answers: Mapping[str, str] = MappingProxyType({})

    def meaning(self, answer: str) -> str:
        """An answer in words; one that is not of the table, such as a title, is its own."""
        return self.answers.get(answer, answer)


QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        "bars": Question(
            "A line of chords without bar lines",
            {"chord": "a bar for each chord", "two": "two chords a bar", "line": "all its chords in one bar"},
        ),
        "letter": Question("A letter alone", {"section": "the name of a section", "chord": "a chord"}),
        "again": Question(
            "A section that is named without chords", {"played": "those it has elsewhere", "passed over": "not played"}
        ),
        "times": Question(
            "A count behind chords",
            {"row": "the chords in brackets so often", "line": "the line so often", "block": "all lines above it, too"},
        ),
        "share": Question(
            "Chords that don't divide a bar by beats",
            {"even": "as long as one another", "first longer": "the first ones longer"},
        ),
        "optional": Question("Chords in parentheses", {"left out": "left out", "played": "played, too"}),
        "capo": Question("A capo", {"written": "chords as they are written", "sounding": "chords as they sound"}),
        "transpose": Question("A directive to transpose", {"applied": "followed", "as written": "passed over"}),
        "key": Question("The key of degrees"),
        "form": Question("Repeats, endings and jumps", {"played": "followed", "written": "each bar once, as on paper"}),
        "sign": Question(
            "A jump to a sign that isn't there",
            {
                "no fine": "played to the end; write Fine behind the bar that is the last",
                "no to coda": "played to the end; write To Coda behind the bar before the leap",
                "no coda": "played to the end; write Coda before its first bar",
                "no segno": "played from the beginning; write Segno before the bar to go back to",
            },
        ),
        "start": Question("Nothing sounds before the first chord", {"silence": "N.C. until then"}),
        "together": Question("Chords that are written at one place", {"shared": "they share the time until the next"}),
        "nearest": Question("A chord whose tones have no name here: the nearest that has one is taken"),
        "meter": Question("The metre"),
        "mode": Question("A key signature that tells no mode", {"major": "major", "minor": "its relative minor"}),
        "pickup": Question("An upbeat without chords", {"dropped": "left out", "kept": "a short bar of N.C."}),
        "transposition": Question(
            "Chords in the key of a transposing instrument",
            {"sounding": "moved to where they sound", "written": "as they are written"},
        ),
        "recognised": Question("No chords are written", {"notes": "heard in the notes; so many bars are doubtful"}),
        "markers": Question("Texts of a MIDI file", {"chords": "its chords"}),
        "lead": Question("Silent bars before the music", {"dropped": "left out", "kept": "bars of N.C."}),
        "tempo": Question("The tempo, in beats a minute"),
        "value": Question(
            "A value that can't be",
            {
                "tempo": f"the tempo is passed over; write {MIN_TEMPO:g} to {MAX_TEMPO:,g} beats a minute",
                "meter": "the metre is passed over; write one such as 3/4 or 6/8",
                "key": "the key is passed over; write one such as G, F#m or Bb major, once",
                "capo": f"the capo is passed over; write a fret from 1 to {MAX_CAPO}",
                "length": "the length is passed over; write one such as 1/8",
                "times": "what is played 0 times is left out; write 1 or more",
                "count": f"the count isn't followed; write 1 to {MAX_TIMES}",
            },
        ),
        "beside": Question(
            "Chords beside a field of the head", {"passed over": "passed over; write them in a line of their own"}
        ),
        "ignored": Question("What was passed over"),
        # Symbols that mean different things in different places. The first answer is taken where nothing speaks
        # for another; an answer to a suffix is what the suffix means.
        "B": Question("The root B", {"B": "B natural", "Bb": "B flat, beside H"}),
        "lower": Question("Roots in small letters", {"minor": "minor chords", "major": "major chords"}),
        "Do": Question("Do", {"Ddim": "D diminished", "C": "C major"}),
        "7+": Question("7+ behind a root", {"aug7": "augmented seventh", "M7": "major seventh"}),
        "m7+": Question("m7+ behind a root", {"mM7": "minor, major seventh", "m7#5": "minor seventh, fifth raised"}),
        "0": Question("0 behind a root", {"dim": "diminished", "half-dim": "half-diminished"}),
        "2": Question("2 behind a root", {"add9": "ninth added", "sus2": "second in place of the third"}),
        "4": Question("4 behind a root", {"sus4": "fourth in place of the third", "add11": "fourth added"}),
        "+4": Question("+4 behind a root", {"add11": "fourth added", "add#11": "raised fourth added"}),
        "-5": Question("-5 behind a root", {"(b5)": "major, flat fifth", "dim": "diminished"}),
        "+9": Question("+9 behind a root", {"9#5": "ninth, fifth raised", "7#9": "seventh, ninth raised"}),
        "+11": Question("+11 behind a root", {"add#11": "raised eleventh added", "7#11": "seventh, eleventh raised"}),
        "numbers": Question("Numbers without a sign", {"diatonic": "as in the key's scale", "major": "major chords"}),
        "capitals": Question("B behind a root", {"flat": "a flat, in capital letters"}),
        "alternate": Question("A second chord in parentheses", {"first": "the first", "second": "the second"}),
        "polychord": Question(
            "A chord over a chord", {"bass": "over the root of the lower", "upper": "the upper alone"}
        ),
        # Forms.
        "song": Question("Which of several songs"),
        "cut": Question("The link was not copied whole", {"begun": "what is there of the song"}),
        "alternatives": Question(
            "Chords in parentheses, above others", {"written": "those on the staff", "above": "those in parentheses"}
        ),
        "transposed": Question(
            "Written in one key, played in another", {"written": "as it is written", "played": "as the app plays it"}
        ),
        "coda": Question(
            "A coda to which no words lead",
            {"chorus": "all of it once, then from the beginning to the coda", "once": "straight to the coda"},
        ),
    }
)


def question_of(code: str) -> Question:
    """The question of a code."""
    return QUESTIONS.get(code, Question(code))
