"""Which ids may come next: in any song (Grammar), and in the one that a leader asked for (Leader).

Knows the state of a :class:`Prefix` and the kinds of tokens; no notes and no probabilities. A mask
is a row of precomputed tables with a few slices set, so a step costs microseconds. Every prefix
that follows the masks can be finished: before END there is always an id that may come next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt

from sideman.errors import OptionError
from sideman.music.band import INSTRUMENTS, MIDI_VALUES, ROLES, Role
from sideman.music.key import SHIFTS
from sideman.music.qualities import PITCH_CLASSES
from sideman.tokens.chart import Chart
from sideman.tokens.chart_rules import BarKind, bar_rules
from sideman.tokens.drum_hits import HIT_MASKS, HITS
from sideman.tokens.encode import head_ids, style_id, tempo_level
from sideman.tokens.form import MIDDLE, OPENING, Form, Measure
from sideman.tokens.parts import Parts, following
from sideman.tokens.prefix import BARS_LEFT, Prefix, Stage
from sideman.tokens.vocabulary import DENSITIES, LENGTHS, LOUDNESS, NO_CHORD, POSITIONS, VOCABULARY

Mask = npt.NDArray[np.bool_]  # (vocab,)
Ids = npt.NDArray[np.intp]

_START, _END, _BAR = (VOCABULARY.id(kind) for kind in ("start", "end", "bar"))
_BASSES, _LEVELS, _POSITIONS, _LENGTHS, _PITCHES, _HITS = (
    VOCABULARY.range(kind) for kind in ("bass", "loudness", "position", "length", "pitch", "hit")
)
_CHORD_IDS, _LEVEL_IDS = (
    range(ids.start, ids.stop) for ids in (VOCABULARY.range("chord"), VOCABULARY.range("loudness"))
)
_VOICES = tuple(INSTRUMENTS[role].voices for role in ROLES)
_IS_DRUM = tuple(INSTRUMENTS[role].is_drum for role in ROLES)
_ALL_ROLES = (1 << len(ROLES)) - 1
_HIT_BITS = np.array(HIT_MASKS, np.uint64)


def _kinds(*kinds: str) -> Mask:
    """All ids of some kinds."""
    mask = np.zeros(VOCABULARY.size, np.bool_)
    for kind in kinds:
        mask[VOCABULARY.range(kind)] = True
    return mask


def _above(size: int) -> npt.NDArray[np.bool_]:
    """Row v + 1 holds the values above v; v = -1 means all. Shape (size + 1, size)."""
    return np.tri(size + 1, size, -1, np.bool_) ^ True


def _other(size: int) -> npt.NDArray[np.bool_]:
    """Row v + 1 holds the values that differ from v; v = -1 means all. Shape (size + 1, size)."""
    return np.eye(size + 1, size, -1, np.bool_) ^ True


def _part_masks() -> npt.NDArray[np.bool_]:
    """For each set of roles, as a bit mask: the ids that begin a part of one of them. Shape (32, vocab)."""
    masks = np.zeros((_ALL_ROLES + 1, VOCABULARY.size), np.bool_)
    for role in range(len(ROLES)):
        ids = [VOCABULARY.id("track", role), VOCABULARY.id("rest", role)]
        ids += [VOCABULARY.id("track_density", role * DENSITIES + level) for level in range(DENSITIES)]
        for roles in range(_ALL_ROLES + 1):
            masks[roles, ids] = bool(roles >> role & 1)
    return masks


_AFTER_KIND: dict[str, Mask] = {
    "start": _kinds("style", "tempo", "bar"),
    "style": _kinds("tempo", "bar"),
    "tempo": _kinds("bar"),
}
_ONLY_START, _ANY_CHORD, _ANY_HIT, _NOTHING = (
    _kinds(*kinds) for kinds in (["start"], ["chord", "unknown"], ["hit"], [])
)
_PARTS = _part_masks()
_POSITIONS_ABOVE, _LENGTHS_ABOVE, _PITCHES_ABOVE, _HITS_ABOVE = (
    _above(size) for size in (POSITIONS, len(LENGTHS), MIDI_VALUES, len(HITS))
)


@cache
def _positions_above(measure: Measure) -> npt.NDArray[np.bool_]:
    """Row v + 1 holds the positions of a bar above v; v = -1 means all. Shape (POSITIONS + 1, POSITIONS)."""
    return _POSITIONS_ABOVE & (np.arange(POSITIONS) < measure.steps)


_LENGTHS_OTHER, _LEVELS_OTHER, _BASSES_OTHER = (_other(size) for size in (len(LENGTHS), len(LOUDNESS), PITCH_CLASSES))


def _bits(mask: int) -> npt.NDArray[np.bool_]:
    """A bit mask of pitches as booleans, (128,)."""
    packed = np.frombuffer(mask.to_bytes(MIDI_VALUES // 8, "little"), np.uint8)
    return np.unpackbits(packed, bitorder="little").view(np.bool_)


class Grammar:
    """What may come next in any song whose pitches, moved back by each of ``shifts``, stay within MIDI's range."""

    def __init__(self, shifts: Iterable[int] = (0,)) -> None:
        self._mask: Mask = np.zeros(VOCABULARY.size, np.bool_)
        by_shift = list(shifts)
        lowest, end = max(0, *by_shift), MIDI_VALUES + min(0, *by_shift)
        self._in_range = sum(1 << pitch for pitch in range(lowest, end))
        self._free = _bits(self._in_range)
        self._pitches_above = _PITCHES_ABOVE & self._free
        self._any_pitch = _kinds()
        self._any_pitch[_PITCHES] = self._free

    def allowed(self, prefix: Prefix) -> Mask:
        """The ids that may follow, bool (vocab,). The array is this grammar's own and lives until the next call."""
        mask, stage = self._mask, prefix.stage
        if stage is Stage.SOUND:
            self._after_sound(prefix)
        elif stage is Stage.ONSET:
            self._after_position(prefix)
        elif stage is Stage.LENGTH:
            np.copyto(mask, self._any_pitch)
            if prefix.pitches:
                mask[_PITCHES] = self._free & ~_bits(prefix.pitches)
        elif stage is Stage.TRACK:
            self._after_track(prefix)
        elif stage is Stage.REST:
            self._after_part(prefix)
        elif stage in (Stage.CHORDS, Stage.HEAD):
            self._after_chord(prefix)
        elif stage in (Stage.BAR, Stage.CHANGE):
            np.copyto(mask, _ANY_CHORD)
        elif stage is Stage.CONTROLS:
            np.copyto(mask, _AFTER_KIND[VOCABULARY.kind(prefix.last)])
        else:
            np.copyto(mask, _ONLY_START if stage is Stage.EMPTY else _NOTHING)
        return mask

    def _after_chord(self, prefix: Prefix) -> None:
        """After CHORD or BASS: once a bass; then a later change, the chord told ahead or, when that is told, parts."""
        mask = self._mask
        if prefix.stage is Stage.HEAD:
            np.copyto(mask, _PARTS[_next_roles(prefix)])
        else:
            np.copyto(mask, _ANY_CHORD)
            mask[_POSITIONS] = _positions_above(prefix.measure)[prefix.head[-1].onset + 1]
        if prefix.last in _CHORD_IDS and prefix.chord.chord != NO_CHORD:
            mask[_BASSES] = _BASSES_OTHER[prefix.chord.root + 1]

    def _after_track(self, prefix: Prefix) -> None:
        """After TRACK or LOUDNESS: a change of loudness, if it was not that; the first onset, if loudness is known."""
        loudness = prefix.loudness[prefix.role]
        np.copyto(self._mask, _NOTHING)
        if loudness >= 0:
            self._mask[_POSITIONS] = _positions_above(prefix.measure)[0]
        if prefix.last not in _LEVEL_IDS:
            self._mask[_LEVELS] = _LEVELS_OTHER[loudness + 1]

    def _after_position(self, prefix: Prefix) -> None:
        """After the POSITION of an onset."""
        mask = self._mask
        if _IS_DRUM[prefix.role]:
            np.copyto(mask, _ANY_HIT)
            return
        np.copyto(mask, self._any_pitch if prefix.length >= 0 else _NOTHING)
        mask[_LENGTHS] = _LENGTHS_OTHER[prefix.length + 1]

    def _after_sound(self, prefix: Prefix) -> None:
        """After PITCH or HIT: more on this onset, always ascending; a later onset; or the end of the part."""
        mask, sounding = self._mask, prefix.pitches
        self._after_part(prefix)
        mask[_POSITIONS] = _positions_above(prefix.measure)[prefix.position + 1]
        if _IS_DRUM[prefix.role]:
            mask[_HITS] = _HITS_ABOVE[prefix.pitch + 1] & (_HIT_BITS & np.uint64(sounding) == 0)
            return
        mask[_PITCHES] = self._pitches_above[prefix.pitch + 1]
        if sounding >> prefix.pitch + 1:
            mask[_PITCHES] &= ~_bits(sounding)
        if sounding & self._in_range != self._in_range:  # a length wants one more pitch
            mask[_LENGTHS] = _LENGTHS_ABOVE[prefix.length + 1]

    def _after_part(self, prefix: Prefix) -> None:
        """After the last note of a part or REST: the next part, or the end of the bar."""
        np.copyto(self._mask, _PARTS[_next_roles(prefix)])
        if not prefix.band or len(prefix.played) == len(prefix.band):
            self._mask[_BAR] = self._mask[_END] = True


def _density_ids(role: Role) -> range:
    """The ids that begin a part of a role and tell its density, by level."""
    first = VOCABULARY.id("track_density", role.number * DENSITIES)
    return range(first, first + DENSITIES)


def _next_roles(prefix: Prefix) -> int:
    """Roles whose part may come next, as a bit mask: the first bar is free to choose, the others do the same."""
    band, played = prefix.band, prefix.played
    if band:
        return 1 << band[len(played)] if len(played) < len(band) else 0
    return _ALL_ROLES & ~sum(1 << role for role in played)


class Leader:
    """What the user decided: the chart, the roles in the order of their parts, style, tempo and densities.

    Nobody begins more notes at once than one player can, though the data, of several guitars in one track, do.
    ``density`` holds levels, 0 to 4, of some roles; the others choose their own in every bar. Under N.C. drums alone
    may play, and the bass begins a slash chord on its slash bass, unless ``free_bass`` leaves it the choice. ``given``
    holds, for each bar, the parts that are not composed; in the order of the roles they come first. An ``excerpt`` is a
    chart out of the middle of a song: nobody rests in its first bar, unless that is N.C., and the music goes on after
    its last one (as if from its start, so that it can be looped), where a whole song would begin with an introduction
    and fade away. It is finished by the BAR that would begin the next bar.
    Raises :class:`OptionError` for roles, densities or a tempo that make no sense, :class:`TokenError` for an unknown
    style.
    """

    def __init__(
        self,
        chart: Chart,
        roles: Sequence[Role] = ROLES,
        *,
        style: str | None = None,
        tempo: float | None = None,
        density: Mapping[Role, int] | None = None,
        free_bass: bool = False,
        given: Sequence[Parts] = (),
        excerpt: bool = False,
    ) -> None:
        if not roles or len(set(roles)) < len(roles):
            raise OptionError(f"roles: [{', '.join(roles)}] wants at least one role, each once")
        for role, level in (density or {}).items():
            if role not in roles or not 0 <= level < DENSITIES:
                raise OptionError(f"density of {role}: {level} wants a role that plays and 0 to {DENSITIES - 1}")
        self.chart = chart
        self.roles = tuple(Role(role) for role in roles)
        self.opening = [_START]
        if style is not None:
            self.opening.append(style_id(style))
        if tempo is not None:
            self.opening.append(VOCABULARY.id("tempo", tempo_level(tempo)))
        self._given = given
        self._excerpt = excerpt
        self._closing = _BAR if excerpt else _END
        heads = chart.heads()
        if excerpt:
            heads[-1] = (*heads[-1][:-1], replace(chart.changes[0], onset=heads[-1][-1].onset))
        self._heads = [[_BAR, *head_ids(head)] for head in heads]
        self._grammar = Grammar(SHIFTS)  # of every key, so that transposed chords give the transposed band
        self._forced: Mask = np.zeros(VOCABULARY.size, np.bool_)
        self._rules = bar_rules(chart, free_bass=free_bass)
        self._open = self._open_masks()
        self._as_asked = {
            told: _density_ids(role)[level] for role, level in (density or {}).items() for told in _density_ids(role)
        }

    def _open_masks(self) -> list[npt.NDArray[np.bool_]]:
        """What the leader leaves open, for each bar: (parts begun, vocab). Bars of a kind share an array."""
        kinds = [
            BarKind(
                measure.grid,
                everybody=self._excerpt and bar == 0,
                last=bar == self.chart.bars - 1,
                silence=rules is not None and rules.rests,
                bass=rules is not None and rules.bass_plays,
            )
            for bar, (measure, rules) in enumerate(zip(self.chart.measures, self._rules, strict=True))
        ]
        made = {kind: self._open_mask(kind) for kind in {*kinds}}
        return [made[kind] for kind in kinds]

    def _open_mask(self, bar: BarKind) -> npt.NDArray[np.bool_]:
        """What the leader leaves open in bars of a kind: (parts begun, vocab)."""
        masks = np.zeros((len(self.roles) + 1, VOCABULARY.size), np.bool_)
        masks[:] = _kinds("loudness", "position", "length", "pitch", "hit")
        masks[:, _POSITIONS] &= np.arange(POSITIONS) % bar.grid == 0
        for number, role in enumerate(self.roles):
            rests = bar.silence and not INSTRUMENTS[role].is_drum
            plays = bar.everybody or (bar.bass and role is Role.BASS)
            masks[number, _density_ids(role)] = not rests
            masks[number, VOCABULARY.id("rest", role.number)] = rests or not plays
        masks[-1, self._closing if bar.last else _BAR] = True
        return masks

    def prefix(self) -> Prefix:
        """The empty prefix of a song of the chart's bars, and more that follow an excerpt."""
        if self._excerpt:
            return Prefix(Form(self.chart.measures, more=BARS_LEFT, origin=MIDDLE))
        return Prefix(Form(self.chart.measures, origin=OPENING))

    def finished(self, prefix: Prefix) -> bool:
        """Whether all bars of the chart are there."""
        return prefix.stage is Stage.END or prefix.bar == self.chart.bars

    def forced(self, prefix: Prefix, *, part_over: bool = False) -> list[int]:
        """The ids that follow without a choice: the opening, BAR and chords, given parts, END.

        Empty where there is a choice. Whether the last part is over shows where it rests; else ``part_over`` says so.
        """
        if self.finished(prefix):
            return []
        if prefix.bar < 0:
            return [*self.opening[prefix.length_of_ids :], *self._heads[0]]
        if prefix.stage.in_head and (head := self._heads[prefix.bar][prefix.length_of_ids - prefix.bar_begin :]):
            return head
        if prefix.stage in (Stage.HEAD, Stage.REST) or part_over:
            return self._after_part(prefix)
        return []

    def _after_part(self, prefix: Prefix) -> list[int]:
        """The ids that follow the head or a whole part: the next part, where it is given, or the next bar's head."""
        if len(prefix.played) == len(self.roles):
            return [self._closing] if prefix.bar == self.chart.bars - 1 else list(self._heads[prefix.bar + 1])
        role = self.roles[len(prefix.played)]
        part = self._given[prefix.bar].get(role) if self._given else None
        return [] if part is None else following(part, _LEVEL_IDS.start + prefix.loudness[role.number])

    def ids(self, parts: Sequence[Parts]) -> list[int]:
        """The ids of a take that plays these parts, one of every role in every bar."""
        ids = list(self.opening)
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

    def choices(self, prefix: Prefix) -> tuple[Ids, Ids]:
        """Where nothing is forced: the ids that may follow, and those to draw among, both in rising order.

        More are drawn among where the chart forbids some; what is drawn and may not follow goes to :meth:`instead`.
        """
        mask = self._unruled(prefix)
        wished = mask.nonzero()[0]
        rules = self._rules[prefix.bar]
        if rules is None:
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

    def as_asked(self, token: int) -> int:
        """The id to take where ``token``, an allowed one, was drawn: a part that plays gets the density asked for.

        Whether a role plays or rests is drawn with all densities open. With one alone, a small part of the chance to
        play would stand against the whole chance to rest, and the band would hardly play.
        """
        return self._as_asked.get(token, token)
