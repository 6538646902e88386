"""The parts of a server on many machines, put together: settings in, what answers or composes out."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType

from fastapi import FastAPI, Request, Response
from limits.storage import RedisStorage
from prometheus_client import Gauge, start_http_server
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from sideman.arranging import Model, default_model
from sideman.errors import OptionError
from sideman.web.arrangements import Arrangements
from sideman.web.catalogue import Catalogue
from sideman.web.downloads import Downloads
from sideman.web.logs import configure
from sideman.web.metrics import Metrics
from sideman.web.problems import problem
from sideman.web.scale.journal import RedisJournal
from sideman.web.scale.leading import Leader
from sideman.web.scale.objects import ObjectFiles
from sideman.web.scale.postgres import PostgresStore, migrate
from sideman.web.scale.queue import RedisQueue
from sideman.web.scale.sound import RemoteRenderer, SoundWorker
from sideman.web.scale.studio import RemoteStudio
from sideman.web.scale.work import sound_fit
from sideman.web.scale.worker import Worker
from sideman.web.settings import Settings

LIMIT_SECONDS = 0.25  # that a request waits for its count
AWAY = "what this server keeps its pieces in does not answer: come again in a moment"
AWAY_SECONDS = 3.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shared:
    """What all processes share."""

    store: PostgresStore
    queue: RedisQueue
    files: ObjectFiles
    arrangements: Arrangements
    limits: RedisStorage
    renderer: RemoteRenderer
    journal: RedisJournal

    @classmethod
    def of(cls, settings: Settings, model: Model, metrics: Metrics) -> Shared:
        """Connected. Raises :class:`OptionError` where one is missing, :class:`DataError` where one can't be used."""
        urls = {"--redis": settings.redis, "--database": settings.database, "--files": settings.files}
        missing = [name for name, url in urls.items() if not url]
        if missing or settings.redis is None or settings.database is None or settings.files is None:
            raise OptionError(f"{' and '.join(missing)} must be given too: a server on many machines needs all three")
        queue = RedisQueue(settings.redis)
        queue.check()
        migrate(settings.database)
        store = PostgresStore(settings.database)
        files = ObjectFiles(settings.files, store)
        files.check()
        catalogue = Catalogue(settings, store, files)
        studio = RemoteStudio(settings, catalogue, store, queue, model, metrics)
        limits = RedisStorage(
            settings.redis,
            key_prefix="sideman:limit",
            wrap_exceptions=True,
            socket_timeout=LIMIT_SECONDS,
            socket_connect_timeout=LIMIT_SECONDS,
        )
        arrangements = Arrangements(settings, files, catalogue, studio)
        renderer, journal = RemoteRenderer(settings, queue), RedisJournal(settings, queue)
        return cls(store, queue, files, arrangements, limits, renderer, journal)

    def close(self) -> None:
        """No call comes after this one."""
        self.store.close()
        self.queue.close()
        self.files.close()


def count_workers(metrics: Metrics, queue: RedisQueue) -> None:
    """Have ``metrics`` tell how many workers there are; 0 while Redis is away."""

    def count() -> int:
        try:
            return len(queue.workers())
        except RedisError:
            return 0

    gauge = Gauge("sideman_workers", "Workers that say that they are there.", registry=metrics.registry)
    gauge.set_function(count)


def handle_absence(app: FastAPI) -> None:
    """Have ``app`` say that something is away, where it is."""
    for kind in (RedisError, SQLAlchemyError, ConnectionError):
        app.add_exception_handler(kind, _away)


async def _away(_: Request, error: Exception) -> Response:
    log.warning("a request can't be answered: %s", error)
    return problem(503, "away", AWAY, headers={"Retry-After": str(round(AWAY_SECONDS))})


def work(settings: Settings) -> None:
    """Compose for others until a signal ends it. Raises as :meth:`Shared.of`, and :class:`CheckpointError`."""
    configure(as_json=settings.json_logs)
    model = default_model() if settings.weights is None else Model.load(settings.weights)
    ending = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        ending.set()

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, end)
    with working(settings, model) as worker:
        print(f"Sideman works as {worker.name}, with {model.fingerprint}", file=sys.stderr, flush=True)  # noqa: T201
        ending.wait()


@contextlib.contextmanager
def working(settings: Settings, model: Model) -> Iterator[Worker]:
    """A worker, as long as the block lasts."""
    metrics = Metrics()
    shared = Shared.of(settings, model, Metrics())
    worker = Worker(settings, shared.store, shared.files, shared.queue, model, metrics, fits=[sound_fit()])
    sound = SoundWorker(settings, shared.queue, Downloads(shared.arrangements))
    leader = Leader(settings, shared.store, shared.files, shared.queue, shared.arrangements)
    count_workers(metrics, shared.queue)
    with contextlib.ExitStack() as stack:
        stack.callback(shared.close)
        if settings.worker_port:
            server, thread = start_http_server(settings.worker_port, settings.host, metrics.registry)
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
        for part in (worker, sound, leader):
            part.start()
            stack.callback(part.stop)
        yield worker
