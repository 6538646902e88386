"""Event streams of pieces: where they begin, and how many a session may have open. Knows headers, not events."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from http import HTTPStatus

from starlette.responses import Response, StreamingResponse

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
        self._open: Counter[str] = Counter()  # by session; changed by the event loop alone

    def response(self, session: Session | None, told: tuple[EventLog, int], last_event_id: str) -> Response:
        """The events of a log, in which bars are expected, after the last one that the client had.

        Raises :class:`Problem` for one stream too many.
        """
        log, bars = told
        assert session is not None  # or there would be no events
        after = _number(last_event_id)
        if log.closed and after >= len(log.events):
            return Response(status_code=HTTPStatus.NO_CONTENT)
        if self._open[session.id] >= self._arrangements.settings.streams_per_session:
            detail = "too many event streams are open: close one"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "streams", detail, RETRY_SECONDS)
        return StreamingResponse(self._stream(session.id, log, after, bars), media_type=MEDIA_TYPE, headers=HEADERS)

    async def _stream(self, session: str, log: EventLog, after: int, bars: int) -> AsyncIterator[str]:
        self._open[session] += 1
        self._metrics.streams.inc()
        try:
            async for text in stream(log, after, bars):
                yield text
        finally:
            self._metrics.streams.dec()
            self._open[session] -= 1
            if not self._open[session]:
                del self._open[session]


def _number(last_event_id: str) -> int:
    """The event to go on after; from the start where the text is not one of ours."""
    text = last_event_id.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else 0
