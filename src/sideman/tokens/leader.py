"""Which ids may come next in the song that a leader asked for, and which follow without a choice.

Knows the grammar, the chart and its rules; no notes and no probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from sideman.errors import OptionError
from sideman.music.band import INSTRUMENTS, ROLES, Role
from sideman.music.key import SHIFTS
from sideman.tokens.chart import Chart
from sideman.tokens.chart_rules import BarKind, BarRules, bar_rules
from sideman.tokens.encode import head_ids, style_id, tempo_level
from sideman.tokens.form import MIDDLE, OPENING, Form
from sideman.tokens.grammar import Grammar, Mask
from sideman.tokens.leads import Leads, heads_of, leads_of
from sideman.tokens.parts import Parts, following
from sideman.tokens.prefix import BARS_LEFT, Prefix, Stage
from sideman.tokens.slices import BEGINS_PART, ROLE, are_of_kind
from sideman.tokens.vocabulary import DENSITIES, LENGTHS, POSITIONS, VOCABULARY

Ids = npt.NDArray[np.intp]
Played = Callable[[int], Parts]  # the parts of a bar that was played before

_START, _END, _BAR = (VOCABULARY.id(kind) for kind in ("start", "end", "bar"))
_POSITIONS, _LENGTHS, _PITCHES = (VOCABULARY.range(kind) for kind in ("position", "length", "pitch"))
_FIRST_LEVEL = VOCABULARY.range("loudness").start
_VOICES = tuple(INSTRUMENTS[role].voices for role in ROLES)


def _density_ids(role: Role) -> range:
    """The ids that begin a part of a role and tell its density, by level."""
    first = VOCABULARY.id("track_density", role.number * DENSITIES)
    return range(first, first + DENSITIES)


def _opening(style: str | None, tempo: float | None) -> list[int]:
    """The ids before the first bar."""
    ids = [_START]
    if style is not None:
        ids.append(style_id(style))
    if tempo is not None:
        ids.append(VOCABULARY.id("tempo", tempo_level(tempo)))
    return ids


def _as_asked(density: Mapping[Role, int]) -> dict[int, int]:
    """The id with the density that was asked for, by any that begins a part of its role."""
    return {told: _density_ids(role)[level] for role, level in density.items() for told in _density_ids(role)}


class Leader:
    """What the user decided: the chart, the roles in the order of their parts, style, tempo and densities.

    Nobody begins more notes at once than one player can, though the data, of several guitars in one track, do.
    ``density`` holds levels, 0 to 4, of some roles; the others choose their own in every bar. Under N.C. drums alone
    may play, and the bass begins a slash chord on its slash bass, unless ``free_bass`` leaves it the choice; where the
    leader is ``strict`` it begins all others on their root, and what begins on a beat is a tone of the chord. ``given``
    holds, for each bar, the parts that are not composed; in the order of the roles they come first. An ``excerpt`` is a
    chart out of the middle of a song: nobody rests in its first bar that isn't N.C., and the music goes on after
    its last one (as if from its start, so that it can be looped), where a whole song would begin with an introduction
    and fade away. It is finished by the BAR that would begin the next bar, unless the last one rings. ``leads`` is what
    is decided of single bars; without it, bars whose chords come again are told as like the earlier ones.
    Raises :class:`OptionError` for roles, densities or a tempo that make no sense, :class:`TokenError` for an unknown
    style.
    """

    def __init__(  # noqa: PLR0913 - all that a leader decides
        self,
        chart: Chart,
        roles: Sequence[Role] = ROLES,
        *,
        style: str | None = None,
        tempo: float | None = None,
        density: Mapping[Role, int] | None = None,
        free_bass: bool = False,
        strict: bool = False,
        given: Sequence[Parts] = (),
        excerpt: bool = False,
        leads: Leads | None = None,
    ) -> None:
        if not roles or len(set(roles)) < len(roles):
            raise OptionError(f"roles: [{', '.join(roles)}] wants at least one role, each once")
        for role, level in (density or {}).items():
            if role not in roles or not 0 <= level < DENSITIES:
                raise OptionError(f"density of {role}: {level} wants a role that plays and 0 to {DENSITIES - 1}")
        self.chart = chart
        self.roles = tuple(Role(role) for role in roles)
        heads = heads_of(chart, goes_on=excerpt and not (leads and leads.bars[-1].rings))
        leads = leads or leads_of(heads)
        self._bars = leads.bars
        self._styles = [lead.style or style for lead in leads.bars]
        self._openings = [_opening(of_bar, tempo) for of_bar in self._styles]
        self._given = given
        self._everybody = excerpt and not leads.intro
        goes_on = excerpt and not leads.bars[-1].rings
        self._closing = _BAR if goes_on else _END
        self._heads = [[_BAR, *head_ids(head)] for head in heads]
        more, origin = BARS_LEFT if goes_on else 0, MIDDLE if self._everybody else OPENING
        self.form = Form(chart.measures, leads.echoes, leads.sections, more, origin)
        self._grammar = Grammar(SHIFTS)  # of every key: what may be played is the same in all
        self._forced: Mask = np.zeros(VOCABULARY.size, np.bool_)
        self._rules = bar_rules(chart, free_bass=free_bass, strict=strict)
        self.strict = strict
        self._open = self._open_masks()
        self._as_asked = [_as_asked({**(density or {}), **lead.density}) for lead in leads.bars]

    def _open_masks(self) -> list[npt.NDArray[np.bool_]]:
        """What the leader leaves open, for each bar: (parts begun, vocab). Bars of a kind share an array."""
        returns = self._returns()
        kinds = [
            BarKind(
                measure.grid,
                everybody=bar in returns or lead.rings,
                last=bar == self.chart.bars - 1,
                silence=rules is not None and rules.rests,
                bass=rules is not None and rules.bass_plays,
                resting=frozenset() if lead.roles is None else frozenset(self.roles) - lead.roles,
                entering=lead.entering,
                rings=measure.steps if lead.rings else 0,
            )
            for bar, (measure, rules, lead) in enumerate(zip(self.chart.measures, self._rules, self._bars, strict=True))
        ]
        made = {kind: self._open_mask(kind) for kind in {*kinds}}
        return [made[kind] for kind in kinds]

    def _returns(self) -> set[int]:
        """The bars in which the band begins, or comes back after N.C.: nobody rests there who may play.

        Whoever was made to rest would else go on to rest: the network takes it for what the player wants.
        """
        silent = [rules is not None and rules.rests for rules in self._rules]
        begins = {bar for bar in range(1, self.chart.bars) if silent[bar - 1] and not silent[bar]}
        first = silent.index(False) if False in silent else 0
        return {0, first, *begins} if self._everybody else begins - {first}

    def _open_mask(self, bar: BarKind) -> npt.NDArray[np.bool_]:
        """What the leader leaves open in bars of a kind: (parts begun, vocab)."""
        masks = np.zeros((len(self.roles) + 1, VOCABULARY.size), np.bool_)
        masks[:] = are_of_kind("loudness", "position", "length", "pitch", "hit")
        masks[:, _POSITIONS] &= np.arange(POSITIONS) % (POSITIONS if bar.rings else bar.grid) == 0
        masks[:, _LENGTHS] &= np.array(LENGTHS) >= bar.rings
        for number, role in enumerate(self.roles):
            rests = role in bar.resting or (bar.silence and not INSTRUMENTS[role].is_drum)
            plays = bar.everybody or role in bar.entering or (bar.bass and role is Role.BASS)
            masks[number, _density_ids(role)] = not rests
            masks[number, VOCABULARY.id("rest", role.number)] = rests or not plays
        masks[-1, self._closing if bar.last else _BAR] = True
        return masks

    def prefix(self, *, recall: bool = True) -> Prefix:
        """The empty prefix of a song of the chart's bars, and more that follow an excerpt; ``recall`` as there."""
        return Prefix(self.form, recall=recall)

    def opening(self, bar: int = 0) -> Sequence[int]:
        """START, style and tempo, as the network is told them in a bar: a section may have a style of its own."""
        return self._openings[bar]

    @property
    def in_range(self) -> int:
        """The pitches that may be played, as a bit mask."""
        return self._grammar.in_range

    def left_open(self, bar: int) -> npt.NDArray[np.bool_]:
        """The ids that the leader leaves open in a bar: (parts begun, vocab). Bars of a kind share an array."""
        return self._open[bar]

    def rules(self, bar: int) -> BarRules | None:
        """What the chart demands in a bar."""
        return self._rules[bar]

    def style(self, bar: int) -> str | None:
        """The style of a bar: its section's, or that of the piece."""
        return self._styles[bar]

    def finished(self, prefix: Prefix) -> bool:
        """Whether all bars of the chart are there."""
        return prefix.stage is Stage.END or prefix.bar == self.chart.bars

    def forced(self, prefix: Prefix, *, part_over: bool = False, played: Played | None = None) -> list[int]:
        """The ids that follow without a choice: the opening, BAR and chords, given parts, END.

        Empty where there is a choice. Whether the last part is over shows where it rests; else ``part_over`` says so.
        ``played`` gives the parts of earlier bars, for those that repeat them.
        """
        if self.finished(prefix):
            return []
        if prefix.bar < 0:
            return [*self._openings[0][prefix.length_of_ids :], *self._heads[0]]
        if prefix.stage.in_head and (head := self._heads[prefix.bar][prefix.length_of_ids - prefix.bar_begin :]):
            return head
        if prefix.stage in (Stage.HEAD, Stage.REST) or part_over:
            return self._after_part(prefix, played)
        return []

    def _after_part(self, prefix: Prefix, played: Played | None) -> list[int]:
        """The ids that follow the head or a whole part: the next part, where it is given, or the next bar's head."""
        if len(prefix.played) == len(self.roles):
            return [self._closing] if prefix.bar == self.chart.bars - 1 else list(self._heads[prefix.bar + 1])
        role = self.roles[len(prefix.played)]
        return self._part(prefix, role, played)

    def again(self, prefix: Prefix, token: int, played: Played) -> list[int]:
        """The whole part that ``token``, which was drawn, begins, where it is one of an earlier bar; else nothing."""
        return self._part(prefix, ROLES[ROLE[token]], played) if BEGINS_PART[token] else []

    def _part(self, prefix: Prefix, role: Role, played: Played | None) -> list[int]:
        """The ids of a role's part in this bar, where it is given or one of an earlier bar; else nothing."""
        part = self._given[prefix.bar].get(role) if self._given else None
        copied = self._bars[prefix.bar].copied.get(role, -1)
        if part is None and copied >= 0 and played is not None and not (self._given and role in self._given[copied]):
            part = played(copied).get(role)
        return [] if part is None else following(part, _FIRST_LEVEL + prefix.loudness[role.number])

    def ids(self, parts: Sequence[Parts]) -> list[int]:
        """The ids of a take that plays these parts, one of every role in every bar."""
        ids = list(self._openings[0])
        loudness = dict.fromkeys(self.roles, -1)
        for head, bar in zip(self._heads, parts, strict=True):
            ids += head
            for role in self.roles:
                ids += following(bar[role], loudness[role])
                loudness[role] = bar[role][1] if len(bar[role]) > 1 else loudness[role]
        return [*ids, self._closing]

    def allowed(self, prefix: Prefix) -> Mask:
        """The ids that may follow, bool (vocab,). The array is the leader's own and lives until the next call."""
        if not prefix.stage.in_part:
            forced = self.forced(prefix)
            if forced or self.finished(prefix):
                self._forced[:] = False
                self._forced[forced[:1]] = True
                return self._forced
        mask = self._unruled(prefix)
        rules = self._rules[prefix.bar]
        if rules is not None:
            rules.restrict(prefix, mask)
        return mask

    def choices(self, prefix: Prefix, *, part_over: bool = False) -> tuple[Ids, Ids]:
        """Where nothing is forced: the ids that may follow, and those to draw among, both in rising order.

        More are drawn among where the chart forbids some; what is drawn and may not follow goes to :meth:`instead`.
        After a given part, ``part_over``, the next one begins, whatever the chart wants of the one before.
        """
        mask = self._unruled(prefix)
        if part_over:
            mask &= BEGINS_PART
        wished = mask.nonzero()[0]
        rules = self._rules[prefix.bar]
        if rules is None or part_over:
            return wished, wished
        rules.restrict(prefix, mask)
        return mask.nonzero()[0], wished

    def instead(self, prefix: Prefix, token: int, choices: Ids) -> Ids:
        """The nearest of ``choices`` to ``token``, which was drawn and may not follow."""
        rules = self._rules[prefix.bar]
        return choices if rules is None else rules.instead(prefix, token, choices)

    def _unruled(self, prefix: Prefix) -> Mask:
        """What may follow but for the chart's rules."""
        mask = self._grammar.allowed(prefix)
        mask &= self._open[prefix.bar][len(prefix.played)]
        if prefix.stage is Stage.SOUND and prefix.pitches.bit_count() >= _VOICES[prefix.role]:
            mask[_PITCHES] = mask[_LENGTHS] = False
        return mask

    def as_asked(self, token: int, bar: int = 0) -> int:
        """The id to take where ``token``, allowed in ``bar``, was drawn: a part that plays gets the density asked for.

        Whether a role plays or rests is drawn with all densities open. With one alone, a small part of the chance to
        play would stand against the whole chance to rest, and the band would hardly play.
        """
        return self._as_asked[bar].get(token, token)
