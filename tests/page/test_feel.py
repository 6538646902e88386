"""Swing, hands, tempo and key on the page: heard at once, in files and links, without composing anew."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import mido
from playwright.sync_api import expect
from tests.page.conftest import Visit
from tests.page.studio import CHORDS, Studio
from tests.web.conftest import wait_until

PULSES = 480  # of a beat
EIGHTH = 250.0  # milliseconds at 120 beats a minute
NEAR = 12.0  # milliseconds

# A MIDI device that writes down when its notes begin.
DEVICE = """
globalThis.begun = [];
const output = {
  id: "device", name: "Device", state: "connected",
  send([status, pitch, velocity], time) {
    if ((status & 0xf0) === 0x90 && velocity) globalThis.begun.push(time);
  },
};
const ports = { outputs: new Map([[output.id, output]]), inputs: new Map() };
navigator.requestMIDIAccess = async () => Object.assign(new EventTarget(), ports);
"""


def places(data: bytes | Path) -> set[int]:
    """Where notes begin, in pulses within their beat."""
    file = mido.MidiFile(data) if isinstance(data, Path) else mido.MidiFile(file=io.BytesIO(data))
    found = set()
    for track in file.tracks:
        pulse = 0
        for message in track:
            pulse += message.time
            if message.type == "note_on":
                found.add(pulse % PULSES)
    return found


def markers(path: Path) -> list[str]:
    return [message.text for message in mido.MidiFile(path).tracks[0] if message.type == "marker"]


def set_slider(studio: Studio, name: str, value: str) -> None:
    with studio.options("Feel"):
        studio.page.get_by_role("slider", name=name, exact=True).fill(value)


def pieces(studio: Studio) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = studio.ask("/api/arrangements")["arrangements"]
    return listed


def eighths(studio: Studio) -> float:
    """The share of straight eighths among the times between notes that began since this was last asked."""
    studio.page.evaluate("() => { globalThis.begun = [] }")
    studio.page.wait_for_function("() => globalThis.begun.length > 60")
    times: list[float] = studio.page.evaluate("() => [...new Set(globalThis.begun)].sort((a, b) => a - b)")
    between = [later - earlier for earlier, later in pairwise(times) if later - earlier > NEAR]
    return sum(abs(time - EIGHTH) < NEAR for time in between) / len(between)


def test_swing_is_heard_while_it_plays_and_nothing_is_composed_for_it(studio: Studio) -> None:
    studio.page.add_init_script(DEVICE)
    studio.page.reload()
    studio.choose_seed(1)  # a band that plays eighths
    studio.have_composed("|".join([CHORDS] * 4))
    studio.button("MIDI out").click()
    studio.page.get_by_label("Play on").select_option("device")
    studio.play.click()
    expect(studio.pause).to_be_visible()
    before = eighths(studio)
    set_slider(studio, "Swing", "75")
    studio.page.wait_for_timeout(600)  # what was sent ahead
    after = eighths(studio)
    assert before > 0.2
    assert after < before / 4
    expect(studio.pause).to_be_visible()
    assert len(pieces(studio)) == 1


def test_midi_with_swing_67_has_its_off_beats_at_two_thirds(studio: Studio, tmp_path: Path) -> None:
    studio.have_composed()
    straight = places(studio.download("MIDI", tmp_path))
    set_slider(studio, "Swing", "67")
    swung = places(studio.download("MIDI", tmp_path))
    assert PULSES // 2 in straight
    assert PULSES * 2 // 3 in swung
    assert PULSES // 2 not in swung


def test_swing_stays_through_a_reload_a_link_and_the_list(studio: Studio, visit: Visit) -> None:
    studio.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    studio.have_composed()
    set_slider(studio, "Swing", "67")
    set_slider(studio, "Humanize", "50")
    studio.page.get_by_role("button", name="Copy link").click()
    link: str = studio.page.evaluate("() => navigator.clipboard.readText()")
    assert "swing=67" in link
    wait_until(lambda: (pieces(studio)[0]["swing"], pieces(studio)[0]["humanize"]) == (67, 0.5))
    studio.page.reload()
    told = "swing 67 % (triplets), humanized 50 %"
    expect(studio.page.get_by_text(told)).to_be_visible()

    other = Studio(visit(path=link))
    expect(other.file("MIDI")).to_be_enabled()
    expect(other.page.get_by_text(told)).to_be_visible()
    (original,), (copy,) = pieces(studio), pieces(other)
    assert {name: copy[name] for name in ("swing", "humanize", "seed")} == {
        name: original[name] for name in ("swing", "humanize", "seed")
    }


def test_same_band_in_another_key_and_at_another_tempo(studio: Studio, tmp_path: Path) -> None:
    studio.have_composed()
    for _ in range(2):
        studio.button("Transpose up a semitone").click()
    expect(studio.chords).to_have_value("D | Bm | G | A7")
    expect(studio.page.get_by_text("2 semitones higher").first).to_be_visible()
    studio.page.get_by_role("slider", name="Tempo in beats a minute").fill("60")
    expect(studio.page.get_by_text("at 60 bpm, composed for 120").first).to_be_visible()
    studio.open_roll()
    expect(studio.page.get_by_role("toolbar", name="Chords").get_by_role("button").first).to_contain_text("D")
    path = studio.download("MIDI", tmp_path)
    assert markers(path) == ["D", "Bm", "G", "A7"]
    assert 14 < mido.MidiFile(path).length < 17
    studio.play.click()
    expect(studio.pause).to_be_visible()
    studio.wait_for_sound("Bass")
    assert len(pieces(studio)) == 1
    studio.pause.click()

    studio.button("Compose anew").click()
    expect(studio.page.get_by_text("composed for 120")).to_have_count(0)
    expect(studio.pieces.get_by_role("listitem")).to_have_count(2)
    assert pieces(studio)[0]["progression"] == "D:4|Bm:4|G:4|A7:4"


def test_piece_of_another_chart_says_so(studio: Studio) -> None:
    studio.have_composed()
    expect(studio.button("Compose anew")).to_have_count(0)
    studio.type_and_have_read("C:4|F:4")
    expect(studio.page.get_by_text("The chart has changed since.").first).to_be_visible()
    expect(studio.page.get_by_role("region", name="Take away")).to_contain_text("The chart has changed since.")
    expect(studio.pieces).to_contain_text("Not of the chart above")
    studio.button("Compose anew").click()
    expect(studio.page.get_by_text("The chart has changed since.")).to_have_count(0)


def test_a_style_is_chosen_by_ear(studio: Studio) -> None:
    page = studio.page
    page.add_init_script(DEVICE)
    page.reload()
    studio.button("MIDI out").click()
    page.get_by_label("Play on").select_option("device")
    page.get_by_title("Hear the styles").click()
    jazz = studio.button("Jazz")
    jazz.click()
    expect(jazz).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => begun.length > 8")
    studio.button("Take jazz").click()
    expect(page.get_by_label("Style", exact=True)).to_have_value("jazz")
    studio.button("Punk").click()
    expect(jazz).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")  # closed, nothing of them plays
    page.get_by_title("Hear the styles").click()
    expect(studio.button("Punk")).to_have_attribute("aria-pressed", "false")
