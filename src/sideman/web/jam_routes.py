"""The HTTP interface of jams: a chord in, a bar out. Thin: :class:`~sideman.web.jams.Jams` does everything."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request, Response

from sideman.render.naming import file_name
from sideman.web.file_routes import MIDI_TYPE, UNSHARED, disposition
from sideman.web.guard import client
from sideman.web.jam_schemas import JamBarView, JamChord, JamRequest, JamTurn, JamView
from sideman.web.jams import Led
from sideman.web.option_fields import MAX_WHOLE
from sideman.web.problems import document_problems
from sideman.web.routes import (
    CONFLICT,
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
    located,
)

NAME = "Jam"
LED = document_problems(FORBIDDEN, MISSING, CONFLICT, GONE, SIZE, UNREADABLE)

router = APIRouter(prefix="/api/jams", responses=EVERYWHERE)


async def _limited(request: Request, server: Server) -> None:
    server.jam_limiter.check(client(request.scope))


async def _find(identity: str, session: Asking, server: Server) -> Led:
    return await server.jams.find(session, identity)


Found = Annotated[Led, Depends(_find)]
Until = Annotated[
    int | None,
    Query(ge=0, le=MAX_WHOLE, description="The first bar, from 0, that is left out: it was composed, but not heard."),
]
BARS_LIMITED = [Depends(_limited)]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses={
        201: located("The band waits for a chord", "jam"),
        **document_problems(FORBIDDEN, SIZE, UNREADABLE, UNAVAILABLE),
    },
    dependencies=LIMITED,
)
async def begin_jam(body: JamRequest, response: Response, session: Asking, server: Server) -> JamView:
    """Have a band that is led bar by bar."""
    owner, view = await server.jams.begin(body, lambda: server.sessions.use(session))
    server.sessions.tell(owner, response)
    response.headers["Location"] = f"/api/jams/{view.id}"
    return view


@router.get("/{identity}", responses=document_problems(MISSING, GONE, UNREADABLE))
async def get_jam(led: Found, until: Until = None) -> JamView:
    """A jam: how many bars it has, and their chords as a chart."""
    return await anyio.to_thread.run_sync(led.view, until)


@router.post("/{identity}/bars", responses=LED, dependencies=BARS_LIMITED)
async def play_bar(body: JamChord, led: Found, server: Server) -> JamBarView:
    """The next bar, over a chord; the first one must be told."""
    return JamBarView.of(await server.jams.bar(led, body.read()))


@router.post("/{identity}/turns", responses=LED, dependencies=BARS_LIMITED)
async def turn_bar(body: JamTurn, led: Found, server: Server) -> JamBarView:
    """The last bar again, over another chord from a beat on: what comes before that stays, and so do the drums."""
    return JamBarView.of(await server.jams.turn(led, body.read(), body.beat))


@router.get(
    "/{identity}/midi",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {MIDI_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
        **document_problems(MISSING, GONE, UNREADABLE),
    },
)
async def get_jam_midi(led: Found, until: Until = None) -> Response:
    """What was played, as a MIDI file with its chords: the last 4,096 beats."""
    data = await anyio.to_thread.run_sync(led.midi, until)
    headers = {**UNSHARED, "Content-Disposition": disposition(file_name(NAME, "mid"))}
    return Response(data, media_type=MIDI_TYPE, headers=headers)


@router.delete("/{identity}", status_code=HTTPStatus.NO_CONTENT, responses=document_problems(FORBIDDEN, MISSING, GONE))
async def end_jam(led: Found, server: Server) -> None:
    """Let a jam be over; what was played is forgotten."""
    await server.jams.end(led)
