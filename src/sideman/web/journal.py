"""What jams were asked for, call by call, where any of several processes may be asked next. Knows no bars.

The same calls with the same seed give the same notes: whoever has a jam's calls has the jam.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, Self

from sideman.music.progression import Chord
from sideman.music.symbol import read_chord


class Call(NamedTuple):
    """A bar over a chord, None for the one that holds; or the last bar turned, from a beat on."""

    chord: str | None
    beat: int | None = None

    @classmethod
    def of(cls, chord: Chord | None, beat: int | None = None) -> Self:
        """Of what a band is asked for."""
        return cls(None if chord is None else chord.written, beat)

    @property
    def played(self) -> Chord | None:
        """The chord."""
        return None if self.chord is None else read_chord(self.chord)


class Kept(NamedTuple):
    """A jam: whose it is, the request that began it, its calls, and why it is over, if it is."""

    session: str
    request: str
    calls: list[Call]
    over: str | None


class Journal(Protocol):
    """Keeps the calls of all jams, for as long as somebody asks for bars."""

    def begin(self, identity: str, session: str, request: str) -> None:
        """A jam began."""

    def read(self, identity: str) -> Kept | None:
        """A jam; None where there is none, or was none for long."""

    def add(self, identity: str, after: int, call: Call) -> bool:
        """A call after so many; False where another process had one meanwhile, or the jam is over."""

    def end(self, identity: str, why: str) -> None:
        """A jam is over."""
