"""LilyPond's note names in its languages, its chords told by steps, ``bes:m7.5-/f``, and lengths, ``2.``.

Knows no music around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from sideman.errors import OptionError
from sideman.music.key import Key
from sideman.music.notes import NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.qualities import DEGREES
from sideman.music.tones import quality_of

SHORTEST = 128  # of a whole note
FINEST = 40_320  # of a whole note: lengths are rounded to this, which has 128ths, triplets, quintuplets and septuplets

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
_FACTOR = re.compile(r"([0-9]+)(?:/([0-9]+))?")
_WORDS: Mapping[str, Mapping[int, int]] = {"m": {3: -1}, "min": {3: -1}, "dim": {3: -1, 5: -1}, "aug": {5: 1}}
_SIGNS = {"+": 1, "-": -1, "": 0}
_STACK = (7, 9, 11, 13)  # what a number brings with it, up to itself
_THIRD, _SEVENTH = 3, 7


class Found(NamedTuple):
    """A chord; without one, what would be right."""

    chord: Chord | None
    remedy: str = ""


def names_of(text: str) -> Names:
    """The note names of the language that a file names: Dutch, where it names none."""
    match = re.search(r'\\(?:language|include)\s*"([^\W\d_]+)(?:\.ly)?"', text)
    return LANGUAGES.get(match[1] if match else "", LANGUAGES["nederlands"])


def read_length(unit: str, dots: str = "", factors: str = "") -> Fraction | None:
    """The length of ``2``, ``.``, ``*3/4`` in whole notes; None where no note is so short, and over 0."""
    part = int(unit[:4])
    scales = [(int(over), int(under or 1)) for over, under in _FACTOR.findall(factors)]
    if not 0 < part <= SHORTEST or not all(under for _, under in scales):
        return None
    length = Fraction(1, part) * (2 - Fraction(1, 2 ** len(dots[:7])))
    for over, under in scales:
        length *= Fraction(over, under)
    return Fraction(round(length * FINEST), FINEST)


def read_chord(note: str, modifiers: str, bass: str, names: Names) -> Found:
    """The chord of a root, what stands behind its colon, and a bass or nothing."""
    if note not in names:
        return Found(None, remedy=f"notes are written as in {', '.join(sorted(names, key=len)[:7])}")
    if bass and bass not in names:
        return Found(None, remedy=f"bass notes are written as in {', '.join(sorted(names, key=len)[:7])}")
    steps = _steps(modifiers)
    return _chord(names[note], steps or (), names[bass] if bass else None)


def read_notes(notes: str, names: Names) -> Found:
    """The chord of ``<a cis e b>``, whose root is the first of its notes."""
    words = re.findall(r"[^\W\d_]+(?:-(?:sharp|flat))?", notes)
    if not words or any(word not in names for word in words):
        return Found(None, remedy=f"notes are written as in {', '.join(sorted(names, key=len)[:7])}")
    pitches = [NOTE_NAMES[names[word]] for word in words]
    return _chord(names[words[0]], [pitch - pitches[0] for pitch in pitches], None)


def key_of(note: str, mode: str, names: Names) -> Key | None:
    r"""The key of ``\key bes \major``; church modes by their third."""
    return Key.of(names[note], mode in _MINOR_MODES) if note in names else None


def _chord(root: str, tones: Iterable[int], bass: str | None) -> Found:
    try:
        return Found(Chord(root, quality_of(tones), bass))
    except OptionError:
        return Found(None, remedy="chords are written as in c:m7, c:maj7, c:7.9-, c:sus4, c:m7.5-/ges, <c e g>")


def _steps(modifiers: str) -> list[int] | None:
    """The semitones of the chord's steps above its root, None where the text is not understood."""
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
    if any(str(step) not in DEGREES for step in steps):
        return None
    return [DEGREES[str(step)] + altered for step, altered in steps.items()]


def _stacked(steps: Mapping[int, int], number: int, seventh: int) -> dict[int, int]:
    """The steps that the first number of a chord brings: all thirds up to a seventh and above."""
    if number < 5:  # noqa: PLR2004 - the fifth, which every chord has otherwise
        return {step: altered for step, altered in steps.items() if step <= number}
    return dict(steps) | {step: seventh if step == _SEVENTH else 0 for step in _STACK if step <= number}
