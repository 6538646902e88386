"""The mark of a piece's folder: whose it is, what was asked for, how far it came. Knows JSON; no folders, no rows.

A manifest says all that the store's row does, so that a lost store is made again from the folders. Later versions may
add fields, but give none another meaning; those that this version doesn't know are kept when it writes.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from sideman.web.store import Piece, State

VERSION = 1
NAME = r"[0-9a-f]{32}"  # of a session's folder, and of a piece's in it

Name = Annotated[str, Field(pattern=f"^{NAME}$")]


class Manifest(BaseModel):
    """What ``piece.json`` holds."""

    model_config = ConfigDict(extra="allow", frozen=True)

    version: int = VERSION
    id: Name
    session: Name
    name: str
    named: bool
    created: Annotated[float, Field(allow_inf_nan=False)]
    state: State
    detail: str | None
    request: dict[str, Any] | str  # text where the row's is not a JSON object

    @classmethod
    def of(cls, piece: Piece) -> Self:
        """Of a row."""
        return cls(
            id=piece.id,
            session=piece.session,
            name=piece.name,
            named=piece.named,
            created=piece.created,
            state=piece.state,
            detail=piece.detail,
            request=request_of(piece.description),
        )

    @classmethod
    def read(cls, data: bytes) -> Self:
        """From a file. Raises :class:`ValueError` where it can't be read."""
        return cls.model_validate_json(data)

    @property
    def piece(self) -> Piece:
        """The row."""
        request = self.request if isinstance(self.request, str) else json.dumps(self.request, separators=(",", ":"))
        return Piece(self.id, self.session, self.name, request, self.state, self.detail, self.created, self.named)

    @property
    def text(self) -> str:
        """The file's content."""
        return self.model_dump_json(indent=1) + "\n"


def request_of(text: str) -> dict[str, Any] | str:
    """What a row says of a request, as a manifest holds it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict) else text
