"""Notes are given for bars of a piece: at once, with a word on what the grid changed; in history, files and links."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.pieces.test_own import LINE, song
from tests.web.conftest import Server, Start, compose, listen, view
from tests.web.test_api import problem
from tests.web.test_revisions import PIANO, bars, document, history, notes_of, path, redone

from sideman.web import revisions

ROWS = [[48, 12, 60, 99], [60, 5, 64, 1], [96, 12, 67, 127]]
EDIT = {"notes": {"piano": ROWS}, "bars": [1, 2]}


@pytest.fixture
def piece(browser: httpx.Client) -> dict[str, Any]:
    return compose(browser, seed=3)


def edited(browser: httpx.Client, piece: dict[str, Any], **changes: object) -> dict[str, Any]:
    """What is answered to an edit."""
    response = browser.post(path(piece, "edits"), json=EDIT | changes)
    assert response.status_code == 200, response.text
    return dict(response.json())


def test_notes_stand_at_once(server: Server, browser: httpx.Client, piece: dict[str, Any]) -> None:
    before, first = bars(listen(browser, piece["id"])), browser.get(path(piece, "midi")).content
    told = edited(browser, piece)
    (view_of_edit,) = told.pop("edited")
    counts = {"notes": 3, "moved": 0, "durations": 1, "velocities": 0, "folded": 0, "dropped": 0}
    assert {"track": "piano", **counts}.items() <= view_of_edit.items()
    assert told == history(browser, piece)
    assert (told["position"], told["composing"]) == (1, None)
    assert told["revisions"] == [
        {
            "name": "edited piano, bars 2–3",
            "tracks": ["piano"],
            "bars": [1, 2],
            "take": 0,
            "seed": None,
            "changes_chords": False,
        }
    ]
    after = bars(listen(browser, piece["id"]))
    assert after == notes_of(document(server, piece))
    for old, new in zip(before, after, strict=True):
        rows = {1: [[48, 12, 60, 99], [60, 6, 64, 1]], 2: [[96, 12, 67, 127]]}
        assert new == old | {"notes": old["notes"] | ({"piano": rows[old["bar"]]} if old["bar"] in rows else {})}
    assert browser.get(path(piece, "midi")).content != first
    browser.patch(path(piece), json={"position": 0}).raise_for_status()
    assert bars(listen(browser, piece["id"])) == before
    assert browser.get(path(piece, "midi")).content == first


def test_a_piece_with_edits_comes_again(browser: httpx.Client, piece: dict[str, Any]) -> None:
    edited(browser, piece)
    redone(browser, piece, tracks=["bass"], bars=[1])
    edited(browser, piece, notes={"bass": [], "drums": [[0, 1, 36, 5], [0, 1, 42, 99]]}, bars=[0])
    now = view(browser, piece["id"])
    assert [revision["seed"] is None for revision in now["revisions"]] == [True, False, True]
    assert now["revisions"][2]["notes"] == {"bass": [], "drums": [[0, 1, 36, 5], [0, 1, 42, 99]]}
    again = compose(browser, seed=3, revisions=now["revisions"])
    assert again["revisions"] == now["revisions"]
    assert bars(listen(browser, again["id"])) == bars(listen(browser, piece["id"]))
    assert browser.get(path(again, "midi")).content == browser.get(path(piece, "midi")).content


def test_edits_wait_for_candidates_to_be_chosen(browser: httpx.Client, piece: dict[str, Any]) -> None:
    redone(browser, piece, **PIANO, takes=2)
    refused = browser.post(path(piece, "edits"), json=EDIT)
    assert problem(refused, 409)["type"] == "urn:sideman:candidates"
    browser.post(path(piece, "candidates/1")).raise_for_status()
    assert edited(browser, piece)["position"] == 2


WRONG: list[tuple[dict[str, object], str]] = [
    ({"bars": [1]}, "piano: a note at step 96 begins outside"),
    ({"bars": [1, 9]}, "bars of a selection"),
    ({"bars": []}, "at least 1"),
    ({"take": 1}, "take 1"),
    ({"take": -1}, "take must be at least 0"),
    ({"notes": {}}, "at least 1"),
    ({"notes": {"tuba": []}}, "tuba"),
    ({"notes": {"piano": [[48, 0, 60, 99]]}}, "must be at least 1"),
    ({"notes": {"piano": [[48, 12, 128, 99]]}}, "must be less than 128"),
    ({"notes": {"piano": [[48, 12, 60, 0]]}}, "must be at least 1"),
    ({"notes": {"piano": [[48.5, 12, 60, 9]]}}, "integer"),
    ({"notes": {"piano": [[10**30, 12, 60, 9]]}}, "must be"),
    ({"notes": {"piano": [[48, 12, 60]]}}, "notes.piano.0.3 is missing"),
    ({"notes": {"piano": [[48, 12, 60, 9]] * 4097}}, "4096 entries at most"),
    ({"seed": 1}, "seed is not known here"),
]


def test_what_cannot_be_edited(browser: httpx.Client) -> None:
    piece = compose(browser, "C:4|Am:4|F:4", seed=3)
    for wrong, words in WRONG:
        answer = problem(browser.post(path(piece, "edits"), json=EDIT | wrong), 422)
        assert words in str(answer)
    assert history(browser, piece)["position"] == 0


def test_nobody_edits_the_pieces_of_others_or_their_own_parts(
    start: Start, browser: httpx.Client, piece: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start().browser() as stranger:
        assert stranger.post(path(piece, "edits"), json=EDIT).status_code == 404
    monkeypatch.setattr(revisions, "MAX_HISTORY", 0)
    assert problem(browser.post(path(piece, "edits"), json=EDIT), 409)["type"] == "urn:sideman:history"

    data = b64encode(song(tmp_path / "a.mid", ("", 0, LINE)).read_bytes()).decode()
    own = compose(browser, seed=3, given=[{"track": "piano", "data": data}])
    monkeypatch.undo()
    assert "own part" in problem(browser.post(path(own, "edits"), json=EDIT), 422)["detail"]


@pytest.mark.parametrize(
    "wrong", [{"seed": 1}, {"tracks": ["bass"]}, {"progression": "C:4|C:4|C:4|C:4"}, {"tracks": ["piano", "bass"]}]
)
def test_notes_of_a_request_stand_alone(browser: httpx.Client, wrong: dict[str, object]) -> None:
    revision = {"tracks": ["piano"], **EDIT} | wrong
    refused = browser.post(
        "/api/arrangements", json={"progression": "C:4|Am:4|F:4|G7:4", "seed": 3, "revisions": [revision]}
    )
    assert "give them for each of its tracks, and no seed" in problem(refused, 422)["detail"]
