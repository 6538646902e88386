"""The right reading of sixty charts with words, written down by hand, and how near a reading comes to it.

Bars are laid side by side as texts are by a diff, so that one bar too many costs one bar. Two bars are equal where the
same chords sound from the same beats, by root, bass and pitch classes: how they are spelled doesn't matter, nor whether
a chord that goes on is written again. A passage that is played again may be written once, or out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

from sideman.charts.reading import Reading
from sideman.music.chords import Chord, read_chord
from sideman.music.time import TICKS_PER_BEAT

GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "charts.json"
FINGERPRINT = 16  # hexadecimal digits
OR, ANY = " or ", "?"

Sound = tuple[int | None, int | None, frozenset[int]]  # root, bass, pitch classes
Bar = tuple[tuple[Fraction, Sound], ...]  # what changes in it, at a beat; something always sounds at 0
Choice = tuple[Bar, ...] | None  # a written bar's right readings, None where any will do
Pair = tuple[int | None, int | None]  # a bar that was found and the right one beside it, by their numbers


class Alternative(TypedDict):
    """Another right reading of a whole chart: what is different in it."""

    bars: NotRequired[list[str]]
    played: NotRequired[list[list[int]]]
    note: str


class Entry(TypedDict):
    """A chart's right reading. One of which nothing can be read has ``none``, the reason, and no more."""

    collection: str
    id: str
    sha256: str
    none: NotRequired[str]
    meter: NotRequired[str]
    bars: NotRequired[list[str]]
    sections: NotRequired[list[tuple[str, int]] | Literal["unknown"]]
    played: NotRequired[list[list[int]]]
    note: NotRequired[str]
    alternatives: NotRequired[list[Alternative]]


def load(path: Path = GOLDEN) -> list[Entry]:
    """All entries."""
    entries: list[Entry] = json.loads(path.read_text("utf-8"))["charts"]
    return entries


def fingerprint(text: str) -> str:
    """What an entry calls the text that it is about."""
    return hashlib.sha256(text.encode()).hexdigest()[:FINGERPRINT]


def parse_bar(text: str) -> list[list[tuple[Fraction, Chord]]]:
    """The readings of an entry's bar: chords and their onsets in beats. Raises :class:`ChordSyntaxError`."""
    readings = []
    for written in text.split(OR):
        chords = []
        for word in written.split():
            symbol, _, onset = word.partition("@")
            chords.append((Fraction(onset or 0), read_chord(symbol)))
        readings.append(chords)
    return readings


def order(ranges: Iterable[Sequence[int]]) -> list[int]:
    """The numbers of the written bars, as they are played."""
    return list(chain.from_iterable(range(start, end) for start, end in ranges))


def compare(reading: Reading | None, entry: Entry) -> tuple[int, int]:
    """How many written bars are right, and how many there are on either side. No reading has no bars."""
    return _best(_found(reading), _variants(entry))


def compare_played(reading: Reading | None, entry: Entry) -> tuple[int, int]:
    """As :func:`compare`, of the bars in the order in which they are played."""
    found = _found(reading)
    played = [] if reading is None else [found[number] for number in reading.sheet.order]
    return _best(played, ([choices[number] for number in numbers] for choices, numbers in _readings(entry)))


def compare_sections(reading: Reading | None, entry: Entry) -> tuple[int, int]:
    """How many named sections begin at the right bar, and how many there are; names that are too much count too."""
    sections = entry.get("sections", [])
    if reading is None or isinstance(sections, str):
        return 0, 0 if isinstance(sections, str) else sum(bool(name) for name, _ in sections)
    names = {number: _plain(measure.section) for number, measure in enumerate(reading.sheet.measures)}
    right = {(_plain(name), start) for name, start in sections if name}
    wrong = sum(bool(name) and name not in {known for known, _ in right} for name in names.values())
    hits = 0
    for choices, numbers in _readings(entry):
        for written in (list(range(len(choices))), numbers):
            pairs = _align(_found(reading), [choices[number] for number in written])
            begun = {(names[a], written[b]) for a, b in pairs if a is not None and b is not None}
            hits = max(hits, len(begun & right))
    return hits, len(right) + wrong


def _plain(name: str | None) -> str:
    return "".join(filter(str.isalnum, (name or "").casefold()))


def _sound(chord: Chord) -> Sound:
    return chord.root_pc, chord.bass_pc, chord.pitch_classes


def _changes(chords: Iterable[tuple[Fraction, Chord]], before: Sound) -> Bar:
    """A bar's changes; ``before`` sounds on where no chord begins it."""
    changes = [(Fraction(0), before)]
    for onset, chord in chords:
        sound = _sound(chord)
        if onset == 0:
            changes = [(onset, sound)]
        elif sound != changes[-1][1]:
            changes.append((onset, sound))
    return tuple(changes)


def _found(reading: Reading | None) -> list[Bar]:
    """The written bars of a reading."""
    bars: list[Bar] = []
    before = _sound(Chord.no_chord())
    for measure in [] if reading is None else reading.sheet.measures:
        bars.append(_changes(((Fraction(tick, TICKS_PER_BEAT), chord) for tick, chord in measure.chords), before))
        before = bars[-1][-1][1]
    return bars


def _readings(entry: Entry) -> Iterator[tuple[list[Choice], list[int]]]:
    """Each right reading of a chart: its written bars, and their numbers as they are played."""
    silence = _sound(Chord.no_chord())
    bars, played = entry.get("bars", []), entry.get("played", [])
    for other in [Alternative(note=""), *entry.get("alternatives", [])]:
        choices = [
            None if text == ANY else tuple(_changes(chords, silence) for chords in parse_bar(text))
            for text in other.get("bars", bars)
        ]
        yield choices, order(other.get("played", played))


def _variants(entry: Entry) -> Iterator[list[Choice]]:
    """Every right way to write a chart: as it stands, and with all that is played again written out."""
    for choices, numbers in _readings(entry):
        yield choices
        if numbers != list(range(len(choices))):
            yield [choices[number] for number in numbers]


def _best(found: Sequence[Bar], variants: Iterable[Sequence[Choice]]) -> tuple[int, int]:
    """Bars right and bars in all, of the variant that comes nearest."""
    scores = []
    for choices in variants:
        pairs = _align(found, choices)
        right = sum(a is not None and b is not None and _is_right(found[a], choices[b]) for a, b in pairs)
        scores.append((right, len(pairs)))
    return min(scores, key=lambda score: (score[1] - score[0], -score[0]))


def _is_right(bar: Bar, choice: Choice) -> bool:
    return choice is None or bar in choice


def _align(found: Sequence[Bar], choices: Sequence[Choice]) -> list[Pair]:
    """Both rows side by side with the fewest differences: a bar that is wrong, missing or too much is one."""
    costs = [list(range(len(choices) + 1))]
    for a, bar in enumerate(found):
        above, row = costs[-1], [a + 1]
        for b, choice in enumerate(choices):
            beside = above[b] + (not _is_right(bar, choice))
            row.append(min(beside, above[b + 1] + 1, row[-1] + 1))
        costs.append(row)
    pairs: list[Pair] = []
    a, b = len(found), len(choices)
    while a or b:
        if a and b and costs[a][b] == costs[a - 1][b - 1] + (not _is_right(found[a - 1], choices[b - 1])):
            a, b = a - 1, b - 1
            pairs.append((a, b))
        elif a and costs[a][b] == costs[a - 1][b] + 1:
            a -= 1
            pairs.append((a, None))
        else:
            b -= 1
            pairs.append((None, b))
    return pairs[::-1]
