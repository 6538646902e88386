"""The HTTP interface's files of finished pieces: MIDI, scores, sound. Thin: :class:`Downloads` makes them."""

from __future__ import annotations

import functools
import inspect
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import FileResponse
from pydantic import Field

from sideman.charts.paper.readers import CONCERT
from sideman.music.chords import MAX_BEATS
from sideman.options import MAX_TAKES, PLAYING
from sideman.render.audio import SUBTYPES, Encoding
from sideman.render.naming import NAMELESS, file_name, file_stem
from sideman.web.chart_schemas import ABOUT_READER, DrawRequest, PaperName, ReaderName
from sideman.web.downloads import AUDIO_TYPES, Made
from sideman.web.mixing import PATTERN, Mix
from sideman.web.option_fields import query_of
from sideman.web.problems import document_problems
from sideman.web.rendering import Wanted
from sideman.web.routes import (
    CONFLICT,
    EVERYWHERE,
    FAULT,
    FORBIDDEN,
    GONE,
    LIMITED,
    MISSING,
    SIZE,
    UNAVAILABLE,
    UNREADABLE,
    Asking,
    Candidate,
    Server,
    Services,
)
from sideman.web.schemas import MAX_NAME

T = TypeVar("T")
MIDI_TYPE = "audio/midi"
SCORE_TYPE = "application/vnd.recordare.musicxml+xml"
ZIP_TYPE = "application/zip"
PAPER_TYPES = {"pdf": "application/pdf", "svg": "image/svg+xml"}
UNSHARED = {"Cache-Control": "private, no-cache"}
TakeNumber = Annotated[int, Query(ge=0, lt=MAX_TAKES, description="Which take, from 0.")]


def _part(take: TakeNumber = 0, candidate: Candidate = None) -> Wanted:
    return Wanted(take, candidate)


Part = Annotated[Wanted, Depends(_part)]
AudioKind = Literal["mp3", "wav", "flac"]
Strips = Annotated[
    list[Annotated[str, Field(json_schema_extra={"pattern": PATTERN})]],
    Query(
        default_factory=list,
        json_schema_extra={"uniqueItems": True},
        description="ROLE:PROGRAM:VOLUME, once for each role that shall sound otherwise: a General MIDI program that "
        "/api/options offers, and a volume from 0, which leaves it out, to 127; 100 is as composed.",
    ),
]

Bits = Annotated[int, Query(json_schema_extra={"enum": [*SUBTYPES]}, description="Of a sample; of MP3 16.")]
Tail = Annotated[bool, Query(description="Whether the last notes ring; else it ends with the last bar, as loops do.")]


def _encoding(bits: Bits = 16, tail: Tail = True) -> Encoding:
    return Encoding(bits, tail)


Encoded = Annotated[Encoding, Depends(_encoding)]

First = Annotated[int | None, Query(ge=0, lt=MAX_BEATS, description="The first of some bars, from 0.")]
Count = Annotated[int | None, Query(ge=1, le=MAX_BEATS, description="How many bars; left out: to the end.")]


def _bars(first: First = None, bars: Count = None) -> tuple[int, int | None] | None:
    return None if first is None and bars is None else (first or 0, bars)


SomeBars = Annotated["tuple[int, int | None] | None", Depends(_bars)]

CountIn = Annotated[bool, Query(description="Whether it begins with a bar of clicks.")]


def _mix(track: Strips, count_in: CountIn, **wishes: Any) -> Mix:  # noqa: ANN401 - of the options' types
    given = {name: value for name, value in wishes.items() if value is not None}
    return Mix.read(track, given, counts_in=count_in)


_STRIPS = inspect.Parameter("track", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Strips)
_COUNTING = inspect.Parameter("count_in", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=CountIn)
vars(_mix)["__signature__"] = inspect.Signature([_STRIPS, _COUNTING, *map(query_of, PLAYING)])
Mixed = Annotated[Mix, Depends(_mix)]
router = APIRouter(prefix="/api/arrangements/{identity}", responses=EVERYWHERE)


def _file(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """Answers with a file, for the OpenAPI document."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media_types}
    found = {"description": "The file.", "content": content}
    return {200: found, 206: {**found, "description": "A range of it."}, 416: {"description": "No such range."}}


FILE_PROBLEMS = document_problems(MISSING, CONFLICT, GONE, UNREADABLE)
SOUND_PROBLEMS = {**FILE_PROBLEMS, **document_problems(FAULT, UNAVAILABLE)}


@router.get("/midi", response_class=FileResponse, responses={**_file(MIDI_TYPE), **FILE_PROBLEMS})
async def get_midi(identity: str, session: Asking, server: Server, mix: Mixed, part: Part, bars: SomeBars) -> Response:
    """A take as a MIDI file: a track for each player, the chords as markers; or some bars of it."""
    return _sent(await _made(server, server.downloads.midi, session, identity, part, mix, bars), MIDI_TYPE)


@router.get("/score.musicxml", response_class=Response, responses={**_file(SCORE_TYPE), **FILE_PROBLEMS})
async def get_score(identity: str, session: Asking, server: Server, mix: Mixed, part: Part) -> Response:
    """A take as a score for notation programs: a part for each player, chords and sections above."""
    return _sent(await _made(server, server.downloads.score, session, identity, part, mix), SCORE_TYPE)


@router.get(
    "/chart.{kind}",
    response_class=Response,
    responses={200: _file(*PAPER_TYPES.values())[200], **FILE_PROBLEMS},
)
async def get_chart(
    identity: str,
    kind: Literal["pdf", "svg"],
    session: Asking,
    server: Server,
    mix: Mixed,
    part: Part,
    reader: Annotated[ReaderName, Query(max_length=MAX_NAME, description=ABOUT_READER)] = CONCERT.name,
    paper: PaperName = "a4",
) -> Response:
    """A take on paper, written out: its chords, above the melody where it has one that is heard."""
    made = await _made(server, server.downloads.chart, session, identity, part, mix, kind, reader, paper)
    return _sent(made, PAPER_TYPES[kind])


@router.get(
    "/audio.{kind}",
    response_class=FileResponse,
    responses={**_file(*AUDIO_TYPES.values()), **SOUND_PROBLEMS},
    dependencies=LIMITED,
)
async def get_audio(
    identity: str, kind: AudioKind, session: Asking, server: Server, mix: Mixed, part: Part, encoding: Encoded
) -> Response:
    """A take as sound."""
    return _sent(
        await _made(server, server.downloads.audio, session, identity, part, mix, kind, encoding), AUDIO_TYPES[kind]
    )


@router.get(
    "/stems.zip",
    response_class=FileResponse,
    responses={**_file(ZIP_TYPE), **SOUND_PROBLEMS},
    dependencies=LIMITED,
)
async def get_stems(
    identity: str,
    session: Asking,
    server: Server,
    mix: Mixed,
    part: Part,
    encoding: Encoded,
    kind: Annotated[AudioKind, Query(alias="format", description="Of the files in it.")] = "wav",
) -> Response:
    """A file of sound for each track of a take, in one zip; together they are the take."""
    return _sent(await _made(server, server.downloads.stems, session, identity, part, mix, kind, encoding), ZIP_TYPE)


@router.get(
    "/bundle.zip",
    response_class=FileResponse,
    responses={**_file(ZIP_TYPE), **SOUND_PROBLEMS},
    dependencies=LIMITED,
)
async def get_bundle(identity: str, session: Asking, server: Server, mix: Mixed, part: Part) -> Response:
    """All that people take along of a take, in one zip: MIDI, MP3, stems, score, chart, and the piece's document."""
    return _sent(await _made(server, server.downloads.bundle, session, identity, part, mix), ZIP_TYPE)


drawing = APIRouter(prefix="/api", responses=EVERYWHERE)


@drawing.post(
    "/charts:draw",
    response_class=Response,
    responses={200: _file(*PAPER_TYPES.values())[200], **document_problems(FORBIDDEN, SIZE, UNREADABLE)},
)
def draw_chart(body: DrawRequest) -> Response:
    """A chart on paper: rows of bars with their chords, sections, repeats and endings, for whoever reads it."""
    data, title = body.drawn()
    return _sent(Made(data, file_name(file_stem(title), body.kind)), PAPER_TYPES[body.kind])


async def _made(server: Services, make: Callable[..., T], *arguments: object) -> T:
    """What :class:`Downloads` makes, by a thread of its own kind."""
    return await anyio.to_thread.run_sync(functools.partial(make, *arguments), limiter=server.threads)


def _sent(made: Made, media_type: str) -> Response:
    headers = {**UNSHARED, "Content-Disposition": disposition(made.name)}
    if isinstance(made.data, Path):
        return FileResponse(made.data, media_type=media_type, headers=headers)
    return Response(made.data, media_type=media_type, headers=headers)


def disposition(name: str) -> str:
    """What tells a browser to keep a file under a name (RFC 6266), and old programs the nearest name in ASCII."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    nearest = plain if name.isascii() or plain[:1].isalnum() else f"{NAMELESS}{plain[plain.rfind('.') :]}"
    told = f'attachment; filename="{nearest}"'
    return told if name.isascii() else f"{told}; filename*=UTF-8''{quote(name, safe='')}"
