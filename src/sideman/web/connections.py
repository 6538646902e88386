"""Connections: one that only takes up room is closed. Knows uvicorn's protocol; no requests.

uvicorn waits for the end of a request's head as long as its client likes, sends as slowly as it is read, and reads a
body in whatever crumbs it comes. A few hundred clients that do so would keep everybody else out. How long a body may
take is the guard's affair.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sideman.web.limiter import network
from sideman.web.problems import problem

HEAD_SECONDS = 20.0  # from its first byte, or from the beginning of the connection
SEND_SECONDS = 20.0  # in which a client that has an answer to read has read some of it
LEAST_READ = 16 << 10  # bytes of it: slower than any line
MAX_HEAD = 16 << 10  # bytes, as h11 has it
MAX_OF_ADDRESS = 256  # connections; a browser has six, a school is one address
CRUMBS, LEAST_CRUMB = 1_024, 64  # pieces of a body, from which on they must have so many bytes on an average


class _Reader(h11.Connection):
    """Reads requests; a body in crumbs is one that is malformed: each takes as long as a piece of 64 KB."""

    def __init__(self, max_incomplete_event_size: int) -> None:
        super().__init__(h11.SERVER, max_incomplete_event_size)
        self._pieces = self._bytes = 0

    def next_event(self) -> Any:  # noqa: ANN401 - as h11 has it
        """See h11."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._pieces = self._bytes = 0
        elif isinstance(event, h11.Data):
            self._pieces += 1
            self._bytes += len(event.data)
            if self._pieces > CRUMBS and self._bytes < self._pieces * LEAST_CRUMB:
                raise h11.RemoteProtocolError("a body in crumbs")
        return event


class Connection(H11Protocol):
    """A connection with a time limit for the head of each request, and for what its client reads of the answer.

    An address has so many at a time; where a proxy stands before the server, all are of the proxy's address, and it
    has as many as it likes.
    """

    _deadline: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None  # looks whether the client reads
    _address: str | None = None

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(*arguments, **more)
        self.conn = _Reader(self.config.h11_max_incomplete_event_size or MAX_HEAD)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """See asyncio."""
        super().connection_made(transport)
        if self.client is not None and not self.config.proxy_headers:
            self._address = network(self.client[0])
            if sum(getattr(other, "_address", None) == self._address for other in self.connections) > MAX_OF_ADDRESS:
                transport.abort()
                return
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._end()
        self._stop_looking()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self._begin()
        super().data_received(data)
        if self._is_answering:
            self._end()

    def pause_writing(self) -> None:
        """See asyncio: there is more to read than the client has read."""
        super().pause_writing()
        self._look()

    def resume_writing(self) -> None:
        """See asyncio: most of it was read."""
        super().resume_writing()
        self._stop_looking()

    def on_response_complete(self) -> None:
        """See uvicorn: the answer is written, which doesn't mean that it was read."""
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self._look()

    def send_400_response(self, msg: str) -> None:
        """See uvicorn: problem details, as everywhere; nothing where an answer has begun."""
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.abort()
            return
        told = problem(HTTPStatus.BAD_REQUEST, "request", f"{msg.rstrip('.')}: send one of HTTP/1.1")
        headers = [*told.raw_headers, (b"connection", b"close")]
        reason = HTTPStatus.BAD_REQUEST.phrase.encode()
        events = (
            h11.Response(status_code=HTTPStatus.BAD_REQUEST, headers=headers, reason=reason),
            h11.Data(data=bytes(told.body)),
            h11.EndOfMessage(),
        )
        self.transport.write(b"".join(self.conn.send(event) or b"" for event in events))
        self.transport.close()

    @property
    def _is_answering(self) -> bool:
        """Whether the head of a request is complete and its answer is not."""
        return self.cycle is not None and not self.cycle.response_complete

    def _begin(self) -> None:
        if self._deadline is None and not self._is_answering:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._close)

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close(self) -> None:
        self._deadline = None
        if not self._is_answering:  # the rest of an answered request, too, must not come for ever
            self.transport.abort()

    def _look(self) -> None:
        """Close the connection unless some of what waits to be read has been read in time."""
        if self._reading is None:
            unread = self.transport.get_write_buffer_size()
            self._reading = self.loop.call_later(SEND_SECONDS, self._look_again, unread)

    def _look_again(self, before: int) -> None:
        self._reading = None
        unread = self.transport.get_write_buffer_size()
        if unread > max(0, before - LEAST_READ):
            self.transport.abort()
        elif unread:
            self._look()

    def _stop_looking(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
