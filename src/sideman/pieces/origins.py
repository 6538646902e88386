"""Which bar of a piece before is which of it after: bars that kept metre and chords, as many as possible.

Bars count as people count them, also where the chart tells one as two.

The longest common subsequence, after what begins and ends alike; of several the one that moves bars least.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import pairwise

import numpy as np

from sideman.errors import OptionError
from sideman.tokens.chart import Change, Chart
from sideman.tokens.form import Measure

Shape = tuple[tuple[Measure, ...], int]  # of a bar: its metre, and the steps of it that are played


def origins_of(before: Chart, after: Chart, wished: Sequence[int | None] | None = None) -> tuple[int | None, ...]:
    """For each bar after the bar before that it was, None for one that is new or other; both charts in one key.

    As many as possible stay, or of the ``wished`` ones those that can. Raises :class:`OptionError` for wishes that are
    not one for each bar, or of bars that there are not.
    """
    old, new = _bars(before), _bars(after)
    if wished is None:
        return matched(old, new)
    if len(wished) != len(new) or any(origin is not None and not 0 <= origin < len(old) for origin in wished):
        raise OptionError(f"origins of bars: one for each of {len(new)}, from 0 to {len(old) - 1} or none")
    return tuple(
        origin if origin is not None and old[origin] == bar else None for origin, bar in zip(wished, new, strict=True)
    )


def following(before: Chart, after: Chart, origins: Sequence[int | None]) -> tuple[int, ...]:
    """Bars that stay, but lead to another chord than before: players may have anticipated that."""
    old, new = map(_chords_after, (before, after))
    return tuple(bar for bar, origin in enumerate(origins) if origin is not None and old[origin] != new[bar])


def _chords_after(chart: Chart) -> list[Change]:
    """The chord to which each bar leads."""
    heads = chart.heads()
    return [heads[span[-1]][-1] for span in chart.spans]


def shapes(chart: Chart) -> list[Shape]:
    """The metre of each bar, and the steps of it that are played: the last one may be cut."""
    begins = chart.lines.tolist()
    return [
        (tuple(chart.measures[part] for part in span), min(begins[span.stop], chart.steps) - begins[span.start])
        for span in chart.spans
    ]


def parts_origins(before: Chart, after: Chart, origins: Sequence[int | None]) -> tuple[int | None, ...]:
    """The same for the bars of the charts, of which a bar may have several; both are of the same shape."""
    found: list[int | None] = []
    for span, origin in zip(after.spans, origins, strict=True):
        found += [None] * len(span) if origin is None else before.spans[origin]
    return tuple(found)


def _bars(chart: Chart) -> list[Hashable]:
    """What is asked of each bar: its metre and its chords."""
    heads = chart.heads()
    chords = (tuple(heads[part][:-1] for part in span) for span in chart.spans)
    return [*zip(shapes(chart), chords, strict=True)]


def filled(
    origins: Sequence[int | None], before: Sequence[Hashable], after: Sequence[Hashable]
) -> tuple[int | None, ...]:
    """Origins with those of bars that only changed their chords: as many between bars that stay, of the same shapes."""
    found = [*origins]
    places = [-1, *(bar for bar, origin in enumerate(origins) if origin is not None), len(origins)]
    for left, right in pairwise(places):
        first = -1 if left < 0 else origins[left]
        last = len(before) if right == len(origins) else origins[right]
        if first is None or last is None or last - first != right - left:
            continue
        if all(before[first + step] == after[left + step] for step in range(1, right - left)):
            found[left + 1 : right] = range(first + 1, last)
    return tuple(found)


def matched(before: Sequence[Hashable], after: Sequence[Hashable]) -> tuple[int | None, ...]:
    """For each of ``after`` the place in ``before`` that it is, in rising order; None where it is none."""
    shorter = min(len(before), len(after))
    start = next((place for place in range(shorter) if before[place] != after[place]), shorter)
    room = shorter - start
    end = next((place for place in range(room) if before[-1 - place] != after[-1 - place]), room)
    middle = _longest(before[start : len(before) - end], after[start : len(after) - end])
    return (
        *range(start),
        *(None if place is None else start + place for place in middle),
        *range(len(before) - end, len(before)),
    )


def _longest(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[int | None]:
    """The longest common subsequence."""
    in_place = [place if place < len(before) and before[place] == bar else None for place, bar in enumerate(after)]
    known: dict[Hashable, int] = {}
    ours = np.array([known.setdefault(bar, len(known)) for bar in before])
    theirs = np.array([known.setdefault(bar, len(known)) for bar in after])
    # lengths[i, j]: of the longest in before[i:] and after[j:]
    lengths = np.zeros((len(before) + 1, len(after) + 1), np.uint16)
    for place in range(len(before) - 1, -1, -1):
        below = lengths[place + 1]
        longest = np.maximum(below[:-1], below[1:] + (theirs == ours[place]))
        lengths[place, :-1] = np.maximum.accumulate(longest[::-1])[::-1]
    if sum(place is not None for place in in_place) >= lengths[0, 0]:
        return in_place  # nothing need move
    found: list[int | None] = [None] * len(after)
    i = j = 0
    while i < len(before) and j < len(after):
        if ours[i] == theirs[j] and lengths[i, j] == lengths[i + 1, j + 1] + 1:
            found[j] = i
            i, j = i + 1, j + 1
        elif lengths[i + 1, j] >= lengths[i, j + 1]:
            i += 1
        else:
            j += 1
    return found
