"""A chart that Sideman wrote as JSON: the mirror of json_writing. If its signs lead elsewhere, all is written out.

Nothing is believed of a document: whatever is no such chart is told in plain words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from sideman.charts.form import MAX_PLAYED, TARGETS
from sideman.charts.heads import MAX_TITLE
from sideman.charts.json_writing import SIGNS
from sideman.charts.reading import Notes
from sideman.charts.sheet import MAX_TEMPO, MIN_TEMPO, Jump, Measure, Sheet, sheet_of
from sideman.charts.source import LONE, Source
from sideman.errors import OptionError, SidemanError, UnreadableError
from sideman.music.chords import parse, read_chord
from sideman.music.key import Key
from sideman.music.progression import MAX_BEATS
from sideman.music.song import Passage, Section, Song, WrittenBar
from sideman.music.time import TICKS_PER_BEAT, Meter
from sideman.music.wishes import Wishes

NAME = "JSON"
_OURS = {"sections", "order", "progression"}
_KINDS = {str: "text", int: "whole number", bool: "true or false", list: "list", dict: "object"}
_JUMPS = {str(jump): jump for to in TARGETS for until in ("end", "fine", "coda") for jump in [Jump(to, until)]}
_UNPRINTED = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]")

T = TypeVar("T")


class _Part(NamedTuple):
    """A section, and the signs at each of its bars."""

    section: Section
    signs: tuple[dict[str, Any], ...]


def recognises(source: Source) -> bool:
    """A JSON object that has what a chart of Sideman has."""
    return source.document.keys() >= _OURS


def read(source: Source, notes: Notes) -> Sheet:  # noqa: ARG001 - as every reader's
    """Read the chart. Raises :class:`UnreadableError` where it is damaged."""
    try:
        return _sheet(source.document)
    except SidemanError as error:
        raise UnreadableError(f"a damaged chart of Sideman ({str(error)[:80]}): write it as JSON anew") from error


def _sheet(document: dict[str, Any]) -> Sheet:
    meter = Meter.parse(_get(document, "meter", str))
    order = _order(document)
    parts = _parts(document, meter)
    sections = tuple(part.section for part in parts)
    song = Song(sections, order, meter=meter, cut=_cut(document, sections, order, meter))
    sheet = _signed(parts, song)
    if not _leads(sheet, song):
        sheet = sheet_of(_named(song))
    sheet.title, sheet.composer, sheet.style = (_words(document, name) for name in ("title", "composer", "style"))
    sheet.key = None if _is_null(document, "key") else Key.named(_get(document, "key", str))
    sheet.tempo = _tempo(document)
    return sheet


def _order(document: dict[str, Any]) -> tuple[Passage, ...]:
    """What is played; its length is looked at before anything else."""
    rows = [(passage, _get(passage, "bars", list)) for passage in _get(document, "order", list)]
    if sum(len(bars) for _, bars in rows) > MAX_PLAYED:
        raise OptionError(f"more than {MAX_PLAYED:,} bars are played")
    if not rows or not all(bars for _, bars in rows):
        raise OptionError("its order plays no bars")
    return tuple(
        Passage(_get(passage, "section", int), tuple(_is(bar, int, "a bar of its order") for bar in bars))
        for passage, bars in rows
    )


def _parts(document: dict[str, Any], meter: Meter) -> list[_Part]:
    rows = [(section, _get(section, "bars", list)) for section in _get(document, "sections", list)]
    if sum(len(bars) for _, bars in rows) > MAX_PLAYED:
        raise OptionError(f"more than {MAX_PLAYED:,} bars are written")
    parts = []
    for section, bars in rows:
        wished = (wish.partition("=") for wish in _get(section, "wishes", str).split())
        wishes = Wishes.parse((name, value) for name, _, value in wished)
        written = tuple(_bar(bar, meter) for bar in bars)
        parts.append(_Part(Section(_words(section, "name"), written, wishes), tuple(map(_signs, bars))))
    return parts


def _bar(bar: object, usual: Meter) -> WrittenBar:
    """A bar; its chords follow one another and begin within it, whether or not it is played."""
    rows = _get(bar, "chords", list)
    own = None if _is_null(bar, "meter") else Meter.parse(_get(bar, "meter", str))
    ticks = [_get(row, "tick", int) for row in rows]
    end = (own or usual).ticks
    if any(later <= earlier for earlier, later in pairwise([-1, *ticks, end])):
        raise OptionError(f"a bar of {end} ticks has chords that don't follow one another in it")
    chords = tuple((tick, read_chord(_get(row, "chord", str))) for tick, row in zip(ticks, rows, strict=True))
    return WrittenBar(chords, own)


def _signs(bar: object) -> dict[str, Any]:
    """The signs at a bar, as fields of a measure."""
    if not isinstance(bar, dict) or "signs" not in bar:
        return {}
    told = _get(bar, "signs", dict)
    signs: dict[str, Any] = {name: _get(told, name, kind) for name, kind in SIGNS.items() if name in told}
    if "times" in signs and signs["times"] < 0:
        raise OptionError("'times' is below 0")
    if "endings" in signs:
        signs["endings"] = tuple(_is(ending, int, "an ending") for ending in signs["endings"])
    if "jump" in signs:
        jump = _JUMPS.get(signs["jump"])
        if jump is None:
            raise OptionError(f"unknown jump {signs['jump'][:20]!r}: write one of {', '.join(_JUMPS)}")
        signs["jump"] = jump
    return signs


def _cut(document: dict[str, Any], sections: Sequence[Section], order: Sequence[Passage], meter: Meter) -> int | None:
    """The ticks of the last bar, None where it is whole. Raises :class:`OptionError` for what can't be played."""
    lengths = []
    for number, bars in order:
        written = sections[number].bars if 0 <= number < len(sections) else ()
        for bar in bars:
            if not 0 <= bar < len(written):
                raise OptionError(f"its order names bar {bar} of section {number}, and there is none")
        lengths += [(written[bar].meter or meter).ticks for bar in bars]
    if sum(lengths) > MAX_BEATS * TICKS_PER_BEAT:
        raise OptionError(f"more than {MAX_BEATS:,} beats are played")
    cut = parse(_get(document, "progression", str)).ticks - sum(lengths[:-1])
    if not 0 < cut <= lengths[-1]:
        raise OptionError("its progression is not as long as its bars")
    return None if cut == lengths[-1] else cut


def _signed(parts: Sequence[_Part], song: Song) -> Sheet:
    """The sheet with the signs of its bars."""
    measures: list[Measure] = []
    for section, signs in parts:
        for place, (bar, own) in enumerate(zip(section.bars, signs, strict=True)):
            measure = Measure(bar.chords, bar.meter, **own)
            if place == 0:
                measure.section = section.name if section.name or measures else None
                measure.wishes = section.wishes
            measures.append(measure)
    return Sheet(measures, meter=song.meter, cut=song.cut)


def _leads(sheet: Sheet, song: Song) -> bool:
    """Whether the signs of a sheet lead through it as the song goes."""
    try:
        return sheet.song().order == song.order
    except OptionError:
        return False


def _named(song: Song) -> Song:
    """A song whose sections without a name have their number: one that comes again is then known to be the same."""
    sections = (replace(section, name=section.name or str(number)) for number, section in enumerate(song.sections, 1))
    return replace(song, sections=tuple(sections))


def _tempo(document: dict[str, Any]) -> float | None:
    if _is_null(document, "tempo"):
        return None
    tempo: object = document.get("tempo")
    if not isinstance(tempo, int | float) or not MIN_TEMPO <= tempo <= MAX_TEMPO:  # true is 1
        raise OptionError(f"'tempo' is no number from {MIN_TEMPO:g} to {MAX_TEMPO:,g}")
    return float(tempo)


def _words(thing: object, name: str) -> str:
    """A text that is shown: in one line, as long as others are."""
    return _UNPRINTED.sub(" ", LONE.sub("\N{REPLACEMENT CHARACTER}", _get(thing, name, str)))[:MAX_TITLE]


def _is_null(thing: object, name: str) -> bool:
    return isinstance(thing, dict) and name in thing and thing[name] is None


def _get(thing: object, name: str, kind: type[T]) -> T:
    """A field of an object. Raises :class:`OptionError` where it is missing or of another kind."""
    if not isinstance(thing, dict) or name not in thing:
        raise OptionError(f"{name!r} is missing")
    return _is(thing[name], kind, repr(name))


def _is(value: object, kind: type[T], name: str) -> T:
    if not isinstance(value, kind) or type(value) is not kind:  # true is no number
        raise OptionError(f"{name} is no {_KINDS[kind]}")
    return value
