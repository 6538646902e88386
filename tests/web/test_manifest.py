"""The mark of a piece's folder says all that its row does, and keeps what it doesn't know."""

from __future__ import annotations

import json

import pytest

from sideman.web.manifest import Manifest
from sideman.web.store import Piece, State

PIECE = Piece("0" * 32, "f" * 32, "Très ♭onne", '{"tempo": 96.5, "style": null}', State.STOPPED, "why", 1000.5, True)


@pytest.mark.parametrize("description", ['{"tempo":96.5,"style":null}', "[1]", "no JSON", "[" * 100_000, ""])
def test_a_row_comes_back_as_it_was(description: str) -> None:
    piece = Piece(PIECE.id, PIECE.session, "name", description, State.DONE, None, 7.25)
    assert Manifest.read(Manifest.of(piece).text.encode()).piece == piece


def test_it_is_json_that_people_can_read() -> None:
    assert json.loads(Manifest.of(PIECE).text) == {
        "version": 1,
        "id": "0" * 32,
        "session": "f" * 32,
        "name": "Très ♭onne",
        "named": True,
        "created": 1000.5,
        "state": "stopped",
        "detail": "why",
        "request": {"tempo": 96.5, "style": None},
    }


def test_what_a_later_version_wrote_is_kept() -> None:
    later = json.loads(Manifest.of(PIECE).text) | {"version": 2, "revisions": [{"roles": ["bass"], "seed": 7}]}
    later["request"]["swing"] = 0.62
    manifest = Manifest.read(json.dumps(later).encode())
    assert json.loads(manifest.model_copy(update={"name": "new"}).text) == later | {"name": "new"}


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "../../outside"},
        {"id": "0" * 32 + "\n"},
        {"session": "F" * 32},
        {"state": "sleeping"},
        {"created": "NaN"},
        {"name": None},
        {"request": None},
    ],
    ids=str,
)
def test_what_is_not_a_manifest_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        Manifest.read(json.dumps(json.loads(Manifest.of(PIECE).text) | changes).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"[" * 1_000_000, b"null"])
def test_what_is_not_json_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="Manifest"):
        Manifest.read(data)
