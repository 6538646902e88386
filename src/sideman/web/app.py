"""The application, put together: settings in, an ASGI app out. Knows who needs whom; does nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from importlib.metadata import version

import anyio.to_thread
from fastapi import FastAPI

from sideman.arranging import Model, default_model
from sideman.web import file_routes, jam_routes, page, revision_routes
from sideman.web.arrangements import Arrangements
from sideman.web.document import document
from sideman.web.downloads import Downloads
from sideman.web.guard import Guard
from sideman.web.imports import Imports
from sideman.web.jams import Jams
from sideman.web.limiter import Limiter
from sideman.web.metrics import Metrics
from sideman.web.problems import handle_problems
from sideman.web.revisions import Revisions
from sideman.web.routes import Services, router, unlisted
from sideman.web.sessions import Sessions
from sideman.web.settings import Settings
from sideman.web.store import SQLiteStore
from sideman.web.streams import Streams

SWEEP_SECONDS = 600.0

log = logging.getLogger(__name__)


def create_app(settings: Settings, model: Model | None = None) -> FastAPI:
    """The server of ``settings``, with ``model`` in place of the one that they name.

    Opens the data folder. Raises :class:`DataError` where that can't be, :class:`CheckpointError` for the weights.
    """
    if model is None:
        model = default_model() if settings.weights is None else Model.load(settings.weights)
    store = SQLiteStore(settings.data)
    metrics = Metrics()
    arrangements = Arrangements.here(settings, store, model, metrics)
    jams = Jams(settings, model, metrics)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await anyio.to_thread.run_sync(arrangements.open)
        sweeping = asyncio.create_task(_sweep(arrangements, jams))
        try:
            yield
        finally:
            sweeping.cancel()
            await anyio.to_thread.run_sync(arrangements.close)
            store.close()

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
        Sessions(store, days=settings.retention_days, secure=settings.https),
        Downloads(arrangements),
        Streams(arrangements, metrics),
        jams,
        metrics,
        Limiter("arrangements", settings.arrangements_per_minute),
        Limiter("bars", settings.jam_bars_per_minute),
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
    app.add_middleware(Guard, settings=settings, metrics=metrics)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


async def _sweep(arrangements: Arrangements, jams: Jams) -> None:
    """Now and then delete what is too old."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        jams.sweep()
        try:
            await anyio.to_thread.run_sync(arrangements.sweep)
        except Exception:
            log.exception("sweeping failed")
