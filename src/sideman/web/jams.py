"""Jams under way: bands in memory, each led by one session, bar by bar. Knows whose they are and when they are over.

One jam composes at a time, in a thread of its own; a jam has at most one bar on its way, so that all take turns.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TypeVar

import anyio
import anyio.to_thread

from sideman.arranging import Model
from sideman.charts.writing import write
from sideman.errors import OptionError, SidemanError
from sideman.jamming.jam import Jam, JamBar
from sideman.jamming.piece import chart_of, most_bars, piece_of
from sideman.music.progression import Chord
from sideman.music.time import SECONDS_PER_MINUTE
from sideman.render.rendition import Rendition
from sideman.web.jam_schemas import JamRequest, JamView
from sideman.web.journal import Call, Journal
from sideman.web.metrics import Metrics
from sideman.web.problems import Problem
from sideman.web.sessions import Session
from sideman.web.settings import Settings

T = TypeVar("T")
ID_BYTES = 16
RETRY_SECONDS = 30.0
BUSY = "a bar of this jam is on its way: wait for it"
MAX_OVER = 1_024  # jams that are remembered when they are over
ENDED = "this jam was ended: begin another one"
REPLACED = "this jam was ended: its session began another one"
IDLE = "nobody asked for a bar of this jam any more, so it was ended: begin another one"
FAILED = "composing failed, so this jam was ended: begin another one, or tell who runs this server"


@dataclass(eq=False)
class Led:
    """A band, whose it is, and what it played."""

    id: str
    session: str
    band: Jam
    used: float  # when a bar was last asked for
    is_busy: bool = False
    calls: int = 0  # bars and turns that it was asked for
    bars: deque[JamBar] = field(init=False)

    def __post_init__(self) -> None:
        self.bars = deque(maxlen=most_bars(self.band.meter))

    def midi(self, until: int | None = None) -> bytes:
        """What was played before a bar, as a MIDI file. Raises :class:`OptionError` where that is nothing."""
        return self._piece(self._before(until)).midi()

    def _before(self, until: int | None) -> Sequence[JamBar]:
        bars = self.bars.copy()  # others come meanwhile
        return [bar for bar in bars if until is None or bar.number < until]

    def _piece(self, bars: Sequence[JamBar]) -> Rendition:
        return piece_of(bars, self.band.options, self.band.meter)

    def view(self, until: int | None = None) -> JamView:
        """As its owner sees it, with what was played before a bar."""
        options, bars = self.band.options, self._before(until)
        assert options.seed is not None
        return JamView(
            id=self.id,
            seed=options.seed,
            tempo=options.tempo,
            metre=str(self.band.meter),
            beats=self.band.beats,
            steps=self.band.meter.steps,
            tracks=list(options.roles),
            bars=bars[-1].number + 1 if bars else 0,
            chart=write(chart_of(self._piece(bars))) if bars else None,
        )


class Jams:
    """All jams of a server. Its methods are called by the event loop alone; only bands are led in a thread."""

    def __init__(
        self,
        settings: Settings,
        model: Model,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
        journal: Journal | None = None,
    ) -> None:
        self._journal = journal  # None: no other process may be asked
        self._settings = settings
        self._model = model
        self._metrics = metrics
        self._clock = clock
        self._jams: OrderedDict[str, Led] = OrderedDict()  # the oldest first
        self._over: OrderedDict[str, tuple[str, str]] = OrderedDict()  # whose they were, and why they ended
        self._thread = anyio.CapacityLimiter(1)  # first come, first served
        metrics.jams.set_function(lambda: len(self._jams))

    async def begin(self, request: JamRequest, session: Callable[[], Session]) -> tuple[Session, JamView]:
        """Begin a jam, of the ``session`` that is then made or kept.

        Raises :class:`OptionError`, and :class:`Problem` where there are too many.
        """
        (meter, key), options = request.read(), request.arrange_options()
        self.sweep()
        self._check_room()
        band = await self._run(partial(Jam, options, meter, key=key, model=self._model))
        owner = await anyio.to_thread.run_sync(session)
        self._check_room()  # others came meanwhile
        mine = [led for led in self._jams.values() if led.session == owner.id]
        for led in mine[: len(mine) + 1 - self._settings.jams_per_session]:
            self._end(led, REPLACED)
        led = Led(secrets.token_hex(ID_BYTES), owner.id, band, self._clock())
        if self._journal is not None:
            seeded = request.model_copy(update={"seed": band.options.seed}).model_dump_json(exclude_unset=True)
            await anyio.to_thread.run_sync(self._journal.begin, led.id, owner.id, seeded)
        self._jams[led.id] = led
        return owner, led.view()

    def _check_room(self) -> None:
        if len(self._jams) >= self._settings.max_jams:
            detail = "too many people are jamming: try again in a while"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "busy", detail, RETRY_SECONDS)

    async def find(self, session: Session | None, identity: str) -> Led:
        """A jam of this session. Raises :class:`Problem` for any other, and for one that is over."""
        self.sweep()
        if self._journal is not None:
            await self._catch_up(self._journal, identity)
        led = self._jams.get(identity)
        if session is not None and led is not None and led.session == session.id:
            return led
        owner, why = self._over.get(identity, ("", ""))
        if session is not None and owner == session.id:
            raise Problem(HTTPStatus.GONE, "over", why)
        raise Problem(HTTPStatus.NOT_FOUND, "unknown", "no such jam in this session")

    async def bar(self, led: Led, chord: Chord | None) -> JamBar:
        """The next bar, over this chord or the one that holds. Raises :class:`OptionError` and :class:`Problem`."""
        with self._leading(led):
            bar = await self._run(partial(led.band.bar, chord))
            await self._note(led, Call.of(chord))
            led.bars.append(bar)
            self._metrics.bars.inc()
        return bar

    async def turn(self, led: Led, chord: Chord | None, beat: int) -> JamBar:
        """The last bar again, over another chord from a beat on. Raises :class:`OptionError` and :class:`Problem`."""
        with self._leading(led):
            chord = chord or led.band.chord
            if chord is None:
                raise OptionError("no bar was played yet: ask for the first one")
            bar = await self._run(partial(led.band.turn, chord, beat))
            await self._note(led, Call.of(chord, beat))
            led.bars[-1] = bar
        return bar

    async def _note(self, led: Led, call: Call) -> None:
        """Let other processes know of a call. Raises :class:`Problem` where one of them had another one meanwhile."""
        if self._journal is not None:
            try:
                is_next = await anyio.to_thread.run_sync(self._journal.add, led.id, led.calls, call)
            except BaseException:
                self._jams.pop(led.id, None)  # nobody knows whether it is kept: the journal does
                raise
            if not is_next:
                self._jams.pop(led.id, None)
                raise Problem(HTTPStatus.CONFLICT, "busy", BUSY, 1)
        led.calls += 1

    async def _catch_up(self, journal: Journal, identity: str) -> None:
        """Have a jam as the journal has it: other processes may have led it, or begun or ended it."""
        kept = await anyio.to_thread.run_sync(journal.read, identity)
        led = self._jams.get(identity)
        if kept is None or kept.over is not None:
            self._jams.pop(identity, None)
            if kept is not None:
                self._over[identity] = kept.session, str(kept.over)
            return
        if led is not None and (led.is_busy or led.calls == len(kept.calls)):
            return
        request = JamRequest.model_validate_json(kept.request)
        meter, key = request.read()
        if led is None or led.calls > len(kept.calls):
            band = await self._run(partial(Jam, request.arrange_options(), meter, key=key, model=self._model))
            led = Led(identity, kept.session, band, self._clock())
        led.is_busy = True
        try:
            await self._run(partial(_play_again, led, kept.calls))
        finally:
            led.is_busy = False
        self._jams[identity] = led

    async def end(self, led: Led) -> None:
        """Let a jam be over."""
        if self._journal is not None:
            await anyio.to_thread.run_sync(self._journal.end, led.id, ENDED)
        self._end(led, ENDED)

    def sweep(self) -> None:
        """End the jams of which nobody has asked for a bar for too long."""
        limit = self._clock() - self._settings.jam_minutes * SECONDS_PER_MINUTE
        for led in [led for led in self._jams.values() if led.used < limit and not led.is_busy]:
            self._end(led, IDLE)

    @contextmanager
    def _leading(self, led: Led) -> Iterator[None]:
        if led.is_busy:
            raise Problem(HTTPStatus.CONFLICT, "busy", BUSY, 1)
        led.is_busy, led.used = True, self._clock()
        try:
            yield
        except (SidemanError, Problem):
            raise
        except BaseException:  # whatever the band knows now, it isn't what was heard
            self._end(led, FAILED)
            raise
        finally:
            led.is_busy = False

    async def _run(self, work: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(work, limiter=self._thread)

    def _end(self, led: Led, why: str) -> None:
        if self._jams.pop(led.id, None) is None:
            return
        self._over[led.id] = led.session, why
        while len(self._over) > MAX_OVER:
            self._over.popitem(last=False)


def _play_again(led: Led, calls: Sequence[Call]) -> None:
    """What other processes played since; the same notes."""
    for call in calls[led.calls :]:
        if call.beat is None:
            led.bars.append(led.band.bar(call.played))
        else:
            chord = call.played
            assert chord is not None
            led.bars[-1] = led.band.turn(chord, call.beat)
        led.calls += 1
