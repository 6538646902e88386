"""Event streams of pieces: where they begin, and how many a session may have open. Knows headers, not events."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from sideman.web.arrangements import Arrangements
from sideman.web.events import MEDIA_TYPE, EventLog, stream
from sideman.web.metrics import Metrics
from sideman.web.problems import Problem
from sideman.web.sessions import Session

RETRY_SECONDS = 5.0
MAX_DIGITS = 9  # of a Last-Event-ID
HEADERS = {"X-Accel-Buffering": "no"}  # tells nginx to pass on what it gets


class Streams:
    """All streams that are open."""

    def __init__(self, arrangements: Arrangements, metrics: Metrics) -> None:
        self._arrangements = arrangements
        self._metrics = metrics
        self._open: Counter[str] = Counter()  # by session
        self._changing = threading.Lock()

    def response(self, session: Session | None, told: tuple[EventLog, int], last_event_id: str) -> Response:
        """The events of a log, in which bars are expected, after the last one that the client had.

        Raises :class:`Problem` for one stream too many.
        """
        log, bars = told
        assert session is not None  # or there would be no events
        after = _number(last_event_id)
        if log.closed and after >= len(log.events):
            return Response(status_code=HTTPStatus.NO_CONTENT)
        self._begin(session.id)
        return _Stream(log, after, bars, lambda: self._end(session.id))

    def _begin(self, session: str) -> None:
        """Count one, at once: many may be asked for at the same moment."""
        with self._changing:
            if self._open[session] >= self._arrangements.settings.streams_per_session:
                detail = "too many event streams are open: close one"
                raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "streams", detail, RETRY_SECONDS)
            self._open[session] += 1
        self._metrics.streams.inc()

    def _end(self, session: str) -> None:
        self._metrics.streams.dec()
        with self._changing:
            self._open[session] -= 1
            if not self._open[session]:
                del self._open[session]


class _Stream(StreamingResponse):
    """Events as they come; says when it is over, also where its client has gone before it began."""

    def __init__(self, log: EventLog, after: int, bars: int, on_end: Callable[[], None]) -> None:
        super().__init__(stream(log, after, bars), media_type=MEDIA_TYPE, headers=HEADERS)
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_end()


def _number(last_event_id: str) -> int:
    """The event to go on after; from the start where the text is not one of ours."""
    text = last_event_id.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else 0
