"""What the page takes of a browser: bytes, time to sound, frames a second, long tasks, memory, stops of Tab.

Run it on a machine that has nothing else to do: ``python -m benchmarks.page``. Chromium without a screen draws in
software, so frames a second are a lower bound.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.page import chromium
from tests.page.serving import serve
from tests.page.studio import Studio

LOOP = " | ".join(["Dm7", "G7", "CM7", "Am7"] * 16)
SECONDS = 8.0
ROUNDS = 3
WATCH = """
globalThis.long = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) globalThis.long.push(duration);
}).observe({ type: "longtask", buffered: true });
"""
FRAMES = """
(seconds) => new Promise((resolve) => {
  const times = [];
  globalThis.long.length = 0;
  const begin = performance.now();
  const next = (time) => {
    times.push(time);
    if (performance.now() - begin < seconds * 1000) requestAnimationFrame(next);
    else {
      const gaps = times.slice(1).map((each, at) => each - times[at]);
      resolve({
        rate: (gaps.length * 1000) / (times.at(-1) - times[0]),
        worst: Math.max(...gaps),
        long: globalThis.long.map(Math.round),
      });
    }
  };
  requestAnimationFrame(next);
})
"""
LOADED = """
() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map(
  ({ name, transferSize }) => [new URL(name).pathname, transferSize])
"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def visit(browser: Browser, address: str) -> tuple[Page, Studio]:
    """A first visit."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, service_workers="block")  # bytes are seen
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    return page, Studio(page)


def tell(what: str, value: object) -> None:
    """A line of the table."""
    sys.stdout.write(f"{what:46} {value}\n")
    sys.stdout.flush()


def tell_frames(page: Page, what: str) -> None:
    """A line of frames and long tasks, while the page does what it does."""
    found: dict[str, Any] = page.evaluate(FRAMES, SECONDS)
    long = sorted(found["long"], reverse=True)
    tell(what, f"{found['rate']:.0f} frames/s, worst frame {found['worst']:.0f} ms, long tasks {len(long)} {long[:5]}")


def loading(browser: Browser, address: str) -> None:
    """What a first visit fetches, and when something is seen."""
    page, studio = visit(browser, address)
    expect(studio.play).to_be_visible()
    page.wait_for_timeout(5_000)
    loaded: list[tuple[str, int]] = page.evaluate(LOADED)
    tell("first visit, kB", round(sum(size for _, size in loaded) / 1000))
    tell("first contentful paint, ms", round(page.evaluate(PAINTED)))
    tell("long tasks of the first visit, ms", sorted(map(round, page.evaluate("globalThis.long")), reverse=True))
    stops = 0
    page.locator("body").evaluate("body => body.focus()")
    while page.evaluate("document.activeElement.className").split()[-1:] != ["transport-play"] and stops < 200:
        page.keyboard.press("Tab")
        stops += 1
    tell("stops of Tab to Play", stops)
    page.context.close()


def sounding(browser: Browser, address: str) -> None:
    """From a press of Play to the sound, and memory after it."""
    pressed, again = [], []
    for _ in range(ROUNDS):
        page, studio = visit(browser, address)
        page.wait_for_timeout(3_000)
        studio.play.click()
        studio.wait_for_sound("Bass")
        studio.pause.click()
        expect(studio.file("MIDI")).to_be_enabled()
        page.wait_for_timeout(1_000)
        pressed += [round(studio.measured("sideman:play-to-sound")[-1], 2)]
        studio.play.click()
        studio.wait_for_sound("Bass")
        page.wait_for_timeout(1_000)
        again += [round(studio.measured("sideman:play-to-sound")[-1], 2)]
        loaded: list[tuple[str, int]] = page.evaluate(LOADED)
        instruments = sum(size for path, size in loaded if path.startswith("/instruments/"))
        page.context.close()
    tell("instruments of a piece, kB", round(instruments / 1000))
    tell("press to sound, s", pressed)
    tell("press to sound of what is composed, s", again)


def moving(browser: Browser, address: str) -> None:
    """Frames and long tasks with 64 bars."""
    page, studio = visit(browser, address)
    tell_frames(page, "idle")
    studio.chords.fill(LOOP)
    studio.play.click()
    studio.wait_for_sound("Bass")
    tell_frames(page, "playing while 64 bars are composed")
    expect(studio.file("MIDI")).to_be_enabled(timeout=60_000)
    tell_frames(page, "playing 64 bars")
    studio.fold_text()
    studio.open_roll()
    tell_frames(page, "playing with the roll open")
    page.get_by_role("button", name="Follow me").click()
    tell_frames(page, "playing, following")
    page.keyboard.press("Escape")
    tell("elements with 64 bars", page.evaluate("document.querySelectorAll('*').length"))
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    tell("heap after collection, MB", round(session.send("Runtime.getHeapUsage")["usedSize"] / 1e6, 1))
    page.context.close()


def main() -> None:
    """Print all of it."""
    path = chromium.find() or sys.exit("no Chromium here")
    with TemporaryDirectory() as folder, serve(Path(folder)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        for part in (loading, sounding, moving):
            part(browser, address)
        browser.close()


if __name__ == "__main__":
    main()
