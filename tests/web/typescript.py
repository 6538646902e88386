"""TypeScript from an OpenAPI document: its schemas as types, and what goes in and out of each operation and event."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

HEAD = """\
/** What goes over the wire, by the OpenAPI document. Written by `tests/web/test_page_types.py`: not by hand. */
"""
PRIMITIVES = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null"}


def typescript(document: Schema) -> str:
    """The module."""
    declared = [_declaration(name, schema) for name, schema in sorted(document["components"]["schemas"].items())]
    events = document["paths"]["/api/arrangements/{identity}/events"]["get"]["responses"]["200"]["content"]
    return "\n".join([HEAD, *declared, _operations(document["paths"]), _events(events["text/event-stream"]["schema"])])


def _declaration(name: str, schema: Schema) -> str:
    body = _type(schema)
    if "enum" in schema:  # its values too, in their order
        values = f"export const {name.upper()}S = [{', '.join(map(json.dumps, schema['enum']))}] as const;\n"
        return f"{values}{_comment(schema, '')}export type {name} = (typeof {name.upper()}S)[number];\n"
    form = f"interface {name} {body}" if "properties" in schema else f"type {name} = {body};"
    return f"{_comment(schema, '')}export {form}\n"


def _operations(paths: Schema) -> str:
    lines = ["/** By method and path: what is sent, and the answer. */", "export interface Operations {"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            asked = _json(operation.get("requestBody", {}))
            answer = next(
                _json(operation["responses"][status]) for status in operation["responses"] if status[0] == "2"
            )
            lines += [f'  "{method.upper()} {path}": {{ readonly body: {asked}; readonly answer: {answer} }};']
    return "\n".join([*lines, "}", ""])


def _json(content: Schema) -> str:
    media = content.get("content", {}).get("application/json")
    return "undefined" if media is None else _type(media["schema"])


def _events(schema: Schema) -> str:
    lines = ["/** By name: the data of a server-sent event. */", "export interface Events {"]
    for event in schema["oneOf"]:
        properties = event["properties"]
        lines += [f"  readonly {properties['event']['const']}: {_type(properties['data']['contentSchema'])};"]
    return "\n".join([*lines, "}", ""])


def _type(schema: Schema, indent: str = "") -> str:
    """The type of what a schema allows; ranges are the server's affair."""
    match schema:
        case {"$ref": reference}:
            return str(reference).rpartition("/")[2]
        case {"anyOf": ways}:
            return " | ".join(_type(way, indent) for way in ways)
        case {"const": value}:
            return json.dumps(value)
        case {"enum": values}:
            return " | ".join(map(json.dumps, values))
        case {"prefixItems": items}:
            return f"readonly [{', '.join(_type(item, indent) for item in items)}]"
        case {"items": item}:
            inner = _type(item, indent)
            return f"readonly ({inner})[]" if "|" in inner or inner.startswith("readonly") else f"readonly {inner}[]"
        case {"properties": _}:
            return "\n".join(["{", *_fields(schema, f"{indent}  "), f"{indent}}}"])
        case {"additionalProperties": value, "propertyNames": {"$ref": _} as key}:
            return f"{{ readonly [Key in {_type(key)}]?: {_type(value, indent)} }}"
        case {"additionalProperties": value} if value:
            return f"{{ readonly [key: string]: {_type(value, indent)} }}"
        case {"type": kind}:
            return PRIMITIVES[kind]
    raise NotImplementedError(schema)


def _fields(schema: Schema, indent: str) -> Iterator[str]:
    for name, field in schema["properties"].items():
        optional = "" if name in schema.get("required", ()) else "?"
        yield f"{_comment(field, indent)}{indent}readonly {name}{optional}: {_type(field, indent)};"


def _comment(schema: Schema, indent: str) -> str:
    told = schema.get("description", "").split("\n\n")[0].replace("\n", " ")
    return f"{indent}/** {told} */\n" if told else ""
