"""The piano roll of a notebook: where notes, chords and bar lines stand, and that no text becomes markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from sideman import Band, Note, Role, Track, parse
from sideman.music.progression import Progression
from sideman.music.time import BarLines, Meter
from sideman.render.roll import svg_roll

SVG = "{http://www.w3.org/2000/svg}"


def drawn(band: Band, progression: Progression | None = None) -> ET.Element:
    return ET.fromstring(svg_roll(band, progression))


def strokes(picture: ET.Element, colour: str) -> list[tuple[int, ...]]:
    """(x, y, width) of each note of a colour."""
    paths = [path.get("d", "") for path in picture.iter(f"{SVG}path") if path.get("stroke") == colour]
    return [tuple(map(int, stroke)) for path in paths for stroke in re.findall(r"M(\d+) (\d+)h(\d+)", path)]


PIANO = Track(Role.PIANO, [Note(0, 12, 60, 90), Note(12, 24, 64, 90), Note(48, 6, 60, 90)])
DRUMS = Track(Role.DRUMS, [Note(0, 1, 36, 90), Note(12, 1, 42, 90)])


def test_notes_stand_at_their_time_and_pitch() -> None:
    picture = drawn(Band((PIANO, DRUMS), 96))
    (x, low, width), (later, high, longer), (second_bar, again, _) = strokes(picture, "#4c78a8")
    assert (x, width, later, longer, second_bar) == (0, 23, 24, 47, 96)
    assert (low - high, again) == (4 * 4, low)  # four semitones up
    (_, kick, hit), (_, hat, _) = strokes(picture, "#8c8c8c")
    assert kick > hat > low  # drums below, as they are pitched
    assert hit == 3
    assert int(picture.get("height", 0)) > kick


def test_bar_lines_and_chords() -> None:
    picture = drawn(Band((PIANO,), 72), parse("C:4|F:1|G7:1"))
    lines = next(path.get("d", "") for path in picture.iter(f"{SVG}path") if path.get("opacity"))
    assert re.findall(r"M(\d+) ", lines) == ["0", "96"]
    texts = [(text.get("x"), text.text) for text in picture.iter(f"{SVG}text") if text.get("fill") is None]
    assert texts == [("0", "C"), ("96", "F"), ("120", "G7")]


@pytest.mark.parametrize("tracks", [(), (Track(Role.DRUMS),), (Track(Role.BASS),), (DRUMS,)], ids=repr)
def test_a_silent_band_is_a_picture_too(tracks: tuple[Track, ...]) -> None:
    assert strokes(drawn(Band(tracks, 48)), "#8c8c8c") == [] or tracks == (DRUMS,)


def test_text_is_escaped() -> None:
    class Odd(Band):
        def __repr__(self) -> str:
            return '"><script>&'

    assert drawn(Odd((PIANO,), 48)).get("aria-label") == '"><script>&'


def test_bars_of_other_metres() -> None:
    picture = ET.fromstring(svg_roll(Band((PIANO,), 96, lines=BarLines((Meter(3, 4), Meter(2, 4), Meter(3, 4))))))
    lines = next(path.get("d", "") for path in picture.iter(f"{SVG}path") if path.get("opacity"))
    assert re.findall(r"M(\d+) ", lines) == ["0", "72", "120", "192"]
