"""Chords in: typed, clicked, mended, undone, transposed."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.page.studio import Studio


def test_error_stands_under_the_field_with_its_remedy(studio: Studio) -> None:
    studio.type("C:4|Q7:4|F:4")
    expect(studio.chords).to_have_attribute("aria-invalid", "true")
    told = studio.page.get_by_role("status").filter(has_text="Q7")
    expect(told).to_contain_text("Character 5")
    expect(told).to_contain_text("A to G")
    described = studio.chords.get_attribute("aria-describedby") or ""
    expect(studio.page.locator(f"[id='{described}']")).to_contain_text("Q7")
    below = told.bounding_box()
    field = studio.chords.bounding_box()
    assert below is not None
    assert field is not None
    assert below["y"] >= field["y"] + field["height"] - 1


def test_error_goes_when_it_is_mended(studio: Studio) -> None:
    studio.type("C:4|Q7:4")
    expect(studio.chords).to_have_attribute("aria-invalid", "true")
    studio.type("C:4|B7:4")
    expect(studio.chords).to_have_attribute("aria-invalid", "false")
    expect(studio.page.get_by_role("status").filter(has_text="Q7")).to_have_count(0)


def test_what_is_suggested_can_be_put_in(studio: Studio) -> None:
    studio.type("C:4|Cmaaj7/E")
    studio.button("Change to Cmaj7/E").click()
    expect(studio.chords).to_have_value("C:4|Cmaj7/E")
    expect(studio.chords).to_have_attribute("aria-invalid", "false")
    expect(studio.chords).to_be_focused()


def test_wrong_chords_are_not_played(studio: Studio) -> None:
    studio.type("C:x")
    studio.play.click()
    expect(studio.chords).to_have_attribute("aria-invalid", "true")
    expect(studio.play).to_be_visible()
    assert studio.ask("/api/arrangements")["arrangements"] == []


def test_example_fills_the_field(studio: Studio) -> None:
    example = studio.ask("/api/options")["examples"][1]
    studio.page.get_by_role("button", name=example["name"]).click()
    expect(studio.chords).to_have_value(example["progression"])


def test_chords_stand_in_cells_and_can_be_clicked_together(studio: Studio) -> None:
    studio.type_and_have_read("C:4|Am:4")
    cells = studio.page.get_by_role("listbox", name="Chords of the chart").get_by_role("option")
    expect(cells).to_have_count(2)
    studio.page.get_by_role("button", name="Chord palette").click()
    studio.page.get_by_role("group", name="Root").get_by_role("button", name="F", exact=True).click()
    studio.page.get_by_role("button", name="Add F").click()
    expect(cells).to_have_count(3)
    expect(studio.chords).to_have_value("C:4|Am:4|F:4")
    studio.button("Undo").click()
    expect(studio.chords).to_have_value("C:4|Am:4")
    studio.button("Redo").click()
    expect(cells).to_have_count(3)


def test_chords_are_moved_and_removed_by_keyboard(studio: Studio) -> None:
    studio.type_and_have_read("C:4|Am:4|F:4")
    cells = studio.page.get_by_role("listbox", name="Chords of the chart").get_by_role("option")
    cells.nth(2).focus()
    studio.page.keyboard.press("Alt+ArrowLeft")
    expect(studio.chords).to_have_value("C:4|F:4|Am:4")
    studio.page.keyboard.press("Delete")
    expect(studio.chords).to_have_value("C:4|Am:4")


def test_chart_is_transposed(studio: Studio) -> None:
    studio.type("C:4|Am:4|F:4|G7:4")
    up = studio.button("Transpose up a semitone")
    up.click()
    up.click()
    expect(studio.chords).to_have_value("D:4|Bm:4|G:4|A7:4")
