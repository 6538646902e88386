"""What a job says: how a request is kept so that any worker composes the same of it. Knows requests and fields."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version

from sideman.pieces.changes import Change
from sideman.pieces.commission import Commission
from sideman.web.jobs import Redo
from sideman.web.revision_schemas import Redoing
from sideman.web.schemas import ArrangementRequest
from sideman.web.store import Piece

PIECE, REDO, SOUND = "piece", "redo", "sound"  # kinds of jobs
VERSION = version("sideman")
DIGITS = 32  # of the hash that names a document


def fit_of(fingerprint: str) -> str:
    """Which workers compose the same as this process would: those of this model, and of this code."""
    return f"{fingerprint}@{VERSION}"


def sound_fit() -> str:
    """Which workers make sound."""
    return f"{SOUND}@{VERSION}"


def request_of(request: ArrangementRequest, commission: Commission) -> str:
    """A request whose seeds are told, as JSON: composed again, it is the same piece."""
    revisions = [
        revision.model_copy(update={"seed": change.seed}) if isinstance(change, Change) else revision
        for revision, change in zip(request.revisions, commission.changes, strict=True)
    ]
    told = {"seed": commission.plan.options.seed, **({"revisions": revisions} if revisions else {})}
    return request.model_copy(update=told).model_dump_json(exclude_unset=True)


def redoing_of(request: Redoing, redo: Redo) -> str:
    """The same of a part of a piece that is composed anew."""
    return request.model_copy(update={"seed": redo.change.seed}).model_dump_json(exclude_unset=True)


def digest(document: bytes) -> str:
    """A name for a document."""
    return sha256(document).hexdigest()[:DIGITS]


def fields_of(piece: Piece, request: str, bars: int) -> dict[str, str]:
    """The fields of a piece's job."""
    return {"kind": PIECE, "piece": piece.id, "of": piece.session, "request": request, "bars": str(bars)}
