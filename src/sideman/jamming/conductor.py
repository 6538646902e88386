"""Keys and a clock in, the band's notes out, in time: when each bar is composed, and when a chord changes it.

Knows beats in seconds, the band and what it plays into; no ports and no threads: whoever has these calls
:meth:`Conductor.step`.

The next bar is composed over the chord that holds as the last beat begins; a chord that comes then turns it before its
bar line. A chord that comes within a bar turns the rest of it from the next beat on. One that comes a moment too late
for a beat still counts for it: what began there on other tones ends, and the right notes follow at once.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count

import numpy as np

from sideman.jamming.jam import Jam, JamBar, tones_of
from sideman.jamming.keys import Keys, Led
from sideman.jamming.piece import most_bars
from sideman.music.band import ONSET, Band, NoteArray, Role, Track
from sideman.music.progression import Chord
from sideman.music.styles import style_program
from sideman.music.time import SECONDS_PER_MINUTE, STEPS_PER_BEAT, BarLines
from sideman.render.levels import level
from sideman.render.midi import CLOCKS_PER_QUARTER, CONTROL
from sideman.render.outlet import Outlet, Timed, instruments
from sideman.render.parts import VOLUME, parts, sounding

GRACE = 0.09  # seconds after a beat for which a chord still counts for it, and
GRACE_SHARE = 0.3  # of a beat, where that is less
LEAD = 0.01  # seconds from the first chord's bar being composed to its beginning
PATIENCE = 16  # bars without a key, after which the band rests
_CYCLE = 64  # bars after which hands stray as before
_HEARD = 8  # bars by which players are balanced
_NEVER = float("inf")
_PITCHED = frozenset(Role) - {Role.DRUMS}


class Conductor:
    """Leads the band of a ``jam`` by the ``keys`` into an ``outlet``.

    It begins with the first chord and goes on with the last one. The stop key ends the music with the bar; so does
    nobody touching a key for ``patience`` bars (0: never). Then it waits for a chord again. After ``most`` bars (0: no
    end) it is over. ``clock``: a MIDI clock is sent. ``programs`` replaces the style's General MIDI programs. ``tell``
    hears of every bar that is settled. ``bars`` are the last ones played, as many as a piece has room for.
    """

    def __init__(
        self,
        jam: Jam,
        keys: Keys,
        outlet: Outlet,
        *,
        programs: Mapping[Role, int] | None = None,
        clock: bool = False,
        patience: int = PATIENCE,
        most: int = 0,
        tell: Callable[[JamBar], object] = id,
    ) -> None:
        self._jam, self._keys, self._outlet = jam, keys, outlet
        self._clock, self._patience, self._most, self._tell = clock, patience, most, tell
        options, steps = jam.options, jam.meter.steps
        tracks = tuple(Track(role, (), style_program(options.style, role)) for role in options.roles)
        # Hands stray by places of a long piece, of which bars take turns to be the bar that plays.
        lines = BarLines((jam.meter,))
        self._stage = Band(tracks, (_CYCLE + 1) * steps, options.tempo, lines, options.feel, options.mix)
        self._parts = {part.role: part for part in parts(self._stage, programs)}
        self._volumes = {role: part.volume for role, part in self._parts.items()}
        self._beat = SECONDS_PER_MINUTE / options.tempo
        self._length = self._beat * steps / STEPS_PER_BEAT  # of a bar
        self._grace = min(GRACE, GRACE_SHARE * self._beat)
        self._begin: float | None = None  # of the last bar composed; None while the band rests
        self._rested = -_NEVER  # since when it has: chords that were struck before don't start it
        self._started = -_NEVER
        self._is_ending = False
        self._heard: deque[Mapping[Role, NoteArray]] = deque(maxlen=_HEARD)
        self.bars: deque[JamBar] = deque(maxlen=most_bars(jam.meter))
        for message in instruments(self._parts.values()):
            outlet.send(message)

    @property
    def is_playing(self) -> bool:
        """Whether the band plays; else it waits for a chord."""
        return self._begin is not None

    @property
    def is_over(self) -> bool:
        """Whether all the bars were played that it is to play at the most."""
        return not self.is_playing and self._has_all

    @property
    def _has_all(self) -> bool:
        return bool(self._most and self.bars) and self.bars[-1].number + 1 >= self._most

    def step(self) -> float:
        """Do what is due; until when there is nothing to do, unless a key is struck."""
        now = self._outlet.now()
        led = self._keys.led(now)
        whole = self._keys.whole_at()
        if self._begin is None:
            if led is None or led.time <= self._rested or self._has_all:
                return _NEVER
            if now < whole:
                return whole
            self._start(led.chord)
            return self.step()
        end = self._begin + self._length
        ready = end - self._beat + self._grace  # no chord changes this bar any more
        self._is_ending |= self._keys.stopped(self._started) or self._is_left_alone(now) or self._has_all
        if now >= (end if self._is_ending else ready):
            if self._is_ending:
                self._end(end)
            else:
                self._go_on(end if now < end + self._length else now)  # the machine slept: nothing is made up for
            return self.step()
        if led is not None and led.chord != self._chord_at(led):
            if now < whole:
                return min(whole, ready)
            self._turn(led)
        return end if self._is_ending else ready

    def finish(self) -> None:
        """The music ends now, with what was played so far."""
        if self._begin is not None:
            if self._outlet.now() < self._begin and len(self.bars) > 1:
                self.bars.pop()  # it has not begun
            else:
                self._tell(self.bars[-1])
            self._rest(self._outlet.now())

    # Bars.

    def _start(self, chord: Chord) -> None:
        self._is_ending, self._started = False, self._outlet.now()
        bar = self._jam.bar(chord)
        self._begin = self._outlet.now() + LEAD
        self.bars.append(bar)
        self._heard.append(bar.notes)
        self._balance()
        if self._clock:
            self._outlet.start_clock(self._pulses(self._begin))
        self._play(bar, 0)

    def _go_on(self, begin: float) -> None:
        """Compose the next bar, which begins then, over the chord that holds."""
        self._tell(self.bars[-1])
        self._jam.rest()
        self._begin = begin
        bar = self._jam.bar()
        self.bars.append(bar)
        self._heard.append(bar.notes)
        self._play(bar, 0)
        self._balance()

    def _turn(self, led: Led) -> None:
        assert self._begin is not None
        beat = self._beat_of(led)
        bar = self._jam.turn(led.chord, beat)
        self.bars[-1] = bar
        self._heard[-1] = bar.notes
        step = beat * STEPS_PER_BEAT
        at = self._begin + beat * self._beat
        channels = [part.channel for role, part in self._parts.items() if role in _PITCHED]
        self._outlet.withdraw(channels, at)
        self._outlet.damp(channels, max(at, self._outlet.now()), tones_of(led.chord))
        self._play(bar, step, _PITCHED)

    def _beat_of(self, led: Led) -> int:
        """The beat of the last bar for which a chord counts; the number of its beats, where it comes after them."""
        assert self._begin is not None
        return max(math.ceil((led.time - self._grace - self._begin) / self._beat), 0)

    def _chord_at(self, led: Led) -> Chord | None:
        """What holds where a chord would: that itself, where the bar has no beat left for it."""
        return led.chord if self._beat_of(led) >= self._jam.beats else self._jam.chord

    def _is_left_alone(self, now: float) -> bool:
        return bool(self._patience) and now - self._keys.last > self._patience * self._length

    def _end(self, at: float) -> None:
        self._tell(self.bars[-1])
        self._jam.rest()
        self._rest(at)

    def _rest(self, at: float) -> None:
        self._outlet.damp([part.channel for part in self._parts.values()], at)
        self._outlet.stop_clock()
        self._begin, self._rested = None, self._outlet.now()

    # Sound.

    def _play(self, bar: JamBar, step: int, roles: frozenset[Role] = frozenset(Role)) -> None:
        """Have the notes of a bar played that begin from a step on."""
        assert self._begin is not None
        steps = self._jam.meter.steps
        place = bar.number % _CYCLE * steps
        seconds = self._beat / STEPS_PER_BEAT
        timed = []
        for role, notes in bar.notes.items():
            if role not in roles:
                continue
            rows = notes[notes[:, ONSET] >= step].copy()
            rows[:, ONSET] += place
            heard = sounding(role, rows, self._stage)
            channel = self._parts[role].channel
            for onset, begin, end, pitch, velocity in zip(
                (rows[:, ONSET] - place).tolist(),
                (heard.begins - place).tolist(),
                (heard.ends - place).tolist(),
                heard.pitches.tolist(),
                heard.velocities.tolist(),
                strict=True,
            ):
                due, starts, ends = (self._begin + each * seconds for each in (onset, begin, end))
                timed.append(Timed(due, starts, ends, channel, pitch, velocity))
        self._outlet.play(timed)

    def _balance(self) -> None:
        """Turn players up or down, so that they stand where they should by what they played of late."""
        steps = self._jam.meter.steps
        for role, part in self._parts.items():
            rows = [notes[role] + np.array([bar * steps, 0, 0, 0]) for bar, notes in enumerate(self._heard)]
            seconds = self._beat / STEPS_PER_BEAT
            wanted = level(role, part.program, np.concatenate(rows), seconds, part.seat.lift)
            volume = replace(part, level=wanted).volume
            if volume != self._volumes[role]:
                self._volumes[role] = volume
                self._outlet.send((CONTROL | part.channel, VOLUME, volume))

    def _pulses(self, begin: float) -> Iterator[float]:
        """When the clock ticks: 24 times a quarter."""
        pulse = self._beat / (CLOCKS_PER_QUARTER * float(self._jam.meter.quarters_per_beat))
        return (begin + number * pulse for number in count())
