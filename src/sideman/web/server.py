"""`sideman serve`: the application behind a port of this machine. Knows uvicorn and signals."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import socket
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from sideman.errors import DataError
from sideman.web.app import create_app
from sideman.web.connections import Connection
from sideman.web.logs import configure
from sideman.web.routes import Services
from sideman.web.settings import Settings

SECONDS_AFTER_GRACE = 5  # for answers to be sent
KEEP_ALIVE_SECONDS = 30
BACKLOG = 512
MAX_CONNECTIONS = 800
M_ARENA_MAX, ARENAS = -8, 2  # of glibc's mallopt
OWN_FILES = 100  # open files besides those of connections, each of which may send one

log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """Tells the composing thread of the end at once: event streams end with it, and uvicorn waits for them."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        config = uvicorn.Config(
            app,
            http=Connection,
            log_config=None,
            access_log=False,  # the guard logs
            server_header=False,
            proxy_headers=settings.trust_proxy,
            limit_concurrency=max_connections(),
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=round(settings.grace) + SECONDS_AFTER_GRACE,
        )
        super().__init__(config)
        self.services: Services = app.state.services

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal says that it is time."""
        self.services.arrangements.studio.drain()
        super().handle_exit(sig, frame)


def serve(settings: Settings) -> None:
    """Serve until a signal ends it; pieces under way get their grace.

    Raises :class:`DataError` where the address or the data folder can't be used, :class:`CheckpointError` for weights.
    """
    listening = _listen(settings)
    with listening:
        configure(as_json=settings.json_logs)
        _share_memory()
        app = create_app(settings)
        if not settings.is_local:
            log.warning("everybody who reaches this machine can use this server: it asks nobody for a password")
        host, port = listening.getsockname()[:2]
        address = f"[{host}]" if ":" in host else host
        print(f"Sideman plays at http://{address}:{port}/", file=sys.stderr, flush=True)  # noqa: T201 - for a person
        Server(app, settings).run(sockets=[listening])


def _share_memory() -> None:
    """Have all threads allocate from a few heaps: glibc gives each its own, and what one frees no other can have."""
    with contextlib.suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def max_connections() -> int:
    """How many clients are answered at a time: as many as this process may have files open for, two each.

    The process takes as many files as it is allowed to.
    """
    if sys.platform == "win32":
        return MAX_CONNECTIONS
    import resource

    unlimited = resource.RLIM_INFINITY
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MAX_CONNECTIONS + OWN_FILES
    if soft != unlimited and soft < wanted:
        allowed = wanted if hard == unlimited else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):  # some systems allow less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if files == unlimited else max(1, min(MAX_CONNECTIONS, (files - OWN_FILES) // 2))


def _listen(settings: Settings) -> socket.socket:
    """A socket on the address of the settings."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise DataError(f"cannot listen on {settings.host}: {error.strerror}, give another --host") from error
    try:
        if sys.platform != "win32":  # there it would let a second server in
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        where = f"{settings.host}, port {settings.port}"
        raise DataError(f"cannot listen on {where}: {error.strerror}, give another --port") from error
    return listening
