"""The HTTP interface: which path does what. Thin: everything is done by what stands in :class:`Services`."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any, TypeVar, cast

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from sideman.errors import SidemanError
from sideman.web import events, metrics
from sideman.web.arrangements import Arrangements
from sideman.web.chart_schemas import ChartRequest, EditRequest, EditView, SongView
from sideman.web.document import event_schema
from sideman.web.downloads import Downloads
from sideman.web.guard import client
from sideman.web.imports import ImportRequest, Imports
from sideman.web.jams import Jams
from sideman.web.limiter import Limiter
from sideman.web.options import OptionsView
from sideman.web.problems import LENIENT, document_problems, told
from sideman.web.revision_schemas import MAX_ALTERNATIVES
from sideman.web.revisions import Revisions
from sideman.web.schemas import (
    ArrangementList,
    ArrangementRequest,
    ArrangementView,
    Changing,
    ChartView,
    ChordRequest,
    Health,
)
from sideman.web.sessions import COOKIE, Session, Sessions
from sideman.web.streams import Streams

T = TypeVar("T")
DOWNLOAD_THREADS = 8  # apart from those of other requests, which must not wait for audio
OK = 200
BAD, FORBIDDEN, MISSING, CONFLICT, GONE = 400, 403, 404, 409, 410
SIZE, UNREADABLE, TOO_MANY = 413, 422, 429
FAULT, UNAVAILABLE = 500, 503
EVERYWHERE = document_problems(BAD, TOO_MANY)
EVENTS = """Server-sent events. `bar`: {"take", "bar", "notes": {track: [[onset, duration, pitch, velocity], …]}}, onset
and duration in steps, 12 a beat, counted from the start of the piece; `progress`: {"bars", "of"}; at the end `done`,
`stopped` or `error`: {"detail"?}. Bars and the end have ids: `Last-Event-ID` goes on after one. 204 where nothing is
left to tell: an `EventSource` then stops asking."""


@dataclass(frozen=True)
class Services:
    """What the routes work with."""

    arrangements: Arrangements
    revisions: Revisions
    imports: Imports
    sessions: Sessions
    downloads: Downloads
    streams: Streams
    jams: Jams
    metrics: metrics.Metrics
    composing_limiter: Limiter
    jam_limiter: Limiter
    threads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(DOWNLOAD_THREADS))


async def _services(request: Request) -> Services:
    return cast("Services", request.app.state.services)


Server = Annotated[Services, Depends(_services)]


def _session(request: Request, server: Server) -> Session | None:
    return server.sessions.find(request.cookies.get(COOKIE))


def _limited(request: Request, server: Server) -> None:
    """For what takes the server more than a moment."""
    server.composing_limiter.check(client(request.scope))


Asking = Annotated["Session | None", Depends(_session)]
Candidate = Annotated[
    int | None,
    Query(ge=0, lt=MAX_ALTERNATIVES, description="As it would be with one of the candidates of a revision, from 0."),
]

Preference = Annotated[
    str | None,
    Header(description=f"{LENIENT}: a chart that cannot be read is told with status 200, for who reads what is typed."),
]


LIMITED = [Depends(_limited)]


def located(words: str, what: str) -> dict[str, Any]:
    """The answer of who made something, for the document: where that is."""
    place = {"schema": {"type": "string"}, "description": f"Where the {what} is."}
    return {"description": f"{words}: see Location.", "headers": {"Location": place}}


router = APIRouter(prefix="/api", responses=EVERYWHERE)


@router.post(
    "/arrangements",
    status_code=HTTPStatus.ACCEPTED,
    responses={
        202: located("It is being composed", "arrangement"),
        **document_problems(FORBIDDEN, CONFLICT, SIZE, UNREADABLE, UNAVAILABLE),
    },
    dependencies=LIMITED,
)
def create_arrangement(
    body: ArrangementRequest, request: Request, response: Response, session: Asking, server: Server
) -> ArrangementView:
    """Have a band composed."""
    order = server.arrangements.studio.prepare(body)
    session = server.sessions.use(session)
    view = server.arrangements.create(session, order, client(request.scope))
    server.sessions.tell(session, response)
    response.headers["Location"] = f"/api/arrangements/{view.id}"
    return view


@router.post(
    "/arrangements:import",
    status_code=HTTPStatus.CREATED,
    responses={
        201: located("It is there", "arrangement"),
        **document_problems(FORBIDDEN, CONFLICT, SIZE, UNREADABLE, UNAVAILABLE),
    },
    dependencies=LIMITED,
)
def import_arrangement(body: ImportRequest, response: Response, session: Asking, server: Server) -> ArrangementView:
    """Open a piece as it is, from its document: the same notes, chords and revisions, whatever composed it."""
    opened = server.imports.read(body)
    session = server.sessions.use(session)
    view = server.imports.keep(session, opened)
    server.sessions.tell(session, response)
    response.headers["Location"] = f"/api/arrangements/{view.id}"
    return view


@router.get("/arrangements")
def list_arrangements(session: Asking, server: Server) -> ArrangementList:
    """The pieces of this session, the latest first."""
    return ArrangementList(arrangements=server.arrangements.all(session))


@router.get("/arrangements/{identity}", responses=document_problems(MISSING, GONE))
def get_arrangement(identity: str, session: Asking, server: Server) -> ArrangementView:
    """A piece, and how far it has come."""
    return server.arrangements.view(session, identity)


@router.patch(
    "/arrangements/{identity}",
    responses=document_problems(FORBIDDEN, MISSING, CONFLICT, GONE, SIZE, UNREADABLE, UNAVAILABLE),
)
def change_arrangement(identity: str, body: Changing, session: Asking, server: Server) -> ArrangementView:
    """Give a piece another name or key signature, or have it played in another way; its notes stay."""
    if body.names_key:
        server.revisions.sign(session, identity, body.signature())
    return server.arrangements.change(session, identity, body)


@router.delete(
    "/arrangements/{identity}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=document_problems(FORBIDDEN, MISSING, UNAVAILABLE),
)
def delete_arrangement(identity: str, session: Asking, server: Server) -> None:
    """Delete a piece and its files; stops it where it is being composed."""
    server.arrangements.delete(session, identity)


@router.get(
    "/arrangements/{identity}/events",
    response_class=StreamingResponse,
    responses={
        200: {"description": EVENTS, "content": {events.MEDIA_TYPE: {"schema": event_schema()}}},
        204: {"description": "All was told."},
        **document_problems(MISSING, CONFLICT, GONE, UNREADABLE, UNAVAILABLE),
    },
)
def stream_events(
    identity: str,
    session: Asking,
    server: Server,
    candidate: Candidate = None,
    last_event_id: Annotated[str, Header(description="The last event that was received.")] = "",
) -> Response:
    """The bars of a piece, as they are composed."""
    told = server.arrangements.events(session, identity, candidate)
    return server.streams.response(session, told, last_event_id)


@router.post("/chords:parse", responses=document_problems(FORBIDDEN, SIZE, UNREADABLE))
def parse_chords(body: ChordRequest) -> ChartView:
    """Read chords, and transpose them: what they are and when, or which character is wrong."""
    return ChartView.of(body.read().transpose(body.transpose))


@router.post(
    "/charts", response_model=SongView, responses=document_problems(OK, FORBIDDEN, SIZE, UNREADABLE), status_code=OK
)
def read_chart(body: ChartRequest, prefer: Preference = None) -> SongView | Response:
    """Read a chart in whatever way it is written, a text, a link or a file: the song, and what was assumed.

    All that cannot be read is told at once.
    """
    try:
        return SongView.of(body.read())
    except SidemanError as error:
        if LENIENT not in (prefer or ""):
            raise
        return told(error)


@router.post("/charts:edit", responses=document_problems(FORBIDDEN, SIZE, UNREADABLE))
def edit_chart(body: EditRequest) -> EditView:
    """Put other chords into the text of a chart: all else stays, character for character.

    What is written once and played twice changes where it is written.
    """
    return body.edited()


@router.get("/options")
def get_options(server: Server) -> OptionsView:
    """What can be asked for: styles, instruments, limits, and chords to begin with."""
    return OptionsView.of(server.arrangements.settings, server.arrangements.studio.fingerprint)


@router.get("/health", responses=document_problems(UNAVAILABLE))
async def get_health(server: Server) -> Health:
    """Whether the server is well: 503 where nobody can compose. Needs no thread: there may be none left."""
    studio = server.arrangements.studio
    studio.check()
    return Health(version=version("sideman"), model=studio.fingerprint, waiting=len(studio.waiting))


unlisted = APIRouter(include_in_schema=False)


@unlisted.get("/metrics")
def get_metrics(server: Server) -> Response:
    """Numbers for Prometheus."""
    return Response(server.metrics.text(), media_type=metrics.MEDIA_TYPE)
