"""What stays: a browser's pieces, through a reload and for nobody else; their names; links to exact pieces."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect
from tests.page.conftest import Visit
from tests.page.studio import CHORDS, Studio


def arrangements(studio: Studio) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = studio.ask("/api/arrangements")["arrangements"]
    return found


def midi(studio: Studio, identity: str) -> bytes:
    return bytes(studio.page.request.get(f"/api/arrangements/{identity}/midi").body())


def test_reload_finds_and_plays_the_piece_and_another_browser_does_not(studio: Studio, visit: Visit) -> None:
    studio.have_composed()
    pixels = studio.pixels()
    studio.page.reload()
    again = Studio(studio.page)
    expect(again.pieces.get_by_role("listitem")).to_have_count(1)
    expect(again.chords).to_have_value(CHORDS)
    expect(again.file("MIDI")).to_be_enabled()
    assert again.pixels() == pixels
    again.play.click()
    again.wait_for_sound("Bass")
    assert len(arrangements(again)) == 1  # it was not composed again
    again.pause.click()

    other = Studio(visit())
    expect(other.pieces.get_by_role("listitem")).to_have_count(0)
    expect(other.file("MIDI")).to_be_disabled()
    (piece,) = arrangements(studio)
    assert other.page.request.get(f"/api/arrangements/{piece['id']}").status == 404


SHEET = "Blue Boat\n\n[Verse]\n|: C  | Am  :|\n   Words of a song"


def test_a_sheet_opens_as_it_is_written_by_now(studio: Studio) -> None:
    studio.have_composed(SHEET)
    changed = f"{SHEET}, and some more"
    with studio.page.expect_response(lambda response: response.request.method == "PATCH"):
        studio.chords.fill(changed)
    studio.chords.fill("F | F")
    studio.open_button("Blue Boat").click()
    expect(studio.chords).to_have_value(changed)
    expect(studio.button("Compose anew")).to_have_count(0)


def test_pieces_are_opened_renamed_and_deleted(studio: Studio) -> None:
    studio.have_composed("C:4|G:4")
    first = arrangements(studio)[0]["name"]
    studio.have_composed("Dm:4|A7:4")
    items = studio.pieces.get_by_role("listitem")
    expect(items).to_have_count(2)

    studio.open_button(first).click()
    expect(studio.chords).to_have_value("C:4|G:4")

    studio.pieces.get_by_role("button", name=f"Rename {first}").click()
    studio.page.get_by_role("textbox", name="New name").fill("Bridge")
    studio.page.keyboard.press("Enter")
    expect(studio.open_button("Bridge")).to_be_visible()
    assert {piece["name"] for piece in arrangements(studio)} >= {"Bridge"}

    studio.pieces.get_by_role("button", name="Delete Bridge").click()
    studio.page.get_by_role("button", name="Really delete Bridge").click()
    expect(items).to_have_count(1)
    expect(studio.open_button()).to_be_focused()
    assert [piece["progression"] for piece in arrangements(studio)] == ["Dm:4|A7:4"]


def test_another_tab_knows_of_it_when_it_comes_to_the_front(studio: Studio) -> None:
    other = studio.page.context.new_page()
    other.goto("/")
    listed = Studio(other).pieces.get_by_role("listitem")
    expect(listed).to_have_count(0)
    studio.have_composed()
    other.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")  # without a screen all are in front
    expect(listed).to_have_count(1)


def test_deleting_asks_first_and_a_new_name_can_be_cancelled(studio: Studio) -> None:
    studio.have_composed()
    studio.pieces.get_by_role("button", name="Delete").click()
    studio.pieces.get_by_role("button", name="Keep").click()
    expect(studio.pieces.get_by_role("listitem")).to_have_count(1)
    assert len(arrangements(studio)) == 1
    studio.pieces.get_by_role("button", name="Rename").click()
    cancel, panel = (
        studio.page.get_by_role("button", name="Cancel").bounding_box(),
        studio.page.get_by_role("region", name="History").bounding_box(),
    )
    assert cancel is not None
    assert panel is not None
    assert cancel["x"] + cancel["width"] <= panel["x"] + panel["width"]  # in sight


def test_link_reopens_the_exact_piece_elsewhere(studio: Studio, visit: Visit) -> None:
    studio.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    studio.page.get_by_role("slider", name="Tempo in beats a minute").fill("96")
    studio.have_composed()
    studio.page.get_by_role("button", name="Copy link").click()
    link: str = studio.page.evaluate("() => navigator.clipboard.readText()")
    assert link.startswith(studio.page.url.split("#")[0])

    other = Studio(visit(path=link))
    expect(other.chords).to_have_value(CHORDS)
    expect(other.file("MIDI")).to_be_enabled()
    (original,), (copy,) = arrangements(studio), arrangements(other)
    assert original["id"] != copy["id"]
    assert {copy[name] for name in ("seed", "model")} == {original[name] for name in ("seed", "model")}
    assert midi(other, copy["id"]) == midi(studio, original["id"])
    assert other.pixels() == studio.pixels()


def test_link_reopens_a_revised_piece(studio: Studio, visit: Visit) -> None:
    studio.have_composed()
    revisions = [
        {"tracks": ["bass", "piano"], "bars": [1, 2], "seed": 5},
        {"tracks": ["drums"], "bars": [3], "seed": 6},
    ]
    (plain,) = arrangements(studio)
    body = {name: plain[name] for name in ("progression", "seed", "tracks")} | {"revisions": revisions}
    response = studio.page.request.post("/api/arrangements", data=body)
    assert response.status == 202, response.text()
    studio.page.reload()
    expect(studio.file("MIDI")).to_be_enabled()
    studio.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    studio.page.get_by_role("button", name="Copy link").click()
    link: str = studio.page.evaluate("() => navigator.clipboard.readText()")
    assert link.endswith("&r=bass_piano.1-2.5&r=drums.3.6")

    other = Studio(visit(path=link))
    expect(other.file("MIDI")).to_be_enabled()
    (copy,) = arrangements(other)
    revised = response.json()["id"]
    assert copy["id"] != revised
    assert copy["revisions"] == response.json()["revisions"]
    assert midi(other, copy["id"]) == midi(studio, revised) != midi(studio, plain["id"])
    assert other.pixels() == studio.pixels()
