"""Pieces that come as documents: checked, kept, from then on like those composed here. Knows no HTTP but words for no.

The ids in a document are the truth: no model is asked. What it holds is looked at before anything of it is unpacked,
and every way that it can be heard is made once, so that nothing kept fails later.
"""

from __future__ import annotations

import json
import secrets
import time
from http import HTTPStatus
from typing import Annotated, NamedTuple

from pydantic import Field, ValidationError

from sideman.errors import DataError, OptionError, SidemanError
from sideman.music.band import Role
from sideman.music.time import seconds
from sideman.options import values_of
from sideman.pieces.composition import Composition
from sideman.pieces.document import check_size, from_document, to_document
from sideman.pieces.labels import chart_of, name_of, title_of
from sideman.tokens.grid import GridLoss
from sideman.tokens.own import note_count
from sideman.web.arrangements import Arrangements
from sideman.web.chart_text import ChartText
from sideman.web.desk import ID_BYTES, default_name
from sideman.web.given_schemas import GivenView
from sideman.web.limits import check_limit, check_minutes
from sideman.web.problems import Problem
from sideman.web.revision_schemas import MAX_ALTERNATIVES
from sideman.web.schemas import MAX_HISTORY, MAX_NAME, ArrangementView, Description, Name
from sideman.web.section_schemas import PlayedSectionView
from sideman.web.sessions import Session
from sideman.web.settings import Settings
from sideman.web.store import Piece, State
from sideman.web.strict import Strict

MAX_DOCUMENT = 1 << 21  # characters: a request has no more
MAX_IDS = 16 << 20  # bytes of all ids together, unpacked
MAX_CHANGED = 1 << 14  # bars of all changes of chords together: 64 of 256 bars are read in a second or two
LONGEST_REASON = 300  # characters
MAX_MODEL = 64  # characters of a fingerprint


class ImportRequest(Strict):
    """A piece to be opened as it is."""

    document: Annotated[str, Field(max_length=MAX_DOCUMENT)] = Field(
        description="The text of a piece's document, such as piece.json of bundle.zip."
    )
    name: Name | None = Field(None, description="What the list calls it; null: as the document does, or its chords.")


class Opened(NamedTuple):
    """A document that was read: the piece, and what is told of it."""

    composition: Composition
    description: Description
    name: str | None


class Imports:
    """Opens documents as pieces."""

    def __init__(self, arrangements: Arrangements) -> None:
        self._arrangements = arrangements

    def read(self, request: ImportRequest) -> Opened:
        """The piece of a document, before anything of it is kept.

        Raises :class:`Problem` where it is damaged, of a later version, or too much for this server.
        """
        try:
            check_size(request.document, revisions=MAX_HISTORY + MAX_ALTERNATIVES, bars=MAX_CHANGED, ids=MAX_IDS)
            document = from_document(request.document)
            name, composition = name_of(document)
            _check_limits(composition, self._arrangements.settings)
            for heard in _ways(composition):
                for take in range(len(heard.takes)):
                    heard.rendition(take)
            description = _described(composition, title_of(document)[:MAX_NAME], _chart(chart_of(document)))
        except (SidemanError, ValueError, LookupError, OverflowError) as error:
            reason = str(error) if isinstance(error, DataError) else f"damaged piece: {error}"
            detail = f"this piece can't be opened: {reason[:LONGEST_REASON]}"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "piece", detail) from error
        return Opened(composition, description, request.name or (name and name[:MAX_NAME]))

    def keep(self, session: Session, opened: Opened) -> ArrangementView:
        """Keep a piece that was read. Raises :class:`Problem` where there is no room for it."""
        composition, description, name = opened
        catalogue, files = self._arrangements.catalogue, self._arrangements.files
        piece = Piece(
            secrets.token_hex(ID_BYTES),
            session.id,
            name or default_name(composition.plan.progression),
            description.model_dump_json(),
            State.COMPOSING,
            None,
            time.time(),
            name is not None,
        )
        try:
            catalogue.add(piece)
            files.revise(piece, to_document(composition))
            catalogue.finish(piece, State.DONE, None)
        except BaseException:
            catalogue.forget(piece)
            raise
        catalogue.make_room(session.id)
        return self._arrangements.view(session, piece.id)


def _ways(composition: Composition) -> list[Composition]:
    """The piece as it is, as first composed, with all that was undone, and with each candidate."""
    positions = {len(composition.revisions), 0, len(composition.history)}
    chosen = [composition.choosing(number) for number in range(len(composition.candidates))]
    return [*(composition.at(position) for position in sorted(positions)), *chosen]


def _check_limits(composition: Composition, settings: Settings) -> None:
    """Raises :class:`Problem` where a piece is too much for a server with these settings."""
    plan = composition.plan
    check_limit(plan.options.takes, settings.max_takes, "takes")
    charts = [plan.progression, *(each.progression for each in (*composition.history, *composition.candidates))]
    for progression in charts:
        if progression is not None:
            check_limit(progression.bars, settings.max_bars, "bars")
            for tempo in (plan.options.tempo, plan.options.play_tempo or plan.options.tempo):
                check_minutes(seconds(progression.steps, tempo), settings)
    if len(composition.weights) > MAX_MODEL:
        raise OptionError(f"a fingerprint of {len(composition.weights)} characters")
    if any(len(revision.name) > MAX_NAME for revision in (*composition.history, *composition.candidates)):
        raise OptionError(f"a change whose name has more than {MAX_NAME} characters")


def _chart(told: object) -> ChartText | None:
    """The text of the chart; of one that no request may hold, none: the chords are there without it."""
    try:
        return None if told is None else ChartText.model_validate(told)
    except ValidationError:
        return None


def _described(composition: Composition, title: str, chart: ChartText | None) -> Description:
    """What is told of a piece. Raises :class:`ValueError` for what no request may hold."""
    plan = composition.plan
    fields = {
        **values_of(plan.options),
        "progression": plan.progression.written,
        "meters": [str(meter) for meter in plan.progression.lines.meters],
        "title": title,
        "chart": None if chart is None else chart.model_dump(),
        "key": plan.told_key.name,
        "bars": plan.bars,
        "beats": float(plan.progression.beats),
        "seconds": plan.seconds,
        "model": composition.weights,
        "programs": dict(plan.programs),
        "sections": [PlayedSectionView.of(section).model_dump(mode="json") for section in plan.sections],
        "given": [given.model_dump(mode="json") for given in _given(composition)],
    }
    return Description.model_validate_json(json.dumps(fields))


def _given(composition: Composition) -> list[GivenView]:
    """Somebody's own parts; what the grid once changed in them is forgotten."""
    plan = composition.plan
    own = [GivenView.of(role, GridLoss(sum(note_count(part) for part in parts))) for role, parts in plan.given.items()]
    melody = plan.melody
    if melody is not None:
        program = plan.programs.get(Role.MELODY, melody.program)
        own.append(GivenView.of(Role.MELODY, GridLoss(len(melody)), program=program))
    return own
