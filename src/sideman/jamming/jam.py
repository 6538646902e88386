"""The next bar's chord in, the band's notes of that bar out; or of the rest of a bar whose chord changes as it plays.

Knows the leader, the takes and the composer; no time but beats, and no keyboard.

The network has read all that was played when a bar is asked for, so that only the bar itself is composed then. What is
kept is the last bars: an hour costs no more memory than a minute.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sideman.arranging import Model, default_model
from sideman.composer import Composer, Take
from sideman.errors import OptionError
from sideman.model.sampling import Sampler, SamplingOptions
from sideman.music.band import DURATION, ONSET, PITCH, NoteArray, Role
from sideman.music.chords import MODEL_QUALITIES
from sideman.music.finishing import finish
from sideman.music.key import Key, estimate_key
from sideman.music.progression import Chord
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.strokes import Setting
from sideman.music.time import COMMON_TIME, STEPS_PER_BEAT, Meter
from sideman.options import ArrangeOptions
from sideman.planning import PART_ORDER
from sideman.tokens.chart import NO_BASS, UNKNOWN, Change
from sideman.tokens.form import Echo, echoes_of_chords, measures_of
from sideman.tokens.kit import Beginning, Kit, WaltzBass, WaltzDrums, is_waltz
from sideman.tokens.leads import Head, Repeats
from sideman.tokens.live import LiveLeader, chart_ahead
from sideman.tokens.own import own_parts
from sideman.tokens.parts import Part, Parts, parts_of, rest
from sideman.tokens.prefix import PHRASE
from sideman.tokens.vocabulary import LENGTHS, NO_CHORD, VOCABULARY

_BARS = 8 * PHRASE  # after which the network is told of the last ones alone
_KEPT = 2 * PHRASE  # of them, at the most: from the beginning of a phrase on
_ROOM = 256  # ids that a busy bar may have
_TURNS = 1 + max(LENGTHS)  # random numbers of their own that a bar may have: its own, and those of its turns

Chords = tuple[tuple[int, Chord], ...]  # steps in the bar, from 0 on, and what begins there


class JamBar(NamedTuple):
    """A bar: its ``number`` from 0, its chords, and what everybody plays, onsets in steps from its beginning."""

    number: int
    chords: Chords
    notes: dict[Role, NoteArray]


@dataclass(frozen=True)
class _Played:
    """A bar as it was composed, in the sounding key."""

    chords: Chords
    notes: Mapping[Role, NoteArray]


class Jam:
    """A band of ``options`` that is led bar by bar.

    :meth:`bar` composes the next bar, over the chord that holds, or another. :meth:`turn` changes the last bar from one
    of its beats on: what comes before it stays as it is, and so do the drums. Both give the bar as it is heard. Bars
    are all of one ``meter``. The same calls with the same seed give the same notes; a chord that was taken back, or
    turned into another one on the same beat or an earlier one, leaves no trace.

    Of the options those of an ending, an introduction, takes and transposing mean nothing here. The ``key`` that the
    network hears the chords in is theirs, as far as they are known, unless it is given. Raises :class:`OptionError` for
    a metre whose bars are longer than four beats.
    """

    def __init__(
        self,
        options: ArrangeOptions | None = None,
        meter: Meter = COMMON_TIME,
        *,
        key: Key | None = None,
        model: Model | None = None,
    ) -> None:
        self.options = (options or ArrangeOptions()).seeded()
        self.meter = meter
        measures = measures_of(meter)
        if len(measures) > 1:
            raise OptionError(f"metre {meter}: a jam has bars of at most four beats, such as 3/4, 4/4, 6/8 and 12/8")
        self._measure = measures[0]
        self._model = model or default_model()
        self._roles = [role for role in PART_ORDER if role in self.options.roles]
        self._composer = Composer(self._model.engine, self._model.columns, 1)
        self._own_key = key
        self._key = key or Key(0)
        self._bars = 0  # so far
        self._last: deque[_Played] = deque(maxlen=_KEPT)
        self._take: Take | None = None
        self._is_renewed = False  # for the next bar

    @property
    def beats(self) -> int:
        """Beats of a bar; a last one that is cut short counts."""
        return -(-self._measure.steps // STEPS_PER_BEAT)

    @property
    def chord(self) -> Chord | None:
        """What holds at the end of the last bar; None before the first."""
        return self._last[-1].chords[-1][1] if self._last else None

    def bar(self, chord: Chord | None = None) -> JamBar:
        """The next bar, over this chord, or the one that holds: in the first bar it must be given."""
        chord = chord or self.chord
        if chord is None:
            raise OptionError("the first bar of a jam has no chord yet: give one")
        self._renew(chord)
        self._is_renewed = False
        self._bars += 1
        self._turns: dict[int, tuple[Chords, Parts]] = {}  # by step: what was played before it was turned there
        self._sources = [echo.bar for echo in self._echoes]
        self._copied_before = self._copied
        self._mark = self._now.mark()
        return self._play(((0, chord),))

    def turn(self, chord: Chord, beat: int = 0) -> JamBar:
        """The last bar again, over another chord from this beat on, the first of which is 0.

        Chords of it that began later are forgotten. Raises :class:`OptionError` for a beat that the bar hasn't, before
        the first bar, and after :meth:`rest`.
        """
        step = beat * STEPS_PER_BEAT
        if not self._last or self._is_renewed or not 0 <= step < self._measure.steps:
            raise OptionError(f"beat {beat} of the bar: there is none, count from 0 to {self.beats - 1}")
        later = sorted(each for each in self._turns if each >= step)
        chords, before = self._turns[later[0]] if later else (self._last[-1].chords, self._parts[-1])
        for each in later:
            del self._turns[each]
        self._last.pop()
        del self._parts[-1], self._keys[-1], self._echoes[-1]
        self._now.back(self._mark)
        if [each for onset, each in chords if onset <= step][-1] == chord:  # as it was before it was turned
            return self._play(chords, before, self._measure.steps)
        self._turns[step] = chords, before
        kept = [(onset, each) for onset, each in chords if onset < step]
        return self._play((*kept, (step, chord)), before, step)

    def rest(self) -> None:
        """Get ready for the next bar: to be called when there is time, and the last bar is not to be turned any more.

        Nothing that is heard depends on it: without it the next bar takes longer.
        """
        if self._take is not None:
            self._renew()
            self._composer.prepare(self._take)

    def _renew(self, first: Chord | None = None) -> None:
        """Tell the network of the last bars alone where it has heard too many, or their key is another one now."""
        if self._is_renewed:
            return
        self._is_renewed = True
        chords = [played.chords for played in self._last] or [((0, first or Chord.no_chord()),)]
        key = self._own_key or _key_of(chords, self._measure.steps)
        if self._take is None or key.shift != self._key.shift or self._leader.told >= _BARS:
            self._key = key
            self._begin()
        context = self._model.engine.config.context
        if self._now.window_length > context - min(_ROOM, context // 4):
            self._now.slide(context)

    @property
    def _now(self) -> Take:
        assert self._take is not None
        return self._take

    def _begin(self) -> None:
        """Tell a new leader of the last bars, which the network is to read in today's key."""
        count = min(len(self._last), self._bars)
        while (self._bars - count) % PHRASE:
            count -= 1
        kept = [*self._last][len(self._last) - count :]
        options, chart = self.options, chart_ahead(self._key, self._measure, _BARS + 1)
        density = None if options.density is None else dict.fromkeys(self._roles, options.density)
        self._leader = LiveLeader(
            chart,
            self._roles,
            style=options.style,
            tempo=options.tempo,
            density=density,
            free_bass=options.free_bass,
        )
        self._keys = [self._changes(played.chords) for played in kept]  # the chords of each bar
        self._echoes = [*echoes_of_chords(self._keys)]
        self._parts = self._parts_of(kept)
        self._copied: Mapping[Role, int] = {}
        for changes, echo, parts in zip(self._keys, self._echoes, self._parts, strict=True):
            self._leader.tell(self._head(changes), echo, parts)
        beginnings = [] if kept else self._beginnings()
        self._take = Take(0, chart, self._leader, self._drawing, self._model.sampling, beginnings)

    @property
    def _drawing(self) -> SamplingOptions:
        return SamplingOptions(self.options.temperature, self.options.top_p, self.options.seed or 0)

    def _beginnings(self) -> list[Beginning]:
        """As of a :class:`~sideman.planning.Plan`: what the first bar begins with."""
        chart, style = self._leader.chart, self.options.style
        waltz = is_waltz(chart, 0)
        found: list[Beginning] = []
        if Role.DRUMS in self._roles and (waltz or style is not None):
            found.append(WaltzDrums(style, chart) if waltz else Kit(style, chart))
        if waltz and Role.BASS in self._roles:
            found.append(WaltzBass(chart))
        return found

    def _parts_of(self, kept: Sequence[_Played]) -> list[Parts]:
        """The ids of bars in today's key."""
        if not kept:
            return []
        steps = self._measure.steps
        chart = chart_ahead(self._key, self._measure, len(kept))
        by_role: dict[Role, Sequence[Part]] = {}
        for role in self._roles:
            notes = np.concatenate([_moved(bar.notes[role], number * steps) for number, bar in enumerate(kept)])
            by_role[role] = own_parts(role, notes, chart)[0] if len(notes) else [rest(role)] * len(kept)
        return [{role: parts[bar] for role, parts in by_role.items()} for bar in range(len(kept))]

    def _play(self, chords: Chords, before: Parts | None = None, since: int = 0) -> JamBar:
        """Compose a bar; ``before`` is what is there of it, of which drums and all before the step ``since`` stay."""
        changes = self._changes(chords)
        self._keys.append(changes)
        echo = echoes_of_chords(self._keys)[-1]
        self._echoes.append(echo)
        head, number = self._head(changes), self._bars - 1
        given = self._again(echo) if since == 0 else {}
        if before is None:
            self._leader.tell(head, echo, given)
        else:
            given |= {role: part for role, part in before.items() if role is Role.DRUMS or since == self._measure.steps}
            self._leader.turn(head, echo, given, before, since)
        turn = number * _TURNS + (0 if before is None else 1 + since)
        take = self._now
        take.sampler = Sampler(self._drawing, self._model.sampling, VOCABULARY.kind_numbers, VOCABULARY.kinds, turn)
        take.go_on()
        self._composer.join(take)
        while self._composer:
            self._composer.step()
        played = _Played(chords, self._within(take))
        self._last.append(played)
        self._parts.append(parts_of(take.ids)[-1])
        return JamBar(number, chords, self._heard(number, played.notes))

    def _again(self, echo: Echo) -> dict[Role, Part]:
        """The parts of earlier bars that are played again, as often as the weights say."""
        random = self._drawing.generator(self._bars, "repeats")
        repeats = Repeats(self._model.sampling.repeats, random, None, self._sources, self._copied_before)
        self._copied = repeats.draw(echo.bar)
        return {role: self._parts[bar][role] for role, bar in self._copied.items() if role in self._roles}

    def _within(self, take: Take) -> dict[Role, NoteArray]:
        """The notes of the last bar, onsets from its beginning."""
        bar = take.bars[-1]
        return {role: _moved(notes, -bar.number * self._measure.steps) for role, notes in bar.notes.items()}

    def _heard(self, number: int, notes: Mapping[Role, NoteArray]) -> dict[Role, NoteArray]:
        """A bar ready for the ear."""
        steps = self._measure.steps
        setting = Setting(number, 0, steps, self.options.style, self.options.seed or 0)
        return finish(notes, steps + max(LENGTHS), setting)

    # What is told of chords.

    def _changes(self, chords: Chords) -> tuple[Change, ...]:
        return tuple(replace(self._change(chord), onset=onset) for onset, chord in chords)

    def _change(self, chord: Chord) -> Change:
        """A chord in the key that the network hears."""
        root, bass, shift = chord.root_pc, chord.bass_pc, self._key.shift
        if root is None:
            return Change(0, NO_CHORD)
        value = (root + shift) % PITCH_CLASSES * len(MODEL_QUALITIES) + chord.model_quality
        return Change(0, value, NO_BASS if bass in (None, root) else (bass + shift) % PITCH_CLASSES)

    def _head(self, changes: Sequence[Change]) -> Head:
        """A bar's chords; the one that follows, nobody knows."""
        return (*changes, Change(self._measure.steps, UNKNOWN))


def _key_of(bars: Sequence[Chords], steps: int) -> Key:
    """The key that the chords of bars speak for."""
    table = [
        (-1 if chord.root_pc is None else chord.root_pc, chord.model_quality, end - onset)
        for chords in bars
        for (onset, chord), end in zip(chords, [*(onset for onset, _ in chords[1:]), steps], strict=True)
    ]
    return estimate_key(*np.array(table).T)


def _moved(notes: NoteArray, steps: int) -> NoteArray:
    """Notes (notes, 4) that begin so many steps later."""
    moved = notes.copy()
    moved[:, ONSET] += steps
    return moved


def tones_of(chord: Chord) -> frozenset[int]:
    """The pitch classes of a chord, its bass among them."""
    return chord.pitch_classes if chord.bass_pc is None else chord.pitch_classes | {chord.bass_pc}


def damped(notes: NoteArray, step: int, chord: Chord) -> NoteArray:
    """Notes (notes, 4) of a player, those cut at ``step`` that ring into a chord to which they don't belong."""
    rings = (notes[:, ONSET] < step) & (notes[:, ONSET] + notes[:, DURATION] > step)
    foreign = ~np.isin(notes[:, PITCH] % PITCH_CLASSES, list(tones_of(chord)))
    cut = notes.copy()
    cut[rings & foreign, DURATION] = step - notes[rings & foreign, ONSET]
    return cut
