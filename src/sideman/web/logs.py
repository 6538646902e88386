"""Log lines: for people, or as JSON for programs. Knows logging; never sees cookies, chords or names."""

from __future__ import annotations

import json
import logging
import math
import time
from contextvars import ContextVar

from sideman.music.time import SECONDS_PER_MINUTE

REQUEST: ContextVar[str] = ContextVar("request")  # the id of the request that is answered
FIELDS = ("method", "path", "status", "milliseconds", "client", "piece", "state", "bars", "count", "attempt")


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII: no text of a client can begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """See :class:`logging.Formatter`."""
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= _fields(record)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


class TextLines(logging.Formatter):
    """The same for people: ``12:34:56 info: request method=GET path=/api/health``."""

    def format(self, record: logging.LogRecord) -> str:
        """See :class:`logging.Formatter`."""
        fields = "".join(f" {name}={value!s}" for name, value in _fields(record).items())
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        line = f"{clock} {record.levelname.lower()}: {record.getMessage()}{fields}"
        line = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in line)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


REMEMBERED = 1_000  # messages


class Seldom(logging.Filter):
    """Passes what is said again and again once a minute: clients can make uvicorn complain of each request.

    asyncio complains hundreds of times a second where there is no file left for a connection, each time with a trace:
    of its complaints the first line tells which are the same.
    """

    def __init__(self, *, traces: bool = False) -> None:
        super().__init__()
        self._traces = traces
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """See :class:`logging.Filter`. What has a trace always passes, unless ``traces`` are counted too."""
        now = time.monotonic()
        said = str(record.msg).partition("\n")[0]
        if (record.exc_info and not self._traces) or now - self._said.get(said, -math.inf) > SECONDS_PER_MINUTE:
            if len(self._said) >= REMEMBERED:
                self._said.clear()
            self._said[said] = now
            return True
        return False


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields = {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
    request = REQUEST.get(None)
    return fields if request is None else fields | {"request": request}


def configure(*, as_json: bool) -> None:
    """Log to standard error: this package from INFO on, all others from WARNING on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if as_json else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("sideman").setLevel(logging.INFO)
    logging.getLogger("uvicorn.error").filters[:] = [Seldom()]
    logging.getLogger("asyncio").filters[:] = [Seldom(traces=True)]
