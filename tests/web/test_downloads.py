"""Audio is made once, by a few at a time, and never half."""

from __future__ import annotations

import errno
import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import soundfile
from tests.render.conftest import real
from tests.web.conftest import TLS, Server, Start, compose, files, wait_until

from sideman import (
    ArrangeOptions,
    Band,
    Composition,
    Model,
    Role,
    Selection,
    arrange,
    read_composition,
    write_composition,
)
from sideman.errors import DataError, MissingLibraryError
from sideman.pieces.document import from_document
from sideman.render import bundle, libfluidsynth
from sideman.render.audio import USUAL, Encoding
from sideman.render.midi import read_midi
from sideman.render.score.musicxml import score
from sideman.render.soundfont import preset_font
from sideman.web import downloads
from sideman.web.file_routes import disposition


class Renderer:
    """In place of the synthesizer: writes when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.bands: list[Band] = []

    def write_audio(
        self,
        band: Band,
        path: Path,
        *,
        soundfont: Path | None = None,
        encoding: Encoding = USUAL,
        gain: float | None = None,
    ) -> None:
        assert soundfont is None
        assert gain is None or gain > 0
        assert encoding == USUAL
        self.bands.append(band)
        assert self.go.wait(20)
        if not path.parent.exists():
            raise DataError(f"cannot write {path}: its folder does not exist, create it first")
        path.write_bytes(b"sound")


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Renderer]:
    fake = Renderer()
    for module in (downloads, bundle):
        monkeypatch.setattr(module, "write_audio", fake.write_audio)
    monkeypatch.setattr(bundle, "common_gain", lambda bands, **_: 1.0 / len(bands))
    yield fake
    fake.go.set()


def get(browser: httpx.Client, path: str) -> httpx.Response:
    return httpx.get(browser.base_url.join(path), cookies=dict(browser.cookies), timeout=30, verify=TLS)


def test_a_file_is_made_once_however_many_ask(browser: httpx.Client, renderer: Renderer) -> None:
    path = f"/api/arrangements/{compose(browser)['id']}/audio.mp3"
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(get, browser, path) for _ in range(4)]
        time.sleep(0.2)
        renderer.go.set()
        assert [answer.result().content for answer in answers] == [b"sound"] * 4
    assert get(browser, path).content == b"sound"
    assert len(renderer.bands) == 1


def test_the_band_is_whole(browser: httpx.Client, renderer: Renderer, model: Model) -> None:
    renderer.go.set()
    piece = compose(browser, "C:2", seed=5, tempo=77.77, tracks=["drums", "bass", "strings"])
    get(browser, f"/api/arrangements/{piece['id']}/audio.wav").raise_for_status()
    get(browser, f"/api/arrangements/{piece['id']}/stems.zip").raise_for_status()
    whole, *stems = renderer.bands
    assert whole.roles == (Role.DRUMS, Role.BASS, Role.STRINGS)  # the silent ones too
    assert (whole.steps, whole.tempo) == (24, 77.77)
    options = ArrangeOptions(tempo=77.77, roles=whole.roles, seed=5)
    assert whole == arrange("C:2", options, model=model).band
    assert [stem.tracks for stem in stems] == [(track,) for track in whole.tracks]


def test_a_score_is_of_what_is_heard(browser: httpx.Client, model: Model) -> None:
    piece = compose(browser, "C:4|Em:2", seed=5, tracks=["piano", "bass"])
    response = get(browser, f"/api/arrangements/{piece['id']}/score.musicxml?track=bass:33:0&transpose=2")
    assert response.headers["content-type"] == "application/vnd.recordare.musicxml+xml"
    assert response.headers["content-disposition"] == 'attachment; filename="C Em - piano.musicxml"'
    band = arrange("C:4|Em:2", seed=5, roles=("piano", "bass"), model=model).band.played(transpose=2)
    alone = replace(band, tracks=band.tracks[:1])
    assert response.text == score(alone, progression=band.progression, key=band.key, title=piece["name"])


def test_loops_end_with_their_bars_and_are_files_of_their_own(browser: httpx.Client) -> None:
    path = f"/api/arrangements/{compose(browser, 'C:4', tempo=240, tracks=['bass'], seed=1)['id']}"
    usual, loop = (
        soundfile.info(io.BytesIO(get(browser, f"{path}/audio.wav{query}").raise_for_status().content))
        for query in ("", "?bits=24&tail=false")
    )
    assert (loop.frames, loop.subtype, usual.subtype) == (44_100, "PCM_24", "PCM_16")
    assert usual.frames > loop.frames
    stems = get(browser, f"{path}/stems.zip?bits=24&tail=false").raise_for_status()
    assert stems.headers["content-disposition"] == 'attachment; filename="C - loops.zip"'
    with zipfile.ZipFile(io.BytesIO(stems.content)) as archive:
        assert soundfile.info(io.BytesIO(archive.read("C - bass.wav"))).frames == 44_100
    refused = get(browser, f"{path}/audio.mp3?bits=24")
    assert (refused.status_code, "24 bits of mp3" in refused.json()["detail"]) == (422, True)


def test_stems_are_called_by_the_song_and_its_take_also_once_it_is_renamed(
    browser: httpx.Client, renderer: Renderer
) -> None:
    renderer.go.set()
    piece = compose(browser, "C:4", tempo=400, tracks=["bass", "piano"], seed=1, takes=2, title="Blue/Boat")
    path = f"/api/arrangements/{piece['id']}"

    def stems(take: int = 0) -> list[str]:
        content = get(browser, f"{path}/stems.zip?take={take}").raise_for_status().content
        return sorted(zipfile.ZipFile(io.BytesIO(content)).namelist())

    assert stems() == ["Blue Boat A - bass.wav", "Blue Boat A - piano.wav"]
    assert stems(take=1) == ["Blue Boat B - bass.wav", "Blue Boat B - piano.wav"]
    browser.patch(path, json={"name": "Mine"}).raise_for_status()
    assert stems() == ["Mine A - bass.wav", "Mine A - piano.wav"]


@real
def test_a_server_with_a_soundfont_of_its_own_makes_sound_with_it(start: Start, tmp_path: Path) -> None:
    font = tmp_path / "Grand only.sf3"
    font.write_bytes(preset_font(0))
    with start().browser() as usual, start(soundfont=str(font)).browser() as own:
        assert usual.get("/api/options").json()["soundfont"] is None
        assert own.get("/api/options").json()["soundfont"] == "Grand only"
        made = []
        for browser in (usual, own):
            piece = compose(browser, "C:4", seed=1, tempo=400, tracks=["piano", "guitar"])
            made.append(browser.get(f"/api/arrangements/{piece['id']}/audio.wav").content)
            stems = browser.get(f"/api/arrangements/{piece['id']}/stems.zip").content
            assert len(zipfile.ZipFile(io.BytesIO(stems)).namelist()) == 2
    heard = [soundfile.read(io.BytesIO(data))[0] for data in made]
    assert heard[0].shape == heard[1].shape
    assert abs(heard[0] - heard[1]).max() > 0.05  # a piano plays for the guitar


def test_a_soundfont_that_cannot_be_read_ends_the_server_at_once(start: Start) -> None:
    with pytest.raises(DataError, match="cannot read the SoundFont none"):
        start(soundfont="none")


def test_everything_is_one_zip_that_tells_the_same_piece(browser: httpx.Client, model: Model) -> None:
    piece = compose(browser, "C:4|Em:2", seed=5, tracks=["piano", "bass"], name="Über <you> / me")
    path = f"/api/arrangements/{piece['id']}/bundle.zip"
    with zipfile.ZipFile(io.BytesIO(get(browser, path).raise_for_status().content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [
            "piece.json",
            "stems/Über you me - bass.wav",
            "stems/Über you me - piano.wav",
            *(f"Über you me.{kind}" for kind in ("mid", "mp3", "musicxml", "pdf", "txt")),
        ]
        band = arrange("C:4|Em:2", seed=5, roles=("piano", "bass"), model=model).band
        assert read_midi(archive.read("Über you me.mid")) == replace(band, tracks=band.tracks)
        assert from_document(archive.read("piece.json")).band == band
        assert "| C | Em" in archive.read("Über you me.txt").decode()


def test_a_piece_is_kept_as_its_document(server: Server, browser: httpx.Client, model: Model) -> None:
    piece = compose(browser, "C:4|Em:2", seed=5, tempo=96.5, takes=2, style="jazz", tracks=["drums", "bass"])
    (folder,) = server.settings.data.glob(f"sessions/*/{piece['id']}")
    kept = read_composition(folder / "composition.json")
    plain = arrange("C:4|Em:2", seed=5, tempo=96.5, takes=2, style="jazz", roles=("drums", "bass"), model=model)
    assert kept == Composition.of(plain)
    assert kept.weights == piece["model"]


def test_files_are_made_of_ids(server: Server, browser: httpx.Client, model: Model) -> None:
    piece = compose(browser, "C:4|Em:2", seed=5)
    path = f"/api/arrangements/{piece['id']}/midi?track=bass:33:127"
    before = get(browser, path).content
    (folder,) = server.settings.data.glob(f"sessions/*/{piece['id']}")
    events = (folder / "events.jsonl").read_text("utf-8")
    (folder / "events.jsonl").unlink()
    assert get(browser, path).content == before
    # What somebody changed since is what is heard.
    changed = read_composition(folder / "composition.json").redo(Selection(["piano"], [1]), 3, model, drafts=1)
    write_composition(changed, folder / "composition.json")
    assert get(browser, path).content not in (b"", before)
    # An earlier version kept no ids, but what its bars told.
    (folder / "composition.json").unlink()
    (folder / "events.jsonl").write_text(events, "utf-8")
    assert get(browser, path).content == before


def test_too_many_at_a_time_are_sent_away(start: Start, renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "BUSY_SECONDS", 0.05)
    with start(renderings=1).browser() as browser, ThreadPoolExecutor(1) as pool:
        path = f"/api/arrangements/{compose(browser, takes=2)['id']}/audio.mp3"
        first = pool.submit(get, browser, path)
        wait_until(lambda: renderer.bands)
        refused = get(browser, f"{path}?take=1")
        assert refused.status_code == 429
        assert "retry-after" in refused.headers
        renderer.go.set()
        assert first.result().status_code == 200
        assert get(browser, f"{path}?take=1").status_code == 200


def test_a_piece_that_is_deleted_meanwhile(server: Server, browser: httpx.Client, renderer: Renderer) -> None:
    identity = compose(browser)["id"]
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(get, browser, f"/api/arrangements/{identity}/audio.mp3")
        wait_until(lambda: renderer.bands)
        assert browser.delete(f"/api/arrangements/{identity}").status_code == 204
        renderer.go.set()
        assert answer.result().status_code == 404
    assert not any(identity in name for name in files(server.settings.data))


def full() -> DataError:
    error = DataError("cannot write /secret/take-0.mp3: the disk is full")
    error.__cause__ = OSError(errno.ENOSPC, "no space")
    return error


@pytest.mark.parametrize(
    ("error", "status", "kind", "words"),
    [
        (MissingLibraryError("FluidSynth is missing: run 'pip install x'"), 503, "synthesizer", "pip install x"),
        (full(), 503, "disk", "disk is full: take MIDI"),
        (DataError("/secret/sideman.sf3 is damaged"), 500, "rendering", "tell who runs this server"),
        (OSError(errno.EIO, "/secret"), 500, "rendering", "tell who runs this server"),
    ],
    ids=str,
)
@pytest.mark.parametrize("file", ["audio.mp3", "stems.zip"])
def test_a_file_that_cannot_be_made_is_a_problem_with_a_remedy(
    server: Server,
    browser: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    file: str,
    error: Exception,
    status: int,
    kind: str,
    words: str,
) -> None:
    def fail(*_: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr(downloads, "write_audio", fail)
    monkeypatch.setattr(bundle, "common_gain", fail)
    identity = compose(browser, "C:4")["id"]
    response = get(browser, f"/api/arrangements/{identity}/{file}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:sideman:{kind}"
    assert words in response.json()["detail"]
    assert "secret" not in response.text
    assert str(error) in caplog.text
    assert get(browser, f"/api/arrangements/{identity}/midi").status_code == 200
    made = [name for name in files(server.settings.data) if identity in name]
    kept = ["composition.json", "events.jsonl", "piece.json", "take-0.mid"]
    assert sorted(Path(name).name for name in made) == kept


def test_a_machine_without_a_synthesizer(browser: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    libfluidsynth.library.cache_clear()
    monkeypatch.setattr(libfluidsynth, "_candidates", lambda: iter(()))
    try:
        identity = compose(browser, "C:4")["id"]
        response = get(browser, f"/api/arrangements/{identity}/audio.mp3")
    finally:
        monkeypatch.undo()
        libfluidsynth.library.cache_clear()
    assert response.status_code == 503
    assert "apt install libfluidsynth3" in response.json()["detail"]


@real
def test_silence_is_a_file_too(server: Server, browser: httpx.Client) -> None:
    piece = compose(browser, "C:4", tempo=400, tracks=["piano", "drums"])
    (events,) = server.settings.data.glob(f"sessions/*/{piece['id']}/events.jsonl")
    events.with_name("composition.json").unlink()  # as of an earlier version
    silent = {"take": 0, "bar": 0, "notes": {role: [] for role in piece["tracks"]}}
    events.write_text(json.dumps(silent) + "\n", "utf-8")
    for path in ("audio.wav", "stems.zip", "midi?track=piano:4:100"):
        assert get(browser, f"/api/arrangements/{piece['id']}/{path}").status_code == 200


def test_some_bars_are_a_midi_file(browser: httpx.Client, model: Model) -> None:
    piece = compose(browser, "C:4|Em:4|F:4", seed=5, tracks=["piano", "bass"], name="Grüße: eins")
    path = f"/api/arrangements/{piece['id']}/midi"
    response = get(browser, f"{path}?first=1&bars=2&track=piano:0:0&swing=67").raise_for_status()
    band = arrange("C:4|Em:4|F:4", seed=5, roles=("piano", "bass"), model=model).band.played(swing=67)
    alone = replace(band, tracks=(band[Role.BASS],))
    assert response.content == alone.midi(bars=range(1, 3))
    assert response.headers["content-disposition"] == (
        'attachment; filename="Grue eins - bass - bars 2-3.mid"; '
        "filename*=UTF-8''Gr%C3%BC%C3%9Fe%20eins%20-%20bass%20-%20bars%202-3.mid"
    )
    assert get(browser, f"{path}?first=2").content == get(browser, f"{path}?first=2&bars=1").content
    assert get(browser, f"{path}?bars=1").content == band.played().midi(bars=range(1))
    for query, words in (
        ("first=3", "there are no bars 3 to 3: they are counted from 0 to 2"),
        ("first=1&bars=3", "there are no bars 1 to 3: they are counted from 0 to 2"),
        ("bars=1&count_in=true", "some bars are not counted in: leave count_in out, or first and bars"),
    ):
        refused = get(browser, f"{path}?{query}")
        assert (refused.status_code, refused.json()["detail"]) == (422, words)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Bridge.mid", 'attachment; filename="Bridge.mid"'),
        ("Ärger.mid", "attachment; filename=\"Arger.mid\"; filename*=UTF-8''%C3%84rger.mid"),
        ("夜 - bass.mid", "attachment; filename=\"Sideman.mid\"; filename*=UTF-8''%E5%A4%9C%20-%20bass.mid"),
    ],
)
def test_names_of_files_in_headers(name: str, told: str) -> None:
    assert disposition(name) == told
