"""Play: what is heard and how soon, what is seen meanwhile, and how a person leads it by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.page.conftest import Visit
from tests.page.studio import CHORDS, PIXELS, TRACKS, TYPING, Studio
from tests.page.test_leading import notes
from tests.web.conftest import wait_until

LONG = "|".join(["C:4", "Am:4", "F:4", "G7:4"] * 8)
SEED = 2  # the same notes each time, of a band in which all five play
MOST_TRACKS = 5
SEEN = 20  # pixels


def seen(studio: Studio) -> set[str]:
    """The tracks that can be seen in the band's cells."""
    return {track for track, pixels in studio.pixels().items() if pixels > SEEN}


def test_band_is_heard_and_the_page_tells_how_soon(
    visit: Visit, record_property: Callable[[str, object], None]
) -> None:
    studio = Studio(visit(recorded=True))
    studio.choose_seed(SEED)
    studio.chords.fill(LONG)
    studio.chords.press_sequentially("|C:4", delay=TYPING)
    studio.play.click()
    expect(studio.pause).to_be_visible()
    for track in TRACKS:
        studio.wait_for_sound(track)
    studio.wait_for_bar(3)
    (to_bar,), (to_sound,) = (studio.measured(f"sideman:play-to-{what}") for what in ("bar", "sound"))
    record_property("from play to the first bar", f"{to_bar:.2f} s")
    record_property("from play to the first sound", f"{to_sound:.2f} s")
    record_property("notes that came late", f"{studio.count('late')}")  # none where nothing else is at work
    record_property("bars that were waited for", f"{studio.count('wait')}")
    assert 0 < to_bar <= to_sound


def test_mixer_is_heard(studio: Studio) -> None:
    studio.chords.fill("|".join([LONG, LONG]))
    studio.play.click()
    studio.wait_for_sound("Bass")
    mute = studio.track("Bass").get_by_role("button", name="Mute")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    expect(studio.meter("Bass")).to_have_attribute("aria-valuenow", "0")
    assert studio.loudest("Bass") == 0
    studio.wait_for_sound("Drums")  # the others go on
    expect(studio.track("Bass")).to_have_class(re.compile("is-silent"))
    mute.click()
    studio.wait_for_sound("Bass")

    instrument = studio.track("Piano").get_by_role("combobox", name="Instrument")
    names = instrument.get_by_role("option").all_text_contents()
    assert len(names) >= 2
    instrument.select_option(label=names[1])
    studio.wait_for_sound("Piano")

    solo = studio.track("Drums").get_by_role("button", name="Solo")
    solo.click()
    for track in TRACKS[1:]:
        expect(studio.meter(track)).to_have_attribute("aria-valuenow", "0")
    studio.wait_for_sound("Drums")
    assert studio.loudest("Piano", 500) == 0

    studio.track("Drums").get_by_role("slider", name="Volume").fill("0")
    expect(studio.meter("Drums")).to_have_attribute("aria-valuenow", "0")
    assert studio.loudest("Drums", 800) == 0


def test_keyboard_plays_pauses_and_seeks_and_so_does_a_click_in_the_roll(studio: Studio) -> None:
    studio.have_composed()
    studio.page.get_by_role("heading", name="Sideman").click()  # nothing has the focus
    press = studio.page.keyboard.press
    press("Home")
    studio.wait_for_bar(1)
    press("ArrowRight")
    press("ArrowRight")
    studio.wait_for_bar(3)
    press("ArrowLeft")
    studio.wait_for_bar(2)
    press("Space")
    expect(studio.pause).to_be_visible()
    studio.wait_for_sound("Drums")
    press("Space")
    expect(studio.play).to_be_visible()
    assert studio.bar >= 2
    press("Home")
    studio.wait_for_bar(1)

    studio.open_roll()
    box = studio.page.get_by_role("slider", name="Piano roll: place in the piece").bounding_box()
    assert box is not None
    studio.page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
    studio.wait_for_bar(4)


def test_space_in_the_field_is_a_space(studio: Studio) -> None:
    studio.type("C Am | F G7")
    expect(studio.chords).to_have_value("C Am | F G7")
    expect(studio.play).to_be_visible()


def test_whole_page_can_be_played_by_keyboard(studio: Studio) -> None:
    studio.type(CHORDS)
    studio.page.keyboard.press("ControlOrMeta+Enter")
    expect(studio.pause).to_be_visible()
    studio.wait_for_sound("Bass")
    expect(studio.file("MIDI")).to_be_enabled()  # no disabled button is reached: they are until the piece is composed
    reached = set()
    script = "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()"
    for _ in range(300):
        studio.page.keyboard.press("Tab")
        reached.add(name := studio.page.evaluate(script))
        if name == "Chords":  # once round, back in the field
            break
    assert {
        "Pause",
        "Mute",
        "Solo",
        "Volume",
        "Instrument",
        "MIDI",
        "MP3",
        "WAV",
        "Score",
        "Stems",
        "Loops",
        "Everything",
    } <= reached


def test_loop_plays_again_and_again(studio: Studio) -> None:
    studio.page.get_by_role("slider", name="Tempo in beats a minute").fill("400")
    studio.have_composed("C:4|G:4")
    studio.page.get_by_role("heading", name="Sideman").click()
    studio.page.keyboard.press("l")
    studio.play.click()
    for bar in (2, 1, 2, 1):  # each takes 0.6 s
        studio.wait_for_bar(bar)
    expect(studio.pause).to_be_visible()
    studio.page.keyboard.press("l")
    expect(studio.play).to_be_visible()  # it ends


def test_piece_ends_and_can_be_played_again(studio: Studio) -> None:
    studio.page.get_by_role("slider", name="Tempo in beats a minute").fill("400")
    studio.type("C:4|G:4")
    for _ in range(2):
        studio.play.click()
        studio.wait_for_sound("Drums")
        expect(studio.play).to_be_visible()
    assert len(studio.measured("sideman:play-to-sound")) == 2
    assert len(studio.ask("/api/arrangements")["arrangements"]) == 1  # the second time nothing was composed


def test_takes_are_different_and_can_be_compared(studio: Studio) -> None:
    studio.choose_takes(2)
    studio.have_composed()
    takes = [studio.page.get_by_role("radio", name=re.compile(rf"^{letter}\b")) for letter in "AB"]
    expect(takes[0]).to_be_checked()
    studio.play.click()
    studio.wait_for_sound("Bass")
    first = studio.pixels()
    takes[1].check()
    studio.wait_for_sound("Bass")
    expect(studio.pause).to_be_visible()
    assert studio.pixels() != first


def test_chords_that_were_changed_a_moment_ago_are_played(studio: Studio) -> None:
    studio.have_composed("C:4|G:4")
    studio.chords.fill("Dm:4|A7:4|Gm:4")
    studio.chords.press("ControlOrMeta+Enter")  # before the server has read them
    expect(studio.pieces.get_by_role("listitem")).to_have_count(2)
    studio.wait_for_sound("Bass")
    made = [piece["progression"] for piece in studio.ask("/api/arrangements")["arrangements"]]
    assert made == ["Dm:4|A7:4|Gm:4", "C:4|G:4"]


def test_another_version_has_other_notes(studio: Studio) -> None:
    studio.have_composed()
    first = studio.pixels()
    studio.page.get_by_role("button", name="Another version").click()
    studio.wait_for_sound("Bass")
    studio.pause.click()
    assert studio.pixels() != first
    assert len(studio.ask("/api/arrangements")["arrangements"]) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cells_and_roll_follow_the_colours_of_the_system(visit: Visit, scheme: str) -> None:
    studio = Studio(visit(scheme=scheme))
    assert max(studio.pixels().values()) == 0
    studio.choose_seed(SEED)
    studio.have_composed()
    assert len(seen(studio)) >= MOST_TRACKS
    studio.open_roll()
    expect(studio.roll).to_be_visible()
    wait_until(lambda: sum(count > SEEN for count in studio.roll.evaluate(PIXELS).values()) >= MOST_TRACKS - 1)


# A MIDI device that writes down which notes it is to play, and when.
DEVICE = """
globalThis.begun = [];
const output = {
  id: "device", name: "Device", state: "connected",
  send([status, pitch, velocity], time) {
    if ((status & 0xf0) === 0x90 && velocity) globalThis.begun.push([status & 0xf, pitch, time]);
  },
};
const ports = { outputs: new Map([[output.id, output]]), inputs: new Map() };
navigator.requestMIDIAccess = async () => Object.assign(new EventTarget(), ports);
"""
BASS = 2  # its channel


def test_loop_gets_faster_and_goes_up_each_time(studio: Studio) -> None:
    studio.page.add_init_script(DEVICE)
    studio.page.reload()
    studio.choose_seed(SEED)
    studio.have_composed("C:4")
    studio.button("MIDI out").click()
    studio.page.get_by_label("Play on").select_option("device")
    studio.button("Loop").click()
    summary = studio.page.locator("summary")
    summary.filter(has_text="Practice").click()
    studio.page.get_by_label("Faster each time").select_option("10")
    studio.page.get_by_label("At most").select_option("120")
    studio.page.get_by_label("Key each time").select_option("2")
    studio.page.keyboard.press("Escape")
    expect(studio.page.get_by_label("At most")).to_be_hidden()
    studio.page.evaluate("() => { globalThis.begun = [] }")
    studio.play.click()
    expect(summary.filter(has_text="3rd time: 120 %, +4")).to_be_visible()
    expect(summary.filter(has_text="4th time: 120 %, −6")).to_be_visible()
    played = studio.page.evaluate("(bass) => globalThis.begun.filter(([channel]) => channel === bass)", BASS)
    (bar,) = notes(studio)["bass"]
    count = len(bar)
    first, second, third = (played[number * count : (number + 1) * count] for number in range(3))
    assert [(pitch - 2) % 12 for _, pitch, _ in second] == [pitch % 12 for _, pitch, _ in first]
    assert [(pitch - 4) % 12 for _, pitch, _ in third] == [pitch % 12 for _, pitch, _ in first]
    lengths = [each[-1][2] - each[0][2] for each in (first, second, third)]
    assert lengths == pytest.approx([lengths[0], lengths[0] / 1.1, lengths[0] / 1.2], rel=0.02)
    studio.pause.click()
    expect(summary.filter(has_text="Practice")).to_be_visible()
