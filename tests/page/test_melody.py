"""A melody on the page: dropped on its strip, seen, heard beside the band, and taken away as a sixth track."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import mido
from playwright.sync_api import expect
from tests.charts.test_musicxml import harmony, score
from tests.charts.test_musicxml_tune import note
from tests.page.studio import Studio
from tests.page.test_leading import DROP, latest, notes

from sideman import Role, read_midi

TUNE = [72, 74, 76, 77, 79, 81, 83, 84] * 2


def tune(path: Path) -> Path:
    """Four bars of quarter notes on a clarinet, the last note beyond them."""
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack([mido.Message("program_change", program=71)])
    for pitch in [*TUNE, 60]:
        track.append(mido.Message("note_on", note=pitch, velocity=110))
        track.append(mido.Message("note_off", note=pitch, time=480))
    file.tracks.append(track)
    file.save(path)
    return path


def test_a_melody_is_dropped_seen_heard_and_taken_away(studio: Studio, tmp_path: Path) -> None:
    strip = studio.track("Melody")
    data = base64.b64encode(tune(tmp_path / "mine.mid").read_bytes()).decode()
    studio.page.evaluate(DROP, [strip.element_handle(), data])
    expect(strip).to_contain_text("mine.mid")
    studio.have_composed()
    expect(strip).to_contain_text("Melody of 17 notes: 1 left out.")
    expect(strip.get_by_role("combobox", name="Instrument")).to_have_value("66")  # who plays for a clarinet
    studio.open_roll()
    expect(studio.page.get_by_role("list", name="Colours")).to_contain_text("Melody")
    played = notes(studio)
    assert [note[2] for bar in played["melody"] for note in bar] == TUNE

    with studio.page.expect_request("**/api/charts:draw") as asked, studio.page.expect_download() as started:
        studio.button("PDF").click()
    assert [note[2] for note in json.loads(asked.value.post_data or "")["melody"]] == TUNE
    assert started.value.path().read_bytes().count(b"/Subtype /Form") > 0  # heads, a clef: no chord chart has them

    strip.get_by_role("button", name="Solo").click()
    studio.play.click()
    studio.wait_for_sound("Melody")
    assert studio.level("Piano") == 0
    assert studio.pixels()["melody"] > 0
    studio.play.click()
    strip.get_by_role("button", name="Solo").click()

    file = read_midi(studio.download("MIDI", tmp_path))
    assert len(file.tracks) == len(Role)
    assert (file[Role.MELODY].program, file[Role.MELODY].notes[:, 2].tolist()) == (71, TUNE)
    strip.get_by_role("slider", name="Volume").fill("80")
    assert read_midi(studio.download("MIDI", tmp_path))[Role.MELODY].program == 71

    studio.button("Without the melody").click()
    expect(studio.page.get_by_text("The options have changed since.").first).to_be_visible()
    studio.button("Compose anew").click()
    expect(studio.pieces.get_by_role("listitem")).to_have_count(2)
    assert latest(studio)["given"] == []


def test_a_score_is_opened_and_its_melody_plays_along(studio: Studio, tmp_path: Path) -> None:
    bars = [harmony(root) + note(f"{root}5", 8) for root in ("C", "F", "G", "C")]
    path = tmp_path / "tune.musicxml"
    path.write_text(score(*bars))
    strip = studio.track("Melody")
    expect(strip.get_by_role("button", name="From the score")).to_have_count(0)
    studio.page.get_by_test_id("chart-file").set_input_files(path)
    strip.get_by_role("button", name="From the score").click()
    expect(strip).to_contain_text("tune.musicxml")
    studio.play.click()
    studio.pause.click()
    expect(strip).to_contain_text("Melody of 4 notes, unchanged.")
    assert [note[2] for bar in notes(studio)["melody"] for note in bar] == [72, 77, 79, 72]


# A keyboard whose keys are pressed by script.
KEYBOARD = """
class Keyboard extends EventTarget {
  state = "connected";
  send(...data) {
    this.dispatchEvent(Object.assign(new Event("midimessage"), { data: new Uint8Array(data) }));
  }
}
globalThis.keyboard = new Keyboard();
const access = Object.assign(new EventTarget(), {
  inputs: new Map([["1", globalThis.keyboard]]), outputs: new Map(), onstatechange: null,
});
navigator.requestMIDIAccess = async () => access;
"""


def test_a_melody_is_recorded_while_the_band_plays(studio: Studio) -> None:
    studio.page.add_init_script(KEYBOARD)
    studio.page.reload()
    studio.have_composed()
    studio.button("Record melody").click()
    studio.wait_for_sound("Bass")
    for pitch in (72, 76):
        studio.page.evaluate("(pitch) => globalThis.keyboard.send(0x90, pitch, 100)", pitch)
        studio.page.wait_for_timeout(200)
        studio.page.evaluate("(pitch) => globalThis.keyboard.send(0x80, pitch, 0)", pitch)
    studio.button("Record melody").click()
    expect(studio.page.get_by_text("2 notes recorded")).to_be_visible()
    expect(studio.track("Melody")).to_contain_text("Recorded")
    studio.pause.click()
    studio.button("Compose anew").click()
    expect(studio.pieces.get_by_role("listitem")).to_have_count(2)
    expect(studio.file("MIDI")).to_be_enabled()
    expect(studio.track("Melody")).to_contain_text("Melody of 2 notes")
    melody = [note for bar in notes(studio)["melody"] for note in bar]
    assert [pitch for _, _, pitch, _ in melody] == [72, 76]
    assert melody[0][0] < melody[1][0]
    assert all(duration > 0 and velocity == 100 for _, duration, _, velocity in melody)
