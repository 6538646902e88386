"""The door: what every request passes before it is looked at, and every answer after. Knows headers, not routes.

Plain ASGI: an event stream must not be collected on its way.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from http import HTTPStatus
from urllib.parse import urlsplit

from limits.storage import Storage
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sideman.web.disk import full, is_full
from sideman.web.limiter import Limiter
from sideman.web.logs import REQUEST
from sideman.web.metrics import Metrics
from sideman.web.problems import Problem, problem
from sideman.web.settings import Settings

BODY_SECONDS = 20.0  # to send a request in
SMALL_BODY = 64 << 10  # bytes; as many as uvicorn keeps of one, too
BODIES_BYTES = 64 << 20  # of larger bodies that are on their way, of all requests together
BUSY_SECONDS = 5.0
# What a Range may be; any other is taken for none (RFC 9110, 14.2).
_ONE_RANGE = "(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})"
RANGE = re.compile(rf"bytes=[ \t]*{_ONE_RANGE}(?:[ \t]*,[ \t]*{_ONE_RANGE}){{0,15}}")
PLAIN = "text/plain"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",  # the synthesizer decodes its SoundFont in WebAssembly
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), midi=(self)",
}
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}
UNCACHED = "no-store"
REQUEST_HEADER = "X-Request-ID"
REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")  # of a proxy; any other text is not kept

log = logging.getLogger(__name__)


class Guard:
    """ASGI middleware: host, origin, rate and size of a request; headers, log line and metrics of an answer."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics, shared: Storage | None = None) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._limiter = Limiter("requests", settings.requests_per_minute, shared)
        self._headers = HEADERS | (HTTPS_HEADERS if settings.https else {})
        self._held = 0  # bytes of larger bodies on their way; the event loop's own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        status = 0
        is_retold = False
        asked = Headers(scope=scope).get(REQUEST_HEADER, "")
        request = asked if REQUEST_ID.fullmatch(asked) else secrets.token_hex(8)
        REQUEST.set(request)  # for this request's task, and the threads that it asks

        async def answer(message: Message) -> None:
            nonlocal status, is_retold
            if is_retold:
                return
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                if status >= HTTPStatus.BAD_REQUEST and headers.get("content-type", "").startswith(PLAIN):
                    await _retold(status, headers)(scope, receive, answer)  # Starlette's own, of files
                    is_retold = True
                    return
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", UNCACHED)
                headers[REQUEST_HEADER] = request
            await send(message)

        try:
            self._check(scope)
            _check_range(scope)
            body = await self._read(scope, receive)
            await self._app(scope, _replay(body, receive), answer)
        except Problem as problem:
            await problem.response(scope, receive, answer)
        except Exception as error:
            if is_full(error):
                log.warning("the disk is full: %s", error)
            else:
                log.exception("a request failed")
            if status:  # the answer has begun: cut it off, so that nobody takes it for whole
                raise
            detail = "the server failed: try again, or tell who runs it"
            fault = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "server", detail)
            await (full() if is_full(error) else fault).response(scope, receive, answer)
        finally:
            self._record(scope, status, time.perf_counter() - begin)

    def _check(self, scope: Scope) -> None:
        """Raises :class:`Problem` for a request that is not for this server, or from a page of another one."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        allowed = self._settings.allowed_hosts
        if allowed and _name(host) not in allowed:
            # A page elsewhere whose name was made to lead here (DNS rebinding) would be of one origin with this one.
            detail = "this server does not answer to that host name: allow it with SIDEMAN_HOSTS"
            raise Problem(HTTPStatus.BAD_REQUEST, "host", detail)
        origin = headers.get("origin")
        if scope["method"] not in SAFE_METHODS and origin is not None and _authority(origin) != host:
            raise Problem(HTTPStatus.FORBIDDEN, "origin", "pages of other sites may not ask for this")
        self._limiter.check(client(scope))

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        """The body, all of it. Raises :class:`Problem` where it is too long or too slow."""
        limit = self._settings.body_bytes
        too_long = Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "size", f"a request has at most {limit:,} bytes")
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and (len(length) > len(str(limit)) or int(length) > limit):
            raise too_long
        body = bytearray()
        held = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Problem(HTTPStatus.BAD_REQUEST, "broken", "the request broke off")
                    body += message.get("body", b"")
                    if len(body) > limit:
                        raise too_long
                    if not message.get("more_body", False):
                        return bytes(body)
                    self._held += max(0, len(body) - SMALL_BODY) - held
                    held = max(0, len(body) - SMALL_BODY)
                    if self._held > BODIES_BYTES:
                        detail = "too many large requests are on their way: try again in a moment"
                        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "busy", detail, BUSY_SECONDS)
        except TimeoutError as error:
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, "slow", "the request did not arrive in time") from error
        finally:
            self._held -= held

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in (*SAFE_METHODS, "POST", "PATCH", "DELETE") else "other"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if status == HTTPStatus.TOO_MANY_REQUESTS:  # or whoever asks too often would fill the log
            return
        log.info(
            "request",
            extra={
                "method": method,
                "path": scope["path"][:200],
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
                "client": client(scope),
            },
        )


def client(scope: Scope) -> str:
    """The address that a request comes from."""
    return str(scope["client"][0]) if scope.get("client") else "unknown"


def _check_range(scope: Scope) -> None:
    """Leave out a Range that is none."""
    asked = Headers(scope=scope).get("range")
    if asked is not None and not RANGE.fullmatch(asked):
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"range"]


def _retold(status: int, headers: MutableHeaders) -> Response:
    """An error that somebody tells in plain text, as problem details."""
    kept = {name: headers[name] for name in ("allow", "content-range") if name in headers}
    name = HTTPStatus(status)
    return problem(status, name.name.lower().replace("_", "-"), name.phrase, headers=kept)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the body that was read, then whatever comes."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


def _name(host: str) -> str:
    """A Host header without its port and brackets."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _authority(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
