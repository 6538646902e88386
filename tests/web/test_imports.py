"""A piece that was taken away as its document opens again, exactly; what is none, or damaged, is refused."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.pieces.test_own import LINE, song
from tests.web.conftest import Server, Start, compose, files, listen, view
from tests.web.test_api import problem

from sideman.music.band import Role
from sideman.render.midi import read_midi
from sideman.render.rendition import Rendition
from sideman.web import downloads
from sideman.web.imports import MAX_IDS
from sideman.web.schemas import MAX_HISTORY

CHORDS = "Dmaj7:4|Bm7b5:4|G:3|A7:3"
OPTIONS: dict[str, Any] = {"seed": 3, "takes": 2, "tempo": 96, "name": "Grüße: 1/2", "meters": ["4/4", "4/4", "3/4"]}
SECTIONS = [{"name": "A", "bars": [0, 1], "loudness": "p"}, {"name": "B", "bars": [0, 1], "repeat": "new"}]
PLAYED = {"swing": 62, "transpose": 3, "play_tempo": 132}


def import_(browser: httpx.Client, document: object, **more: object) -> httpx.Response:
    text = document if isinstance(document, str) else json.dumps(document)
    return browser.post("/api/arrangements:import", json={"document": text, **more})


def opened(browser: httpx.Client, document: object, **more: object) -> dict[str, Any]:
    response = import_(browser, document, **more)
    assert response.status_code == 201, response.text
    piece = dict(response.json())
    assert response.headers["location"] == f"/api/arrangements/{piece['id']}"
    return piece


def refused(response: httpx.Response, kind: str, status: int = 422) -> str:
    """What is told of it."""
    told = problem(response, status)
    assert told["type"] == f"urn:sideman:{kind}"
    return str(told["detail"])


def kept(server: Server, piece: dict[str, Any]) -> dict[str, Any]:
    """The document on the server's disk."""
    (folder,) = server.settings.data.glob(f"sessions/*/{piece['id']}")
    return dict(json.loads((folder / "composition.json").read_text()))


def changed(browser: httpx.Client) -> dict[str, Any]:
    """A piece of two takes with edited notes, a name for them, and one change undone."""
    piece = compose(browser, CHORDS, sections=SECTIONS, **OPTIONS)
    path = f"/api/arrangements/{piece['id']}"
    notes = {"piano": [[48, 12, 60, 99], [60, 6, 64, 31]]}
    assert browser.post(f"{path}/edits", json={"notes": notes, "bars": [1], "take": 1}).is_success
    assert browser.post(f"{path}/edits", json={"notes": {"bass": []}, "bars": [0]}).is_success
    assert browser.patch(f"{path}/revisions", json={"position": 1}).is_success
    assert browser.patch(f"{path}/revisions/0", json={"name": "Two notes"}).is_success
    assert browser.patch(path, json=PLAYED).is_success
    return view(browser, piece["id"])


def test_what_a_bundle_holds_opens_exactly(
    server: Server, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(_: Rendition, path: Path, __: str, more: dict[str, str], **___: object) -> None:
        path.write_text(more["piece.json"])  # all else takes seconds

    monkeypatch.setattr(downloads, "write_bundle", write)
    piece = changed(browser)
    path = f"/api/arrangements/{piece['id']}"
    document = browser.get(f"{path}/bundle.zip").raise_for_status().text
    with server.browser() as somebody:
        again = opened(somebody, document)
        other = f"/api/arrangements/{again['id']}"
        assert {**again, "id": "", "created": ""} == {**piece, "id": "", "created": ""}
        assert somebody.get(f"{other}/revisions").json() == browser.get(f"{path}/revisions").json()
        assert listen(somebody, again["id"]) == listen(browser, piece["id"])
        for take in (0, 1):
            midi = [
                client.get(f"{of}/midi", params={"take": take}).raise_for_status().content
                for client, of in ((browser, path), (somebody, other))
            ]
            assert midi[0] == midi[1]
        assert somebody.patch(f"{other}/revisions", json={"position": 2}).json()["position"] == 2
        assert [each["id"] for each in somebody.get("/api/arrangements").json()["arrangements"]] == [again["id"]]


@pytest.mark.parametrize("name", [None, "Mine"])
def test_the_title_of_its_chart_comes_along_whatever_it_is_called(
    browser: httpx.Client, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    monkeypatch.setattr(downloads, "write_bundle", lambda _, path, __, more, **___: path.write_text(more["piece.json"]))
    piece = compose(browser, "C:4", seed=1, title="Blue Boat")
    if name is not None:
        browser.patch(f"/api/arrangements/{piece['id']}", json={"name": name}).raise_for_status()
    document = browser.get(f"/api/arrangements/{piece['id']}/bundle.zip").raise_for_status().json()
    again = opened(browser, document)
    assert (again["title"], again["name"]) == ("Blue Boat", name or "Blue Boat")
    del document["request"]["title"]  # as other programs write it, and Sideman did
    assert opened(browser, document)["title"] == again["name"]


def test_its_chart_comes_along_as_it_is_written_by_now_unless_no_request_may_hold_it(
    browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "write_bundle", lambda _, path, __, more, **___: path.write_text(more["piece.json"]))
    piece = compose(browser, "C:4", seed=1, chart={"text": "C\nWords", "name": "", "choices": {"bars": "line"}})
    bundle = f"/api/arrangements/{piece['id']}/bundle.zip"
    document = browser.get(bundle).raise_for_status().json()
    again = opened(browser, document)
    assert again["chart"] == piece["chart"]
    browser.patch(f"/api/arrangements/{again['id']}", json={"chart": None}).raise_for_status()
    assert "chart" not in browser.get(f"/api/arrangements/{again['id']}/bundle.zip").json()["request"]
    damaged: object
    for damaged in ({"text": 1}, {"text": "C", "more": ""}, "C", [], {"text": "C" * 100_000}):
        document["request"]["chart"] = damaged
        assert opened(browser, document)["chart"] is None


def test_a_piece_that_was_never_changed_has_the_midi_file_of_its_document(
    server: Server, browser: httpx.Client
) -> None:
    piece = compose(browser, CHORDS, **OPTIONS)
    again = opened(browser, kept(server, piece))
    files_ = [browser.get(f"/api/arrangements/{each['id']}/midi").content for each in (piece, again)]
    assert files_[0] == files_[1]
    assert again["name"] == "Dmaj7 Bm7b5 G A7"  # the document on the disk has none
    assert opened(browser, kept(server, piece), name="Mine")["name"] == "Mine"


def test_own_parts_and_a_melody_come_along(server: Server, browser: httpx.Client, tmp_path: Path) -> None:
    data = b64encode(song(tmp_path / "a.mid", ("Bass", 33, LINE)).read_bytes()).decode()
    given = [{"track": "bass", "data": data}, {"track": "melody", "data": data}]
    piece = compose(browser, "C:4|Am:4", seed=1, given=given)
    again = opened(browser, kept(server, piece))
    assert listen(browser, again["id"]) == listen(browser, piece["id"])
    told = [[(each["track"], each["program"], each["notes"]) for each in of["given"]] for of in (piece, again)]
    assert [track for track, _, _ in told[1]] == ["bass", "melody"]
    assert told[0] == told[1]


def test_instruments_come_along(server: Server, browser: httpx.Client) -> None:
    document = kept(server, compose(browser, "C:4", seed=1, tracks=["bass", "piano"]))
    piece = opened(browser, _request("programs", {"bass": 38})(document))
    assert piece["programs"] == {"bass": 38}
    for strip, program in (("", 38), ("?track=bass:38:100", 38), ("?track=bass:34:100", 34)):
        response = browser.get(f"/api/arrangements/{piece['id']}/midi{strip}").raise_for_status()
        assert read_midi(response.content)[Role.BASS].program == program


def test_another_model_composed_it(server: Server, browser: httpx.Client) -> None:
    document = kept(server, compose(browser, "C:4", seed=1))
    again = opened(browser, {**document, "weights": "another"})
    assert again["model"] == "another"
    redone = browser.post(f"/api/arrangements/{again['id']}/revisions", json={"tracks": ["piano"]})
    assert redone.status_code == 202  # by the server's own


def test_what_this_version_does_not_know_is_kept(server: Server, browser: httpx.Client) -> None:
    document = kept(server, compose(browser, "C:4", seed=1))
    again = opened(browser, {**document, "later": {"a": 1}})
    assert kept(server, again)["later"] == {"a": 1}


def packed(ids: bytes) -> str:
    return b64encode(zlib.compress(ids)).decode()


def _with(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda document: {**document, name: value}


def _request(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda document: {**document, "request": {**document["request"], name: value}}


def _ids(ids: object) -> Callable[[dict[str, Any]], object]:
    return lambda document: {**document, "takes": [{**document["takes"][0], "piano": ids}]}


def _others(document: dict[str, Any]) -> object:
    """Whole parts, in an order that the grammar doesn't allow."""
    ids = zlib.decompress(b64decode(document["takes"][0]["piano"]))
    return _ids(packed(ids[:2] + ids[2:][::-1]))(document)


def _revision(**fields: object) -> Callable[[dict[str, Any]], object]:
    def change(document: dict[str, Any]) -> object:
        ids = {"piano": document["takes"][0]["piano"]}
        one = {"take": 0, "tracks": ["piano"], "bars": [0], "seed": 1, "ids": ids}
        return {**document, "revisions": [{**one, **fields}]}

    return change


def _revisions(count: int, progression: str) -> Callable[[dict[str, Any]], object]:
    one = {"take": 0, "tracks": ["piano"], "bars": [], "seed": 1, "ids": {}, "meters": [[4, 4, []]]}
    return lambda document: {**document, "undone": [{**one, "progression": progression}] * count}


BOMB = packed(bytes(MAX_IDS // 4))
DAMAGED: dict[str, Callable[[dict[str, Any]], object]] = {
    "no JSON": lambda _: "{",
    "no object": lambda _: "[]",
    "a number": lambda _: "7",
    "nothing": lambda _: "",
    "deep": lambda _: "[" * 200_000,
    "another format": _with("format", "song"),
    "a later version": _with("version", 99),
    "a version that is a text": _with("version", "1"),
    "another vocabulary": _with("vocabulary", "0" * 16),
    "no request": _with("request", None),
    "a request of another kind": _with("request", [1]),
    "an unknown option": _request("temperature", "hot"),
    "a tempo that is none": _request("tempo", float("nan")),
    "chords that are a number": _request("progression", 7),
    "chords that are none": _request("progression", "H9:4"),
    "more chords than ids": _request("progression", "C:4|C:4"),
    "no metre": _request("meters", []),
    "a metre of texts": _request("meters", [["four", 4, []]]),
    "sections of other bars": _request("sections", [{"name": "A", "bars": [0, 1, 2], "wishes": ""}]),
    "wishes that are a number": _request("sections", [{"name": "A", "bars": [0], "wishes": 1}]),
    "a melody of nothing": _request("melody", {"notes": [[0]]}),
    "a melody beyond the end": _request("melody", {"notes": [[0, 10**12, 60, 90]]}),
    "no takes": _with("takes", []),
    "takes that are a number": _with("takes", 1),
    "ids that are no text": _ids(7),
    "ids of another alphabet": _ids("ü"),
    "ids that are cut off": lambda document: _ids(document["takes"][0]["piano"][:8])(document),
    "ids of nothing": _ids(packed(b"")),
    "ids beyond the vocabulary": _ids(packed(b"\xff\xff")),
    "ids in another order": _others,
    "a weights' name that is long": _with("weights", "x" * 10_000),
    "half a character": _with("name", "\ud800"),
    "a revision of no bars that there are": _revision(bars=[77]),
    "a revision of a take that there is not": _revision(take=5),
    "a revision of somebody else": _revision(tracks=["trumpet"]),
    "a revision whose seed is a text": _revision(seed="one"),
    "an instrument that is none": _request("programs", {"bass": 200}),
    "half an instrument": _request("programs", {"bass": 33.5}),
    "an instrument of nobody": _request("programs", {"flute": 3}),
    "a key that is none": _request("key", ["C"]),
    "a revision whose seed is no whole number": _revision(seed=1.5),
    "a revision whose name is long": _revision(name="x" * 201),
    "a revision without ids": _revision(ids={}),
    "velocities of other notes": _revision(seed=None, velocities={"piano": [[1] * 500]}),
    "revisions that are a text": _with("revisions", "none"),
    "too many revisions": lambda document: {**document, "undone": [{"ids": {}}] * (MAX_HISTORY + 9)},
    "chords changed too often": _revisions(100, "|".join(["C"] * 255)),
    "chords of too many cells": _revisions(2, "C " * 70_000),
    "a bomb": _ids(packed(bytes(MAX_IDS + 1))),
    "many small bombs": lambda document: {**document, "undone": [{"ids": {"piano": BOMB}}] * 5},
}


@pytest.fixture(scope="module", name="document")
def _document(server: Server) -> dict[str, Any]:
    with server.browser() as browser:
        return kept(server, compose(browser, "C:4", seed=1))


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_damaged_is_refused_and_leaves_nothing(
    server: Server, browser: httpx.Client, document: dict[str, Any], name: str
) -> None:
    before = files(server.settings.data)
    told = refused(import_(browser, DAMAGED[name](document)), "piece")
    assert told.startswith("this piece can't be opened: ")
    assert len(told) < 400
    assert files(server.settings.data) == before
    assert browser.get("/api/arrangements").json() == {"arrangements": []}


def test_a_later_version_is_told_so(browser: httpx.Client, document: dict[str, Any]) -> None:
    told = refused(import_(browser, {**document, "version": 99}), "piece")
    assert told == "this piece can't be opened: a piece of a later version of Sideman: update, then open it again"


def test_what_is_too_long_for_this_server_is_refused(start: Start, server: Server, browser: httpx.Client) -> None:
    document = kept(server, compose(browser, "C:4|F:4", seed=1, takes=2))
    for limits in ({"max_bars": 1}, {"max_minutes": 0.01}, {"max_takes": 1}):
        with start(**limits).browser() as somebody:
            refused(import_(somebody, document), "limit")
    with start(max_pieces=1).browser() as somebody:
        opened(somebody, document, name="One")
        refused(import_(somebody, document, name="Two"), "quota", 409)
