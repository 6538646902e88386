"""The HTTP interface as a page of the docs: what the server's OpenAPI document says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reference.commands_text import cell
from sideman.web.app import create_app
from sideman.web.document import document
from sideman.web.settings import Settings

Schema = Mapping[str, Any]


def http_text() -> str:
    """In Markdown."""
    told = openapi()
    lines = [
        "# The HTTP interface",
        "",
        "Requests, answers and their fields, as `/api/openapi.json` of a server has them.",
        "How they go together is in [The server](../server.md).",
        "",
    ]
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            lines += _operation(f"{method.upper()} {path}", operation)
    lines += ["## Fields", ""]
    for name, schema in sorted(told["components"]["schemas"].items()):
        lines += _schema(name, schema)
    return "\n".join(lines)


def openapi() -> dict[str, Any]:
    """The document of a server with default settings."""

    async def told(folder: Path) -> dict[str, Any]:
        app = create_app(Settings.read(data=folder))
        async with app.router.lifespan_context(app):  # it closes what it opens
            return document(app)

    with TemporaryDirectory() as folder:
        return asyncio.run(told(Path(folder)))


def _operation(title: str, operation: Schema) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"{operation.get('description') or operation.get('summary', '')}\n"
    parameters = operation.get("parameters", [])
    if parameters:
        yield "| parameter | in | type | |\n|---|---|---|---|"
        for each in parameters:
            meaning = each.get("description") or each["schema"].get("description", "")
            yield f"| `{each['name']}` | {each['in']} | {kind(each['schema'])} | {cell(meaning)} |"
        yield ""
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body, `{media}`: {kind(content['schema'])}\n"
    yield "| answer | | |\n|---|---|---|"
    for status, answer in operation["responses"].items():
        contents = [kind(content["schema"]) for content in answer.get("content", {}).values() if "schema" in content]
        yield f"| {status} | {cell(answer['description'])} | {', '.join(dict.fromkeys(contents))} |"
    yield ""


def _schema(name: str, schema: Schema) -> Iterator[str]:
    yield f"### {name}\n"
    if "description" in schema:
        yield f"{' '.join(schema['description'].split())}\n"
    if "properties" not in schema:
        yield f"{kind(schema)}\n"
        return
    required = schema.get("required", [])
    yield "| field | type | |\n|---|---|---|"
    for field, each in schema["properties"].items():
        mark = "" if field in required else " (may be left out)"
        yield f"| `{field}` | {kind(each)} | {cell(each.get('description', ''))}{mark} |"
    yield ""


def kind(schema: Schema) -> str:
    """What type a value is of, with a link where that has fields of its own."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for one_of in ("anyOf", "oneOf", "allOf"):
        if one_of in schema:
            return " or ".join(dict.fromkeys(kind(each) for each in schema[one_of]))
    if "const" in schema or "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'])}" if "items" in schema else "list"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {kind(schema['additionalProperties'])}"
    bounds = [
        f"{sign} {schema[key]:g}"
        for key, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
        if key in schema
    ]
    return " ".join([str(schema.get("type", "any")), *bounds])
