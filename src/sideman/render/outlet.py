"""Notes and messages → a MIDI port, each when its time has come; what has not sounded yet can be taken back.

Knows MIDI messages and seconds of a clock; no bars and no music. A port is anything that sends the bytes of a message.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol

from sideman.music.qualities import PITCH_CLASSES
from sideman.render.midi import ALL_NOTES_OFF, CONTROL, NOTE_OFF, NOTE_ON, OFF_VELOCITY, PROGRAM
from sideman.render.parts import Part

CHANNELS = 16
SUSTAIN, ALL_SOUND_OFF = 64, 120  # controllers
POSITION, CLOCK, START, CONTINUE, STOP = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC  # of the system
PULSES_PER_SIXTEENTH = 6
LATE = 0.15  # seconds after which a note is left out rather than struck
LONGEST_WAIT = 0.5  # seconds

_NEVER = float("inf")


class Port(Protocol):
    """Something that takes MIDI messages."""

    def send(self, message: Sequence[int]) -> None:
        """Send the bytes of one message at once."""


@dataclass(eq=False, slots=True)
class Timed:
    """A note: from when to when it sounds, in seconds; ``due`` is when it would begin if it were not played by hand."""

    due: float
    begin: float
    end: float
    channel: int
    pitch: int
    velocity: int


def instruments(played: Iterable[Part]) -> Iterator[tuple[int, ...]]:
    """The messages that give players their instruments, loudness and place."""
    for part in played:
        yield PROGRAM | part.channel, part.program
        for controller, value in part.controls:
            yield CONTROL | part.channel, controller, value


class Outlet:
    """Plays into a port. Methods may be called by any thread; :meth:`run` is the one that sends.

    ``clock`` gives the time in seconds.
    """

    def __init__(self, port: Port, clock: Callable[[], float] = time.monotonic) -> None:
        self.now = clock
        self._port = port
        self._changed = threading.Condition(threading.RLock())
        self._number = count()
        self._waiting: list[tuple[float, int, Timed | Sequence[int]]] = []  # a heap
        self._sounding: dict[tuple[int, int], Timed] = {}
        self._struck: set[tuple[int, int]] = set()  # channel and pitch of all that was begun and not ended
        self._pulses: Iterator[float] | None = None
        self._pulse = _NEVER
        self._is_closed = False
        self.failure: Exception | None = None  # of the port

    def play(self, notes: Iterable[Timed]) -> None:
        """Take notes. Those that come too late are left out."""
        with self._changed:
            earliest = self.now() - LATE
            for note in notes:
                if note.begin >= earliest:
                    heappush(self._waiting, (note.begin, next(self._number), note))
            self._changed.notify()

    def send(self, message: Sequence[int], at: float = 0.0) -> None:
        """Take any other message, to be sent at a time, or at once."""
        with self._changed:
            heappush(self._waiting, (at, next(self._number), message))
            self._changed.notify()

    def withdraw(self, channels: Collection[int], since: float) -> None:
        """Take back the notes of channels that are due from a time on; those that sound already end now."""
        with self._changed:
            self._waiting = [
                each
                for each in self._waiting
                if not (isinstance(each[2], Timed) and each[2].channel in channels and each[2].due >= since)
            ]
            heapify(self._waiting)
            for note in self._sounding.values():
                if note.channel in channels and note.due >= since:
                    note.end = self.now()
            self._changed.notify()

    def damp(self, channels: Collection[int], at: float, keep: Collection[int] = ()) -> None:
        """End, at a time, the notes of channels that are due before it, but for those of some pitch classes."""
        with self._changed:
            notes = [each[2] for each in self._waiting if isinstance(each[2], Timed)]
            for note in (*notes, *self._sounding.values()):
                if note.channel in channels and note.due < at < note.end and note.pitch % PITCH_CLASSES not in keep:
                    note.end = max(at, note.begin)
            self._changed.notify()

    def start_clock(self, pulses: Iterable[float], sixteenth: int = 0) -> None:
        """Tell the tempo from now on, a pulse at each of these times, from this place of the song on."""
        with self._changed:
            self._pulses = iter(pulses)
            self._pulse = next(self._pulses, _NEVER)
            self.send((POSITION, sixteenth & 0x7F, sixteenth >> 7 & 0x7F))
            self.send((CONTINUE if sixteenth else START,), self._pulse)

    def stop_clock(self) -> None:
        """Tell that the music stops."""
        with self._changed:
            if self._pulses is not None:
                self._pulses, self._pulse = None, _NEVER
                self.send((STOP,))

    def due(self) -> float:
        """Send what is due; when the next message is."""
        with self._changed:
            now = self.now()
            for key, note in [*self._sounding.items()]:
                if note.end <= now:
                    self._end(key)
            while self._waiting and self._waiting[0][0] <= now:
                _, _, each = heappop(self._waiting)
                if isinstance(each, Timed):
                    self._begin(each)
                else:
                    self._transmit(each)
            while self._pulse <= now and self._pulses is not None:
                self._port.send((CLOCK,))
                self._pulse = next(self._pulses, _NEVER)
            ends = [note.end for note in self._sounding.values()]
            return min([self._waiting[0][0] if self._waiting else _NEVER, self._pulse, *ends])

    def _begin(self, note: Timed) -> None:
        key = note.channel, note.pitch
        if key in self._sounding:
            self._end(key)
        self._transmit((NOTE_ON | note.channel, note.pitch, note.velocity))
        self._sounding[key] = note

    def _end(self, key: tuple[int, int]) -> None:
        del self._sounding[key]
        self._transmit((NOTE_OFF | key[0], key[1], OFF_VELOCITY))

    def _transmit(self, message: Sequence[int]) -> None:
        kind = message[0] & 0xF0
        if kind in (NOTE_OFF, NOTE_ON):
            key = message[0] & 0x0F, message[1]
            (self._struck.add if kind == NOTE_ON and message[2] else self._struck.discard)(key)
        self._port.send(message)

    @property
    def is_idle(self) -> bool:
        """Whether nothing sounds and nothing waits."""
        with self._changed:
            return not self._waiting and not self._sounding

    def run(self) -> None:
        """Send until :meth:`close`. What the port raises is kept as ``failure``, and ends it."""
        try:
            with self._changed:
                while not self._is_closed:
                    self._changed.wait(min(max(self.due() - self.now(), 0), LONGEST_WAIT))
        except Exception as error:  # whatever a device's driver raises
            self.failure = error

    def close(self) -> None:
        """End :meth:`run`, the clock and everything that sounds."""
        with self._changed:
            self._is_closed = True
            if self.failure is None:
                try:
                    self.stop_clock()
                    self.due()
                    self._silence()
                except Exception as error:  # whatever a device's driver raises
                    self.failure = error
            self._waiting.clear()
            self._changed.notify_all()

    def _silence(self) -> None:
        """End all notes, also those that whoever plays them has lost track of."""
        for channel, pitch in sorted(self._struck):
            self._transmit((NOTE_OFF | channel, pitch, OFF_VELOCITY))
        for channel in range(CHANNELS):
            for controller in (SUSTAIN, ALL_NOTES_OFF, ALL_SOUND_OFF):
                self._transmit((CONTROL | channel, controller, 0))
