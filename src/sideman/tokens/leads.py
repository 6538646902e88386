"""What a leader decides of single bars: from the sections of a piece to what holds in each bar of the language.

Knows charts and sections; no ids.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from sideman.music.band import ROLES, Role
from sideman.music.wishes import NO_WISHES, PlayedSection, Repeat, Wishes
from sideman.tokens.chart import NO_BASS, Change, Chart
from sideman.tokens.form import LIKE, NEW, Echo, Section, echoes_of_chords, sections_from
from sideman.tokens.vocabulary import NO_CHORD

_LONGEST = 8  # bars that a note lasts, in 2/4
_NEAR = 8  # of the bars with the same chords, how many may come again where what follows differs
_AFTER = 2  # chances: after another bar, after the same
Head = tuple[Change, ...]  # the chords of a bar, and the one that begins the next


@dataclass(frozen=True)
class Lead:
    """What is decided of a bar. None or nothing: as in the rest of the piece.

    ``entering`` begin to play in it, or go on. ``copied`` is, by role, the earlier bar whose part is played again note
    for note. In a bar that ``rings`` everybody begins once, on its last chord, and holds that to the end. One that
    ``opens`` is the first of another section than the one before.
    """

    style: str | None = None
    density: Mapping[Role, int] = field(default_factory=dict)
    roles: frozenset[Role] | None = None
    loudness: str | None = None
    entering: frozenset[Role] = frozenset()
    copied: Mapping[Role, int] = field(default_factory=dict)
    rings: bool = False
    opens: bool = False


@dataclass(frozen=True)
class Leads:
    """What is decided of each bar, what it is told to be like, and where it stands in its section, if that is told.

    ``intro``: the first bar is one as songs begin, in which players may rest.
    """

    bars: tuple[Lead, ...]
    echoes: tuple[Echo, ...]
    sections: tuple[Section, ...] = ()
    intro: bool = False

    def anew(self, playing: Mapping[int, Collection[Role]]) -> Leads:
        """With some bars that are to be like no other, in which these roles play."""
        echoes = tuple(Echo(-1, NEW) if bar in playing else echo for bar, echo in enumerate(self.echoes))
        bars = tuple(
            replace(lead, entering=lead.entering | {*playing.get(bar, ())}) for bar, lead in enumerate(self.bars)
        )
        return replace(self, bars=bars, echoes=echoes)


def heads_of(chart: Chart, *, goes_on: bool) -> list[Head]:
    """The chords of each bar, with the one that begins the next; music that ``goes_on`` does so from the start."""
    heads = chart.heads()
    if goes_on:
        heads[-1] = (*heads[-1][:-1], replace(chart.changes[0], onset=heads[-1][-1].onset))
    return heads


def leads_of(
    heads: Sequence[Head],
    played: Sequence[PlayedSection] = (),
    parts: Iterable[int] = (),
    *,
    rings: bool = False,
    cut: bool = False,
    compound: Collection[int] = (),
    intro: bool = False,
    repeats: Repeats | None = None,
) -> Leads:
    """Of a piece with these ``heads``, which is ``played`` in sections; without any it is one that has no name.

    ``parts`` are how many bars of the language each played bar has, ``compound`` those of a compound metre. ``rings``:
    the last bar does; ``cut``: it is not whole. ``repeats`` draws which parts of bars that are to be like earlier ones
    are the same.
    """
    wishes, earlier, starts = _rows(played, parts) if played else ([NO_WISHES] * len(heads), [-1] * len(heads), [0])
    missing = len(heads) - len(wishes)  # an ending, which belongs to the last section
    wishes, earlier = wishes + wishes[-1:] * missing, earlier + [-1] * missing
    last, begins = len(heads) - 1, {*starts}
    opens = {
        start for start, (before, now) in zip(starts[1:], pairwise(played), strict=True) if before.name != now.name
    }
    echoes = list(echoes_of_chords(heads))
    bars = []
    akin: dict[tuple[object, int], list[int]] = {}  # bars of the same chords, whatever follows
    for number, (wish, before) in enumerate(zip(wishes, earlier, strict=True)):
        same = akin.setdefault((heads[number][:-1], heads[number][-1].onset), [])
        comes_again = before >= 0 and _is_same(heads[before], heads[number])
        if wish.repeat is Repeat.NEW and before >= 0:
            echoes[number] = Echo(-1, NEW)
        elif comes_again:
            echoes[number] = Echo(before, LIKE)
        ringing = rings and number == last
        is_other = ringing or (cut and number == last)
        copied: Mapping[Role, int] = {}
        if comes_again and wish.repeat is Repeat.AS and not is_other:
            copied = dict.fromkeys(ROLES, before)
        elif repeats is not None and not is_other:
            copied = repeats.draw(echoes[number].bar, () if echoes[number].likeness == NEW else same[-_NEAR:])
        same.append(number)
        if copied:
            copied = {
                role: bar
                for role, bar in copied.items()
                if (bar in compound) == (number in compound)
                and _meet_the_same(heads, bar, number)
                and _plays_as(wishes[bar], wish, role)
            }
        roles = None if wish.roles is None or ringing else frozenset(wish.roles)
        entering = frozenset() if roles is None or number not in begins else roles
        bars.append(Lead(wish.style, wish.density, roles, wish.loudness, entering, copied, ringing, number in opens))
    told = sections_from(starts, len(heads)) if len(starts) > 1 else ()
    return Leads(tuple(bars), tuple(echoes), told, intro)


def _is_same(one: Head, other: Head) -> bool:
    """Whether two bars have the same chords and the same length, whatever follows."""
    return one[:-1] == other[:-1] and one[-1].onset == other[-1].onset


def _meet_the_same(heads: Sequence[Head], one: int, other: int) -> bool:
    """Whether what rings on from two bars meets the same chords, or after the other nothing that forbids it."""
    after, reached = ([*heads[bar + 1 : bar + 1 + _LONGEST]] for bar in (one, other))
    demands = (change.chord == NO_CHORD or change.bass != NO_BASS for head in reached for change in head[:-1])
    return after == reached or not any(demands)


def _plays_as(before: Wishes, now: Wishes, role: Role) -> bool:
    """Whether a role is wanted to play in two bars alike."""
    plays = [wish.roles is None or role in wish.roles for wish in (before, now)]
    densities = [wish.density.get(role) for wish in (before, now)]
    return plays[0] == plays[1] and densities[0] == densities[1] and before.style == now.style


class Repeats:
    """Draws, bar by bar in their order, who plays again what was played in the bar that this one is to be like.

    ``chances`` by role: after a bar in which the role played something else, and after one in which it repeated the bar
    before that; then the same two where the bar is like no other and only its chords came before, and led elsewhere. A
    role that they don't name never repeats. Of bars that are all alike, as in a loop, any may be the one that comes
    again: what was played once in between doesn't end it. ``is_idle`` says of a role, a bar and the bar that
    it would repeat there that it must not. Where some bars were played already, ``likes`` are the bars that these were
    to be like, -1 for none, and ``last`` what was drawn for the last of them.
    """

    def __init__(
        self,
        chances: Mapping[str, Sequence[float]],
        random: np.random.Generator,
        is_idle: Callable[[Role, int, int], bool] | None = None,
        likes: Iterable[int] = (),
        last: Mapping[Role, int] | None = None,
    ) -> None:
        self._chances = chances
        self._random = random
        self._is_idle = is_idle
        self._likes = [*likes]
        self._last: Mapping[Role, int] = last or {}

    def draw(self, like: int, akin: Sequence[int] = ()) -> Mapping[Role, int]:
        """By role the bar that is repeated in the next one, which is to be ``like`` an earlier one; -1 for none.

        ``akin`` are earlier bars of the same chords.
        """
        numbers, places = self._random.random((2, len(ROLES))).tolist()
        alike, first = [], 0 if like >= 0 else _AFTER
        self._likes.append(like)
        while like >= 0:
            alike.append(like)
            like = self._likes[like]
        alike = alike or [*akin]
        drawn = {}
        for role, number, place in zip(ROLES, numbers, places, strict=True):
            chances, following = self._chances.get(role, ())[first:], self._last.get(role, -2) + 1
            goes_on = following in alike
            if alike and chances and number < chances[goes_on or (first > 0 and role in self._last)]:
                source = following if goes_on else alike[int(place * len(alike))]
                if self._is_idle is None or not self._is_idle(role, len(self._likes) - 1, source):
                    drawn[role] = source
        self._last = drawn
        return drawn


def _rows(played: Sequence[PlayedSection], parts: Iterable[int]) -> tuple[list[Wishes], list[int], list[int]]:
    """Of each bar of the language its wishes and the bar that stood for it the last time; and where sections begin."""
    counts = iter(parts)
    wishes: list[Wishes] = []
    earlier: list[int] = []
    starts: list[int] = []
    last: dict[tuple[str, int, int], int] = {}
    for section in played:
        starts.append(len(wishes))
        for written in section.bars:
            for part in range(next(counts)):
                place = (section.name, written, part)
                earlier.append(last.get(place, -1) if section.name else -1)
                last[place] = len(wishes)
                wishes.append(section.wishes)
    return wishes, earlier, starts
