"""The leader leads on the page: sections with wishes, parts that are kept, others that are played anew."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import mido
from playwright.sync_api import expect
from tests.page.conftest import Visit
from tests.page.studio import CHORDS, STEPS_PER_BAR, TRACKS, Studio
from tests.web.conftest import heard, wait_until

FORM = "[Verse tracks=piano,bass loudness=p]\nC | Am | F | G\n[Chorus density=4 tracks=all]\nF | G | C | C"
Notes = dict[str, list[list[list[int]]]]  # by track, then by bar: onset in the bar, duration, pitch, velocity


def latest(studio: Studio) -> dict[str, Any]:
    """The piece that was composed last, as the server tells it."""
    piece: dict[str, Any] = studio.ask("/api/arrangements")["arrangements"][0]
    return piece


def notes(studio: Studio, identity: str | None = None) -> Notes:
    """What the first take of a piece plays now, of the latest unless told otherwise."""
    identity = identity or latest(studio)["id"]
    response = studio.page.request.get(f"/api/arrangements/{identity}/events")
    bars = [event.data for event in heard(iter(response.text().splitlines())) if event.kind == "bar"]
    tracks = dict.fromkeys(track for bar in bars for track in bar["notes"])
    return {track: [bar["notes"].get(track, []) for bar in bars if bar["take"] == 0] for track in tracks}


def copied_link(studio: Studio) -> str:
    studio.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    studio.button("Copy link").click()
    expect(studio.page.get_by_text("Copied")).to_be_visible()
    link: str = studio.page.evaluate("() => navigator.clipboard.readText()")
    return link


def test_sections_are_played_as_wished_and_come_back_with_a_link(studio: Studio, visit: Visit) -> None:
    studio.choose_seed(4)  # a band whose drums do play where they may
    studio.have_composed(FORM)
    played = notes(studio)
    assert not any(played["drums"][:4])
    assert all(played["drums"][4:])
    assert latest(studio)["sections"][0]["tracks"] == ["piano", "bass"]
    expect(studio.button("Compose anew")).to_have_count(0)

    other = Studio(visit(path=copied_link(studio)))
    expect(other.file("MIDI")).to_be_enabled()
    assert notes(other) == played
    expect(other.chords).to_have_value(
        "[Verse tracks=piano,bass loudness=p]\nC | Am | F | G\n[Chorus density=4 tracks=all]\nF | G | C | C"
    )
    expect(other.button("Compose anew")).to_have_count(0)
    other.page.reload()
    expect(other.file("MIDI")).to_be_enabled()
    assert notes(other) == played

    studio.chords.fill("C | C")
    studio.open_button().first.click()
    expect(studio.chords).to_have_value(
        "[Verse tracks=piano,bass loudness=p]\nC | Am | F | G\n[Chorus density=4 tracks=all]\nF | G | C | C"
    )
    expect(studio.button("Compose anew")).to_have_count(0)


def select(studio: Studio, players: tuple[str, ...], first: int, last: int) -> None:
    """Players and bars, from 1, by the fields that keyboards reach."""
    panel = studio.page.get_by_role("region", name="Keep and redo")
    nothing = panel.get_by_role("button", name="Select nothing")
    if nothing.is_visible():
        nothing.click()
    if not panel.get_by_role("group", name="Selection").is_visible():
        panel.get_by_text("Players and bars").click()
    for player in players:
        panel.get_by_role("button", name=player, exact=True).click()
    for label, bar in (("First bar of the selection", first), ("Last bar of the selection", last)):
        panel.get_by_label(label).fill(str(bar))
        panel.get_by_label(label).press("Tab")


def position(studio: Studio) -> int:
    where: int = studio.ask(f"/api/arrangements/{latest(studio)['id']}/revisions")["position"]
    return where


def other_places(before: Notes, after: Notes) -> set[tuple[str, int]]:
    """Players and bars, from 1, that play otherwise."""
    return {
        (track, bar + 1)
        for track in before
        for bar, (one, other) in enumerate(zip(before[track], after[track], strict=True))
        if one != other
    }


def test_leader_locks_redoes_chooses_undoes_and_changes_a_chord(studio: Studio, visit: Visit) -> None:
    studio.have_composed("C | Am | F | G | C | Am | F | G")
    composed = notes(studio)
    redone = redo_what_is_not_locked(studio, composed)
    chosen = choose_the_second_of_three(studio, redone)

    # Undo and redo, by button and in the band by key.
    studio.button("Undo change").click()
    expect(studio.button("Redo change")).to_be_enabled()
    assert notes(studio) == redone
    studio.cell("Piano", 1).press("ControlOrMeta+Shift+z")
    expect(studio.button("Redo change")).to_be_disabled()
    expect(studio.button("Undo change")).to_be_enabled()
    assert notes(studio) == chosen
    go_through_the_history(studio, composed, chosen)

    # A chord is changed: its bar alone is played anew.
    studio.type_and_have_read("C | Am | F | G | C | Dm | F | G")
    play_only_what_changed(studio)
    studio.open_roll()
    expect(studio.page.get_by_role("toolbar", name="Chords").get_by_role("button").nth(5)).to_contain_text("Dm")
    other_chord = notes(studio)
    assert {bar for _, bar in other_places(chosen, other_chord)} == {6}

    # It becomes a waltz: all bars are new, and it is swung; all that is in the link.
    studio.type_and_have_read("3/4 C | Am | F | G | C | Dm | F | G")
    play_only_what_changed(studio)
    waltz = notes(studio)
    assert all(onset < 8 * 36 for bars in waltz.values() for bar in bars for onset, *_ in bar)
    assert len(studio.ask("/api/arrangements")["arrangements"]) == 1
    with studio.options("Feel"):
        studio.page.get_by_role("slider", name="Swing", exact=True).fill("67")
    link = copied_link(studio)
    assert "swing=67" in link
    other = Studio(visit(path=link))
    expect(other.file("MIDI")).to_be_enabled()
    assert notes(other) == waltz
    expect(other.chords).to_have_value("3/4\nC | Am | F | G | C | Dm | F | G")
    expect(other.button("Compose anew")).to_have_count(0)
    other.page.reload()
    expect(other.file("MIDI")).to_be_enabled()
    assert notes(other) == waltz
    expect(other.page.get_by_text("swing 67 % (triplets)")).to_be_visible()

    studio.button("Undo change").click()
    expect(studio.button("Redo change")).to_be_enabled()
    assert notes(studio) == other_chord
    expect(studio.page.get_by_text("The chart has changed since.").first).to_be_visible()


def redo_what_is_not_locked(studio: Studio, before: Notes) -> Notes:
    select(studio, ("Piano", "Bass"), 1, 4)
    studio.button("Lock").click()
    expect(studio.button("Locked")).to_be_visible()
    studio.button("Select nothing").click()
    studio.button("Redo what isn't locked").click()
    expect(studio.button("Undo change")).to_be_enabled()
    redone = notes(studio)
    changed = other_places(before, redone)
    assert changed
    assert not changed & {(track, bar) for track in ("piano", "bass") for bar in range(1, 5)}
    return redone


def choose_the_second_of_three(studio: Studio, before: Notes) -> Notes:
    select(studio, ("Piano",), 5, 8)
    studio.button("Three takes").click()
    takes = studio.page.get_by_role("group", name="New takes of the selection").get_by_role("radio")
    expect(takes).to_have_count(4)
    assert notes(studio) == before
    first = studio.picture()
    takes.nth(2).check(force=True)
    wait_until(lambda: studio.picture() != first)
    stood = position(studio)
    studio.button("Choose new 2").click()
    expect(takes).to_have_count(0)
    expect(studio.button("Undo change")).to_be_enabled()
    chosen = notes(studio)
    assert position(studio) == stood + 1
    assert {track for track, _ in other_places(before, chosen)} == {"piano"}
    assert {bar for _, bar in other_places(before, chosen)} <= {5, 6, 7, 8}
    return chosen


def go_through_the_history(studio: Studio, first: Notes, last: Notes) -> None:
    """A change gets a name; back to the start, and to it again."""
    studio.page.locator("summary").filter(has_text="Changes").click()
    history = studio.page.get_by_role("list", name="Changes")
    history.get_by_role("button", name="Rename").last.click()
    history.get_by_label("New name").fill("Sparser piano")
    history.get_by_label("New name").press("Enter")
    named = history.get_by_role("button", name="Sparser piano", exact=True)
    expect(named).to_have_attribute("aria-current", "step")
    history.get_by_role("button", name="As composed").click()
    expect(studio.button("Undo change")).to_be_disabled()
    expect(studio.button("Redo change")).to_be_enabled()
    assert notes(studio) == first
    named.click()
    expect(studio.button("Undo change")).to_be_enabled()
    assert notes(studio) == last


def play_only_what_changed(studio: Studio) -> None:
    studio.button("Play only what changed").click()
    expect(studio.page.get_by_text("The chart has changed since.")).to_have_count(0)


def test_bar_that_is_put_in_is_new_and_those_before_stay(studio: Studio) -> None:
    studio.have_composed("C | Am | F | G")
    composed = notes(studio)
    studio.type_and_have_read("C | Am | F | F | G")
    play_only_what_changed(studio)
    longer = notes(studio)
    assert {track: bars[:2] for track, bars in longer.items()} == {track: bars[:2] for track, bars in composed.items()}
    assert len(longer["bass"]) == 5
    expect(studio.position).to_have_attribute("max", str(5 * STEPS_PER_BAR))
    assert len(studio.ask("/api/arrangements")["arrangements"]) == 1


def test_players_and_bars_are_selected_by_dragging_over_cells(studio: Studio) -> None:
    studio.have_composed()
    composed = notes(studio)
    studio.drag(studio.cell("Drums", 2), studio.cell("Piano", 3))
    panel = studio.page.get_by_role("region", name="Keep and redo")
    panel.get_by_text("Players and bars").click()
    pressed = [name for name in TRACKS if panel.get_by_role("button", name=name, exact=True, pressed=True).count()]
    assert pressed == ["Drums", "Piano"]
    expect(panel.get_by_label("First bar of the selection")).to_have_value("2")
    expect(panel.get_by_label("Last bar of the selection")).to_have_value("3")
    studio.button("Redo selection").click()
    expect(studio.button("Undo change")).to_be_enabled()
    changed = other_places(composed, notes(studio))
    assert changed <= {(track, bar) for track in ("drums", "piano") for bar in (2, 3)}


def test_locks_stay_through_a_reload(studio: Studio) -> None:
    studio.have_composed()
    composed = notes(studio)
    select(studio, ("Drums", "Piano", "Guitar", "Strings"), 1, 4)
    studio.button("Lock").click()
    studio.page.reload()
    studio.button("Redo what isn't locked").click()
    expect(studio.button("Undo change")).to_be_enabled()
    assert {track for track, _ in other_places(composed, notes(studio))} == {"bass"}


def test_candidates_wait_through_a_reload_and_can_be_dropped(studio: Studio) -> None:
    studio.have_composed()
    composed = notes(studio)
    select(studio, ("Bass",), 2, 3)
    studio.button("Three takes").click()
    takes = studio.page.get_by_role("group", name="New takes of the selection").get_by_role("radio")
    expect(takes).to_have_count(4)
    studio.page.reload()
    expect(takes).to_have_count(4)
    expect(studio.button("Redo everything")).to_be_disabled()
    studio.button("Drop all").click()
    expect(takes).to_have_count(0)
    expect(studio.button("Redo everything")).to_be_enabled()
    assert notes(studio) == composed
    expect(studio.button("Undo change")).to_be_disabled()


def test_bars_of_five_are_seen_and_redone_whole(studio: Studio) -> None:
    studio.have_composed("5/4 C | Am | F | G")
    composed = notes(studio)
    expect(studio.page.get_by_text("Still composing")).to_have_count(0)
    select(studio, ("Bass",), 2, 2)
    studio.button("Redo selection").click()
    expect(studio.button("Undo change")).to_be_enabled()
    assert {bar for _, bar in other_places(composed, notes(studio))} <= {2}
    assert {track for track, _ in other_places(composed, notes(studio))} == {"bass"}
    studio.play.click()
    studio.page.wait_for_function("field => field.valueAsNumber >= 130", arg=studio.position.element_handle())
    studio.wait_for_sound("Bass")


def bass_line(path: Path) -> Path:
    """Four bars of quarter notes, each a little late."""
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    for beat in range(16):
        track.append(mido.Message("note_on", note=36, velocity=90, time=13 if beat == 0 else 240))
        track.append(mido.Message("note_off", note=36, time=240))
    file.tracks.append(track)
    file.save(path)
    return path


DROP = """
([strip, data]) => {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "mine.mid", { type: "audio/midi" }));
  for (const kind of ["dragover", "drop"])
    strip.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}
"""


def test_own_part_is_dropped_on_a_player_and_the_band_plays_around_it(studio: Studio, tmp_path: Path) -> None:
    path = bass_line(tmp_path / "mine.mid")
    strip = studio.track("Bass")
    studio.page.evaluate(DROP, [strip.element_handle(), base64.b64encode(path.read_bytes()).decode()])
    expect(strip).to_contain_text("mine.mid")
    studio.have_composed()
    expect(studio.chords).to_have_value(CHORDS)
    expect(strip).to_contain_text("Own part of 16 notes: 16 moved to the grid")
    played = notes(studio)
    assert [[note[:3] for note in bar] for bar in played["bass"]] == [
        [[48 * bar + 12 * beat, 6, 36] for beat in range(4)] for bar in range(4)
    ]

    panel = studio.page.get_by_role("region", name="Keep and redo")
    expect(panel.get_by_role("button", name="Bass", exact=True)).to_have_count(0)
    studio.button("Redo everything").click()
    expect(studio.button("Undo change")).to_be_enabled()
    redone = notes(studio)
    assert redone["bass"] == played["bass"]
    assert redone != played

    studio.button("Without the own part of bass").click()
    expect(studio.page.get_by_text("The options have changed since.").first).to_be_visible()
    studio.button("Compose anew").click()
    expect(studio.pieces.get_by_role("listitem")).to_have_count(2)
    assert latest(studio)["given"] == []
