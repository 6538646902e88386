"""A data folder and a link of before there were manifests, documents and a table of options still open.

``golden/data-2026-11-22`` was made by the server of that day: two pieces of one session, its database as SQL, and what
it answered.
"""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import mido
import pytest
from tests.web.conftest import Server, Start, compose, listen

from sideman.web.manifest import Manifest

GOLDEN = Path(__file__).parent / "golden" / "data-2026-11-22"
ANSWERS = json.loads((GOLDEN / "answers.json").read_text("utf-8"))
PLAYED = {
    "swing": 50,
    "straight": None,
    "humanize": 0,
    "humanize_seed": 0,
    "ritardando": False,
    "mix": "studio",
    "play_tempo": None,
    "transpose": 0,
}
ADDED: dict[str, Any] = {
    "meters": ["4/4"],
    "free_bass": False,
    "strict": 0.5,
    "ending": "loop",
    "intro": False,
    "sections": [],
    "given": [],
    "revisions": [],
    **PLAYED,
    "title": "",
    "chart": None,
    "programs": {},
}  # since then
YEARS = 100_000  # days


@pytest.fixture(scope="module", name="old")
def _old(start: Start, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server of today on that folder."""
    data = tmp_path_factory.mktemp("old")
    shutil.copytree(GOLDEN / "sessions", data / "sessions")
    with closing(sqlite3.connect(data / "sideman.db")) as database:
        database.executescript((GOLDEN / "sideman.sql").read_text("utf-8"))
    return start(data=data, retention_days=YEARS)


@pytest.fixture(name="owner")
def _owner(old: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=old.url, cookies=ANSWERS["cookies"], timeout=30) as client:
        yield client


def folder(piece: dict[str, Any], data: Path = GOLDEN) -> Path:
    (found,) = data.glob(f"sessions/*/{piece['id']}")
    return found


def test_its_pieces_are_listed_as_they_were(owner: httpx.Client) -> None:
    listed = owner.get("/api/arrangements").json()["arrangements"]
    assert listed == [piece | ADDED | {"file_name": piece["name"]} for piece in reversed(ANSWERS["pieces"])]


@pytest.mark.parametrize("piece", ANSWERS["pieces"], ids=lambda piece: piece["name"])
def test_its_pieces_play_the_same_notes(owner: httpx.Client, piece: dict[str, Any]) -> None:
    told = [event.data for event in listen(owner, piece["id"]) if event.kind == "bar"]
    assert told == [json.loads(line) for line in (folder(piece) / "events.jsonl").read_text("utf-8").splitlines()]
    for take in range(piece["takes"]):
        path = f"/api/arrangements/{piece['id']}/midi?take={take}"
        assert owner.get(path).content == (folder(piece) / f"take-{take}.mid").read_bytes()
        mixed = owner.get(f"{path}&track={piece['tracks'][0]}:0:90").content  # made anew, of its bars
        assert notes(mixed) == notes((folder(piece) / f"take-{take}.mid").read_bytes())


def notes(song: bytes) -> list[tuple[float, int, int]]:
    """When which keys are struck, and how hard."""
    time, struck = 0.0, []
    for message in mido.MidiFile(file=io.BytesIO(song)):
        time += message.time
        if message.type == "note_on" and message.velocity:
            struck.append((round(time, 6), message.note, message.velocity))
    return sorted(struck)


def test_its_folders_have_manifests_now(old: Server) -> None:
    for piece in ANSWERS["pieces"]:
        manifest = Manifest.read((folder(piece, old.settings.data) / "piece.json").read_bytes())
        assert (manifest.id, manifest.name, manifest.state) == (piece["id"], piece["name"], "done")
        assert isinstance(manifest.request, dict)
        assert manifest.request["seed"] == piece["seed"]


def test_life_goes_on_in_it(old: Server, owner: httpx.Client) -> None:
    new = compose(owner, "C:4", seed=1)
    first, second = ANSWERS["pieces"]
    owner.patch(f"/api/arrangements/{first['id']}", json={"name": "Kept"}).raise_for_status()
    assert owner.delete(f"/api/arrangements/{second['id']}").status_code == 204
    assert not [*old.settings.data.glob(f"sessions/*/{second['id']}")]
    names = [piece["name"] for piece in owner.get("/api/arrangements").json()["arrangements"]]
    assert names == [new["name"], "Kept"]
