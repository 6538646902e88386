"""What the page offers is what the server takes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import httpx
import pytest
from tests.web.conftest import Server, create

from sideman.music.chords import MODEL_QUALITIES, parse
from sideman.music.mixes import MIXES
from sideman.render.soundfont import OFFERED, preset_font
from sideman.tokens.vocabulary import STYLES
from sideman.web.options import EXAMPLES


@pytest.fixture
def options(browser: httpx.Client) -> dict[str, Any]:
    return dict(browser.get("/api/options").json())


def row(options: dict[str, Any], name: str) -> dict[str, Any]:
    """What the page is told of an option."""
    (found,) = (each for each in options["options"] if each["name"] == name)
    return dict(found)


def test_limits_are_the_servers(server: Server, browser: httpx.Client, options: dict[str, Any]) -> None:
    for name in ("max_bars", "max_minutes", "max_takes", "retention_days"):
        assert options[name] == getattr(server.settings, name)
    assert options["model"] == browser.get("/api/health").json()["model"]
    tempo, density = row(options, "tempo"), row(options, "density")
    create(browser, "C", tempo=tempo["minimum"], density=int(density["maximum"]), name="n" * options["max_name"])
    assert create(browser, "C")["tempo"] == tempo["default"]
    for wrong in ({"tempo": tempo["maximum"] + 1}, {"density": density["maximum"] + 1}, {"progression": "x" * 150_001}):
        assert browser.post("/api/arrangements", json={"progression": "C"} | wrong).status_code == 422
    assert options["max_text"] == 150_000


def test_every_style_is_taken(browser: httpx.Client, options: dict[str, Any]) -> None:
    styles = row(options, "style")["choices"]
    assert styles == list(STYLES)
    create(browser, "C", style=styles[-1])


def test_instruments_are_where_they_say(browser: httpx.Client, options: dict[str, Any]) -> None:
    for track in options["tracks"]:
        for instrument in track["instruments"]:
            response = browser.get(instrument["font"])
            assert response.status_code == 200
            assert response.content == preset_font(instrument["program"], is_drum=track["is_drum"])
            assert len(response.content) == instrument["font_bytes"]


def test_tracks_are_the_band(options: dict[str, Any]) -> None:
    for track in options["tracks"]:
        instruments = {each["program"]: each["name"] for each in track["instruments"]}
        assert instruments == OFFERED[track["role"]]
        assert track["program"] in instruments
        assert track["seats"] == {name: seats[track["role"]]._asdict() for name, seats in MIXES.items()}
    assert [track["role"] for track in options["tracks"] if track["is_drum"]] == ["drums"]


def test_every_chord_to_click_is_read(options: dict[str, Any]) -> None:
    assert len(options["qualities"]) == len(MODEL_QUALITIES) == 17
    assert options["qualities"][:2] == [{"name": "", "degrees": "1 3 5"}, {"name": "m", "degrees": "1 b3 5"}]
    assert len(options["roots"]) == 12
    for root in options["roots"]:
        for quality in options["qualities"]:
            (span,) = parse(f"{root}{quality['name']}:4")
            assert str(span.chord) == root + quality["name"]


def test_examples_can_be_composed(server: Server, options: dict[str, Any]) -> None:
    assert options["examples"] == [asdict(example) for example in EXAMPLES]
    assert len({example.name for example in EXAMPLES}) == len(EXAMPLES) >= 8
    tempo = row(options, "tempo")
    for example in EXAMPLES:
        assert example.style in {None, *STYLES}
        progression = parse(example.progression)
        assert 4 <= progression.bars <= min(16, server.settings.max_bars)
        assert progression.beats == 4 * progression.bars
        assert tempo["minimum"] <= example.tempo <= tempo["maximum"]
