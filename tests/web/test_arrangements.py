"""What is missing, damaged or of another version on the server's disk is told, and breaks nothing else."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web.conftest import Server, Start, compose, create, listen, view
from tests.web.test_api import problem

from sideman.pieces.document import from_document, to_document
from sideman.web.store import Piece


def rewrite(server: Server, identity: str, **columns: str) -> None:
    """Change a row, as a server of another version would have written it."""
    for column, value in columns.items():
        store = server.services.arrangements.catalogue._store
        store._change(f"update pieces set {column} = ? where id = ?", value, identity)  # type: ignore[attr-defined]


def description(server: Server, identity: str) -> dict[str, Any]:
    (path,) = server.settings.data.glob(f"sessions/*/{identity}/piece.json")
    return dict(json.loads(path.read_text("utf-8"))["request"])


def listed(browser: httpx.Client) -> list[str]:
    return [piece["id"] for piece in browser.get("/api/arrangements").json()["arrangements"]]


# Rows


def test_fields_of_a_later_version_are_passed_over(server: Server, browser: httpx.Client) -> None:
    piece = compose(browser, "C:4", tempo=96.5)
    later = description(server, piece["id"]) | {"lilt": 0.62, "tempo": 1000}
    rewrite(server, piece["id"], description=json.dumps(later))
    changed = piece | {"tempo": 1000}
    assert browser.get("/api/arrangements").json() == {"arrangements": [changed]}
    assert view(browser, piece["id"]) == changed
    assert listen(browser, piece["id"])[-1].kind == "done"
    assert browser.get(f"/api/arrangements/{piece['id']}/midi").status_code == 200


@pytest.mark.parametrize(
    "damage", [{"description": "{"}, {"description": "{}"}, {"state": "sleeping"}, {"created": "x"}], ids=str
)
def test_a_piece_that_cannot_be_read_breaks_no_list(
    server: Server, browser: httpx.Client, caplog: pytest.LogCaptureFixture, damage: dict[str, str]
) -> None:
    kept, lost = (compose(browser, "C:4")["id"] for _ in range(2))
    rewrite(server, lost, **damage)
    for _ in range(3):
        assert listed(browser) == [kept]
    assert (
        caplog.text.count(f"piece={lost[:8]}")
        + sum(
            record.__dict__.get("piece") == lost[:8] and "can't be read" in record.message for record in caplog.records
        )
        == 1
    )
    readable = "description" not in damage
    for path in ("", "/midi", "/events", "/audio.mp3"):
        refused = problem(browser.get(f"/api/arrangements/{lost}{path}"), 404 if readable else 410)
        assert refused["type"] == ("urn:sideman:unknown" if readable else "urn:sideman:unreadable")
    if not readable:
        assert browser.delete(f"/api/arrangements/{lost}").status_code == 204
        assert not [*server.settings.data.glob(f"sessions/*/{lost}")]


# Files


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        (["events.jsonl", "composition.json"], ["/events"]),
        (["take-0.mid"], ["/midi"]),
    ],
)
def test_missing_files_are_told(
    server: Server, browser: httpx.Client, caplog: pytest.LogCaptureFixture, files: list[str], paths: list[str]
) -> None:
    piece = compose(browser, "C:4")
    for file in files:
        (path,) = server.settings.data.glob(f"sessions/*/{piece['id']}/{file}")
        path.unlink()
    for each in paths:
        refused = problem(browser.get(f"/api/arrangements/{piece['id']}{each}"), 410)
        assert refused["type"] == "urn:sideman:lost"
        assert "ask for it again" in refused["detail"]
        assert str(server.settings.data) not in refused["detail"]
    assert caplog.text.count("missing or damaged") == len(paths)
    assert listed(browser) == [piece["id"]]


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"take": 0}', '{"take": 0, "bar": 0, "notes": {"bass": [["x"]]}}', "{}\n\u2028"]
)
def test_damaged_bars_of_an_earlier_version_are_told(server: Server, browser: httpx.Client, content: str) -> None:
    piece = compose(browser, "C:4", tracks=["bass"])
    next(server.settings.data.glob(f"sessions/*/{piece['id']}/composition.json")).unlink()
    (path,) = server.settings.data.glob(f"sessions/*/{piece['id']}/events.jsonl")
    path.write_text(content, "utf-8")
    problem(browser.get(f"/api/arrangements/{piece['id']}/midi?track=bass:33:80"), 410)
    problem(browser.get(f"/api/arrangements/{piece['id']}/audio.mp3"), 410)


@pytest.mark.parametrize("damage", ["{", "ids", "grammar"])
def test_a_damaged_composition_is_told(server: Server, browser: httpx.Client, damage: str) -> None:
    piece = compose(browser, "C:4", tracks=["bass"])
    (path,) = server.settings.data.glob(f"sessions/*/{piece['id']}/composition.json")
    kept = from_document(path.read_bytes())
    ((parts,),) = kept.takes
    backwards = [{role: (*part[:2], *reversed(part[2:])) for role, part in parts.items()}]
    texts = {
        "{": "{",
        "ids": to_document(kept).replace('"bass":"', '"bass":"='),
        "grammar": to_document(replace(kept, takes=(backwards,))),
    }
    path.write_text(texts[damage], "utf-8")
    for each in ("/audio.mp3", "/stems.zip", "/midi?track=bass:33:80"):
        problem(browser.get(f"/api/arrangements/{piece['id']}{each}"), 410)


def test_a_stopped_piece_whose_bars_are_damaged_is_listed(server: Server, browser: httpx.Client) -> None:
    piece = compose(browser, "C:4")
    rewrite(server, piece["id"], state="stopped")
    (path,) = server.settings.data.glob(f"sessions/*/{piece['id']}/events.jsonl")
    path.write_bytes(b"\xff")
    assert listed(browser) == [piece["id"]]
    assert view(browser, piece["id"])["progress"] == {"bars": 0, "of": 1}
    problem(browser.get(f"/api/arrangements/{piece['id']}/events"), 410)


def test_a_folder_that_was_removed_by_hand(server: Server, browser: httpx.Client) -> None:
    piece = compose(browser, "C:4")
    (folder,) = server.settings.data.glob(f"sessions/*/{piece['id']}")
    folder.rename(server.settings.data / "away")
    assert listed(browser) == [piece["id"]]
    for path in ("/midi", "/events", "/audio.mp3"):
        assert browser.get(f"/api/arrangements/{piece['id']}{path}").status_code in {404, 410}
    assert browser.delete(f"/api/arrangements/{piece['id']}").status_code == 204
    assert listed(browser) == []


# What a server leaves alone, and what comes back


def test_what_it_did_not_make_outlives_a_server(start: Start, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "take-0.wav").write_text("mine")
    data = tmp_path / "data"
    song = data / "sessions" / "2024" / "song" / "take.wav"
    song.parent.mkdir(parents=True)
    song.write_text("mine")
    (song.parent / ".hidden").write_text("mine")
    (data / "sessions" / "2024" / "link").symlink_to(outside)
    (data / "sessions" / "link").symlink_to(outside.parent)
    server = start(data=data)
    with server.browser() as browser:
        piece = compose(browser, "C:4")
        server.services.arrangements.sweep()
        assert browser.delete(f"/api/arrangements/{piece['id']}").status_code == 204
    left = {str(path.relative_to(data)) for path in (data / "sessions").rglob("*")}
    assert left == {
        *("sessions/2024", "sessions/2024/song", "sessions/2024/song/take.wav", "sessions/2024/song/.hidden"),
        *("sessions/2024/link", "sessions/link"),
    }
    assert (outside / "take-0.wav").read_text() == "mine"


def test_a_piece_that_cannot_be_deleted_keeps_no_other(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server = start()
    arrangements = server.services.arrangements
    with server.browser() as browser:
        stuck, free = (compose(browser, "C:4")["id"] for _ in range(2))
        forget = arrangements.catalogue.forget

        def refuse(piece: Piece) -> None:
            if piece.id == stuck:
                raise PermissionError("not allowed")
            forget(piece)

        now = time.time()
        with monkeypatch.context() as patch:
            patch.setattr(arrangements.catalogue, "forget", refuse)
            patch.setattr(time, "time", lambda: now + 31 * 86_400)
            arrangements.sweep()
        assert listed(browser) == [stuck]
        assert browser.get(f"/api/arrangements/{free}").status_code == 404
    assert "a piece can't be deleted: not allowed" in caplog.text


def test_pieces_outlive_the_index(start: Start, tmp_path: Path) -> None:
    first = start(data=tmp_path)
    with first.browser() as alice, first.browser() as bob:
        pieces = [compose(browser, "C:4", takes=2) for browser in (alice, bob)]
        named = alice.patch(f"/api/arrangements/{pieces[0]['id']}", json={"name": "Mine"}).json()
        bars = [listen(browser, piece["id"]) for browser, piece in zip((alice, bob), pieces, strict=True)]
        songs = [
            browser.get(f"/api/arrangements/{piece['id']}/midi").content
            for browser, piece in zip((alice, bob), pieces, strict=True)
        ]
        cookies = [dict(browser.cookies) for browser in (alice, bob)]
    first.stop()
    for path in tmp_path.glob("sideman.db*"):
        path.unlink()
    second = start(data=tmp_path)
    for cookie, piece, told, song in zip(cookies, [named, pieces[1]], bars, songs, strict=True):
        with httpx.Client(base_url=second.url, cookies=cookie, timeout=30) as browser:
            assert browser.get("/api/arrangements").json() == {"arrangements": [piece]}
            assert listen(browser, piece["id"]) == told
            assert browser.get(f"/api/arrangements/{piece['id']}/midi").content == song
            compose(browser, "C:4")


def test_a_piece_has_its_manifest_from_the_beginning(server: Server, browser: httpx.Client) -> None:
    identity = create(browser, "C:4", seed=7)["id"]
    assert description(server, identity)["seed"] == 7
    listen(browser, identity)
