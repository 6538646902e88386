"""Notes are edited in the roll, by pointer, finger and keys: they stand, are locked, and undone like all else."""

from __future__ import annotations

from typing import NamedTuple

from playwright.sync_api import Locator, Page, expect
from tests.page.conftest import Visit
from tests.page.studio import STEPS_PER_BAR, Studio, expect_to_fit
from tests.page.test_leading import Notes, copied_link, notes, other_places
from tests.web.conftest import wait_until

CHORDS = "C | Am | F | G"
STEPS = 4 * STEPS_PER_BAR
Row = list[int]  # onset, duration, pitch, velocity


class Place(NamedTuple):
    """Of the page, in pixels."""

    x: float
    y: float


def part(played: Notes, track: str) -> list[Row]:
    return sorted([row for bar in played[track] for row in bar], key=lambda row: (row[0], row[2]))


class Editor:
    """The notes of one player, as they are edited."""

    def __init__(self, studio: Studio, track: str = "piano") -> None:
        self.studio, self.track = studio, track
        studio.open_roll()
        studio.button("Edit notes").click()
        self.tools = studio.page.get_by_role("group", name="Edit notes")
        self.tools.get_by_label("Player").select_option(track)
        self.layer: Locator = studio.page.get_by_test_id("notes")
        expect(self.layer).to_have_attribute("aria-label", f"Notes of {track}")

    @property
    def part(self) -> list[Row]:
        """As the server has it."""
        return part(notes(self.studio), self.track)

    def place(self, onset: float, pitch: int) -> Place:
        """The middle of a row, a little behind an onset, where the rows are those of the notes now."""
        pitches = [row[2] for row in self.part]
        low, high = min(pitches) - 5, max(pitches) + 5
        missing = max(0, 26 - (high - low + 1))
        low, high = low - missing // 2, high + -(-missing // 2)
        self.layer.evaluate("layer => layer.scrollIntoView({ block: 'center' })")  # not below the bar at the bottom
        box = self.layer.bounding_box()
        assert box is not None
        x = box["x"] + (onset + 0.4) * box["width"] / STEPS
        return Place(x, box["y"] + (high - pitch + 0.5) * box["height"] / (high - low + 1))

    def wait_for(self, *expected: Row) -> None:
        """Until the part has these notes."""
        wait_until(lambda: all(row in self.part for row in expected))

    def drag(self, start: Place, end: Place) -> None:
        mouse = self.studio.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2)
        mouse.move(*end, steps=3)
        mouse.up()


def free_place(rows: list[Row]) -> tuple[int, int]:
    """An onset on the beat, and a pitch within the part's, where nothing is and nothing near: for a note of its own."""
    low, high = min(row[2] for row in rows), max(row[2] for row in rows)
    for onset in range(12, STEPS - 24, 12):
        for pitch in range(low - 4, high + 4):
            near = [row for row in rows if abs(row[2] - pitch) <= 2 and row[0] < onset + 24 and row[0] + row[1] > onset]
            if not near:
                return onset, pitch
    raise AssertionError("there is no room")


def test_notes_are_edited_and_locked_and_undone(studio: Studio) -> None:
    studio.have_composed(CHORDS)
    composed = notes(studio)
    editor = Editor(studio)
    page, before = studio.page, part(composed, "piano")
    onset, pitch = free_place(before)
    bar = onset // STEPS_PER_BAR

    # Add: press an empty place twice.
    page.mouse.dblclick(*editor.place(onset, pitch))
    wait_until(lambda: len(editor.part) == len(before) + 1)
    (added,) = [row for row in editor.part if row not in before]
    assert (added[0], added[2]) == (onset, pitch)
    expect(page.get_by_text(f"bar {bar + 1} beat").first).to_be_visible()

    # Move by a sixteenth and up a tone, lengthen at the right edge.
    editor.drag(editor.place(onset, pitch), editor.place(onset + 3, pitch + 2))
    moved = [added[0] + 3, added[1], added[2] + 2, added[3]]
    editor.wait_for(moved)
    end = moved[0] + moved[1]
    edge = editor.place(end - 0.7, moved[2])
    editor.drag(edge, Place(edge.x + (editor.place(12, pitch).x - editor.place(0, pitch).x), edge.y))
    wait_until(lambda: any(row[0] == moved[0] and row[2] == moved[2] and row[1] > moved[1] for row in editor.part))
    (longer,) = [row for row in editor.part if (row[0], row[2]) == (moved[0], moved[2])]

    # Velocity by the slider, exactly.
    slider = editor.tools.get_by_label("Velocity")
    slider.fill("33")
    editor.wait_for([*longer[:3], 33])
    edited = notes(studio)
    assert other_places(composed, edited) <= {("piano", bar + 1), ("piano", bar + 2)}

    # Delete another note of that bar.
    (victim, *_) = [row for row in editor.part if row[0] // STEPS_PER_BAR == bar and row[3] != 33]
    page.mouse.click(*editor.place(victim[0], victim[2]))
    page.keyboard.press("Delete")
    wait_until(lambda: victim not in editor.part)
    final = notes(studio)

    # What was edited is locked: all else is played anew, it stays.
    studio.button("Edit notes").click()
    studio.button("Redo what isn't locked").click()
    wait_until(lambda: notes(studio) != final)
    expect(studio.button("Undo change")).to_be_enabled()
    redone = notes(studio)
    assert redone["piano"][bar] == final["piano"][bar]
    assert redone["drums"] != final["drums"] or redone["bass"] != final["bass"]

    # Undone like all other changes.
    studio.page.locator("summary").filter(has_text="Changes").click()
    history = studio.page.get_by_role("list", name="Changes")
    expect(history.get_by_role("button", name=f"edited piano, bar {bar + 1}", exact=True).first).to_be_visible()
    history.get_by_role("button", name="As composed").click()
    expect(studio.button("Undo change")).to_be_disabled()
    wait_until(lambda: notes(studio) == composed)
    studio.button("Redo change").click()
    expect(studio.button("Undo change")).to_be_enabled()
    wait_until(lambda: added in part(notes(studio), "piano"))


def test_keys_alone_edit_notes_and_say_so(studio: Studio, visit: Visit) -> None:
    studio.have_composed(CHORDS)
    editor = Editor(studio, "bass")
    before, keys = editor.part, studio.page.keyboard
    first = before[0]
    editor.layer.focus()
    keys.press("Home")  # the playhead to the start
    keys.press("ArrowRight")  # the first note
    expect(editor.layer).to_contain_text(f"velocity {first[3]}")
    keys.press("ArrowRight")
    keys.press("ArrowUp")
    keys.press("Shift+ArrowRight")
    keys.press("+")
    expect(editor.layer).to_contain_text("Bass: ")
    wait_until(lambda: editor.part != before)
    (changed,) = [row for row in editor.part if row not in before]
    assert (changed[0], changed[2], changed[3]) == (first[0] + 3, first[2] + 1, min(first[3] + 8, 127))
    assert changed[1] > first[1]
    keys.press("Enter")
    wait_until(lambda: len(editor.part) == len(before) + 1)
    keys.press("Delete")
    wait_until(lambda: len(editor.part) == len(before))
    keys.press("Escape")
    expect(editor.layer).to_contain_text("No note chosen")
    expect(studio.button("Undo change")).to_be_enabled()
    other = Studio(visit(path=copied_link(studio)))  # a link holds what was edited
    expect(other.file("MIDI")).to_be_enabled()
    assert notes(other) == notes(studio)
    expect(studio.button("Undo change")).to_be_enabled()
    for _ in range(3):
        studio.button("Undo change").click()
        expect(studio.button("Redo change")).to_be_enabled()
    wait_until(lambda: editor.part == before)


def swipe(page: Page, start: Place, end: Place) -> None:
    """One finger, from place to place."""
    touch = page.context.new_cdp_session(page)
    for share in range(6):
        x, y = (start[axis] + (end[axis] - start[axis]) * share / 5 for axis in (0, 1))
        kind = "touchMove" if share else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        page.wait_for_timeout(30)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_fingers_edit_drums_on_a_phone(visit: Visit) -> None:
    studio = Studio(visit((390, 844), phone=True))
    studio.choose_seed(3)
    studio.have_composed(CHORDS)
    editor, page = Editor(studio, "drums"), studio.page
    before = editor.part
    editor.layer.scroll_into_view_if_needed()
    expect_to_fit(page)
    box = editor.layer.bounding_box()
    assert box is not None
    start = Place(box["x"] + 150, box["y"] + 0.15 * box["height"])  # among the cymbals
    for _ in range(2):
        page.touchscreen.tap(*start)
    wait_until(lambda: len(editor.part) == len(before) + 1)
    (added,) = [row for row in editor.part if row not in before]
    assert added[1] == 1

    # A finger on a note moves it, beside notes it scrolls the roll.
    swipe(page, start, Place(start.x + 60, start.y + 0.3 * box["height"]))
    wait_until(lambda: added not in editor.part)
    (moved,) = [row for row in editor.part if row not in before]
    assert moved[0] > added[0]
    assert moved[2] < added[2]
    scrolled = "() => document.querySelector('.roll-scroller').scrollLeft"
    assert page.evaluate(scrolled) == 0
    swipe(page, Place(start.x + 120, start.y), Place(start.x - 80, start.y))
    page.wait_for_function(f"({scrolled})() > 50")
    expect(editor.tools.get_by_role("button", name="Delete notes")).to_be_disabled()

    studio.button("Undo change").click()
    wait_until(lambda: added in editor.part)
    expect(page.locator(".is-drums > * > .band-cell.is-locked")).to_have_count(1)
    studio.button("Undo change").click()
    wait_until(lambda: editor.part == before)
    expect(page.locator(".band-cell.is-locked")).to_have_count(0)
