"""Errors as problem details (RFC 9457): what, where and the remedy, as JSON. Knows status codes, not what failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from sideman.errors import ChartError, ChordSyntaxError, OptionError, SidemanError, UnreadableError

MEDIA_TYPE = "application/problem+json"
CHORD_MEMBERS = ("value", "position", "finding", "remedy", "suggestions")  # of ChordSyntaxError
SCHEMA = "#/components/schemas/Problem"
LENIENT = "handling=lenient"  # a preference, after RFC 7240
WORDS = {  # of Pydantic's kinds of errors, for people; {field} comes first, the rest is the error's context
    "enum": "{field} must be {expected}",
    "extra_forbidden": "{field} is not known here",
    "greater_than": "{field} must be more than {gt}",
    "greater_than_equal": "{field} must be at least {ge}",
    "less_than": "{field} must be less than {lt}",
    "less_than_equal": "{field} must be at most {le}",
    "literal_error": "{field} must be {expected}",
    "missing": "{field} is missing",
    "string_too_long": "{field} may have {max_length} characters at most",
    "too_long": "{field} may have {max_length} entries at most",
}
COMPONENT: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong, after RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Kind of problem, such as urn:sideman:chords."},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What, where and the remedy, in one line."},
        "value": {"type": "string", "description": "Of chords: the text that cannot be read."},
        "position": {"type": "integer", "description": "Of chords: its first character, counted from 1."},
        "finding": {"type": "string", "description": "Of chords: what is wrong and where, without the remedy."},
        "remedy": {"type": "string", "description": "Of chords: what would be right."},
        "suggestions": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Of chords: texts to put in place of the value, the likeliest first; none for mere advice.",
        },
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["value", "position", "line", "column", "finding", "remedy", "suggestions"],
                "properties": {
                    "value": {"type": "string"},
                    "position": {"type": "integer"},
                    "line": {"type": "integer"},
                    "column": {"type": "integer"},
                    "finding": {"type": "string"},
                    "remedy": {"type": "string"},
                    "suggestions": {"type": "array", "items": {"type": "string"}},
                },
            },
            "description": "Of a chart: everything in it that cannot be read, each as the first is told above.",
        },
        "field": {"type": "string", "description": "Which field of the request is wrong, such as body.tempo."},
    },
}


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """A request that gets no for an answer. ``kind`` tells programs what happened, ``detail`` people."""

    def __init__(self, status: int, kind: str, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = {} if retry_after is None else {"Retry-After": str(max(1, round(retry_after)))}

    @property
    def response(self) -> Response:
        """What the client gets."""
        return problem(self.status, self.kind, self.detail, headers=self.headers)


def problem(
    status: int, kind: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: object
) -> Response:
    """A response of problem details, in ASCII: whatever a client sent can be told back."""
    body = {"type": f"urn:sideman:{kind}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    content = json.dumps(body | members).encode()
    return Response(content, status, {**(headers or {}), "Cache-Control": "no-store"}, MEDIA_TYPE)


def document_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses as problem details, for the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": SCHEMA}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def handle_problems(app: FastAPI) -> None:
    """Have ``app`` answer every error with problem details."""
    app.add_exception_handler(Problem, _of_problem)
    app.add_exception_handler(SidemanError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)


async def _of_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response


async def _of_ours(_: Request, error: Exception) -> Response:
    assert isinstance(error, SidemanError)
    return problem_of(error)


def problem_of(error: SidemanError) -> Response:
    """What the client gets; a fault of the server's own is raised again."""
    if isinstance(error, ChordSyntaxError):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        members = {name: getattr(error, name) for name in CHORD_MEMBERS}
        return problem(status, "chords", str(error), **members)
    if isinstance(error, ChartError):
        status, first = HTTPStatus.UNPROCESSABLE_ENTITY, error.faults[0]
        members = {name: getattr(first, name) for name in CHORD_MEMBERS}
        return problem(status, "chart", str(error), **members, faults=[_fault(error, fault) for fault in error.faults])
    if isinstance(error, UnreadableError):
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable", str(error))
    if isinstance(error, OptionError):
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "option", str(error))
    raise error  # a fault of the server


def _fault(error: ChartError, fault: ChordSyntaxError) -> dict[str, Any]:
    line, column = error.line_and_column(fault)
    return {name: getattr(fault, name) for name in CHORD_MEMBERS} | {"line": line, "column": column}


def told(error: SidemanError) -> Response:
    """The same problem as the answer to a request that only asked for it: status 200, the problem's own is in it."""
    response = problem_of(error)
    response.status_code = HTTPStatus.OK
    response.headers["Preference-Applied"] = LENIENT
    return response


async def _of_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"]))
    if first["type"] == "json_invalid":
        return problem(HTTPStatus.BAD_REQUEST, "json", "the request is not JSON: send an object in UTF-8")
    name = ".".join(map(str, first["loc"][1:])) or field  # without "body" or "query"
    words = WORDS.get(first["type"], "{field}: " + first["msg"].replace("{", "{{").replace("}", "}}"))
    detail = words.format(field=name, **first.get("ctx", {}))
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field", detail, field=field)


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        error.headers = {"Allow": ", ".join(_methods(request))}  # Starlette names those of the first route alone
    kind = HTTPStatus(error.status_code).name.lower().replace("_", "-")
    return problem(error.status_code, kind, str(error.detail), headers=error.headers)


def _methods(request: Request) -> list[str]:
    """All that may be asked of a path."""
    routes = (route for route in request.app.state.routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in routes for method in route.methods})
