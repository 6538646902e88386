"""What a first bar begins with: drums with a bass drum, and a snare or what stands for it; in 3/4 a one that is one.

Besides what leads to another section, and what a bar that is played anew is not. Knows the ids of parts. The first bar
decides for all that follows in its style: a drum that is not in it seldom comes later, and a bass that walks goes on
walking.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence

from sideman.music.band import Role
from sideman.music.kit import BASS_DRUMS, STRUCK_SNARES, TOMS, backbeat
from sideman.music.time import STEPS_PER_BEAT, Meter
from sideman.tokens.chart import Chart
from sideman.tokens.drum_hits import HIT_MASKS, LOWEST_DRUM
from sideman.tokens.form import measures_of
from sideman.tokens.leads import Lead
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.vocabulary import VOCABULARY

_POSITIONS, _LENGTHS, _PITCHES, _HITS = (
    range(ids.start, ids.stop) for ids in map(VOCABULARY.range, ("position", "length", "pitch", "hit"))
)
_GO_ON = frozenset((*_POSITIONS, *_LENGTHS, *_PITCHES, *_HITS))  # within a part that sounds
_TOMS_OF_FILL, _SNARES_OF_FILL = 2, 3  # onsets
WALTZ = measures_of(Meter(3, 4))


def ends_part(prefix: Prefix, token: int) -> bool:
    """Whether ``token``, which is to follow, ends a part that sounds."""
    return prefix.stage is Stage.SOUND and int(token) not in _GO_ON


class Beginning(ABC):
    """What the part of a ``role`` in a ``bar`` of the chart is to be like; else it is drawn again, so many times."""

    draws = 1

    def __init__(self, role: Role, bar: int) -> None:
        self.role, self.bar = role.number, bar

    def is_told(self, prefix: Prefix, token: int) -> bool:
        """Whether ``token``, which is to follow, ends the part."""
        return prefix.bar == self.bar and prefix.role == self.role and ends_part(prefix, token)

    @abstractmethod
    def lacks(self, part: Sequence[int]) -> bool:
        """Whether the ids of a whole part are not like that."""


class Kit(Beginning):
    """What the drums of the first ``bar`` in a style, or in any, have; within one beat there is no backbeat."""

    def __init__(self, style: str | None, chart: Chart, bar: int = 0) -> None:
        super().__init__(Role.DRUMS, bar)
        has_backbeat = min(chart.steps - int(chart.lines[bar]), chart.measures[bar].steps) > STEPS_PER_BEAT
        self._groups = (_bits(BASS_DRUMS), _bits(backbeat(style))) if has_backbeat else (_bits(BASS_DRUMS),)

    def lacks(self, part: Sequence[int]) -> bool:
        """Whether a bass drum or a backbeat is missing."""
        played = 0
        for _, drums in _hits(part):
            played |= drums
        return any(not played & drums for drums in self._groups)


class WaltzDrums(Kit):
    """The same in 3/4, with the bass drum on one alone; without a style that is all."""

    def __init__(self, style: str | None, chart: Chart, bar: int = 0) -> None:
        super().__init__(style, chart, bar)
        self._any = style is None

    def lacks(self, part: Sequence[int]) -> bool:
        """Whether the bass drum stands elsewhere, or some of the kit is missing."""
        bass_drum = {step for step, drums in _hits(part) if drums & _bits(BASS_DRUMS)}
        on_one = 0 in bass_drum and not bass_drum & {STEPS_PER_BEAT, 2 * STEPS_PER_BEAT}
        return not on_one or (not self._any and super().lacks(part))


class WaltzBass(Beginning):
    """The bass of a first bar in 3/4: a note on one, none on the other beats but where a chord begins."""

    draws = 3

    def __init__(self, chart: Chart, bar: int = 0) -> None:
        super().__init__(Role.BASS, bar)
        changes = {change.onset for change in chart.heads()[bar][:-1]}
        self._free = {STEPS_PER_BEAT, 2 * STEPS_PER_BEAT} - changes

    def lacks(self, part: Sequence[int]) -> bool:
        """Whether nothing begins on one, or something on another beat."""
        onsets = {token - _POSITIONS.start for token in part if token in _POSITIONS}
        return 0 not in onsets or bool(onsets & self._free)


class Fill(Beginning):
    """Drums that lead into another section: toms in the second half of the bar, or a roll of the snare.

    In songs of the train fold .30 of the bars before somebody enters are fills, .11 of all; drawn once more, ours come
    near that.
    """

    def __init__(self, chart: Chart, bar: int) -> None:
        super().__init__(Role.DRUMS, bar)
        self._half = int(chart.lines[bar + 1] - chart.lines[bar]) // 2

    def lacks(self, part: Sequence[int]) -> bool:
        """Whether it goes on as if nothing came."""
        late = [drums for step, drums in _hits(part) if step >= self._half]
        toms, snares = (sum(bool(drums & _bits(group)) for drums in late) for group in (TOMS, STRUCK_SNARES))
        return toms < _TOMS_OF_FILL and snares < _SNARES_OF_FILL


class Other(Beginning):
    """Other notes than those of a part that was played there."""

    draws = 8

    def __init__(self, role: Role, bar: int, before: Sequence[int]) -> None:
        super().__init__(role, bar)
        self._before = _sound(before)

    @property
    def plays(self) -> bool:
        """Whether there were notes at all: then there are to be some again."""
        return bool(self._before)

    def lacks(self, part: Sequence[int]) -> bool:
        """Whether these are the same."""
        return _sound(part) == self._before


def beginnings_of(
    chart: Chart, bars: Sequence[Lead], style: str | None, is_drawn: Callable[[Role, int], bool]
) -> list[Beginning]:
    """How drums lead into other sections, and how drums and bass begin: at first, and where style or metre change.

    ``bars`` is what is decided of each, ``style`` what holds where that tells none, and ``is_drawn`` whether a part is
    composed.
    """
    fills: list[Beginning] = [
        Fill(chart, bar)
        for bar, following in enumerate(bars[1:])
        if following.opens and not following.rings and is_drawn(Role.DRUMS, bar)
    ]
    found: list[Beginning] = []
    last: tuple[str | None, bool] = (None, False)
    for number, lead in enumerate(bars):
        now, waltz = lead.style or style, is_waltz(chart, number)
        if (now, waltz) != last and not lead.rings:
            drums = is_drawn(Role.DRUMS, number)
            if drums and waltz:
                found.append(WaltzDrums(now, chart, number))
            elif drums and now not in (None, last[0]):
                found.append(Kit(now, chart, number))
            if waltz and is_drawn(Role.BASS, number):
                found.append(WaltzBass(chart, number))
        last = now, waltz
    return fills + found


def is_waltz(chart: Chart, bar: int) -> bool:
    """Whether a bar of the chart is a whole bar of 3/4."""
    begin, end = int(chart.lines[bar]), int(chart.lines[bar + 1])
    return (chart.measures[bar],) == WALTZ and range(bar, bar + 1) in chart.spans and end - begin <= chart.steps - begin


def _sound(part: Sequence[int]) -> list[int]:
    """The ids of a part that are notes, without those that tell how dense and how loud they are."""
    return [token for token in part if token in _GO_ON]


def _hits(part: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The drums that begin in a part: their step in the bar, and a bit mask."""
    step = 0
    for token in part:
        if token in _POSITIONS:
            step = token - _POSITIONS.start
        elif token in _HITS:
            yield step, HIT_MASKS[token - _HITS.start]


def _bits(drums: Iterable[int]) -> int:
    """A bit mask, the lowest drum first, as those of the hits."""
    return sum(1 << drum - LOWEST_DRUM for drum in drums)
