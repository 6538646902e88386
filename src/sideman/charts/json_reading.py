"""A chart that Sideman wrote as JSON: the mirror of json_writing, but for signs. What is repeated is written out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sideman.charts.reading import Notes
from sideman.charts.sheet import Sheet, sheet_of
from sideman.charts.source import Source
from sideman.errors import SidemanError, UnreadableError
from sideman.music.chords import parse, read_chord
from sideman.music.key import Key
from sideman.music.song import Passage, Section, Song, WrittenBar
from sideman.music.time import TICKS_PER_STEP, Meter
from sideman.music.wishes import Wishes

NAME = "JSON"
_OURS = {"sections", "order", "progression"}


def recognises(source: Source) -> bool:
    """A JSON object that has what a chart of Sideman has."""
    return _document(source).keys() >= _OURS


def read(source: Source, notes: Notes) -> Sheet:  # noqa: ARG001 - as every reader's
    """Read the chart. Raises :class:`UnreadableError` where it is damaged."""
    document = _document(source)
    try:
        sheet = sheet_of(_song(document))
        sheet.composer, sheet.style = str(document["composer"]), str(document["style"])
    except (SidemanError, LookupError, AttributeError, TypeError, ValueError, OverflowError) as error:
        raise UnreadableError(f"a damaged chart of Sideman ({str(error)[:80]}): write it as JSON anew") from error
    return sheet


def _document(source: Source) -> dict[str, Any]:
    """The JSON object of a text, empty where it is none."""
    text = (source.text or "").lstrip()
    try:
        document: dict[str, Any] = json.loads(text) if text.startswith("{") else {}
    except (ValueError, RecursionError):
        return {}
    return document


def _song(document: Mapping[str, Any]) -> Song:
    key, tempo = document["key"], document["tempo"]
    song = Song(
        tuple(map(_section, document["sections"])),
        tuple(Passage(int(passage["section"]), tuple(map(int, passage["bars"]))) for passage in document["order"]),
        title=str(document["title"]),
        key=None if key is None else Key.named(key),
        tempo=None if tempo is None else float(tempo),
        meter=Meter.parse(document["meter"]),
    )
    return replace(song, cut=parse(document["progression"]).ticks - song.played[-1].onset * TICKS_PER_STEP)


def _section(section: Mapping[str, Any]) -> Section:
    wishes = Wishes.parse(tuple(pair.split("=", 1)) for pair in section["wishes"].split())
    return Section(str(section["name"]), tuple(map(_bar, section["bars"])), wishes)


def _bar(bar: Mapping[str, Any]) -> WrittenBar:
    chords = tuple((int(chord["tick"]), read_chord(chord["chord"])) for chord in bar["chords"])
    return WrittenBar(chords, None if bar["meter"] is None else Meter.parse(bar["meter"]))
