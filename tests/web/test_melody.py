"""A melody over HTTP: given with a request, told, heard in every file, kept by every change."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from tests.charts.test_musicxml import harmony, score
from tests.charts.test_musicxml_tune import note
from tests.pieces.test_own import LINE, song
from tests.render.conftest import real
from tests.web.conftest import Server, compose
from tests.web.test_revisions import document, redone

from sideman import Role, read_midi


@pytest.fixture
def tune(tmp_path: Path) -> str:
    """A MIDI file, in base 64."""
    tracks = ("Bass", 33, LINE), ("Melody", 71, [(0, 72), (485, 74), (960, 76), (96000, 60)])
    return b64encode(song(tmp_path / "a.mid", *tracks).read_bytes()).decode()


def test_a_melody_plays_along(server: Server, browser: httpx.Client, tune: str) -> None:
    given = [{"track": "melody", "data": tune}, {"track": "bass", "data": tune}]
    piece = compose(browser, seed=3, given=given, tracks=["drums", "piano", "bass"])
    told = {each["track"]: each for each in piece["given"]}
    counts = {"moved": 1, "durations": 0, "velocities": 0, "folded": 0, "dropped": 1}
    assert told["melody"] == {"track": "melody", "program": 71, "instrument": 66, "notes": 4} | counts
    assert told["bass"]["program"] is None
    assert piece["tracks"] == ["drums", "piano", "bass"]
    melody = document(server, piece).band[Role.MELODY]
    assert melody.notes[:, 2].tolist() == [72, 74, 76]
    redone(browser, piece, bars=[0])
    assert document(server, piece).band[Role.MELODY] == melody
    base = f"/api/arrangements/{piece['id']}"
    assert read_midi(browser.get(f"{base}/midi").content)[Role.MELODY] == melody
    events = browser.get(f"{base}/events").text
    assert '"melody":[[0,6,72,80],[12,6,74,80],[24,6,76,80]]' in events.replace(" ", "")


def test_the_melody_of_a_score_plays_along(server: Server, browser: httpx.Client) -> None:
    data = b64encode(score(harmony("C") + note("E5", 8), harmony("F") + note("F5", 8)).encode()).decode()
    piece = compose(browser, "C:4|F:4", seed=3, given=[{"track": "melody", "data": data}])
    (told,) = piece["given"]
    assert (told["track"], told["program"], told["notes"], told["dropped"]) == ("melody", 73, 2, 0)
    assert document(server, piece).band[Role.MELODY].notes[:, :3].tolist() == [[0, 48, 76], [48, 48, 77]]
    refused = browser.post("/api/arrangements", json={"progression": "C", "given": [{"track": "bass", "data": data}]})
    assert refused.status_code == 422
    assert refused.json()["detail"] == "the score: only a melody can be taken from a score, give a MIDI file for bass"


def test_parts_play_in_another_key_than_their_files(server: Server, browser: httpx.Client, tune: str) -> None:
    given = [{"track": role, "data": tune, "transpose": 2} for role in ("melody", "bass")]
    moved = compose(browser, "D:4|Bm:4", seed=3, given=given)
    plain = compose(browser, "D:4|Bm:4", seed=3, given=[{**part, "transpose": 0} for part in given])
    bands = [document(server, piece).band for piece in (moved, plain)]
    assert bands[0][Role.MELODY].notes[:, 2].tolist() == [74, 76, 78]
    assert bands[0][Role.BASS].notes[:, 2].tolist() == (bands[1][Role.BASS].notes[:, 2] + 2).tolist()
    assert moved["given"] == plain["given"]
    refused = {"progression": "C", "given": [{"track": "melody", "data": tune, "transpose": 12}]}
    assert browser.post("/api/arrangements", json=refused).status_code == 422


def test_a_mix_has_it(browser: httpx.Client, tune: str) -> None:
    piece = compose(browser, seed=3, given=[{"track": "melody", "data": tune}])
    base = f"/api/arrangements/{piece['id']}/midi"
    louder = read_midi(browser.get(base, params={"track": ["melody:71:120"]}).content)
    assert louder[Role.MELODY].program == 71
    other = read_midi(browser.get(base, params={"track": ["melody:73:100"]}).content)
    assert other[Role.MELODY].program is None
    without = read_midi(browser.get(base, params={"track": ["melody:71:0"]}).content)
    assert Role.MELODY not in without.roles
    alone = read_midi(browser.get(base, params={"track": [f"{role}:0:0" for role in ("drums", "piano")]}).content)
    assert Role.MELODY in alone.roles


@real
def test_stems_have_it(browser: httpx.Client, tune: str) -> None:
    piece = compose(browser, seed=3, given=[{"track": "melody", "data": tune}], tracks=["bass"], name="Tune")
    stems = browser.get(f"/api/arrangements/{piece['id']}/stems.zip", params={"format": "wav"})
    assert ZipFile(BytesIO(stems.content)).namelist() == ["Tune - bass.wav", "Tune - melody.wav"]


def test_the_melody_is_not_for_the_model(browser: httpx.Client) -> None:
    for request in ({"tracks": ["melody"]}, {"revisions": [{"tracks": ["melody"], "bars": [0]}]}):
        response = browser.post("/api/arrangements", json={"progression": "C:4", **request})
        assert response.status_code == 422


def test_a_piece_with_a_melody_is_a_lead_sheet_on_paper(browser: httpx.Client, tune: str) -> None:
    piece = compose(browser, seed=3, given=[{"track": "melody", "data": tune}], tracks=["bass"], name="Tune")
    base = f"/api/arrangements/{piece['id']}"
    response = browser.get(f"{base}/chart.svg?reader=Bb&paper=letter").raise_for_status()
    assert response.headers["content-type"] == "image/svg+xml"
    assert response.headers["content-disposition"] == 'attachment; filename="Tune.svg"'
    assert ("music-gClef" in response.text, "for B♭ instruments" in response.text) == (True, True)
    assert browser.get(f"{base}/chart.pdf").raise_for_status().content.startswith(b"%PDF-")
    assert "music-gClef" not in browser.get(f"{base}/chart.svg?track=melody:71:0").raise_for_status().text
    refused = browser.get(f"{base}/chart.svg?reader=kazoo")
    assert (refused.status_code, "kazoo" in refused.text) == (422, True)
