"""Takes on their way, in one batch: they join and leave between steps, and each is the same music in any company.

Knows takes and the engine; no files and no options of the user.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from weakref import ref

import numpy as np
import numpy.typing as npt

from sideman.kernel_take import KernelTake, batch_of
from sideman.model.engine import Engine
from sideman.model.kernel import KernelEngine
from sideman.take import SAMPLING as SAMPLING  # noqa: PLC0414 - readers of this module find it here too
from sideman.take import Features
from sideman.take import Take as Take  # noqa: PLC0414 - likewise
from sideman.tokens.decode import BarNotes

STEPS = 64  # of the kernel at a time


class Composer:
    """A batch of at most ``capacity`` takes on one engine, which reads the context features in ``columns``.

    On the kernel's engine the kernel composes within parts, so many ``steps`` at most before others may join. With 0 it
    is asked for logits alone: the music is the same, and takes longer.
    """

    def __init__(self, engine: Engine, columns: Sequence[int], capacity: int, *, steps: int = STEPS) -> None:
        self._engine = engine
        self._columns = list(columns)
        self._cache = engine.cache(capacity)
        self._free = list(range(capacity))
        self._rows: dict[Take, int] = {}
        self._left: dict[int, ref[Take]] = {}  # who read in a row last
        self._over: list[Take] = []  # who joined with all bars there, and has some to tell
        self._batch = batch_of(engine, columns, self._cache, steps)
        self._seated: list[tuple[KernelTake, int]] = []  # whom the batch knows, and in which rows

    def __len__(self) -> int:
        """How many takes are under way, or have bars to tell."""
        return len(self._rows) + len(self._over)

    @property
    def room(self) -> int:
        """How many takes may join."""
        return len(self._free)

    def join(self, take: Take) -> None:
        """Begin with a take, or go on with one that left. There must be room."""
        if take.done:
            if take.has_news:
                self._over.append(take)
        else:
            self._seat(take)
            if self._batch is None:
                take.leave_kernel()
            elif isinstance(self._engine, KernelEngine):
                take.use_kernel(self._engine)

    def leave(self, take: Take) -> None:
        """Stop a take where it is; its row is free for another. Takes that are done leave by themselves."""
        if take in self._over:
            self._over.remove(take)
        if take not in self._rows:
            return
        take.catch_up()
        row = self._rows.pop(take)
        self._free.append(row)
        self._left[row] = ref(take)

    def prepare(self, take: Take) -> None:
        """Read all of a take that waits for its leader, so that little is left to read once it goes on."""
        self._seat(take)
        if take.is_moved or take.unread > 1:
            self._read([take])
        self.leave(take)

    def _seat(self, take: Take) -> None:
        """Give a take a row; one that comes back to its own, where nobody was since, need not be read again."""
        row = self._free.pop()
        last = self._left.pop(row, None)
        known = take.window_length - take.unread + take.taken_back
        if last is None or last() is not take or self._cache.length[row] != known:
            self._cache.clear(row)
            take.is_moved = True
        self._rows[take] = row

    def step(self) -> list[tuple[Take, BarNotes]]:
        """At least one id more for every take; returns the bars that are finished since it was told last."""
        finished = [(take, bar) for take in self._over for bar in take.news()]
        self._over.clear()
        takes = list(self._rows)
        if not takes:
            return finished
        logits = self._draw_in_kernel(takes)
        for number, take in enumerate(takes):
            if take.kernel is not None and not take.kernel.waits:
                continue
            (take.draw if take.kernel is None else take.decide)(logits[number])
            finished += [(take, bar) for bar in take.news()]
            if take.done:
                self.leave(take)
        return finished

    def _draw_in_kernel(self, takes: Sequence[Take]) -> npt.NDArray[np.float32]:
        """Read what is new, and let the kernel draw for whom it composes; the logits (take, vocab) that were the last.

        Where it composes all of them it goes on until something is to be decided for one.
        """
        batch, seated = self._batch, [(take.kernel, self._rows[take]) for take in takes if take.kernel is not None]
        if batch is None or not seated:
            return self._read(takes)
        if seated != self._seated:
            batch.seat(seated)
            self._seated = seated
        if len(seated) == len(takes) and not any(take.is_moved for take in takes) and batch.compose():
            return batch.logits
        logits = self._read(takes)
        batch.draw(logits if len(seated) == len(takes) else logits[[take.kernel is not None for take in takes]])
        return logits

    def run(self, takes: Iterable[Take]) -> Iterator[list[tuple[Take, BarNotes]]]:
        """Compose takes to their end, as many at a time as there is room: what each :meth:`step` gives."""
        waiting = [*takes][::-1]
        while waiting or self:
            while waiting and self.room:
                self.join(waiting.pop())
            yield self.step()

    def _read(self, takes: Sequence[Take]) -> npt.NDArray[np.float32]:
        """Let the engine read what is new in each take; slides the window of those that don't fit."""
        ids: list[int] = []
        features: list[Features | npt.NDArray[np.int16]] = []
        counts = []
        rows = [self._rows[take] for take in takes]
        for take, row in zip(takes, rows, strict=True):
            take.catch_up()
            if take.window_length > self._engine.config.context:
                take.slide(self._engine.config.context)
            if take.is_moved:
                self._cache.clear(row)
                take.is_moved = False
            self._cache.length[row] -= min(take.taken_back, self._cache.length[row])
            take.taken_back = 0
            if self._cache.length[row]:
                ids += take.ids[-take.unread :]
                features.extend(take.features[-take.unread :])
                counts.append(take.unread)
            else:
                window, of_window = take.window
                ids += window
                features.extend(of_window)
                counts.append(len(window))
            take.unread = 0
            if take.kernel is not None:
                take.kernel.fields.unread = 0
        read = np.array(features, np.int32)[:, self._columns]
        if any(take.asked for take in takes):
            return self._judge(takes, rows, ids, read, counts)
        return self._engine.read(self._cache, rows, ids, read, None if len(ids) == len(rows) else counts)

    def _judge(
        self,
        takes: Sequence[Take],
        rows: Sequence[int],
        ids: Sequence[int],
        features: npt.NDArray[np.int32],
        counts: Sequence[int],
    ) -> npt.NDArray[np.float32]:
        """Read, and tell takes how likely the ids are that they ask for."""
        wanted: list[int] = []
        asked: list[list[int]] = []
        for take, end in zip(takes, accumulate(counts), strict=True):
            first = max(len(take.ids) - counts[len(asked)], take.begin)  # what is read without a gap
            places = [place for place in take.asked if place > first]
            wanted += [end - len(take.ids) + place - 1 for place in places]
            wanted.append(end - 1)
            asked.append(places)
        logits = self._engine.read(self._cache, rows, ids, features, counts, wanted=wanted)
        ends = [*accumulate(len(places) + 1 for places in asked)]
        for take, places, end in zip(takes, asked, ends, strict=True):
            if take.asked:
                take.judge(places, logits[end - len(places) - 1 : end - 1])
        return logits[[end - 1 for end in ends]]
