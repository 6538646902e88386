"""A keyboard leads the band of the page: it follows, and what was played can be kept."""

from __future__ import annotations

import re
from pathlib import Path

import mido
from playwright.sync_api import expect
from tests.page.conftest import MILLISECONDS, SEED, Visit, Watch
from tests.page.studio import Studio, expect_to_fit
from tests.page.test_looks import AXE, broken_rules

# A keyboard whose keys are pressed by script, and a device that writes down what it is to play.
INSTRUMENTS = """
const keyboard = Object.assign(new EventTarget(), { id: "keys", name: "Keys", state: "connected" });
globalThis.struck = [];
const device = {
  id: "device", name: "Device", state: "connected",
  send([status, pitch, velocity], time) {
    if ((status & 0xf0) === 0x90 && velocity) globalThis.struck.push([status & 0xf, pitch, time]);
  },
};
const access = Object.assign(new EventTarget(), {
  inputs: new Map([[keyboard.id, keyboard]]), outputs: new Map([[device.id, device]]),
});
navigator.requestMIDIAccess = async () => access;
globalThis.strike = (...pitches) => {
  for (const status of [0x90, 0x80]) {
    for (const pitch of pitches) {
      const data = new Uint8Array([status, pitch, 90]);
      keyboard.dispatchEvent(Object.assign(new Event("midimessage"), { data }));
    }
  }
};
globalThis.bass = () => globalThis.struck.filter(([channel]) => channel === 2).map(([, pitch]) => pitch % 12);
"""
NOTES = 4  # of the bass, that are heard of each chord


def test_a_keyboard_leads_the_band(studio: Studio, tmp_path: Path) -> None:
    page = studio.page
    page.add_init_script(INSTRUMENTS)
    page.reload()
    studio.choose_seed(SEED)
    studio.chords.fill("C | Dm7 | F")
    studio.button("MIDI out").click()
    page.get_by_label("Play on").select_option("device")
    studio.button("Jam").click()
    jam = page.get_by_role("region", name="Jam", exact=True)
    expect(jam.get_by_text("Strike a chord: the band begins with it.")).to_be_visible()
    assert page.evaluate("struck.length") == 0
    page.evaluate("strike(48, 64, 67)")
    expect(jam.get_by_label("Chord that leads")).to_have_text("C")
    page.wait_for_function(f"() => bass().length > {NOTES}", timeout=MILLISECONDS)
    assert page.evaluate("bass()[0]") == 0

    page.evaluate("() => { struck.length = 0; strike(52, 56, 59); }")
    expect(jam.get_by_label("Chord that leads")).to_have_text("E")
    page.wait_for_function(f"() => bass().length > {NOTES} && bass().includes(4)", timeout=MILLISECONDS)
    expect(jam.get_by_test_id("jam-place")).to_have_text(re.compile(r"^\d+\.[1-4]$"))

    jam.get_by_role("button", name="Dm7", exact=True).click()
    expect(jam.get_by_label("Chord that leads")).to_have_text("Dm7")
    page.evaluate("struck.length = 0")
    page.wait_for_function(f"() => bass().length > {NOTES} && bass().includes(2)", timeout=MILLISECONDS)
    assert not AXE.exists() or broken_rules(page) == []

    jam.get_by_role("button", name="Stop", exact=True).click()
    expect(jam.get_by_text(re.compile(r"The band has played \d+ bars\."))).to_be_visible()
    with page.expect_download() as download:
        jam.get_by_role("button", name="MIDI of the jam", exact=True).click()
    download.value.save_as(tmp_path / "jam.mid")
    chords = [message.text for message in mido.MidiFile(tmp_path / "jam.mid") if message.type == "marker"]
    assert chords == ["C", "E", "Dm7"]
    jam.get_by_role("button", name="Keep as chart", exact=True).click()
    expect(studio.chords).to_have_value(re.compile(r"C\b.*E\b.*Dm7", re.DOTALL))
    jam.get_by_role("button", name="Close", exact=True).click()
    expect(jam).to_have_count(0)


def test_without_a_keyboard_chords_are_tapped_on_a_phone(visit: Visit, watch: Watch) -> None:
    page = visit((390, 800), phone=True)
    page.add_init_script("delete Navigator.prototype.requestMIDIAccess")
    page.reload()
    page.get_by_role("button", name="Jam", exact=True).tap()
    jam = page.get_by_role("region", name="Jam", exact=True)
    expect(jam.get_by_text("This browser has no MIDI: tap the chords.")).to_be_visible()
    chord = jam.get_by_role("button", name="Am", exact=True)
    expect(chord).to_be_enabled()
    chord.tap()
    expect(jam.get_by_label("Chord that leads")).to_have_text("Am")
    expect(jam.get_by_test_id("jam-place")).to_have_text(re.compile(r"^2\."))
    expect_to_fit(page)
    assert not AXE.exists() or broken_rules(page) == []

    watch.allow("ERR_FAILED")
    page.route("**/api/jams/*/bars", lambda route: route.abort())
    expect(page.get_by_text("The connection to the server broke, so the band stopped.")).to_be_visible()
    page.unroute("**/api/jams/*/bars")
    expect(jam.get_by_role("button", name="MIDI of the jam", exact=True)).to_be_visible()
    jam.get_by_role("button", name="Jam again", exact=True).tap()
    expect(page.get_by_text("The connection to the server broke")).to_have_count(0)
    expect(chord).to_be_enabled()
    page.get_by_role("button", name="Play", exact=True).tap()
    expect(jam.get_by_role("button", name="Jam again", exact=True)).to_be_visible()
