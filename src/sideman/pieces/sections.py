"""The sections of a piece whose bars were moved, removed or made new: each bar stays in the section that it was in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, count, groupby

from sideman.arranging import Plan
from sideman.music.progression import Progression
from sideman.music.wishes import PlayedSection
from sideman.tokens.form import measures_of


def moved_sections(plan: Plan, progression: Progression, origins: Sequence[int | None]) -> tuple[PlayedSection, ...]:
    """The sections of a progression whose bars were those of a plan, by ``origins`` of the bars of the charts.

    A new bar belongs to the section of the one before it, and comes but once.
    """
    if not plan.sections:
        return ()
    before = _places(plan)
    fresh = count(1 + max(written for section in plan.sections for written in section.bars))
    begins = [0, *accumulate(_parts(progression, bar) for bar in range(progression.bars))][:-1]
    current = next((before[origin][0] for origin in origins if origin is not None), 0)
    after = []
    for begin in begins:
        origin = origins[begin]
        current, written = (current, next(fresh)) if origin is None else before[origin]
        after.append((current, written))
    return tuple(
        plan.sections[number]._replace(bars=tuple(written for _, written in bars))
        for number, bars in groupby(after, key=lambda place: place[0])
    )


def _places(plan: Plan) -> list[tuple[int, int]]:
    """For each bar of the chart the number of its section, and the written bar; an ending belongs to the last."""
    places: list[tuple[int, int]] = []
    bar = 0
    for number, section in enumerate(plan.sections):
        for written in section.bars:
            places += [(number, written)] * _parts(plan.progression, bar)
            bar += 1
    return places + [(len(plan.sections) - 1, places[-1][1] + 1)] * (plan.chart.bars - len(places))


def _parts(progression: Progression, bar: int) -> int:
    """How many bars of the chart a bar has."""
    return len(measures_of(progression.lines.meter(bar)))
