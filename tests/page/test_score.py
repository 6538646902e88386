"""The chart as a score: written form, the sounding chord, playing from a bar, other instruments, paper, a stand."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.page.conftest import Visit
from tests.page.serving import SECONDS
from tests.page.studio import Studio, resize
from tests.page.test_looks import AXE, broken_rules

from sideman.charts import read
from sideman.charts.paper.drawing import draw
from sideman.charts.paper.marks import LETTER
from sideman.charts.paper.readers import reader_of

SHEET = """A Walk Outside
Key: C
Tempo: 120

[Verse]
|: C | Am | 1. F | G7 :|
2. Dm7 G7 | C |
And nobody said a word

[Chorus tracks=piano,bass loudness=p]
F | G | C/E | C/E |
"""
STEPS = 48  # of a bar of 4/4
BEAT = 12
LIT = ".score-bars [aria-current=true]"


def bars(within: Studio | Locator) -> Locator:
    return (within.page if isinstance(within, Studio) else within).locator(".score-bar")


def names(studio: Studio) -> list[str]:
    return [cell.get_attribute("title") or "" for cell in studio.score.all()]


def have_read(studio: Studio, text: str, count: int) -> None:
    with studio.page.expect_response("**/api/charts"):
        studio.chords.fill(text)
    expect(bars(studio)).to_have_count(count)
    studio.page.wait_for_timeout(100)


def lit(studio: Studio) -> tuple[int, str, float]:
    """At one moment: the number of the lit bar in the score, its pass, and the position in steps."""
    script = """() => {
      const bar = document.querySelector(".score-bars .score-bar.is-heard");
      const step = document.querySelector("[aria-label=Position]").valueAsNumber;
      return [Number(bar?.dataset.bar ?? -1), bar?.querySelector(".score-pass").textContent ?? "", step];
    }"""
    bar, pass_, step = studio.page.evaluate(script)
    return bar, pass_, step


def test_songwriter_pastes_a_sheet_that_stands_as_written_and_practises_the_chorus(studio: Studio) -> None:
    have_read(studio, SHEET, 10)
    expect(studio.page.locator(".score-section")).to_have_text(["Verse", "Chorus"])
    expect(studio.page.locator(".score-wishes")).to_have_text("p, piano + bass")
    assert names(studio) == ["C", "Am", "F", "G7", "Dm7", "G7", "C", "F", "G", "C/E", "C/E"]
    expect(studio.page.locator(".score-ending")).to_have_text(["1.", "2."])
    assert [bar.evaluate("bar => bar.matches('.opens')") for bar in bars(studio).all()].index(True) == 0
    expect(studio.page.locator(".score-bar.closes")).to_have_attribute("data-bar", "3")
    expect(studio.page.locator(".score-bar.is-again")).to_have_attribute("data-bar", "9")
    expect(studio.page.get_by_text("12 bars")).to_be_visible()  # as played

    studio.page.get_by_role("slider", name="Tempo in beats a minute").fill("240")
    studio.button("Count-in").click()
    studio.button("Loop").click()
    for end, bar in (("To bar", "10"), ("From bar", "9")):
        studio.page.get_by_label(end).fill(bar)
        studio.page.keyboard.press("Tab")
    studio.page.get_by_label("Speed").select_option("70")
    studio.page.locator("summary").filter(has_text="Practice").click()
    studio.page.get_by_label("Faster each time").select_option("10")
    studio.page.get_by_label("Times").select_option("2")
    studio.page.keyboard.press("Escape")
    bars(studio).nth(6).locator(".score-number").click()  # from the first bar of the chorus
    expect(bars(studio).nth(6)).to_have_class(re.compile("is-heard"))
    expect(studio.page.locator("summary").filter(has_text="2nd time of 2: 110 %")).to_be_visible()
    expect(studio.play).to_be_visible()  # it ends by itself, and begins there again
    assert studio.bar == 9


def test_the_sounding_chord_is_lit_in_step_with_the_music(studio: Studio) -> None:
    """A bar that is written once and played twice says which time it is."""
    have_read(studio, SHEET.replace("120", "240"), 10)
    written = [0, 1, 2, 3, 0, 1, 4, 5, 6, 7, 8, 9]
    studio.play.click()
    studio.wait_for_sound("Bass")
    seen = set()
    for _ in range(70):
        bar, time, step = lit(studio)
        played = int(step // STEPS)
        near = min(step % STEPS, STEPS - step % STEPS)
        if near > 2 and played < len(written):  # a frame may lie between the two
            assert bar == written[played]
            assert time == {0: "1×", 1: "1×", 4: "2×", 5: "2×"}.get(played, "")
            seen.add(played)
        if len(seen) > 6:
            break
        studio.page.wait_for_timeout(200)
    assert {4, 5} <= seen
    studio.pause.click()
    expect(studio.page.locator(LIT)).to_have_count(0)


def test_it_plays_from_a_bar_that_is_pressed(studio: Studio) -> None:
    have_read(studio, "C | Am | F | G", 4)
    bars(studio).nth(2).locator(".score-number").click()
    studio.wait_for_sound("Bass")
    assert float(studio.position.input_value()) >= 2 * STEPS
    expect(studio.page.locator(LIT)).to_have_attribute("title", re.compile("^[FG]$"))
    bars(studio).nth(0).locator(".score-number").click()
    studio.wait_for_bar(1)
    studio.pause.click()
    studio.score.nth(3).focus()
    studio.page.keyboard.press("Shift+Enter")
    studio.wait_for_bar(4)


def test_a_chord_that_is_pressed_is_selected_and_heard(studio: Studio) -> None:
    have_read(studio, "C | Am", 2)
    studio.play.click()
    studio.wait_for_sound("Piano")
    studio.pause.click()
    expect(studio.meter("Piano")).to_have_attribute("aria-valuenow", "0")
    studio.score.nth(1).click()
    expect(studio.score.nth(1)).to_have_attribute("aria-selected", "true")
    deadline = time.monotonic() + SECONDS
    while studio.loudest("Piano", 500) == 0:  # a chord that would come late, or was over before it was looked for
        assert time.monotonic() < deadline
        studio.score.nth(1).click()


def test_chart_stays_in_sight_and_the_page_where_it_is(visit: Visit) -> None:
    studio = Studio(visit(size=(1440, 600)))
    have_read(studio, "\n".join(["C | Am | F | G7 |"] * 16), 64)
    studio.fold_text()
    studio.page.evaluate("scrollTo(0, 0)")
    bars(studio).nth(0).locator(".score-number").click()
    studio.wait_for_sound("Bass")
    studio.go_to_bar(41)
    expect(bars(studio).nth(40)).to_be_in_viewport()
    assert studio.page.evaluate("scrollY") == 0


def test_text_is_folded_away_where_there_is_a_chart_and_opens_where_it_is_needed(visit: Visit) -> None:
    page = visit()
    button = page.get_by_role("button", name="Edit text")
    field = page.get_by_role("textbox", name="Chords", exact=True)
    expect(page.get_by_role("option")).not_to_have_count(0)
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(field).to_be_hidden()
    button.press("Enter")
    expect(field).to_be_visible()
    page.reload()
    expect(field).to_be_visible()  # it is remembered
    button.click()
    expect(field).to_be_hidden()
    page.get_by_role("button", name="Clear").click()
    expect(field).to_be_visible()
    page.keyboard.press("ControlOrMeta+z")  # with the focus nowhere
    expect(page.get_by_role("option")).not_to_have_count(0)


def test_edits_stay_in_the_text_where_it_is_written_once_and_played_twice(studio: Studio) -> None:
    have_read(studio, SHEET, 10)
    studio.score.nth(1).focus()
    studio.page.keyboard.press("Alt+ArrowLeft")
    expect(studio.chords).to_have_value(SHEET.replace("C | Am", "Am | C"))
    expect(bars(studio)).to_have_count(10)


def test_teacher_prints_for_another_instrument(studio: Studio, tmp_path: Path) -> None:
    have_read(studio, "Title: Four Friends\nKey: Bb major\n" + "\n".join(["Bb | Gm7 | Ebmaj7 | F7/A |"] * 8), 32)
    text = studio.chords.input_value()
    studio.page.get_by_label("Read chords").select_option("B♭ instruments")
    assert names(studio)[:4] == ["C", "Am7", "Fmaj7", "G7/B"]
    assert studio.chords.input_value() == text
    studio.page.emulate_media(media="print")
    for unseen in (studio.play, studio.chords, studio.page.get_by_role("banner"), studio.roll):
        expect(unseen).to_be_hidden()
    head = studio.page.locator(".score-print")
    expect(head).to_contain_text("Four Friends")
    expect(head).to_contain_text("C major, for B♭ instruments · 4/4 · ♩ = 120")
    expect(bars(studio).last).to_be_visible()
    file = tmp_path / "sheet.pdf"
    studio.page.pdf(path=file, format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", file.read_bytes())) == 1
    studio.page.emulate_media(media="screen")
    studio.page.reload()
    expect(studio.page.get_by_label("Read chords")).to_have_value("Bb")  # it is remembered


def test_guitarist_reads_behind_a_capo_and_in_numbers(studio: Studio) -> None:
    have_read(studio, "Key: F\nF | Dm | Bb | C7", 4)
    reading = studio.page.get_by_label("Read chords")
    reading.select_option("Capo 3")
    assert names(studio) == ["D", "Bm", "G", "A7"]
    reading.select_option("Nashville numbers")
    assert names(studio) == ["1", "6-", "4", "57"]
    reading.select_option("As it sounds")
    assert names(studio) == ["F", "Dm", "Bb", "C7"]


def followed(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Follow me")


@pytest.mark.parametrize("sizes", [[(390, 844), (844, 390), (320, 640)], [(1440, 900)]], ids=["phone", "screen"])
def test_a_chart_on_a_stand_goes_along_with_the_music(visit: Visit, sizes: list[tuple[int, int]]) -> None:
    studio = Studio(visit(size=sizes[0], phone=len(sizes) > 1))
    have_read(studio, SHEET, 10)
    studio.page.get_by_role("button", name="Follow me").click()
    view = followed(studio.page)
    view.get_by_role("button", name="Play", exact=True).click()
    for width, height in sizes:
        resize(studio.page, width, height)
        expect(view.locator("[aria-current=true]")).to_be_in_viewport()
        expect(view.get_by_text("♩ = 120")).to_be_visible()
        box = view.bounding_box()
        assert box is not None
        assert [box["width"], box["height"]] == [width, height]
        assert view.evaluate("box => box.scrollWidth - box.clientWidth") == 0
    studio.page.keyboard.press("Escape")
    expect(view).to_have_count(0)
    expect(studio.pause).to_be_visible()  # the music goes on


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1440)])
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run npm ci in frontend/")
def test_everybody_can_follow(visit: Visit, scheme: str, width: int) -> None:
    studio = Studio(visit(size=(width, 800), scheme=scheme))
    have_read(studio, SHEET, 10)
    assert broken_rules(studio.page) == []
    studio.page.get_by_role("button", name="Follow me").click()
    view = followed(studio.page)
    view.get_by_role("button", name="Play", exact=True).click()
    expect(view.locator("[aria-current=true]").first).to_be_visible()
    view.get_by_role("button", name="Pause").click()
    assert broken_rules(studio.page) == []
    view.get_by_role("button", name="Leave").click()
    expect(view).to_have_count(0)


def test_the_chart_is_taken_away_as_a_pdf_as_it_is_read(studio: Studio) -> None:
    have_read(studio, SHEET, 10)
    studio.page.get_by_role("combobox", name="Read chords").select_option("Bb")
    with studio.page.expect_download() as started:
        studio.button("PDF").click()
    assert started.value.suggested_filename == "A Walk Outside.pdf"
    expected = draw(read(SHEET).sheet, "pdf", reader_of("Bb"), LETTER)  # the browser speaks American
    assert started.value.path().read_bytes() == expected


def test_a_score_is_taken_away(studio: Studio, tmp_path: Path) -> None:
    studio.have_composed("C:4|F:4")
    written = studio.download("Score", tmp_path).read_text("utf-8")
    assert "<part-name>Drums</part-name>" in written


def test_a_player_is_read_as_notes_on_staves(studio: Studio) -> None:
    studio.have_composed("C:4|Am:4|Dm7:2|G7:2|C:4")
    for player, other in (("Piano", "Bass"), ("Drums", "Guitar")):
        studio.open_roll(player)
        studio.button("Notation").click()
        notation = studio.page.get_by_role("img", name=f"Notation of {player}")
        expect(notation.locator("svg")).to_be_visible()
        assert notation.locator("svg .vf-stavenote").count() > 8
        studio.open_roll(other)
        expect(studio.page.get_by_role("img", name=f"Notation of {player}")).to_be_hidden()
        studio.button("Notation").click()
        expect(studio.page.get_by_role("img", name=re.compile("Notation of"))).to_be_hidden()
