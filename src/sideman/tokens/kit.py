"""What the drums begin with: a first bar with a bass drum, and with a snare or what stands for it in the style.

Knows the ids of a part of the drums. The first bar decides for all that follows in its style: a drum that is not in it
seldom comes later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sideman.music.band import Role
from sideman.music.kit import BASS_DRUMS, backbeat
from sideman.music.time import STEPS_PER_BEAT
from sideman.tokens.chart import Chart
from sideman.tokens.drum_hits import HIT_MASKS, LOWEST_DRUM
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.vocabulary import VOCABULARY

_DRUMS = Role.DRUMS.number
_POSITIONS, _HITS = (range(ids.start, ids.stop) for ids in map(VOCABULARY.range, ("position", "hit")))


class Kit:
    """What the first ``bar`` in a style, or in any, has; within one beat there is no backbeat."""

    def __init__(self, style: str | None, chart: Chart, bar: int = 0) -> None:
        self._bar = bar
        has_backbeat = min(chart.steps - int(chart.lines[bar]), chart.measures[bar].steps) > STEPS_PER_BEAT
        self._groups = (_bits(BASS_DRUMS), _bits(backbeat(style))) if has_backbeat else (_bits(BASS_DRUMS),)

    def is_told(self, prefix: Prefix, token: int) -> bool:
        """Whether ``token``, which is to follow, ends the drums' part of the bar."""
        if prefix.bar != self._bar or prefix.role != _DRUMS or prefix.stage is not Stage.SOUND:
            return False
        return token not in _POSITIONS and token not in _HITS

    def lacks(self, part: Sequence[int]) -> bool:
        """Whether the ids of a whole part of the drums leave out some of it."""
        played = 0
        for token in part:
            if token in _HITS:
                played |= HIT_MASKS[token - _HITS.start]
        return any(not played & drums for drums in self._groups)


def _bits(drums: Iterable[int]) -> int:
    """A bit mask, the lowest drum first, as those of the hits."""
    return sum(1 << drum - LOWEST_DRUM for drum in drums)
