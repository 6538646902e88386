"""The leader leads on the page: sections with wishes, parts that are kept, others that are played anew."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect
from tests.page.conftest import Visit
from tests.page.studio import Studio
from tests.web.conftest import heard

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
    tracks = dict.fromkeys((track for bar in bars for track in bar["notes"]))
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
        "[Verse tracks=piano,bass loudness=p]\nC:4|Am:4|F:4|G:4\n[Chorus density=4 tracks=all]\nF:4|G:4|C:4|C:4"
    )
    expect(other.button("Compose anew")).to_have_count(0)
    other.page.reload()
    expect(other.file("MIDI")).to_be_enabled()
    assert notes(other) == played

    studio.chords.fill("C | C")
    studio.open_button().first.click()
    expect(studio.chords).to_have_value(
        "[Verse tracks=piano,bass loudness=p]\nC:4|Am:4|F:4|G:4\n[Chorus density=4 tracks=all]\nF:4|G:4|C:4|C:4"
    )
    expect(studio.button("Compose anew")).to_have_count(0)
