"""A piece that ends on a chord that rings, on the page: its bar more is no other chart."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.page.conftest import Visit
from tests.page.studio import Studio
from tests.page.test_leading import copied_link, latest, notes

FORM = "[Verse]\nC | Am | F | G\n[Chorus loudness=f]\nF | G"


def test_piece_with_an_ending_is_that_of_the_chart_without(studio: Studio, visit: Visit) -> None:
    with studio.options():
        studio.page.get_by_label("Ending").select_option("ring")
    studio.have_composed(FORM)
    studio.open_roll()
    chords = studio.page.get_by_role("toolbar", name="Chords").get_by_role("button")
    expect(chords).to_have_count(7)
    assert latest(studio)["progression"].endswith("|C:4")
    expect(studio.button("Compose anew")).to_have_count(0)
    composed = notes(studio)

    studio.button("Transpose up a semitone").click()
    expect(studio.page.get_by_text("1 semitone higher").first).to_be_visible()
    expect(chords.last).to_contain_text("Db")
    studio.button("Transpose down a semitone").click()
    expect(studio.button("Compose anew")).to_have_count(0)

    other = Studio(visit(path=copied_link(studio)))
    expect(other.file("MIDI")).to_be_enabled()
    expect(other.button("Compose anew")).to_have_count(0)
    assert notes(other) == composed

    studio.type_and_have_read(FORM.replace("Am", "Dm"))
    studio.button("Play only what changed").click()
    expect(studio.page.get_by_text("The chart has changed since.")).to_have_count(0)
    changed = notes(studio)
    assert {len(bars) for bars in changed.values()} == {7}
    assert {bar for track in composed for bar in range(7) if composed[track][bar] != changed[track][bar]} == {1}
