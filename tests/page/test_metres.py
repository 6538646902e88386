"""Metres on the page: bars of five are one bar, and clicks by the beats that a metre has."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.page.studio import Studio

MIXED = "5/4\nC | F | 3/4 G7 | 7/8 C"
LINES = [0, 60, 120, 156, 198]  # steps

# Keeps when tones of the metronome begin, and how high they are.
CLICKS = """
() => {
  window.clicks = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (time) {
    window.clicks.push([time, this.frequency.value]);
    return start.call(this, time);
  };
}
"""


def begun(studio: Studio) -> list[list[float]]:
    return sorted(studio.page.evaluate("() => window.clicks"))


def set_tempo(studio: Studio, tempo: int) -> None:
    studio.page.get_by_role("slider", name="Tempo in beats a minute").fill(str(tempo))


def test_bars_of_five_are_one_bar_on_the_page(studio: Studio) -> None:
    set_tempo(studio, 400)
    studio.have_composed(MIXED)
    (piece,) = studio.ask("/api/arrangements")["arrangements"]
    assert (piece["bars"], piece["meters"]) == (4, ["5/4", "5/4", "3/4", "7/8"])
    expect(studio.page.locator(".transport-place")).to_contain_text("/ 4")
    for bar, line in enumerate(LINES[:-1], 1):
        studio.position.fill(str(line))
        expect(studio.page.locator(".transport-place")).to_contain_text(f"{bar}.1 / 4")
    studio.position.fill("0")
    studio.play.click()
    studio.wait_for_sound("Drums")
    expect(studio.play).to_be_visible()  # it ends
    assert studio.count("wait") == 0


def test_metronome_and_count_in_follow_the_metre_and_are_remembered(studio: Studio) -> None:
    set_tempo(studio, 240)
    studio.have_composed("3/4\nC | F | G7 | C")
    studio.page.evaluate(CLICKS)
    studio.play.click()
    expect(studio.play).to_be_visible()
    assert begun(studio) == []
    for name in ("Metronome", "Count-in"):
        studio.button(name).click()
        expect(studio.button(name)).to_have_attribute("aria-pressed", "true")
    studio.play.click()
    expect(studio.play).to_be_visible()  # it ends
    clicks = begun(studio)
    assert len(clicks) == 3 * 5  # a bar before the four
    assert [high == max(pitch for _, pitch in clicks) for _, high in clicks] == [True, False, False] * 5
    studio.page.reload()
    for name in ("Metronome", "Count-in"):
        expect(studio.button(name)).to_have_attribute("aria-pressed", "true")
