"""The page without its server: it opens, and plays what was opened before."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect
from tests.page.conftest import SEED
from tests.page.serving import serve
from tests.page.studio import CHORDS, Studio

KEPT = """
async (needed) => {
  const cache = await caches.open("sideman");
  const kept = (await cache.keys()).map(({ url }) => new URL(url).pathname);
  return needed.every((part) => kept.some((path) => path.includes(part)));
}
"""


def test_page_opens_and_plays_without_its_server(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(reduced_motion="reduce")
    with serve(tmp_path) as address:
        page = context.new_page()
        page.goto(address)
        studio = Studio(page)
        studio.choose_seed(SEED)
        studio.have_composed(CHORDS)
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        page.reload()  # from now on all that is asked for is kept
        expect(studio.file("MIDI")).to_be_enabled()
        needed = [
            "/assets/",
            "/api/charts",
            "chords:parse",
            "kit-0",
            *(f"program-{number}." for number in (0, 25, 33, 48)),
            "/api/options",
            "/events",
        ]
        page.wait_for_load_state("networkidle")
        page.wait_for_function(f"async (needed) => await ({KEPT})(needed)", arg=needed)
    page.reload()
    expect(studio.pieces.get_by_role("listitem")).to_have_count(1)
    expect(studio.chords).to_have_value(CHORDS)
    expect(studio.file("MIDI")).to_be_enabled()  # the piece is open
    studio.play.click()
    studio.wait_for_sound("Bass")
    context.close()
