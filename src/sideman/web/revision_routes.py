"""The HTTP interface to what is changed in a piece: redoing, candidates, history."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import StreamingResponse

from sideman.web import events
from sideman.web.document import event_schema
from sideman.web.guard import client
from sideman.web.problems import document_problems
from sideman.web.revision_schemas import (
    MAX_ALTERNATIVES,
    EditedView,
    Editing,
    HistoryView,
    Moving,
    Redoing,
    RevisionNaming,
)
from sideman.web.routes import (
    CONFLICT,
    EVENTS,
    EVERYWHERE,
    FORBIDDEN,
    GONE,
    LIMITED,
    MISSING,
    SIZE,
    UNAVAILABLE,
    UNREADABLE,
    Asking,
    Server,
)
from sideman.web.schemas import MAX_HISTORY

CHANGING = document_problems(FORBIDDEN, MISSING, CONFLICT, GONE, SIZE, UNREADABLE, UNAVAILABLE)
Number = Annotated[int, Path(ge=0, lt=MAX_HISTORY, description="Which revision of the history, from 0.")]
CandidateNumber = Annotated[int, Path(ge=0, lt=MAX_ALTERNATIVES, description="Which candidate, from 0.")]

router = APIRouter(prefix="/api/arrangements/{identity}", responses=EVERYWHERE)


@router.get("/revisions", responses=document_problems(MISSING, CONFLICT, GONE))
def get_history(identity: str, session: Asking, server: Server) -> HistoryView:
    """What was changed in a piece, what was undone, what can be chosen."""
    return server.revisions.history(session, identity)


@router.post("/revisions", status_code=HTTPStatus.ACCEPTED, responses=CHANGING, dependencies=LIMITED)
def redo(identity: str, body: Redoing, request: Request, session: Asking, server: Server) -> HistoryView:
    """Have bars of a piece composed anew around all else, which stays note for note. See revisions/events."""
    return server.revisions.redo(session, identity, body, client(request.scope))


@router.post("/edits", responses=CHANGING)
def edit(identity: str, body: Editing, session: Asking, server: Server) -> EditedView:
    """Have notes stand in bars of a piece, as a revision that is there at once; all else stays, note for note.

    Onsets are on the grid, lengths the nearest that it has, velocities as given.
    """
    return server.revisions.edit(session, identity, body)


@router.patch("/revisions", responses=CHANGING)
def move(identity: str, body: Moving, session: Asking, server: Server) -> HistoryView:
    """Undo and redo: let so many revisions of the history stand."""
    return server.revisions.move(session, identity, body.position)


@router.get(
    "/revisions/events",
    response_class=StreamingResponse,
    responses={
        200: {"description": EVENTS, "content": {events.MEDIA_TYPE: {"schema": event_schema()}}},
        204: {"description": "All was told."},
        **document_problems(MISSING, CONFLICT, GONE, UNAVAILABLE),
    },
)
def stream_revision(
    identity: str,
    session: Asking,
    server: Server,
    last_event_id: Annotated[str, Header(description="The last event that was received.")] = "",
) -> Response:
    """The revision that is composed now, to its end: the bars of its take, of several candidates those of each."""
    return server.streams.response(session, server.revisions.events(session, identity), last_event_id)


@router.patch("/revisions/{number}", responses=CHANGING)
def rename_revision(
    identity: str, number: Number, body: RevisionNaming, session: Asking, server: Server
) -> HistoryView:
    """Give a revision of the history another name."""
    return server.revisions.rename(session, identity, number, body.name)


@router.post("/candidates/{number}", responses=CHANGING)
def choose(identity: str, number: CandidateNumber, session: Asking, server: Server) -> HistoryView:
    """Let a candidate stand, and forget the others."""
    return server.revisions.choose(session, identity, number)


@router.delete("/candidates", responses=CHANGING)
def drop_candidates(identity: str, session: Asking, server: Server) -> HistoryView:
    """Forget all candidates: the piece stays as it is."""
    return server.revisions.drop(session, identity)
