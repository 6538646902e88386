"""A composition as one JSON document: written by any version, read by this one and later ones.

A part of the document that this version doesn't know is kept and written again. Ids are uint16, little-endian,
deflated, in base 64: some 1 kB for a take of 16 bars.
"""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sideman.arranging import Plan
from sideman.errors import DataError, SidemanError
from sideman.files import atomic_write, read_limited
from sideman.music.band import MAX_PROGRAM, Note, Role, Track
from sideman.music.chords import parse
from sideman.music.key import Key
from sideman.music.progression import Progression
from sideman.music.time import BarLines, Meter
from sideman.music.wishes import PlayedSection, Wishes
from sideman.options import OPTIONS, options_of, values_of
from sideman.pieces.changes import Origins, Selection, check_seed
from sideman.pieces.composition import Composition
from sideman.pieces.revision import Revision
from sideman.tokens.own import Velocities
from sideman.tokens.parts import Part, Parts, join, split
from sideman.tokens.vocabulary import VOCABULARY

FORMAT = "sideman piece"
VERSION = 2  # 1 where no revision has origins, so that earlier versions open it too
MAX_DOCUMENT = 64 << 20  # bytes
MAX_IDS = 8 << 20  # bytes of a role's ids in a take: 1,024 bars of 4,000

_TRACKS = "tracks"
_GIVEN, _MELODY = "given", "melody"
_OPTIONS = [option.name for option in OPTIONS]
_PIECE = ("format", "version", "vocabulary", "weights", "request", "takes", "revisions", "undone", "candidates")
_PROGRESSION = ("progression", "meters")
_SECTIONS = "sections"
_KEY, _PROGRAMS = "key", "programs"  # of the request
_CELLS = re.compile(r"[| ]+")  # between chords
CELLS_PER_BAR = 4  # of pieces that are taken
_HISTORIES = ("revisions", "undone", "candidates")
_REVISION = ("take", _TRACKS, "bars", "seed", "ids", "velocities", "origins", "name", *_PROGRESSION)


def write_composition(composition: Composition, path: Path | str) -> None:
    """Write a piece as its document, whole or not at all. Raises :class:`DataError` where it cannot be written."""
    text = to_document(composition)
    with atomic_write(path) as temporary:
        temporary.write_text(text, "utf-8")


def read_composition(path: Path | str) -> Composition:
    """The piece that :func:`write_composition` wrote, to the note.

    Raises :class:`DataError` where the file cannot be read, is damaged or of a later version.
    """
    data = read_limited(Path(path), MAX_DOCUMENT)
    try:
        composition = from_document(data)
        _ = composition.bands  # what is damaged is told now
    except SidemanError as error:
        raise DataError(f"{path}: {error}") from error
    return composition


def to_document(composition: Composition) -> str:
    """The document of a piece."""
    options = composition.plan.options
    given = {role: _packed(parts) for role, parts in composition.plan.given.items()}
    request = {
        **composition.request_more,
        **_progression_document(composition.plan.progression),
        **_sections_document(composition.plan.sections),
        **({_GIVEN: given} if given else {}),
        **_melody_document(composition.plan.melody),
        **_told_document(composition.plan),
        **values_of(options),
    }
    every = (*composition.history, *composition.candidates)
    document: dict[str, Any] = {
        **composition.more,
        **({"name": composition.plan.title} if composition.plan.title else {}),
        "format": FORMAT,
        "version": VERSION if any(each.origins is not None for each in every) else 1,
        "vocabulary": VOCABULARY.fingerprint,
        "weights": composition.weights,
        "request": request,
        "takes": [{role: _packed(bar[role] for bar in take) for role in options.roles} for take in composition.takes],
        "revisions": [_revision_document(revision) for revision in composition.revisions],
    }
    for name, revisions in (("undone", composition.undone), ("candidates", composition.candidates)):
        if revisions:
            document[name] = [_revision_document(revision) for revision in revisions]
    return json.dumps(document, separators=(",", ":")) + "\n"


def from_document(text: str | bytes) -> Composition:
    """The piece of a document.

    Raises :class:`DataError` where it is damaged or of a later version. Whether the grammar allows its ids shows when
    it is played.
    """
    try:
        document = _object(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise DataError(f"damaged piece, not JSON: {str(error)[:80]}") from error
    if document.get("format") != FORMAT:
        raise DataError("not a piece of Sideman: give one that `sideman arrange --piece` or the page wrote")
    version = document.get("version")
    if (
        not isinstance(version, int)
        or not 1 <= version <= VERSION
        or document.get("vocabulary") not in [*VOCABULARY.sizes]  # it may be anything, a list too
    ):
        raise DataError("a piece of a later version of Sideman: update, then open it again")
    try:
        return _composition(document)
    except (SidemanError, LookupError, AttributeError, TypeError, ValueError, OverflowError, zlib.error) as error:
        raise DataError(f"damaged piece: {error}") from error


def check_size(text: str, *, revisions: int, bars: int, ids: int) -> None:
    """Look whether a document of unknown origin has at most so many revisions and bytes of ids, once unpacked.

    ``bars`` are those of other chords in all revisions together. What is too much is not read, and never in memory as a
    whole. Raises :class:`DataError` for it, and where the document is damaged.
    """
    try:
        document = _object(json.loads(text))
        json.dumps(document, ensure_ascii=False).encode()  # no halves of characters, which nothing could be written in
        request, histories = _object(document.get("request")), [document.get(name, ()) for name in _HISTORIES]
        every = [_object(revision) for history in histories for revision in history]
        if len(every) > revisions:
            raise DataError(f"a piece of {len(every)} changes: at most {revisions} are taken")
        charts = [each for each in every if "progression" in each]
        if sum(len(_CELLS.findall(chart["progression"])) for chart in charts) > bars * CELLS_PER_BAR or (
            sum(_progression(chart).bars for chart in charts) > bars
        ):
            raise DataError("a piece whose chords were changed more often than is taken")
        packed = [_object(request.get(_GIVEN, {})), *document.get("takes", ()), *(each.get("ids") for each in every)]
        for each in (row for rows in packed for row in _object(rows).values()):
            ids -= len(_unpacked(each, ids))
            if ids < 0:
                raise DataError("a piece of more notes than are taken")
    except (SidemanError, LookupError, AttributeError, TypeError, ValueError, RecursionError, zlib.error) as error:
        raise error if isinstance(error, DataError) else DataError(f"damaged piece: {str(error)[:80]}") from error


def _composition(document: Mapping[str, Any]) -> Composition:
    request = _object(document["request"])
    options = options_of({name: request[name] for name in _OPTIONS if name in request})
    revisions, undone, candidates = (
        tuple(_revision(_object(revision)) for revision in document.get(name, ())) for name in _HISTORIES
    )
    sections, given, name = _sections(request.get(_SECTIONS, [])), _given(request), document.get("name")
    return Composition(
        Plan(
            _progression(request),
            options,
            sections=sections,
            given=given,
            melody=_melody(request),
            title=name if isinstance(name, str) else "",
            signature=None if request.get(_KEY) is None else Key.named(str(request[_KEY])),
            programs=_programs(request),
        ),
        tuple(_take(_object(take), options.roles) for take in document["takes"]),
        str(document["weights"]),
        revisions,
        undone,
        candidates,
        _others(document, (*_PIECE, "name") if isinstance(name, str) else _PIECE),
        _others(request, (*_PROGRESSION, _SECTIONS, _GIVEN, _MELODY, _KEY, _PROGRAMS, *_OPTIONS)),
    )


def _given(request: Mapping[str, Any]) -> dict[Role, tuple[Part, ...]]:
    given = _object(request.get(_GIVEN, {}))
    return {Role(name): tuple(_parts(ids, Role(name))) for name, ids in given.items()}


def _melody_document(melody: Track | None) -> dict[str, Any]:
    return {} if melody is None else {_MELODY: {"program": melody.program, "notes": melody.notes.tolist()}}


def _melody(request: Mapping[str, Any]) -> Track | None:
    if _MELODY not in request:
        return None
    melody = _object(request[_MELODY])
    program = melody.get("program")
    notes = [Note(*map(int, row)) for row in melody["notes"]]
    return Track(Role.MELODY, notes, None if program is None else int(program))


def _told_document(plan: Plan) -> dict[str, Any]:
    """The key that the chart names, and who plays which instrument; what nobody said is left out."""
    key = {} if plan.signature is None else {_KEY: plan.signature.name}
    return {**key, **({_PROGRAMS: dict(plan.programs)} if plan.programs else {})}


def _programs(request: Mapping[str, Any]) -> dict[Role, int]:
    programs = {Role(role): program for role, program in _object(request.get(_PROGRAMS, {})).items()}
    for role, program in programs.items():
        if type(program) is not int or not 0 <= program <= MAX_PROGRAM:
            raise ValueError(f"program {str(program)[:16]} of {role}")
    return programs


def _take(ids: Mapping[str, Any], roles: Sequence[Role]) -> list[Parts]:
    """The parts of a take's bars, of which each role has as many."""
    parts = [_parts(ids[role], role) for role in roles]
    return [dict(zip(roles, bar, strict=True)) for bar in zip(*parts, strict=True)]


def _revision_document(revision: Revision) -> dict[str, Any]:
    selection = revision.selection
    return {
        **revision.more,
        "take": selection.take,
        _TRACKS: selection.roles,
        "bars": selection.bars,
        "seed": revision.seed,
        **({} if revision.progression is None else _progression_document(revision.progression)),
        **({} if revision.origins is None else {"origins": revision.origins}),
        **({"name": revision.name} if revision.name else {}),
        "ids": {role: _packed(parts) for role, parts in revision.parts.items()},
        **({} if revision.velocities is None else {"velocities": revision.velocities}),
    }


def _revision(document: Mapping[str, Any]) -> Revision:
    roles = tuple(Role(role) for role in document[_TRACKS])
    return Revision(
        Selection(roles, tuple(int(bar) for bar in document["bars"]), int(document["take"])),
        {role: tuple(_parts(document["ids"][role], role)) for role in roles},
        _seed(document.get("seed")),
        _progression(document) if "progression" in document else None,
        _origins(document.get("origins")),
        str(document.get("name", "")),
        _velocities(document.get("velocities")),
        _others(document, _REVISION),
    )


def _seed(seed: object) -> int | None:
    if seed is None:
        return None
    if type(seed) is not int:
        raise ValueError(f"seed {seed!r}")
    check_seed(seed)
    return seed


def _origins(bars: Iterable[Any] | None) -> Origins | None:
    return None if bars is None else tuple(None if bar is None else int(bar) for bar in bars)


def _velocities(document: object) -> dict[Role, tuple[Velocities, ...]] | None:
    if document is None:
        return None
    return {
        Role(role): tuple(tuple(int(each) for each in part) for part in parts)
        for role, parts in _object(document).items()
    }


def _progression_document(progression: Progression) -> dict[str, Any]:
    meters = [(meter.beats, meter.unit, meter.groups) for meter in progression.lines.meters]
    return {"progression": progression.written, "meters": meters}


def _progression(document: Mapping[str, Any]) -> Progression:
    meters = (Meter(beats, unit, tuple(groups)) for beats, unit, groups in document["meters"])
    return replace(parse(document["progression"]), lines=BarLines(tuple(meters)))


def _sections_document(sections: Sequence[PlayedSection]) -> dict[str, Any]:
    played = [{"name": name, "bars": bars, "wishes": str(wishes)} for name, bars, wishes in sections]
    return {_SECTIONS: played} if played else {}


def _sections(document: Iterable[Any]) -> tuple[PlayedSection, ...]:
    return tuple(
        PlayedSection(
            str(section["name"]),
            tuple(int(bar) for bar in section["bars"]),
            Wishes.parse(tuple(pair.split("=", 1)) for pair in section["wishes"].split()),
        )
        for section in map(_object, document)
    )


def _packed(parts: Iterable[Part]) -> str:
    return b64encode(zlib.compress(np.array(join(parts), "<u2").tobytes(), 9)).decode()


def _parts(packed: str, role: Role) -> list[Part]:
    data = _unpacked(packed, MAX_IDS)
    if len(data) > MAX_IDS:
        raise ValueError(f"ids of {role}, more than a piece has")
    return split(np.frombuffer(data, "<u2"), role)


def _unpacked(packed: str, most: int) -> bytes:
    """All bytes, or one more than ``most``. Raises :class:`ValueError` or :class:`zlib.error` for damaged ones."""
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(b64decode(packed, validate=True), most + 1)
    if len(data) <= most and not unpacking.eof:
        raise ValueError("ids that are cut off")
    return data


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError("damaged piece: a JSON object is missing")
    return value


def _others(document: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in {*known}}
