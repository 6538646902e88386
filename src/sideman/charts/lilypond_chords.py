"""LilyPond's note names in its languages, and its chords told by steps: ``bes:m7.5-/f``. Knows no music around them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from sideman.charts.degrees import quality_of
from sideman.music.key import Key
from sideman.music.notes import NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.qualities import PITCH_CLASSES, QUALITIES

Names = dict[str, str]


def _names(naturals: str, signs: Mapping[str, str], also: Mapping[str, str] | None = None) -> Names:
    """Every note name of a language: its seven naturals, in the order C to B, with each of its signs."""
    letters = dict(zip(naturals.split(), "CDEFGAB", strict=True))
    names = {word + sign: letter + ours for word, letter in letters.items() for sign, ours in signs.items()}
    return names | dict(also or {})


_IS_ES = {"": "", "is": "#", "es": "b", "isis": "##", "eses": "bb"}
_GERMAN = _names(
    "c d e f g a h", _IS_ES, {"b": "Bb", "heses": "Bbb", "as": "Ab", "es": "Eb", "ases": "Abb", "eses": "Ebb"}
)
_ROMANCE = _names("do re mi fa sol la si", {"": "", "d": "#", "b": "b", "dd": "##", "bb": "bb", "s": "#", "ss": "##"})
LANGUAGES: Mapping[str, Names] = {
    "nederlands": _names("c d e f g a b", _IS_ES, {"as": "Ab", "es": "Eb", "ases": "Abb", "eses": "Ebb"}),
    "english": _names(
        "c d e f g a b",
        {"": "", "s": "#", "f": "b", "ss": "##", "ff": "bb", "x": "##", "sharp": "#", "flat": "b"}
        | {"-sharp": "#", "-flat": "b", "sharpsharp": "##", "flatflat": "bb"},
    ),
    "deutsch": _GERMAN,
    "suomi": _GERMAN,
    "norsk": _GERMAN | _names("c d e f g a h", {"iss": "#", "ess": "b", "ississ": "##", "essess": "bb"}),
    "svenska": _names("c d e f g a h", {"": "", "iss": "#", "ess": "b"}, {"b": "Bb", "ass": "Ab", "ess": "Eb"}),
    **dict.fromkeys(
        ("italiano", "espanol", "español", "français", "catalan", "portugues", "português", "vlaams"),
        _ROMANCE | {"ré": "D", "réd": "D#", "réb": "Db"},
    ),
}
_MINOR_MODES = frozenset({"minor", "dorian", "phrygian", "locrian", "aeolian"})

_PART = re.compile(r"(?P<word>min|maj|aug|dim|sus|m)|(?P<step>\d{1,2})(?P<sign>[+-]?)|(?P<dot>\.)|(?P<off>\^)")
_WORDS: Mapping[str, Mapping[int, int]] = {"m": {3: -1}, "min": {3: -1}, "dim": {3: -1, 5: -1}, "aug": {5: 1}}
_SIGNS = {"+": 1, "-": -1, "": 0}
_STACK = (7, 9, 11, 13)  # what a number brings with it, up to itself
_THIRD, _SEVENTH = 3, 7
_BY_INTERVALS = {quality.intervals: quality for quality in reversed(QUALITIES)}
_ALTERED = {-2: "bb", -1: "b", 0: "", 1: "#"}
# What a step is called beside others: a fourth is an eleventh above a third, a sixth a thirteenth above a seventh.
_ABOVE_THIRD = {2: 9, 4: 11}
_WITHOUT_THIRD = {11: 4}


class Found(NamedTuple):
    """A chord, and whether it has all tones that are written; without a chord, what is wrong."""

    chord: Chord | None
    exact: bool = True
    remedy: str = ""


def names_of(text: str) -> Names:
    """The note names of the language that a file names: Dutch, where it names none."""
    match = re.search(r'\\(?:language|include)\s*"([^\W\d_]+)(?:\.ly)?"', text)
    return LANGUAGES.get(match[1] if match else "", LANGUAGES["nederlands"])


def read_chord(note: str, modifiers: str, bass: str, names: Names) -> Found:
    """The chord of a root, what stands behind its colon, and a bass or nothing."""
    if note not in names:
        return Found(None, remedy=f"notes are written as in {', '.join(sorted(names, key=len)[:7])}")
    if bass and bass not in names:
        return Found(None, remedy=f"bass notes are written as in {', '.join(sorted(names, key=len)[:7])}")
    steps = _steps(modifiers)
    found = quality_of(_degrees(steps)) if steps is not None else None
    if found is None:
        return Found(None, remedy="steps are written as in c:m7, c:maj7, c:7.9-, c:sus4, c:m7.5-")
    quality, exact = found
    return Found(Chord(names[note], quality, names[bass] if bass else None), exact)


def read_notes(notes: str, names: Names) -> Found:
    """The chord of ``<a cis e b>``, whose root is the first of its notes."""
    words = re.findall(r"[^\W\d_]+(?:-(?:sharp|flat))?", notes)
    if not words or any(word not in names for word in words):
        return Found(None, remedy=f"notes are written as in {', '.join(sorted(names, key=len)[:7])}")
    pitches = [NOTE_NAMES[names[word]] for word in words]
    intervals = tuple(sorted({(pitch - pitches[0]) % PITCH_CLASSES for pitch in pitches}))
    quality = _BY_INTERVALS.get(intervals)
    if quality is None:
        return Found(None, remedy="no chord on its first note has these notes; write it as in c:m7/g")
    return Found(Chord(names[words[0]], quality))


def key_of(note: str, mode: str, names: Names) -> Key | None:
    r"""The key of ``\key bes \major``; church modes by their third."""
    return Key(NOTE_NAMES[names[note]], mode in _MINOR_MODES) if note in names else None


def _steps(modifiers: str) -> dict[int, int] | None:
    """Steps of the chord and how far each is altered, None where the text is not understood."""
    steps = {1: 0, 3: 0, 5: 0}
    words = set(re.findall(r"maj|dim", modifiers))
    seventh = 0 if "maj" in words else -2 if "dim" in words else -1
    mode, end = "stack", 0
    for match in _PART.finditer(modifiers):
        if match.start() != end:
            return None
        end = match.end()
        if match["word"]:
            steps |= _WORDS.get(match["word"], {})
            if match["word"] == "sus":
                steps.pop(_THIRD, None)
                mode = "add"
        elif match["dot"]:
            mode = "remove" if mode == "remove" else "add"
        elif match["off"]:
            mode = "remove"
        elif mode == "remove":
            steps.pop(int(match["step"]), None)
        else:
            number, sign = int(match["step"]), _SIGNS[match["sign"]]
            if mode == "stack":
                steps = _stacked(steps, number, seventh)
            steps[number] = min(seventh + sign, 0) if number == _SEVENTH else sign or steps.get(number, 0)
            mode = "add"
    if end != len(modifiers):
        return None
    if "maj" in words:
        steps.setdefault(_SEVENTH, 0)
    return steps


def _stacked(steps: Mapping[int, int], number: int, seventh: int) -> dict[int, int]:
    """The steps that the first number of a chord brings: all thirds up to a seventh and above."""
    if number < 5:  # noqa: PLR2004 - the fifth, which every chord has otherwise
        return {step: altered for step, altered in steps.items() if step <= number}
    return dict(steps) | {step: seventh if step == _SEVENTH else 0 for step in _STACK if step <= number}


def _degrees(steps: Mapping[int, int]) -> set[str]:
    """Steps as degrees are called in the table of qualities."""
    renamed = _ABOVE_THIRD if _THIRD in steps else _WITHOUT_THIRD
    sixth = 13 if _SEVENTH in steps and steps[_SEVENTH] > -2 else 6  # noqa: PLR2004 - a diminished seventh is a sixth
    return {f"{_ALTERED[altered]}{sixth if step == 6 else renamed.get(step, step)}" for step, altered in steps.items()}  # noqa: PLR2004
