"""A score as a program hears it: an independent, small reader of the MusicXML that is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple
from xml.etree import ElementTree as ET

from sideman.music.notes import NATURALS


class Heard(NamedTuple):
    """A note: quarters from the start of the song, as written and as played."""

    start: Fraction
    end: Fraction
    pitch: int
    velocity: int
    onset: Fraction
    release: Fraction


class Bar(NamedTuple):
    """A bar of a part: where it begins, how long it is, and how much each of its voices fills, in quarters."""

    start: Fraction
    length: Fraction
    voices: dict[str, Fraction]


def root_of(score: str) -> ET.Element:
    """The element of the whole score."""
    return ET.fromstring(score)


def parts_of(score: str) -> dict[str, ET.Element]:
    """Parts by their names."""
    root = root_of(score)
    names = {part.get("id"): part.findtext("part-name", "") for part in root.iter("score-part")}
    return {names[part.get("id")]: part for part in root.iter("part")}


def heard_in(part: ET.Element) -> tuple[list[Heard], list[Bar]]:
    """The notes of a part, tied ones as one, and its bars."""
    pieces: list[tuple[Heard, set[str | None]]] = []
    bars: list[Bar] = []
    divisions, bar_start, length = 1, Fraction(0), Fraction(4)
    for measure in part.iter("measure"):
        place = struck = bar_start
        voices: defaultdict[str, Fraction] = defaultdict(Fraction)
        for element in measure:
            if element.tag == "attributes":
                divisions = int(element.findtext("divisions", str(divisions)))
                time = element.find("time")
                if time is not None:
                    beats = sum(map(int, time.findtext("beats", "").split("+")))
                    length = Fraction(4 * beats, int(time.findtext("beat-type", "4")))
            duration = Fraction(int(element.findtext("duration", "0")), divisions)
            if element.tag == "backup":
                place -= duration
            elif element.tag == "note":
                if element.find("chord") is None:
                    struck, place = place, place + duration
                    voices[element.findtext("voice", "")] += duration
                if element.find("rest") is None:
                    pieces.append(_piece(element, struck, struck + duration, divisions))
        bars.append(Bar(bar_start, length, dict(voices)))
        bar_start += length
    return sorted(_joined(pieces)), bars


def _piece(note: ET.Element, start: Fraction, end: Fraction, divisions: int) -> tuple[Heard, set[str | None]]:
    """A note, or part of a tied one, and its ties."""
    ties = {tie.get("type") for tie in note.findall("tie")}
    assert ties == {tied.get("type") for tied in note.iter("tied")}
    attack, release = (Fraction(int(note.get(name, "0")), divisions) for name in ("attack", "release"))
    velocity = round(float(note.get("dynamics", "nan")) * 90 / 100)
    return Heard(start, end, _pitch(note), velocity, start + attack, end + release), ties


def _joined(pieces: Iterable[tuple[Heard, set[str | None]]]) -> Iterator[Heard]:
    """Whole notes of what is tied."""
    begun: dict[int, Heard] = {}
    for piece, ties in sorted(pieces, key=lambda each: each[0].start):
        heard = piece
        if "stop" in ties:
            before = begun.pop(piece.pitch)
            assert before.end == piece.start, "a tie over a gap"
            heard = before._replace(end=piece.end, release=piece.release)
        if "start" in ties:
            assert piece.pitch not in begun
            begun[piece.pitch] = heard
        else:
            yield heard
    assert not begun, "a tie leads nowhere"


def _pitch(note: ET.Element) -> int:
    instrument = note.find("instrument")
    if instrument is not None:  # a drum
        return int((instrument.get("id") or "").rpartition("I")[2])
    natural = NATURALS[note.findtext("pitch/step", "")]
    return 12 * (int(note.findtext("pitch/octave", "")) + 1) + natural + int(note.findtext("pitch/alter", "0"))


def harmonies_of(part: ET.Element) -> Iterator[tuple[int, Fraction, str]]:
    """Chord symbols: bar, quarters within it, root and text."""
    divisions = 1
    for number, measure in enumerate(part.iter("measure")):
        place = 0
        for element in measure:
            divisions = int(element.findtext("divisions", str(divisions)))
            if element.tag == "harmony":
                offset = int(element.findtext("offset", "0"))
                root = element.findtext("root/root-step", "")
                alter = {"1": "#", "-1": "b"}.get(element.findtext("root/root-alter", ""), "")
                kind = element.find("kind")
                text = "" if kind is None else kind.get("text", "")
                yield number, Fraction(place + offset, divisions), root + alter + text
            elif element.tag == "note" and element.find("chord") is None:
                place += int(element.findtext("duration", "0"))
            elif element.tag == "backup":
                place -= int(element.findtext("duration", "0"))
