"""The page follows the clock of a studio: it starts with it, keeps with it, and stops with it."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.page.conftest import MILLISECONDS, Visit
from tests.page.studio import STEPS_PER_BAR, Studio
from tests.page.test_looks import AXE, broken_rules

TEMPO = 150  # quarters a minute; the piece is at 120
TICKS = 24  # of a quarter
OFF = 0.15  # quarters that the page may be off on a busy machine
# A studio whose clock is that of the page's timers, which come late now and then.
STUDIO = """
const input = Object.assign(new EventTarget(), { id: "studio", name: "Studio", state: "connected" });
const access = Object.assign(new EventTarget(), { outputs: new Map(), inputs: new Map([[input.id, input]]) });
navigator.requestMIDIAccess = async () => access;
window.say = (...data) => {
  input.dispatchEvent(Object.assign(new Event("midimessage"), { data: new Uint8Array(data) }));
};
window.run = (tempo) => {
  const begin = performance.now();
  window.sent = 0;
  window.timer = setInterval(() => {
    const due = ((performance.now() - begin) / 60_000) * tempo * 24;
    for (; window.sent < due; window.sent += 1) say(0xf8);
  }, 4);
};
"""
QUARTERS_OFF = f"""
() => {{
  const step = document.querySelector('[aria-label="Position"]').valueAsNumber;
  return Math.abs((window.sent - window.started) / {TICKS} - step / {STEPS_PER_BAR // 4});
}}
"""


def test_a_studio_leads_the_page(visit: Visit) -> None:
    page = visit((1440, 1400))
    page.add_init_script(STUDIO)
    page.reload()
    studio = Studio(page)
    studio.have_composed(" | ".join(["C", "Am", "F", "G7"] * 4))
    studio.button("MIDI out").click()
    page.locator("summary").filter(has_text="Clock in").click()
    page.get_by_label("Follow the clock of").select_option("Studio")
    page.evaluate(f"run({TEMPO})")
    expect(page.get_by_text(f"The clock is at {TEMPO} bpm.")).to_be_visible()
    assert not AXE.exists() or broken_rules(page) == []
    page.evaluate("() => { say(0xfa); window.started = window.sent; }")
    expect(studio.pause).to_be_visible()
    studio.wait_for_bar(5)
    page.wait_for_function(f"() => ({QUARTERS_OFF})() < {OFF}", timeout=MILLISECONDS)
    page.evaluate("say(0xfc)")
    expect(studio.play).to_be_visible()
    page.evaluate("() => { say(0xf2, 16, 0); say(0xfb); }")
    studio.wait_for_bar(2)
    expect(studio.pause).to_be_visible()
    page.evaluate("clearInterval(window.timer)")
    expect(page.get_by_text("The clock of Studio has stopped: so does the page.")).to_be_visible()
    expect(studio.play).to_be_visible()
