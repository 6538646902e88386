"""Charts over HTTP: what was read and assumed, all faults at once, and metres that are played."""

from __future__ import annotations

from base64 import b64encode

import httpx
import pytest
from tests.web.conftest import create, listen

from sideman.charts import read
from sideman.charts.paper.drawing import draw
from sideman.charts.paper.marks import LETTER
from sideman.charts.paper.readers import reader_of
from sideman.charts.writing import write

SHEET = "Some Song\nKey: C\n\n[Verse]\nC  G\nla la la\n\n[Chorus]\n| F | Bbmaj7 :|\n"


def test_a_sheet_becomes_a_song(browser: httpx.Client) -> None:
    song = browser.post("/api/charts", json={"text": SHEET}).raise_for_status().json()
    assert (song["format"], song["title"], song["key"], song["meters"]) == ("text", "Some Song", "C major", ["4/4"])
    assert [(section["name"], section["bars"]) for section in song["sections"]] == [("Verse", 2), ("Chorus", 2)]
    assert song["chart"]["progression"] == "C:4|G:4|F:4|Bbmaj7:4|F:4|Bbmaj7:4"
    places = [SHEET[bar["place"][0] : bar["place"][1]] for bar in song["bars"]]
    assert places == ["C", "G", "F", "Bbmaj7", "F", "Bbmaj7"]
    assert [(bar["section"], bar["passing"], bar["bar"]) for bar in song["bars"]][2:] == [
        (1, 0, 0),
        (1, 0, 1),
        (1, 1, 0),
        (1, 1, 1),
    ]
    assumption, form = song["assumptions"]
    assert (assumption["code"], form["code"], form["text"]) == ("bars", "form", "Verse Chorus ×2")
    assert [other["answer"] for other in assumption["others"]] == ["two", "line"]
    assert all(answer["text"] != answer["answer"] for answer in [assumption["read"], *assumption["others"]])


def test_written_bars_come_with_their_signs(browser: httpx.Client) -> None:
    text = "[Verse]\n|: C | G | 1. F | G :|\n2. F | C |\n[Tag]\nsegno 3/4 Am | F to coda | D.S. al Coda\ncoda C | C"
    song = browser.post("/api/charts", json={"text": text}).raise_for_status().json()
    written = song["written"]
    assert len(written) == sum(section["bars"] for section in song["sections"]) == 10
    signs = ["repeat", "segno", "coda", "to_coda", "jump"]
    found = {at: [name for name in signs if bar[name]] for at, bar in enumerate(written)}
    assert {at: names for at, names in found.items() if names} == {
        0: ["repeat"],
        6: ["segno"],
        7: ["to_coda", "jump"],
        8: ["coda"],
    }
    assert written[7]["jump"] == "D.S. al Coda"
    assert [bar["endings"] for bar in written[2:5]] == [[1], [], [2]]
    assert [bar["times"] for bar in written] == [0, 0, 0, 2, 0, 0, 0, 0, 0, 0]
    assert [bar["meter"] for bar in written] == ["4/4"] * 6 + ["3/4"] * 4


@pytest.mark.parametrize("format_name", ["ireal", "musicxml"])
def test_a_chart_that_nobody_writes_by_hand_comes_with_a_text_that_is_read_the_same(
    browser: httpx.Client, format_name: str
) -> None:
    chart = write(read(SHEET), format_name)
    song = browser.post("/api/charts", json={"text": chart}).raise_for_status().json()
    assert not song["is_by_hand"]
    again = browser.post("/api/charts", json={"text": song["text"]}).raise_for_status().json()
    assert (again["chart"], again["title"], again["meters"]) == (song["chart"], song["title"], song["meters"])
    assert again["is_by_hand"]


@pytest.mark.parametrize("chart", [SHEET, "<C Am F G>", 'X:1\nT:Tune\nK:C\n"C"c8|"F"f8|\n'])
def test_a_text_that_is_written_by_hand_stays_as_it_is(browser: httpx.Client, chart: str) -> None:
    song = browser.post("/api/charts", json={"text": chart}).raise_for_status().json()
    assert (song["is_by_hand"], song["text"]) == (True, chart)


def test_choices_are_obeyed_and_files_are_taken(browser: httpx.Client) -> None:
    data = b64encode(SHEET.encode("utf-16")).decode()
    body = {"data": data, "name": "song.txt", "choices": {"bars": "two"}}
    song = browser.post("/api/charts", json=body).raise_for_status().json()
    assert song["chart"]["progression"].startswith("C:2|G:2|F:4")


def test_all_faults_are_told_at_once(browser: httpx.Client) -> None:
    response = browser.post("/api/charts", json={"text": "| C | Gxy |\n| Am7at | F |"})
    problem = response.json()
    assert (response.status_code, problem["type"]) == (422, "urn:sideman:chart")
    assert [(fault["value"], fault["line"], fault["column"]) for fault in problem["faults"]] == [
        ("Gxy", 1, 7),
        ("Am7at", 2, 3),
    ]
    assert problem["value"] == "Gxy"


def test_who_reads_what_is_typed_is_told_faults_in_an_answer(browser: httpx.Client) -> None:
    for text in ("| C | Gxy |", "no chart"):
        refused = browser.post("/api/charts", json={"text": text})
        told = browser.post("/api/charts", json={"text": text}, headers={"Prefer": "handling=lenient"})
        assert (refused.status_code, told.status_code) == (422, 200)
        assert told.headers["Preference-Applied"] == "handling=lenient"
        assert told.headers["Content-Type"] == refused.headers["Content-Type"] == "application/problem+json"
        assert told.json() == refused.json()


def test_what_is_not_a_chart_is_refused(browser: httpx.Client) -> None:
    for body in ({}, {"text": "C", "data": ""}, {"text": ""}, {"data": "!"}, {"data": b64encode(b"\0\1").decode()}):
        assert browser.post("/api/charts", json=body).status_code == 422, body


def test_other_chords_are_put_into_the_text(browser: httpx.Client) -> None:
    chords = [{"name": name, "duration": 4} for name in ("C", "Em", "G", "F", "Bbmaj7", "F", "Bbmaj7")]
    answer = browser.post("/api/charts:edit", json={"text": SHEET, "chords": chords}).raise_for_status().json()
    assert answer["text"] == SHEET.replace("C  G", "C  Em G")
    assert answer["song"] == browser.post("/api/charts", json={"text": answer["text"]}).json()
    fine = [{"name": "C", "duration": 3.9}]
    answer = browser.post("/api/charts:edit", json={"text": SHEET, "chords": fine}).raise_for_status().json()
    assert answer == {"text": None, "song": None}


@pytest.mark.parametrize(
    ("text", "name", "duration"),
    [("no chart", "C", 4), (SHEET, "Xyz", 4), (SHEET, "C", 0.001), (SHEET, "C", 0), (SHEET, "C" * 100, 4)],
)
def test_an_edit_that_makes_no_sense_is_refused(browser: httpx.Client, text: str, name: str, duration: float) -> None:
    body = {"text": text, "chords": [{"name": name, "duration": duration}]}
    assert browser.post("/api/charts:edit", json=body).status_code == 422


def test_a_waltz_is_played_in_three(browser: httpx.Client) -> None:
    song = browser.post("/api/charts", json={"text": "3/4\n| Am | Dm |\n| E7 | Am |"}).json()
    view = create(browser, song["chart"]["progression"], meters=song["meters"])
    assert (view["meters"], view["bars"], view["beats"]) == (["3/4"], 4, 12)
    bars = [event.data for event in listen(browser, view["id"]) if event.kind == "bar"]
    assert len(bars) == 4
    for bar in bars:
        onsets = [note[0] for notes in bar["notes"].values() for note in notes]
        assert all(bar["bar"] * 36 <= onset < (bar["bar"] + 1) * 36 for onset in onsets)
    assert browser.get(f"/api/arrangements/{view['id']}/midi").status_code == 200


def test_a_piece_is_in_the_key_that_its_chart_names(browser: httpx.Client) -> None:
    song = browser.post("/api/charts", json={"text": "Key: Gb\n\n| Ebm | B |"}).json()
    view = create(browser, song["chart"]["progression"], key=song["key"], tracks=["bass"])
    assert (song["key"], view["key"]) == ("Gb major", "Gb major")
    listen(browser, view["id"])
    path = f"/api/arrangements/{view['id']}"
    assert "<fifths>-6</fifths>" in browser.get(f"{path}/score.musicxml").raise_for_status().text
    body = {"progression": "C:4", "key": "H major"}
    assert browser.post("/api/arrangements", json=body).status_code == 422


def test_chords_keep_their_spelling(browser: httpx.Client) -> None:
    view = create(browser, "Bbmaj7:4|C-7:4")
    assert view["progression"] == "Bbmaj7:4|C-7:4"
    chart = browser.post("/api/chords:parse", json={"progression": "C Am F G7", "transpose": 1}).json()
    assert chart["progression"] == "Db:1|Bbm:1|Gb:1|Ab7:1"


def test_a_chart_is_drawn_for_who_reads_it(browser: httpx.Client) -> None:
    body = {"text": SHEET, "reader": "Eb", "paper": "letter"}
    answer = browser.post("/api/charts:draw", json=body).raise_for_status()
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="Some Song.pdf"'
    assert answer.content == draw(read(SHEET).sheet, "pdf", reader_of("Eb"), LETTER)
    answer = browser.post("/api/charts:draw", json={"text": "C | Am", "kind": "svg"}).raise_for_status()
    assert answer.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in answer.content
    assert browser.post("/api/charts:draw", json={"text": "C | Xx"}).status_code == 422
    assert browser.post("/api/charts:draw", json={"text": "C", "reader": "kazoo"}).status_code == 422


def test_a_chart_is_drawn_with_a_melody(browser: httpx.Client) -> None:
    body = {"text": "|: C | F :|", "kind": "svg", "melody": [[0, 24, 67, 90], [96, 24, 67, 90]]}
    drawn = browser.post("/api/charts:draw", json=body).raise_for_status().text
    assert (drawn.count("#music-gClef"), drawn.count("#music-noteheadHalf")) == (1, 1)  # the repeat stays
    for row in ([0, 0, 67, 90], [0, 24, 128, 90], [-1, 24, 67, 90], [0, 24, 67]):
        assert browser.post("/api/charts:draw", json=body | {"melody": [row]}).status_code == 422
