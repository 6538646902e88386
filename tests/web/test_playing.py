"""What was composed, played otherwise over HTTP: by the request, by a change, by a download; the notes stay."""

from __future__ import annotations

import io
from typing import Any

import httpx
import mido
import pytest
from tests.web.conftest import Server, Start, compose, wait_until

from sideman import Composition, Model, Selection, arrange
from sideman.options import PlayOptions
from sideman.pieces.changes import Change
from sideman.render.midi import midi_bytes

CHORDS = "C:4|G7:4"


def path_of(piece: dict[str, Any]) -> str:
    return f"/api/arrangements/{piece['id']}"


def song(browser: httpx.Client, piece: dict[str, Any], **wishes: Any) -> bytes:  # noqa: ANN401 - parameters
    answer = browser.get(f"{path_of(piece)}/midi", params=wishes)
    assert answer.status_code == 200, answer.text
    return answer.content


def off_grid(data: bytes) -> set[int]:
    """Where notes begin, in pulses within their beat."""
    found = set()
    for track in mido.MidiFile(file=io.BytesIO(data)).tracks:
        pulse = 0
        for message in track:
            pulse += message.time
            if message.type == "note_on":
                found.add(pulse % 480)
    return found


def test_a_request_says_how_it_is_played_and_the_notes_are_the_same(browser: httpx.Client, model: Model) -> None:
    plain = compose(browser, CHORDS, seed=7)
    felt = compose(browser, CHORDS, seed=7, swing=67, humanize=0.5, transpose=-2, play_tempo=80, straight=["strings"])
    assert (felt["swing"], felt["transpose"], felt["tempo"], felt["seconds"]) == (67, -2, 120, 6)
    told = [browser.get(f"{path_of(piece)}/events").text for piece in (plain, felt)]
    assert told[0] == told[1]
    band = arrange(CHORDS, seed=7, model=model).band
    played = band.played(swing=67, humanize=0.5, transpose=-2, play_tempo=80, straight="strings")
    assert song(browser, plain) == midi_bytes(band, progression=band.progression, key=band.key)
    assert song(browser, felt) == midi_bytes(played, progression=played.progression, key=played.key)


def test_a_download_is_played_as_it_is_asked_for(browser: httpx.Client) -> None:
    plain = compose(browser, CHORDS, seed=7)
    felt = compose(browser, CHORDS, seed=7, swing=67, straight=["drums"])
    assert song(browser, plain, swing=67, straight="drums") == song(browser, felt)
    assert song(browser, felt, swing=50) == song(browser, plain)
    assert song(browser, felt, straight="") == song(browser, plain, swing=67)
    assert 240 in off_grid(song(browser, plain))
    swung = off_grid(song(browser, plain, swing=67))
    assert 320 in swung
    assert 240 not in swung


def test_a_piece_can_be_played_otherwise_from_now_on(browser: httpx.Client) -> None:
    piece = compose(browser, CHORDS, seed=7)
    before = song(browser, piece)
    changed = browser.patch(path_of(piece), json={"swing": 62, "play_tempo": 60, "straight": []}).json()
    assert changed == piece | {"swing": 62, "play_tempo": 60, "seconds": 8}
    assert browser.get(path_of(piece)).json() == changed
    assert song(browser, piece) == song(browser, piece, swing=62, play_tempo=60) != before
    assert (
        browser.patch(path_of(piece), json={"name": "Late", "swing": 50, "play_tempo": None}).json()["name"] == "Late"
    )
    assert song(browser, piece) == before


def test_a_ritardando_is_heard_at_the_end_of_files_and_counted_in_seconds(browser: httpx.Client) -> None:
    piece = compose(browser, CHORDS, seed=7)
    slow = browser.patch(path_of(piece), json={"ritardando": True}).json()
    assert slow["seconds"] > piece["seconds"] + 1
    file = mido.MidiFile(file=io.BytesIO(song(browser, piece)))
    assert file.length == pytest.approx(slow["seconds"], abs=0.01)
    tempi = [message.tempo for message in file.tracks[0] if message.type == "set_tempo"]
    assert tempi == sorted({*tempi})
    assert tempi[-1] == round(tempi[0] / 0.6)
    assert song(browser, piece, ritardando="false") == song(browser, compose(browser, CHORDS, seed=7))


def test_how_it_is_played_outlives_the_database(start: Start) -> None:
    server = start()
    with server.browser() as browser:
        piece = compose(browser, CHORDS)
        browser.patch(path_of(piece), json={"swing": 62})
        (manifest,) = server.settings.data.glob(f"sessions/*/{piece['id']}/piece.json")
        assert '"swing": 62' in manifest.read_text()


@pytest.mark.parametrize(
    "change",
    [
        {"swing": 49},
        {"swing": None},
        {"swing": "62"},
        {"humanize": 3},
        {"transpose": 12},
        {"tempo": 90},
        {"straight": ["banjo"]},
    ],
    ids=str,
)
def test_a_change_that_cannot_be_is_refused(browser: httpx.Client, change: dict[str, Any]) -> None:
    piece = compose(browser, "C:4")
    assert browser.patch(path_of(piece), json=change).status_code == 422
    assert browser.get(path_of(piece)).json() == piece


@pytest.mark.parametrize(
    "wish", ["swing=80", "swing=nan", "transpose=1.5", "straight=banjo", "play_tempo=", "humanize=-1"]
)
def test_a_wish_that_cannot_be_is_refused(browser: httpx.Client, wish: str) -> None:
    answer = browser.get(f"{path_of(compose(browser, 'C:4'))}/midi?{wish}")
    assert answer.status_code == 422
    assert wish.split("=", maxsplit=1)[0] in answer.json()["detail"]


def test_a_sound_that_would_play_too_long_is_refused(start: Start) -> None:
    with start(max_minutes=0.1).browser() as browser:
        piece = compose(browser, "C:8")
        answer = browser.get(f"{path_of(piece)}/audio.mp3?play_tempo=20")
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:sideman:limit")
        assert browser.patch(path_of(piece), json={"play_tempo": 20}).status_code == 422
        assert browser.post("/api/arrangements", json={"progression": "C:8", "play_tempo": 20}).status_code == 422


def test_the_page_is_told_of_hands_and_compasses(browser: httpx.Client) -> None:
    tracks = {track["role"]: track for track in browser.get("/api/options").json()["tracks"]}
    assert (tracks["bass"]["lowest"], tracks["bass"]["highest"]) == (28, 67)
    assert tracks["strings"]["hands"] == {"drift": 12, "stroke": 16, "finger": 10, "lag": 15, "touch": 3}


def test_a_changed_piece_and_its_candidates_are_played_as_it_is_asked_for(server: Server, model: Model) -> None:
    with server.browser() as browser:
        piece = compose(browser, CHORDS, seed=7)
        browser.patch(path_of(piece), json={"swing": 62})
        composition = Composition.of(arrange(CHORDS, seed=7, model=model))
        redo = {"tracks": ["piano"], "bars": [1], "seed": 5, "takes": 2}
        assert browser.post(f"{path_of(piece)}/revisions", json=redo).status_code == 202
        wait_until(lambda: bool(browser.get(f"{path_of(piece)}/revisions").json()["candidates"]))
        change = Change(Selection(["piano"], [1]), 5)
        for number, other in enumerate(composition.changed(change, 2, model)):
            band = other.rendition(0, PlayOptions(swing=62, transpose=3))
            expected = midi_bytes(band, progression=band.progression, key=band.key)
            assert song(browser, piece, candidate=number, transpose=3) == expected
        candidate = song(browser, piece, candidate=1)
        browser.post(f"{path_of(piece)}/candidates/1")
        assert song(browser, piece) == candidate != song(browser, piece, swing=50)
        songs = {
            browser.get(f"{path_of(piece)}/midi", params=wishes).content
            for wishes in ({}, {"swing": 50}, {"swing": 70}, {"swing": 70, "transpose": 1})
        }
        assert len(songs) == 4


def test_a_piece_that_became_longer_is_refused_by_its_own_length(start: Start) -> None:
    with start(max_minutes=0.1).browser() as browser:
        piece = compose(browser, "C:4")
        assert browser.patch(path_of(piece), json={"play_tempo": 60}).status_code == 200
        assert browser.post(f"{path_of(piece)}/revisions", json={"progression": CHORDS}).status_code == 202
        wait_until(lambda: browser.get(f"{path_of(piece)}/revisions").json()["position"] == 1)
        answer = browser.get(f"{path_of(piece)}/audio.mp3")
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:sideman:limit")
        assert browser.patch(path_of(piece), json={"play_tempo": 70}).status_code == 422
        again = {"progression": "C:4", "revisions": browser.get(path_of(piece)).json()["revisions"]}
        same = compose(browser, **again)
        assert browser.get(f"{path_of(same)}/audio.mp3?play_tempo=60").status_code == 422
