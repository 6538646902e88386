"""A leader who doesn't know yet what comes: each bar's chords are told when it begins, and may change while it plays.

Knows the grammar and the bars that were told; no notes and no time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sideman.music.band import ROLES, Role
from sideman.music.key import Key
from sideman.tokens.chart import NO_BASS, Change, Chart
from sideman.tokens.chart_rules import BarKind, bar_rules
from sideman.tokens.encode import head_ids
from sideman.tokens.form import Echo, Measure
from sideman.tokens.grammar import Mask
from sideman.tokens.leader import Ids, Leader, Played
from sideman.tokens.leads import Head
from sideman.tokens.parts import Part, Parts
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.vocabulary import NO_CHORD, VOCABULARY

_BAR = VOCABULARY.id("bar")
_POSITIONS, _LENGTHS, _PITCHES = (VOCABULARY.range(kind) for kind in ("position", "length", "pitch"))
_STEPS = range(_POSITIONS.start, _POSITIONS.stop)


def chart_ahead(key: Key, measure: Measure, bars: int) -> Chart:
    """The chart of so many bars of which no chord is known."""
    return Chart((Change(0, NO_CHORD),), bars * measure.steps, key, (measure,) * bars)


def begun(part: Part, step: int) -> Part:
    """What of a part begins before a step of its bar; nothing where that is no note."""
    onsets = [place for place, token in enumerate(part) if token in _STEPS]
    later = [place for place in onsets if part[place] - _STEPS.start >= step]
    end = later[0] if later else len(part)
    return part[:end] if onsets and onsets[0] < end else ()


class LiveLeader(Leader):
    """A leader of ``bars`` bars at most, all of one measure, who tells them one by one.

    A take follows as far as it was told and waits where the next bar begins. The other arguments are those of
    :class:`Leader`.
    """

    def __init__(
        self,
        chart: Chart,
        roles: Sequence[Role],
        *,
        style: str | None,
        tempo: float,
        density: Mapping[Role, int] | None,
        free_bass: bool,
    ) -> None:
        super().__init__(
            chart, roles, style=style, tempo=tempo, density=density, free_bass=free_bass, excerpt=True, given=()
        )
        self._free_bass = free_bass
        self._heads = [[_BAR] for _ in self._heads]
        self._given: list[Parts] = [{} for _ in self._heads]
        self.told = 0  # bars
        self._silent: set[int] = set()  # bars that begin under N.C.
        self._begun: frozenset[Role] = frozenset()  # who has played a part of this bar
        self._since = 0  # step of this bar from which on they are composed

    def tell(self, head: Head, echo: Echo, given: Parts | None = None) -> None:
        """Tell the next bar: its chords, what it is to be like, and parts that are played as they are."""
        self.told += 1
        self._begun, self._since = frozenset(), 0
        self._tell(head, echo, given or {})

    def turn(self, head: Head, echo: Echo, given: Parts, before: Parts, since: int) -> None:
        """Tell the last bar anew; the take must be at its beginning again.

        ``given`` are whole parts. Of the others ``before`` holds what was played until the step ``since``: that stays,
        and what follows is composed.
        """
        beginnings = {role: begun(part, since) for role, part in before.items() if role not in given}
        beginnings = {role: part for role, part in beginnings.items() if part}
        self._begun, self._since = frozenset(beginnings), since
        self._tell(head, echo, {**given, **beginnings})

    def _tell(self, head: Head, echo: Echo, given: Parts) -> None:
        bar, measure = self.told - 1, self.form.measures[self.told - 1]
        self._heads[bar] = [_BAR, *head_ids(head)]
        self._given[bar] = given
        echoes = self.form.echoes
        self.form = replace(self.form, echoes=(*echoes[:bar], echo, *echoes[bar + 1 :]))
        # What was demanded before the step from which on it is composed can't be made good any more.
        changes = [replace(each, bass=NO_BASS) if each.onset < self._since else each for each in head[:-1]]
        alone = Chart(tuple(changes), measure.steps, self.chart.key, (measure,))
        self._rules[bar] = rules = bar_rules(alone, free_bass=self._free_bass)[0]
        is_silent = all(each.chord == NO_CHORD for each in head[:-1] if each.onset >= self._since)
        begins_silent = head[0].chord == NO_CHORD
        (self._silent.add if begins_silent else self._silent.discard)(bar)
        returns = bar - 1 in self._silent and not begins_silent and not self._since
        mask = self._open_mask(
            BarKind(
                measure.grid,
                everybody=self._everybody and (bar == 0 or returns),
                last=False,
                silence=is_silent or (rules is not None and rules.rests),
                bass=rules is not None and rules.bass_plays,
                resting=frozenset(),
                entering=frozenset(),
                rings=0,
            )
        )
        mask[:, _POSITIONS.start : _POSITIONS.start + self._since] = False
        self._open[bar] = mask

    def finished(self, prefix: Prefix) -> bool:
        """Whether all that was told is there."""
        return prefix.bar >= self.told

    def forced(self, prefix: Prefix, *, part_over: bool = False, played: Played | None = None) -> list[int]:
        """As of a :class:`Leader`; a part of which the beginning alone was played is not over."""
        return super().forced(prefix, part_over=part_over and not self._goes_on(prefix), played=played)

    def choices(self, prefix: Prefix, *, part_over: bool = False) -> tuple[Ids, Ids]:
        """As of a :class:`Leader`; a part of which the beginning alone was played is not over."""
        return super().choices(prefix, part_over=part_over and not self._goes_on(prefix))

    def _goes_on(self, prefix: Prefix) -> bool:
        return (
            prefix.stage is Stage.SOUND
            and prefix.position < self._since
            and prefix.bar == self.told - 1
            and ROLES[prefix.role] in self._begun
        )

    def _unruled(self, prefix: Prefix) -> Mask:
        mask = super()._unruled(prefix)
        if self._goes_on(prefix):
            mask[_LENGTHS] = mask[_PITCHES] = False
        return mask
