"""Charts as people have them: pasted, dropped, opened, shared; what was assumed, and what can't be read."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import quote

from playwright.sync_api import Locator, expect
from tests.page.conftest import Visit
from tests.page.studio import Studio, expect_to_fit, resize

Record = Callable[[str, object], None]

SHEET = """A Walk Outside
Tempo: 92

[Verse]
C          Am
We went along the river
F          G7
And nobody said a word

[Chorus]
F   G   C   Am
Oh the long way home
"""
WRONG = """[Verse]
C | Xyz | F | G

[Chorus]
Am | Cmaaj7 | Qrs7 | G
"""


def tune(title: str, *chords: str) -> str:
    """A song as iReal Pro's older links have it."""
    return f"{title}=Nobody Known=Medium Swing=C=n=*A[T44{' |'.join(chords)} Z"


LINK = "irealbook://" + quote(tune("Two Rooms", "C^7", "A-7", "D-7", "G7"))
PLAYLIST = "irealbook://" + quote(tune("Two Rooms", "C^7", "A-7") + "=" + tune("Three Doors", "F", "Bb") + "=Doors")


def measure(number: int, root: str, kind: str, attributes: str = "") -> str:
    harmony = f"<harmony><root><root-step>{root}</root-step></root><kind>{kind}</kind></harmony>"
    note = "<note><rest/><duration>3</duration></note>"
    return f'<measure number="{number}">{attributes}{harmony}{note}</measure>'


def musicxml() -> str:
    """A waltz of four bars."""
    attributes = (
        "<attributes><divisions>1</divisions><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"
    )
    chords = [("C", "major"), ("A", "minor"), ("D", "minor-seventh"), ("G", "dominant")]
    measures = [measure(at + 1, *chord, "" if at else attributes) for at, chord in enumerate(chords)]
    parts = '<part-list><score-part id="P1"><part-name>Lead</part-name></score-part></part-list>'
    title = "<work><work-title>Small Waltz</work-title></work>"
    return f'<score-partwise version="3.1">{title}{parts}<part id="P1">{"".join(measures)}</part></score-partwise>'


def mxl() -> bytes:
    """The waltz as a compressed file."""
    container = '<container><rootfiles><rootfile full-path="score.xml"/></rootfiles></container>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("score.xml", musicxml())
    return file.getvalue()


def paste(studio: Studio, text: str) -> None:
    """Put a text in place of what is in the field, as the clipboard does."""
    studio.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    studio.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    studio.chords.click()
    studio.chords.press("ControlOrMeta+a")
    studio.chords.press("ControlOrMeta+v")


def drop(studio: Studio, data: bytes, name: str) -> None:
    """Drop a file on the middle of the page."""
    script = """([data, name]) => {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], name));
      const place = document.querySelector("main");
      for (const kind of ["dragenter", "dragover", "drop"]) {
        place.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }));
      }
    }"""
    studio.page.evaluate(script, [base64.b64encode(data).decode(), name])


def cells(studio: Studio) -> Locator:
    return studio.page.get_by_role("listbox", name="Chords of the chart").get_by_role("option")


def assumptions(studio: Studio) -> Locator:
    return studio.page.get_by_role("region", name="How the chart was read")


def names(studio: Studio) -> list[str]:
    """The chords of the chart."""
    return [cell.get_attribute("title") or "" for cell in cells(studio).all()]


def play(studio: Studio, record: Record) -> None:
    """One click, and the band is heard."""
    studio.play.click()
    expect(studio.pause).to_be_visible()
    studio.wait_for_sound("Bass")
    (seconds,) = studio.measured("sideman:play-to-sound")
    record("from play to the first sound", f"{seconds:.2f} s")


def latest(studio: Studio) -> dict[str, object]:
    piece: dict[str, object] = studio.ask("/api/arrangements")["arrangements"][0]
    return piece


def test_sheet_with_words_becomes_a_song_and_plays(studio: Studio, record_property: Record) -> None:
    paste(studio, SHEET)
    expect(cells(studio)).to_have_count(8)
    assert names(studio) == ["C", "Am", "F", "G7", "F", "G", "C", "Am"]
    chart = studio.page.get_by_role("region", name="Chart", exact=True)
    expect(chart).to_contain_text("A Walk Outside")
    expect(cells(studio).nth(4)).to_have_accessible_name("Chorus: F, bar 5, 4 beats, 5 of 8")
    expect(studio.page.get_by_role("slider", name="Tempo in beats a minute")).to_have_value("92")
    play(studio, record_property)
    assert latest(studio)["name"] == "A Walk Outside"
    assert latest(studio)["tempo"] == 92
    expect(studio.chords).to_have_value(SHEET)


def test_ireal_link_becomes_its_chords_and_plays(studio: Studio, record_property: Record) -> None:
    before = studio.chords.input_value()
    paste(studio, LINK)
    expect(cells(studio)).to_have_count(4)
    expect(studio.chords).not_to_have_value(LINK)
    assert [name[0] for name in names(studio)] == ["C", "A", "D", "G"]
    play(studio, record_property)
    assert (latest(studio)["name"], latest(studio)["style"]) == ("Two Rooms", "jazz")
    studio.button("Undo").click()
    expect(studio.chords).to_have_value(before)


def test_jazz_player_drops_a_link_and_plays_three_choruses_each_in_another_key(studio: Studio) -> None:
    script = """(link) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData("text/uri-list", link);
      for (const kind of ["dragenter", "dragover", "drop"]) {
        const event = new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer });
        document.querySelector(".band").dispatchEvent(event);
      }
    }"""
    studio.page.evaluate(script, "irealbook://" + quote(tune("Two Rooms", "C^7", "A-7")))
    expect(cells(studio)).to_have_count(2)
    studio.button("Loop").click()
    studio.page.locator("summary").filter(has_text="Practice").click()
    studio.page.get_by_label("Times").select_option("3")
    studio.page.get_by_label("Key each time").select_option("5")
    studio.page.keyboard.press("Escape")
    studio.page.get_by_label("Speed").select_option("150")
    chart = studio.page.get_by_role("listbox", name="Chords of the chart")
    studio.play.click()
    expect(chart).to_contain_text("C△7")
    expect(chart).to_contain_text("F△7")
    expect(studio.page.locator("summary").filter(has_text="2nd time of 3: +5")).to_be_visible()
    expect(chart).to_contain_text("B♭△7")
    expect(studio.play).to_be_visible()  # it ends by itself
    expect(chart).to_contain_text("C△7")


def test_dropped_mxl_becomes_its_chords_and_plays(studio: Studio, record_property: Record) -> None:
    drop(studio, mxl(), "waltz.mxl")
    expect(studio.page.get_by_role("status").filter(has_text="waltz.mxl was read as MusicXML")).to_be_visible()
    expect(cells(studio)).to_have_count(4)
    expect(studio.page.get_by_role("region", name="Chart", exact=True)).to_contain_text("3/4, 4 bars")
    play(studio, record_property)
    assert latest(studio)["meters"] == ["3/4"]
    assert latest(studio)["bars"] == 4
    assert latest(studio)["name"] == "Small Waltz"


def test_file_is_opened(studio: Studio) -> None:
    with studio.page.expect_file_chooser() as chooser:
        studio.button("Open a file…").click()
    chooser.value.set_files(
        {"name": "song.cho", "mimeType": "text/plain", "buffer": b"{title: Hill}\n[G]Up the [D7]hill\n"}
    )
    expect(cells(studio)).to_have_count(2)
    expect(studio.page.get_by_role("region", name="Chart", exact=True)).to_contain_text("Hill")


def test_musicxml_is_pasted_as_a_text(studio: Studio) -> None:
    paste(studio, musicxml())
    expect(cells(studio)).to_have_count(4)
    expect(studio.chords).not_to_have_value(musicxml())


def test_song_of_a_playlist_is_chosen(studio: Studio) -> None:
    paste(studio, PLAYLIST)
    expect(cells(studio)).to_have_count(2)
    assumptions(studio).get_by_role("button", name="Three Doors").click()
    expect(studio.page.get_by_role("region", name="Chart", exact=True)).to_contain_text("Three Doors")
    assert [name[0] for name in names(studio)] == ["F", "B"]


def test_chart_is_shared_with_the_page(visit: Visit) -> None:
    studio = Studio(visit(path=f"/?title=Song&text={quote('Dm | G7 | C')}"))
    expect(studio.chords).to_have_value("Dm | G7 | C")
    expect(cells(studio)).to_have_count(3)
    assert "?" not in studio.page.url
    manifest = studio.ask("/manifest.webmanifest")
    assert manifest["share_target"]["params"] == {"title": "title", "text": "text", "url": "url"}


def test_file_that_is_no_chart_is_told_of(studio: Studio) -> None:
    before = studio.chords.input_value()
    drop(studio, b"\x89PNG\r\n\x1a\n\0\0\0\0", "photo.png")
    expect(studio.page.get_by_role("alert")).to_contain_text("photo.png can't be read")
    drop(studio, b"\0" * 1_600_000, "large.mid")
    expect(studio.page.get_by_role("alert")).to_contain_text("large.mid is too large")
    expect(studio.chords).to_have_value(before)


def test_all_faults_are_marked_and_each_is_a_press_away(studio: Studio) -> None:
    paste(studio, WRONG)
    expect(studio.chords).to_have_attribute("aria-invalid", "true")
    expect(studio.page.get_by_role("status").filter(has_text="3 places can't be read")).to_be_visible()
    assert studio.page.locator("mark.is-wrong").all_text_contents() == ["Xyz", "Cmaaj7", "Qrs7"]
    faults = studio.page.get_by_role("list", name="What can't be read")
    expect(faults.get_by_role("listitem")).to_have_count(3)
    studio.chords.press("Tab")  # from the field, the first of them is next
    expect(studio.button("Line 2, column 5")).to_be_focused()
    studio.page.keyboard.press("Enter")
    expect(studio.chords).to_be_focused()
    script = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert studio.chords.evaluate(script) == "Xyz"
    faults.get_by_role("button", name="Change to Cmaj7").click()
    expect(faults.get_by_role("listitem")).to_have_count(2)


def test_first_fault_of_a_long_chart_is_scrolled_into_sight(studio: Studio) -> None:
    paste(studio, "C | Am | F | G\n" * 30 + "C | Xyz | F | G\n" + "C | Am | F | Qrs\n" * 20)
    mark = studio.page.locator("mark.is-wrong").first
    expect(mark).to_have_text("Xyz")
    expect(mark).to_be_in_viewport()
    seen, field = mark.bounding_box(), studio.chords.bounding_box()
    assert seen is not None
    assert field is not None
    assert field["y"] <= seen["y"] <= seen["y"] + seen["height"] <= field["y"] + field["height"]


def test_assumption_is_switched_and_undone(studio: Studio) -> None:
    paste(studio, "C Am F G7")
    expect(cells(studio)).to_have_count(4)
    lengths = [cell.get_attribute("aria-label") for cell in cells(studio).all()]
    assert "4 beats" in (lengths[0] or "")
    assumptions(studio).get_by_role("button", name="two chords a bar").click()
    expect(cells(studio).first).to_have_accessible_name("C, bar 1, 2 beats, 1 of 4")
    expect(studio.chords).to_have_value("C Am F G7")
    studio.page.reload()
    expect(cells(studio).first).to_have_accessible_name("C, bar 1, 2 beats, 1 of 4")
    assumptions(studio).get_by_role("button", name="a bar for each chord").click()
    expect(cells(studio).first).to_have_accessible_name("C, bar 1, 4 beats, 1 of 4")
    studio.button("Undo").click()
    expect(cells(studio).first).to_have_accessible_name("C, bar 1, 2 beats, 1 of 4")
    studio.chords.fill("C | Am")
    expect(assumptions(studio)).to_have_count(0)


def test_undo_takes_back_tempo_and_style_of_an_example(studio: Studio) -> None:
    tempo = studio.page.get_by_role("slider", name="Tempo in beats a minute")
    before = studio.chords.input_value(), tempo.input_value()
    example = studio.ask("/api/options")["examples"][-1]
    studio.button(example["name"]).click()
    expect(tempo).to_have_value(f"{example['tempo']:g}")
    studio.button("Undo").click()
    assert (studio.chords.input_value(), tempo.input_value()) == before


def test_edits_of_chords_keep_the_words(studio: Studio) -> None:
    paste(studio, SHEET)
    expect(cells(studio)).to_have_count(8)
    texts = [SHEET]

    def edit(at: int, keys: str, before: str, after: str) -> None:
        cells(studio).nth(at).focus()
        studio.page.keyboard.press(keys)
        texts.append(texts[-1].replace(before, after))
        expect(studio.chords).to_have_value(texts[-1])

    edit(1, "ControlOrMeta+d", "C          Am", "C          Am  Am")
    assert names(studio) == ["C", "Am", "Am", "F", "G7", "F", "G", "C", "Am"]
    edit(4, "Delete", "F          G7", "F")
    edit(4, "Alt+ArrowRight", "F   G   C", "G   F   C")
    studio.button("Chord palette").click()
    cells(studio).nth(0).click()
    studio.page.get_by_role("group", name="Beats").get_by_role("button", name="2", exact=True).click()
    texts.append(texts[-1].replace("C          Am  Am", "C..        Am...... Am"))
    expect(studio.chords).to_have_value(texts[-1])
    expect(cells(studio).nth(1)).to_have_accessible_name("Am, bar 1, 6 beats, 2 of 8")
    for text in reversed(texts[:-1]):
        studio.button("Undo").click()
        expect(studio.chords).to_have_value(text)
    for text in texts[1:]:
        studio.button("Redo").click()
        expect(studio.chords).to_have_value(text)
    chart = studio.page.get_by_role("region", name="Chart", exact=True)
    expect(chart).to_contain_text("A Walk Outside")
    expect(chart).to_contain_text("Chorus")
    expect(studio.page.get_by_text("chords alone")).to_have_count(0)


def test_edits_faster_than_the_server_are_all_made(studio: Studio) -> None:
    paste(studio, SHEET)
    expect(cells(studio)).to_have_count(8)
    cells(studio).nth(0).focus()
    for _ in range(3):
        studio.page.keyboard.press("ControlOrMeta+d")
    expect(cells(studio)).to_have_count(11)
    expect(studio.chords).to_have_value(SHEET.replace("C          Am", "C  C  C  C Am"))


def test_transposing_keeps_the_words(studio: Studio) -> None:
    paste(studio, SHEET)
    expect(cells(studio)).to_have_count(8)
    studio.button("Transpose up a semitone").click()
    expect(studio.chords).to_have_value(
        SHEET.replace("C          Am", "Db          Bbm")
        .replace("F          G7", "Gb          Ab7")
        .replace("F   G   C   Am", "Gb   Ab   Db   Bbm")
    )


def test_waltz_of_the_list_is_opened_as_a_waltz(studio: Studio) -> None:
    studio.have_composed("3/4\nC | F | G7 | C")
    studio.have_composed("C:4|G:4")
    studio.open_button("C F G7 C").click()
    expect(studio.chords).to_have_value("3/4\nC | F | G7 | C")
    expect(studio.page.get_by_role("region", name="Chart", exact=True)).to_contain_text("3/4")
    studio.play.click()
    studio.wait_for_sound("Bass")
    assert len(studio.ask("/api/arrangements")["arrangements"]) == 2


def test_nothing_is_cut_off_or_lies_over_another(studio: Studio) -> None:
    for text in (SHEET, WRONG):
        paste(studio, text)
        expect(studio.page.locator(".assumption" if text == SHEET else ".chart-faults > li").first).to_be_visible()
        for width in (320, 390, 768, 1440):
            resize(studio.page, width, 844)
            expect_to_fit(studio.page)
            parts = studio.page.locator(".chart-field-group > *, .chart > *:not(.chart-field-group)")
            boxes = [box for part in parts.all() if part.is_visible() and (box := part.bounding_box()) is not None]
            for above, below in pairwise(boxes):
                assert above["y"] + above["height"] <= below["y"] + 10 or above["y"] <= below["y"], (text, width)
                assert below["x"] >= 0, (text, width)
                assert below["x"] + below["width"] <= width, text
