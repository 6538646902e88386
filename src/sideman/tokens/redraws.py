"""Which parts of a take are drawn again: those that don't begin as they are to, and those of known songs. Knows ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from sideman.music.band import INSTRUMENTS, ROLES
from sideman.tokens.fingerprints import RUN
from sideman.tokens.kit import Beginning, ends_part
from sideman.tokens.parts import Part, Parts
from sideman.tokens.prefix import Prefix
from sideman.tokens.slices import part_begin

_DRAWS = 4  # of a part that a known song has, until it stays as it is


class Known(Protocol):
    """Songs that are not to be played again."""

    def ends(self, ids: Sequence[int], role: int, /) -> bool:
        """Whether the ids of some bars end as one of the songs, in what a role plays."""


class Redraws:
    """What a take remembers of it: how often each part may still be drawn again."""

    def __init__(self, beginnings: Iterable[Beginning], known: Known | None) -> None:
        self.beginnings = {(each.bar, each.role): each for each in beginnings}
        self._known = known
        self._left = {place: each.draws for place, each in self.beginnings.items()}
        self._left_of_known: dict[tuple[int, int], int] = {}

    def wants(self, prefix: Prefix, token: int, ids: Sequence[int], bar_begins: Sequence[int]) -> bool:
        """Whether the part that ``token`` would end is to be drawn again.

        ``ids`` come before, and each bar begins at an index of them.
        """
        place = prefix.bar, prefix.role
        beginning = self.beginnings.get(place) if self.beginnings else None
        if beginning is not None and self._left[place] and beginning.is_told(prefix, token):
            if beginning.lacks(ids[part_begin(ids) :]):
                self._left[place] -= 1
                return True
            self._left[place] = 0
        if self._known is None or not ends_part(prefix, token):
            return False
        left = self._left_of_known.get(place, _DRAWS)
        if not left or not self._is_known(prefix, ids, bar_begins, prefix.role):
            return False
        self._left_of_known[place] = left - 1
        return True

    def without_known(self, prefix: Prefix, ids: Sequence[int], bar_begins: Sequence[int], parts: Parts) -> Parts:
        """Of the parts of an earlier bar those that may be played again here: that make no run of a known song."""
        if self._known is None:
            return parts
        return {
            role: part for role, part in parts.items() if not self._is_known(prefix, ids, bar_begins, role.number, part)
        }

    def _is_known(
        self, prefix: Prefix, ids: Sequence[int], bar_begins: Sequence[int], role: int, part: Part = ()
    ) -> bool:
        """Whether with a part that follows, or with the last one, the last bars are those of a known song."""
        first = prefix.bar - RUN + 1
        if self._known is None or first < 0 or INSTRUMENTS[ROLES[role]].is_drum:
            return False
        return self._known.ends([*ids[bar_begins[first] :], *part], role)
