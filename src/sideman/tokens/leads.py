"""What a leader decides of single bars: from the sections of a piece to what holds in each bar of the language.

Knows charts and sections; no ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sideman.music.band import Role
from sideman.music.wishes import PlayedSection, Repeat, Wishes
from sideman.tokens.chart import Change, Chart
from sideman.tokens.form import LIKE, NEW, Echo, Section, echoes_of_chords, sections_from

Head = tuple[Change, ...]  # the chords of a bar, and the one that begins the next


@dataclass(frozen=True)
class Lead:
    """What is decided of a bar. None or nothing: as in the rest of the piece.

    ``copied`` is the earlier bar that it repeats note for note, -1 for none. In a bar that ``rings`` everybody begins
    once, on its last chord, and holds that to the end.
    """

    style: str | None = None
    density: Mapping[Role, int] = field(default_factory=dict)
    roles: frozenset[Role] | None = None
    loudness: str | None = None
    copied: int = -1
    rings: bool = False


@dataclass(frozen=True)
class Leads:
    """What is decided of each bar, what it is told to be like, and where it stands in its section, if that is told.

    ``intro``: the first bar is one as songs begin, in which players may rest.
    """

    bars: tuple[Lead, ...]
    echoes: tuple[Echo, ...]
    sections: tuple[Section, ...] = ()
    intro: bool = False


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
    intro: bool = False,
) -> Leads:
    """Of a piece with these ``heads``, which is ``played`` in sections; without any it is one that has no name.

    ``parts`` are how many bars of the language each played bar has. ``rings``: the last bar does.
    """
    wishes, earlier, starts = _rows(played, parts) if played else ([Wishes()] * len(heads), [-1] * len(heads), [0])
    missing = len(heads) - len(wishes)  # an ending, which belongs to the last section
    wishes, earlier = wishes + wishes[-1:] * missing, earlier + [-1] * missing
    last = len(heads) - 1
    echoes = list(echoes_of_chords(heads))
    bars = []
    for number, (wish, before) in enumerate(zip(wishes, earlier, strict=True)):
        is_same = before >= 0 and heads[before][:-1] == heads[number][:-1] and wishes[before].roles == wish.roles
        is_same &= heads[before][-1].onset == heads[number][-1].onset
        if wish.repeat is Repeat.NEW and before >= 0:
            echoes[number] = Echo(-1, NEW)
        elif is_same:
            echoes[number] = Echo(before, LIKE)
        ringing = rings and number == last
        copied = before if is_same and wish.repeat is Repeat.AS and not ringing else -1
        roles = None if wish.roles is None or ringing else frozenset(wish.roles)
        bars.append(Lead(wish.style, wish.density, roles, wish.loudness, copied, ringing))
    told = sections_from(starts, len(heads)) if len(starts) > 1 else ()
    return Leads(tuple(bars), tuple(echoes), told, intro)


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
