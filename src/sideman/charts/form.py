"""The order in which written measures are played: repeats, endings, D.C., D.S., segno, coda and fine.

As musicians follow the signs: a passage is played as often as it says; a bracket only in its times; after a jump
repeats are not played again, and brackets are those of the last time. Signs that lead nowhere are passed over;
:func:`missing` finds those of jumps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from sideman.errors import OptionError
from sideman.music.progression import MAX_BEATS

MAX_PLAYED = MAX_BEATS  # bars: no metre has less than a beat
Target = Literal["beginning", "segno"]
TARGETS: tuple[Target, ...] = ("beginning", "segno")


class Leap(Protocol):
    """What a jump tells."""

    @property
    def to(self) -> Target:
        """Where playing goes on."""

    @property
    def until(self) -> Literal["end", "fine", "coda"]:
        """Where it then ends, or leaves for the coda."""


class Signs(Protocol):
    """What a measure tells of the order; see :class:`sideman.charts.sheet.Measure`."""

    repeat: bool
    times: int
    endings: tuple[int, ...]
    ending_stops: bool
    segno: bool
    coda: bool
    to_coda: bool
    fine: bool

    @property
    def jump(self) -> Leap | None:
        """What is played after the measure, where it isn't the next one."""


class _Bracket(NamedTuple):
    """Where a bracket stops, the last time through its passage, and whether playing goes back after it.

    ``coda`` and ``fine`` are the times that lead there: those of the bracket in which it stands, or the last.
    """

    stop: int
    last: int
    goes_back: bool
    coda: int
    fine: int

    def time_after(self, leap: Leap) -> int:
        """The time that is played after a jump."""
        return {"coda": self.coda, "fine": self.fine}.get(leap.until, self.last)


def unfold(measures: Sequence[Signs]) -> tuple[int, ...]:
    """The numbers of the measures as they are played.

    Raises :class:`OptionError` for more than :data:`MAX_PLAYED` bars. Every jump is taken once, so it ends.
    """
    if (
        not any(measure.times or measure.endings or measure.jump for measure in measures)
        and len(measures) <= MAX_PLAYED
    ):
        return tuple(range(len(measures)))
    order: list[int] = []
    brackets = _brackets(measures)
    last_times = _times(measures, brackets)
    segno = next((number for number, measure in enumerate(measures) if measure.segno), 0)
    coda = next((number for number, measure in enumerate(measures) if measure.coda), None)
    start, time = 0, 1
    leap: Leap | None = None
    taken: set[int] = set()
    number = 0
    while number < len(measures):
        measure = measures[number]
        bracket = brackets.get(number)
        passing = time  # a later bracket may begin a passage of its own
        if measure.repeat and number != start:
            start, time = number, 1
            passing = passing if bracket and 1 not in measure.endings else 1
        elif measure.repeat:
            bracket = None
        if bracket is not None and (bracket.time_after(leap) if leap else passing) not in measure.endings:
            number = bracket.stop
            continue
        order.append(number)
        if len(order) > MAX_PLAYED:
            raise OptionError(f"with its repeats played the chart has more than {MAX_PLAYED:,} bars")
        if leap and leap.until == "fine" and measure.fine:
            break
        if leap and leap.until == "coda" and measure.to_coda and coda is not None:
            start = number = coda
            time, leap = 1, None
            continue
        times = last_times.get(number, 0)
        if times and not leap and time < times:
            number, time = start, time + 1
            continue
        if times:
            start, time = number + 1, 1
        if measure.jump and number not in taken:
            taken.add(number)
            leap = measure.jump
            start = number = segno if leap.to == "segno" else 0
            time = 1
            continue
        number += 1
    return tuple(order)


def end_after(measures: Sequence[Signs], to: Target) -> Literal["end", "fine", "coda"]:
    """Where playing ends after a jump that doesn't say it: signs before the bar that it goes to lead nowhere."""
    played = _played_after(measures, to)
    if any(measure.to_coda for measure in played) and any(measure.coda for measure in measures):
        return "coda"
    return "fine" if any(measure.fine for measure in played) else "end"


def missing(measures: Sequence[Signs]) -> Iterator[tuple[int, Literal["segno", "fine", "to coda", "coda"]]]:
    """The signs that jumps lead to and that stand nowhere, each with the number of the jump's measure."""
    has_segno = any(measure.segno for measure in measures)
    has_coda = any(measure.coda for measure in measures)
    played = {to: _played_after(measures, to) for to in TARGETS}
    has_fine = {to: any(measure.fine for measure in played[to]) for to in TARGETS}
    leaves = {to: any(measure.to_coda for measure in played[to]) for to in TARGETS}
    for number, leap in ((number, measure.jump) for number, measure in enumerate(measures) if measure.jump):
        if leap.to == "segno" and not has_segno:
            yield number, "segno"
        if leap.until == "fine" and not has_fine[leap.to]:
            yield number, "fine"
        if leap.until == "coda" and not leaves[leap.to]:
            yield number, "to coda"
        if leap.until == "coda" and not has_coda:
            yield number, "coda"


def _played_after(measures: Sequence[Signs], to: Target) -> Sequence[Signs]:
    """The measures from the one on that a jump goes to: the first where there is no segno."""
    segno = next((number for number, measure in enumerate(measures) if measure.segno), 0)
    return measures[segno if to == "segno" else 0 :]


def _times(measures: Sequence[Signs], brackets: Mapping[int, _Bracket]) -> dict[int, int]:
    """How often a passage is played in all, by the measures after which playing goes back or on."""
    times = {number: measure.times for number, measure in enumerate(measures) if measure.times}
    for begin, bracket in brackets.items():
        end = bracket.stop - 1
        if measures[begin].repeat and 1 not in measures[begin].endings:
            continue  # it is a passage of its own
        if end in times or bracket.goes_back:
            times[end] = max(times.get(end, 0), bracket.last)
    return times


def _brackets(measures: Sequence[Signs]) -> dict[int, _Bracket]:
    """The brackets by the measures where they begin. Those of a passage follow one another, the first for time 1."""
    found: dict[int, _Bracket] = {}
    group: list[tuple[int, int]] = []
    number = 0
    while number < len(measures):
        if not measures[number].endings:
            number += 1
            continue
        stop = number + 1
        while stop < len(measures) and not _ends(measures, stop):
            stop += 1
        group.append((number, stop))
        number = stop
        if number < len(measures) and measures[number].endings and 1 not in measures[number].endings:
            continue
        if 1 in measures[group[0][0]].endings:
            found |= _group(measures, group)
        group = []
    return found


def _group(measures: Sequence[Signs], group: Sequence[tuple[int, int]]) -> dict[int, _Bracket]:
    """The brackets of one passage, each from a measure to before another."""
    last = coda = fine = max(max(measures[begin].endings) for begin, _ in group)
    for begin, stop in group:
        if any(measures[number].to_coda for number in range(begin, stop)):
            coda = max(measures[begin].endings)
        if any(measures[number].fine for number in range(begin, stop)):
            fine = max(measures[begin].endings)
    return {begin: _Bracket(stop, last, last not in measures[begin].endings, coda, fine) for begin, stop in group}


def _ends(measures: Sequence[Signs], stop: int) -> bool:
    """Whether a bracket is over before a measure."""
    before, here = measures[stop - 1], measures[stop]
    return bool(before.times or before.ending_stops or here.endings or here.repeat)
