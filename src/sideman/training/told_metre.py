"""Which metre a MIDI file says that it is in, and for how long. Knows time signatures; no notes.

A file may say anything: exporters write 1/4 where they know none, a pick-up is a bar of 1/8, and many songs change
their metre for some bars. So the longest stretch is taken that is in one metre of the language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sideman.music.time import COMMON_TIME, Meter

_WALTZ, _SIX_EIGHT = Meter(3, 4), Meter(6, 8)
# What the bars of a signature are read as: those of 4/4 where they are halves or quarters of such.
_READ_AS = {
    **dict.fromkeys(((4, 4), (2, 2), (2, 4), (1, 4)), COMMON_TIME),
    (3, 4): _WALTZ,
    (6, 8): _SIX_EIGHT,
}
_QUARTERS = {COMMON_TIME: 4, _WALTZ: 3, _SIX_EIGHT: 3}  # of a bar
TAKEN = "4/4, 3/4 and 6/8"


class Signature(NamedTuple):
    """From a time on, in the file's ticks, bars have so many notes of this kind."""

    time: int
    numerator: int
    denominator: int


class Stretch(NamedTuple):
    """Bars of one metre, from a bar line up to a time, in the file's ticks; None: of one that nobody knows."""

    begin: int
    end: int
    meter: Meter | None


def longest_stretch(signatures: Iterable[Signature], end: int, resolution: int) -> Stretch | None:
    """The longest stretch up to ``end`` in a known metre; None where all is in others.

    Where nothing is told the metre is 4/4, as MIDI says. A quarter has ``resolution`` ticks.
    """
    told = sorted((each for each in signatures if each.time < max(end, 1)), key=lambda each: each.time)
    stretches = _stretches(told, end, resolution)
    known = [each for each in stretches if each.meter is not None and (each.end > each.begin or end <= 0)]
    return max(known, key=lambda stretch: stretch.end - stretch.begin, default=None)


def _stretches(told: Sequence[Signature], end: int, resolution: int) -> list[Stretch]:
    """All stretches; a signature that only says again what holds, on a bar line, begins none."""
    stretches = [Stretch(0, end, COMMON_TIME)]
    for each in told:
        last, meter = stretches[-1], _READ_AS.get((each.numerator, each.denominator))
        since = each.time - last.begin
        if meter == last.meter and meter is not None and since % (_QUARTERS[meter] * resolution) == 0:
            continue
        stretches[-1] = last._replace(end=each.time)
        stretches.append(Stretch(each.time, end, meter))
    return stretches
