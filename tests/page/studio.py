"""What a person finds on the page, by the names that a person (or a screen reader) finds it by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Download, Error, Locator, Page, Response, expect

CHORDS = "C | Am | F | G7"
TRACKS = ("Drums", "Bass", "Piano", "Guitar", "Strings")
TYPING = 30  # milliseconds a key
STEPS_PER_BAR = 48

# Pixels of a canvas that have a track's colour, full or less so: those on the line between it and the ground. Every
# third pixel is looked at, each colour once: whoever plays has to be at the next note within 0.2 s.
PIXELS = """
(canvas) => {
  const rgb = (name) => {
    const probe = document.createElement("span");
    probe.style.color = `var(--${name})`;
    canvas.parentElement.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    const pixel = new OffscreenCanvas(1, 1).getContext("2d");
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    return [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const dot = (one, other) => one.reduce((sum, value, index) => sum + value * other[index], 0);
  const ground = rgb("panel");
  const tracks = ["drums", "bass", "piano", "guitar", "strings", "melody"].map((name) => [name, rgb(name), 0]);
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  if (canvas.width && canvas.height) copy.drawImage(canvas, 0, 0);
  const seen = new Map();
  const pixels = new Uint32Array(copy.getImageData(0, 0, canvas.width || 1, canvas.height || 1).data.buffer);
  for (let at = 0; at < pixels.length; at += 3) seen.set(pixels[at], (seen.get(pixels[at]) ?? 0) + 1);
  for (const [colour, count] of seen) {
    const gone = ground.map((value, index) => ((colour >> (8 * index)) & 255) - value);
    for (const track of tracks) {
      const way = track[1].map((value, index) => value - ground[index]);
      const share = dot(way, gone) / dot(way, way);
      const off = Math.hypot(...gone.map((value, index) => value - share * way[index]));
      if (share > 0.7 && off < 12) track[2] += count;
    }
  }
  return Object.fromEntries(tracks.map(([name, , count]) => [name, count]));
}
"""

NEXT_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
FARTHEST = """
() => [...document.querySelectorAll("body *")]
  .filter((part) => part.getBoundingClientRect().right > document.documentElement.clientWidth)
  .map((part) => part.cloneNode().outerHTML)
"""


def resize(page: Page, width: int, height: int) -> None:
    """Give the window another size. What follows it by script does so within the next frames."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(NEXT_FRAMES)


def expect_to_fit(page: Page) -> None:
    """Nothing reaches beyond the window: waits, as `expect` does, and names what does."""
    try:
        page.wait_for_function(FITS)
    except Error as error:
        raise AssertionError(f"reach beyond the window: {page.evaluate(FARTHEST)}") from error


class Studio:
    """A visitor's page, and what can be done there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.chords = page.get_by_role("textbox", name="Chords", exact=True)
        self.play = page.get_by_role("button", name="Play", exact=True)
        self.pause = page.get_by_role("button", name="Pause", exact=True)
        self.position = page.get_by_role("slider", name="Position", exact=True)
        self.band = page.get_by_role("region", name="Band")
        self.roll = page.get_by_test_id("roll")
        self.pieces = page.get_by_role("list", name="Your pieces")
        self.text = self.button("Edit text")
        self.open_text()
        self.fold_text()
        self.open_text()  # by hand: it stays open when it is played
        expect(self.chords).to_be_editable()

    def open_text(self) -> None:
        """Have the chart's text in sight: where there is a chart, it is folded away."""
        expect(self.text).to_be_visible()
        if self.text.get_attribute("aria-expanded") == "false":
            self.text.click()

    def fold_text(self) -> None:
        """Fold it away again."""
        if self.text.get_attribute("aria-expanded") == "true":
            self.text.click()

    @property
    def score(self) -> Locator:
        """The chords of the chart, as they are set."""
        return self.page.get_by_role("listbox", name="Chords of the chart").get_by_role("option")

    def type(self, chords: str = CHORDS) -> None:
        """As a person does, key by key."""
        self.chords.click()
        self.chords.press("ControlOrMeta+a")
        self.chords.press_sequentially(chords, delay=TYPING)

    def type_and_have_read(self, chords: str) -> None:
        """Type chords and wait until the server has read them: before, their cells can't be changed."""

        def reads(response: Response) -> bool:
            return (
                response.url.endswith("/api/charts") and (response.request.post_data_json or {}).get("text") == chords
            )

        with self.page.expect_response(reads):
            self.type(chords)
        self.page.wait_for_timeout(100)

    def have_composed(self, chords: str = CHORDS) -> None:
        """Have a piece composed to its end, and stop it: the files are ready."""
        self.chords.fill(chords)
        self.play.click()
        self.pause.click()
        expect(self.play).to_be_visible()
        expect(self.file("MIDI")).to_be_enabled()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def choose_seed(self, seed: int) -> None:
        """Have the same notes each time."""
        with self.options():
            self.page.get_by_label("Seed").fill(str(seed))
            self.page.keyboard.press("Enter")

    def choose_takes(self, takes: int) -> None:
        """Have so many composed from now on."""
        with self.options():
            self.page.get_by_role("group", name="Takes").get_by_role("button", name=str(takes), exact=True).click()

    @contextmanager
    def options(self, menu: str = "More") -> Iterator[None]:
        """Have options in sight: those of a menu of the bar or, where there is little room, all."""
        summary = self.page.locator("summary").filter(has_text=re.compile(f"Options|{menu}: "))
        details = summary.locator("..")
        if details.get_attribute("open") is None:
            summary.click()
        yield
        if details.get_attribute("open") is not None:  # a press elsewhere has closed a menu of the bar
            summary.click()

    def file(self, name: str) -> Locator:
        """The button of a kind of file."""
        return self.page.get_by_role("region", name="Take away").get_by_role("button", name=name, exact=True)

    def track(self, name: str) -> Locator:
        """Its strip of the mixer, the head of its row."""
        return self.band.get_by_role("group", name=name, exact=True)

    def cell(self, track: str, bar: int) -> Locator:
        """A bar of a player, from 1."""
        return self.band.get_by_role("gridcell", name=re.compile(rf"^{track}, bar {bar},"))

    def drag(self, start: Locator, end: Locator) -> None:
        """From the middle of one thing to that of another."""
        start.scroll_into_view_if_needed()
        for locator, press in ((start, True), (end, False)):
            box = locator.bounding_box()
            assert box is not None
            self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
            if press:
                self.page.mouse.down()
        self.page.mouse.up()

    def open_roll(self, track: str = "All players") -> None:
        """Of one player, or of all; leave it open where it is."""
        opener = self.button("All players") if track == "All players" else self.button(f"{track}, roll")
        if "true" not in (opener.get_attribute("aria-pressed"), opener.get_attribute("aria-expanded")):
            opener.click()

    def meter(self, track: str) -> Locator:
        return self.track(track).get_by_role("meter")

    def level(self, track: str) -> float:
        """What a track's meter shows, 0 to 100."""
        return float(self.meter(track).get_attribute("aria-valuenow") or "nan")

    def loudest(self, track: str, milliseconds: int = 1_500) -> float:
        """The most that a track's meter shows within a time."""
        rounds = milliseconds // 100
        levels = []
        for _ in range(rounds):
            levels.append(self.level(track))
            self.page.wait_for_timeout(100)
        return max(levels)

    def wait_for_sound(self, track: str) -> None:
        expect(self.meter(track)).not_to_have_attribute("aria-valuenow", "0")

    @property
    def bar(self) -> int:
        """The bar that is heard, or would be, from 1."""
        return int(float(self.position.input_value()) // STEPS_PER_BAR) + 1

    def wait_for_bar(self, bar: int) -> None:
        """Until the playhead is there."""
        field = self.position.element_handle()
        condition = f"field => Math.floor(field.valueAsNumber / {STEPS_PER_BAR}) + 1 === {bar}"
        self.page.wait_for_function(condition, arg=field)

    def go_to_bar(self, bar: int) -> None:
        """Have it play from there, or go on there."""
        step = (bar - 1) * STEPS_PER_BAR
        self.position.evaluate(f"field => {{ field.value = {step}; field.dispatchEvent(new Event('change')); }}")

    def pixels(self) -> dict[str, int]:
        """How many pixels of the band's cells each track has."""
        counts = [picture.evaluate(PIXELS) for picture in self.band.get_by_test_id("notes-small").all()]
        return {track: sum(count[track] for count in counts) for track in counts[0]}

    def picture(self) -> str:
        """All that the cells show, which two takes of one rhythm tell apart where as many pixels have each colour."""
        pictures = self.band.get_by_test_id("notes-small")
        shown: str = pictures.evaluate_all("(canvases) => canvases.map((canvas) => canvas.toDataURL()).join()")
        return shown

    def measured(self, name: str) -> list[float]:
        """Seconds of a User Timing measure, each time it was taken."""
        script = "name => performance.getEntriesByName(name, 'measure').map(({ duration }) => duration / 1000)"
        seconds: list[float] = self.page.evaluate(script, name)
        return seconds

    def count(self, name: str) -> int:
        """How often User Timing was marked: ``late`` for notes that came late, ``wait`` for bars that weren't there."""
        return int(self.page.evaluate("name => performance.getEntriesByName(name, 'mark').length", f"sideman:{name}"))

    def download(self, name: str, folder: Path) -> Path:
        """Press a download's button and have its file."""
        with self.page.expect_download() as waiting:
            self.file(name).click()
        download: Download = waiting.value
        path = folder / download.suggested_filename
        download.save_as(path)
        return path

    def ask(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What the server answers to this browser."""
        response = self.page.request.get(path)
        assert response.ok
        return response.json()

    def open_button(self, name: str = "") -> Locator:
        """Of the pieces in the list that have the name within theirs."""
        return self.pieces.get_by_role("button", name=re.compile(f"^Open .*{re.escape(name)}"))
