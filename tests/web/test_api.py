"""What a program that follows the OpenAPI document gets."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any

import httpx
import mido
import pytest
import soundfile
from tests.render.conftest import real
from tests.web.conftest import CHORDS, LONG, Server, Start, compose, create, files, listen, view, wait_until

from sideman import Model, Role, arrange
from sideman.model.fingerprint import fingerprint
from sideman.music.chords import parse
from sideman.pieces.changes import Selection
from sideman.pieces.composition import Composition
from sideman.pieces.document import read_composition
from sideman.render.midi import midi_bytes
from sideman.web.desk import default_name
from sideman.web.store import Piece


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The problem details of a refusal."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    details = dict(response.json())
    assert {"type", "title", "status", "detail"} <= details.keys()
    assert details["status"] == status
    assert "\n" not in details["detail"]
    return details


# Pieces


def test_asking_for_a_piece_says_where_it_is(browser: httpx.Client) -> None:
    response = browser.post("/api/arrangements", json={"progression": "C:4 | Am:4"})
    assert response.status_code == 202
    piece = response.json()
    assert response.headers["location"] == f"/api/arrangements/{piece['id']}"
    assert (piece["progression"], piece["name"]) == ("C:4|Am:4", "C Am")
    assert (piece["bars"], piece["beats"], piece["seconds"], piece["key"]) == (2, 8, 4, "C major")
    assert browser.get(response.headers["location"]).json()["id"] == piece["id"]


REVISED = [
    {"tracks": ["piano", "bass"], "bars": [2, 3], "seed": 5},
    {"tracks": ["drums"], "bars": [1], "take": 1, "seed": 6, "progression": "C:4|Dm:4|F:4|G7:4"},
    {"tracks": ["piano"], "bars": [2]},
]


def test_a_request_with_revisions_is_a_piece_revised(browser: httpx.Client, model: Model, server: Server) -> None:
    plain = compose(browser, seed=3, takes=2)
    piece = compose(browser, seed=3, takes=2, revisions=REVISED)
    assert plain["revisions"] == []
    *told, last = piece["revisions"]
    same: dict[str, Any] = {"progression": None, "meters": None, "origins": None, "notes": None}
    assert told == [{"take": 0} | same | REVISED[0], same | REVISED[1] | {"meters": ["4/4"]}]
    assert last == {"tracks": ["piano"], "bars": [2], "take": 0, "seed": last["seed"]} | same
    expected = (
        Composition.of(arrange(CHORDS, seed=3, takes=2, model=model))
        .redo(Selection(["piano", "bass"], [2, 3]), 5, model, drafts=1)
        .redo(Selection(["drums"], [1], 1), 6, model, parse("C:4|Dm:4|F:4|G7:4"), drafts=1)
        .redo(Selection(["piano"], [2]), last["seed"], model, drafts=1)
    )
    bars = [event.data for event in listen(browser, piece["id"]) if event.kind == "bar"]
    assert piece["progress"] == {"bars": 8, "of": 8}
    for take, band in enumerate(expected.bands):
        mine = [bar for bar in bars if bar["take"] == take]
        assert [bar["bar"] for bar in mine] == [0, 1, 2, 3]
        for track in band.tracks:
            assert sorted(row for bar in mine for row in bar["notes"][track.role]) == sorted(track.notes.tolist())
        song = browser.get(f"/api/arrangements/{piece['id']}/midi", params={"take": take}).content
        assert song == midi_bytes(band, progression=band.progression, key=band.key)
    (folder,) = server.settings.data.glob(f"sessions/*/{piece['id']}")
    assert read_composition(folder / "composition.json").bands == expected.bands
    again = compose(browser, seed=3, takes=2, revisions=piece["revisions"])
    assert listen(browser, again["id"]) == listen(browser, piece["id"])


@pytest.mark.parametrize(
    ("revision", "words"),
    [
        ({"tracks": ["piano"], "bars": [4]}, "bars of a selection: one or more from 0 to 3"),
        ({"tracks": ["piano"], "bars": [1, 0]}, "in order"),
        ({"tracks": ["piano"], "bars": []}, "bars of a selection: one or more"),
        ({"tracks": ["piano"], "bars": [], "origins": [0]}, "origins of 1 bars"),
        ({"tracks": ["piano"], "bars": [], "origins": [-1]}, "revisions.0.origins"),
        ({"tracks": [], "bars": [1]}, "revisions.0.tracks"),
        ({"tracks": ["piano", "piano"], "bars": [1]}, "each once"),
        ({"tracks": ["banjo"], "bars": [1]}, "revisions.0.tracks"),
        ({"tracks": ["piano"], "bars": [1], "take": 1}, "take 1: they are counted from 0 to 0"),
        ({"tracks": ["piano"], "bars": [1], "seed": -1}, "revisions.0.seed"),
        ({"tracks": ["piano"], "bars": [1], "progression": "H"}, "unknown chord"),
        ({"tracks": ["piano"], "bars": [1], "progression": "C"}, "longer or shorter"),
        ({"tracks": ["piano"], "bars": [1], "ids": {}}, "revisions.0.ids"),
    ],
    ids=str,
)
def test_a_revision_that_does_not_fit_is_told(browser: httpx.Client, revision: dict[str, Any], words: str) -> None:
    response = browser.post("/api/arrangements", json={"progression": CHORDS, "revisions": [revision]})
    assert words in problem(response, 422)["detail"]


def test_options_are_taken_and_told(browser: httpx.Client) -> None:
    options: dict[str, Any] = {
        "tempo": 96.5,
        "style": "jazz",
        "tracks": ["drums", "bass"],
        "seed": 7,
        "takes": 2,
        "density": 1,
        "temperature": 1.1,
        "top_p": 0.9,
        "name": "A tune",
    }
    piece = compose(browser, **options)
    assert {name: piece[name] for name in options} == options
    assert piece["state"] == "done"
    assert piece["progress"] == {"bars": 8, "of": 8}


@pytest.mark.parametrize(
    ("chords", "name"),
    [
        ("A7 | D7 | A7 | % | F#7:2 F#7:1 Bm7/E | N.C.", "A7 D7 A7 F#7 Bm7/E N.C."),
        ("|".join(["C", "Am"] * 16), " ".join(["C", "Am"] * 16)),  # 79 characters
        ("|".join(["C", "Am"] * 16 + ["F"]), " ".join(["C", "Am"] * 16) + "…"),
        ("|".join(["Cm", "Am"] * 14), " ".join(["Cm", "Am"] * 13) + "…"),
    ],
)
def test_a_piece_is_called_by_its_chords(chords: str, name: str) -> None:
    assert default_name(parse(chords)) == name
    assert len(name) <= 80


def test_who_asks_for_nothing_is_given_what_the_model_wants(browser: httpx.Client) -> None:
    piece = create(browser)
    assert (piece["temperature"], piece["top_p"]) == (1.0, None)


def test_without_a_seed_every_piece_is_another(browser: httpx.Client) -> None:
    assert create(browser)["seed"] != create(browser)["seed"]


def test_midi_is_what_the_library_composes(browser: httpx.Client, model: Model) -> None:
    piece = compose(browser, seed=3, takes=2, style="rock", tempo=90)
    bands = arrange(CHORDS, tempo=90, style="rock", takes=2, seed=3, model=model).bands
    for take, band in enumerate(bands):
        response = browser.get(f"/api/arrangements/{piece['id']}/midi", params={"take": take})
        assert response.headers["content-type"] == "audio/midi"
        assert response.content == midi_bytes(band, progression=band.progression, key=band.key)
    song = mido.MidiFile(file=io.BytesIO(response.content))
    assert song.length == pytest.approx(16 * 60 / 90, abs=0.01)


def test_a_piece_says_which_model_made_it(browser: httpx.Client, model: Model) -> None:
    piece = create(browser)
    assert piece["model"] == browser.get("/api/health").json()["model"]
    assert piece["model"] == fingerprint(model.checkpoint, model.sampling, model.engine)
    assert create(browser, model=piece["model"])["model"] == piece["model"]
    refused = problem(browser.post("/api/arrangements", json={"progression": "C", "model": "another"}), 409)
    assert piece["model"] in refused["detail"]


def test_pieces_are_listed_the_latest_first(browser: httpx.Client) -> None:
    assert browser.get("/api/arrangements").json() == {"arrangements": []}
    made = []
    for chords in ("C:4", "D:4", "E:4"):
        made.append(create(browser, chords)["id"])
        time.sleep(0.01)
    assert [piece["id"] for piece in browser.get("/api/arrangements").json()["arrangements"]] == made[::-1]


def test_a_piece_keeps_the_title_of_its_chart_and_is_called_by_it_unless_named(browser: httpx.Client) -> None:
    piece = compose(browser, "C:4", title="Blue Boat")
    assert [piece[name] for name in ("title", "name", "file_name")] == ["Blue Boat"] * 3
    browser.patch(f"/api/arrangements/{piece['id']}", json={"name": "Mine"}).raise_for_status()
    told = view(browser, piece["id"])
    assert (told["title"], told["name"], told["file_name"]) == ("Blue Boat", "Mine", "Mine")
    other = compose(browser, "C:4", title="Blue Boat", name="Mine")
    assert (other["title"], other["name"]) == ("Blue Boat", "Mine")
    assert compose(browser, "C:4")["title"] == ""


def test_a_piece_keeps_its_chart_as_somebody_wrote_it(browser: httpx.Client) -> None:
    assert compose(browser, "C:4")["chart"] is None
    chart = {"text": "[Verse]\nC\nWörds of a song", "name": "boat.txt", "choices": {"bars": "line"}}
    piece = compose(browser, "C:4", chart=chart)
    assert piece["chart"] == chart
    path = f"/api/arrangements/{piece['id']}"
    now = {"text": "C", "name": "", "choices": {}}
    assert browser.patch(path, json={"chart": {"text": "C"}}).json() == {**piece, "chart": now}
    assert browser.patch(path, json={"swing": 60}).json()["chart"] == now
    assert browser.patch(path, json={"chart": None}).json() == {**piece, "swing": 60, "chart": None}
    most = browser.get("/api/options").json()["max_chart"]
    assert browser.patch(path, json={"chart": {"text": "x" * most}}).status_code == 200
    for refused in ({"text": "x" * (most + 1)}, {"text": ""}, {"text": "C", "data": "Qw=="}, {"text": "C", "name": 1}):
        assert browser.patch(path, json={"chart": refused}).status_code == 422


def test_a_piece_can_be_renamed(browser: httpx.Client) -> None:
    piece = compose(browser)
    response = browser.patch(f"/api/arrangements/{piece['id']}", json={"name": "Très ♭onne"})
    assert response.json() == piece | {"name": "Très ♭onne", "file_name": "Très ♭onne"}
    assert view(browser, piece["id"])["name"] == "Très ♭onne"
    problem(browser.patch(f"/api/arrangements/{piece['id']}", json={"name": ""}), 422)


def test_a_deleted_piece_is_gone(server: Server, browser: httpx.Client) -> None:
    piece = compose(browser)
    assert any(piece["id"] in name for name in files(server.settings.data))
    assert browser.delete(f"/api/arrangements/{piece['id']}").status_code == 204
    assert not any(piece["id"] in name for name in files(server.settings.data))
    for path in ("", "/midi", "/events", "/audio.mp3", "/stems.zip"):
        problem(browser.get(f"/api/arrangements/{piece['id']}{path}"), 404)
    problem(browser.delete(f"/api/arrangements/{piece['id']}"), 404)


def test_deleting_stops_what_is_being_composed(start: Start) -> None:
    server = start()
    with server.browser() as browser:
        identity = create(browser, LONG, takes=8)["id"]
        wait_until(lambda: view(browser, identity)["progress"]["bars"] > 0)
        assert view(browser, identity)["state"] == "composing"
        browser.delete(f"/api/arrangements/{identity}")
        wait_until(lambda: not server.studio.composing._jobs)
        assert server.studio.composing._steps == {}
        compose(browser, "C:4")
    assert not any(identity in name for name in files(server.settings.data))


# Files


@real
def test_audio_lasts_as_long_as_the_piece(browser: httpx.Client) -> None:
    piece = compose(browser, "C:4", seed=1, tempo=240, tracks=["piano", "drums"])
    for kind, media_type in (("wav", "audio/wav"), ("flac", "audio/flac"), ("mp3", "audio/mpeg")):
        response = browser.get(f"/api/arrangements/{piece['id']}/audio.{kind}")
        assert response.headers["content-type"] == media_type
        info = soundfile.info(io.BytesIO(response.content))
        assert info.duration == pytest.approx(piece["seconds"] + 3, abs=0.1)  # and its release
    part = browser.get(f"/api/arrangements/{piece['id']}/audio.wav", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")


@real
def test_stems_hold_a_file_for_each_track(browser: httpx.Client) -> None:
    piece = compose(browser, "C:4", seed=1, tempo=400, tracks=["bass", "drums"])
    response = browser.get(f"/api/arrangements/{piece['id']}/stems.zip", params={"format": "flac"})
    assert response.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert sorted(archive.namelist()) == ["C - bass.flac", "C - drums.flac"]
        assert archive.testzip() is None


@real
def test_old_audio_makes_room_for_new(start: Start) -> None:
    server = start(session_megabytes=1)
    with server.browser() as browser:
        piece = compose(browser, "C:4", seed=1, takes=2, tempo=400, tracks=["piano", "drums"])
        for take in (0, 1):
            browser.get(f"/api/arrangements/{piece['id']}/audio.wav", params={"take": take}).raise_for_status()
        assert [name for name in files(server.settings.data) if name.endswith(".wav")] == [
            f"{next(server.settings.data.glob('sessions/*/*')).relative_to(server.settings.data)}/take-1.wav"
        ]
        long = compose(browser, "C:64", seed=1, tempo=60)
        refused = problem(browser.get(f"/api/arrangements/{long['id']}/audio.wav"), 409)
        assert "MP3" in refused["detail"]


def test_files_of_an_unfinished_piece_are_not_there_yet(browser: httpx.Client) -> None:
    piece = create(browser, LONG, takes=4)
    refused = browser.get(f"/api/arrangements/{piece['id']}/midi")
    assert "still being composed" in problem(refused, 409)["detail"]
    assert int(refused.headers["retry-after"]) >= 1
    browser.delete(f"/api/arrangements/{piece['id']}")


@pytest.mark.parametrize("path", ["midi?take=1", "audio.mp3?take=7", "stems.zip?take=63"])
def test_a_take_that_was_not_composed(browser: httpx.Client, path: str) -> None:
    piece = compose(browser, "C:4")
    assert "counted from 0" in problem(browser.get(f"/api/arrangements/{piece['id']}/{path}"), 404)["detail"]


# Chords


def test_chords_are_read(browser: httpx.Client) -> None:
    chart = browser.post("/api/chords:parse", json={"progression": "C Am | F/A:4 | N.C."}).json()
    assert chart["progression"] == "C:2|Am:2|F/A:4|N.C.:4"
    assert (chart["bars"], chart["beats"], chart["key"]) == (3, 12, "F major")
    chords = [(chord["name"], chord["bar"], chord["onset"], chord["duration"]) for chord in chart["chords"]]
    assert chords == [("C", 0, 0, 2), ("Am", 0, 2, 2), ("F/A", 1, 4, 4), ("N.C.", 2, 8, 4)]
    assert [chord["pitch_classes"] for chord in chart["chords"]] == [[0, 4, 7], [0, 4, 9], [0, 5, 9], []]
    assert [chord["bass"] for chord in chart["chords"]] == [0, 9, 9, None]


def test_chords_are_told_one_by_one_in_the_canonical_form(browser: httpx.Client) -> None:
    chart = browser.post("/api/chords:parse", json={"progression": "C Am7 F | % | Bb/D:1.5"}).json()
    texts = [chord["text"] for chord in chart["chords"]]
    assert texts[0] == "C:4/3"
    assert texts[-1] == "Bb/D:1.5"
    assert "|".join(texts) == chart["progression"]


@pytest.mark.parametrize(
    ("semitones", "chords", "key"),
    [
        (0, "C:4|Am/E:4|N.C.:4", "C major"),
        (1, "Db:4|Bbm/F:4|N.C.:4", "Db major"),
        (-11, "Db:4|Bbm/F:4|N.C.:4", "Db major"),
    ],
)
def test_chords_are_transposed(browser: httpx.Client, semitones: int, chords: str, key: str) -> None:
    body = {"progression": "C | Am/E | N.C.", "transpose": semitones}
    chart = browser.post("/api/chords:parse", json=body).json()
    assert (chart["progression"], chart["key"]) == (chords, key)


@pytest.mark.parametrize("semitones", [12, -12, 1.5, "1", None])
def test_chords_are_transposed_by_less_than_an_octave(browser: httpx.Client, semitones: object) -> None:
    response = browser.post("/api/chords:parse", json={"progression": "C", "transpose": semitones})
    assert problem(response, 422)["field"] == "body.transpose"


@pytest.mark.parametrize("path", ["/api/chords:parse", "/api/arrangements"])
@pytest.mark.parametrize(
    ("chords", "position", "remedy"),
    [("C:4|H7:4", 5, "roots are A to G (H is B)"), ("C:x", 3, "beats"), (" ", 1, "progression such as")],
)
def test_wrong_chords_are_told_with_place_and_remedy(
    browser: httpx.Client, path: str, chords: str, position: int, remedy: str
) -> None:
    details = problem(browser.post(path, json={"progression": chords}), 422)
    assert details["type"] == "urn:sideman:chords"
    assert details["position"] == position
    assert remedy in details["remedy"]
    assert details["remedy"] in details["detail"]


# Refusals


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.progression"),
        ({"progression": ""}, "body.progression"),
        ({"progression": 7}, "body.progression"),
        ({"progression": "C", "tempo": 19}, "body.tempo"),
        ({"progression": "C", "tempo": "120"}, "body.tempo"),
        ({"progression": "C", "tracks": ["banjo"]}, "body.tracks.0"),
        ({"progression": "C", "tracks": []}, "body.tracks"),
        ({"progression": "C", "seed": -1}, "body.seed"),
        ({"progression": "C", "seed": 2**53}, "body.seed"),
        ({"progression": "C", "path": "/etc/passwd"}, "body.path"),
        ([], "body"),
    ],
    ids=str,
)
def test_wrong_fields_are_named(browser: httpx.Client, body: object, field: str) -> None:
    assert problem(browser.post("/api/arrangements", json=body), 422)["field"] == field


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"tempo": 999}, "tempo must be at most 400"),
        ({"tempo": 1}, "tempo must be at least 20"),
        ({"path": "/etc/passwd"}, "path is not known here"),
        ({"tracks": ["{kazoo}"]}, "tracks.0 must be 'drums', 'piano'"),
    ],
    ids=str,
)
def test_wrong_fields_are_told_in_plain_words(browser: httpx.Client, wrong: dict[str, Any], words: str) -> None:
    response = browser.post("/api/arrangements", json={"progression": "C"} | wrong)
    assert problem(response, 422)["detail"].startswith(words)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"style": "polka"}, "unknown style 'polka'"),
        ({"tracks": ["bass", "bass"]}, "each once"),
        ({"temperature": 0.001}, "temperature"),
        ({"takes": 9}, "9 takes are too many"),
        ({"progression": "C:4000"}, "1000 bars are too many"),
        ({"progression": "C:1000", "tempo": 20}, "minutes are too many"),
    ],
    ids=str,
)
def test_options_out_of_range_are_told(browser: httpx.Client, options: dict[str, Any], words: str) -> None:
    response = browser.post("/api/arrangements", json={"progression": CHORDS} | options)
    assert words in problem(response, 422)["detail"]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"\xff", b"[" * 100_000, b'{"progression": "C", "tempo": NaN}', b'{"progression": "\\ud800"}'),
        b'{"progression": "C", "seed": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda content: str(content[:24]),
)
def test_what_is_no_json_of_ours(browser: httpx.Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = browser.post("/api/arrangements", content=content, headers=headers)
    problem(response, response.status_code)
    assert response.status_code in {400, 422}


@pytest.mark.parametrize("path", ["/nothing", "/api", "/api/arrangements/", "/docs", "/redoc", "/openapi.json"])
def test_unknown_paths(browser: httpx.Client, path: str) -> None:
    problem(browser.get(path), 404)


def test_wrong_methods(browser: httpx.Client) -> None:
    for path, methods in (("/api/health", "GET"), ("/api/arrangements/1", "DELETE, GET, PATCH")):
        response = browser.put(path)
        problem(response, 405)
        assert response.headers["allow"] == methods


# The rest


def test_health_and_metrics(browser: httpx.Client) -> None:
    compose(browser)
    assert browser.get("/api/health").json()["status"] == "ok"
    text = browser.get("/metrics").text
    assert 'sideman_pieces_total{state="done"}' in text
    assert 'route="/api/arrangements/{identity}/events"' in text
    assert "sideman_takes_waiting 0.0" in text


def test_a_session_keeps_so_many_pieces(start: Start) -> None:
    with start(max_pieces=2).browser() as browser:
        first = compose(browser, "C:4", name="First")
        second = compose(browser, "C:4")
        browser.patch(f"/api/arrangements/{second['id']}", json={"name": "Second"})
        refused = browser.post("/api/arrangements", json={"progression": "C:4"})
        assert "delete one" in problem(refused, 409)["detail"]
        browser.delete(f"/api/arrangements/{first['id']}")
        compose(browser, "C:4")


def test_in_a_full_session_the_oldest_without_a_name_makes_room(start: Start) -> None:
    server = start(max_pieces=3)
    with server.browser() as browser:
        named, oldest, later = compose(browser, "C", name="C"), compose(browser, "C"), compose(browser, "C")
        new = compose(browser, "C")
        left = [piece["id"] for piece in browser.get("/api/arrangements").json()["arrangements"]]
        assert left == [new["id"], later["id"], named["id"]]
        assert not any(oldest["id"] in name for name in files(server.settings.data))


def test_what_is_refused_costs_no_piece(start: Start) -> None:
    with start(max_pieces=1, max_unfinished=1).browser() as browser:
        kept = compose(browser, "C")
        problem(browser.post("/api/arrangements", json={"progression": "C", "takes": 2}), 429)
        assert view(browser, kept["id"]) == kept


def test_a_full_disk_takes_nothing_new(start: Start) -> None:
    server = start(reserve_megabytes=10**9)
    with server.browser() as browser:
        refused = browser.post("/api/arrangements", json={"progression": "C:4"})
        assert "disk is full" in problem(refused, 503)["detail"]
        assert browser.get("/api/arrangements").json() == {"arrangements": []}
    assert server.studio.live == {}


def test_old_pieces_are_swept(server: Server, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = compose(browser)
    server.services.arrangements.sweep()
    assert view(browser, piece["id"]) == piece
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 31 * 86_400)
    server.services.arrangements.sweep()
    problem(browser.get(f"/api/arrangements/{piece['id']}"), 404)
    assert files(server.settings.data) == set()


def test_a_piece_that_cannot_be_kept_has_failed(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server = start()
    with server.browser() as browser:
        keep = server.services.arrangements.files.keep

        def in_the_way(piece: Piece, *rest: Any) -> None:  # noqa: ANN401 - those of keep
            (server.settings.data / "sessions" / piece.session / piece.id / "events.jsonl").mkdir()
            keep(piece, *rest)

        monkeypatch.setattr(server.services.arrangements.files, "keep", in_the_way)
        identity = create(browser, "C:4")["id"]
        heard, again = listen(browser, identity), listen(browser, identity)
        assert view(browser, identity)["state"] == "failed"
    assert again[-1].data == heard[-1].data
    assert heard[-1].kind == "error"
    assert "could not be kept" in heard[-1].data["detail"]
    assert "could not be kept" in caplog.text


@pytest.mark.parametrize("owner", ["files", "store"])
def test_after_any_fault_nobody_is_left_waiting(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, owner: str
) -> None:
    server = start()
    arrangements = server.services.arrangements

    def fail(*_: object) -> None:
        wait_until(lambda: all(job.log.listeners for job in server.studio.live.values()))  # a bar is composed sooner
        raise RuntimeError("unforeseen")

    if owner == "store":
        monkeypatch.setattr(arrangements.catalogue._store, "finish", fail)
    else:
        monkeypatch.setattr(arrangements.files, "keep", fail)
    with server.browser() as browser:
        last = listen(browser, create(browser, "C")["id"])[-1]
    assert (last.kind, "could not be kept" in last.data["detail"]) == ("error", True)
    wait_until(lambda: not server.studio.live)
    assert "unforeseen" in caplog.text


def test_roles_of_the_document_are_those_of_the_band(browser: httpx.Client) -> None:
    document = browser.get("/api/openapi.json").json()
    assert document["components"]["schemas"]["Role"]["enum"] == [role.value for role in Role]
