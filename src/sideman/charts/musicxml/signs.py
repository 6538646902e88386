"""The signs of a score that say in what order it is played, and words that say the same. Knows no time and no chords.

Signs are set on the measures they belong to; what only the whole score tells is settled in :func:`settle`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from xml.etree.ElementTree import Element

from sideman.charts.sheet import Jump, Measure

MAX_TIMES = 5_000  # more than any chart may have bars
MAX_ENDING = 64
LONGEST_NAME = 40
SEGNO_SIGN, CODA_SIGN = "\N{MUSICAL SYMBOL SEGNO}", "\N{MUSICAL SYMBOL CODA}"

Until = Literal["end", "fine", "coda"]

_DA_CAPO = re.compile(r"\b[Dd]a\s?capo\b|\bD\.?\s?C\b|\bDA\s?CAPO\b")
_DAL_SEGNO = re.compile(r"\b[Dd]al\s?segno\b|\bD\.?\s?S\b|\bDAL\s?SEGNO\b|\b[Dd]al\s?𝄋")
_AL_FINE = re.compile(r"\bal\s?fine\b", re.IGNORECASE)
_AL_CODA = re.compile(r"\bal\s?(?:coda|𝄌)|\bcoda\b", re.IGNORECASE)
_TO_END = re.compile(r"\b(?:to|until) the end\b|\balla fine\b", re.IGNORECASE)
_TO_CODA = re.compile(rf"\W*(?:to|al)\s?(?:coda|{CODA_SIGN}|⊕)\W*", re.IGNORECASE)
_FINE = re.compile(r"\W*fine\W*", re.IGNORECASE)
_CODA = re.compile(rf"[\W{CODA_SIGN}]*coda\W*|\s*(?:{CODA_SIGN}|⊕)\s*", re.IGNORECASE)
_SEGNO = re.compile(rf"\W*segno\W*|\s*{SEGNO_SIGN}\s*", re.IGNORECASE)
_SECTION = re.compile(
    r"\W*((?:intro(?:duction)?|verse|pre-?\s?chorus|chorus|refrain|bridge|middle\s?(?:8|eight)|interlude|solos?|vamp|tag"
    r"|outro|ending|head|release|couplet|strophe|estrofa|coro|ritornello|strofa|vers|zwischenspiel)\b[^:]{0,20}?)[\s:.]*",
    re.IGNORECASE,
)
_LETTER = re.compile(r"\W*([A-Z][1-4]?)[\s:.\])]*")


@dataclass(slots=True)
class Signs:
    """What can't be decided at its own bar: coda signs without words, jumps that don't say where they end."""

    codas: list[Measure] = field(default_factory=list)
    jumps: dict[int, Until | None] = field(default_factory=dict)
    stops: set[int] = field(default_factory=set)  # bars before which a bracket or a repeat ends


def read_barline(barline: Element, measures: list[Measure], number: int, signs: Signs) -> None:
    """Set what a ``barline`` of a bar says."""
    measure = measures[number]
    at_left = barline.get("location") == "left"
    ended = measures[number - 1] if at_left and number else measure
    repeat, ending = barline.find("repeat"), barline.find("ending")
    if repeat is not None and repeat.get("direction") == "forward":
        if at_left or barline.get("location") is None:
            measure.repeat = True
        else:
            signs.stops.add(number + 1)  # the sign stands at the end of the bar before
    elif repeat is not None and repeat.get("direction") == "backward" and (number or not at_left):
        ended.times = max(2, min(_whole(repeat.get("times")) or 2, MAX_TIMES))
    if ending is not None:
        if ending.get("type") == "start":
            measure.endings = _times(ending.get("number") or "") or _times(ending.text or "") or (1,)
        elif number or not at_left:
            ended.ending_stops = True
    if barline.get("segno") is not None or barline.find("segno") is not None:
        measure.segno = True
    if barline.get("coda") is not None or barline.find("coda") is not None:
        signs.codas.append(measure)


def read_sound(sound: Element, measures: list[Measure], number: int, signs: Signs) -> bool:
    """Set what a ``sound`` says. Returns whether it says what a coda sign beside it means."""
    measure = measures[number]
    measure.segno |= "segno" in sound.attrib
    measure.coda |= "coda" in sound.attrib
    measure.to_coda |= "tocoda" in sound.attrib
    measure.fine |= "fine" in sound.attrib
    if sound.get("dacapo") == "yes" or "dalsegno" in sound.attrib:
        _jump(measures, number, signs, "segno" if "dalsegno" in sound.attrib else "beginning")
    return "coda" in sound.attrib or "tocoda" in sound.attrib


def read_words(text: str, measures: list[Measure], number: int, signs: Signs) -> bool:
    """Set what words such as ``D.S. al Coda`` say. Returns whether they say anything."""
    measure = measures[number]
    to_segno = bool(_DAL_SEGNO.search(text))
    if to_segno or _DA_CAPO.search(text):
        ends: tuple[tuple[re.Pattern[str], Until], ...] = ((_TO_END, "end"), (_AL_FINE, "fine"), (_AL_CODA, "coda"))
        until = next((end for pattern, end in ends if pattern.search(text)), None)
        _jump(measures, number, signs, "segno" if to_segno else "beginning", until)
    elif _TO_CODA.fullmatch(text):
        measure.to_coda = True
    elif _FINE.fullmatch(text):
        measure.fine = True
    elif _CODA.fullmatch(text):
        signs.codas.append(measure)
    elif _SEGNO.fullmatch(text):
        measure.segno = True
    else:
        return False
    return True


def section_name(text: str) -> str | None:
    """The name of a section in words such as ``Chorus:``, or a rehearsal letter."""
    match = _SECTION.fullmatch(text) or _LETTER.fullmatch(text) if len(text) <= LONGEST_NAME else None
    return match[1].strip() if match else None


def settle(measures: list[Measure], signs: Signs) -> None:
    """Decide what the whole score tells: which coda sign is which, and where jumps lead."""
    for number in signs.stops:
        if number < len(measures):
            measures[number].repeat = True
    codas = [measure for measure in signs.codas if not (measure.coda or measure.to_coda)]
    if len(codas) > 1 and not any(measure.to_coda for measure in measures):
        codas[0].to_coda = True
        codas = codas[1:]
    if not any(measure.coda for measure in measures):
        for measure in codas[-1:]:
            measure.coda = True
    has_coda = any(measure.coda for measure in measures) and any(measure.to_coda for measure in measures)
    has_fine = any(measure.fine for measure in measures)
    for number, until in signs.jumps.items():
        jump = measures[number].jump or Jump()
        measures[number].jump = jump._replace(until=until or ("coda" if has_coda else "fine" if has_fine else "end"))


def _jump(
    measures: list[Measure], number: int, signs: Signs, to: Literal["beginning", "segno"], until: Until | None = None
) -> None:
    """Set a jump. A sound and words may tell the same one: what says where it ends comes out on top."""
    measures[number].jump = measures[number].jump or Jump(to)
    signs.jumps[number] = until or signs.jumps.get(number)


def _times(text: str) -> tuple[int, ...]:
    """The times of a bracket: ``1``, ``1, 2`` or ``1-3``."""
    times: set[int] = set()
    for first, last in re.findall(r"([0-9]{1,4})(?:\s?[-–]\s?([0-9]{1,4}))?", text[:LONGEST_NAME]):
        times |= set(range(int(first), min(int(last or first), MAX_ENDING) + 1))
    return tuple(sorted(time for time in times if 1 <= time <= MAX_ENDING))


def _whole(text: str | None) -> int | None:
    """A whole number above 0."""
    match = re.fullmatch(r"\s*([0-9]{1,9})\s*", text or "")
    return int(match[1]) if match else None
