"""A SoundFont of the person's: the page plays with it, and keeps it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Request, expect
from tests.page.conftest import Visit
from tests.page.studio import Studio
from tests.page.test_looks import AXE, broken_rules

from sideman.render.soundfont import preset_font

PIANO = "/instruments/program-0.sf3"


def test_a_soundfont_is_played_with_and_kept(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    studio = Studio(page)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(_path(request)))
    font = tmp_path / "Mine.sf3"
    font.write_bytes(preset_font(0))
    instruments = page.get_by_role("region", name="Instruments")
    page.get_by_test_id("soundfont").set_input_files(font)
    expect(instruments).to_contain_text("Mine.sf3")
    expect(instruments).to_contain_text("bass (Electric bass)")
    assert not AXE.exists() or broken_rules(page) == []
    studio.have_composed()
    studio.play.click()
    studio.wait_for_sound("Piano")
    studio.wait_for_sound("Bass")
    assert "/instruments/program-33.sf3" in fetched
    assert PIANO not in fetched
    broken = tmp_path / "Broken.sf2"
    broken.write_bytes(preset_font(0)[:5_000])
    page.get_by_test_id("chart-file").set_input_files(broken)
    expect(page.get_by_role("alert")).to_contain_text("Broken.sf2 can't be played: it is damaged")
    expect(instruments).to_contain_text("Mine.sf3")
    page.reload()
    expect(instruments).to_contain_text("Mine.sf3")
    assert PIANO not in fetched
    instruments.get_by_role("button", name="Built in").click()
    page.reload()
    expect(instruments.get_by_role("button", name="Your SoundFont…")).to_be_visible()
    expect(instruments).not_to_contain_text("Mine.sf3")


def _path(request: Request) -> str:
    return request.url.split("?")[0].removeprefix(request.frame.page.url.rstrip("/"))
