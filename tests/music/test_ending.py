"""The bar on which a piece ends."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from tests.cases import cases
from tests.music.test_chords import progressions

from sideman.music.chords import parse
from sideman.music.ending import with_ending
from sideman.music.progression import Progression
from sideman.music.time import BarLines, Meter


@cases(
    ("chords", "ends"),
    [
        ("C:4|Am:4|F:4|G7:4", "C:4|Am:4|F:4|G7:4|C:4"),  # a loop gets the bar to which it leads
        ("F:4|G7:4|C:4", "F:4|G7:4|C:4"),  # it is there
        ("C:4|F:4|G7:4|C:2|F:2", "C:4|F:4|G7:4|C:2|F:2|C:4"),
        ("Dm7:4|G7:4|CM7:8|Dm7:4|G7:4", "Dm7:4|G7:4|CM7:8|Dm7:4|G7:4|CM7:4"),  # the tonic, as it is played there
        ("Am:4|Dm:4|E7:4|Am/C:4|E7:4", "Am:4|Dm:4|E7:4|Am/C:4|E7:4|Am:4"),  # on its root
        ("C:4|G7:3", "C:4|G7:4|C:4"),  # a cut bar is filled
        ("C:4|G7:4|C:8", "C:4|G7:4|C:8"),
        ("N.C.:4", "N.C.:4"),
    ],
)
def test_the_last_bar_is_one_chord_to_end_on(chords: str, ends: str) -> None:
    assert str(with_ending(parse(chords))) == ends


def test_an_ending_has_the_metre_of_the_bars_before() -> None:
    waltz = replace(parse("G:3|D7:3"), lines=BarLines((Meter(3, 4),)))
    assert str(with_ending(waltz)) == "G:3|D7:3|G:3"


@given(progressions)
@settings(max_examples=100)
def test_what_has_an_ending_is_left_alone(progression: Progression) -> None:
    ended = with_ending(progression)
    assert with_ending(ended) == ended
    assert ended.spans[: len(progression) - 1] == progression.spans[:-1]
