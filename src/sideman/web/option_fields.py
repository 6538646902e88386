"""Options as requests hold them: fields of a body, parameters of a download, made of the table. Knows no requests."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query
from pydantic import Field, create_model

from sideman.music.band import Role
from sideman.option import Kind, Option
from sideman.options import LIVE, OPTIONS, PLAYING, ArrangeOptions, options_of
from sideman.web.strict import Strict

MAX_WHOLE = 2**53 - 1  # the largest that JavaScript reads without loss
_TYPES: dict[Kind, Any] = {"number": float, "whole": int, "text": str, "flag": bool}


def _field(option: Option) -> tuple[Any, Any]:
    """An option as pydantic takes it: type and field. What the document can't say of its range is checked later."""
    limits: dict[str, Any] = {}
    default = option.default
    kind: Any = _TYPES.get(option.kind)
    if option.kind == "several":
        names: Any = type(option.choices[0])
        kind, default = list[Annotated[names, Field(strict=False)]], default and list(default)
        limits = {
            "min_length": 0 if option.nothing else 1,
            "json_schema_extra": {"uniqueItems": True},  # so there are no more than choices
        }
    elif option.choices:
        limits = {"json_schema_extra": {"enum": [*option.choices, *([None] if option.nothing else [])]}}
    elif option.kind in {"number", "whole"}:
        limits = {"gt" if option.above else "ge": 0 if option.zero else option.minimum}
        limits |= {"le": min(option.maximum, MAX_WHOLE)} | ({"allow_inf_nan": False} if kind is float else {})
    told = f"{option.help}; null: {option.nothing}." if option.nothing else f"{option.help}."
    return kind | None if option.nothing else kind, Field(default, description=told, **limits)


class _Options(Strict):
    """What the leader decides besides the chords: fields for the rows of the table."""

    if TYPE_CHECKING:  # those that the server itself reads
        tempo: float
        tracks: list[Role]
        takes: int

    def arrange_options(self) -> ArrangeOptions:
        """The same for :mod:`sideman.arranging`. Raises :class:`OptionError` for a value out of range."""
        return options_of({option.name: getattr(self, option.name) for option in OPTIONS})


class _LiveOptions(Strict):
    """The same of a band that is led bar by bar."""

    if TYPE_CHECKING:
        tempo: float

    def arrange_options(self) -> ArrangeOptions:
        """For :mod:`sideman.jamming`. Raises :class:`OptionError` for a value out of range."""
        return options_of({option.name: getattr(self, option.name) for option in LIVE})


def _fields(options: Sequence[Option]) -> dict[str, Any]:
    return {option.name: _field(option) for option in options}


if TYPE_CHECKING:
    Options = _Options
    LiveOptions = _LiveOptions
    Playing = Strict
else:
    Options = create_model("Options", __base__=_Options, **_fields(OPTIONS))
    LiveOptions = create_model("LiveOptions", __base__=_LiveOptions, **_fields(LIVE))
    Playing = create_model("Playing", __base__=Strict, **_fields(PLAYING))


def query_of(option: Option) -> inspect.Parameter:
    """An option of playing as a parameter of a download; several are names with commas in between."""
    kind: Any = _TYPES.get(option.kind, str)
    limits = {"ge": option.minimum, "le": option.maximum} if option.kind in {"number", "whole"} else {}
    finite = {"allow_inf_nan": False} if kind is float else {}
    names = f" ({', '.join(option.choices)}, with commas in between)" if option.choices else ""
    asked = Annotated[
        kind | None, Query(description=f"{option.help}{names}; left out: as the piece has it.", **limits, **finite)
    ]
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=asked)
