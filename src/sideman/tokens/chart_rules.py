"""What a chart demands of who plays: nothing pitched sounds under N.C., the bass begins slash chords on their bass.

Where it is strict, every chord is a slash chord over its root, and what begins on a beat is a tone of the chord.

Knows the chart and the state of a :class:`Prefix`. A bar that demands something has tables for each of its steps; the
others cost nothing. Whatever is allowed to begin can be finished: a note of one step rings into nothing, and of every
pitch class some octave is free.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.music.band import INSTRUMENTS, MIDI_VALUES, ROLES, Role
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import STEPS_PER_BEAT
from sideman.tokens.chart import NO_BASS, Change, Chart, Tones, in_force
from sideman.tokens.clashes import chord_tones
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.vocabulary import LENGTHS, NO_CHORD, POSITIONS, VOCABULARY

Ids = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

_BASS = Role.BASS.number
_IS_DRUM = tuple(INSTRUMENTS[role].is_drum for role in ROLES)
_POSITIONS, _LENGTHS, _PITCHES = (VOCABULARY.range(kind) for kind in ("position", "length", "pitch"))
_STEPS = np.arange(POSITIONS)
_NEVER = np.iinfo(np.int64).max
_ANY = -1  # pitch class

_PITCHES_OF = np.arange(MIDI_VALUES) % PITCH_CLASSES == np.arange(PITCH_CLASSES)[:, None]  # (pitch classes, pitches)
_UP_TO_LENGTH = np.tri(len(LENGTHS), dtype=np.bool_)  # row i holds the lengths up to LENGTHS[i]

_GOES_ON = np.zeros(VOCABULARY.size, np.bool_)  # ids that don't end a part
for _kind in (_POSITIONS, _LENGTHS, _PITCHES):
    _GOES_ON[_kind] = True


class _Ahead(NamedTuple):
    """What comes after a change, in steps from the chart's start."""

    silence: int = _NEVER  # the next N.C.
    slash: int = _NEVER  # the next slash bass


def _ahead(after: _Ahead, change: Change) -> _Ahead:
    """What comes after the change before ``change``, of what comes after ``change``."""
    if change.chord == NO_CHORD:
        return after._replace(silence=change.onset)
    return after if change.bass == NO_BASS else after._replace(slash=change.onset)


class BarKind(NamedTuple):
    """What a bar leaves open besides its notes."""

    grid: int  # steps between onsets
    everybody: bool  # plays, nobody rests
    last: bool  # of the chart
    silence: bool  # N.C. alone
    bass: bool  # has a slash bass to begin
    resting: frozenset[Role]  # who is silent
    entering: frozenset[Role]  # who is not
    rings: int  # steps of a bar in which all begin once and hold it to its end, 0 in others


class RuleTables(NamedTuple):
    """What the chart demands in one bar, by the step on which the prefix stands: its position, from -1 on or from 0.

    Masks are 64 bits, the lowest the first step or length. ``open`` (roles, step + 1): where the next onset may be;
    ``lengths`` (2, step): those that ring into nothing, of others and of the bass, and ``longest`` (2, step) of them;
    ``is_due`` (step + 1): the bass has a slash bass to begin; ``begins`` (step): where the chord in force begins;
    ``asked`` (step): its slash bass, or -1.
    """

    open: npt.NDArray[np.uint64]
    lengths: npt.NDArray[np.uint64]
    longest: npt.NDArray[np.int32]
    is_due: npt.NDArray[np.int32]
    begins: npt.NDArray[np.int32]
    asked: npt.NDArray[np.int32]


def _words(masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """(…, 64) as numbers of 64 bits."""
    return np.packbits(masks, axis=-1, bitorder="little").view("<u8")[..., 0].astype(np.uint64)


class BarRules:
    """What the chart demands in one bar: ``rests``, all pitched roles are silent; ``bass_plays``, the bass is not."""

    def __init__(
        self,
        changes: Sequence[Change],
        ahead: Sequence[_Ahead],
        start: int,
        end: int,
        grid: int,
        *,
        bass: bool,
        tones: Sequence[Mask] | None = None,
    ) -> None:
        """The bar from ``start`` to ``end``, of ``changes`` and what is ``ahead`` of them, with a step of ``grid``.

        ``bass``: slash basses are demanded. ``tones`` are the pitches that may begin on each beat, (beats, 128).
        """
        self._tones = tones
        self._start, self._steps, self._grid = start, end - start, grid
        self._onsets = [max(change.onset, start) - start for change in changes]  # in the bar
        self._sounds = [change.chord != NO_CHORD for change in changes]
        self._asked = [change.bass if bass and change.bass != NO_BASS else _ANY for change in changes]
        self._ahead = [each if bass else _Ahead(each.silence) for each in ahead]
        # Of each chord: the first step on which a note may begin, and the end.
        spans = [(-(-onset // grid) * grid, last) for onset, last in pairwise([*self._onsets, self._steps])]
        self.rests = not any(sounds and first < last for sounds, (first, last) in zip(self._sounds, spans, strict=True))
        # It plays under every slash bass that begins here.
        self._wanted = [
            (first, last)
            for change, asked, (first, last) in zip(changes, self._asked, spans, strict=True)
            if asked != _ANY and change.onset >= start and first < last
        ]
        self.bass_plays = bool(self._wanted)

    def restrict(self, prefix: Prefix, mask: Mask) -> None:
        """Take from a mask (vocab,) what the chart forbids to the role whose part is under way."""
        stage, role, step = prefix.stage, prefix.role, prefix.position
        if not stage.in_part or stage is Stage.REST:
            return
        if stage is Stage.TRACK or stage is Stage.SOUND:
            mask[_POSITIONS] &= self._open[role][step + 1]
            if role == _BASS and stage is Stage.SOUND and self._due[step + 1]:
                mask &= _GOES_ON
        if stage is Stage.TRACK or _IS_DRUM[role]:
            return
        longest = self._longest[role == _BASS][step]
        if stage is not Stage.LENGTH:
            mask[_LENGTHS] &= _UP_TO_LENGTH[longest]
        if prefix.length > longest:
            mask[_PITCHES] = False
        if self._tones is not None and step % STEPS_PER_BEAT == 0:
            mask[_PITCHES] &= self._tones[step // STEPS_PER_BEAT]
        if role == _BASS and prefix.position_before < self._begins[step]:
            asked = self._asked[self._in_force[step]]
            if asked != _ANY:
                mask[_PITCHES] &= _PITCHES_OF[asked]

    def instead(self, prefix: Prefix, token: int, choices: Ids) -> Ids:
        """The nearest of ``choices``, which obey, to an id that was drawn and doesn't.

        An onset under N.C. says that nothing begins before it, a length that rings into it wants the longest that
        doesn't, and a bass that passes over a slash bass begins on it. Choosing among all that obey would fill the
        last steps before a silence with what was meant for after.
        """
        step, bass = prefix.position, prefix.role == _BASS
        if token < _POSITIONS.stop:
            due = self._due[step + 1] if bass else None
            if due:
                nearest = choices == _POSITIONS.start + due[0]
            else:
                nearest = (choices < _POSITIONS.start) | ((choices > token) & (choices < _POSITIONS.stop))
        else:
            nearest = choices >= _PITCHES.start
            if token < _LENGTHS.stop or prefix.length > self._longest[bass][step]:
                longest = choices == _LENGTHS.start + self._longest[bass][step]
                nearest = longest if longest.any() else nearest  # else it is in force
        return choices[nearest] if nearest.any() else choices

    def tables(self) -> RuleTables:
        """All of it as tables."""
        opened = np.zeros((len(ROLES), POSITIONS + 1, 64), np.bool_)
        opened[:, :, :POSITIONS] = np.array(self._open)
        longest = np.array(self._longest, np.int32)
        lengths = np.zeros((2, POSITIONS, 64), np.bool_)
        lengths[:, :, : len(LENGTHS)] = _UP_TO_LENGTH[longest]
        asked = np.array(self._asked, np.int32)[self._in_force]
        is_due = np.array([due is not None for due in self._due], np.int32)
        begins = np.array(self._begins, np.int32)
        return RuleTables(_words(opened), _words(lengths), longest, is_due, begins, asked)

    # Tables, made when the bar is played.

    @cached_property
    def _in_force(self) -> list[int]:
        """Index of the change in force at each step."""
        return [bisect_right(self._onsets, step) - 1 for step in range(POSITIONS)]

    @cached_property
    def _begins(self) -> list[int]:
        """Step on which the chord of each step begins."""
        return [self._onsets[index] for index in self._in_force]

    @cached_property
    def _longest(self) -> tuple[list[int], list[int]]:
        """Index of the longest length that rings into nothing, at each step: of the other roles, and of the bass."""
        silence, slash = np.array(self._ahead)[self._in_force].T
        room = [limit - self._start - _STEPS for limit in (silence, np.minimum(silence, slash))]
        others, bass = ((np.searchsorted(LENGTHS, steps, side="right") - 1).tolist() for steps in room)
        return others, bass

    @cached_property
    def _due(self) -> list[tuple[int, int] | None]:
        """[step + 1]: onset and end of the slash bass that the bass has to begin after an onset on that step."""
        return [next((span for span in self._wanted if span[0] > step), None) for step in range(-1, POSITIONS)]

    @cached_property
    def _open(self) -> tuple[Mask, ...]:
        """For each role, [step + 1]: where the onset after that step may be."""
        inside = (self._steps > _STEPS) & (_STEPS % self._grid == 0)
        sounds = inside & np.array(self._sounds)[self._in_force]
        before = [due[1] if due else POSITIONS for due in self._due]
        everywhere = np.ones((len(before), 1), np.bool_)
        drums, others, bass = inside & everywhere, sounds & everywhere, sounds & (np.array(before)[:, None] > _STEPS)
        return tuple(drums if is_drum else bass if role == _BASS else others for role, is_drum in enumerate(_IS_DRUM))


def _tones(change: Change, tones: Tones | None) -> Mask:
    """The pitches of a chord as it is written, or as the language has it, and its bass: (128,). All for N.C."""
    if change.root < 0:
        return np.ones(MIDI_VALUES, np.bool_)
    classes = np.arange(PITCH_CLASSES)
    own: Mask = chord_tones()[change.chord] if tones is None else np.isin(classes, [*tones.classes])
    pitches: Mask = (own | (classes == change.bass))[np.arange(MIDI_VALUES) % PITCH_CLASSES]
    return pitches


def _tones_of_beats(chart: Chart, changes: Sequence[Change], start: int, end: int) -> list[Mask]:
    """What may begin on each beat of a bar, of whose chart the ``changes`` are."""
    return [
        _tones(in_force(changes, step), in_force(chart.tones, step) if chart.tones else None)
        for step in range(start, end, STEPS_PER_BEAT)
    ]


def bar_rules(chart: Chart, *, free_bass: bool, strict: bool = False) -> list[BarRules | None]:
    """The rules of each bar of a chart, None where nothing is demanded; a bass that is free ignores slash basses.

    Where they are strict, it isn't free, and begins every other chord on its root.
    """
    changes = chart.changes
    if strict:
        free_bass = False
        rooted = (change.root >= 0 and change.bass == NO_BASS for change in changes)
        changes = tuple(
            replace(change, bass=change.root) if on_root else change
            for change, on_root in zip(changes, rooted, strict=True)
        )
    ahead = [*accumulate(reversed(changes[1:]), _ahead, initial=_Ahead())][::-1]
    rules: list[BarRules | None] = []
    index = 0
    for measure, (start, line) in zip(chart.measures, pairwise(chart.lines.tolist()), strict=True):
        end = min(line, chart.steps)
        while index + 1 < len(changes) and changes[index + 1].onset <= start:
            index += 1
        last = index + 1
        while last < len(changes) and changes[last].onset < end:
            last += 1
        here = changes[index:last]
        demanding = [change.chord == NO_CHORD or (change.bass != NO_BASS and not free_bass) for change in here]
        rung = ahead[index].silence if free_bass else min(ahead[index].silence, ahead[index].slash)
        binds = any(demanding) or rung < end + LENGTHS[-1] or end < line
        tones = _tones_of_beats(chart, changes, start, end) if strict else None
        made = BarRules(here, ahead[index:last], start, end, measure.grid, bass=not free_bass, tones=tones)
        rules.append(made if binds or strict else None)
    return rules
