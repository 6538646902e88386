"""A piece that is there is changed: redone, chosen among candidates, undone and done again, renamed; none is lost."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.pieces.test_own import LINE, song
from tests.web.conftest import LONG, Heard, Server, Start, compose, heard, listen, view, wait_until
from tests.web.test_api import problem

from sideman import Composition, Model, Role, Selection, arrange, parse, read_composition
from sideman.web.piece_files import PieceFiles

PIANO = {"tracks": ["piano"], "bars": [1, 2], "seed": 5}


def path(piece: dict[str, Any], rest: str = "revisions") -> str:
    return f"/api/arrangements/{piece['id']}/{rest}"


def told(browser: httpx.Client, piece: dict[str, Any]) -> list[Heard]:
    """What is told of a revision, to its end."""
    with browser.stream("GET", path(piece, "revisions/events")) as response:
        assert response.status_code == 200
        return [event for event in heard(response.iter_lines()) if event.kind != "progress"]


def redone(browser: httpx.Client, piece: dict[str, Any], **request: object) -> list[Heard]:
    """Ask for a revision and wait for it."""
    response = browser.post(path(piece), json=request)
    assert response.status_code == 202, response.text
    events = told(browser, piece)
    assert events[-1].kind == "done", events[-1]
    return events[:-1]


def history(browser: httpx.Client, piece: dict[str, Any]) -> dict[str, Any]:
    return dict(browser.get(path(piece)).raise_for_status().json())


def document(server: Server, piece: dict[str, Any]) -> Composition:
    (folder,) = server.settings.data.glob(f"sessions/*/{piece['id']}")
    return read_composition(folder / "composition.json")


def bars(events: list[Heard]) -> list[Any]:
    return [event.data for event in events if event.kind == "bar"]


def notes_of(composition: Composition) -> list[Any]:
    return [
        {
            "take": bar.take,
            "bar": bar.number,
            "notes": {role.value: notes.tolist() for role, notes in bar.notes.items()},
        }
        for take in range(len(composition.takes))
        for bar in composition.bars(take)
    ]


@pytest.fixture
def piece(browser: httpx.Client) -> dict[str, Any]:
    return compose(browser, seed=3)


def test_a_part_is_redone_in_its_piece(
    server: Server, browser: httpx.Client, piece: dict[str, Any], model: Model
) -> None:
    before = browser.get(path(piece, "midi")).content
    events = redone(browser, piece, **PIANO)
    expected = Composition.of(arrange(piece["progression"], seed=3, model=model)).redo(
        Selection(["piano"], [1, 2]), 5, model
    )
    assert document(server, piece) == expected
    assert bars(events) == bars(listen(browser, piece["id"])) == notes_of(expected)
    midi = browser.get(path(piece, "midi"))
    assert midi.content not in (b"", before)
    assert midi.headers["content-disposition"] == 'attachment; filename="C Am F G7.mid"'
    now = view(browser, piece["id"])
    (revision,) = now["revisions"]
    assert now == piece | {"revisions": [revision]}
    assert revision["seed"] == expected.revisions[0].seed
    assert browser.get("/api/arrangements").json()["arrangements"][0] == now
    kept = history(browser, piece)
    assert (kept["position"], kept["candidates"], kept["composing"]) == (1, [], None)
    assert [entry["name"] for entry in kept["revisions"]] == ["piano, bars 2–3"]
    again = compose(browser, seed=3, revisions=[revision])  # what a link does
    assert browser.get(path(again, "midi")).content == midi.content
    assert browser.get(path(piece, "revisions/events")).status_code == 200  # nothing is under way


def test_candidates_are_heard_side_by_side_and_one_is_chosen(
    server: Server, browser: httpx.Client, piece: dict[str, Any]
) -> None:
    first = browser.get(path(piece, "midi")).content
    events = redone(browser, piece, **PIANO, takes=3)
    assert {event["candidate"] for event in bars(events)} == {0, 1, 2}
    assert told(browser, piece)[:-1] == events  # kept, until one is chosen
    assert browser.get(path(piece, "midi")).content == first
    kept = history(browser, piece)
    assert (kept["position"], len(kept["candidates"])) == (0, 3)
    songs = [browser.get(path(piece, "midi"), params={"candidate": number}).content for number in range(3)]
    assert len({*songs, first}) == 4
    with browser.stream("GET", path(piece, "events"), params={"candidate": 1}) as response:
        one = [event.data for event in heard(response.iter_lines()) if event.kind == "bar"]
    assert one == [
        {key: event[key] for key in ("take", "bar", "notes")} for event in bars(events) if event["candidate"] == 1
    ]
    for refused in (browser.post(path(piece), json=PIANO), browser.patch(path(piece), json={"position": 0})):
        assert problem(refused, 409)["type"] == "urn:sideman:candidates"
    assert problem(browser.get(path(piece, "midi"), params={"candidate": 3}), 404)["type"] == "urn:sideman:candidate"
    assert browser.post(path(piece, "candidates/3")).status_code == 422
    chosen = browser.post(path(piece, "candidates/1")).raise_for_status().json()
    assert (chosen["position"], chosen["candidates"]) == (1, [])
    assert browser.get(path(piece, "midi")).content == songs[1]
    assert bars(listen(browser, piece["id"])) == one == notes_of(document(server, piece))


def test_candidates_that_nobody_wants(browser: httpx.Client, piece: dict[str, Any]) -> None:
    first = browser.get(path(piece, "midi")).content
    redone(browser, piece, **PIANO, takes=2)
    dropped = browser.delete(path(piece, "candidates")).raise_for_status().json()
    assert (dropped["position"], dropped["revisions"], dropped["candidates"]) == (0, [], [])
    assert browser.get(path(piece, "midi")).content == first


def test_undo_and_redo_over_everything(browser: httpx.Client, piece: dict[str, Any]) -> None:
    songs, told_bars = [browser.get(path(piece, "midi")).content], [bars(listen(browser, piece["id"]))]
    changes: list[dict[str, object]] = [
        PIANO,
        {"tracks": ["bass"], "bars": [0]},
        {"progression": "C:4|Am:4|F:4|D7:4|G7:4"},
    ]
    for change in changes:
        redone(browser, piece, **change)
        songs.append(browser.get(path(piece, "midi")).content)
        told_bars.append(bars(listen(browser, piece["id"])))
    assert len({*songs}) == 4
    assert [len(events) for events in told_bars] == [4, 4, 4, 5]
    for position in (1, 3, 0, 2):
        moved = browser.patch(path(piece), json={"position": position}).raise_for_status().json()
        assert (moved["position"], len(moved["revisions"])) == (position, 3)
        assert browser.get(path(piece, "midi")).content == songs[position]
        assert bars(listen(browser, piece["id"])) == told_bars[position]
        assert len(view(browser, piece["id"])["revisions"]) == position
    assert [chart["bars"] for chart in history(browser, piece)["charts"]] == [4]
    assert browser.patch(path(piece), json={"position": 4}).status_code == 422


def test_a_revision_is_named(browser: httpx.Client, piece: dict[str, Any]) -> None:
    redone(browser, piece, **PIANO)
    named = browser.patch(path(piece, "revisions/0"), json={"name": "Sparser"}).raise_for_status().json()
    assert named == history(browser, piece)
    assert named["revisions"][0]["name"] == "Sparser"
    assert browser.patch(path(piece, "revisions/1"), json={"name": "Sparser"}).status_code == 422


def test_bars_that_other_chords_leave_alone_stay(server: Server, browser: httpx.Client) -> None:
    piece = compose(browser, "C:4|Am:4|F:4|G7:4|C:4", seed=3)
    before = document(server, piece)
    longer = {"progression": "C:4|Am:4|Dm:3|F:4|G7:4|C:4", "meters": ["4/4", "4/4", "3/4", "4/4"], "seed": 9}
    redone(browser, piece, **longer)
    after = document(server, piece)
    assert after.revisions[0].origins == (0, 1, None, 2, 3, 4)
    assert [*after.parts()] == [*before.parts()[:2], after.parts()[2], *before.parts()[2:]]
    now = view(browser, piece["id"])
    again = compose(browser, piece["progression"], seed=3, revisions=now["revisions"])
    assert browser.get(path(again, "midi")).content == browser.get(path(piece, "midi")).content
    assert bars(listen(browser, again["id"])) == notes_of(after)
    origins = [0, 1, *range(5)]
    redone(browser, piece, progression="C:4|Am:4|C:4|Am:4|F:4|G7:4|C:4", meters=["4/4"], origins=[0, 1, 0, 1, 3, 4, 5])
    assert [*document(server, piece).parts()] == [before.parts()[bar] for bar in origins]
    assert history(browser, piece)["charts"][0]["bars"] == 7


def test_bars_of_five_are_told_and_redone_as_one(server: Server, browser: httpx.Client) -> None:
    piece = compose(browser, "C:5|F:3|G7:3.5|C:5", meters=["5/4", "3/4", "7/8", "5/4"], seed=3)
    assert (piece["bars"], piece["progress"]) == (4, {"bars": 4, "of": 4})
    first = bars(listen(browser, piece["id"]))
    assert [bar["bar"] for bar in first] == [0, 1, 2, 3]
    starts = [0, 60, 96, 138, 198]
    for bar, begin, end in zip(first, starts, starts[1:], strict=False):
        assert all(begin <= note[0] < end for notes in bar["notes"].values() for note in notes)
    redone(browser, piece, tracks=["drums", "piano"], bars=[2], seed=4, drafts=2)
    (chart,) = history(browser, piece)["charts"]
    assert (chart["bars"], chart["bar_lines"]) == (4, starts)
    assert [revision["name"] for revision in history(browser, piece)["revisions"]] == ["drums, piano, bar 3"]
    second = bars(listen(browser, piece["id"]))
    assert second == notes_of(document(server, piece))
    assert [bar["bar"] for bar, other in zip(first, second, strict=True) if pitches(bar) != pitches(other)] == [2]


def pitches(bar: dict[str, Any]) -> dict[str, Any]:
    """The notes of a bar, without their velocities."""
    return {role: [note[:3] for note in notes] for role, notes in bar["notes"].items()}


def test_what_cannot_be_redone(start: Start, browser: httpx.Client, piece: dict[str, Any]) -> None:
    for wrong in ({"bars": [9]}, {"tracks": ["bass"], "bars": [2, 1]}, {"take": 3}, {"progression": "H"}):
        assert browser.post(path(piece), json=wrong).status_code == 422
    for wrong in ({"drafts": 0}, {"takes": 9}, {"origins": [-1]}, {"what": 1}):
        assert browser.post(path(piece), json=wrong).status_code == 422
    assert (
        problem(browser.post(path(piece), json={"progression": LONG + "|" + LONG}), 422)["type"] == "urn:sideman:limit"
    )
    with start().browser() as stranger:
        assert stranger.post(path(piece), json=PIANO).status_code == 404
    assert history(browser, piece)["position"] == 0


def test_one_thing_at_a_time(browser: httpx.Client) -> None:
    piece = compose(browser, LONG, seed=1, tracks=["piano"])
    browser.post(path(piece), json={"bars": [*range(200)], "drafts": 8}).raise_for_status()
    assert history(browser, piece)["composing"]["of"] == 8 * 240
    for refused in (
        browser.post(path(piece), json=PIANO),
        browser.patch(path(piece), json={"position": 0}),
        browser.patch(path(piece, "revisions/0"), json={"name": "a"}),
    ):
        assert problem(refused, 409)["type"] == "urn:sideman:redoing"
    song = browser.get(path(piece, "midi"))
    assert song.is_success  # it can be heard as it is
    browser.delete(f"/api/arrangements/{piece['id']}").raise_for_status()
    assert browser.get(path(piece)).status_code == 404


def test_a_piece_without_a_document_cannot_be_changed(
    server: Server, browser: httpx.Client, piece: dict[str, Any]
) -> None:
    (folder,) = server.settings.data.glob(f"sessions/*/{piece['id']}")
    (folder / "composition.json").unlink()
    assert problem(browser.post(path(piece), json=PIANO), 409)["type"] == "urn:sideman:unchangeable"
    assert listen(browser, piece["id"])[-1].kind == "done"


def test_what_cannot_be_written_leaves_the_piece_as_it_was(
    browser: httpx.Client, piece: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    song = browser.get(path(piece, "midi")).content

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(PieceFiles, "revise", full)
        browser.post(path(piece), json=PIANO).raise_for_status()
        (last,) = told(browser, piece)
    assert last.kind == "error"
    assert "as before" in last.data["detail"]
    assert browser.get(path(piece, "midi")).content == song
    redone(browser, piece, **PIANO)
    assert history(browser, piece)["position"] == 1


def test_a_document_that_another_server_changed_meanwhile_is_left_alone(
    server: Server, browser: httpx.Client, piece: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder,) = server.settings.data.glob(f"sessions/*/{piece['id']}")
    monkeypatch.setattr(PieceFiles, "composition", _changing(folder / "composition.json"))
    browser.post(path(piece), json=PIANO).raise_for_status()
    assert told(browser, piece)[-1].kind == "error"
    assert history(browser, piece)["revisions"] == []


def _changing(file: Path) -> Any:  # noqa: ANN401 - a method
    read = PieceFiles.composition
    calls = []

    def composition(self: PieceFiles, piece: Any) -> bytes | None:  # noqa: ANN401 - a row
        calls.append(1)
        if len(calls) == 2:
            changed = file.with_suffix(".changed")
            changed.write_bytes(file.read_bytes() + b" ")
            changed.replace(file)  # at once, as a server does: somebody may be reading
        return read(self, piece)

    return composition


def test_sound_is_made_of_each_state_once(browser: httpx.Client, server: Server, piece: dict[str, Any]) -> None:
    redone(browser, piece, **PIANO)
    (folder,) = server.settings.data.glob(f"sessions/*/{piece['id']}")
    sounds = []
    for position in (1, 0, 1):
        browser.patch(path(piece), json={"position": position}).raise_for_status()
        response = browser.get(path(piece, "audio.wav"))
        if response.status_code == 503:
            pytest.skip("no synthesizer")
        sounds.append(response.content)
    assert sounds[0] == sounds[2] != sounds[1]
    assert len([*folder.glob("take-0-of-*.wav")]) == 2


def test_chords_are_read_in_the_bars_of_the_take(browser: httpx.Client) -> None:
    piece = compose(browser, "C:3|F:3", meters=["3/4"], seed=1, takes=2)
    redone(browser, piece, progression="C:3|G:3|F:3", take=1)
    charts = history(browser, piece)["charts"]
    assert [chart["bars"] for chart in charts] == [2, 3]
    assert charts[1]["meters"] == ["3/4"]
    assert [(event["take"], event["bar"]) for event in bars(listen(browser, piece["id"]))] == [
        *((0, bar) for bar in range(2)),
        *((1, bar) for bar in range(3)),
    ]
    assert parse(charts[1]["progression"]).beats == 9
    wait_until(lambda: history(browser, piece)["composing"] is None)


def test_history_tells_the_sections_of_a_take_as_they_are_now(browser: httpx.Client) -> None:
    sections = [{"name": "Verse", "bars": [0, 1]}, {"name": "Chorus", "bars": [0], "density": {"bass": 4}}]
    piece = compose(browser, "C:4|F:4|G:4", seed=1, takes=2, sections=sections)
    redone(browser, piece, progression="C:4|F:4|D:4|G:4", take=1)
    told = [
        [(each["name"], len(each["bars"]), each["density"]) for each in chart["sections"]]
        for chart in history(browser, piece)["charts"]
    ]
    chorus = ("Chorus", 1, {"bass": 4})
    assert told == [[("Verse", 2, {}), chorus], [("Verse", 3, {}), chorus]]


def test_the_band_plays_around_a_part_of_somebodys_own(server: Server, browser: httpx.Client, tmp_path: Path) -> None:
    data = b64encode(song(tmp_path / "a.mid", ("Bass", 33, LINE), ("Keys", 4, LINE[:2])).read_bytes()).decode()
    piece = compose(
        browser, seed=3, given=[{"track": "bass", "data": data}, {"track": "piano", "data": data, "part": "keys"}]
    )
    told_of = {"durations": 0, "velocities": 0, "folded": 0, "dropped": 0}
    assert piece["given"] == [
        {"track": "bass", "program": None, "instrument": None, "notes": 3, "moved": 1} | told_of,
        {"track": "piano", "program": None, "instrument": None, "notes": 2, "moved": 1} | told_of,
    ]
    band = document(server, piece).band
    assert band[Role.BASS].notes[:, 0].tolist() == [0, 12, 24]
    assert len(band[Role.PIANO].notes) == 2
    assert "own part" in problem(browser.post(path(piece), json={"tracks": ["bass"], "bars": [0]}), 422)["detail"]
    redone(browser, piece, bars=[0])
    assert document(server, piece).band[Role.BASS] == band[Role.BASS]
    for given, words in (
        ([{"track": "bass", "data": b64encode(b"what").decode()}], "not a MIDI file"),
        ([{"track": "bass", "data": data, "part": "tuba"}], "0 tracks for bass"),
        ([{"track": "bass", "data": data}] * 2, "one for a track"),
        ([{"track": "bass", "data": "a"}], "given.0.data"),
    ):
        response = browser.post("/api/arrangements", json={"progression": "C:4", "given": given})
        assert words in problem(response, 422)["detail"]


def test_another_key_signature_changes_no_note(server: Server, browser: httpx.Client) -> None:
    piece = compose(browser, "Gb:4|Cb:4", seed=3)
    base = f"/api/arrangements/{piece['id']}"
    before = document(server, piece)
    assert browser.patch(base, json={"name": "Mine"}).json()["key"] == piece["key"] == "Gb major"
    changed = browser.patch(base, json={"key": "Db major"}).raise_for_status().json()
    assert changed == {**piece, "name": "Mine", "file_name": "Mine", "key": "Db major"}
    assert (view(browser, piece["id"]), document(server, piece).takes) == (changed, before.takes)
    assert "<fifths>-5</fifths>" in browser.get(f"{base}/score.musicxml").text
    redone(browser, piece, bars=[0])
    assert view(browser, piece["id"])["key"] == "Db major"
    assert browser.patch(base, json={"key": None}).json()["key"] == "Gb major"
    assert browser.patch(base, json={"key": "H"}).status_code == 422
