"""What happens to a piece, as it happens: appended by one thread, read by any number of event loops from any place.

Knows lines and waiting; the server-sent form is :func:`encode`. Knows no music.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

MEDIA_TYPE = "text/event-stream"
RETRY_MILLISECONDS = 2_000
KEEP_ALIVE_SECONDS = 10.0


class Event(NamedTuple):
    """What happened, and JSON about it."""

    kind: str
    data: str

    @classmethod
    def of(cls, kind: str, data: Mapping[str, Any]) -> Event:
        """From what JSON can hold."""
        return cls(kind, json.dumps(data, separators=(",", ":")))


class EventLog:
    """The events of a piece, the first of which has the number 1."""

    def __init__(self, events: Iterable[Event] = (), *, closed: bool = False) -> None:
        self.events = list(events)  # grows only
        self.closed = closed  # nothing comes any more
        self._lock = threading.Lock()
        self._readers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def begin(self) -> None:
        """What it is of begins: for logs that others read, too."""

    def append(self, event: Event, *, last: bool = False) -> None:
        """Tell everybody of an event; none comes after the ``last``."""
        with self._lock:
            self.events.append(event)
            self.closed = last
            self._tell()

    def end(self) -> None:
        """Let nothing come any more, without a last event: this log ends, not what it is of."""
        with self._lock:
            self.closed = True
            self._tell()

    def _tell(self) -> None:
        for loop, changed in self._readers:
            with contextlib.suppress(RuntimeError):  # the loop was closed
                loop.call_soon_threadsafe(changed.set)

    def since(self, after: int) -> tuple[list[Event], bool]:
        """The events with a number above ``after``, and whether these are all that will ever be."""
        with self._lock:
            return self.events[after:], self.closed

    @contextlib.contextmanager
    def reader(self) -> Iterator[asyncio.Event]:
        """An event of the running loop that is set at every change; the reader clears it before it looks."""
        entry = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            self._readers.add(entry)
        try:
            yield entry[1]
        finally:
            with self._lock:
                self._readers.discard(entry)


class Listened(EventLog):
    """A log that knows how many listen. ``catches_up``: what comes next was told before, by who did not end it."""

    def __init__(self) -> None:
        super().__init__()
        self.listeners = 0
        self.catches_up = False

    @contextlib.contextmanager
    def reader(self) -> Iterator[asyncio.Event]:
        """As of :class:`EventLog`, counted."""
        self.listeners += 1
        try:
            with super().reader() as changed:
                yield changed
        finally:
            self.listeners -= 1


def encode(event: Event, number: int | None = None) -> str:
    """An event as it goes over the wire; with a number a client can go on after it."""
    identity = "" if number is None else f"id: {number}\n"
    return f"{identity}event: {event.kind}\ndata: {event.data}\n\n"


async def stream(log: EventLog, after: int, bars: int) -> AsyncIterator[str]:
    """The events with a number above ``after``, as they come, to the last one; ``bars`` are expected.

    Between them stands how far the piece has come, and a comment where nothing happens for long, so that nobody takes
    the connection for dead.
    """
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    with log.reader() as changed:
        while True:
            changed.clear()
            new, closed = log.since(after)
            for event in new:
                after += 1
                yield encode(event, after)
            if closed:
                return
            if new:
                yield encode(Event.of("progress", {"bars": after, "of": bars}))
            try:
                async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                    await changed.wait()
            except TimeoutError:
                yield ": still here\n\n"
