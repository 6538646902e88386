"""What the drums begin with: a first bar with a bass drum, and with a snare or what stands for it in the style.

Knows the ids of a part of the drums. The first bar decides for the whole piece: a drum that is not in it seldom comes
later.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

from sideman.music.band import Role
from sideman.music.kit import BASS_DRUM, BASS_DRUMS, SNARE, backbeat
from sideman.music.time import STEPS_PER_BEAT
from sideman.tokens.chart import Chart
from sideman.tokens.drum_hits import HIT_MASKS, LOWEST_DRUM
from sideman.tokens.encode import cover
from sideman.tokens.parts import Part
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.vocabulary import VOCABULARY

_DRUMS = Role.DRUMS.number
_POSITIONS, _HITS = (range(ids.start, ids.stop) for ids in map(VOCABULARY.range, ("position", "hit")))
_BACKBEAT = (STEPS_PER_BEAT, 3 * STEPS_PER_BEAT)  # the second and the fourth beat


class _Demand(NamedTuple):
    """One of ``drums`` has to be there, else ``added`` is added on ``steps``; drums are bit masks, the lowest first."""

    drums: int
    added: int
    steps: tuple[int, ...]


class Kit:
    """What the first bar of a chart has in a style, or in any; within one beat there is no backbeat."""

    def __init__(self, style: str | None, chart: Chart) -> None:
        steps = min(chart.steps, chart.measures[0].steps)
        beats = tuple(step for step in _BACKBEAT if step < steps)
        demands = [_Demand(_bits(BASS_DRUMS), _bits([BASS_DRUM]), (0,))]
        if beats:
            demands.append(_Demand(_bits(backbeat(style)), _bits([SNARE]), beats))
        self._demands = tuple(demands)

    def is_told(self, prefix: Prefix, token: int) -> bool:
        """Whether ``token``, which is to follow, ends the drums' part of the first bar."""
        if prefix.bar or prefix.role != _DRUMS or prefix.stage is not Stage.SOUND:
            return False
        return token not in _POSITIONS and token not in _HITS

    def lacks(self, part: Part) -> bool:
        """Whether a whole part of the drums leaves out some of it."""
        return bool(self._missing(_onsets(part)))

    def completed(self, part: Part) -> Part:
        """A part with what it lacks: the bass drum on the first beat, the snare on the second and the fourth."""
        onsets = _onsets(part)
        for demand in self._missing(onsets):
            for step in demand.steps:
                onsets[step] = onsets.get(step, 0) | demand.added
        begin = next(place for place, token in enumerate(part) if token in _POSITIONS)
        ids = list(part[:begin])
        for step, drums in sorted(onsets.items()):
            ids += [_POSITIONS.start + step, *(_HITS.start + hit for hit in cover(drums))]
        return tuple(ids)

    def _missing(self, onsets: dict[int, int]) -> list[_Demand]:
        played = reduce(or_, onsets.values(), 0)
        return [demand for demand in self._demands if not played & demand.drums]


def _bits(drums: Iterable[int]) -> int:
    return sum(1 << drum - LOWEST_DRUM for drum in drums)


def _onsets(part: Part) -> dict[int, int]:
    """The drums of each onset, a bit mask, by its step."""
    onsets: dict[int, int] = {}
    step = 0
    for token in part:
        if token in _POSITIONS:
            step = token - _POSITIONS.start
        elif token in _HITS:
            onsets[step] = onsets.get(step, 0) | HIT_MASKS[token - _HITS.start]
    return onsets
