"""Chords told by their tones: degrees above the root to the quality that has them. Knows no text of a chart."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from sideman.music.qualities import QUALITIES, Quality

BY_DEGREES: Mapping[frozenset[str], Quality] = MappingProxyType(
    {frozenset(quality.degrees.split()): quality for quality in reversed(QUALITIES)}
)
# What is left out first where no quality has all the tones.
_LEAST_NEEDED = ("13", "11", "9", "6", "5")


def quality_of(degrees: Collection[str]) -> tuple[Quality, bool] | None:
    """The quality with these degrees (``1``, ``b3``, ``bb7``), and whether it has all of them.

    Where there is none, tones are left out, the highest first; None where even that leads nowhere.
    """
    left = set(degrees)
    if frozenset(left) in BY_DEGREES:
        return BY_DEGREES[frozenset(left)], True
    by_height = sorted(left, key=lambda degree: _LEAST_NEEDED.index(_number(degree)) if _is_least(degree) else 99)
    for degree in by_height:
        left.discard(degree)
        if frozenset(left) in BY_DEGREES:
            return BY_DEGREES[frozenset(left)], False
    return None


def _number(degree: str) -> str:
    return degree.lstrip("b#")


def _is_least(degree: str) -> bool:
    return _number(degree) in _LEAST_NEEDED
