"""The OpenAPI document: what FastAPI gathers, with errors and events as this server sends them. Knows schemas alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from sideman.web.problems import COMPONENT
from sideman.web.schemas import BarComposed, BarsDone, Ending

THEIRS = ("HTTPValidationError", "ValidationError")  # FastAPI's words for what are problem details here
REFERENCE = "#/components/schemas/{model}"

# What the data of an event holds, by its name.
EVENTS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {"bar": BarComposed, "progress": BarsDone, "done": Ending, "stopped": Ending, "error": Ending}
)


def event_schema() -> dict[str, Any]:
    """A server-sent event."""
    return {"oneOf": [_event(name, model) for name, model in EVENTS.items()]}


def _event(name: str, model: type[BaseModel]) -> dict[str, Any]:
    reference = {"$ref": REFERENCE.format(model=model.__name__)}
    return {
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "event": {"const": name},
            "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": reference},
            "id": {"type": "string", "description": "Of bars and the end: what Last-Event-ID goes on after."},
        },
    }


def document(app: FastAPI) -> dict[str, Any]:
    """The document of an app, made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        schemas = made["components"]["schemas"]
        for name in THEIRS:
            schemas.pop(name, None)
        schemas["Problem"] = COMPONENT
        for model in EVENTS.values():
            schema = model.model_json_schema(ref_template=REFERENCE, mode="serialization")
            schemas |= {model.__name__: schema} | schema.pop("$defs", {})
        for path in made["paths"].values():
            for operation in path.values():
                content = operation["responses"].get("422", {}).get("content", {})
                if "application/json" in content:
                    del operation["responses"]["422"]
        app.openapi_schema = made
    return app.openapi_schema
