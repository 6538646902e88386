"""Connections: one on which no request gets complete is closed. Knows uvicorn's protocol; no requests.

uvicorn waits for the end of a request's head as long as its client likes. A few hundred clients that never come to it
would keep everybody else out. How long a body may take is the guard's affair.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 20.0  # from its first byte, or from the beginning of the connection


class Connection(H11Protocol):
    """A connection with a time limit for the head of each request; between requests, uvicorn has its own."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """See asyncio."""
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self._begin()
        super().data_received(data)
        if self._is_answering:
            self._end()

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
