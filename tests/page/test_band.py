"""The band's grid: a producer's work on its cells, a phone's, and how it reads to those who don't see it."""

from __future__ import annotations

import re
from pathlib import Path

import mido
import pytest
from playwright.sync_api import Locator, expect
from tests.page.conftest import SEED, Scheme, Visit
from tests.page.studio import STEPS_PER_BAR, Studio, expect_to_fit
from tests.page.test_leading import Notes, notes, other_places
from tests.page.test_looks import AXE, WHOLE, broken_rules
from tests.web.conftest import wait_until

CHORDS = "[Verse]\nC | Am | F | G\n[Chorus]\nF | G | C | C"
LOCKED = re.compile(r", locked$")
# What dragging out of the browser gives to whom it is dropped on: Chromium has the file fetched from this address.
DRAGGED = """
(element) => {
  const transfer = new DataTransfer();
  element.dispatchEvent(new DragEvent("dragstart", { bubbles: true, cancelable: true, dataTransfer: transfer }));
  return transfer.getData("DownloadURL");
}
"""


def in_its_bar(played: Notes, track: str, bar: int) -> list[list[int]]:
    """The notes of a bar, from 1, from the bar's own start."""
    return [[onset - STEPS_PER_BAR * (bar - 1), *rest] for onset, *rest in played[track][bar - 1]]


def change(studio: Studio, before: Notes) -> Notes:
    """What the piece is once it has changed, and nothing is under way."""
    wait_until(lambda: notes(studio) != before)
    expect(studio.button("Undo change")).to_be_enabled()
    return notes(studio)


def test_producer_locks_redoes_copies_drags_and_edits(studio: Studio, tmp_path: Path) -> None:
    studio.have_composed(CHORDS)
    composed = notes(studio)
    page = studio.page
    for name in ("Verse", "Chorus"):
        expect(studio.band.get_by_text(name, exact=True)).to_be_visible()

    # The whole bass stays, and two cells of the piano.
    lock = studio.button("Lock all of bass")
    lock.click()
    expect(lock).to_have_attribute("aria-pressed", "true")
    studio.drag(studio.cell("Piano", 1), studio.cell("Piano", 2))
    studio.button("Lock").click()
    expect(studio.cell("Piano", 2)).to_have_attribute("aria-label", LOCKED)
    expect(studio.cell("Piano", 3)).not_to_have_attribute("aria-label", LOCKED)

    # A rectangle over all of them is played anew, around what is locked.
    studio.drag(studio.cell("Piano", 1), studio.cell("Bass", 4))
    expect(studio.button("Three takes")).to_be_disabled()  # locks divide it
    studio.button("Redo selection").click()
    redone = change(studio, composed)
    changed = other_places(composed, redone)
    assert changed
    assert changed <= {("piano", bar) for bar in (3, 4)} | {("guitar", bar) for bar in range(1, 5)}

    pasted = copy_bars_of_drums(studio, redone)

    # The MIDI is dragged out as it is now.
    kind, name, address = page.get_by_text("Drag MIDI to your studio").evaluate(DRAGGED).split(":", 2)
    assert (kind, name[-4:]) == ("audio/midi", ".mid")
    (tmp_path / "dragged.mid").write_bytes(page.request.get(address).body())
    assert any(message.type == "note_on" for message in mido.MidiFile(tmp_path / "dragged.mid"))

    open_and_edit(studio, pasted)


def copy_bars_of_drums(studio: Studio, redone: Notes) -> Notes:
    """The first to the sixth by buttons, to two more by keys, which is undone."""
    studio.cell("Drums", 1).click()
    studio.button("Copy").click()
    studio.cell("Drums", 6).click()
    studio.button("Paste").click()
    pasted = change(studio, redone)
    assert in_its_bar(pasted, "drums", 6) == in_its_bar(redone, "drums", 1)
    assert other_places(redone, pasted) <= {("drums", 6)}
    expect(studio.cell("Drums", 6)).to_have_attribute("aria-label", LOCKED)
    studio.cell("Drums", 6).press("ArrowRight")
    studio.page.keyboard.press("Shift+ArrowRight")
    studio.page.keyboard.press("ControlOrMeta+v")
    filled = change(studio, pasted)
    assert [in_its_bar(filled, "drums", bar) for bar in (7, 8)] == [in_its_bar(redone, "drums", 1)] * 2
    studio.page.keyboard.press("ControlOrMeta+z")
    wait_until(lambda: notes(studio) == pasted)
    expect(studio.cell("Drums", 7)).not_to_have_attribute("aria-label", LOCKED)
    return pasted


def open_and_edit(studio: Studio, before: Notes) -> None:
    """A row opens to its roll, where a note is struck harder; another row takes its place."""
    page = studio.page
    studio.cell("Bass", 3).dblclick()
    expect(studio.button("Bass, roll")).to_have_attribute("aria-expanded", "true")
    studio.button("Edit notes").click()
    layer = page.get_by_test_id("notes")
    expect(layer).to_have_attribute("aria-label", "Notes of bass")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    edited = change(studio, before)
    assert {track for track, _ in other_places(before, edited)} == {"bass"}
    studio.open_roll("Piano")
    expect(layer).to_have_attribute("aria-label", "Notes of piano")
    studio.button("Piano, roll").click()
    expect(page.get_by_role("group", name="Piano roll")).to_have_count(0)


def test_phone_locks_and_redoes_by_touch(visit: Visit) -> None:
    studio = Studio(visit((390, 844), phone=True))
    studio.choose_seed(SEED)
    studio.have_composed(CHORDS)
    composed = notes(studio)
    page = studio.page
    expect_to_fit(page)
    for target in (studio.cell("Piano", 1), studio.button("Lock all of piano"), studio.button("More of piano")):
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40
    studio.cell("Drums", 1).tap()
    studio.button("Lock").tap()
    expect(studio.cell("Drums", 1)).to_have_attribute("aria-label", LOCKED)
    expect(studio.button("Redo selection")).to_be_in_viewport()
    studio.cell("Guitar", 2).tap()
    studio.button("Redo selection").tap()
    redone = change(studio, composed)
    assert other_places(composed, redone) == {("guitar", 2)}

    # A finger that rests and then moves selects several; one that moves at once scrolls.
    rest_and_move(studio, studio.cell("Piano", 1), studio.cell("Guitar", 3))
    for cell in (studio.cell("Piano", 1), studio.cell("Guitar", 3)):
        expect(cell).to_have_attribute("aria-selected", "true")
    expect(studio.cell("Bass", 1)).to_have_attribute("aria-selected", "false")
    studio.button("Select nothing").tap()
    studio.button("Piano, roll").tap()
    expect(page.get_by_role("group", name="Piano roll")).to_be_visible()
    expect_to_fit(page)


def rest_and_move(studio: Studio, start: Locator, end: Locator) -> None:
    """One finger that is held for a while, then goes to another place."""
    start.scroll_into_view_if_needed()
    touch = studio.page.context.new_cdp_session(studio.page)
    places = [{"x": box["x"] + 20, "y": box["y"] + 20} for each in (start, end) if (box := each.bounding_box())]
    for kind, place in (("touchStart", places[0]), ("touchMove", places[1])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
        studio.page.wait_for_timeout(600)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_keys_alone_select_lock_redo_and_open(studio: Studio) -> None:
    studio.have_composed(CHORDS)
    composed = notes(studio)
    keys, page = studio.page.keyboard, studio.page
    studio.cell("Drums", 1).focus()
    for key in ("ArrowDown", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown"):
        keys.press(key)
    for track, bar in (("Piano", 2), ("Piano", 3), ("Guitar", 2), ("Guitar", 3)):
        expect(studio.cell(track, bar)).to_have_attribute("aria-selected", "true")
    keys.press("Tab")
    expect(studio.button("Redo selection")).to_be_focused()
    keys.press("Enter")
    redone = change(studio, composed)
    assert other_places(composed, redone) <= {(track, bar) for track in ("piano", "guitar") for bar in (2, 3)}
    keys.press("Escape")
    expect(studio.cell("Guitar", 3)).to_be_focused()
    expect(studio.cell("Guitar", 3)).to_have_attribute("aria-selected", "false")
    keys.press("Enter")
    expect(page.get_by_role("group", name="Piano roll")).to_be_visible()
    expect(studio.button("Guitar, roll")).to_have_attribute("aria-expanded", "true")


def test_playing_bar_is_lit_and_stays_in_sight(studio: Studio) -> None:
    studio.have_composed("|".join(["C:4", "Am:4", "F:4", "G7:4"] * 12))
    studio.go_to_bar(29)
    lit = studio.band.locator(".band-lit")
    studio.button("Undo change").scroll_into_view_if_needed()
    studio.play.click()
    studio.wait_for_bar(30)
    studio.pause.click()
    cell, place = studio.cell("Drums", studio.bar).bounding_box(), lit.bounding_box()
    assert cell is not None
    assert place is not None
    assert abs(cell["x"] - place["x"]) < 2
    assert abs(cell["width"] - place["width"]) < 2
    expect(studio.cell("Drums", studio.bar)).to_be_in_viewport()


# What playing makes of the band: cells that are painted, and elements that come, go or are said otherwise.
COUNT = """
() => {
  const counts = globalThis.counts = { painted: 0, changed: 0 };
  const paint = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) { counts.painted += 1; paint.apply(this, box); };
  const observer = new MutationObserver((records) => { counts.changed += records.length; });
  observer.observe(document.querySelector(".band"), { childList: true, characterData: true, subtree: true });
}
"""


def test_nothing_is_drawn_anew_while_it_plays(studio: Studio) -> None:
    studio.page.get_by_role("slider", name="Tempo in beats a minute").fill("240")
    studio.have_composed(CHORDS)
    studio.button("Undo change").scroll_into_view_if_needed()
    studio.page.evaluate(COUNT)
    studio.play.click()
    studio.wait_for_bar(6)
    assert studio.page.evaluate("() => globalThis.counts") == {"painted": 0, "changed": 0}


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1440)])
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run npm ci in frontend/")
def test_everybody_can_use_the_band(visit: Visit, scheme: Scheme, width: int) -> None:
    studio = Studio(visit(size=(width, WHOLE), scheme=scheme))
    studio.have_composed(CHORDS)
    studio.button("More of piano").click()
    studio.button("Lock all of bass").click()
    studio.drag(studio.cell("Piano", 1), studio.cell("Guitar", 2))
    studio.button("Copy").click()
    studio.page.get_by_text("Players and bars").click()
    assert broken_rules(studio.page) == []
    studio.button("Three takes").click()
    expect(studio.page.get_by_role("radio")).to_have_count(4)
    studio.open_roll("Drums")
    assert broken_rules(studio.page) == []
