"""How it looks and reads: narrow and wide, dark and light, and to those who don't see it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.page.conftest import Visit
from tests.page.studio import Studio

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 360, 768, 1440)
SMALLEST_TARGET = 24  # CSS pixels, of WCAG 2.2


def filled(visit: Visit, **options: Any) -> Studio:  # noqa: ANN401 - of the visit
    studio = Studio(visit(**options))
    studio.have_composed()
    return studio


def broken_rules(page: Page) -> list[str]:
    """What axe finds wrong. Put in from outside: the page's own policy lets no foreign script in."""
    page.evaluate(AXE.read_text())
    result = page.evaluate(f"() => axe.run({{ runOnly: {RULES}, resultTypes: ['violations'] }})")
    return [f"{rule['id']}: {', '.join(node['html'][:120] for node in rule['nodes'])}" for rule in result["violations"]]


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_beyond_the_window(visit: Visit, width: int) -> None:
    studio = filled(visit, size=(width, 800))
    script = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert studio.page.evaluate(script) == 0
    for locator in (studio.chords, studio.play, studio.track("Strings"), studio.file("Stems")):
        locator.scroll_into_view_if_needed()
        box = locator.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_play_is_in_reach_of_a_thumb(visit: Visit) -> None:
    studio = filled(visit, size=(360, 640), phone=True)
    expect(studio.play).to_be_in_viewport()
    box = studio.play.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 40
    studio.play.tap()
    studio.wait_for_sound("Bass")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run npm ci in frontend/")
def test_everybody_can_use_it(visit: Visit, scheme: str, width: int) -> None:
    studio = filled(visit, size=(width, 800), scheme=scheme)
    studio.page.get_by_role("button", name="Chord palette").click()
    assert broken_rules(studio.page) == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run npm ci in frontend/")
def test_everybody_can_use_it_when_it_is_empty(visit: Visit) -> None:
    assert broken_rules(Studio(visit()).page) == []


def test_every_control_has_a_name(visit: Visit) -> None:
    studio = filled(visit)
    controls = studio.page.locator("button, input, select, textarea, a[href], [role=slider], [role=meter], [tabindex]")
    unnamed = [
        control.evaluate("element => element.outerHTML.slice(0, 120)")
        for control in controls.all()
        if control.is_visible() and not control.aria_snapshot().partition('"')[2]
    ]
    assert unnamed == []


def test_dark_and_light_differ_and_can_be_chosen(visit: Visit) -> None:
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light, dark = (Studio(visit(scheme=scheme)).page for scheme in ("light", "dark"))
    colours = light.evaluate(ground), dark.evaluate(ground)
    assert colours[0] != colours[1]
    theme = light.get_by_role("button", name="Colours")
    theme.click()
    assert light.evaluate(ground) == colours[1]
    light.reload()
    assert light.evaluate(ground) == colours[1]  # it is remembered
    theme.click()
    assert light.evaluate(ground) == colours[0]
