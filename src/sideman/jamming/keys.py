"""Keys that are struck and let go → the chord that leads. Knows times in seconds, which somebody gives; no ports.

What was struck last leads, also when it was let go: one need not hold it. Keys that are struck within a moment are one
chord, with those still held; where keys are let go and at least three tones stay, these are the chord after a moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from sideman.music.held import chord_of
from sideman.music.progression import Chord
from sideman.music.qualities import PITCH_CLASSES

TOGETHER = 0.08  # seconds between strokes of one chord, at the most; and for which what is left must be held
SETTLED = 0.025  # seconds without a key after which a chord is whole
_LEAST = 3  # tones that are a chord where others were let go

NOTE_OFF, NOTE_ON, KIND = 0x80, 0x90, 0xF0  # status bytes, of channel 0; a status without its channel
LOWEST_KEY = 21  # of a piano
NO_SPLIT = 128


class Led(NamedTuple):
    """A chord and when it was struck."""

    chord: Chord
    time: float


class Keys:
    """What somebody plays. :meth:`hear` may be called by another thread than the rest.

    Keys from the pitch ``split`` on are somebody's own affair, they lead nobody. ``stop`` is the key that ends the
    music. ``on_change`` is called after every key that counts.
    """

    def __init__(self, split: int = NO_SPLIT, stop: int = LOWEST_KEY, on_change: Callable[[], object] = int) -> None:
        self._split, self._stop, self._on_change = split, stop, on_change
        self._lock = threading.Lock()
        self._held: set[int] = set()
        self._group: set[int] = set()  # what was struck together last
        self._led: Led | None = None
        self._left: frozenset[int] = frozenset()  # what stays held after keys were let go
        self.last = float("-inf")  # when a key was struck or let go last
        self._stopped = float("-inf")

    def hear(self, message: bytes | list[int], time: float) -> None:
        """Take a MIDI message; all but notes are passed over."""
        if len(message) < 3:  # noqa: PLR2004 - status, pitch, velocity
            return
        kind, pitch, velocity = message[0] & KIND, message[1], message[2]
        if kind not in (NOTE_ON, NOTE_OFF) or pitch >= self._split:
            return
        with self._lock:
            is_struck = kind == NOTE_ON and velocity > 0
            if pitch == self._stop:
                self._stopped = time if is_struck else self._stopped
            elif is_struck:
                self._strike(pitch, time)
            else:
                self._let_go(pitch, time)
        self._on_change()

    def _strike(self, pitch: int, time: float) -> None:
        self._settle(time)
        if time - self.last > TOGETHER:
            self._group = set()
        self._held.add(pitch)
        self._group.add(pitch)
        self._left = frozenset()
        self.last = time
        chord = chord_of(self._held | self._group)
        if chord is not None:
            self._led = Led(chord, time)

    def _let_go(self, pitch: int, time: float) -> None:
        self._settle(time)
        self._held.discard(pitch)
        self._left = frozenset(self._held)
        self.last = time

    def _settle(self, time: float) -> None:
        """Take what stays held for the chord, once it has for a moment."""
        if self._left and time - self.last >= TOGETHER:
            chord = chord_of(self._left)
            if len({pitch % PITCH_CLASSES for pitch in self._left}) >= _LEAST and chord is not None:
                self._led = Led(chord, self.last + TOGETHER)
            self._left = frozenset()

    def led(self, now: float) -> Led | None:
        """The chord that leads; None before the first."""
        with self._lock:
            self._settle(now)
            return self._led

    def whole_at(self) -> float:
        """From when on the chord that leads will be whole, unless more keys come."""
        with self._lock:
            return self.last + (TOGETHER if self._left else SETTLED)

    def stopped(self, since: float) -> bool:
        """Whether the key that ends the music was struck after a time."""
        return self._stopped > since
