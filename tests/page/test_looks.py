"""How it looks and reads: narrow and wide, dark and light, and to those who don't see it."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.page.conftest import Scheme, Visit
from tests.page.studio import Studio, expect_to_fit, resize

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDTHS = (320, 360, 768, 1440)
WHOLE = 6_000  # CSS pixels, more than the page is high
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


def test_nothing_reaches_beyond_the_window_or_lies_over_another(visit: Visit) -> None:
    studio = filled(visit)
    for width in WIDTHS:
        resize(studio.page, width, 800)
        expect_to_fit(studio.page)
        for locator in (studio.chords, studio.play, studio.track("Strings"), studio.file("Stems")):
            locator.scroll_into_view_if_needed()
            box = locator.bounding_box()
            assert box is not None
            assert box["x"] >= 0, width
            assert box["x"] + box["width"] <= width
    for loops in (False, True):
        for width in [*range(320, 681, 20), 768, 899, 1280]:
            resize(studio.page, width, 800)
            assert_apart(studio.page, width)
        if not loops:
            studio.button("Loop").click()


BOXES = """
(parts) => parts.map((part) => part.getBoundingClientRect().toJSON()).filter(({ width, height }) => width && height)
"""


def assert_apart(page: Page, width: int) -> None:
    """Nothing in the bar at the bottom lies over another thing, reaches beyond the window or is cut off."""
    parts = page.locator(".transport-inner > *:not([role=status])")  # messages come above
    boxes = parts.evaluate_all(BOXES)
    place = page.locator(".transport-where")
    assert place.evaluate("element => element.scrollWidth <= element.clientWidth")
    for one, other in combinations(boxes, 2):
        assert max(one["x"] + one["width"], other["x"] + other["width"]) <= width
        apart = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        assert apart or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]


def test_play_is_in_reach_of_a_thumb(visit: Visit) -> None:
    studio = filled(visit, size=(360, 640), phone=True)
    expect(studio.play).to_be_in_viewport()
    box = studio.play.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 40
    studio.play.tap()
    studio.wait_for_sound("Bass")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run npm ci in frontend/")
def test_everybody_can_use_it_and_edit_notes(visit: Visit, scheme: str) -> None:
    studio = filled(visit, size=(360, WHOLE), scheme=scheme)  # the bar with Play lies over nothing
    studio.page.get_by_role("button", name="Chord palette").click()
    assert broken_rules(studio.page) == []
    resize(studio.page, 1440, WHOLE)
    assert broken_rules(studio.page) == []
    resize(studio.page, 360 if scheme == "light" else 1440, WHOLE)
    studio.open_roll("Bass")
    studio.button("Edit notes").click()
    expect(studio.page.get_by_test_id("notes")).to_be_focused()
    studio.page.keyboard.press("ArrowRight")
    expect(studio.button("Delete notes")).to_be_enabled()
    assert broken_rules(studio.page) == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run npm ci in frontend/")
def test_everybody_can_see_how_a_chart_was_read(visit: Visit) -> None:
    studio = Studio(visit(size=(360, WHOLE)))
    for text, seen in (("C Am F G7", ".assumption"), ("[Verse]\nC | Xyz\nCmaaj7 | Q7", ".chart-faults > li")):
        studio.chords.fill(text)
        expect(studio.page.locator(seen).first).to_be_visible()
        for scheme in SCHEMES:
            studio.page.emulate_media(color_scheme=scheme)
            assert broken_rules(studio.page) == [], (text, scheme)


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run npm ci in frontend/")
def test_everybody_can_use_it_when_it_is_empty_and_find_help_and_licences(visit: Visit) -> None:
    page = Studio(visit()).page
    assert broken_rules(page) == []
    page.get_by_role("button", name="Keyboard shortcuts").click()
    link = page.get_by_role("link", name="their licences")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert broken_rules(page) == [], scheme
    with page.expect_popup() as opened:
        link.click()
    expect(opened.value.locator("body")).to_contain_text("spessasynth_core")


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
