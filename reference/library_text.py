"""The library as a page of the docs: what `sideman` exports, with signatures and the docstrings in the code."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum

import sideman

ROLE = re.compile(r":\w+:`~?([^`<]+?)`")  # :class:`~sideman.music.band.Band`
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def library_text() -> str:
    """In Markdown."""
    lines = [
        "# The library",
        "",
        "    import sideman",
        "",
        "What it exports, by name. Everything else may change with any version.",
        "",
    ]
    for name in sideman.__all__:
        thing = getattr(sideman, name)
        if inspect.isclass(thing):
            lines += _class(name, thing)
        elif callable(thing):
            lines += _function(f"sideman.{name}", thing, 2)
        else:
            lines += [f"## sideman.{name}", "", "The version.", ""]
    return "\n".join(lines)


def _class(name: str, thing: type) -> Iterator[str]:
    yield f"## sideman.{name}\n"
    if issubclass(thing, Enum):
        yield "    " + ", ".join(f"{member.name} = {str(member.value)!r}" for member in thing)
        yield ""
    elif is_dataclass(thing):
        shown = [_field(entry) for entry in fields(thing) if not entry.name.startswith("_")]
        yield f"```python\nclass {name}(\n" + "".join(f"    {entry},\n" for entry in shown) + ")\n```\n"
    yield docs(thing)
    for attribute, member in _members(thing).items():
        if isinstance(member, property):
            yield f"### {name}.{attribute}\n\n{docs(member)}"
        else:
            yield from _function(f"{name}.{attribute}", getattr(thing, attribute), 3)


def _members(thing: type) -> dict[str, object]:
    """What a class and those of ours that it is made of define, those of the class first."""
    found: dict[str, object] = {}
    for each in thing.__mro__:
        if each.__module__.startswith("sideman."):
            for name, member in vars(each).items():
                is_told = isinstance(member, property | classmethod | staticmethod) or inspect.isfunction(member)
                if is_told and not name.startswith("_"):
                    found.setdefault(name, member)
    return found


def _function(name: str, thing: object, level: int) -> Iterator[str]:
    signature = ADDRESS.sub("", str(inspect.signature(thing)))  # type: ignore[arg-type]
    signature = re.sub(r"'([\w\[\], |.]+)'", r"\1", signature)
    yield f"{'#' * level} {name}\n\n```python\n{name.rpartition('.')[2]}{signature}\n```\n\n{docs(thing)}"


def _field(entry: Field[object]) -> str:
    """As it is written in the code; what is made anew for each object is left out."""
    default = "" if entry.default is MISSING else f" = {entry.default!r}"
    return f"{entry.name}: {_type(entry.type)}{' = …' if entry.default_factory is not MISSING else default}"


def _type(kind: object) -> str:
    return kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))


def docs(thing: object) -> str:
    """The docstring, in Markdown; empty where there is none of our own."""
    text = ROLE.sub(r"`\1`", inspect.getdoc(thing) or "")
    return f"{text}\n" if text else ""
