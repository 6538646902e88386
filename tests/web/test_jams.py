"""Jams over HTTP: the notes of the core, what is kept of them, whose they are, and how they end."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import mido
import pytest
from tests.web.conftest import Server, Start

from sideman.arranging import Model
from sideman.jamming.jam import Jam, JamBar, tones_of
from sideman.jamming.piece import piece_of
from sideman.music.symbol import read_chord
from sideman.music.time import Meter
from sideman.options import ArrangeOptions

ASKED: dict[str, Any] = {"seed": 7, "style": "jazz", "tempo": 140}
OPTIONS = ArrangeOptions(seed=7, style="jazz", tempo=140)


def begun(browser: httpx.Client, **options: object) -> str:
    """The path of a new jam."""
    response = browser.post("/api/jams", json={**ASKED, **options})
    assert response.status_code == 201, response.text
    path: str = response.headers["location"]
    assert path == f"/api/jams/{response.json()['id']}"
    return path


def bar(browser: httpx.Client, path: str, **body: object) -> dict[str, Any]:
    """A bar, or a turn where a beat is told."""
    response = browser.post(f"{path}/{'turns' if 'beat' in body else 'bars'}", json=body)
    assert response.status_code == 200, response.text
    return dict(response.json())


def told(bar: JamBar) -> dict[str, Any]:
    """What an answer says of a bar of the core."""
    return {
        "number": bar.number,
        "chords": [{"step": step, "name": str(chord), "tones": sorted(tones_of(chord))} for step, chord in bar.chords],
        "notes": {role: notes.tolist() for role, notes in bar.notes.items()},
    }


def kind(response: httpx.Response, status: int) -> str:
    """Of a problem with this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return str(response.json()["type"]).removeprefix("urn:sideman:")


def test_it_plays_the_notes_of_the_core(browser: httpx.Client, model: Model) -> None:
    path, jam = begun(browser), Jam(OPTIONS, model=model)
    assert bar(browser, path, chord="Dm7") == told(jam.bar(read_chord("Dm7")))
    assert bar(browser, path) == told(jam.bar())
    assert bar(browser, path, chord="G7", beat=2) == told(jam.turn(read_chord("G7"), 2))
    third = bar(browser, path, pitches=[52, 55, 60])
    assert third == told(jam.bar(read_chord("C/E")))
    assert third["chords"] == [{"step": 0, "name": "C/E", "tones": [0, 4, 7]}]


def test_keys_that_are_no_chord_change_nothing(browser: httpx.Client, model: Model) -> None:
    path, jam = begun(browser), Jam(OPTIONS, model=model)
    none = [*range(60, 72)]
    assert kind(browser.post(f"{path}/bars", json={"pitches": none}), 422) == "option"
    first = told(jam.bar(read_chord("C")))
    assert bar(browser, path, pitches=[48]) == first
    assert bar(browser, path, pitches=none, beat=1) == first
    assert bar(browser, path, pitches=none) == told(jam.bar())


def test_a_waltz(browser: httpx.Client, model: Model) -> None:
    path = begun(browser, metre="3/4", key="G major", tracks=["piano", "bass"])
    options = ArrangeOptions(seed=7, style="jazz", tempo=140, roles=("piano", "bass"))  # type: ignore[arg-type]
    jam = Jam(options, Meter(3, 4), model=model)
    view = browser.get(path).json()
    assert (view["beats"], view["steps"], view["bars"], view["chart"]) == (3, 36, 0, None)
    played = bar(browser, path, chord="G")
    assert set(played["notes"]) == {"piano", "bass"}
    assert played == told(jam.bar(read_chord("G")))
    assert kind(browser.post(f"{path}/turns", json={"chord": "C", "beat": 3}), 422) == "option"


def test_what_was_played_is_kept(browser: httpx.Client, model: Model) -> None:
    path, jam = begun(browser), Jam(OPTIONS, model=model)
    assert kind(browser.get(f"{path}/midi"), 422) == "option"
    bar(browser, path, chord="Dm7")
    bar(browser, path, chord="G7")
    bar(browser, path, chord="C6", beat=2)
    bars = [jam.bar(read_chord("Dm7")), jam.bar(read_chord("G7"))]
    bars[-1] = jam.turn(read_chord("C6"), 2)
    response = browser.get(f"{path}/midi")
    assert response.content == piece_of(bars, jam.options, jam.meter).midi()
    assert 'filename="Jam.mid"' in response.headers["content-disposition"]
    assert mido.MidiFile(file=io.BytesIO(response.content)).length == pytest.approx(2 * 4 * 60 / 140, rel=0.01)

    view = browser.get(path).json()
    assert (view["bars"], view["seed"], view["tempo"]) == (2, 7, 140)
    song = browser.post("/api/charts", json={"text": view["chart"]}).json()
    assert song["chart"]["progression"] == "Dm7:4|G7:2|C6:2"

    first = browser.get(f"{path}/midi", params={"until": 1})
    assert first.content == piece_of(bars[:1], jam.options, jam.meter).midi()
    assert "G7" not in browser.get(path, params={"until": 1}).json()["chart"]
    assert kind(browser.get(f"{path}/midi", params={"until": 0}), 422) == "option"


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"tempo": 1000}, "field"),
        ({"takes": 2}, "field"),
        ({"ending": "ring"}, "field"),
        ({"style": "polka"}, "option"),
        ({"tracks": ["piano", "piano"]}, "option"),
        ({"metre": "5/4"}, "option"),
        ({"metre": "three"}, "field"),
        ({"key": "H major"}, "option"),
        ({"tempo": "120"}, "field"),
    ],
)
def test_what_it_does_not_begin(browser: httpx.Client, asked: dict[str, object], problem: str) -> None:
    assert kind(browser.post("/api/jams", json=asked), 422) == problem
    assert "set-cookie" not in browser.post("/api/jams", json=asked).headers


@pytest.mark.parametrize(
    ("where", "asked", "problem"),
    [
        ("bars", {}, "option"),  # the first must be told
        ("bars", {"chord": "H7"}, "chords"),
        ("bars", {"chord": "C", "pitches": [60]}, "option"),
        ("bars", {"pitches": []}, "field"),
        ("bars", {"pitches": [128]}, "field"),
        ("bars", {"chord": "C", "beat": 1}, "field"),
        ("turns", {"chord": "C"}, "field"),
        ("turns", {"chord": "C", "beat": 4}, "field"),
        ("turns", {"chord": "C", "beat": 0}, "option"),  # no bar was played
        ("turns", {"beat": 0}, "option"),
    ],
)
def test_what_it_does_not_play(browser: httpx.Client, where: str, asked: dict[str, object], problem: str) -> None:
    path = begun(browser)
    assert kind(browser.post(f"{path}/{where}", json=asked), 422) == problem
    assert bar(browser, path, chord="C")["number"] == 0  # and goes on


def test_a_jam_is_its_sessions_own(browser: httpx.Client, server: Server) -> None:
    path = begun(browser)
    with server.browser() as nobody, server.browser() as other:
        begun(other)
        for stranger in (nobody, other):
            assert kind(stranger.get(path), 404) == "unknown"
            assert kind(stranger.post(f"{path}/bars", json={"chord": "C"}), 404) == "unknown"
            assert kind(stranger.delete(path), 404) == "unknown"
    assert browser.delete(path).status_code == 204
    assert kind(browser.get(path), 410) == "over"
    assert kind(browser.post(f"{path}/bars", json={"chord": "C"}), 410) == "over"
    with server.browser() as nobody:
        assert kind(nobody.get(path), 404) == "unknown"


@pytest.fixture
def small(start: Start) -> Server:
    """A server for few jams."""
    return start(max_jams=3, jams_per_session=2, jam_minutes=5)


def test_there_are_only_so_many(small: Server) -> None:
    with small.browser() as browser, small.browser() as other:
        paths = [begun(browser) for _ in range(3)]
        assert "another one" in browser.get(paths[0]).json()["detail"]
        assert kind(browser.get(paths[0]), 410) == "over"
        assert [browser.get(path).status_code for path in paths[1:]] == [200, 200]
        begun(other)
        with small.browser() as third:
            response = third.post("/api/jams", json=ASKED)
            assert kind(response, 429) == "busy"
            assert int(response.headers["retry-after"]) > 0
            assert "sideman_jams 3.0" in third.get("/metrics").text
            browser.delete(paths[1])
            begun(third)


def test_who_asks_for_no_bar_is_forgotten(small: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    jams = small.services.jams
    begin = jams._clock()
    with small.browser() as browser:
        path = begun(browser)
        monkeypatch.setattr(jams, "_clock", lambda: begin + 4 * 60)
        bar(browser, path, chord="C")
        monkeypatch.setattr(jams, "_clock", lambda: begin + 8 * 60)
        assert browser.get(path).status_code == 200
        monkeypatch.setattr(jams, "_clock", lambda: begin + 10 * 60)
        assert kind(browser.get(path), 410) == "over"


def test_bars_are_limited(start: Start) -> None:
    with start(jam_bars_per_minute=3).browser() as browser:
        path = begun(browser)
        for body in ({"chord": "C"}, {}, {"chord": "F", "beat": 1}):
            bar(browser, path, **body)
        response = browser.post(f"{path}/bars", json={})
        assert kind(response, 429) == "rate"
        assert int(response.headers["retry-after"]) > 0


def test_a_jam_has_one_bar_on_its_way(browser: httpx.Client, server: Server) -> None:
    path = begun(browser)
    led = server.services.jams._jams[path.rpartition("/")[2]]
    led.is_busy = True
    assert kind(browser.post(f"{path}/bars", json={"chord": "C"}), 409) == "busy"
    led.is_busy = False
    assert bar(browser, path, chord="C")["number"] == 0


def test_jams_beside_each_other_play_their_own_notes(server: Server, model: Model) -> None:
    chords = ["C", "Am", "F", "G7"] * 2

    def play(seed: int) -> list[dict[str, Any]]:
        with server.browser() as browser:
            path = begun(browser, seed=seed)
            return [bar(browser, path, chord=chord) for chord in chords]

    with ThreadPoolExecutor(3) as people:
        played = list(people.map(play, range(3)))
    for seed, bars in enumerate(played):
        jam = Jam(ArrangeOptions(seed=seed, style="jazz", tempo=140), model=model)
        assert bars == [told(jam.bar(read_chord(chord))) for chord in chords]


def test_a_fault_ends_the_jam_and_no_other(
    browser: httpx.Client, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = begun(browser), begun(browser)
    led = server.services.jams._jams[path.rpartition("/")[2]]

    def fail(_: object) -> JamBar:
        raise MemoryError

    monkeypatch.setattr(led.band, "bar", fail)
    assert kind(browser.post(f"{path}/bars", json={"chord": "C"}), 500) == "server"
    assert kind(browser.post(f"{path}/bars", json={"chord": "C"}), 410) == "over"
    assert bar(browser, other, chord="C")["number"] == 0
