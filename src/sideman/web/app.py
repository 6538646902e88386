"""The application, put together: settings in, an ASGI app out. Knows who needs whom; does nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from importlib.metadata import version

import anyio.to_thread
from fastapi import FastAPI
from limits.storage import Storage

from sideman.arranging import Model, default_model
from sideman.errors import MissingLibraryError
from sideman.web import file_routes, jam_routes, page, revision_routes
from sideman.web.arrangements import Arrangements
from sideman.web.document import document
from sideman.web.downloads import Downloads
from sideman.web.guard import Guard
from sideman.web.imports import Imports
from sideman.web.jams import Jams
from sideman.web.journal import Journal
from sideman.web.limiter import Limiter
from sideman.web.metrics import Metrics
from sideman.web.problems import handle_problems
from sideman.web.rendering import Renderer
from sideman.web.revisions import Revisions
from sideman.web.routes import Services, router, unlisted
from sideman.web.sessions import Sessions
from sideman.web.settings import Settings
from sideman.web.store import SQLiteStore, Store
from sideman.web.streams import Streams

SWEEP_SECONDS = 600.0

log = logging.getLogger(__name__)


def create_app(settings: Settings, model: Model | None = None) -> FastAPI:
    """The server of ``settings``, with ``model`` in place of the one that they name.

    Opens the data folder. Raises :class:`DataError` where that can't be, :class:`CheckpointError` for the weights.
    """
    if model is None:
        model = default_model() if settings.weights is None else Model.load(settings.weights)
    metrics = Metrics()
    parts = _shared(settings, model, metrics) if settings.is_shared else _own(settings, model, metrics)
    arrangements = parts.arrangements
    jams = Jams(settings, model, metrics, journal=parts.journal)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await anyio.to_thread.run_sync(arrangements.open)
        sweeping = asyncio.create_task(_sweep(arrangements if parts.sweeps else None, jams))
        try:
            yield
        finally:
            sweeping.cancel()
            await anyio.to_thread.run_sync(arrangements.close)
            parts.close()

    app = FastAPI(
        title="Sideman",
        summary="Chords in, a band out.",
        version=version("sideman"),
        openapi_url="/api/openapi.json",
        docs_url=None,  # FastAPI's pages load their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # one path for one thing
        lifespan=lifespan,
    )
    app.state.services = Services(
        arrangements,
        Revisions(arrangements),
        Imports(arrangements),
        Sessions(parts.store, days=settings.retention_days, secure=settings.https),
        Downloads(arrangements, parts.renderer),
        Streams(arrangements, metrics),
        jams,
        metrics,
        Limiter("arrangements", settings.arrangements_per_minute, parts.limits),
        Limiter("bars", settings.jam_bars_per_minute, parts.limits),
    )
    routers = (
        router,
        file_routes.router,
        file_routes.drawing,
        revision_routes.router,
        jam_routes.router,
        unlisted,
        page.page_router(page.FOLDER),
    )
    for each in routers:
        app.include_router(each)
    app.state.routes = [route for each in routers for route in each.routes]
    handle_problems(app)
    if parts.prepare is not None:
        parts.prepare(app)
    app.add_middleware(Guard, settings=settings, metrics=metrics, shared=parts.limits)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


@dataclass(frozen=True)
class _Parts:
    """What is another one for a server of its own than for one on many machines."""

    arrangements: Arrangements
    store: Store
    close: Callable[[], None]
    sweeps: bool = True  # else another process does
    renderer: Renderer | None = None
    limits: Storage | None = None
    prepare: Callable[[FastAPI], None] | None = None
    journal: Journal | None = None


def _own(settings: Settings, model: Model, metrics: Metrics) -> _Parts:
    """This process alone, and a folder."""
    store = SQLiteStore(settings.data)
    return _Parts(Arrangements.here(settings, store, model, metrics), store, store.close)


def _shared(settings: Settings, model: Model, metrics: Metrics) -> _Parts:
    """A process that answers, one of many; what they share needs libraries that others don't."""
    try:
        from sideman.web.scale.assembling import Shared, count_workers, handle_absence
    except ImportError as error:
        message = f"a server on many machines needs {error.name}: pip install 'sideman[scale]'"
        raise MissingLibraryError(message) from error
    shared = Shared.of(settings, model, metrics)
    count_workers(metrics, shared.queue)
    return _Parts(
        shared.arrangements,
        shared.store,
        shared.close,
        sweeps=False,
        renderer=shared.renderer,
        limits=shared.limits,
        prepare=handle_absence,
        journal=shared.journal,
    )


async def _sweep(arrangements: Arrangements | None, jams: Jams) -> None:
    """Now and then delete what is too old."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        jams.sweep()
        if arrangements is None:
            continue
        try:
            await anyio.to_thread.run_sync(arrangements.sweep)
        except Exception:
            log.exception("sweeping failed")
