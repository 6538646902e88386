"""Several drafts of a change, of which the one is taken that the bars after it fit best. Knows takes and seeds.

Bars behind a change stay as they are; what comes before them should be what leads there. So each draft is judged by
how likely the model finds the kept parts of the next bars after it, in bits per id, and the likeliest wins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sideman.composer import Composer, Take
from sideman.errors import OptionError
from sideman.tokens.parts import Parts, parts_of

DRAFTS = 4
MAX_DRAFTS = 16
SPARE = 2  # drafts of so many bars at most, so that what is played anew is not what it was
BATCH = 16  # takes composed at a time
SEAM_BARS = 2  # after each run of changed bars, as far as they are kept


@dataclass(frozen=True)
class Draft:
    """A take, and the seed with which it alone is composed again."""

    seed: int
    take: Take

    @cached_property
    def parts(self) -> list[Parts]:
        """Those of each bar; the take must be done."""
        return parts_of(self.take.ids)

    @property
    def misfit(self) -> float:
        """Bits per id of the kept parts that follow; 0 where none do."""
        return self.take.bits / self.take.told if self.take.told else 0.0


class Drafts:
    """Drafts of ``takes`` alternatives, to be composed by whoever has a :class:`Composer`, others beside them.

    ``begin`` gives the take of a seed. The first draft of the first alternative has ``seed`` itself; an alternative is
    the same however many others are asked for. None is as the bars were ``before``, or as another one, where a draft
    is different. Where no kept bar follows, one draft is enough. Raises :class:`OptionError` for too many.
    """

    def __init__(
        self,
        begin: Callable[[int], Take],
        seed: int,
        drafts: int = DRAFTS,
        takes: int = 1,
        before: Sequence[Parts] = (),
    ) -> None:
        if not 1 <= drafts <= MAX_DRAFTS:
            raise OptionError(f"{drafts} drafts are out of range: give 1 to {MAX_DRAFTS}")
        if takes < 1:
            raise OptionError(f"{takes} takes are out of range: give 1 or more")
        self._before = [*before]
        self.alternatives = tuple(
            tuple(Draft(each, begin(each)) for each in seeds_of(own, drafts)) for own in seeds_of(seed, takes)
        )

    @property
    def takes(self) -> tuple[Take, ...]:
        """All that is to be composed."""
        return tuple(draft.take for drafts in self.alternatives for draft in drafts)

    def best(self) -> list[Draft]:
        """Of each alternative the draft that fits best, the first of several; all must be done."""
        there = [self._before]
        chosen = []
        for drafts in self.alternatives:
            others = [draft for draft in drafts if draft.parts not in there]
            best = min(others or drafts, key=lambda draft: draft.misfit)
            there.append(best.parts)
            chosen.append(best)
        return chosen


def seeds_of(seed: int, count: int) -> list[int]:
    """So many seeds, of which the first is the given one; the first ones are the same for any count."""
    more = np.random.SeedSequence((seed, 1)).generate_state(count, np.uint32)[1:]
    return [seed, *more.tolist()]


def seam_after(changed: Collection[int], bars: int) -> frozenset[int]:
    """The kept bars, of so many, by which drafts are judged: the next ones after each changed bar."""
    near = {bar + behind for bar in changed for behind in range(1, SEAM_BARS + 1)}
    return frozenset(bar for bar in near if bar < bars and bar not in changed)


def compose(takes: Sequence[Take], composer: Composer, on_progress: Callable[[float], object] | None = None) -> None:
    """Compose takes to their end, as many at a time as there is room; ``on_progress`` hears how many bars are done."""
    for _ in composer.run(takes):
        if on_progress is not None:
            on_progress(sum(take.whole_bars for take in takes))
