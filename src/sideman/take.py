"""A take on its way: what its leader asks for, what was composed, and what the engine has read of it.

Knows the leader and the sampler; no engine, and no options of the user.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.kernel_take import KernelTake, Waits
from sideman.model.kernel import KernelEngine
from sideman.model.sampling import Sampler, SamplingDefaults, SamplingOptions
from sideman.tokens.chart import Chart
from sideman.tokens.clashes import Clashes
from sideman.tokens.decode import BarNotes, Decoder
from sideman.tokens.fitting import Fitting
from sideman.tokens.habits import Habits
from sideman.tokens.kit import Beginning
from sideman.tokens.leader import Leader
from sideman.tokens.parts import Parts, Reader
from sideman.tokens.prefix import Prefix, Stage
from sideman.tokens.redraws import Redraws
from sideman.tokens.register import Register
from sideman.tokens.slices import BEGINS_PART, part_begin
from sideman.tokens.styling import Styling
from sideman.tokens.vocabulary import VOCABULARY

# For weights that have none of their own; docs/experiments.md tells how they were chosen.
SAMPLING = SamplingDefaults(kind=1.0, value=0.92, values={"pitch": 0.9, "track_density": 1.0}, top_p=0.98)

Features = tuple[int, ...]  # of one id

_NONE: npt.NDArray[np.intp] = np.empty(0, np.intp)
_SILENT = (Stage.ONSET, Stage.LENGTH)  # nothing begins, ends or sounds
_KEPT_AFTER_SLIDE = 0.5  # of the context: what is read again when it is full


class Mark(NamedTuple):
    """A bar line at which a take stood, to go back to: how many ids there were, and where they stand."""

    ids: int
    prefix: Prefix


class Take:
    """One take: what the leader asks for, what was composed, and how much of it the engine has yet to read.

    ``number`` distinguishes the takes of a seed: each has random numbers of its own. ``defaults`` are the weights'.
    Parts that don't begin as their ``beginnings`` say are drawn again. Where a bar has another style than the
    one before, the engine reads on from there alone, in the new style. Pitches that rub against a melody, as
    ``clashes`` tells, are seldom drawn. Of the given parts in ``judged`` bars the model is asked how likely they are:
    ``bits`` of ``told`` ids. Where ``defaults`` tell of known songs, a part is drawn again with which a player would
    have played five of their bars in a row.
    """

    def __init__(
        self,
        number: int,
        chart: Chart,
        leader: Leader,
        sampling: SamplingOptions,
        defaults: SamplingDefaults = SAMPLING,
        beginnings: Iterable[Beginning] = (),
        judged: Collection[int] = (),
        clashes: Clashes | None = None,
    ) -> None:
        self.number = number
        self.leader = leader
        self.sampler = Sampler(sampling, defaults, VOCABULARY.kind_numbers, VOCABULARY.kinds, number)
        styling = Styling(defaults.styling) if defaults.styling else None
        habits = Habits(defaults.moving, defaults.steady, defaults.fullness, defaults.resting, defaults.thickness)
        register = Register(chart.shift, defaults.register) if defaults.register else None
        self._fitting = Fitting(defaults.fitting, clashes, styling, habits, register)
        self.choices = _NONE  # ids that may come next
        self.wished = self.choices  # those to draw among
        self._chart, self._judged = chart, judged
        self._redraws = Redraws(beginnings, defaults.known)
        self.bits, self.told = 0.0, 0
        self._news = 0  # bars that were told
        self.kernel: KernelTake | None = None  # the same ids, where the kernel composes
        self._start([])
        self._follow()

    def _start(self, ids: Iterable[int]) -> None:
        """Stand after these ids, none of which the engine has read."""
        self.prefix = self.leader.prefix(recall=self.kernel is None)
        self.decoder = Decoder(self._chart.shift, self._chart.lines)
        self.ids: list[int] = []
        self._features: list[Features] = []
        self.bars: list[BarNotes] = []  # what the ids say, as composed
        self.bar_begins: list[int] = []  # index in ids of each BAR
        self.unread = 0  # ids at the end that the engine has not read
        self.taken_back = 0  # ids that the engine has read and is to forget
        self.begin = 0  # index of the first id that it reads, besides the opening
        self.is_moved = True  # the engine has to read again from there
        self.asked: list[int] = []  # indices of ids of which the engine has yet to say how likely they are
        self._part_over = False  # whether a part that is given or repeated was the last
        self._read_again()
        if self.kernel is not None:
            self.kernel.restart()
        self._open(self.leader.opening())
        self._push(*ids)

    @property
    def done(self) -> bool:
        """Whether all bars of the chart are there, and those that are judged were."""
        return self.leader.finished(self.prefix) and not self.asked

    @property
    def has_news(self) -> bool:
        """Whether bars are finished since :meth:`news` was asked last."""
        return len(self.bars) > self._news

    def news(self) -> list[BarNotes]:
        """The bars that are finished since this was asked last: also those that nothing was drawn for."""
        told = self.bars[self._news :]
        self._news = len(self.bars)
        return told

    def draw(self, logits: npt.NDArray[np.floating]) -> None:
        """Take the id that ``logits`` (vocab,) give, if there is a choice, and those that follow without one."""
        if not len(self.choices):  # it waited to be judged
            self._follow()
            if self.unread or not len(self.choices):
                return
        fitting = self._fitting.row(self.prefix, self.leader.style(self.prefix.bar))
        factors = self._fitting.habits.factors(self.prefix)
        token = self.sampler.draw(logits, self.wished, fitting, factors)
        if self.wished is not self.choices and token not in self.choices:
            token = self.sampler.draw(logits, self.leader.instead(self.prefix, token, self.choices), fitting, factors)
        self._follow(part_over=self._accept(self.leader.as_asked(token, self.prefix.bar)))

    @property
    def features(self) -> Sequence[Features] | npt.NDArray[np.int16]:
        """The context features of each id, in the order of FEATURES."""
        self._tell_kernel()
        return self._features if self.kernel is None else self.kernel.features

    def use_kernel(self, engine: KernelEngine) -> None:
        """Have the kernel compose from now on, where it can: all but what is judged, told bar by bar, or strict."""
        can = type(self) is Take and type(self.leader) is Leader and not self._judged and not self.leader.strict
        if self.kernel is None and can:
            self.kernel = KernelTake(engine.library, self._chart, self.leader, self.sampler, self._fitting)
            self._features = []
            self._stand_again()

    def leave_kernel(self) -> None:
        """Compose without it from now on."""
        if self.kernel is not None:
            self._tell_kernel()
            self._features = [tuple(row) for row in self.kernel.features.tolist()]
            self.kernel = None
            self._stand_again()

    def _stand_again(self) -> None:
        """Have a prefix that knows of these ids what it needs from now on."""
        self.prefix = self.leader.prefix(recall=self.kernel is None)
        for token in self.ids:
            self.prefix.push(token)
        self._follow(part_over=self._part_over)

    def decide(self, logits: npt.NDArray[np.floating]) -> None:
        """Where the kernel waits, having drawn by ``logits`` (vocab,) at last: decide what follows."""
        assert self.kernel is not None
        self.catch_up()
        waits, token = self.kernel.waits, self.kernel.fields.token
        if waits == Waits.FOR_ACCEPTING:
            token = self.leader.as_asked(token, self.prefix.bar)
        elif waits != Waits.FOR_ONLY:
            self.choices, self.wished = self.leader.choices(self.prefix, part_over=self._part_over)
            if waits == Waits.FOR_NEAREST:
                self.wished = self.leader.instead(self.prefix, token, self.choices)
            self.draw(logits)
            return
        self._follow(part_over=self._accept(token))

    def catch_up(self) -> None:
        """Take the ids that the kernel took, where it composes: between its steps they may be behind."""
        if self.kernel is None:
            return
        ids = self.kernel.since(len(self.ids))
        prefix, sound = self.prefix, self.decoder.sound
        for token in ids:
            prefix.push(token)
            if prefix.stage is Stage.SOUND:
                sound(prefix, token)
        self.ids += ids
        self.unread = self.kernel.fields.unread

    def judge(self, places: Sequence[int], logits: npt.NDArray[np.floating]) -> None:
        """Add up how likely the ids at some places are, by the logits (place, vocab) that the model has for them."""
        self.asked = []
        scores = logits.astype(np.float64)
        scores -= scores.max(1, keepdims=True)
        chances = scores[range(len(places)), [self.ids[place] for place in places]] - np.log(np.exp(scores).sum(1))
        self.bits -= float(chances.sum()) / math.log(2)
        self.told += len(places)

    @property
    def whole_bars(self) -> int:
        """How many bars of the piece, as people count, are there."""
        return self._chart.whole(len(self.bars))

    @property
    def window(self) -> tuple[list[int], Sequence[Features] | npt.NDArray[np.int16]]:
        """What the engine reads, ids and features: START and controls, and what comes from ``begin`` on."""
        if self.begin == 0:
            return self.ids, self.features
        return self._opening + self.ids[self.begin :], [*self._opening_features, *self.features[self.begin :]]

    @property
    def window_length(self) -> int:
        """How many ids these are."""
        return len(self.ids) - self.begin + (len(self._opening) if self.begin else 0)

    def mark(self) -> Mark:
        """Where a take stands that has just begun a bar of which its leader has told nothing yet."""
        return Mark(len(self.ids), self.prefix.copy())

    def back(self, mark: Mark) -> None:
        """Go back to a mark: what came after it was never composed."""
        self._unread_from(mark.ids - 1)
        read = self._read
        del self.ids[mark.ids :], self._features[mark.ids :]
        self.unread = mark.ids - read
        self.prefix = mark.prefix.copy()
        self.decoder = Decoder(self._chart.shift, self._chart.lines)
        bar = self.prefix.bar
        del self.bars[bar:], self.bar_begins[bar + 1 :]
        self._read_again()
        if self.begin >= mark.ids:
            self.begin, self.is_moved = mark.ids - 1, True

    def go_on(self) -> None:
        """Follow a leader who has told of one bar more: the one that has just begun."""
        self._unread_from(len(self.ids) - 1)
        self.prefix.tell(self.leader.form)
        self._features[-1] = self.prefix.features()
        self._follow()

    @property
    def _read(self) -> int:
        """How many ids the engine has read and need not forget."""
        return len(self.ids) - self.unread

    def _unread_from(self, place: int) -> None:
        """Have the engine forget the ids from this one on, as far as it has read them."""
        known = max(self._read - place, 0)
        self.taken_back += known
        self.unread += known

    def slide(self, context: int) -> None:
        """Move the window to the last bars that fit a part of ``context``, or else to the last ids."""
        room = int(context * _KEPT_AFTER_SLIDE) - len(self._opening)
        fits = [begin for begin in self.bar_begins if begin >= self.begin and len(self.ids) - begin <= room]
        self.begin = fits[0] if fits else max(self.bar_begins[-1], len(self.ids) - room)
        self.is_moved = True

    def _open(self, opening: Sequence[int]) -> None:
        """Have the engine read this opening from now on."""
        prefix = self.leader.prefix()
        self._opening = [*opening]
        self._opening_features = []
        for token in opening:
            prefix.push(token)
            self._opening_features.append(prefix.features())

    def _follow(self, *, part_over: bool = False) -> None:
        """Push ids as long as there is one choice only; behind those that are judged they wait until that is done."""
        while not self.leader.finished(self.prefix):
            if self.asked and self.prefix.bar not in self._judged:
                break
            forced = self.leader.forced(self.prefix, part_over=part_over, played=self._played)
            if not forced and self.kernel is not None:
                if self._follow_by_kernel(part_over) != Waits.FOR_ONLY:
                    return
                part_over = self._accept(self.kernel.fields.token)
                continue
            if not forced:
                self._part_over = part_over
                self.choices, self.wished = self.leader.choices(self.prefix, part_over=part_over)
                if len(self.choices) != 1:
                    return
                part_over = self._accept(int(self.choices[0]))
                continue
            part_over = True  # given parts are whole
            if forced and BEGINS_PART[forced[0]] and self.prefix.bar in self._judged:
                self.asked += range(len(self.ids), len(self.ids) + len(forced))
            self._push(*forced)
        self.choices = self.wished = _NONE

    def _follow_by_kernel(self, part_over: bool) -> int:
        """Where the leader forces nothing: push ids as long as there is one choice only within a part."""
        assert self.kernel is not None
        self._tell_kernel()
        self._part_over = part_over
        waits = self.kernel.follow(self.prefix.bar, part_over=part_over)
        self.catch_up()
        return waits

    def _tell_kernel(self) -> None:
        """Have the kernel take the ids that were decided here."""
        if self.kernel is not None and self.kernel.fields.count < len(self.ids):
            self.kernel.push(self.ids[self.kernel.fields.count :])

    def _accept(self, token: int) -> bool:
        """Push an id that was chosen; where it begins a part that is played again, all of that. Whether a part is over.

        Where it ends one that doesn't begin as it is to, that is drawn again.
        """
        if self._redraws.wants(self.prefix, token, self.ids, self.bar_begins):
            self._start(self.ids[: part_begin(self.ids)])
            return False
        again = self.leader.again(self.prefix, token, self._played)
        self._push(*again or (token,))
        return bool(again)

    def _read_again(self) -> None:
        """Forget the parts of the bars that are over."""
        self._reader, self._parts = Reader(), list[Parts]()

    def _played(self, bar: int) -> Parts:
        """The parts of a bar that is over; none that would make a run of a known song here."""
        while len(self._parts) <= bar:
            begin, end = self.bar_begins[len(self._parts) :][:2]
            self._parts.append(self._reader.read(self.ids[begin:end]))
        return self._redraws.without_known(self.prefix, self.ids, self.bar_begins, self._parts[bar])

    def _push(self, *tokens: int) -> None:
        """Take ids that were decided."""
        prefix, decoder = self.prefix, self.decoder
        for token in tokens:
            prefix.push(token)
            if prefix.stage is Stage.BAR:
                self._begin_bar()
            self.ids.append(token)
            if self.kernel is None:
                self._features.append(prefix.features())
            if prefix.stage is Stage.SOUND:
                decoder.sound(prefix, token)
            elif prefix.stage not in _SILENT:
                bar = decoder.push(prefix, token)
                if bar is not None:
                    self.bars.append(bar)
        self.unread += len(tokens)

    def _begin_bar(self) -> None:
        """Remember where a bar begins; one of another style is read without those before it."""
        self.bar_begins.append(len(self.ids))
        if self.leader.finished(self.prefix):
            return
        opening = self.leader.opening(self.prefix.bar)
        if opening != self._opening:
            self._open(opening)
            self.begin = len(self.ids)
            self.is_moved = True
