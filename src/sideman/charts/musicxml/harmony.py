"""What a MusicXML ``harmony`` says: a root, a kind with degrees added, altered or left out, and a bass.

The kinds stand in a table by the tones of a chord. Knows no bars and no time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple
from xml.etree.ElementTree import Element

from sideman.charts.reading import Notes
from sideman.charts.symbols import is_symbol, read_symbol
from sideman.music.key import Key
from sideman.music.notes import ACCIDENTALS, MAJOR_ROOTS, NATURALS, NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.qualities import DEGREES, PITCH_CLASSES, QUALITIES, SPELLINGS, Quality

NO_CHORD = "none"
# Every kind of MusicXML 4.0, by the name of the quality that has its tones.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "major": "",
        "minor": "m",
        "augmented": "aug",
        "diminished": "dim",
        "dominant": "7",
        "major-seventh": "M7",
        "minor-seventh": "m7",
        "diminished-seventh": "dim7",
        "augmented-seventh": "aug7",
        "half-diminished": "m7-5",
        "major-minor": "mM7",
        "major-sixth": "6",
        "minor-sixth": "m6",
        "dominant-ninth": "7(9)",
        "major-ninth": "M9",
        "minor-ninth": "m7(9)",
        "dominant-11th": "11",
        "major-11th": "M11",
        "minor-11th": "m11",
        "dominant-13th": "13",
        "major-13th": "M13",
        "minor-13th": "m13",
        "suspended-second": "sus2",
        "suspended-fourth": "sus4",
        "power": "5",
        # By what they sound like on their root.
        "Neapolitan": "",
        "Italian": "7(no5)",
        "French": "7-5",
        "German": "7",
        "Tristan": "m7-5",
        "pedal": "5",
    }
)
SOUND_ALIKE = frozenset({"Neapolitan", "Italian", "French", "German", "Tristan", "pedal"})
ADDED_SEVENTH = 10  # an added degree is counted as in a dominant seventh chord
PERFECT_FIFTH = 7
LONGEST_TEXT = 40
MAX_DEGREES = 12

_BY_NAME = {quality.name: quality for quality in QUALITIES}
_BY_TONES: dict[frozenset[int], Quality] = {}
for _quality in QUALITIES:
    _BY_TONES.setdefault(frozenset(_quality.intervals), _quality)
_SCALE_MAJOR, _SCALE_MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
_NUMERALS = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7}
_FUNCTION = re.compile(r"\s*([b#♭♯]?)(III|II|IV|I|VII|VI|V)", re.IGNORECASE)
_DECISIVE = frozenset({3, 4, 10, 11})  # thirds and sevenths
_LETTERS = "".join(NATURALS)


class Degree(NamedTuple):
    """A degree that is changed: ``value`` counts from the root, ``alter`` in semitones."""

    value: int
    alter: int
    type: str  # add, alter or subtract


def chord_of(harmony: Element, key: Key | None, notes: Notes) -> Chord | None:
    """The chord of a ``harmony``, None where it names no root. What is no chord of ours is read as the nearest."""
    kind = harmony.find("kind")
    name = (kind.text or "").strip()[:LONGEST_TEXT] if kind is not None else ""
    if name == NO_CHORD:
        return Chord.no_chord()
    root = _note(harmony, "root") or _degree_of_key(harmony, key)
    if root is None:
        return None
    text = (kind.get("text") or "").strip()[:LONGEST_TEXT] if kind is not None else ""
    degrees = tuple(filter(None, map(_degree, islice(harmony.iterfind("degree"), MAX_DEGREES))))
    quality, certain = quality_of(name, text, degrees)
    bass = _note(harmony, "bass") or _inverted(harmony, root, quality)
    chord = Chord(root, quality, bass)
    if not certain:
        notes.note("nearest", str(chord), text=f"{root}{text}" if text else f"{root} {name}"[:LONGEST_TEXT])
    return chord


@lru_cache(maxsize=4096)
def quality_of(kind: str, text: str, degrees: tuple[Degree, ...]) -> tuple[Quality, bool]:
    """The quality of a kind with its degrees, and whether it is exactly that.

    What is written (``text``) counts where the kind is none of the table, or where it says all of the kind and more.
    """
    written = _written(text)
    if kind not in KINDS:
        quality = written or _written(kind)
        if quality is not None:
            return quality, True
        if not degrees:
            return _BY_NAME["m" if kind.startswith("min") else ""], not (kind or text)
    base = _BY_NAME[KINDS.get(kind, "")]
    tones = _tones(base, degrees)
    is_more = not degrees and written is not None and tones < frozenset(written.intervals)
    if written is not None and (is_more or tones == frozenset(written.intervals)):
        return written, True
    if tones in _BY_TONES:
        return _BY_TONES[tones], kind in KINDS and kind not in SOUND_ALIKE
    return written or _nearest(tones), False


@lru_cache(maxsize=len(QUALITIES))
def kind_of(quality: Quality) -> tuple[str, tuple[Degree, ...]]:
    """The kind of a quality, and the degrees in which the two differ: as few as can be. :func:`quality_of`, back."""
    ways = ((kind, _changes(_BY_NAME[name], quality)) for kind, name in KINDS.items() if kind not in SOUND_ALIKE)
    return min(ways, key=lambda way: (quality_of(way[0], "", way[1])[0] != quality, len(way[1])))


def _changes(base: Quality, quality: Quality) -> tuple[Degree, ...]:
    """The degrees that make one quality of the other."""
    tones = {_number(degree): tone for degree, tone in zip(base.degrees.split(), _semitones(base), strict=True)}
    left, changes = dict(tones), []
    for degree, tone in zip(quality.degrees.split(), _semitones(quality), strict=True):
        value = _number(degree)
        if value not in left:
            natural = ADDED_SEVENTH if value == len(_LETTERS) else DEGREES[str(value)]
            changes.append(Degree(value, tone - natural, "add"))
        elif (alter := tone - left.pop(value)) != 0:
            changes.append(Degree(value, alter, "alter"))
    return (*changes, *(Degree(value, 0, "subtract") for value in left))


def _written(text: str) -> Quality | None:
    """The quality of a suffix such as ``m7b5``."""
    if text in SPELLINGS:
        return SPELLINGS[text] if text else None
    return read_symbol(f"C{text}").chord.quality if is_symbol(f"C{text}") else None


def _tones(base: Quality, degrees: tuple[Degree, ...]) -> frozenset[int]:
    """Semitones above the root. An altered fifth that is added takes the place of the perfect one: none has both."""
    tones = {_number(degree): tone for degree, tone in zip(base.degrees.split(), _semitones(base), strict=True)}
    added: set[int] = set()
    for value, alter, change in degrees:
        step = (value - 1) % len(_LETTERS) + 1
        natural = ADDED_SEVENTH if step == len(_LETTERS) else DEGREES[str(step)]
        if change == "subtract":
            tones.pop(value, None)
        elif change == "alter" and value in tones:
            tones[value] += alter
        elif value in tones and tones[value] != PERFECT_FIFTH:
            added.add(natural + alter)
        else:
            tones[value] = natural + alter
    return frozenset(tone % PITCH_CLASSES for tone in {*tones.values(), *added})


def _number(degree: str) -> int:
    return int(degree.lstrip("b#"))


def _semitones(quality: Quality) -> list[int]:
    """Semitones of each degree, in the order of ``quality.degrees``."""
    return [DEGREES[degree.lstrip("b#")] + degree.count("#") - degree.count("b") for degree in quality.degrees.split()]


@lru_cache(maxsize=1024)
def _nearest(tones: frozenset[int]) -> Quality:
    """The quality that shares most tones; thirds and sevenths count most."""

    def distance(quality: Quality) -> int:
        different = tones.symmetric_difference(quality.intervals)
        return len(different) + 2 * len(different & _DECISIVE)

    return min(QUALITIES, key=distance)


def _degree(element: Element) -> Degree | None:
    value, alter = _integer(element.findtext("degree-value")), _integer(element.findtext("degree-alter"))
    if value is None or not 1 <= value <= 15:  # noqa: PLR2004 - two octaves
        return None
    return Degree(value, max(-2, min(alter or 0, 2)), (element.findtext("degree-type") or "add").strip())


def _note(harmony: Element, name: str) -> str | None:
    """The note of a ``root`` or ``bass``."""
    step = (harmony.findtext(f"{name}/{name}-step") or "").strip()
    if step not in NATURALS:
        return None
    return _spell(step, NATURALS[step] + (_integer(harmony.findtext(f"{name}/{name}-alter")) or 0))


def _spell(letter: str, pitch: int) -> str:
    """A pitch on a letter of the staff; where that takes more than two signs, its common name."""
    for sign in ACCIDENTALS:
        if (NOTE_NAMES[letter + sign] - pitch) % PITCH_CLASSES == 0:
            return letter + sign
    return MAJOR_ROOTS[pitch % PITCH_CLASSES]


def _degree_of_key(harmony: Element, key: Key | None) -> str | None:
    """The root that a ``numeral`` or ``function`` names: a degree of the key."""
    degree, alter = _integer(harmony.findtext("numeral/numeral-root")), 0
    if degree is not None:
        alter = _integer(harmony.findtext("numeral/numeral-alter")) or 0
    elif match := _FUNCTION.match(harmony.findtext("function") or ""):
        degree, alter = _NUMERALS[match[2].upper()], {"": 0, "b": -1, "♭": -1, "#": 1, "♯": 1}[match[1]]
    if degree is None or not 1 <= degree <= len(_LETTERS):
        return None
    key = key or Key(0)
    tonic = key.tonic_name
    scale = _SCALE_MINOR if key.minor else _SCALE_MAJOR
    letter = _LETTERS[(_LETTERS.index(tonic[0]) + degree - 1) % len(_LETTERS)]
    return _spell(letter, key.tonic + scale[degree - 1] + alter)


def _inverted(harmony: Element, root: str, quality: Quality) -> str | None:
    """The bass of an inversion that names none."""
    inversion = _integer(harmony.findtext("inversion")) or 0
    degrees = quality.degrees.split()
    if not 0 < inversion < len(degrees):
        return None
    letter = _LETTERS[(_LETTERS.index(root[0]) + _number(degrees[inversion]) - 1) % len(_LETTERS)]
    return _spell(letter, NOTE_NAMES[root] + _semitones(quality)[inversion])


def _integer(text: str | None) -> int | None:
    """A whole number of few digits."""
    match = re.fullmatch(r"\s*([+-]?[0-9]{1,4})(?:\.0*)?\s*", text or "")
    return int(match[1]) if match else None
