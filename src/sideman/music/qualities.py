"""The table of chord qualities and of every way to spell them. Knows no roots, no durations and no text around a chord.

A quality is one row: a name, the exact tones, the quality that the model sees in its place, and spellings.
In spellings ``{m}`` stands for each of its words and ``{b9,#11}`` for these alterations in any order, signs and
parentheses (:func:`_ways`).

An unaltered 9, 11 or 13 in a name brings all thirds below it (13 is 1 3 5 b7 9 11 13); an alteration or a number in
parentheses brings only itself (7(13) is 1 3 5 b7 13).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import permutations, product
from types import MappingProxyType
from typing import NamedTuple

DEGREES = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11, "9": 2, "11": 5, "13": 9}  # in semitones
ALTERATIONS = {"b": -1, "#": 1}
PITCH_CLASSES = 12


class Quality(NamedTuple):
    """A chord quality.

    ``name`` is the canonical suffix, ``intervals`` the exact pitch classes above the root in ascending semitones,
    ``model`` the index in :data:`MODEL_QUALITIES` of what the model sees, ``degrees`` the same tones as musicians
    count them (``1 b3 5 b7``).
    """

    name: str
    intervals: tuple[int, ...]
    model: int
    degrees: str


class _Row(NamedTuple):
    name: str
    degrees: str
    model: str  # name of a quality of the model
    spellings: str  # besides the name, separated by spaces


_WORDS: Mapping[str, tuple[str, ...]] = {
    "M": ("M", "maj", "Maj", "MAJ", "ma", "Ma", "MA"),
    "M7": tuple(f"{word}7" for word in ("M", "maj", "Maj", "MAJ", "ma", "Ma", "MA", "Δ", "^")),
    "M9": tuple(f"{word}9" for word in ("M", "maj", "Maj", "MAJ", "ma", "Ma", "MA", "Δ", "^")),
    "m": ("m", "min", "Min", "MIN", "mi", "MI", "-"),
    "o": ("dim", "°", "o"),
    "no": ("no", "omit"),
}

# The 17 qualities that the model knows: a quality's place here is its id for it.
_MODEL_ROWS = (
    _Row("", "1 3 5", "", "{M} major"),
    _Row("m", "1 b3 5", "m", "{m} minor"),
    _Row("7", "1 3 5 b7", "7", "dom7 dom"),
    _Row("m7", "1 b3 5 b7", "m7", "{m}7 minor7"),
    _Row("M7", "1 3 5 7", "M7", "{M7} Δ ^ 7M j7 major7"),
    _Row("m7-5", "1 b3 b5 b7", "m7-5", "{m}7{b5} ø ø7 h h7 hdim hdim7"),
    _Row("dim", "1 b3 b5", "dim", "{o} mb5 m-5 m(b5) m(-5) minb5 min(b5)"),
    _Row("sus4", "1 4 5", "sus4", "sus (sus4)"),
    _Row("7sus4", "1 4 5 b7", "7sus4", "7sus sus7 sus47 7(sus4) 7(sus) sus4(b7)"),
    _Row("aug", "1 3 #5", "aug", "+ +5 (+5) (#5)"),
    _Row("m6", "1 b3 5 6", "m6", "{m}6 {m}add6 {m}(add6)"),
    _Row("7(9)", "1 3 5 b7 9", "7(9)", "9 7add9 7(add9) dom9"),
    _Row("m7(9)", "1 b3 5 b7 9", "m7(9)", "{m}7(9) {m}9 {m}7add9 {m}7(add9)"),
    _Row("add9", "1 3 5 9", "add9", "(add9) (9) add2 (add2) Madd9 majadd9 maj(add9) maj(9)"),
    _Row("6", "1 3 5 6", "6", "{M}6 add6 (add6) (6)"),
    _Row(
        "mM7", "1 b3 5 7", "mM7", "{m}M7 {m}maj7 {m}Maj7 {m}ma7 {m}(M7) {m}(maj7) {m}Δ {m}Δ7 {m}^ {m}^7 MIMA7 MI(MA7)"
    ),
    _Row("7-5", "1 3 b5 b7", "7-5", "7{b5}"),
)

_OTHER_ROWS = (
    # two and three tones
    _Row("5", "1 5", "", "{no}3 ({no}3)"),
    _Row("no5", "1 3", "", "{no}5 ({no}5)"),
    _Row("m(no5)", "1 b3", "m", "m{no}5 m({no}5)"),
    _Row("(b5)", "1 3 b5", "7-5", "(-5) majb5 maj(b5) M(b5)"),
    _Row("m(#5)", "1 b3 #5", "m", "{m}#5 {m}+5 {m}(#5)"),
    _Row("sus2", "1 2 5", "add9", "(sus2)"),
    # triads with an added tone
    _Row("sus4(9)", "1 4 5 9", "sus4", "sus4add9 sus4add2 sus2sus4 sus24 sus2/4 susadd9"),
    _Row("madd9", "1 b3 5 9", "m", "{m}add9 {m}(add9) {m}(9) {m}add2 {m}(add2)"),
    _Row("add11", "1 3 5 11", "", "(add11) (11) add4 (add4)"),
    _Row("madd11", "1 b3 5 11", "m", "{m}add11 {m}(add11) {m}(11) {m}add4 {m}(add4)"),
    _Row("addb9", "1 3 5 b9", "", "(addb9) (b9)"),
    _Row("add#9", "1 3 5 #9", "", "(add#9) (#9)"),
    _Row("add#11", "1 3 5 #11", "", "(add#11) (#11) add#4 (add#4)"),
    _Row("m(b6)", "1 b3 5 b6", "m", "{m}b6 {m}(b6) {m}addb6 {m}(addb6) {m}b13 {m}(b13)"),
    _Row("69", "1 3 5 6 9", "6", "6/9 6(9) 6add9 6(add9) {M}69 {M}6/9 {M}6(9)"),
    _Row("m69", "1 b3 5 6 9", "m6", "{m}69 {m}6/9 {m}6(9) {m}6add9 {m}6(add9)"),
    _Row("6sus4", "1 4 5 6", "sus4", "6sus"),
    # diminished and augmented
    _Row("dim7", "1 b3 b5 bb7", "dim", "{o}7"),
    _Row("dimM7", "1 b3 b5 7", "dim", "{o}M7 {o}maj7 {o}(M7) {o}(maj7)"),
    _Row("aug7", "1 3 #5 b7", "aug", "+7 7{#5} 7+ 7aug aug(b7)"),
    _Row("M7#5", "1 3 #5 7", "aug", "{M7}{#5} augM7 augmaj7 aug(maj7) aug(M7) +M7 +maj7 +(maj7) +Δ +Δ7 +^7"),
    _Row("m7#5", "1 b3 #5 b7", "m7", "{m}7{#5}"),
    _Row("M7b5", "1 3 b5 7", "M7", "{M7}{b5}"),
    # major sevenths and above
    _Row("M9", "1 3 5 7 9", "M7", "{M9} {M7}(9) {M7}add9 9M major9"),
    _Row("M11", "1 3 5 7 9 11", "M7", "{M}11 Δ11 ^11"),
    _Row("M13", "1 3 5 7 9 11 13", "M7", "{M}13 Δ13 ^13"),
    _Row("M7#11", "1 3 5 7 #11", "M7", "{M7}{#11}"),
    _Row("M9#11", "1 3 5 7 9 #11", "M7", "{M9}{#11}"),
    _Row("M13#11", "1 3 5 7 9 #11 13", "M7", "{M}13{#11} Δ13#11 ^13#11"),
    _Row("M7(11)", "1 3 5 7 11", "M7", "{M7}(11) {M7}add11"),
    _Row("M7(13)", "1 3 5 7 13", "M7", "{M7}(13) {M7}add13 {M7}(add13)"),
    _Row("M7(9,13)", "1 3 5 7 9 13", "M7", "{M7}(9,13) {M9}(13) {M9}add13"),
    _Row("M7sus4", "1 4 5 7", "sus4", "{M7}sus4 {M7}sus"),
    _Row("M7sus2", "1 2 5 7", "M7", "{M7}sus2"),
    _Row("M7(no3)", "1 5 7", "M7", "M7{no}3 M7({no}3) maj7{no}3 maj7({no}3)"),
    _Row("M7(no5)", "1 3 7", "M7", "M7{no}5 M7({no}5) maj7{no}5 maj7({no}5)"),
    # minor sevenths and above
    _Row("m11", "1 b3 5 b7 9 11", "m7(9)", "{m}11 {m}7(9,11) {m}9(11) {m}9add11"),
    _Row("m13", "1 b3 5 b7 9 11 13", "m7(9)", "{m}13 {m}7(9,11,13)"),
    _Row("m7(11)", "1 b3 5 b7 11", "m7", "{m}7(11) {m}7add11 {m}7(add11) {m}7add4"),
    _Row("m7(13)", "1 b3 5 b7 13", "m7", "{m}7(13) {m}7add13 {m}7(add13)"),
    _Row("m7(9,13)", "1 b3 5 b7 9 13", "m7(9)", "{m}7(9,13) {m}9(13) {m}9add13"),
    _Row("m7b9", "1 b3 5 b7 b9", "m7", "{m}7{b9}"),
    _Row("m7b13", "1 b3 5 b7 b13", "m7", "{m}7{b13}"),
    _Row("m9b5", "1 b3 b5 b7 9", "m7-5", "{m}9{b5} {m}7-5(9) {m}7b5(9) ø9 ø7(9) ø(9) h9"),
    _Row("m11b5", "1 b3 b5 b7 9 11", "m7-5", "{m}11{b5} ø11 h11"),
    _Row("m7b5(11)", "1 b3 b5 b7 11", "m7-5", "{m}7-5(11) {m}7b5(11) ø7(11) ø(11)"),
    _Row("m7b5b9", "1 b3 b5 b7 b9", "m7-5", "m7{b5,b9} ø7b9 ø7(b9) ø(b9)"),
    _Row("m7(no5)", "1 b3 b7", "m7", "m7{no}5 m7({no}5)"),
    _Row("mM9", "1 b3 5 7 9", "mM7", "{m}M9 {m}maj9 {m}ma9 {m}(M9) {m}(maj9) {m}Δ9 {m}^9 {m}M7(9) {m}9(maj7)"),
    # suspended sevenths
    _Row("7sus2", "1 2 5 b7", "7(9)", "7(sus2) sus2(b7)"),
    _Row("9sus4", "1 4 5 b7 9", "7sus4", "9sus 9(sus4) 7sus4(9) 7sus(9) sus9 sus4(b7,9)"),
    _Row("7sus4(13)", "1 4 5 b7 13", "7sus4", "7sus(13) 7sus4add13"),
    _Row("13sus4", "1 4 5 b7 9 13", "7sus4", "13sus 13(sus4) 7sus4(9,13) 9sus4(13) sus13 sus4(b7,9,13)"),
    _Row("7sus4b9", "1 4 5 b7 b9", "7sus4", "7b9sus4 7b9sus 7susb9 7sus4(b9) 7sus(b9) 7(b9)sus4 7(b9)sus"),
    _Row("7sus4b13", "1 4 5 b7 b13", "7sus4", "7b13sus4 7b13sus 7susb13 7sus4(b13) 7sus(b13)"),
    # dominants
    _Row("11", "1 3 5 b7 9 11", "7(9)", "7(9,11) 9(11) 9add11 dom11"),
    _Row("13", "1 3 5 b7 9 11 13", "7(9)", "7(9,11,13) dom13"),
    _Row("7(11)", "1 3 5 b7 11", "7", "7add11 7(add11) 7add4 7susadd3"),
    _Row("7(13)", "1 3 5 b7 13", "7", "7add13 7(add13) 7add6 7/6"),
    _Row("7(9,13)", "1 3 5 b7 9 13", "7(9)", "9(13) 9add13 9add6 13(no11) 13no11"),
    _Row("7(no3)", "1 5 b7", "7", "7{no}3 7({no}3) 5(b7)"),
    _Row("7(no5)", "1 3 b7", "7", "7{no}5 7({no}5)"),
    _Row("7b9", "1 3 5 b7 b9", "7", "7{b9} 7addb9"),
    _Row("7#9", "1 3 5 b7 #9", "7", "7{#9} 7add#9"),
    _Row("7#11", "1 3 5 b7 #11", "7", "7{#11} 7add#11"),
    _Row("7b13", "1 3 5 b7 b13", "7", "7{b13} 7addb13"),
    _Row("9b5", "1 3 b5 b7 9", "7-5", "9{b5} 7-5(9) 7b5(9)"),
    _Row("9#5", "1 3 #5 b7 9", "aug", "9{#5} 9+ aug9 aug7(9) +7(9) 7#5(9) 7+5(9)"),
    _Row("9#11", "1 3 5 b7 9 #11", "7(9)", "9{#11} 7(9,#11)"),
    _Row("9b13", "1 3 5 b7 9 b13", "7(9)", "9{b13} 7(9,b13)"),
    _Row("7b5b9", "1 3 b5 b7 b9", "7-5", "7{b5,b9}"),
    _Row("7b5#9", "1 3 b5 b7 #9", "7-5", "7{b5,#9}"),
    _Row("7#5b9", "1 3 #5 b7 b9", "aug", "7{#5,b9} aug7b9 aug7(b9) +7b9 +7(b9)"),
    _Row("7#5#9", "1 3 #5 b7 #9", "aug", "7{#5,#9} aug7#9 aug7(#9) +7#9 +7(#9)"),
    _Row("7b9#9", "1 3 5 b7 b9 #9", "7", "7{b9,#9}"),
    _Row("7b9#11", "1 3 5 b7 b9 #11", "7", "7{b9,#11}"),
    _Row("7#9#11", "1 3 5 b7 #9 #11", "7", "7{#9,#11}"),
    _Row("7b9b13", "1 3 5 b7 b9 b13", "7", "7{b9,b13}"),
    _Row("7#9b13", "1 3 5 b7 #9 b13", "7", "7{#9,b13}"),
    _Row("7#11b13", "1 3 5 b7 #11 b13", "7", "7{#11,b13}"),
    _Row("7(b9,13)", "1 3 5 b7 b9 13", "7", "7b9(13) 7b9add13"),
    _Row("7(#9,13)", "1 3 5 b7 #9 13", "7", "7#9(13) 7#9add13"),
    _Row("7(#11,13)", "1 3 5 b7 #11 13", "7", "7#11(13) 7#11add13"),
    _Row("13b9", "1 3 5 b7 b9 11 13", "7", "13{b9}"),
    _Row("13#9", "1 3 5 b7 #9 11 13", "7", "13{#9}"),
    _Row("13#11", "1 3 5 b7 9 #11 13", "7(9)", "13{#11} 7(9,#11,13)"),
    _Row("7alt", "1 3 b5 #5 b7 b9 #9", "7-5", "alt 7(alt) (alt)"),
)  # fmt: skip


def _semitones(degree: str) -> int:
    number = degree.lstrip("b#")
    accidentals = degree[: len(degree) - len(number)]
    return (DEGREES[number] + sum(map(ALTERATIONS.__getitem__, accidentals))) % PITCH_CLASSES


def _ways(placeholder: str) -> tuple[str, ...]:
    """Every way to write a placeholder: a group of words, or alterations such as ``b9`` or ``b9,#11`` in any order."""
    if placeholder in _WORDS:
        return _WORDS[placeholder]
    ways: list[str] = []
    for order in permutations(placeholder.split(",")):
        plain = "".join(order)
        signs = plain.replace("b", "-").replace("#", "+")
        ways += [plain, signs, f"({plain})", f"({signs})", f"({','.join(order)})"]
        ways += [f"{order[0]}({''.join(order[1:])})"] if order[1:] else []
    return tuple(dict.fromkeys(ways))


def _expand(template: str) -> Iterator[str]:
    """The spellings of a template: every combination of the ways to write its placeholders."""
    parts = re.split(r"\{(.*?)\}", template)  # literal, placeholder, literal, ...
    return map("".join, product(*(_ways(part) if i % 2 else (part,) for i, part in enumerate(parts))))


_MODEL_IDS = {row.name: i for i, row in enumerate(_MODEL_ROWS)}


def _quality(row: _Row) -> Quality:
    intervals = tuple(sorted(map(_semitones, row.degrees.split())))
    return Quality(row.name, intervals, _MODEL_IDS[row.model], row.degrees)


QUALITIES: tuple[Quality, ...] = tuple(map(_quality, _MODEL_ROWS + _OTHER_ROWS))
MODEL_QUALITIES: tuple[Quality, ...] = QUALITIES[: len(_MODEL_ROWS)]

# Every spelling of every quality; the first of each is its name.
SPELLINGS: Mapping[str, Quality] = MappingProxyType(
    {
        spelling: quality
        for quality, row in zip(QUALITIES, _MODEL_ROWS + _OTHER_ROWS, strict=True)
        for spelling in (row.name, *(way for template in row.spellings.split() for way in _expand(template)))
    }
)

# What people write and mean different things by: spellings, and the names to choose from.
_AMBIGUOUS_ROWS = (
    ("2", ("add9", "sus2")),
    ("4", ("sus4", "add11")),
    ("-5", ("(b5)", "dim")),
    ("+9", ("9#5", "7#9")),
    ("+11", ("add#11", "7#11")),
    ("+4", ("add11", "add#11")),
    ("{m}+4", ("madd11", "m(#11)")),
    ("{m}7+ {m}+7", ("mM7", "m7#5")),
    ("0", ("m7-5", "dim")),
    ("07", ("m7-5", "dim7")),
)
AMBIGUOUS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        spelling: choices
        for spellings, choices in _AMBIGUOUS_ROWS
        for template in spellings.split()
        for spelling in _expand(template)
    }
)
