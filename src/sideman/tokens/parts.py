"""The parts of a take, one a role and bar, each complete in itself: whichever stand before it, it says the same notes.

In a take's ids a part tells its loudness only where it changes; here every part that plays tells it. Knows ids alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sideman.errors import TokenError
from sideman.music.band import ROLES, Role
from sideman.tokens.slices import BEGINS_PART, ROLE, bars
from sideman.tokens.vocabulary import VOCABULARY

Part = tuple[int, ...]
Parts = Mapping[Role, Part]  # of a bar

_END = VOCABULARY.id("end")
_BEGINS, _ROLE = BEGINS_PART.tolist(), ROLE.tolist()
_LEVELS = VOCABULARY.range("loudness")
_RESTS = VOCABULARY.range("rest")


class Reader:
    """Reads the parts of whole bars, one bar after the other from the first on; trusts its ids."""

    def __init__(self) -> None:
        self._loudness: dict[int, int] = {}

    def read(self, bar: Sequence[int]) -> Parts:
        """The parts of the next bar, of which these are the ids."""
        starts = [place for place, token in enumerate(bar) if _BEGINS[token]]
        of_bar: dict[Role, Part] = {}
        for start, end in pairwise([*starts, len(bar)]):
            role, told = _ROLE[bar[start]], list(bar[start:end])
            if len(told) > 1:
                if not _is_level(told[1]):
                    told.insert(1, self._loudness[role])
                self._loudness[role] = told[1]
            of_bar[ROLES[role]] = tuple(told)
        return of_bar


def parts_of(ids: Sequence[int] | npt.NDArray[np.integer]) -> list[Parts]:
    """The parts of each whole bar in the ids of a take; trusts its ids."""
    array = np.array(ids, np.uint16)
    reader = Reader()
    found = [reader.read(bar.tolist()) for bar in bars(array[:-1] if array.size and array[-1] == _END else array)]
    return [bar for bar in found if bar]  # the last one of an excerpt is only begun


def rest(role: Role) -> Part:
    """The part of a role that rests."""
    return (VOCABULARY.id("rest", role.number),)


def following(part: Part, loudness: int) -> list[int]:
    """The ids of a part where its role has this loudness, an id or -1: that is then not told again."""
    return [part[0], *part[2:]] if len(part) > 1 and part[1] == loudness else list(part)


def join(parts: Iterable[Part]) -> list[int]:
    """The parts of one role in one row, which :func:`split` takes apart."""
    return [token for part in parts for token in part]


def split(ids: Sequence[int] | npt.NDArray[np.integer], role: Role) -> list[Part]:
    """The parts of one role that stand in a row.

    Raises :class:`TokenError` for what is not an id, or not a part of this role.
    """
    array = np.array(ids, np.int64)
    if array.size and not 0 <= array.min() <= array.max() < VOCABULARY.size:
        raise TokenError(f"ids outside of the vocabulary of {VOCABULARY.size}")
    starts = np.flatnonzero(BEGINS_PART[array])
    found = [tuple(part.tolist()) for part in np.split(array, starts)]
    if found[0] or (ROLE[array[starts]] != role.number).any():
        raise TokenError(f"ids that are not parts of {role}")
    for part in found[1:]:
        if (len(part) == 1) != (_RESTS.start <= part[0] < _RESTS.stop) or (len(part) > 1 and not _is_level(part[1])):
            raise TokenError(f"a part of {role} that neither rests nor tells its loudness")
    return found[1:]


def _is_level(token: int) -> bool:
    return bool(_LEVELS.start <= token < _LEVELS.stop)
