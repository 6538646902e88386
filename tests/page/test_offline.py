"""The page without its server: it opens, and plays what was opened before; it finds a server that is back."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from tests.page.conftest import MILLISECONDS
from tests.page.serving import FONTS, serve
from tests.page.studio import CHORDS, Studio

AWAY = "The server can't be reached. What was opened before plays"
KEPT = """
async (needed) => {
  const kept = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) kept.push(new URL(url).pathname);
  }
  return needed.filter((part) => !kept.some((path) => path.includes(part)));
}
"""
NEEDED = ["/assets/", "/api/options", "/events", "/revisions", "chords:parse", "/api/charts", *FONTS]
SECONDS = 60.0


def wait_until_kept(page: Page) -> None:
    deadline = time.monotonic() + SECONDS
    while missing := page.evaluate(KEPT, NEEDED):
        assert time.monotonic() < deadline, f"not kept: {missing}"
        page.wait_for_timeout(100)


SLOW = {"offline": False, "latency": 60, "downloadThroughput": 9e6 / 8, "uploadThroughput": 1e6 / 8}


def test_phone_on_a_slow_line_then_without_its_server(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(MILLISECONDS)
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)
    with serve(tmp_path) as address:
        page.goto(address)
        studio = Studio(page)
        studio.chords.fill(CHORDS)
        studio.play.tap()
        studio.wait_for_sound("Bass")
        studio.pause.tap()
        expect(studio.file("MIDI")).to_be_enabled()
        wait_until_kept(page)  # on the first visit, without another one
    page.reload()
    expect(studio.file("MIDI")).to_be_enabled()  # the piece is open
    expect(page.get_by_text(AWAY)).to_be_visible()
    expect(studio.pieces.get_by_role("listitem")).to_have_count(1)
    expect(studio.chords).to_have_value(CHORDS)
    studio.play.tap()
    studio.wait_for_sound("Bass")
    studio.pause.tap()
    studio.button("Another version").tap()  # the band lives at the server
    expect(page.get_by_role("alert").filter(has_text="can't be reached")).to_be_visible()
    tab = context.new_page()  # another one, as of an installed page
    tab.goto(address)
    expect(Studio(tab).file("MIDI")).to_be_enabled()
    tab.close()
    with serve(tmp_path, int(address.rsplit(":", 1)[1])):
        expect(page.get_by_text(AWAY)).to_be_hidden()  # it looks again and again
        studio.button("Another version").tap()
        expect(studio.pieces.get_by_role("listitem")).to_have_count(2)
    context.close()
