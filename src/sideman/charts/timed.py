"""Chords with times in seconds: Chordino's CSV, Audacity's labels, ``.lab`` files with ``C:min7``.

There are no bars in them. The tempo is estimated: the commonest time from chord to chord is a bar, or a whole number of
bars or half ones; every other is rounded to bars, or else to beats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import log2
from typing import NamedTuple

from sideman.charts.faults import Faults, moved
from sideman.charts.filling import Filling, length_of
from sideman.charts.harte import read_harte
from sideman.charts.reading import Notes
from sideman.charts.sheet import Sheet
from sideman.charts.source import Source
from sideman.charts.symbols import is_symbol
from sideman.errors import ChordSyntaxError, OptionError, UnreadableError
from sideman.music.progression import MAX_BEATS, Chord
from sideman.music.song import Place
from sideman.music.time import COMMON_TIME, SECONDS_PER_MINUTE

NAME = "labels with times"
SLOWEST, FASTEST, USUAL = 60.0, 180.0, 110.0  # beats a minute
BEATS = COMMON_TIME.beats
NEAR_A_BAR = 0.2  # of a bar: so far from a whole number of them a chord still lasts whole bars
SAME = 1.08  # times as long: two lengths that are one
MAX_LINES = 20_000
LOOKED_AT = 5  # lines by which a text is recognised

_LINE = re.compile(
    r"[ \t]*(?P<start>[0-9]{1,6}(?:\.[0-9]{1,12})?)[ \t]*[,;\t ][ \t]*"
    r"(?:(?P<end>[0-9]{1,6}(?:\.[0-9]{1,12})?)[ \t]*[,;\t ][ \t]*)?\"?(?P<label>[^\s,;\"]{1,40})\"?[ \t]*"
)
_POINT = re.compile(r"\s*[0-9]{1,6}\.[0-9]")
_SILENT = frozenset({"N", "X", "N.C.", "NC"})


class _Label(NamedTuple):
    start: float
    end: float | None
    text: str
    place: Place


def recognises(source: Source) -> bool:
    """Whether every line is a time and a label, and the times are no counts: some have a point, and they go up."""
    if source.text is None:
        return False
    labels = list(_labels(source.text, LOOKED_AT))
    lines = source.text.split("\n", LOOKED_AT + 1)[: LOOKED_AT + 1]
    return (
        len(labels) > 1
        and any(_POINT.match(line) for line in lines)
        and all(before.start <= after.start for before, after in pairwise(labels))
        and all(_LINE.fullmatch(line.rstrip("\r")) for line in lines[1:] if line.strip() and line[0] != "#")
    )


def read(source: Source, notes: Notes) -> Sheet:
    """Read the chords. Raises :class:`ChartError`, :class:`UnreadableError` where there are none."""
    text = source.text or ""
    faults = Faults(text, notes)
    labels = list(_labels(text, MAX_LINES))
    spans = _spans(labels)
    if not spans:
        raise UnreadableError("these times have no chords: a line is a time in seconds and a chord, 1.5 Am7")
    estimate = _tempo([seconds for _, seconds in spans[:-1]] or [spans[0][1]])
    answers = [_number(tempo) for tempo in (estimate, estimate * 2, estimate / 2)]
    tempo = float(notes.ask("tempo", answers, spans[0][0].place, spans[0][0].text))
    bar = BEATS * SECONDS_PER_MINUTE / tempo
    filling = Filling()
    for label, seconds in spans:
        chord = _chord(label, faults)
        beats = _beats(seconds, bar)
        if sum(1 for _ in filling.measures) * BEATS + beats > MAX_BEATS:
            raise OptionError(f"these chords last more than {MAX_BEATS:,} beats at {_number(tempo)} beats a minute")
        filling.add(chord, length_of(COMMON_TIME) * beats / BEATS, label.place)
    faults.check()
    return Sheet(filling.measures, tempo=tempo)


def _labels(text: str, limit: int) -> Iterator[_Label]:
    """The first lines that are a time and a label."""
    offset = 0
    for line in text.splitlines(keepends=True):
        match = _LINE.fullmatch(line.rstrip("\r\n"))
        if match and limit:
            limit -= 1
            end = float(match["end"]) if match["end"] else None
            place = Place(offset + match.start("label"), offset + match.end("label"))
            yield _Label(float(match["start"]), end, match["label"], place)
        offset += len(line)


def _spans(labels: Sequence[_Label]) -> list[tuple[_Label, float]]:
    """The labels that last, each with its seconds; silence around the song is left out, and one chord is one label."""
    ends = [after.start for after in labels[1:]]
    spans: list[tuple[_Label, float]] = []
    for number, label in enumerate(labels):
        end = label.end if label.end is not None else ends[number] if number < len(ends) else None
        seconds = (end - label.start) if end is not None else -1.0  # the last one of a list without ends
        if spans and label.text == spans[-1][0].text and seconds > 0:
            spans[-1] = spans[-1][0], spans[-1][1] + seconds
        elif seconds > 0 or (end is None and label.text not in _SILENT):
            spans.append((label, seconds))
    while spans and spans[0][0].text in _SILENT:
        spans.pop(0)
    while spans and spans[-1][0].text in _SILENT:
        spans.pop()
    known = sorted(seconds for _, seconds in spans if seconds > 0)
    usual = known[len(known) // 2] if known else 2.0
    return [(label, seconds if seconds > 0 else usual) for label, seconds in spans]


def _tempo(lengths: Sequence[float]) -> float:
    """Beats a minute: of all tempos at which the commonest length is half a bar, a bar or more, the likeliest.

    Lengths are then near to whole halves of a bar, the commonest to one bar, and the tempo to what is usual.
    """
    common = _common(lengths)
    tempos = [SECONDS_PER_MINUTE * BEATS * bars / common for bars in (0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 32, 64)]
    likely = [tempo for tempo in tempos if SLOWEST <= tempo <= FASTEST] or [USUAL]

    def distance(tempo: float) -> float:
        half_bar = SECONDS_PER_MINUTE * BEATS / 2 / tempo
        off = sum(abs(length / half_bar - max(round(length / half_bar), 1)) for length in lengths) / len(lengths)
        bars = abs(log2(common * tempo / SECONDS_PER_MINUTE / BEATS))
        return off + abs(tempo - USUAL) / USUAL / 4 + bars / 20

    return min(likely, key=distance)


def _common(lengths: Sequence[float]) -> float:
    """The commonest length: the mean of the largest group of lengths that are nearly the same."""
    ordered = sorted(lengths)
    best, first = (0, 1), 0
    for last, length in enumerate(ordered):
        while ordered[first] * SAME < length:
            first += 1
        best = max(best, (last + 1 - first, last + 1), key=lambda found: found[0])
    count, end = best
    return sum(ordered[end - count : end]) / count


def _beats(seconds: float, bar: float) -> int:
    """Whole bars where it nearly lasts so many, else whole beats; at least one."""
    bars = seconds / bar
    if round(bars) and abs(bars - round(bars)) <= NEAR_A_BAR:
        return round(bars) * BEATS
    return max(round(bars * BEATS), 1)


def _chord(label: _Label, faults: Faults) -> Chord | None:
    """The chord of a label, in Harte's notation or as people write it; None for a fault, which is noted."""
    if label.text in _SILENT:
        return Chord.no_chord()
    if ":" not in label.text and is_symbol(label.text):
        return faults.chord(label.text, label.place.start)
    try:
        return read_harte(label.text)
    except ChordSyntaxError as error:
        faults.found.append(moved(error, label.place.start))
        return None


def _number(tempo: float) -> str:
    return f"{round(tempo, 2):g}"
