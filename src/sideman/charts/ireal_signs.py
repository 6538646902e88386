"""The signs of an iReal Pro chart at its measures: repeats, brackets, D.C. and D.S., segno, coda, fine, and words.

Words can stand some bars before the double bar at which they are obeyed: there is room for them there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Literal

from sideman.charts.ireal_chords import DOUBLE, Bar, Remark
from sideman.charts.reading import Notes
from sideman.charts.sheet import Jump, Measure

ROOM = 3  # bars from words to the double bar at which they are obeyed

_TIMES = re.compile(r"\(?([0-9]{1,2}) ?(?:x|xs|times)\.?\)?", re.IGNORECASE)
_JUMP = re.compile(
    r"(?P<to>d\. ?[cs]\.?|d[cs]\b|da capo|dal segno)"
    r"(?: al (?:(?P<until>fine|coda)|(?P<ending>[1-9])(?:st|nd|rd|th)? end(?:ing)?)\.?)?\.?",
    re.IGNORECASE,
)
_FINE = re.compile(r"fine\.?", re.IGNORECASE)
_INSTRUCTION = re.compile(
    r"\b(?:fade|open|repeat|vamp|only|last|time|times|[0-9]+x|x[0-9]+|d\. ?[cs]|coda|fine|feel|rit|break|tacet|solos?"
    r"|tag|play|till|until|cue|optional|stop|swing|latin|rubato|double|half|loop)\b",
    re.IGNORECASE,
)
_NAME = r"intro|verse|chorus|bridge|refrain|pre-?chorus|interlude|outro|head|melody|theme|solos?|trio"
_SECTION = re.compile(rf"(?:{_NAME})(?: [0-9]{{1,2}}| [A-Z])?", re.IGNORECASE)
_SECTION_ABOVE = re.compile(rf"(?:{_NAME}|ending|vamp|tag|coda)(?: [0-9]{{1,2}}| [A-Z])?", re.IGNORECASE)


def names_section(words: str) -> bool:
    """Whether words above the staff are a section's name."""
    follows = _JUMP.fullmatch(words) or _TIMES.fullmatch(words) or _INSTRUCTION.search(words)
    return bool(words and (_SECTION_ABOVE.fullmatch(words) or not follows))


def sign(bars: Sequence[Bar], measures: Sequence[Measure], notes: Notes) -> None:
    """Put the signs of ``bars`` at ``measures``, one for each; those that lead nowhere are noted."""
    for bar, measure in zip(bars, measures, strict=True):
        measure.repeat = bar.opening == "{"
        measure.times = 2 if bar.closing == "}" else 0
        measure.segno = bar.segno
        measure.section = bar.section
        measure.endings = (bar.ending,) if bar.ending else ()
        measure.fine = bar.end
        for remark in bar.remarks:
            if _FINE.fullmatch(remark.words):
                measure.fine = True
            elif not (_JUMP.fullmatch(remark.words) or _TIMES.fullmatch(remark.words)):
                _read_words(measure, remark, notes)
    _repeat(bars, measures, notes)
    _stop_brackets(bars, measures)
    _codas(bars, measures, notes)
    _jumps(bars, measures, notes)
    if any(bar.end for bar in bars) and not any(measure.jump and measure.jump.until == "fine" for measure in measures):
        notes.note("ignored", "END", text="U")


def _read_words(measure: Measure, remark: Remark, notes: Notes) -> None:
    """A section's name, or an instruction that nobody follows; other words say nothing."""
    words, leads, above = remark
    if leads and measure.section is None and ((above and names_section(words)) or _SECTION.fullmatch(words)):
        measure.section = words
    elif _INSTRUCTION.search(words):
        notes.note("ignored", words, text=words)


def _repeat(bars: Sequence[Bar], measures: Sequence[Measure], notes: Notes) -> None:
    """Follow ``3x`` and the like: at the repeat sign that comes next; or at a double bar, where there is none."""
    ends: list[int | None] = []
    close: int | None = None
    double: int | None = None
    for number in range(len(bars) - 1, -1, -1):
        if number + 1 < len(bars) and measures[number + 1].repeat:
            close = double = None
        close = number if measures[number].times else close
        double = number if bars[number].closing in DOUBLE else double
        ends.append(double if close is None else close)
    ends.reverse()
    is_open = False
    for number, (bar, measure) in enumerate(zip(bars, measures, strict=True)):
        is_open |= measure.repeat
        for remark in bar.remarks:
            words = _TIMES.fullmatch(remark.words)
            end = ends[number]
            if words and end is not None and int(words[1]) and (measures[end].times or is_open):
                measures[end].times = int(words[1])
            elif words:
                notes.note("ignored", remark.words, text=remark.words)
        is_open &= not measure.times


def _stop_brackets(bars: Sequence[Bar], measures: Sequence[Measure]) -> None:
    """A bracket ends at a double bar, unless the passage goes on to a repeat sign with another bracket behind it."""
    goes_on = [False] * len(bars)  # whether the next repeat sign, before any other passage begins, is such a one
    for number in range(len(bars) - 2, -1, -1):
        following = measures[number + 1]
        if measures[number].times:
            goes_on[number] = bool(following.endings)
        elif not (following.repeat or following.endings):
            goes_on[number] = goes_on[number + 1]
    is_inside = False
    for bar, measure, further in zip(bars, measures, goes_on, strict=True):
        is_inside |= bool(measure.endings)
        measure.ending_stops = is_inside and not measure.times and bar.closing in DOUBLE and not further
        is_inside &= not (measure.ending_stops or measure.times)


def _codas(bars: Sequence[Bar], measures: Sequence[Measure], notes: Notes) -> None:
    """The last Q, or the last before all of its bar, is the coda; from the others playing goes to it."""
    signs = [(number, leads) for number, bar in enumerate(bars) for leads in bar.codas]
    if not signs:
        return
    leading = [place for place, (_, leads) in enumerate(signs) if leads and place]
    target = leading[-1] if leading else len(signs) - 1
    if not target:
        notes.note("ignored", "coda", text="Q")
        return
    measures[signs[target][0]].coda = True
    for place, (number, leads) in enumerate(signs):
        if place != target:
            measures[max(number - leads, 0)].to_coda = True


def _jumps(bars: Sequence[Bar], measures: Sequence[Measure], notes: Notes) -> None:
    """Follow D.C. and D.S.; with a coda that no words lead to, the last chorus goes to it."""
    brackets: dict[int, list[int]] = {}
    for number, bar in enumerate(bars):
        if bar.ending:
            brackets.setdefault(bar.ending, []).append(number)
    found = False
    for number, bar in enumerate(bars):
        words = next(filter(None, (_JUMP.fullmatch(remark.words) for remark in bar.remarks)), None)
        if words:
            found = True
            end = _double_bar(bars, measures, number)
            measures[end].jump = _jump(words, end, brackets, measures)
    coda = next((number for number, measure in enumerate(measures) if measure.coda), 0)
    leaves = [number for number, measure in enumerate(measures[:coda]) if measure.to_coda]
    if not found and leaves and leaves[-1] < coda - 1:
        answer = notes.ask("coda", ("chorus", "once"), text="Q")
        measures[coda - 1].jump = Jump("beginning", "coda") if answer == "chorus" else None


def _double_bar(bars: Sequence[Bar], measures: Sequence[Measure], number: int) -> int:
    """The bar after which words at a bar are obeyed: the next with a double bar, where it is near."""
    for end in range(number, min(number + ROOM, len(bars))):
        if bars[end].closing in DOUBLE or end + 1 == len(bars) or measures[end + 1].coda:
            return end
    return number


def _jump(words: re.Match[str], end: int, brackets: Mapping[int, list[int]], measures: Sequence[Measure]) -> Jump:
    """Where words lead. To an ending that is yet to come one goes as to a coda; one that was played ends the piece."""
    is_segno = words["to"].lower().replace(" ", "").startswith(("d.s", "ds", "dals"))
    to: Literal["beginning", "segno"] = "segno" if is_segno else "beginning"
    if words["until"]:
        return Jump(to, "fine" if words["until"].lower() == "fine" else "coda")
    numbers = brackets.get(int(words["ending"] or 0), [])
    later = bisect_right(numbers, end)
    first = bisect_right(brackets.get(1, []), end)
    if later < len(numbers) and first and brackets[1][first - 1]:
        measures[brackets[1][first - 1] - 1].to_coda = True
        measures[numbers[later]].coda = True
        return Jump(to, "coda")
    if numbers and end + 1 == len(measures):
        last = numbers[-1]
        while last < end and not (measures[last].ending_stops or measures[last].times):
            last += 1
        measures[last].fine = True
        return Jump(to, "fine")
    return Jump(to)
