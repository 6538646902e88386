"""The sections of a piece whose bars were moved, removed or made new: each bar stays in the section that it was in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, groupby

from sideman.arranging import Plan
from sideman.music.wishes import PlayedSection


def moved_sections(plan: Plan, origins: Sequence[int | None]) -> tuple[PlayedSection, ...]:
    """The sections of a piece whose bars were those of a plan, by ``origins``.

    A new bar belongs to the section of the one before it, and comes but once.
    """
    if not plan.sections:
        return ()
    before = _places(plan)
    fresh = count(1 + max(written for section in plan.sections for written in section.bars))
    current = next((before[origin][0] for origin in origins if origin is not None), 0)
    after = []
    for origin in origins:
        current, written = (current, next(fresh)) if origin is None else before[origin]
        after.append((current, written))
    return tuple(
        plan.sections[number]._replace(bars=tuple(written for _, written in bars))
        for number, bars in groupby(after, key=lambda place: place[0])
    )


def _places(plan: Plan) -> list[tuple[int, int]]:
    """For each bar the number of its section, and the written bar; an ending belongs to the last."""
    places = [(number, written) for number, section in enumerate(plan.sections) for written in section.bars]
    return places + [(len(plan.sections) - 1, places[-1][1] + 1)] * (plan.bars - len(places))
